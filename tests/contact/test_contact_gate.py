"""The pre-send gate, case by case, as a credit manager would tell them. Muster AG in Hamburg owes us three invoices.

Today is Monday, 2 March 2026, 10:00 in Hamburg. The policy allows two contacts a week, three days between two, bank data
of at most three days, and notices from 20.00 EUR.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fairdue.contact.facts import (
    ClaimItem,
    CompanyFacts,
    ContactFacts,
    GateFacts,
    GatePolicy,
    ItemState,
    PastContact,
    Place,
    Stage,
    Step,
    Unmatched,
)
from fairdue.contact.money import bank_data
from fairdue.contact.places import place
from fairdue.contact.reasons import GateReason
from fairdue.contact.rules import GateResult, check, choose_contact

MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HAMBURG = Place("DE", ("Europe/Berlin",))
PAYABLES = ContactFacts(7, "payables", "email", "de", "ap@muster.example", "unknown", None, True, HAMBURG)
POLICY = GatePolicy(
    bank_data_max_age_days=3, contacts_per_week=2, min_days_between=3, minimum_by_currency={"EUR": 20_00}
)
NOTICE = Step(
    step_key="acme:muster:EUR:2", channel="email", currency="EUR", run_key="run-1", contact_id=7, language="de",
    recipient_email="ap@muster.example", items=(ClaimItem(1, 100_00), ClaimItem(2, 50_00), ClaimItem(3, 30_00)),
)  # fmt: skip
OPEN = {
    1: ItemState(100_00, currency="EUR", document="R-1"),
    2: ItemState(50_00, currency="EUR", document="R-2"),
    3: ItemState(30_00, currency="EUR", document="R-3"),
}
FACTS = GateFacts(
    customer_id=1, at=MORNING, company=CompanyFacts(date(2026, 2, 27)), place=HAMBURG, language="de",
    address_complete=True, contacts=(PAYABLES,), items=OPEN,
)  # fmt: skip


def sending(step: Step = NOTICE, facts: GateFacts = FACTS, policy: GatePolicy = POLICY) -> GateResult:
    return check(step, facts, policy, Stage.SENDING)


def proposal(step: Step = NOTICE, facts: GateFacts = FACTS, policy: GatePolicy = POLICY) -> GateResult:
    return check(step, facts, policy, Stage.PROPOSAL)


def blocks(result: GateResult) -> list[tuple[str, dict[str, object]]]:
    return [(block.code, dict(block.values)) for block in result.blocks]


def codes(result: GateResult) -> list[str]:
    return [block.code for block in result.blocks]


def unmatched(amount_minor: int, **more: object) -> GateFacts:
    return replace(FACTS, unmatched=(Unmatched("EUR", amount_minor, **more),))


def on(day: date, channel: str = "email", key: str = "") -> PastContact:
    return PastContact(day, channel, key or f"run of {day}")


def test_a_notice_with_nothing_against_it_leaves() -> None:
    result = sending()
    assert result.passed
    assert result.allowed_items == (1, 2, 3)
    assert result.held_items == ()


class TestBalance:
    def test_an_invoice_paid_since_the_release_stops_the_notice(self) -> None:
        facts = replace(FACTS, items={1: OPEN[1], 3: OPEN[3]})
        expected = {"document": "#2", "claimed_minor": 50_00, "currency": "EUR"}
        assert blocks(sending(facts=facts)) == [("gate_item_settled", expected)]
        assert not sending(facts=facts).waits

    def test_a_part_payment_since_the_release_stops_the_notice(self) -> None:
        facts = replace(FACTS, items={**OPEN, 1: replace(OPEN[1], open_minor=60_00)})
        expected = {"document": "R-1", "open_minor": 60_00, "claimed_minor": 100_00, "currency": "EUR"}
        assert blocks(sending(facts=facts)) == [("gate_balance_changed", expected)]

    def test_a_payment_taken_back_by_the_bank_stops_the_notice_too(self) -> None:
        facts = replace(FACTS, items={**OPEN, 3: replace(OPEN[3], open_minor=45_00)})
        assert codes(sending(facts=facts)) == ["gate_balance_changed"]

    def test_a_credit_note_that_the_notice_does_not_show_stops_it(self) -> None:
        facts = replace(FACTS, items={**OPEN, 9: ItemState(-25_00, currency="EUR", document="G-9")})
        expected = {"document": "G-9", "credit_minor": 25_00, "currency": "EUR"}
        assert blocks(sending(facts=facts)) == [("gate_credit_not_shown", expected)]

    def test_a_credit_note_that_the_notice_shows_is_fine(self) -> None:
        step = replace(NOTICE, items=(*NOTICE.items, ClaimItem(9, -25_00)))
        facts = replace(FACTS, items={**OPEN, 9: ItemState(-25_00, currency="EUR", document="G-9")})
        assert sending(step, facts).passed

    def test_a_credit_in_another_currency_does_not_concern_this_notice(self) -> None:
        facts = replace(FACTS, items={**OPEN, 9: ItemState(-25_00, currency="USD", document="G-9")})
        assert sending(facts=facts).passed

    def test_a_customer_with_sixty_settled_invoices_gets_ten_reasons_and_a_count(self) -> None:
        step = replace(NOTICE, items=tuple(ClaimItem(number, 10_00) for number in range(100, 160)))
        result = sending(step, replace(FACTS, items={}))
        assert codes(result) == ["gate_item_settled"] * 10 + ["gate_more_items"]
        assert blocks(result)[-1][1] == {"count": 50}

    def test_sending_is_never_judged_without_live_balances(self) -> None:
        with pytest.raises(ValueError, match="live open amounts"):
            sending(facts=replace(FACTS, items=None))


class TestMoneyInTransit:
    def test_an_unmatched_payment_that_may_be_theirs_stops_the_notice(self) -> None:
        facts = replace(FACTS, unmatched=(Unmatched("EUR", 40_00, suspected=True),))
        expected = {"amount_minor": 40_00, "claimed_minor": 180_00, "currency": "EUR"}
        assert blocks(sending(facts=facts)) == [("gate_in_transit", expected)]
        assert blocks(proposal(facts=facts)) == [("gate_in_transit", expected)]

    def test_dollars_in_transit_do_not_stop_a_euro_notice(self) -> None:
        assert sending(facts=replace(FACTS, unmatched=(Unmatched("USD", 40_00),))).passed

    def test_an_old_overpayment_of_a_cent_does_not_hold_the_notice(self) -> None:
        assert sending(facts=unmatched(1)).passed

    def test_money_that_pays_no_item_and_is_taken_off_by_the_letter_does_not_hold_it(self) -> None:
        assert sending(facts=unmatched(28_49)).passed

    def test_money_that_covers_the_smallest_item_less_a_discount_of_five_per_cent_holds_it(self) -> None:
        expected = {"amount_minor": 28_50, "claimed_minor": 180_00, "currency": "EUR"}
        assert blocks(sending(facts=unmatched(28_50))) == [("gate_in_transit", expected)]
        strict = replace(POLICY, in_transit_short_ppm=0)
        assert sending(facts=unmatched(29_99), policy=strict).passed
        assert codes(sending(facts=unmatched(30_01), policy=strict)) == ["gate_in_transit"]

    def test_exactly_an_item_holds_however_small_its_share(self) -> None:
        step = replace(NOTICE, items=(*NOTICE.items, ClaimItem(4, 15)))
        facts = replace(unmatched(15), items={**OPEN, 4: ItemState(15, currency="EUR", document="R-4")})
        expected = {"amount_minor": 15, "currency": "EUR", "document": "R-4"}
        assert blocks(sending(step, facts)) == [("gate_in_transit_item", expected)]
        near = replace(facts, unmatched=(Unmatched("EUR", 14),))
        assert sending(step, near).passed, "a thousandth of the claim is left alone"

    def test_two_payments_that_together_cover_an_item_hold_it(self) -> None:
        facts = replace(FACTS, unmatched=(Unmatched("EUR", 15_00), Unmatched("EUR", 14_00)))
        assert codes(sending(facts=facts)) == ["gate_in_transit"]

    def test_a_payer_not_known_who_sent_a_tenth_of_the_claim_holds_it(self) -> None:
        expected = {"amount_minor": 18_00, "claimed_minor": 180_00, "currency": "EUR"}
        assert blocks(sending(facts=unmatched(18_00, suspected=True))) == [("gate_in_transit_part", expected)]
        assert sending(facts=unmatched(17_99, suspected=True)).passed
        assert sending(facts=unmatched(18_00)).passed, "the letter takes the customer's own money off"

    def test_own_money_that_came_after_the_letter_was_written_is_not_taken_off_by_it(self) -> None:
        step = replace(NOTICE, written_at=MORNING - timedelta(hours=1))
        assert codes(sending(step, unmatched(18_00, recorded_at=MORNING))) == ["gate_in_transit_part"]
        assert sending(step, unmatched(18_00, recorded_at=MORNING - timedelta(hours=2))).passed

    def test_a_cent_and_a_half_euro_beside_a_large_claim_hold_nothing(self) -> None:
        step = replace(NOTICE, items=(ClaimItem(1, 74_372_00),))
        facts = replace(unmatched(1_50), items={1: ItemState(74_372_00, currency="EUR", document="R-1")})
        assert sending(step, facts).passed

    def test_a_receipt_confirmation_goes_out_all_the_same(self) -> None:
        assert sending(
            replace(NOTICE, kind="receipt"), replace(FACTS, unmatched=(Unmatched("EUR", 40_00, suspected=True),))
        ).passed


class TestTwoCurrenciesInOneMessage:
    BOTH = replace(NOTICE, items=(ClaimItem(1, 100_00), ClaimItem(8, 9_00)))
    FACTS = replace(FACTS, items={1: OPEN[1], 8: ItemState(9_00, currency="USD", document="U-8")})
    POLICY = replace(POLICY, minimum_by_currency={"EUR": 20_00, "USD": 20_00})

    def test_a_small_dollar_balance_may_go_along_with_the_euro_letter(self) -> None:
        assert sending(self.BOTH, self.FACTS, self.POLICY).passed

    def test_two_small_balances_do_not_add_up_to_a_large_one(self) -> None:
        step = replace(self.BOTH, items=(ClaimItem(2, 19_00), ClaimItem(8, 9_00)))
        facts = replace(self.FACTS, items={2: ItemState(19_00, currency="EUR"), 8: ItemState(9_00, currency="USD")})
        assert codes(proposal(step, facts, self.POLICY)) == ["gate_small_balance"] * 2

    def test_dollars_in_transit_stop_a_message_that_claims_dollars(self) -> None:
        facts = replace(self.FACTS, unmatched=(Unmatched("USD", 9_00),))
        expected = {"amount_minor": 9_00, "document": "U-8", "currency": "USD"}
        assert blocks(sending(self.BOTH, facts, self.POLICY)) == [("gate_in_transit_item", expected)]

    def test_a_changed_dollar_invoice_is_told_in_dollars(self) -> None:
        facts = replace(self.FACTS, items={**self.FACTS.items, 8: ItemState(4_00, currency="USD", document="U-8")})
        expected = {"document": "U-8", "open_minor": 4_00, "claimed_minor": 9_00, "currency": "USD"}
        assert blocks(sending(self.BOTH, facts, self.POLICY)) == [("gate_balance_changed", expected)]


class TestBankData:
    def test_payments_read_through_friday_are_fresh_enough_on_monday(self) -> None:
        assert sending().passed

    def test_bank_data_of_four_days_holds_the_notice_until_newer_data_come(self) -> None:
        result = sending(facts=replace(FACTS, company=CompanyFacts(date(2026, 2, 26))))
        assert blocks(result) == [("gate_bank_data_old", {"through": "2026-02-26", "age_days": 4, "max_days": 3})]
        assert result.waits

    def test_payments_never_read_hold_the_notice(self) -> None:
        result = sending(facts=replace(FACTS, company=CompanyFacts(None)))
        assert blocks(result) == [("gate_bank_data_unknown", {"max_days": 3})]

    def test_a_policy_that_does_not_ask_sends_without_bank_data(self) -> None:
        policy = replace(POLICY, bank_data_max_age_days=None)
        assert sending(facts=replace(FACTS, company=CompanyFacts(None)), policy=policy).passed

    def test_a_run_can_ask_once_for_all_its_customers(self) -> None:
        assert bank_data(CompanyFacts(date(2026, 2, 27)), POLICY, MONDAY) is None
        reason = bank_data(CompanyFacts(date(2026, 2, 20)), POLICY, MONDAY)
        assert reason is not None
        assert dict(reason.values)["age_days"] == 10


class TestHolds:
    def test_a_dispute_over_one_invoice_leaves_the_others_to_be_chased(self) -> None:
        facts = replace(FACTS, items={**OPEN, 1: replace(OPEN[1], held_minor=100_00, hold_reasons=("dispute",))})
        result = proposal(facts=facts)
        assert result.passed
        assert result.held_items == (1,)
        assert result.allowed_items == (2, 3)

    def test_a_dispute_over_a_part_leaves_the_rest_of_the_invoice_to_be_chased(self) -> None:
        facts = replace(FACTS, items={**OPEN, 1: replace(OPEN[1], held_minor=40_00, hold_reasons=("dispute",))})
        assert proposal(facts=facts).allowed_items == (1, 2, 3)

    def test_nothing_is_proposed_when_every_invoice_is_promised(self) -> None:
        held = {key: replace(item, held_minor=item.open_minor, hold_reasons=("promise",)) for key, item in OPEN.items()}
        result = proposal(facts=replace(FACTS, items=held))
        assert codes(result) == ["gate_nothing_left"]
        assert result.held_items == (1, 2, 3)

    @pytest.mark.parametrize("why", ["dispute", "promise", "plan", "internal_check", "claims_paid"])
    def test_a_hold_set_after_the_release_stops_the_notice(self, why: str) -> None:
        facts = replace(FACTS, items={**OPEN, 2: replace(OPEN[2], held_minor=50_00, hold_reasons=(why,))})
        result = sending(facts=facts)
        expected = {
            "document": "R-2", "held_minor": 50_00, "open_minor": 50_00, "currency": "EUR", "hold_reasons": why,
        }  # fmt: skip
        assert blocks(result) == [("gate_item_held", expected)]

    def test_a_part_that_was_already_left_out_at_release_does_not_stop_the_notice(self) -> None:
        step = replace(NOTICE, items=(ClaimItem(1, 100_00, held_minor=40_00), *NOTICE.items[1:]))
        facts = replace(FACTS, items={**OPEN, 1: replace(OPEN[1], held_minor=40_00, hold_reasons=("dispute",))})
        assert sending(step, facts).passed

    @pytest.mark.parametrize("why", ["insolvency", "mediation", "legal", "reply"])
    def test_a_customer_in_insolvency_mediation_or_with_an_unread_reply_is_not_written_to(self, why: str) -> None:
        facts = replace(FACTS, customer_holds=(why,))
        assert blocks(sending(facts=facts)) == [("gate_customer_held", {"hold_reasons": why})]
        assert codes(sending(replace(NOTICE, kind="receipt"), facts)) == ["gate_customer_held"]

    def test_a_held_customer_still_gets_the_answer_to_its_own_question(self) -> None:
        answer = replace(NOTICE, kind="answer", items=())
        assert sending(answer, replace(FACTS, customer_holds=("reply",))).passed


class TestContactBudget:
    def test_two_contacts_this_week_are_enough_whatever_the_invoices(self) -> None:
        facts = replace(FACTS, history=(on(date(2026, 2, 24)), on(date(2026, 2, 26), "call")))
        assert blocks(sending(facts=facts)) == [("gate_contacts_per_week", {"used": 2, "limit": 2})]
        assert sending(facts=facts).waits

    def test_a_contact_eight_days_ago_does_not_count(self) -> None:
        facts = replace(FACTS, history=(on(date(2026, 2, 22)), on(date(2026, 2, 23)), on(date(2026, 2, 24))))
        assert sending(facts=facts).passed

    def test_an_own_limit_for_calls_leaves_mail_alone(self) -> None:
        policy = replace(POLICY, contacts_per_week=None, contacts_per_week_by_channel={"call": 1}, min_days_between=0)
        facts = replace(FACTS, history=(on(date(2026, 2, 26), "call"),))
        assert sending(facts=facts, policy=policy).passed
        call = replace(NOTICE, channel="call")
        expected = {"used": 1, "limit": 1, "channel": "call"}
        assert blocks(sending(call, facts, policy)) == [("gate_channel_per_week", expected)]

    def test_two_days_after_the_last_contact_is_too_early(self) -> None:
        facts = replace(FACTS, history=(on(date(2026, 2, 28)),))
        assert blocks(sending(facts=facts)) == [("gate_min_days_between", {"last_on": "2026-02-28", "min_days": 3})]

    def test_three_days_after_the_last_contact_is_early_enough(self) -> None:
        assert sending(facts=replace(FACTS, history=(on(date(2026, 2, 27)),))).passed

    def test_the_dollar_letter_of_the_same_run_is_no_second_contact(self) -> None:
        assert sending(facts=replace(FACTS, history=(on(MONDAY, key="run-1"),))).passed

    def test_a_thank_you_is_not_counted_against_the_budget(self) -> None:
        facts = replace(FACTS, history=(on(date(2026, 2, 28)), on(MONDAY)))
        assert sending(replace(NOTICE, kind="thank_you", items=()), facts).passed


class TestClock:
    def test_at_six_in_the_evening_the_mail_waits_until_tomorrow_eight(self) -> None:
        result = sending(facts=replace(FACTS, at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC)))
        assert blocks(result) == [("gate_quiet_hours", {"local_time": "18:00", "zone": "Europe/Berlin"})]
        assert result.waits
        assert result.retry_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)

    def test_a_minute_before_six_it_leaves(self) -> None:
        assert sending(facts=replace(FACTS, at=datetime(2026, 3, 2, 16, 59, tzinfo=UTC))).passed

    def test_on_saturday_it_waits_for_monday(self) -> None:
        policy = replace(POLICY, bank_data_max_age_days=None)
        result = sending(facts=replace(FACTS, at=datetime(2026, 2, 28, 10, 0, tzinfo=UTC)), policy=policy)
        assert blocks(result) == [("gate_no_business_day", {"local_day": "2026-02-28", "country": "DE"})]
        assert result.retry_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)

    def test_a_customer_in_riyadh_is_written_to_on_sunday_but_not_on_friday(self) -> None:
        riyadh = Place("SA", ("Asia/Riyadh",))
        contact = replace(PAYABLES, place=riyadh)
        facts = replace(FACTS, place=riyadh, contacts=(contact,))
        policy = replace(POLICY, bank_data_max_age_days=None)
        friday = replace(facts, at=datetime(2026, 2, 27, 9, 0, tzinfo=UTC))
        sunday = replace(facts, at=datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
        assert codes(sending(facts=friday, policy=policy)) == ["gate_no_business_day"]
        assert sending(facts=sunday, policy=policy).passed

    def test_chinese_new_year_is_no_day_for_a_reminder(self) -> None:
        shanghai = Place("CN", ("Asia/Shanghai",))
        facts = replace(FACTS, place=shanghai, contacts=(replace(PAYABLES, place=shanghai),))
        result = sending(facts=replace(facts, at=datetime(2026, 2, 17, 3, 0, tzinfo=UTC)), policy=GatePolicy())
        assert codes(result) == ["gate_no_business_day"]

    def test_an_american_customer_whose_city_is_unknown_is_reached_when_all_its_coasts_are_awake(self) -> None:
        usa = place("US", "", "Europe/Berlin")
        facts = replace(FACTS, place=usa, contacts=(replace(PAYABLES, place=usa),))
        early = replace(facts, at=datetime(2026, 3, 2, 14, 0, tzinfo=UTC))  # 9:00 in New York, 7:00 in Denver
        assert blocks(sending(facts=early)) == [("gate_quiet_hours", {"local_time": "07:00", "zone": "America/Denver"})]
        assert sending(facts=early).retry_at == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
        assert sending(facts=replace(facts, at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))).passed

    def test_the_contact_s_own_place_counts_not_the_headquarters(self) -> None:
        tokyo = replace(PAYABLES, place=Place("JP", ("Asia/Tokyo",)))
        result = sending(facts=replace(FACTS, contacts=(tokyo,)))  # 18:00 in Tokyo
        assert blocks(result) == [("gate_quiet_hours", {"local_time": "18:00", "zone": "Asia/Tokyo"})]

    def test_a_letter_is_printed_at_night(self) -> None:
        letter = replace(NOTICE, channel="letter", contact_id=None, recipient_email=None)
        assert sending(letter, replace(FACTS, at=datetime(2026, 3, 2, 23, 0, tzinfo=UTC))).passed

    def test_the_clock_does_not_stop_a_proposal_made_at_night(self) -> None:
        assert proposal(facts=replace(FACTS, at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC))).passed


class TestRecipient:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"active": False}, "gate_contact_inactive"),
            ({"purpose": "management"}, "gate_wrong_purpose"),
            ({"consent": "refused"}, "gate_opted_out"),
            ({"bounced_on": date(2026, 1, 5)}, "gate_bounced"),
            ({"email": ""}, "gate_no_email"),
            ({"language": ""}, "gate_language_unknown"),
            ({"email": "new@muster.example"}, "gate_recipient_changed"),
        ],
    )
    def test_a_contact_who_is_not_to_be_reached_stops_the_mail(self, change: dict[str, object], code: str) -> None:
        result = sending(facts=replace(FACTS, contacts=(replace(PAYABLES, **change),)))
        assert codes(result) == [code]
        assert not result.waits

    def test_a_mail_without_a_contact_has_no_recipient(self) -> None:
        assert codes(sending(replace(NOTICE, contact_id=None))) == ["gate_no_recipient"]

    def test_a_letter_needs_a_complete_address(self) -> None:
        letter = replace(NOTICE, channel="letter", contact_id=None)
        assert codes(sending(letter, replace(FACTS, address_complete=False))) == ["gate_no_address"]

    def test_a_bounced_mailbox_does_not_stop_a_letter_to_the_same_person(self) -> None:
        letter = replace(NOTICE, channel="letter")
        assert sending(letter, replace(FACTS, contacts=(replace(PAYABLES, bounced_on=MONDAY),))).passed

    def test_the_next_best_contact_is_chosen(self) -> None:
        bounced = replace(PAYABLES, bounced_on=MONDAY)
        buyer = replace(PAYABLES, contact_id=8, purpose="counterpart", email="b@muster.example")
        facts = replace(FACTS, contacts=(buyer, bounced))
        chosen = choose_contact(facts, "email", POLICY)
        assert chosen is not None
        assert chosen.contact_id == 8
        assert choose_contact(replace(FACTS, contacts=(bounced,)), "email", POLICY) is None


class TestMinimumLawToneAndRelease:
    def test_under_the_minimum_there_is_a_statement_only(self) -> None:
        step = replace(NOTICE, items=(ClaimItem(4, 19_99),))
        facts = replace(FACTS, items={4: ItemState(19_99, currency="EUR", document="R-4")})
        expected = {"amount_minor": 19_99, "minimum_minor": 20_00, "currency": "EUR"}
        assert blocks(proposal(step, facts)) == [("gate_small_balance", expected)]
        assert proposal(replace(step, kind="statement"), facts).passed

    def test_exactly_the_minimum_is_enough(self) -> None:
        step = replace(NOTICE, items=(ClaimItem(4, 20_00),))
        facts = replace(FACTS, items={4: ItemState(20_00, currency="EUR", document="R-4")})
        assert proposal(step, facts).passed

    def test_a_credit_note_can_bring_the_claim_under_the_minimum(self) -> None:
        step = replace(NOTICE, items=(ClaimItem(4, 30_00), ClaimItem(5, -15_00)))
        facts = replace(FACTS, items={4: ItemState(30_00, currency="EUR"), 5: ItemState(-15_00, currency="EUR")})
        assert codes(proposal(step, facts)) == ["gate_small_balance"]

    def test_a_step_the_law_forbids_before_a_day_waits_for_it(self) -> None:
        step = replace(NOTICE, earliest_on=date(2026, 3, 3))
        assert blocks(sending(step)) == [("gate_legal_clock", {"earliest_on": "2026-03-03"})]
        assert sending(step).waits
        assert sending(replace(NOTICE, earliest_on=MONDAY)).passed

    def test_a_step_that_needs_a_notice_before_it_waits_for_that_hand_over(self) -> None:
        step = replace(NOTICE, requires=("acme:muster:EUR:1",))
        assert blocks(sending(step)) == [("gate_step_missing", {"step": "acme:muster:EUR:1"})]
        assert sending(step, replace(FACTS, steps_done=frozenset({"acme:muster:EUR:1"}))).passed

    def test_a_threat_written_by_hand_is_held_outside_the_legal_stage(self) -> None:
        step = replace(NOTICE, edited_text="Zahlen Sie, sonst gehen wir zum Rechtsanwalt.")
        assert blocks(sending(step)) == [("gate_tone_threat", {"found": "Rechtsanwalt"})]
        assert not sending(step).waits
        assert sending(replace(step, legal_stage=True)).passed

    def test_blame_shame_and_disclosure_are_held_at_every_stage(self) -> None:
        text = "Es ist Ihre Schuld, schämen Sie sich, wir werden Ihre Kunden informieren."
        step = replace(NOTICE, edited_text=text, legal_stage=True)
        assert codes(sending(step)) == [
            "gate_tone_blame", "gate_tone_shaming", "gate_tone_disclosure",
        ]  # fmt: skip

    def test_two_person_release_waits_for_another_person(self) -> None:
        policy = replace(POLICY, two_person_release=True)
        assert codes(sending(replace(NOTICE, released_by=1), policy=policy)) == ["gate_second_person"]
        assert codes(sending(replace(NOTICE, released_by=1, approved_by=1), policy=policy)) == ["gate_second_person"]
        assert sending(replace(NOTICE, released_by=1, approved_by=2), policy=policy).passed

    def test_the_daily_cap_keeps_the_rest_for_tomorrow(self) -> None:
        facts = replace(FACTS, company=CompanyFacts(date(2026, 2, 27), handed_over_today=500))
        policy = replace(POLICY, daily_cap=500)
        assert blocks(sending(facts=facts, policy=policy)) == [("gate_daily_cap", {"used": 500, "limit": 500})]
        assert proposal(facts=facts, policy=policy).passed

    def test_in_dry_run_nothing_leaves(self) -> None:
        assert codes(sending(policy=replace(POLICY, dry_run=True))) == ["gate_dry_run"]

    def test_all_blocks_are_told_at_once_and_one_that_stops_makes_it_stop(self) -> None:
        facts = replace(
            FACTS, unmatched=(Unmatched("EUR", 100_00),), company=CompanyFacts(None), history=(on(MONDAY),), contacts=()
        )
        result = sending(facts=facts)
        assert codes(result) == [
            "gate_in_transit_item", "gate_bank_data_unknown", "gate_min_days_between", "gate_no_recipient",
        ]  # fmt: skip
        assert not result.waits


def test_a_policy_survives_its_stored_form_and_refuses_what_it_does_not_know() -> None:
    policy = replace(POLICY, contacts_per_week_by_channel={"call": 1}, purposes=("management",))
    assert GatePolicy.from_dict(policy.as_dict()) == policy
    assert GatePolicy.from_dict({}) == GatePolicy()
    with pytest.raises(ValueError, match="contacts_a_week"):
        GatePolicy.from_dict({"contacts_a_week": 1})


def test_every_reason_code_is_unique_and_says_its_numbers() -> None:
    from fairdue.contact import reasons
    from fairdue.kernel.reasons import text_index

    index = text_index(reasons.GateReason, reasons.DeliveryReason, reasons.EventReason)
    assert len(index) == len(reasons.GateReason) + len(reasons.DeliveryReason) + len(reasons.EventReason)
    assert reasons.waits(sending(facts=replace(FACTS, company=CompanyFacts(None))).blocks[0])
    assert GateReason.QUIET_HOURS.waits
    assert not GateReason.OPTED_OUT.waits


def test_every_country_of_several_zones_has_a_common_office_hour() -> None:
    from fairdue.contact.clock import next_open_moment
    from fairdue.contact.places import _zones_of_countries

    for country, zones in _zones_of_countries().items():
        found = next_open_moment(MORNING, Place(country, zones), GatePolicy())
        assert found is not None, country
        assert found - MORNING < timedelta(days=21)
