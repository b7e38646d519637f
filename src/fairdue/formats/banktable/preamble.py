"""What stands above the headings: the account, its currency, the period, balances, and what a wallet says its lines add up to."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from fairdue.formats.bank.records import Fields
from fairdue.formats.bank.values import is_iban
from fairdue.formats.banktable.grid import Grid, filled
from fairdue.formats.banktable.words import words_of
from fairdue.formats.values.codes import currency_of

ACCOUNT_LENGTH_MAX = 40
_COUNT = re.compile(r"共\s*(\d{1,9})\s*笔")
_SUM = re.compile(r"(收入|支出)\s*[:：]\s*(\d{1,9})\s*笔\s*[,，]?\s*(?:共)?\s*([\d.,]+)\s*元")
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){8,30}|\d[\d \-./]{3,38}\d|[\w.+-]+@[\w.-]+")
_BLANKS = re.compile(r"\s")
_BARE = re.compile(r"[:：]\s*([A-Z]{3})")


class Sum(NamedTuple):
    """What a wallet says of one side: how many lines, and their sum as it is written."""

    word: str
    lines: int
    amount: str


class Preamble(NamedTuple):
    """What was found; "" where it does not stand there. Days and amounts are as they were written."""

    fields: Fields = ()
    account: str = ""
    owner: str = ""
    currency: str = ""
    from_on: str = ""
    to_on: str = ""
    opening: str = ""
    closing: str = ""
    entries: int | None = None
    sums: tuple[Sum, ...] = ()


def preamble_of(grid: Grid, heading_at: int) -> Preamble:
    """Read the rows above ``heading_at``."""
    fields: list[tuple[str, str]] = []
    found: dict[str, str] = {}
    sums: list[Sum] = []
    entries: int | None = None
    house = bare = ""
    for row, line in zip(grid.rows[: max(heading_at, 0)], grid.lines, strict=False):
        cells = filled(row)
        if not cells:
            continue
        fields += [(f"above/{line}", text) for text in cells]
        whole = "\t".join(cells)
        for kind, value in _labelled(whole):
            found.setdefault(kind, value)
        if count := _COUNT.search(whole):
            entries = int(count[1])
        sums += [Sum(one[1], int(one[2]), one[3]) for one in _SUM.finditer(whole)]
        house = house or next((code for word, code in words_of("house").items() if word in whole), "")
        bare = bare or next((code for one in _BARE.findall(whole) if (code := currency_of(one))), "")
    currency = (currency_of(found.get("currency", "")) or "") or house or bare
    return Preamble(
        tuple(fields), account_number(found.get("account", "")), found.get("owner", ""), currency, found.get("from", ""),
        found.get("to", ""), found.get("opening", ""), found.get("closing", ""), entries, tuple(sums),
    )  # fmt: skip


def _labelled(whole: str) -> list[tuple[str, str]]:
    """Give the values behind labels: in the same cell behind a colon, or in the next cell."""
    found = []
    for one in _pattern().finditer(whole):
        label = one[1] if one[1].isascii() else _BLANKS.sub("", one[1])
        kind = words_of("label").get(label.casefold(), "")
        value = one[2].strip().strip("[]").strip()
        if kind and value:
            found.append((kind, value))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    labels = "|".join(sorted((_spaced(word) for word in words_of("label")), key=len, reverse=True))
    return re.compile(
        rf"(?:(?<=[\t\s\])])|^)({labels})(?:\s+(?:vom|am|on|as of|au)\s[^\t:：]{{0,20}})?\s*(?:[:：][\t \u3000]*|\t)(\[[^\]\t]*\]|[^\t]*)",
        re.IGNORECASE,
    )


def _spaced(word: str) -> str:
    """Write a label so that blanks may stand inside it, as between two Chinese characters."""
    return re.escape(word) if word.isascii() else r"\s*".join(map(re.escape, word))


def account_number(text: str) -> str:
    """Give the account's number in a text; "" where it is hidden (``6222****1234``) or there is none."""
    if len(text) > 200 or "*" in text:
        return ""
    found = _ACCOUNT.search(text)
    if found is None or re.search(r"[xX]{3,}", text):
        return ""
    number = found[0].strip()
    plain = _BLANKS.sub("", number)
    return plain[:ACCOUNT_LENGTH_MAX] if is_iban(plain) or len(plain) <= ACCOUNT_LENGTH_MAX else ""
