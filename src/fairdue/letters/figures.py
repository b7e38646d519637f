"""Dates, numbers and amounts as CLDR writes them.

Digits are Latin in every language, Arabic included: invoice numbers, IBANs and bank forms carry Latin digits, and a
reader compares them side by side (``docs/decisions/0003-letters-and-fonts.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, dates, lists, numbers

from fairdue.kernel.money import exponent, plain, to_decimal

DIGITS = "latn"
TABLE_DATES = {"zh": "yyyy-MM-dd", "ar": "yyyy-MM-dd"}
"""Date pattern of tables where CLDR's medium one is too wide for a column (Chinese) or runs against the Latin digits beside it
(Arabic: day, month and year from right to left, kept apart by direction marks)."""


@lru_cache(maxsize=4096)
def _date(on: date, length: str, locale: Locale) -> str:
    return dates.format_date(on, format=length, locale=locale)


@lru_cache(maxsize=64)
def _symbols(locale: Locale) -> tuple[str, str, str, bool]:
    """Give decimal, group and minus sign, and whether groups are all of three digits."""
    by_three = locale.decimal_formats[None].grouping == (3, 3)
    return (
        numbers.get_decimal_symbol(locale, numbering_system=DIGITS),
        numbers.get_group_symbol(locale, numbering_system=DIGITS),
        numbers.get_minus_sign_symbol(locale, numbering_system=DIGITS),
        by_three,
    )


@lru_cache(maxsize=4096)
def _money(amount_minor: int, currency: str, locale: Locale) -> str:
    """Write an amount; a letter names what is payable in several places."""
    value = to_decimal(amount_minor, currency)
    return numbers.format_currency(value, currency, locale=locale, numbering_system=DIGITS, currency_digits=True)


@lru_cache(maxsize=4096)
def _territory(code: str, locale: Locale) -> str:
    return str(locale.territories.get(code, code))


@dataclass(frozen=True, slots=True)
class Figures:
    """Writes figures for one locale."""

    locale: Locale

    def long_date(self, on: date) -> str:
        """Write a date for running text: ``3 March 2026``."""
        return _date(on, "long", self.locale)

    def short_date(self, on: date | None) -> str:
        """Write a date for a table; nothing for None."""
        return "" if on is None else _date(on, TABLE_DATES.get(self.locale.language, "medium"), self.locale)

    def number(self, amount_minor: int, currency: str) -> str:
        """Write an amount without its currency, for a column whose heading names it."""
        point, group, minus, by_three = _symbols(self.locale)
        if not by_three:
            places = exponent(currency)
            pattern = "#,##,##0" + ("." + "0" * places if places else "")
            value = to_decimal(amount_minor, currency)
            return numbers.format_decimal(value, format=pattern, locale=self.locale, numbering_system=DIGITS)
        whole, _, cents = plain(abs(amount_minor), currency).partition(".")
        text = f"{int(whole):,}".replace(",", group) + (point + cents if cents else "")
        return minus + text if amount_minor < 0 else text

    def money(self, amount_minor: int, currency: str) -> str:
        """Write an amount with its currency as CLDR does: ``€1,234.50``, ``1.234,50 €``."""
        return _money(amount_minor, currency, self.locale)

    def percent(self, value: Decimal) -> str:
        """Write a rate given in per cent, with at least two and at most five decimals."""
        return numbers.format_percent(
            value / 100, format=_percent_pattern(self.locale), locale=self.locale, numbering_system=DIGITS
        )

    def decimal(self, value: Decimal) -> str:
        """Write a plain decimal, at most five decimals."""
        return numbers.format_decimal(value, format="#,##0.#####", locale=self.locale, numbering_system=DIGITS)

    def count(self, value: int) -> str:
        """Write a whole number."""
        return self.number(value, "JPY")

    def listing(self, parts: list[str]) -> str:
        """Join words as the language does: ``a, b and c``."""
        return lists.format_list(parts, locale=self.locale)

    def country(self, code: str) -> str:
        """Name a country in the letter's language; an unknown code stays as it is."""
        return _territory(code, self.locale) if code else ""


@lru_cache(maxsize=64)
def _percent_pattern(locale: Locale) -> str:
    """Give the locale's percent pattern with two to five decimals."""
    return str(locale.percent_formats[None].pattern).replace("#,##0", "#,##0.00###")
