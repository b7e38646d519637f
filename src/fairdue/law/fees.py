"""What a fee for a reminder or for the creditor's own demand may be in the debtor's country. Pure; ``conduct.md``, sentences 24 to 29.

Silence is no licence: where no cap is collected, in another currency or for another day, nothing is charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fairdue.kernel.reasons import Reason, because
from fairdue.law.conduct import UNKNOWN_COUNTRY, Conduct, fee_cap
from fairdue.law.conduct_table import ConductRule, RuleCode
from fairdue.law.confirmed import citation
from fairdue.law.reasons import LawReason


class FeeKind(StrEnum):
    """What a fee is for."""

    REMINDER = "reminder"
    COLLECTION = "collection"
    """The creditor's own formal demand."""


CAPS = {FeeKind.REMINDER: RuleCode.REMINDER_FEE_MAX, FeeKind.COLLECTION: RuleCode.COLLECTION_FEE_MAX}


@dataclass(frozen=True, slots=True)
class AllowedFee:
    """What is left of a fee: 0 where it may not be charged. ``basis`` is the citation that a letter prints."""

    amount_minor: int
    basis: str
    reason: Reason
    rule: ConductRule | None = None


def allowed_fee(
    conduct: Conduct, kind: FeeKind, asked_minor: int, currency: str, on: date, *, charged_before: int = 0
) -> AllowedFee:
    """Hold a fee to the cap of the debtor's country on a day.

    1. No cap is collected for that day: nothing. 2. A cap in another currency: nothing. 3. A cap of zero bars the fee. 4. A
    country that counts the reminders which may carry a fee bars the next one (``charged_before`` were charged on these
    items). 5. Otherwise the lesser of both.
    """
    cap = fee_cap(conduct, CAPS[kind], on)
    rule, law = cap.rule, conduct.country or UNKNOWN_COUNTRY
    if rule is None or cap.amount_minor is None:
        return AllowedFee(0, "", cap.reason)
    told: dict[str, str | int] = {
        "law": law, "amount_minor": asked_minor, "currency": currency, "source": rule.source, "confidence": rule.confidence.value,
    }  # fmt: skip
    if cap.currency != currency:
        return AllowedFee(0, "", because(LawReason.FEE_OTHER_CURRENCY, **told, capped=cap.currency), rule)
    if cap.amount_minor == 0:
        return AllowedFee(0, "", because(LawReason.FEE_BARRED, **told), rule)
    most = conduct.rule(RuleCode.REMINDER_FEES_MAX, on) if kind is FeeKind.REMINDER else None
    if most is not None and most.number is not None and charged_before >= most.number:
        spent = told | {"source": most.source, "confidence": most.confidence.value}
        return AllowedFee(0, "", because(LawReason.FEES_SPENT, **spent, most=most.number), most)
    if cap.amount_minor < asked_minor:
        told |= {"cap_minor": cap.amount_minor}
        return AllowedFee(cap.amount_minor, citation(rule.source), because(LawReason.FEE_REDUCED, **told), rule)
    return AllowedFee(asked_minor, citation(rule.source), because(LawReason.FEE_ALLOWED, **told), rule)
