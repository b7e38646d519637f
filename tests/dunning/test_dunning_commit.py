"""Committing decisions: once per run, nothing doubled, a person's work is kept, policies are versions."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.dunning.actions import ReviewError, do_commit, do_drop, do_edit, do_postpone, do_release, do_waive
from fairdue.dunning.models import DunningRun, Policy, PolicyVersion, Proposal, ProposalLine
from fairdue.dunning.policy import PolicyError, diff, shipped_yaml
from fairdue.dunning.queries import policies_in_force, policy_of
from fairdue.ledger import audit
from fairdue.ledger.actions import do_hold, do_release_hold
from fairdue.ledger.models import AuditEntry, Contact
from fairdue.people.actor import NotAllowed

D = date


def test_a_run_committed_twice_gives_the_same_rows(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    department.bank_read(D(2026, 3, 3))
    decisions = department.propose(D(2026, 3, 3))
    first = do_commit(department.actor(D(2026, 3, 3)), "r1", decisions)
    again = do_commit(department.actor(D(2026, 3, 3)), "r1", decisions)
    assert first == again
    assert (Proposal.objects.count(), ProposalLine.objects.count(), DunningRun.objects.count()) == (1, 1, 1)
    proposal = Proposal.objects.get()
    assert (proposal.stage_code, proposal.level, proposal.action, proposal.state) == (
        "overdue_notice",
        1,
        "email",
        "proposed",
    )
    assert (proposal.open_minor, proposal.due_minor, proposal.language) == (10_000, 10_000, "de")
    assert AuditEntry.objects.filter(action="propose").get().detail["merkle_root"] == first.decisions_root
    assert audit.verify(department.company.pk) == []


def test_equal_snapshots_give_equal_decisions(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    assert department.propose(D(2026, 3, 3)).sha256() == department.propose(D(2026, 3, 3)).sha256()


def test_a_second_run_on_the_same_day_supersedes_the_first(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    department.run(D(2026, 3, 3))
    department.run(D(2026, 3, 3))
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["proposed", "superseded"]
    assert len(set(Proposal.objects.values_list("step_key", flat=True))) == 1


def test_a_persons_words_survive_the_next_run(department):
    department.invoice(department.customer(), 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    do_edit(department.actor(D(2026, 3, 3)), first.pk, text="Vielen Dank für das Gespräch.")
    (second,) = department.run(D(2026, 3, 4))
    assert (second.state, second.edited_text) == ("edited", "Vielen Dank für das Gespräch.")


def second_contact(customer, email="chief@kunde.example", language="en"):
    return Contact.objects.create(
        company=customer.company, customer=customer, purpose="counterpart", name="Chief", channel="email", email=email,
        language=language,
    )  # fmt: skip


def test_a_changed_recipient_stays_changed_through_two_nights(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    chief = second_contact(customer)
    (first,) = department.run(D(2026, 3, 3))
    assert first.contact_id != chief.pk
    do_edit(department.actor(D(2026, 3, 3)), first.pk, contact_id=chief.pk)
    for day in (4, 5):
        (found,) = department.run(D(2026, 3, day))
        assert (found.state, found.contact_id) == ("edited", chief.pk)


def test_a_changed_recipient_survives_a_night_on_which_the_gate_held_the_letter_back(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    chief = second_contact(customer)
    (first,) = department.run(D(2026, 3, 3))
    do_edit(department.actor(D(2026, 3, 3)), first.pk, contact_id=chief.pk)
    Contact.objects.filter(pk=chief.pk).update(bounced_on=D(2026, 3, 3), bounce_reason="no such user")
    (held,) = department.run(D(2026, 3, 4))
    assert (held.state, held.contact_id) == ("blocked", chief.pk)
    Contact.objects.filter(pk=chief.pk).update(bounced_on=None, bounce_reason="")
    (again,) = department.run(D(2026, 3, 5))
    assert (again.state, again.contact_id) == ("edited", chief.pk)


def test_a_paragraph_stays_in_the_language_it_was_written_for(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    do_edit(department.actor(D(2026, 3, 3)), first.pk, text="Thank you for the call.", language="en")
    (second,) = department.run(D(2026, 3, 4))
    assert (second.language, second.edited_text) == ("en", "Thank you for the call.")
    customer.contacts.update(language="fr")
    (third,) = department.run(D(2026, 3, 5))
    assert third.language == "en"


def test_a_waived_charge_alone_binds_neither_recipient_nor_language(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    do_waive(department.actor(D(2026, 3, 3)), first.pk, reason="good customer")
    customer.contacts.update(language="en")
    (second,) = department.run(D(2026, 3, 4))
    assert (second.state, second.language, second.waived_charges) == ("edited", "en", "Lea Lead: good customer")


def test_what_was_put_off_comes_back_as_it_was_edited(department):
    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    do_edit(department.actor(D(2026, 3, 3)), first.pk, text="Vielen Dank für das Gespräch.")
    do_postpone(department.actor(D(2026, 3, 3)), [first.pk], until=D(2026, 3, 6), reason="asked for time")
    (second,) = department.run(D(2026, 3, 6))
    assert (second.state, second.edited_text) == ("edited", "Vielen Dank für das Gespräch.")


def test_a_first_signature_stands_for_what_was_signed_and_for_nothing_else(department):
    item = department.invoice(department.customer(), 10_000, D(2026, 3, 2))
    department.adopt(text=shipped_yaml("flexible").replace("release: person", "release: two_person"), on=D(2026, 1, 1))
    (first,) = department.run(D(2026, 3, 3))
    do_release(department.actor(D(2026, 3, 3), user_id=7, name="Ann"), [first.pk], D(2026, 3, 3))
    (same,) = department.run(D(2026, 3, 4))
    assert (same.first_release_by, same.first_release_user_id) == ("Ann", 7)
    department.pay(item, 3_000, D(2026, 3, 4))
    (less,) = department.run(D(2026, 3, 5))
    assert (less.due_minor, less.first_release_by, less.first_release_user_id) == (7_000, "", None)


def test_a_refusal_is_told_in_the_readers_language(department):
    from django.utils import translation

    department.invoice(department.customer(), 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    with translation.override("zh-hans"):
        with pytest.raises(ReviewError, match="本公司没有编号为 999999 的催款建议"):
            do_drop(department.actor(D(2026, 3, 3)), [999_999], reason="x")
        with pytest.raises(ReviewError, match="文字未通过语气检查"):
            do_edit(department.actor(D(2026, 3, 3)), first.pk, text="We will sue you.", language="en")


def test_a_text_with_a_threat_is_refused_and_nothing_changes(department):
    department.invoice(department.customer(language="en"), 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    with pytest.raises(ReviewError):
        do_edit(department.actor(D(2026, 3, 3)), first.pk, text="We will sue you.")
    first.refresh_from_db()
    assert (first.state, first.edited_text) == ("proposed", "")


def test_a_postponed_proposal_comes_back_on_its_date_and_not_before(department):
    department.invoice(department.customer(), 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    do_postpone(department.actor(D(2026, 3, 3)), [first.pk], until=D(2026, 3, 6), reason="Buyer is on holiday")
    assert department.run(D(2026, 3, 4)) == []
    (back,) = department.run(D(2026, 3, 6))
    assert back.step_key == first.step_key
    first.refresh_from_db()
    assert first.state == "superseded"


def test_a_dropped_step_does_not_come_back_and_the_next_one_follows(department):
    department.invoice(department.customer(), 10_000, D(2026, 3, 2))
    (first,) = department.run(D(2026, 3, 3))
    with pytest.raises(ReviewError):
        do_drop(department.actor(D(2026, 3, 3)), [first.pk], reason=" ")
    do_drop(department.actor(D(2026, 3, 3)), [first.pk], reason="Spoken to by phone")
    assert department.run(D(2026, 3, 4)) == []
    (next_one,) = department.run(D(2026, 3, 5))
    assert next_one.stage_code == "payment_offer"


def test_a_hold_on_the_whole_item_silences_it_until_it_ends(department):
    item = department.invoice(department.customer(), 10_000, D(2026, 3, 2))
    hold = do_hold(
        department.actor(D(2026, 3, 2)), customer_id=item.customer_id, reason="dispute", since=D(2026, 3, 2),
        due_item_id=item.pk,
    )  # fmt: skip
    assert department.run(D(2026, 3, 3)) == []
    do_release_hold(department.actor(D(2026, 3, 4)), hold.pk, on=D(2026, 3, 4), reason="decided")
    assert [p.stage_code for p in department.run(D(2026, 3, 4))] == ["overdue_notice"]


def test_money_that_is_not_applied_yet_and_is_exactly_an_invoice_blocks_at_the_gate(department):
    from fairdue.ledger.actions import do_book_payment

    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    department.invoice(customer, 3_000, D(2026, 3, 2))
    do_book_payment(
        department.actor(D(2026, 3, 2)), amount_minor=3_000, currency="EUR", effective_on=D(2026, 3, 2),
        customer_id=customer.pk,
    )  # fmt: skip
    (held,) = department.run(D(2026, 3, 3))
    assert held.state == "blocked"
    assert [block["code"] for block in held.blocks] == ["gate_in_transit_item"]


def test_own_money_that_pays_no_invoice_is_taken_off_by_the_letter_and_holds_nothing(department):
    from fairdue.ledger.actions import do_book_payment

    customer = department.customer()
    department.invoice(customer, 10_000, D(2026, 3, 2))
    do_book_payment(
        department.actor(D(2026, 3, 2)), amount_minor=3_000, currency="EUR", effective_on=D(2026, 3, 2),
        customer_id=customer.pk,
    )  # fmt: skip
    (held,) = department.run(D(2026, 3, 3))
    assert (held.state, held.blocks) == ("proposed", [])
    assert (held.credit_minor, held.due_minor) == (3_000, 7_000)


def test_a_policy_is_adopted_as_versions_and_the_same_text_changes_nothing(department):
    again = department.adopt()
    assert again.number == 1
    text = shipped_yaml("flexible").replace("deadline_days: 7", "deadline_days: 9")
    changed = department.adopt(text=text)
    assert changed.number == 2
    assert policies_in_force(department.company.pk)[""].version_id == changed.pk
    found = diff(policy_of(PolicyVersion.objects.get(number=1)), policy_of(changed))
    assert [(change.key, change.before, change.after) for change in found] == [
        ("stages.overdue_notice.deadline_days", "7", "9")
    ]


def test_a_bad_policy_is_refused_with_its_line_and_nothing_changes(department):
    with pytest.raises(PolicyError) as caught:
        department.adopt(text=shipped_yaml("flexible").replace("deadline_days: 7", "deadline_days: 5"))
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (50, "stages[3].deadline_days")
    assert PolicyVersion.objects.count() == 1


def test_a_policy_version_cannot_be_changed(department):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.update(yaml="policy: other")


def test_the_first_policy_becomes_the_default_and_another_can(department):
    from fairdue.dunning.actions import do_set_default_policy

    department.adopt("brief")
    assert Policy.objects.get(is_default=True).code == "flexible"
    do_set_default_policy(department.actor(D(2026, 1, 1)), "brief")
    assert Policy.objects.get(is_default=True).code == "brief"


def test_an_account_owner_may_not_run(department):
    from dataclasses import replace

    actor = replace(department.actor(D(2026, 3, 3)), roles=frozenset({"account_owner"}))
    with pytest.raises(NotAllowed):
        do_commit(actor, "r1", department.propose(D(2026, 3, 3)))
    assert DunningRun.objects.count() == 0
