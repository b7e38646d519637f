"""Amounts in the company's currency at dated rates. Where there is no rate there is no amount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import duckdb

from fairdue.engine.measures import run
from fairdue.kernel.money import exponent
from fairdue.kernel.rounding import to_int
from fairdue.ledger.measures.files import measure

QUOTE_DAYS_MAX = 7
"""How old a quote may be: over Christmas and New Year the ECB leaves at most five days without one."""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in the company's currency, and the currencies that could not enter it for want of a rate."""

    amount_minor: int
    currency: str
    without_rate: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rates of one day. ``quotes`` holds per currency numerator and denominator in whole units, and the quote's day."""

    currency: str
    quotes: Mapping[str, tuple[int, int, date]]

    def exact(self, amount_minor: int, currency: str) -> Fraction | None:
        """Give an amount in minor units of the company's currency, unrounded; None without a rate."""
        if currency not in self.quotes:
            return None
        numerator, denominator, _ = self.quotes[currency]
        scale = Fraction(10) ** (exponent(self.currency) - exponent(currency))
        return Fraction(amount_minor * numerator, denominator) * scale

    def convert(self, amount_minor: int, currency: str) -> int | None:
        """Give an amount in minor units of the company's currency, rounded half up; None without a rate."""
        exact = self.exact(amount_minor, currency)
        return None if exact is None else to_int(exact)

    def total(self, amounts: Iterable[tuple[int, str]]) -> Total:
        """Sum (minor units, currency) pairs and round once at the end."""
        whole, without = Fraction(0), set()
        for amount_minor, currency in amounts:
            exact = self.exact(amount_minor, currency)
            if exact is None:
                without.add(currency)
            else:
                whole += exact
        return Total(to_int(whole), self.currency, tuple(sorted(without)))


def conversion(con: duckdb.DuckDBPyConnection, as_of: date) -> Conversion:
    """Give the rates of ``as_of`` into the company's currency; see ``sql/exchange.sql``.

    Raises ValueError where the snapshot holds no company.
    """
    rows = run(con, measure("exchange"), as_of=as_of, earliest_on=as_of - timedelta(days=QUOTE_DAYS_MAX)).to_pylist()
    if not rows:
        raise ValueError("the snapshot holds no company, so nothing says its currency")
    quotes = {row["currency"]: (row["numerator"], row["denominator"], row["quoted_on"]) for row in rows}
    return Conversion(rows[0]["company_currency"], quotes)
