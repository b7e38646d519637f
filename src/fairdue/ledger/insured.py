"""What the insurer's facts forbid: an extension, plan or promise beyond the last day, or without the consent that is needed.

The room cover publishes the facts; absent facts forbid nothing. A recorded consent publishes a later day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext

from fairdue.kernel.reasons import Reason, ReasonCode, because, gettext_noop
from fairdue.ledger.models import DueItem, Fact
from fairdue.ledger.queries import open_amounts

LAST_DAY = "cover_max_extension_until"
CONSENT = "cover_consent_needed"
IDS_PER_QUERY = 500


class InsuredReason(ReasonCode):
    """Why the insurer's conditions do not allow something."""

    BEYOND = (
        "insured.beyond",
        gettext_noop(
            "%(document)s is insured: without the insurer's consent payment may be put off to %(last_on)s at most."
        ),
    )
    NO_END = (
        "insured.no_end",
        gettext_noop("%(document)s is insured: give a last day, not after %(last_on)s without the insurer's consent."),
    )
    CONSENT = (
        "insured.consent",
        gettext_noop("The insurer wants to be asked before a plan or an extension; record its consent first."),
    )


def told(reason: Reason) -> str:
    """Say a reason in the active language, days in ISO writing; pages that know more write it themselves."""
    text = {member.code: member.text for member in InsuredReason}[reason.code]
    return gettext(text) % dict(reason.values)


def last_days(company_id: int, due_item_ids: Collection[int], on: date) -> dict[int, date]:
    """Give the last day to which each of these items may be put off; items without a bound are absent."""
    values = _latest(company_id, LAST_DAY, [f"due_item:{one}" for one in sorted(set(due_item_ids))], on)
    return {int(subject.partition(":")[2]): date.fromordinal(value) for subject, value in values.items() if value}


def consent_needed(company_id: int, customer_ids: Collection[int], on: date) -> frozenset[int]:
    """Give those of the customers for whom any plan or extension needs the insurer's consent now."""
    values = _latest(company_id, CONSENT, [f"customer:{one}" for one in sorted(set(customer_ids))], on)
    return frozenset(int(subject.partition(":")[2]) for subject, value in values.items() if value)


def _latest(company_id: int, kind: str, subjects: list[str], on: date) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(subjects), IDS_PER_QUERY):
        rows = Fact.objects.filter(
            company_id=company_id, kind=kind, subject__in=subjects[start : start + IDS_PER_QUERY], as_of__lte=on
        )
        found.update(rows.order_by("as_of", "recorded_at", "id").values_list("subject", "value"))
    return found


def forbids(
    company_id: int,
    customer_id: int,
    on: date,
    *,
    until: date | None,
    due_item_id: int | None = None,
    document_id: int | None = None,
    formal: bool = True,
) -> Reason | None:
    """Give why payment may not be put off ``until`` a day (None: without end), for the item with the earliest bound; else None.

    The scope is the item, else the document, else all open items of the customer. ``formal`` is a plan or an extension, for
    which a consent may be needed whatever the day; a promise is not.
    """
    if formal and consent_needed(company_id, [customer_id], on):
        return because(InsuredReason.CONSENT)
    items = _scope(company_id, customer_id, on, due_item_id, document_id)
    days = last_days(company_id, items, on)
    beyond = {item: last for item, last in days.items() if until is None or until > last}
    if not beyond:
        return None
    item, last = min(beyond.items(), key=lambda pair: (pair[1], pair[0]))
    number = DueItem.objects.values_list("document__number", flat=True).get(pk=item)
    code = InsuredReason.NO_END if until is None else InsuredReason.BEYOND
    return because(code, document=number, last_on=last.isoformat())


def _scope(
    company_id: int, customer_id: int, on: date, due_item_id: int | None, document_id: int | None
) -> Collection[int]:
    if due_item_id is not None:
        return [due_item_id]
    opened = open_amounts(company_id, on, customer_ids=[customer_id])
    if document_id is None:
        return list(opened)
    return [pk for pk in DueItem.objects.filter(document_id=document_id).values_list("pk", flat=True) if pk in opened]
