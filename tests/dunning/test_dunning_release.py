"""Releasing: who may, what is claimed, what the gate holds back, what a preview shows, and that nothing is half-written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fairdue.contact.blobs import get
from fairdue.contact.models import OutboxMessage, PortalLink, Task
from fairdue.dunning.actions import do_edit, do_release, do_waive
from fairdue.dunning.documents import NothingToSay, preview, statement, thank_you
from fairdue.dunning.models import Notice, NoticeLine, Proposal
from fairdue.dunning.policy import shipped_yaml
from fairdue.dunning.reasons import ReleaseReason
from fairdue.ledger import audit
from fairdue.ledger.actions import do_accept_terms, do_book_payment
from fairdue.ledger.models import Charge, Effect, ExchangeRate, Payment
from fairdue.people.actor import NotAllowed
from fairdue.people.models import User

D = date
DUE = D(2026, 3, 2)
DAY = D(2026, 3, 3)


def one(department, on=DAY):
    (proposal,) = department.run(on)
    return proposal


def release(department, proposal, on=DAY, **actor):
    (outcome,) = do_release(department.actor(on, **actor), [proposal.pk], on)
    return outcome


def codes(outcome):
    return [reason.code for reason in outcome.reasons]


def test_a_released_notice_keeps_items_amounts_and_the_hash_of_the_stored_letter(department):
    item = department.invoice(department.customer(), 123_456, DUE)
    outcome = release(department, one(department))
    assert outcome.state == "released"
    notice, message = Notice.objects.get(), OutboxMessage.objects.get()
    assert (notice.payable_minor, notice.deadline_on, notice.document) == (123_456, D(2026, 3, 10), "overdue_notice")
    assert list(notice.lines.values_list("due_item_id", "open_minor", "held_minor", "days_overdue")) == [
        (item.pk, 123_456, 0, 1)
    ]
    assert message.step_key == notice.step_key == notice.message_key
    assert message.claim_items == [[item.pk, 123_456, 0]]
    assert message.attachments[0]["sha256"] == notice.pdf_sha256
    assert get(notice.company_id, notice.pdf_sha256).startswith(b"%PDF-")
    assert notice.facts["payment_reference"].startswith("RF")
    assert "1.234,56" in message.body_text
    assert f"/p/{'x'}"[:3] in message.body_text
    assert PortalLink.objects.get().step_key == notice.step_key
    assert audit.verify(department.company.pk) == []


def test_notices_cannot_be_changed_or_deleted(department):
    from django.db import DatabaseError, transaction

    department.invoice(department.customer(), 10_000, DUE)
    release(department, one(department))
    for change in (lambda: Notice.objects.update(payable_minor=1), lambda: NoticeLine.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Notice.objects.get().payable_minor == 10_000


def test_releasing_twice_sends_once(department):
    department.invoice(department.customer(), 10_000, DUE)
    proposal = one(department)
    release(department, proposal)
    again = release(department, proposal)
    assert (again.state, codes(again)) == ("refused", ["release.already_decided"])
    assert OutboxMessage.objects.count() == 1


def test_what_was_paid_since_the_proposal_is_not_asked_for(department):
    customer = department.customer()
    paid, left = department.invoice(customer, 10_000, DUE), department.invoice(customer, 7_000, DUE)
    proposal = one(department)
    department.pay(paid, 10_000, DAY)
    release(department, proposal)
    assert Notice.objects.get().payable_minor == 7_000
    assert list(NoticeLine.objects.values_list("due_item_id", flat=True)) == [left.pk]


def test_a_friendly_reminder_whose_day_has_passed_says_so(department):
    department.invoice(department.customer(), 123_456, DUE)
    before = one(department, DUE - timedelta(days=7))
    assert before.stage_code == "reminder"
    outcome = release(department, before, DAY)
    assert (outcome.state, codes(outcome)) == ("refused", ["release.overtaken"])
    assert OutboxMessage.objects.count() == 0


def test_a_proposal_with_nothing_left_is_refused_and_nothing_is_written(department):
    item = department.invoice(department.customer(), 10_000, DUE)
    proposal = one(department)
    department.pay(item, 10_000, DAY)
    outcome = release(department, proposal)
    assert (outcome.state, codes(outcome)) == ("refused", ["release.nothing_left"])
    assert (Notice.objects.count(), OutboxMessage.objects.count(), PortalLink.objects.count()) == (0, 0, 0)


def test_money_that_came_in_meanwhile_blocks_at_release(department):
    customer = department.customer()
    department.invoice(customer, 10_000, DUE)
    proposal = one(department)
    do_book_payment(
        department.actor(DAY), amount_minor=9_000, currency="EUR", effective_on=DAY, suspected_customer_id=customer.pk
    )
    outcome = release(department, proposal)
    assert (outcome.state, codes(outcome)) == ("blocked", ["release.blocked", "gate_in_transit_part"])
    proposal.refresh_from_db()
    assert proposal.state == "blocked"
    assert OutboxMessage.objects.count() == 0


def test_an_amount_above_the_own_limit_is_refused(department):
    department.invoice(department.customer(), 500_001, DUE)
    proposal = one(department)
    actor = replace(department.actor(DAY), release_limit_minor=500_000)
    (outcome,) = do_release(actor, [proposal.pk], DAY)
    assert (outcome.state, codes(outcome)) == ("refused", ["release.over_limit"])
    assert Notice.objects.count() == 0


def test_a_foreign_amount_without_a_rate_cannot_be_held_against_the_limit(department):
    department.invoice(department.customer(), 100, DUE, currency="PLN")
    proposal = one(department)
    actor = replace(department.actor(DAY), release_limit_minor=500_000)
    (outcome,) = do_release(actor, [proposal.pk], DAY)
    assert codes(outcome) == ["release.no_rate_for_limit"]
    said = {"on": "2026-03-03", "currency": "PLN", "limit_currency": "EUR"}
    assert dict(outcome.reasons[0].values) == said
    assert ReleaseReason.NO_RATE_FOR_LIMIT.text % said == (
        "No exchange rate from PLN to EUR is on file for 2026-03-03, so your release limit cannot be checked. "
        "Import the rates of that day, or let someone without a release limit release this."
    )
    assert Notice.objects.count() == 0


@pytest.mark.parametrize(
    ("then_micro", "now_micro", "state"), [(1_000_000, 2_000_000, "refused"), (2_000_000, 1_000_000, "released")]
)
def test_a_foreign_amount_is_held_against_the_limit_at_the_rate_of_the_day_it_was_proposed_for(
    department, then_micro, now_micro, state
):
    """1,000.00 USD are 1,000.00 or 500.00 EUR; the limit is 600.00 EUR. The rate of the release changes nothing."""
    department.invoice(department.customer(), 100_000, DUE, currency="USD")
    proposal = one(department)
    later = DAY + timedelta(days=10)
    for on, micro in ((DAY, then_micro), (later, now_micro)):
        ExchangeRate.objects.create(currency="USD", quoted_on=on, per_euro_micro=micro, source="test")
    department.bank_read(later)
    actor = replace(department.actor(later), release_limit_minor=60_000)
    (outcome,) = do_release(actor, [proposal.pk], later)
    assert outcome.state == state, outcome
    assert Notice.objects.count() == (state == "released")


def test_a_quote_of_the_proposed_day_still_speaks_when_todays_are_not_on_file(department):
    department.invoice(department.customer(), 100_000, DUE, currency="USD")
    proposal = one(department)
    ExchangeRate.objects.create(currency="USD", quoted_on=DAY, per_euro_micro=2_000_000, source="test")
    later = DAY + timedelta(days=20)
    actor = replace(department.actor(later), release_limit_minor=40_000)
    (outcome,) = do_release(actor, [proposal.pk], later)
    assert (outcome.state, codes(outcome)) == ("refused", ["release.over_limit"])


def test_two_persons_are_two_persons(department):
    department.adopt(text=shipped_yaml("flexible") + "two_person_above: {EUR: 1000.00}\n")
    department.invoice(department.customer(), 100_001, DUE)
    proposal = one(department)
    ann, ben = (User.objects.create(username=name) for name in ("ann", "ben"))
    first = release(department, proposal, user_id=ann.pk, name="Ann")
    assert (first.state, codes(first)) == ("first", ["release.first_of_two"])
    again = release(department, proposal, user_id=ann.pk, name="Ann")
    assert (again.state, codes(again)) == ("refused", ["release.second_person"])
    program = release(department, proposal)
    assert program.state == "refused"
    assert OutboxMessage.objects.count() == 0
    second = release(department, proposal, user_id=ben.pk, name="Ben")
    assert second.state == "released"
    assert Notice.objects.get().released_by == "Ann + Ben"


def test_an_edit_takes_the_first_signature_back(department):
    department.adopt(text=shipped_yaml("flexible") + "two_person_above: {EUR: 1.00}\n")
    department.invoice(department.customer(), 100_001, DUE)
    proposal = one(department)
    ann = User.objects.create(username="ann")
    release(department, proposal, user_id=ann.pk, name="Ann")
    do_edit(department.actor(DAY), proposal.pk, text="Danke.")
    proposal.refresh_from_db()
    assert (proposal.first_release_by, proposal.first_release_user_id) == ("", None)


def test_who_may_not_release_changes_nothing(department):
    department.invoice(department.customer(), 10_000, DUE)
    proposal = one(department)
    actor = replace(department.actor(DAY), roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        do_release(actor, [proposal.pk], DAY)
    assert Notice.objects.count() == 0


def charging(text):
    return text.replace("interest: mention", "interest: charge").replace(
        "compensation: mention", "compensation: charge"
    )


def test_charged_interest_is_claimed_once_and_the_next_notice_claims_only_what_came_since(department):
    """Germany, first half of 2026: 1.27 + 9 = 10.27 %. 100,000.00 EUR, 1 day: 28.14; 7 days: 196.96."""
    department.adopt(text=charging(shipped_yaml("flexible")))
    item = department.invoice(department.customer(), 10_000_000, DUE)
    for on in (DAY, D(2026, 3, 5), D(2026, 3, 9)):
        department.day(on)
    interest = list(Charge.objects.filter(kind="interest").order_by("id"))
    assert [(c.period_from, c.period_to, c.amount_minor) for c in interest] == [
        (D(2026, 3, 3), D(2026, 3, 3), 2_814),
        (D(2026, 3, 4), D(2026, 3, 5), 5_627),
        (D(2026, 3, 6), D(2026, 3, 9), 11_255),
    ]
    assert sum(c.amount_minor for c in interest) == 19_696
    compensation = Charge.objects.get(kind="compensation")
    assert (compensation.amount_minor, compensation.due_item_id, compensation.currency) == (4_000, item.pk, "EUR")
    first = Notice.objects.order_by("id").first()
    assert (first.charges_minor, first.payable_minor) == (6_814, 10_006_814)
    assert interest[0].notice_key == first.step_key


def test_mentioned_interest_is_shown_and_not_claimed(department):
    department.invoice(department.customer(), 10_000_000, DUE)
    release(department, one(department))
    notice = Notice.objects.get()
    assert (notice.charges_minor, notice.payable_minor) == (0, 10_000_000)
    assert [(line["kind"], line["amount_minor"], line["mentioned_only"]) for line in notice.facts["charges"]] == [
        ("interest", 2_814, True),
        ("compensation", 4_000, True),
    ]
    assert Charge.objects.count() == 0


def test_a_waiver_leaves_no_charge_and_is_written_down(department):
    department.adopt(text=charging(shipped_yaml("flexible")))
    department.invoice(department.customer(), 10_000_000, DUE)
    proposal = one(department)
    do_waive(department.actor(DAY), proposal.pk, reason="good customer for years")
    release(department, proposal)
    notice = Notice.objects.get()
    assert (notice.charges_minor, Charge.objects.count()) == (0, 0)
    assert notice.facts["waived_charges"] == "Lea Lead: good customer for years"
    assert "charges" not in notice.facts


def test_the_agreed_rate_and_the_accepted_clause_are_taken_from_the_accepted_terms(department):
    customer = department.customer()
    do_accept_terms(
        department.actor(D(2025, 1, 2)), customer_id=customer.pk, version="AGB 2025", clause="Zahlbar in 30 Tagen.",
        accepted_by="P. Payables", accepted_on=D(2025, 1, 2), accepted_how="signed", interest_rate_ppm=120_000,
    )  # fmt: skip
    department.invoice(customer, 10_000_000, DUE)
    release(department, one(department))
    facts = Notice.objects.get().facts
    assert facts["clause"]["text"] == "Zahlbar in 30 Tagen."
    assert facts["charges"][0]["rate"]["all_in_percent"] == "12"
    assert facts["charges"][0]["basis"] == "AGB 2025"


def test_without_accepted_terms_no_clause_is_cited_and_the_preview_says_so(department):
    department.invoice(department.customer(), 10_000, DUE)
    shown = preview(one(department).pk, DAY, department.actor(DAY).at)
    assert shown.facts.clause is None
    assert "release.clause_absent" in [note.code for note in shown.notes]


def test_a_preview_writes_nothing(department):
    department.invoice(department.customer(), 10_000, DUE)
    proposal = one(department)
    entries = audit.head_of(department.company.pk), audit.unsealed(department.company.pk)
    shown = preview(proposal.pk, DAY, department.actor(DAY).at)
    assert shown.pdf.startswith(b"%PDF-")
    assert (shown.blocks, shown.language) == ((), "de")
    assert (audit.head_of(department.company.pk), audit.unsealed(department.company.pk)) == entries
    assert (Notice.objects.count(), PortalLink.objects.count(), OutboxMessage.objects.count()) == (0, 0, 0)


def test_interest_past_the_verified_rates_is_said_to_be_unknown(department):
    department.invoice(department.customer(), 10_000, D(2027, 1, 4), issued_on=D(2026, 12, 1))
    on = D(2027, 1, 5)
    shown = preview(one(department, on).pk, on, department.actor(on).at)
    unknown = [dict(note.values) for note in shown.notes if note.code == "release.interest_unknown"]
    assert unknown == [{"document": "R1", "from_on": "2027-01-05"}]
    assert shown.facts.charges == () or all(c.kind != "interest" for c in shown.facts.charges)


def test_a_deadline_on_a_holiday_moves_to_the_next_working_day(department):
    department.invoice(department.customer(), 10_000, D(2026, 3, 26))
    on = D(2026, 3, 27)  # plus 7 days is Good Friday, 3 April
    shown = preview(one(department, on).pk, on, department.actor(on).at)
    assert shown.facts.deadline == D(2026, 4, 7)
    assert "release.deadline_moved" in [note.code for note in shown.notes]


def test_a_sole_trader_in_britain_has_thirty_days_after_a_formal_notice(department):
    customer = department.customer(country="GB", language="en", natural_person="unknown")
    department.invoice(customer, 10_000, D(2026, 1, 5))
    on = D(2026, 3, 3)
    shown = preview(one(department, on).pk, on, department.actor(on).at)
    assert (shown.facts.document, shown.facts.deadline) == ("formal_notice", D(2026, 4, 2))


def test_an_unwritten_language_falls_back_visibly(department):
    department.invoice(department.customer(language="fi"), 10_000, DUE)
    shown = preview(one(department).pk, DAY, department.actor(DAY).at)
    assert shown.language == "de"
    assert "release.language_fallback" in [note.code for note in shown.notes]


def test_effects_of_a_stage_are_set_with_its_notice(department):
    department.adopt(
        text=shipped_yaml("flexible").replace(
            "    tone: neutral\n", "    tone: neutral\n    effects: [sales_block]\n", 1
        )
    )
    customer = department.customer()
    department.invoice(customer, 10_000, DUE)
    release(department, one(department))
    effect = Effect.objects.get()
    assert (effect.customer_id, effect.kind, effect.since) == (customer.pk, "sales_block", DAY)


def test_a_call_becomes_a_task_with_its_reasons(department):
    department.invoice(department.customer(), 10_000, DUE)
    for on in (DAY, D(2026, 3, 5), D(2026, 3, 9)):
        department.day(on)
    task = Task.objects.get(kind="call")
    assert task.key == Proposal.objects.get(action="call", state="released").step_key
    assert [reason["code"] for reason in task.reasons] == ["dunning.stage_reached"]


def test_many_releases_report_their_progress(department):
    for number in range(60):
        department.invoice(department.customer(f"C{number}"), 10_000, DUE)
    proposals = department.run(DAY)
    seen = []
    outcomes = do_release(
        department.actor(DAY), [p.pk for p in proposals], DAY, progress=lambda done, whole: seen.append((done, whole))
    )
    assert {outcome.state for outcome in outcomes} == {"released"}
    assert seen == [(0, 60), (50, 60), (60, 60)]


def test_a_letter_without_an_address_for_mail_goes_by_post(department):
    from fairdue.ledger.models import Contact

    department.invoice(department.customer(), 10_000, DUE)
    Contact.objects.update(email="")
    proposal = one(department)
    assert proposal.action == "letter"
    assert release(department, proposal).state == "released"


def test_a_customer_nobody_can_be_reached_at_is_blocked_with_the_reason(department):
    from fairdue.ledger.models import Contact

    department.invoice(department.customer(street="", city=""), 10_000, DUE)
    Contact.objects.update(email="")
    proposal = one(department)
    assert proposal.state == "blocked"
    assert "dunning.no_recipient" in [reason["code"] for reason in proposal.reasons]


def test_a_statement_shows_the_whole_account(department):
    customer = department.customer()
    department.invoice(customer, 10_000, DUE)
    department.invoice(customer, 3_000, DUE, kind="credit_note")
    department.invoice(customer, 5_000, D(2026, 5, 1), issued_on=D(2026, 3, 1))
    shown = statement(department.company.pk, customer.pk, DAY, department.actor(DAY).at, currency="EUR", language="en")
    assert (len(shown.facts.items), shown.facts.totals.payable_minor, shown.language) == (3, 12_000, "en")
    assert shown.pdf.startswith(b"%PDF-")
    with pytest.raises(NothingToSay):
        statement(department.company.pk, customer.pk, DAY, department.actor(DAY).at, currency="USD")


def test_thanks_are_drawn_when_everything_overdue_is_paid(department):
    customer = department.customer()
    first, second = department.invoice(customer, 10_000, DUE), department.invoice(customer, 2_000, DUE)
    department.pay(first, 10_000, DAY)
    payment = Payment.objects.get()
    with pytest.raises(NothingToSay):
        thank_you(payment.pk, DAY, department.actor(DAY).at)
    department.pay(second, 2_000, DAY)
    shown = thank_you(payment.pk, DAY, department.actor(DAY).at)
    assert "100,00" in shown.text


def test_a_configured_payment_link_names_reference_amount_and_currency(department):
    department.company.payment_link = "https://pay.example/?r={reference}&a={amount}&c={currency}"
    department.company.save(update_fields=["payment_link"])
    department.invoice(department.customer(), 123_456, DUE)
    assert release(department, one(department)).state == "released"
    facts = Notice.objects.get().facts
    assert facts["payment_link"] == f"https://pay.example/?r={facts['payment_reference']}&a=1234.56&c=EUR"
    assert facts["payment_link"] in OutboxMessage.objects.get().body_text
