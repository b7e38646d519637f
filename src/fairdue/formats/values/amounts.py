"""Amounts, judged over the whole column and read exactly. See docs/algorithms/table-recognition.md, "Amounts"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from fairdue.formats.reasons import CellReason, FormatCode
from fairdue.formats.tables.table import Cell, number_text
from fairdue.formats.values.codes import currency_of, is_null
from fairdue.kernel.money import MINOR_MAX

DIGITS_MAX = 20
"""Digits an amount may have; MINOR_MAX has 19, and Decimal stays exact far beyond."""
STRAY_SHARE_DIVISOR = 100
"""Up to one in this many values may contradict the rest of its column; it is refused, the column is not in doubt."""
_SHAPE = re.compile(
    r"(?P<open>\()?\s*(?P<side1>CR|DR|借|贷)?\s*(?P<sign1>[+-])?\s*(?P<mark1>[^\d\s.,+\-()'|]{1,9}\.?(?:\s?\$)?)?\s*(?P<sign2>[+-])?\s*"
    r"(?P<number>\d[\d.,' ]*|[.,]\d+)\s*(?P<whole>[.,]?\s*-{1,2})?\s*(?P<mark2>[^\d\s.,+\-()'|]{1,9}\.?)?\s*"
    r"(?P<sign3>[+-])?\s*(?P<side2>CR|DR|C|D|S|H|借|贷)?\.?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_CREDIT_SIDES = frozenset({"CR", "C", "H", "贷"})
_DEBIT_SIDES = frozenset({"DR", "D", "S", "借"})
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'", "`": "'", "´": "'",
                         "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "\u066c": "'"})  # fmt: skip
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:{group}\d{{3}})+|\d{{1,2}}(?:{group}\d{{2}})*{group}\d{{3}}")
    for mark, group in ((".", ","), (",", r"\."))
}
_USUAL = {
    ".": re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,2})?"),
    ",": re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d{1,15})(?:,\d{1,2})?"),
}
"""Nearly all amounts, read without taking them apart. Both shapes obey the grouping of ``_GROUPED``."""
_PROVES_POINT = re.compile(r"-?[\d,]*\.\d{1,2}")
_PROVES_COMMA = re.compile(r"-?[\d.]*,\d{1,2}")
_ALL_PROVE = {
    ".": re.compile(r"^-?\d*\.\d{1,2}$", re.MULTILINE),
    ",": re.compile(r"^-?\d*,\d{1,2}$", re.MULTILINE),
}
_ALL_PLAIN = re.compile(r"^-?\d{1,15}(?:\.\d{1,2})?$", re.MULTILINE)
"""Whole columns of the usual writing are judged and read in one pass over their joined cells."""
_FREE_GROUPED = re.compile(r"\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*")


@dataclass(frozen=True, slots=True)
class AmountStyle:
    """How a column writes amounts: its decimal mark, "" where no value needs one, or a doubt."""

    decimal: str = ""
    doubt: bool = False
    mixed: bool = False
    decided_by: str = ""


class Amount(NamedTuple):
    """One amount: exact value, the currency sign beside it ("" for none), and the side written with it.

    A tuple, because there is one for each distinct cell.
    """

    value: Decimal
    mark: str = ""
    side: int = 0
    """-1 credit, +1 debit, 0 not said; already applied to ``value``."""
    rest_cut: bool = False
    """True when a binary fraction was read to the 15 digits a sheet shows."""


@dataclass(frozen=True, slots=True)
class _Parts:
    number: str
    negative: bool
    mark: str
    side: int


def judge(cells: Iterable[Cell]) -> AmountStyle:
    """Judge the decimal mark over the distinct cells of one column.

    Evidence for a mark: both marks occur and it is the last; the other occurs twice; one to two or more than three
    digits follow it; a zero, nothing or more than three digits precede it; the groups are spaces or apostrophes.
    A single mark with three digits behind it says nothing. Contradiction beyond 1 in 100, or no evidence where some is
    needed, is a doubt.
    """
    cells = list(cells)
    point = comma = open_ = 0
    if mark := _proven_by_all(cells):
        return AmountStyle(mark, decided_by="values")
    for cell in cells:
        if not isinstance(cell, str) or cell.isdigit():
            continue
        if _PROVES_POINT.fullmatch(cell):
            point += 1
            continue
        if _PROVES_COMMA.fullmatch(cell):
            comma += 1
            continue
        parts = _split(cell)
        if parts is None:
            continue
        verdict = _evidence(parts.number)
        point += verdict == "."
        comma += verdict == ","
        open_ += verdict == "?"
    if min(point, comma) * STRAY_SHARE_DIVISOR > point + comma + open_:
        return AmountStyle(doubt=True, mixed=True)
    if point != comma:
        return AmountStyle("." if point > comma else ",", decided_by="values")
    return AmountStyle(doubt=bool(open_))


def _proven_by_all(cells: list[Cell]) -> str:
    """Give the mark that every cell which is not a whole number proves, or "" where the cells must be looked at."""
    texts = [cell for cell in cells if isinstance(cell, str) and not cell.isdigit() and cell]
    joined = "\n".join(texts)
    if not texts or joined.count("\n") != len(texts) - 1:
        return ""
    return next((mark for mark, proof in _ALL_PROVE.items() if len(proof.findall(joined)) == len(texts)), "")


def parse_plain(cells: Iterable[Cell], style: AmountStyle) -> dict[Cell, Decimal] | None:
    """Read a column that is written plainly throughout (digits, a point), or give None: then each cell must be parsed."""
    if style.decimal != "." or style.doubt:
        return None
    texts = [cell for cell in cells if isinstance(cell, str)]
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1 or len(_ALL_PLAIN.findall(joined)) != len(texts):
        return None
    return {text: Decimal(text) for text in texts}


def judge_together(styles: Mapping[str, AmountStyle], answers: Mapping[str, str]) -> dict[str, AmountStyle]:
    """Settle doubts by an answer (``decimal`` or ``decimal:HEADING``), else by the other amount columns of the file."""
    decided = {style.decimal for style in styles.values() if style.decimal and not style.doubt}
    settled = {}
    for heading, style in styles.items():
        answer = answers.get(f"decimal:{heading}") or answers.get("decimal")
        if not style.doubt:
            settled[heading] = style
        elif answer in (".", ","):
            settled[heading] = AmountStyle(answer, decided_by="answer")
        elif len(decided) == 1 and not style.mixed:
            settled[heading] = replace(style, decimal=next(iter(decided)), doubt=False, decided_by="file")
        else:
            settled[heading] = style
    return settled


def parse(cell: Cell, style: AmountStyle) -> Amount | FormatCode | None:
    """Give the exact amount of a cell, None for an empty one, or why it is refused."""
    if isinstance(cell, str):
        usual = _USUAL.get(style.decimal)
        if usual and usual.fullmatch(cell):
            return Amount(
                Decimal(cell.replace(",", "") if style.decimal == "." else cell.replace(".", "").replace(",", "."))
            )
        return None if is_null(cell) else _parse_text(cell, style)
    if isinstance(cell, bool):
        return CellReason.AMOUNT
    if isinstance(cell, int):
        return Amount(Decimal(cell)) if abs(cell) <= MINOR_MAX else CellReason.AMOUNT_LARGE
    return _parse_number(cell) if isinstance(cell, float) else CellReason.AMOUNT


def _parse_number(cell: float) -> Amount | FormatCode | None:
    text = number_text(cell)
    if not text:
        return None
    if abs(cell) >= 1e15:
        return CellReason.DIGITS_LOST
    # The writing that names this binary number is its repr; a sheet shows fifteen digits, which cut off what sums of
    # binary fractions leave behind (0.1 + 0.2).
    return Amount(Decimal(text), rest_cut=Decimal(text) != Decimal(repr(cell)))


def _parse_text(cell: str, style: AmountStyle) -> Amount | FormatCode:
    parts = _split(cell)
    if parts is None:
        clean = unicodedata.normalize("NFKC", cell).strip()
        return CellReason.AMOUNT_EXPONENT if _EXPONENT.fullmatch(clean) else CellReason.AMOUNT
    if sum(ch.isdigit() for ch in parts.number) > DIGITS_MAX:
        return CellReason.AMOUNT_LARGE
    verdict = _evidence(parts.number)
    if verdict and style.doubt:
        return CellReason.AMOUNT_STYLE
    mark = style.decimal or (verdict if verdict in (".", ",") else ".")
    plain = _plain(parts.number, mark)
    if plain is None:
        return CellReason.AMOUNT
    value = Decimal(plain)
    return Amount(-value if parts.negative else value, parts.mark, parts.side)


def _plain(number: str, mark: str) -> str | None:
    """Write a number with a point and without groups; None when its groups are not groups."""
    whole, found, fraction = number.rpartition(mark)
    if not found:
        whole, fraction = number, ""
    if not (fraction.isdigit() or not fraction):
        return None
    if not whole:
        return f"0.{fraction}" if fraction else None
    if not (whole.isdigit() or _GROUPED[mark].fullmatch(whole) or _FREE_GROUPED.fullmatch(whole)):
        return None
    digits = "".join(ch for ch in whole if ch.isdigit())
    return f"{digits}.{fraction}" if fraction else digits


def _evidence(number: str) -> str:
    """Give the decimal mark a number proves, "?" where it may be either, "" where it has none."""
    points, commas = number.count("."), number.count(",")
    if not points and not commas:
        return ""
    if points and commas:
        return "." if number.rindex(".") > number.rindex(",") else ","
    mark, other, times = (".", ",", points) if points else (",", ".", commas)
    if times > 1:
        return other
    before, _, after = number.partition(mark)
    lone = before.replace(" ", "").replace("'", "")
    if len(after) != 3 or not lone or lone.startswith("0") or len(lone) > 3 or before != lone:
        return mark
    return "?"


@lru_cache(maxsize=200_000)
def _split(cell: str) -> _Parts | None:
    """Take sign, side and currency sign off a number; None when something else is in the cell."""
    if len(cell) > 64:
        return None
    # Runs of spaces become one: the pattern has optional spaces in many places and would try them all.
    text = " ".join(unicodedata.normalize("NFKC", cell.translate(_SPACES)).translate(_SPACES).split())
    found = _SHAPE.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    side1, mark2, side2 = found["side1"], found["mark2"], found["side2"]
    if mark2 and not side2 and mark2.upper() in _CREDIT_SIDES | _DEBIT_SIDES:
        mark2, side2 = None, mark2
    whole = (found["whole"] or "").replace(" ", "")
    number = found["number"].strip()
    trailing = whole in ("-", "--") and not number.endswith((".", ","))
    if whole and not trailing:
        whole = ".-"
    number = number.rstrip(".,") if whole == ".-" or (trailing is False and whole) else number
    signs = [sign for sign in (found["sign1"], found["sign2"], found["sign3"], "-" if trailing else None) if sign]
    side = _side((side1 or side2 or "").upper())
    if (
        len(signs) + bool(found["open"]) > 1
        or (side and "-" in signs)
        or (found["mark1"] and mark2)
        or (side1 and side2)
    ):
        return None
    mark = (found["mark1"] or mark2 or "").strip()
    if mark and currency_of(mark) is None:
        return None
    negative = "-" in signs or bool(found["open"]) or side < 0
    return _Parts(number, negative, mark, side)


def _side(word: str) -> int:
    return -1 if word in _CREDIT_SIDES else 1 if word in _DEBIT_SIDES else 0


def minor_units(value: Decimal, places: int) -> int | FormatCode:
    """Give minor units exactly, or why not; nothing is rounded."""
    scaled = value.scaleb(places)
    whole = int(scaled)
    if whole != scaled:
        return CellReason.AMOUNT_DECIMALS
    return whole if abs(whole) <= MINOR_MAX else CellReason.AMOUNT_LARGE
