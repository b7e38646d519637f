"""Handing a case to somebody else: barred, waiting for a confirmation, confirmed, and taken back.

The policy has one notice and, ten days later, the hand-over. Nobody hears of anything that the country does not allow.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fairdue.contact.actions import ContactError, do_confirm_third_party, do_withdraw_clearance
from fairdue.contact.models import OutboxMessage, Task, ThirdPartyClearance
from fairdue.people.actor import Actor, NotAllowed

pytestmark = pytest.mark.django_db

POLICY = """
policy: flexible
stages:
  - code: overdue_notice
    when: {from: due_date, days: 1}
    document: overdue_notice
  - code: hand_over
    when: {from: due_date, days: 11}
    action: task
    third_party: true
  - code: last_word
    when: {from: due_date, days: 20}
    document: final_notice
    third_party: true
"""
DUE = date(2026, 3, 2)
HAND_OVER = DUE + timedelta(days=11)
LAST_WORD = DUE + timedelta(days=21)


@pytest.fixture
def owing(department):
    def made(country: str):
        department.adopt(text=POLICY)
        customer = department.customer(country=country, natural_person="no")
        department.invoice(customer, 1_000_00, DUE)
        department.day(DUE + timedelta(days=1))
        return customer

    return made


def confirmed(department, country: str = "DE", **changes):
    asked = {
        "country": country, "basis": "registration", "third_party": "Inkasso Nord GmbH", "reason": "register no. 4711",
        "valid_from": DUE, "valid_until": LAST_WORD,
    } | changes  # fmt: skip
    return do_confirm_third_party(department.actor(DUE), **asked)


def blocked(department, on: date) -> list[str]:
    return [block["code"] for proposal in department.run(on) for block in proposal.blocks]


def test_germany_waits_until_somebody_confirmed_the_registration(owing, department):
    owing("DE")
    assert blocked(department, HAND_OVER) == ["gate_third_party_licence"]
    assert {one.state for one in department.day(HAND_OVER)} == {"blocked"}
    assert not Task.objects.filter(kind="decision").exists()
    confirmed(department)
    assert {one.state for one in department.day(HAND_OVER)} == {"released"}
    assert Task.objects.filter(kind="decision").count() == 1


def test_a_confirmation_counts_in_its_country_and_on_its_days_only(owing, department):
    owing("DE")
    confirmed(department, "FR")
    confirmed(department, valid_until=HAND_OVER - timedelta(days=1))
    confirmed(department, valid_from=HAND_OVER + timedelta(days=1))
    assert blocked(department, HAND_OVER) == ["gate_third_party_licence"]


def test_mainland_china_bars_it_and_there_is_nothing_to_confirm(owing, department):
    owing("CN")
    assert blocked(department, HAND_OVER) == ["gate_third_party_barred"]
    with pytest.raises(ContactError, match="nothing to confirm"):
        confirmed(department, "CN")
    assert not ThirdPartyClearance.objects.exists()


def test_a_letter_on_its_way_stops_when_the_confirmation_is_taken_back(owing, department):
    from fairdue.contact.facts import GatePolicy, Stage
    from fairdue.contact.queries import gate_facts, step_of
    from fairdue.contact.rules import check
    from fairdue.dunning.actions import do_release

    customer = owing("DE")
    made = confirmed(department)
    department.day(HAND_OVER)
    proposals = department.run(LAST_WORD)
    do_release(department.actor(LAST_WORD), [one.pk for one in proposals], LAST_WORD)
    message = OutboxMessage.objects.get(state="queued")
    assert message.third_party

    def codes() -> list[str]:
        at = department.actor(LAST_WORD).at
        facts = gate_facts(department.company.pk, [customer.pk], at, with_items=True)[customer.pk]
        policy = GatePolicy.from_dict(message.gate_policy)
        return [block.code for block in check(step_of(message, facts), facts, policy, Stage.SENDING).blocks]

    assert codes() == []
    do_withdraw_clearance(department.actor(LAST_WORD), made.pk, reason="the register entry ended")
    assert codes() == ["gate_third_party_licence"]


def test_who_and_why_are_kept_and_stand_in_the_audit_log(department):
    from fairdue.ledger.models import AuditEntry

    made = confirmed(department)
    entry = AuditEntry.objects.get(action="confirm_third_party")
    assert (entry.subject, entry.detail["reason"], made.confirmed_by) == (
        f"clearance:{made.pk}", "register no. 4711", "Lea Lead",
    )  # fmt: skip
    do_withdraw_clearance(department.actor(DUE), made.pk, reason="ended")
    do_withdraw_clearance(department.actor(DUE), made.pk, reason="again")
    made.refresh_from_db()
    assert made.withdrawn_reason == "ended"
    assert AuditEntry.objects.filter(action="withdraw_clearance").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "D1"},
        {"basis": "hearsay"},
        {"third_party": " "},
        {"reason": ""},
        {"valid_until": DUE - timedelta(days=1)},
        {"valid_until": DUE + timedelta(days=1200)},
    ],
)
def test_a_bad_confirmation_is_refused_and_nothing_is_written(changes, department):
    with pytest.raises(ContactError):
        confirmed(department, **changes)
    assert not ThirdPartyClearance.objects.exists()


def test_it_takes_the_right_to_change_policies(department):
    made = confirmed(department)
    collector = Actor(department.company.pk, department.actor(DUE).at, roles=frozenset({"controller"}))
    with pytest.raises(NotAllowed):
        do_withdraw_clearance(collector, made.pk, reason="no")
    made.refresh_from_db()
    assert made.withdrawn_at is None


def test_the_why_page_says_so_of_the_task(owing, department):
    from fairdue.dunning.why import why

    customer = owing("DE")
    department.run(HAND_OVER)
    found = why(department.company, customer.pk, HAND_OVER, department.actor(HAND_OVER).at)
    case = next(case for case in found.cases if case.stage == "hand_over")
    assert [(check.check, [one.code for one in check.reasons]) for check in case.checks] == [
        ("legal_clock", ["gate_third_party_licence"])
    ]
    assert case.outcome == "held"
