"""Exchange rates: the European Central Bank's quotes kept by day, and amounts converted at a dated rate.

Rules, stated in ``docs/reference/exchange-rates.md``:

1. A quote says how many units of a currency one euro buys. It is kept in millionths, exactly.
2. Weekends and holidays have no quote: the last quote on or before the day counts, if it is at most 7 days old. Older
   quotes count as unknown; nothing is extrapolated or interpolated.
3. Two currencies that are both not the euro cross through it, with both quotes from the same day.
4. The arithmetic is exact until one rounding at the end (halves away from zero), in the target's minor unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection, transaction

from fairdue.kernel.money import exponents
from fairdue.kernel.reasons import Reason, ReasonCode, because, gettext_noop
from fairdue.kernel.rounding import to_int
from fairdue.ledger import bulk
from fairdue.ledger.models import ExchangeRate
from fairdue.ledger.rates_file import Quote, packaged_quotes

EURO = "EUR"
MICRO = 1_000_000
AGE_DAYS_MAX = 7
"""Oldest quote that still speaks for a day. The longest gap between two quotes since 1999 is five days (Easter, Christmas)."""


class RateReason(ReasonCode):
    """Why an amount has no value in another currency."""

    NO_CURRENCY = ("rate_no_currency", gettext_noop("%(currency)s is not a known currency code."))
    NO_QUOTE = (
        "rate_no_quote",
        gettext_noop("No exchange rate for %(currencies)s was quoted in the %(days)s days up to %(on)s."),
    )


@dataclass(frozen=True, slots=True)
class RatePart:
    """One quote that a conversion used: ``per_euro_micro`` millionths of ``currency`` for one euro."""

    currency: str
    per_euro_micro: int


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency, with what it rests on. ``quoted_on`` is empty where no rate was needed."""

    amount_minor: int
    currency: str
    quoted_on: date | None
    parts: tuple[RatePart, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value can be said, and why."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class DayRates:
    """The quotes that speak for one day: (quote day, millionths by currency), newest day first. Made once for many amounts."""

    on: date
    days: tuple[tuple[date, dict[str, int]], ...]

    def convert(self, amount_minor: int, from_currency: str, to_currency: str) -> Converted | Unknown:
        """Convert minor units of one currency to another by the rules at the head of this module."""
        for currency in (from_currency, to_currency):
            if currency not in exponents():
                return Unknown(because(RateReason.NO_CURRENCY, currency=currency[:20]))
        if from_currency == to_currency:
            return Converted(amount_minor, to_currency, None, ())
        needed = tuple(currency for currency in (from_currency, to_currency) if currency != EURO)
        for quoted_on, quotes in self.days:
            if all(currency in quotes for currency in needed):
                crossed = cross(amount_minor, from_currency, to_currency, quotes)
                return Converted(
                    crossed, to_currency, quoted_on, tuple(RatePart(name, quotes[name]) for name in needed)
                )
        named = ", ".join(needed)
        return Unknown(because(RateReason.NO_QUOTE, currencies=named, days=AGE_DAYS_MAX, on=self.on.isoformat()))


def cross(amount_minor: int, from_currency: str, to_currency: str, per_euro_micro: dict[str, int]) -> int:
    """Give ``amount / rate(from) * rate(to)`` in minor units of the target, exact until one rounding of halves away from zero."""
    places = exponents()
    from_micro = MICRO if from_currency == EURO else per_euro_micro[from_currency]
    to_micro = MICRO if to_currency == EURO else per_euro_micro[to_currency]
    numerator = amount_minor * to_micro * 10 ** places[to_currency]
    return to_int(Fraction(numerator, from_micro * 10 ** places[from_currency]))


def rates_on(on: date) -> DayRates:
    """Give the quotes that speak for ``on``: those of the 7 days up to it. One query."""
    rows = ExchangeRate.objects.filter(quoted_on__lte=on, quoted_on__gte=on - timedelta(days=AGE_DAYS_MAX))
    days: dict[date, dict[str, int]] = {}
    for currency, quoted_on, micro in rows.order_by("-quoted_on", "currency").values_list(
        "currency", "quoted_on", "per_euro_micro"
    ):
        days.setdefault(quoted_on, {})[currency] = micro
    return DayRates(on, tuple(days.items()))


def convert(amount_minor: int, from_currency: str, to_currency: str, on: date) -> Converted | Unknown:
    """Convert one amount at the rates that speak for ``on``. One query; for many amounts of a day keep ``rates_on``."""
    return rates_on(on).convert(amount_minor, from_currency, to_currency)


def last_quoted_on() -> date | None:
    """Give the newest day with a quote, or None where none is loaded."""
    return ExchangeRate.objects.order_by("-quoted_on").values_list("quoted_on", flat=True).first()


def load_rates(since: date) -> int:
    """Store the quotes that come with the package from ``since`` on, where a day has none yet; give how many were new."""
    return store_rates(packaged_quotes(since))


@transaction.atomic
def store_rates(quotes: Iterable[Quote]) -> int:
    """Store quotes whose day and currency have none yet, in one go; give how many were new. A stored quote never changes."""
    given = {(quote.currency, quote.quoted_on): quote for quote in quotes}
    if not given:
        return 0
    known = _stored_keys(min(on for _, on in given), max(on for _, on in given))
    fresh = [given[key] for key in sorted(given.keys() - known, key=lambda key: (key[1], key[0]))]
    rows = [(quote.currency, quote.quoted_on, quote.per_euro_micro, quote.source) for quote in fresh]
    bulk.insert_rows(ExchangeRate, ("currency", "quoted_on", "per_euro_micro", "source"), rows)
    return len(rows)


def _stored_keys(first_on: date, last_on: date) -> set[tuple[str, date]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, quoted_on FROM ledger_exchange_rate WHERE quoted_on BETWEEN %s AND %s",
            [first_on, last_on],
        )
        return {(currency, _date(quoted_on)) for currency, quoted_on in cursor.fetchall()}


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
