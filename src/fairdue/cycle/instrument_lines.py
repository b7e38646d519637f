"""Lines of the worklist for bills, cheques and debits that ask for something (``docs/algorithms/worklist.md``, 7)."""

from __future__ import annotations

from datetime import date

from fairdue.cash.instrument_rules import last_day
from fairdue.cash.instruments import Standing, open_of_covers, standing
from fairdue.cash.reasons import InstrumentDuty
from fairdue.cycle.receipts import Line
from fairdue.cycle.rules import Candidate
from fairdue.cycle.summary import base_minor
from fairdue.kernel.reasons import because
from fairdue.ledger.measures import Conversion

SOON_DAYS = 5
"""A bill is presented from some days before it is payable."""
DUTIES = {
    "matures": InstrumentDuty.MATURES, "unanswered": InstrumentDuty.UNANSWERED, "late": InstrumentDuty.LATE,
    "dishonoured": InstrumentDuty.DISHONOURED,
}  # fmt: skip
SETTLED_QUIET = frozenset({"late", "dishonoured"})
"""Duties that end when what was covered is settled."""


def lines(company_id: int, as_of: date, rates: Conversion) -> list[Line]:
    """Give a line for each instrument that asks for something on the day. Six queries at most."""
    found = [one for one in standing(company_id, as_of, soon_days=SOON_DAYS) if one.duty]
    opened = open_of_covers(company_id, [one.instrument.pk for one in found if one.duty in SETTLED_QUIET])
    return [
        _line(one, as_of, rates, opened.get(one.instrument.pk, 0))
        for one in found
        if one.duty not in SETTLED_QUIET or opened.get(one.instrument.pk, 0)
    ]


def _line(one: Standing, as_of: date, rates: Conversion, open_minor: int) -> Line:
    kept = one.instrument
    stake = open_minor if one.duty in SETTLED_QUIET else kept.amount_minor
    on = one.state.on if one.duty == "dishonoured" else kept.payable_on
    reason = because(
        DUTIES[one.duty], number=kept.number, amount_minor=kept.amount_minor, open_minor=open_minor, currency=kept.currency,
        on=on.isoformat(), until=last_day(kept.payable_on, kept.grace_days).isoformat(), instrument=kept.pk,
    )  # fmt: skip
    candidate = Candidate(
        key=f"instrument:{kept.pk}", customer_id=kept.customer_id, action=f"instrument_{one.duty}", channel="task",
        currency=kept.currency, amount_minor=stake, base_minor=base_minor(rates, stake, kept.currency),
        days_overdue=max(0, (as_of - kept.payable_on).days), reason_codes=(reason.code,), is_task=True,
    )  # fmt: skip
    return Line(candidate, [reason.as_dict()], ())
