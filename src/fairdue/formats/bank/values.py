"""Amounts, days and sides as bank files write them: exact, quick, and refused where they are not what they should be."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from stdnum import iban as iban_numbers

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.errors import FormatError, shorten
from fairdue.kernel.money import MINOR_MAX, exponents

_DIGITS_MAX = 30


def minor(text: str, currency: str, field: str, line: int, mark: str = ".") -> int:
    """Give the minor units of a positive or signed amount with ``mark`` before its decimals.

    Zeros beyond the currency's decimals are fine; a fraction of a minor unit raises FormatError, as does what is no amount.
    """
    places = _places(currency, field, line)
    whole, _, fraction = text.strip().partition(mark)
    if (
        len(fraction) == places
        and text.isascii()
        and whole.isdigit()
        and (not places or fraction.isdigit())
        and len(whole) < 16
    ):
        return int(whole + fraction)
    return _odd_minor(text, whole, fraction, places, currency, field, line)


def _odd_minor(text: str, whole: str, fraction: str, places: int, currency: str, field: str, line: int) -> int:
    sign = -1 if whole.startswith("-") else 1
    digits = whole[1:] if whole[:1] in ("+", "-") else whole
    good = (digits + fraction).isascii() and (digits + fraction).isdigit() and len(digits + fraction) <= _DIGITS_MAX
    if not good:
        raise FormatError(BankError.AMOUNT, line=line, field=field, value=shorten(text))
    kept, rest = fraction[:places].ljust(places, "0"), fraction[places:]
    if rest.strip("0"):
        raise FormatError(BankError.DECIMALS, line=line, field=field, currency=currency, value=shorten(text))
    found = sign * int((digits or "0") + kept)
    if abs(found) > MINOR_MAX:
        raise FormatError(BankError.AMOUNT, line=line, field=field, value=shorten(text))
    return found


def count_of(text: str) -> int | None:
    """Give a number of records as it was told; None for what is none, or longer than any file."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else None


def minor_of(number: Decimal, currency: str, field: str, line: int) -> int:
    """Give the minor units of a number that a library has read."""
    return minor(f"{number:f}", currency, field, line)


def _places(currency: str, field: str, line: int) -> int:
    places = exponents().get(currency)
    if places is None:
        raise FormatError(BankError.CURRENCY, line=line, field=field, value=shorten(currency))
    return places


def day(text: str, field: str, line: int) -> date:
    """Give the day of ``2026-11-01`` or ``2026-11-01T06:00:00+01:00``: the day as it was written at the bank's place."""
    found = _day(text.strip()[:10])
    if found is None or not (len(text.strip()) == 10 or text.strip()[10:11] in ("T", "Z", "+", "-")):
        raise FormatError(BankError.DAY, line=line, field=field, value=shorten(text))
    return found


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def compact_day(text: str, field: str, line: int) -> date:
    """Give the day of ``20261101`` or ``261101``; two digits of a year are 1970 to 2069."""
    found = _compact(text)
    if found is None:
        raise FormatError(BankError.DAY, line=line, field=field, value=shorten(text))
    return found


@lru_cache(maxsize=4096)
def _compact(text: str) -> date | None:
    if not (text.isascii() and text.isdigit() and len(text) in (6, 8)):
        return None
    if len(text) == 6:
        text = ("19" if text[:2] >= "70" else "20") + text
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})


def given(reference: str) -> str:
    """Give a reference, "" where it only says that there is none."""
    return "" if reference.strip().upper() in _NOT_GIVEN else reference


def is_iban(text: str) -> bool:
    """Say whether a text is an IBAN, its check digits and its country's form included; a list of banks may be older than the bank."""
    return bool(text) and bool(iban_numbers.is_valid(text, check_country=False))


def numeric_currency(text: str, field: str, line: int) -> str:
    """Give the three letters of a currency's ISO number."""
    found = _numeric().get(text)
    if found is None:
        raise FormatError(BankError.CURRENCY, line=line, field=field, value=shorten(text))
    return found


@cache
def _numeric() -> dict[str, str]:
    text = files("fairdue.formats.bank").joinpath("currencies.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["numeric"]: row["code"] for row in rows}
