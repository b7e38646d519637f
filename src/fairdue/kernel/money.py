"""Money as integer minor units with an ISO 4217 code. No float ever."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

from fairdue.kernel.reasons import Reason, ReasonCode, Value, because, gettext_noop

_TYPED = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
MINOR_MAX = 2**62
"""Largest amount in minor units that a BIGINT sum may safely carry."""


class MoneyReason(ReasonCode):
    """Why something is no money."""

    CURRENCY = (
        "money_currency",
        gettext_noop("%(value)s is not an ISO 4217 currency code; use three letters such as EUR"),
    )
    NO_NUMBER = ("money_no_number", gettext_noop("%(value)s is not a number; write digits such as 1234.50"))
    TOO_LARGE = ("money_too_large", gettext_noop("%(value)s is larger than any amount kept here"))
    DECIMALS = ("money_decimals", gettext_noop("%(value)s has more decimals than %(currency)s has (%(places)s)"))
    TWO_CURRENCIES = (
        "money_two_currencies",
        gettext_noop("%(currency)s and %(other)s do not add up without a dated rate"),
    )


class MoneyError(ValueError):
    """An amount or currency that cannot be money. ``reason`` says why, in words that can be translated."""

    def __init__(self, code: MoneyReason, **values: Value) -> None:
        self.code = code
        self.reason: Reason = because(code, **values)
        super().__init__(code.text % values)


@cache
def exponents() -> dict[str, int]:
    """Give the decimal places of each ISO 4217 currency, from ``currencies.csv``."""
    text = files("fairdue.kernel").joinpath("currencies.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {row["code"]: int(row["exponent"]) for row in csv.DictReader(lines)}


def exponent(currency: str) -> int:
    """Give the number of decimals of ``currency``; raises MoneyError for an unknown code."""
    try:
        return exponents()[currency]
    except KeyError:
        raise MoneyError(MoneyReason.CURRENCY, value=repr(currency)) from None


def to_minor(value: Decimal | str, currency: str) -> int:
    """Give the minor units of a decimal amount, exactly.

    Raises MoneyError when the value is no number, has more decimals than the currency (trailing zeros are fine), or is
    beyond MINOR_MAX: a hidden fraction of a cent is never rounded away in silence.
    """
    places = exponent(currency)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise MoneyError(MoneyReason.NO_NUMBER, value=repr(value)) from None
    if not number.is_finite():
        raise MoneyError(MoneyReason.NO_NUMBER, value=repr(value))
    if number and number.adjusted() > 20:
        raise MoneyError(MoneyReason.TOO_LARGE, value=str(value))
    scaled = number.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise MoneyError(MoneyReason.DECIMALS, value=str(value), currency=currency, places=places)
    minor = int(scaled)
    if abs(minor) > MINOR_MAX:
        raise MoneyError(MoneyReason.TOO_LARGE, value=str(value))
    return minor


def typed_minor(value: Decimal | str, currency: str) -> int:
    """Give the minor units of an amount that a person typed, such as ``1234.50``: digits, a sign, a point.

    As ``to_minor``, but a third decimal of euros is refused even where it is a zero: who writes ``1.000`` means a thousand.
    """
    if isinstance(value, str) and not _TYPED.fullmatch(value):
        raise MoneyError(MoneyReason.NO_NUMBER, value=repr(value))
    minor = to_minor(value, currency)
    written = -int(Decimal(value).as_tuple().exponent)
    if written > exponent(currency):
        raise MoneyError(MoneyReason.DECIMALS, value=str(value), currency=currency, places=exponent(currency))
    return minor


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Give the decimal amount of minor units: ``to_decimal(1234, "EUR") == Decimal("12.34")``."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def plain(amount_minor: int, currency: str) -> str:
    """Write an amount for machines: a point, the currency's decimals, no grouping (``1234.50``)."""
    places = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    digits = str(abs(amount_minor)).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of one currency. Amounts of two currencies never add up."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if abs(self.amount_minor) > MINOR_MAX:
            raise MoneyError(MoneyReason.TOO_LARGE, value=str(self.amount_minor))

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{plain(self.amount_minor, self.currency)} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(MoneyReason.TWO_CURRENCIES, currency=self.currency, other=other.currency)
