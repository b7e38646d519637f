"""Cells with a closed vocabulary: currency, country, yes/no, debit/credit, kind of document, e-mail, IBAN."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from babel.core import Locale, get_global

from fairdue.kernel.money import exponents

NULLS = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "/",
        "n/a",
        "na",
        "null",
        "none",
        "nil",
        "nan",
        "nat",
        "#n/a",
        "#n/v",
        "(blank)",
        "(leer)",
        "无",
        "空",
    }
)
"""Writings of "nothing", case folded."""
_NULL_LENGTH_MAX = 16
"""With outer spaces; a longer cell is not looked up."""
_TRUE = frozenset({"yes", "y", "true", "t", "1", "x", "ja", "j", "wahr", "是", "有", "√", "✓", "on", "oui", "si", "sí"})
_FALSE = frozenset({"no", "n", "false", "f", "0", "nein", "falsch", "否", "无", "×", "off", "non"})
_UNKNOWN = frozenset(
    {"unknown", "?", "unbekannt", "inconnu", "inconnue", "desconocido", "desconocida", "未知", "不详", "不明"}
)
_SIZES = {
    "micro": frozenset({"micro", "micro enterprise", "kleinst", "kleinstunternehmen", "microentreprise", "micro-entreprise",
                        "très petite entreprise", "tpe", "microempresa", "微型", "微型企业"}),
    "small": frozenset({"small", "small enterprise", "klein", "kleinunternehmen", "kleines unternehmen", "petite",
                        "petite entreprise", "pequeña", "pequeña empresa", "小型", "小型企业"}),
    "medium": frozenset({"medium", "medium-sized", "medium enterprise", "mittel", "mittleres unternehmen", "moyenne",
                         "moyenne entreprise", "mediana", "mediana empresa", "中型", "中型企业"}),
    "large": frozenset({"large", "large enterprise", "groß", "gross", "großunternehmen", "grossunternehmen", "grande",
                        "grande entreprise", "grande empresa", "gran empresa", "大型", "大型企业"}),
}  # fmt: skip
"""Words for the size of a business; "grande" is French and Spanish."""
_DEBIT = frozenset({"d", "dr", "debit", "s", "soll", "借", "借方", "+", "money out", "out", "支出", "付", "outgoing"})
_CREDIT = frozenset(
    {"c", "cr", "credit", "k", "h", "haben", "贷", "贷方", "-", "money in", "in", "收入", "收", "incoming"}
)
_EMAIL = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_COUNTRY_LANGUAGES = ("en", "de", "zh_Hans")


def fold(text: str) -> str:
    """Fold width, case and outer space."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_null(text: str) -> bool:
    """Tell whether a cell says "nothing"."""
    return len(text) <= _NULL_LENGTH_MAX and not text.isdigit() and fold(text) in NULLS


@cache
def _signs() -> dict[str, str]:
    text = files("fairdue.formats.values").joinpath("currency_signs.csv").read_text(encoding="utf-8")
    return {fold(row["sign"]): row["currency"] for row in csv.DictReader(text.splitlines())}


def currency_of(text: str) -> str | None:
    """Give the ISO 4217 code; "" for a sign several currencies share ($, ¥, kr); None for what is no currency."""
    folded = fold(text)
    code = folded.upper()
    if code in exponents():
        return code
    shared = _signs().get(folded)
    return None if shared is None else "" if " " in shared else shared


def may_stand_for(sign: str, currency: str) -> bool:
    """Tell whether a sign several currencies share is used for ``currency``."""
    return currency in _signs().get(fold(sign), "").split()


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    aliases = get_global("territory_aliases")
    for code in map(str, Locale("en").territories):
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"):
            names[code.casefold()] = code
    known = set(names.values())
    for alias, targets in aliases.items():
        if len(alias) == 3 and alias.isalpha() and targets and targets[0] in known:
            names.setdefault(alias.casefold(), targets[0])
    for language in _COUNTRY_LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in known:
                names.setdefault(fold(name), code)
    common = {"usa": "US", "u.s.a.": "US", "uk": "GB", "united states of america": "US", "great britain": "GB",
              "england": "GB", "holland": "NL", "czech republic": "CZ", "korea": "KR", "russia": "RU",
              "中国大陆": "CN", "中华人民共和国": "CN", "p.r. china": "CN", "pr china": "CN"}  # fmt: skip
    return {**names, **common}


def country_of(text: str) -> str | None:
    """Give the ISO 3166 alpha-2 code for a code or a name in English, German or Chinese; None when unknown.

    Numbers are not read here: see ``numeric_countries``.
    """
    return _countries().get(fold(text))


def numeric_countries(texts: Iterable[str]) -> dict[str, str] | None:
    """Read a column of numeric codes as ISO 3166 numeric, or give None.

    Only when every code of the column is one: a column in which a single code is unknown follows another scheme
    (dialling codes, an own list), and the codes that happen to exist would name the wrong countries.
    """
    aliases = get_global("territory_aliases")
    found: dict[str, str] = {}
    for text in texts:
        targets = aliases.get(fold(text).removesuffix(".0").zfill(3))
        if not targets or len(targets) != 1:
            return None
        found[text] = targets[0]
    return found


def boolean_of(text: str) -> bool | None:
    """Give yes or no; None for anything else."""
    folded = fold(text).removesuffix(".0")
    return True if folded in _TRUE else False if folded in _FALSE else None


def known_of(text: str) -> str | None:
    """Give yes, no or unknown; None for anything else."""
    if fold(text) in _UNKNOWN:
        return "unknown"
    read = boolean_of(text)
    return None if read is None else "yes" if read else "no"


def size_of(text: str) -> str | None:
    """Give the size of a business, in English, Chinese, German, French or Spanish; None for anything else."""
    folded = fold(text)
    if folded in _UNKNOWN:
        return "unknown"
    return next((size for size, words in _SIZES.items() if folded in words), None)


def side_of(text: str) -> int | None:
    """Give +1 for debit (they owe more), -1 for credit, None for anything else. SAP's S and H are Soll and Haben."""
    folded = fold(text).rstrip(".")
    return 1 if folded in _DEBIT else -1 if folded in _CREDIT else None


@cache
def _document_types() -> dict[str, str]:
    text = files("fairdue.formats.values").joinpath("document_types.csv").read_text(encoding="utf-8")
    return {fold(row["type"]): row["kind"] for row in csv.DictReader(text.splitlines())}


def document_kind_of(text: str) -> str:
    """Give invoice, credit_note, debit_note, payment or other for a document type; "" when it is not known."""
    return _document_types().get(fold(text).replace("_", " "), "")


def email_of(text: str) -> str | None:
    """Give the address when the cell holds exactly one; None otherwise."""
    address = unicodedata.normalize("NFKC", text).strip().removeprefix("mailto:")
    return address if len(address) <= 254 and _EMAIL.fullmatch(address) else None


def iban_of(text: str) -> str | None:
    """Give an IBAN without spaces when its check digits hold (ISO 13616, mod 97); None otherwise."""
    iban = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if not _IBAN.fullmatch(iban):
        return None
    digits = "".join(str(int(ch, 36)) for ch in iban[4:] + iban[:4])
    return iban if int(digits) % 97 == 1 else None
