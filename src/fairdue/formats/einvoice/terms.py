"""Early-payment discounts in the text of payment terms, as German invoices write them (XRechnung, BR-DE-18)."""

from __future__ import annotations

import re
from decimal import Decimal

from fairdue.formats.einvoice.records import Discount
from fairdue.kernel.money import exponents

_SKONTO = re.compile(
    r"#SKONTO#TAGE=(?P<days>\d{1,3})#PROZENT=(?P<percent>\d{1,2}(?:\.\d{1,4})?)(?:#BASISBETRAG=(?P<basis>-?\d{1,15}(?:\.\d{1,2})?))?#"
)


def discounts_in(text: str, currency: str) -> tuple[Discount, ...]:
    """Give the discounts of a text of terms: ``#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=100.00#``, one a line."""
    return tuple(
        Discount(
            found["percent"], None, int(found["days"]), None,
            int(Decimal(found["basis"]).scaleb(exponents()[currency])) if found["basis"] else None,
        )
        for found in _SKONTO.finditer(text)
    )  # fmt: skip
