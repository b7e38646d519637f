"""A letter offers no instalments that the insurer would not allow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fairdue.dunning.actions import ReviewError, do_postpone
from fairdue.dunning.documents import Rendered, preview
from fairdue.dunning.models import Proposal
from fairdue.ledger.actions import do_publish_facts

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 2)


def offered(department, *, last_day: date | None = None, consent: bool = False):
    item = department.invoice(department.customer(), 90_000, DUE)
    department.bank_read(DUE)
    today = DUE + timedelta(days=4)
    facts = {"room": "cover", "as_of": DUE, "source_version": "test"}
    if last_day:
        values = {f"due_item:{item.pk}": last_day.toordinal()}
        do_publish_facts(department.actor(DUE), kind="cover_max_extension_until", values=values, **facts)
    if consent:
        do_publish_facts(
            department.actor(DUE), kind="cover_consent_needed", values={f"customer:{item.customer_id}": 1}, **facts
        )
    department.run(DUE + timedelta(days=1))
    Proposal.objects.update(stage_code="payment_offer", document="payment_offer")
    drawn = preview(Proposal.objects.get().pk, today, department.actor(today).at)
    assert isinstance(drawn, Rendered)
    codes = {note.code for note in drawn.notes}
    return drawn.facts.instalments, codes & {"release.no_offer_consent", "release.no_offer_beyond"}


def test_without_insurance_three_instalments_are_offered(department):
    lines, notes = offered(department)
    assert (len(lines), notes) == (3, set())


def test_up_to_the_last_day_they_are_offered(department):
    last = (DUE + timedelta(days=4)) + timedelta(days=14 + 60)
    lines, _ = offered(department, last_day=last + timedelta(days=3))
    assert len(lines) == 3


def test_beyond_the_last_day_none_is_offered(department):
    assert offered(department, last_day=DUE + timedelta(days=60)) == ((), {"release.no_offer_beyond"})


def test_where_consent_is_needed_none_is_offered(department):
    assert offered(department, consent=True) == ((), {"release.no_offer_consent"})


def insured(department, deadline: date) -> Proposal:
    customer = department.customer()
    department.invoice(customer, 10_000, DUE)
    do_publish_facts(
        department.actor(DUE), room="cover", kind="cover_deadline", as_of=DUE, source_version="test",
        values={f"customer:{customer.pk}": deadline.toordinal()},
    )  # fmt: skip
    (proposal,) = department.run(DUE + timedelta(days=1))
    return proposal


def test_a_step_is_not_put_off_beyond_the_day_on_which_the_cover_asks_for_something(department):
    proposal = insured(department, date(2026, 3, 10))
    with pytest.raises(ReviewError) as refused:
        do_postpone(department.actor(date(2026, 3, 3)), [proposal.pk], until=date(2026, 3, 11), reason="holiday")
    assert [(one.code, dict(one.values)["deadline_on"]) for one in refused.value.reasons] == [
        ("gate_cover_deadline", "2026-03-10")
    ]
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    do_postpone(department.actor(date(2026, 3, 3)), [proposal.pk], until=date(2026, 3, 10), reason="holiday")


def test_a_day_of_the_cover_that_is_past_keeps_nobody_from_waiting(department):
    proposal = insured(department, date(2026, 3, 2))
    do_postpone(department.actor(date(2026, 3, 3)), [proposal.pk], until=date(2026, 3, 11), reason="holiday")
    proposal.refresh_from_db()
    assert proposal.state == "postponed"
