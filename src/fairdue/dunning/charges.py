"""What a letter asks for beside interest and compensation: the stage's fee, and what earlier notices charged and is still open.

Sentences 33 to 36 of ``docs/algorithms/dunning.md``. Pure: the desk's facts come in as arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from fairdue.dunning.claims import COMPENSATION, Booking, ClaimedItem, Claims
from fairdue.dunning.policy.shape import Fee
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import Reason, because
from fairdue.law.conduct import Conduct
from fairdue.law.fees import allowed_fee
from fairdue.law.reasons import LawReason
from fairdue.letters.facts import ChargeKind, ChargeLine

FEE = "fee"


class OpenCharge(NamedTuple):
    """A charge of an earlier notice with what is left of it."""

    charge_id: int
    kind: str
    document_number: str
    open_minor: int
    basis: str
    claimed_on: date
    period_from: date | None = None
    period_to: date | None = None


def with_fee(
    claims: Claims, fee: Fee | None, items: Sequence[ClaimedItem], conduct: Conduct, currency: str, on: date
) -> Claims:
    """Add the stage's fee to a letter's claims, within the cap of the customer's country; the note says what became of it.

    One fee for the letter, booked on its oldest item. None beside fixed compensation that these items bear or that the letter
    charges: it stands for the same costs (Directive 2011/7/EU, article 6).
    """
    asked_minor = fee.amounts_minor.get(currency, 0) if fee else 0
    if fee is None or not asked_minor or not items:
        return claims
    compensated = next((one for one in claims.bookings if one.kind == COMPENSATION), None)
    if compensated is not None or any(item.compensated for item in items):
        told = because(ReleaseReason.FEE_ABSORBED, amount_minor=asked_minor, currency=currency)
        return replace(claims, notes=(*claims.notes, told))
    before = sum(item.fees_charged for item in items)
    allowed = allowed_fee(conduct, fee.kind, asked_minor, currency, on, charged_before=before)
    notes = [*claims.notes, allowed.reason]
    if not allowed.amount_minor:
        return replace(claims, notes=tuple(notes))
    oldest = min(items, key=lambda item: (item.due_on, item.due_item_id))
    line = ChargeLine(
        kind=ChargeKind.FEE,
        document_number=oldest.document_number,
        amount_minor=allowed.amount_minor,
        basis=allowed.basis,
    )
    stored = {"basis": allowed.basis, "fee": fee.kind.value, "asked_minor": asked_minor, "rule": allowed.reason.code}
    booked = Booking(oldest.due_item_id, FEE, allowed.amount_minor, None, None, stored)
    return replace(claims, lines=(*claims.lines, line), bookings=(*claims.bookings, booked), notes=tuple(notes))


def told_charges(claims: Claims, currency: str) -> tuple[Reason, ...]:
    """Say, charge by charge, what a letter asks for beside the items and on which basis; and why a fee is less or none."""
    found = []
    for line in claims.lines:
        if not line.mentioned_only:
            values = {
                "charge_kind": line.kind.value, "document": line.document_number or "–", "amount_minor": line.amount_minor,
                "currency": currency, "source": line.basis or "–",
            }  # fmt: skip
            before = line.claimed_on
            found.append(
                because(ReleaseReason.CHARGED_BEFORE, **values, on=before.isoformat())
                if before
                else because(ReleaseReason.CHARGED, **values)
            )
    return (*dict.fromkeys(found), *(note for note in claims.notes if note.code in FEE_NOTES))


FEE_NOTES = frozenset(
    {ReleaseReason.FEE_ABSORBED.code, LawReason.CONDUCT_NO_CAP.code}
    | {
        one.code
        for one in (LawReason.FEE_REDUCED, LawReason.FEE_BARRED, LawReason.FEE_OTHER_CURRENCY, LawReason.FEES_SPENT)
    }
)
"""Notes that say why a fee is less than the policy asks for, or none."""


def earlier_lines(charges: Sequence[OpenCharge]) -> tuple[ChargeLine, ...]:
    """Give a line for each charge of an earlier notice that is still open, by what is left of it; nothing is booked again."""
    return tuple(
        ChargeLine(
            kind=ChargeKind(one.kind),
            document_number=one.document_number,
            amount_minor=one.open_minor,
            basis=one.basis,
            period_from=one.period_from,
            period_to=one.period_to,
            claimed_on=one.claimed_on,
        )
        for one in charges
    )
