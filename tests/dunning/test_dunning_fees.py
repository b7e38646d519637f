"""Fees and fixed compensation as a credit manager sees them: on the letter, in the ledger, in the books, and gone when unfounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.books.actions import do_cut
from fairdue.books.models import Posting
from fairdue.contact.actions import ContactError, do_confirm_law, do_withdraw_law
from fairdue.contact.conduct import doubts as law_doubts
from fairdue.contact.models import LawConfirmation, OutboxMessage
from fairdue.contact.queries import company_facts, gate_facts, step_of
from fairdue.dunning.actions import do_release, do_withdraw_unfounded
from fairdue.dunning.charges import with_fee
from fairdue.dunning.claims import Booking, ClaimedItem, Claims
from fairdue.dunning.documents import preview, statement
from fairdue.dunning.models import Notice, Proposal
from fairdue.dunning.policy import PolicyError, load_yaml, shipped
from fairdue.dunning.policy.shape import Claiming, Fee
from fairdue.dunning.why import why
from fairdue.law.conduct import conduct_of, fee_cap
from fairdue.law.conduct_table import conduct_rules
from fairdue.law.fees import CAPS, FeeKind, allowed_fee
from fairdue.ledger.actions import do_allocate, do_book_payment, do_extend
from fairdue.ledger.models import AuditEntry, Charge
from fairdue.ledger.queries import open_charges, unapplied_payments
from fairdue.people.actor import NotAllowed
from fairdue.people.models import Company

DUE = date(2026, 3, 2)
ON = DUE + timedelta(days=3)
AT = datetime(2026, 3, 5, 9, 30, tzinfo=ZoneInfo("UTC"))
POLICY = """
policy: flexible
interest: mention
compensation: none
stages:
  - code: demand
    when: {from: due_date, days: 2}
    document: overdue_notice
    deadline_days: 10
    fee: {kind: reminder, amounts: {EUR: 5.00, NOK: 20.00, SEK: 60.00, DKK: 100.00}}
  - code: again
    when: {from: due_date, days: 12}
    document: payment_offer
    fee: {kind: reminder, amounts: {EUR: 5.00, DKK: 100.00}}
"""
LUMP = POLICY.replace("compensation: none", "compensation: charge\ncompensation_per: item")


@pytest.fixture
def owing(department):
    """Give a customer with one overdue invoice under a policy with fees, and the proposal to write to it."""

    def made(country="DE", *, policy=POLICY, law="", currency="EUR", amount=1_000_00, **more):
        Company.objects.filter(pk=department.company.pk).update(country=law or country)
        department.company.refresh_from_db()
        department.adopt(text=policy)
        customer = department.customer(**({"natural_person": "no", "country": country} | more))
        item = department.invoice(customer, amount, DUE, currency=currency)
        department.bank_read(ON)
        department.run(ON)
        return customer, item, Proposal.objects.get(customer=customer)

    return made


def notes(proposal, on=ON, at=AT):
    return {note.code: dict(note.values) for note in preview(proposal.pk, on, at).notes}


def release(department, proposal, on=ON):
    (outcome,) = do_release(department.actor(on), [proposal.pk], on)
    assert outcome.state == "released", outcome.reasons
    return outcome


def again(department, on):
    """Let the line run on a later day, with fresh bank data, and release what it proposes."""
    department.bank_read(on)
    (proposal,) = department.run(on)
    release(department, proposal, on)


def paid(department, item, value_on, booked_on):
    """Book a payment that reached the bank on one day and the books on a later one."""
    actor = department.actor(booked_on)
    payment = do_book_payment(
        actor,
        amount_minor=item.amount_minor,
        currency=item.currency,
        effective_on=value_on,
        customer_id=item.customer_id,
    )
    do_allocate(
        actor, amount_minor=item.amount_minor, effective_on=value_on, due_item_id=item.pk, payment_id=payment.pk
    )


def test_a_german_fee_stops_at_two_euro_fifty_and_is_a_charge_with_its_basis(owing, department):
    _customer, item, proposal = owing("DE")
    told = notes(proposal)["law.fee_reduced"]
    assert (told["amount_minor"], told["cap_minor"]) == (5_00, 2_50)
    assert told["source"] == "BGB § 286, § 288(5); practice of the courts"
    release(department, proposal)
    charge = Charge.objects.get()
    assert (charge.kind, charge.amount_minor, charge.due_item_id) == ("fee", 2_50, item.pk)
    notice = Notice.objects.get()
    assert (notice.charges_minor, notice.payable_minor) == (2_50, 1_002_50)
    assert charge.basis["basis"] == told["source"]


@pytest.mark.parametrize(
    ("country", "currency", "person", "code", "minor"),
    [
        ("FR", "EUR", "no", "law.fee_barred", 0),
        ("NL", "EUR", "yes", "law.fee_barred", 0),
        ("NL", "EUR", "unknown", "law.fee_barred", 0),
        ("NL", "EUR", "no", "law.conduct_no_cap", 0),
        ("IT", "EUR", "no", "law.conduct_no_cap", 0),
        ("NO", "NOK", "no", "law.fee_allowed", 20_00),
        ("NO", "EUR", "no", "law.fee_other_currency", 0),
        ("SE", "SEK", "no", "law.fee_allowed", 60_00),
    ],
)
def test_the_customers_country_says_what_a_reminder_may_cost(owing, country, currency, person, code, minor):
    _, _, proposal = owing(country, law="DE", currency=currency, natural_person=person, language="en")
    found = preview(proposal.pk, ON, AT)
    assert code in {note.code for note in found.notes}
    assert sum(line.amount_minor for line in found.facts.charges if line.kind == "fee") == minor


def test_the_letter_names_fee_and_basis_without_the_word_that_it_is_not_confirmed(owing):
    _, _, proposal = owing("SE", law="DE", currency="SEK", language="en")
    text = preview(proposal.pk, ON, AT).text
    assert "Lag 1981:739" in text
    assert "not confirmed" not in text


def test_no_fee_beside_fixed_compensation(owing, department):
    _, _item, proposal = owing("DE", policy=LUMP)
    assert notes(proposal)["release.fee_absorbed"]["amount_minor"] == 5_00
    release(department, proposal)
    assert list(Charge.objects.values_list("kind", "amount_minor")) == [("compensation", 40_00)]


def test_forty_euro_are_charged_once_for_each_invoice_and_asked_for_again_while_open(owing, department):
    customer, first, proposal = owing("DE", policy=LUMP)
    release(department, proposal)
    department.deliver(ON)
    second = department.invoice(customer, 500_00, DUE + timedelta(days=1), number="R2")
    again(department, DUE + timedelta(days=12))
    charged = Charge.objects.filter(kind="compensation").order_by("id").values_list("due_item_id", "amount_minor")
    assert list(charged) == [(first.pk, 40_00), (second.pk, 40_00)]
    last = Notice.objects.order_by("-id").first()
    assert last.charges_minor == 80_00, "the first forty are still open and asked for, not charged again"
    assert last.payable_minor == 1_500_00 + 80_00


@pytest.mark.parametrize(("amount", "wanted"), [(999_99, 40_00), (1_000_00, 70_00), (10_000_00, 100_00)])
def test_british_compensation_has_three_steps(owing, amount, wanted):
    _, _, proposal = owing("GB", policy=LUMP, currency="GBP", amount=amount, language="en")
    found = preview(proposal.pk, ON, AT).facts.charges
    assert [(line.amount_minor, line.kind.value) for line in found if not line.mentioned_only] == [
        (wanted, "compensation")
    ]


def test_a_dutch_person_owes_no_compensation_that_nobody_can_tell_from_a_consumers(owing):
    _, _, proposal = owing("NL", policy=LUMP, natural_person="yes", language="en")
    found = preview(proposal.pk, ON, AT)
    assert [line for line in found.facts.charges if line.kind == "compensation"] == []


def test_the_statement_shows_what_was_charged(owing, department):
    customer, _, proposal = owing("DE")
    release(department, proposal)
    found = statement(department.company.pk, customer.pk, ON, AT, currency="EUR")
    assert [(line.kind, line.amount_minor, line.claimed_on) for line in found.facts.charges] == [("fee", 2_50, ON)]
    assert found.facts.totals.payable_minor == 1_002_50
    assert "1.002,50" in found.text


def test_the_books_hear_of_the_fee(owing, department):
    _, _, proposal = owing("DE")
    release(department, proposal)
    do_cut(department.actor(ON), cut_key="test")
    lines = [line for line in Posting.objects.all() if line.what == "fee"]
    assert [(line.amount_minor, line.currency) for line in lines] == [(2_50, "EUR")]


def test_the_gate_page_says_what_would_be_charged(owing, department):
    customer, _, _ = owing("DE")
    (case,) = why(department.company, customer.pk, ON, AT).cases
    assert [reason.code for reason in case.charges] == ["release.charged", "law.fee_reduced"]


def test_a_payment_that_came_in_time_takes_the_fee_and_the_forty_back(owing, department):
    _customer, item, proposal = owing("DE", policy=LUMP)
    release(department, proposal)
    charge = Charge.objects.get()
    paid(department, item, DUE, ON + timedelta(days=1))
    assert do_withdraw_unfounded(department.actor(ON + timedelta(days=2))) == [charge.pk]
    assert open_charges(department.company.pk, ON) == {}
    assert do_withdraw_unfounded(department.actor(ON + timedelta(days=2))) == [], "asking twice changes nothing"


def test_a_late_payment_leaves_what_was_charged(owing, department):
    _, item, proposal = owing("DE")
    release(department, proposal)
    paid(department, item, ON, ON + timedelta(days=1))
    assert do_withdraw_unfounded(department.actor(ON + timedelta(days=2))) == []
    assert [row[3] for row in open_charges(department.company.pk, ON).values()] == [2_50]


@pytest.mark.parametrize(("policy", "left"), [(POLICY, []), (LUMP, [40_00])])
def test_a_late_payment_before_the_letter_takes_the_fee_back_but_not_the_forty(owing, department, policy, left):
    _, item, proposal = owing("DE", policy=policy)
    release(department, proposal)
    paid(department, item, ON - timedelta(days=1), ON + timedelta(days=1))
    do_withdraw_unfounded(department.actor(ON + timedelta(days=2)))
    assert [row[3] for row in open_charges(department.company.pk, ON).values()] == left


def test_a_fee_that_was_paid_already_frees_its_money_when_it_is_taken_back(owing, department):
    customer, item, proposal = owing("DE")
    release(department, proposal)
    charge, later = Charge.objects.get(), ON + timedelta(days=1)
    actor = department.actor(later)
    money = do_book_payment(actor, amount_minor=1_002_50, currency="EUR", effective_on=DUE, customer_id=customer.pk)
    do_allocate(actor, amount_minor=1_000_00, effective_on=DUE, due_item_id=item.pk, payment_id=money.pk)
    do_allocate(actor, amount_minor=2_50, effective_on=ON, charge_id=charge.pk, payment_id=money.pk)
    assert do_withdraw_unfounded(department.actor(later)) == [charge.pk]
    free = unapplied_payments(department.company.pk, later, customer_ids=[customer.pk])
    assert [one.rest_minor for one in free] == [2_50]


def test_an_item_put_off_can_bear_the_forty_again_when_it_becomes_late(owing, department):
    _customer, item, proposal = owing("DE", policy=LUMP)
    release(department, proposal)
    department.deliver(ON)
    do_extend(
        department.actor(ON + timedelta(days=1)), item.pk, due_on=DUE + timedelta(days=30), reason="agreed before"
    )
    assert len(do_withdraw_unfounded(department.actor(ON + timedelta(days=2)))) == 1
    on = DUE + timedelta(days=40)
    again(department, on)
    assert [row[3] for row in open_charges(department.company.pk, on).values()] == [40_00]


def test_the_default_policy_charges_neither_fee_nor_lump_sum_and_no_shipped_one_a_fee():
    assert all(stage.compensation is not Claiming.CHARGE for stage in shipped("flexible").stages)
    assert all(stage.fee is None for code in ("flexible", "brief", "public-sector") for stage in shipped(code).stages)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("fee: {kind: reminder}", "amounts"),
        ("fee: {kind: bribe, amounts: {EUR: 1.00}}", "bribe"),
        ("fee: {amounts: {EUR: -1}}", "EUR"),
    ],
)
def test_a_policy_says_what_is_wrong_with_its_fee(bad, said):
    with pytest.raises(PolicyError, match=said):
        load_yaml(POLICY.replace("fee: {kind: reminder, amounts: {EUR: 5.00, DKK: 100.00}}", bad))


def test_no_fee_before_the_due_date():
    early = POLICY.replace("days: 2}", "days: -2}").replace("    deadline_days: 10\n", "")
    with pytest.raises(PolicyError, match="no fee is charged before the due date"):
        load_yaml(early)


COUNTRIES = sorted({code[:2] for code in conduct_rules() if code not in {"*", "EU"}} | {"KE", "ES"})
ITEM = ClaimedItem(1, "R1", DUE, 1_000_00, ((DUE, 1_000_00),))
FEES = st.builds(
    Fee,
    st.sampled_from(list(FeeKind)),
    st.dictionaries(st.sampled_from(["EUR", "NOK", "SEK", "DKK", "CHF"]), st.integers(1, 500_00), min_size=1),
)


@given(
    FEES, st.sampled_from(COUNTRIES), st.sampled_from(["yes", "no", "unknown"]),
    st.sampled_from(["EUR", "NOK", "SEK", "DKK", "CHF"]), st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.integers(0, 4),
    st.booleans(),
)  # fmt: skip
def test_a_fee_never_exceeds_policy_or_cap_and_never_stands_where_no_cap_is_known(
    fee, country, person, currency, on, before, compensated
):
    conduct = conduct_of(country, person)
    item = ITEM._replace(fees_charged=before, compensated=compensated)
    found = with_fee(Claims(), fee, [item, ITEM._replace(due_item_id=2, due_on=ON)], conduct, currency, on)
    cap = fee_cap(conduct, CAPS[fee.kind], on)
    charged = sum(booking.amount_minor for booking in found.bookings)
    assert charged == sum(line.amount_minor for line in found.lines)
    assert len(found.bookings) <= 1
    assert 0 <= charged <= fee.amounts_minor.get(currency, 0)
    if cap.amount_minor is None or cap.currency != currency or compensated:
        assert charged == 0
    else:
        assert charged <= cap.amount_minor
    if fee.amounts_minor.get(currency):
        assert len(found.notes) == 1, "what became of the fee is always said"
    assert all(line.basis and "not confirmed" not in line.basis for line in found.lines)


@given(st.integers(1, 10_000_00), st.integers(0, 6))
def test_a_fourth_danish_reminder_carries_no_fee(asked, before):
    allowed = allowed_fee(conduct_of("DK", "no"), FeeKind.REMINDER, asked, "DKK", ON, charged_before=before)
    assert allowed.amount_minor == (min(asked, 100_00) if before < 3 else 0)


def test_compensation_in_the_same_letter_leaves_no_room_for_a_fee():
    claims = Claims(bookings=(Booking(1, "compensation", 40_00, None, None, {}),))
    fee = Fee(FeeKind.REMINDER, {"EUR": 2_50})
    found = with_fee(claims, fee, [ITEM], conduct_of("DE", "no"), "EUR", ON)
    assert [booking.kind for booking in found.bookings] == ["compensation"]


class TestLawThatNobodyHasConfirmed:
    """Sentences 30 to 35 of ``conduct.md``: the Swedish fee rests on general knowledge."""

    FEE = ("SE", "fee", "Lag 1981:739")
    HOLD = POLICY + "gate: {law_uncertain: hold}\n"

    @staticmethod
    def confirm(department, topic="fee", until=ON, country="SE"):
        return do_confirm_law(
            department.actor(DUE), country=country, topic=topic, confirmed_by="Astrid Berg, advokat",
            reference="opinion of 2 March", valid_from=DUE, valid_until=until,
        )  # fmt: skip

    @staticmethod
    def doubts(proposal):
        found = preview(proposal.pk, ON, AT)
        told = (*found.notes, *found.blocks)
        return [tuple(dict(one.values).values()) for one in told if one.code == "gate_law_unconfirmed"]

    def test_the_reviewer_reads_which_fee_is_not_confirmed_and_may_send(self, owing, department):
        _, _, proposal = owing("SE", law="DE", currency="SEK", language="en")
        assert self.doubts(proposal).count(self.FEE) == 1
        release(department, proposal)

    def test_a_letter_without_the_fee_says_nothing_of_it(self, owing):
        _, _, proposal = owing("SE", law="DE", currency="SEK", language="en")
        assert self.FEE in self.doubts(proposal)
        Proposal.objects.update(waived_charges=True)
        assert self.FEE not in self.doubts(Proposal.objects.get())

    def test_with_hold_it_stops_until_a_lawyer_has_confirmed_it(self, owing, department):
        _, _, proposal = owing("SE", law="DE", currency="SEK", language="en", policy=self.HOLD)
        (outcome,) = do_release(department.actor(ON), [proposal.pk], ON)
        assert outcome.state != "released"
        assert not Notice.objects.exists()
        for place, topic, _source in self.doubts(proposal):
            self.confirm(department, topic, country=place)
        assert self.doubts(proposal) == []
        release(department, proposal)

    def test_a_confirmation_counts_to_its_last_day_and_not_for_another_topic(self, owing, department):
        _, _, proposal = owing("SE", law="DE", currency="SEK", language="en")
        self.confirm(department, until=ON - timedelta(days=1))
        assert self.FEE in self.doubts(proposal)
        made = self.confirm(department, until=ON)
        assert self.FEE not in self.doubts(proposal)
        do_withdraw_law(department.actor(ON), made.pk, reason="the act was changed")
        assert self.FEE in self.doubts(proposal)

    def test_a_message_on_its_way_is_doubted_again_once_the_confirmation_ends(self, owing, department):
        customer, _, proposal = owing("SE", law="DE", currency="SEK", language="en")
        made = self.confirm(department)
        release(department, proposal)
        message = OutboxMessage.objects.get()

        def told():
            facts = gate_facts(department.company.pk, [customer.pk], AT, with_items=True)[customer.pk]
            return [tuple(dict(one.values).values()) for one in law_doubts(step_of(message, facts), facts)]

        assert self.FEE not in told()
        do_withdraw_law(department.actor(ON), made.pk, reason="the act was changed")
        assert self.FEE in told()

    def test_the_page_that_says_why_tells_it_too(self, owing, department):
        customer, _, _ = owing("SE", law="DE", currency="SEK", language="en")
        cases = why(department.company, customer.pk, ON, AT).cases
        (check,) = [one for case in cases for one in case.checks if one.check == "law_uncertain"]
        assert self.FEE in [tuple(dict(one.values).values()) for one in check.facts]

    def test_who_and_where_it_stands_are_in_the_audit_log_and_another_company_has_none_of_it(self, department, owing):
        made = self.confirm(department)
        assert AuditEntry.objects.get(action="confirm_law").subject == f"law_confirmation:{made.pk}"
        other = Company.objects.create(
            code="other", name="Other", country="DE", currency="EUR", language="de", time_zone="Europe/Berlin"
        )
        assert company_facts(department.company, AT).law_confirmed == frozenset({("SE", "fee")})
        assert company_facts(other, AT).law_confirmed == frozenset()
        with pytest.raises(LawConfirmation.DoesNotExist):
            do_withdraw_law(replace(department.actor(ON), company_id=other.pk), made.pk, reason="not mine")

    @pytest.mark.parametrize(
        "changes",
        [
            {"country": "DE"},
            {"topic": "weather"},
            {"until": DUE - timedelta(days=1)},
            {"until": DUE + timedelta(days=1200)},
        ],
    )
    def test_what_does_not_wait_to_be_confirmed_is_refused_and_nothing_is_written(self, changes, department):
        with pytest.raises(ContactError):
            self.confirm(department, **changes)
        assert not LawConfirmation.objects.exists()

    def test_it_takes_the_right_to_set_policy(self, department):
        controller = replace(department.actor(DUE), roles=frozenset({"controller"}))
        with pytest.raises(NotAllowed):
            do_confirm_law(
                controller, country="SE", topic="fee", confirmed_by="A", reference="B", valid_from=DUE, valid_until=DUE
            )
