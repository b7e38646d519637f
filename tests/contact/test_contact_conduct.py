"""The gate and the rules of conduct of the customer's country, as a credit manager would tell them.

Today is Monday, 2 March 2026, 10:00 in Copenhagen and Hamburg. The policy allows anything that the law allows: it sets no
budget, no days between two contacts and no quiet hours.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fairdue.contact.actions import do_queue, do_record_call
from fairdue.contact.conduct import unconfirmed
from fairdue.contact.dispatch import dispatch
from fairdue.contact.facts import CompanyFacts, ContactFacts, GateFacts, GatePolicy, PastContact, Place, Stage, Step
from fairdue.contact.places import place
from fairdue.contact.queries import gate_facts
from fairdue.contact.rules import GateResult, check
from fairdue.contact.tone import third_parties
from fairdue.law.confirmed import Basis, Topic

MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 19, 30, tzinfo=UTC)
FREE = GatePolicy(quiet_from_minute=0, quiet_to_minute=0, business_days_only=False)
NOTICE = Step(
    step_key="s",
    channel="email",
    currency="EUR",
    run_key="run-1",
    contact_id=7,
    language="en",
    recipient_email="a@b.example",
)
DEFAULT = {"source": "own safe default, stricter than any business law collected", "confidence": "medium"}
DANISH = {"country": "DK", "source": "Renteloven § 9b; not confirmed", "confidence": "medium"}


def customer(country: str | None, natural_person: str = "no", at: datetime = MORNING, **more: object) -> GateFacts:
    where = place(country or "", "", "Europe/Berlin")
    contact = ContactFacts(7, "payables", "email", "en", "a@b.example", "unknown", None, True, where)
    return GateFacts(1, at, place=where, natural_person=natural_person, contacts=(contact,), **more)  # type: ignore[arg-type]


def judged(
    facts: GateFacts, step: Step = NOTICE, policy: GatePolicy = FREE, stage: Stage = Stage.SENDING
) -> GateResult:
    return check(replace(step, items=()), facts, policy, stage)


def blocks(result: GateResult) -> list[tuple[str, dict[str, object]]]:
    return [(block.code, dict(block.values)) for block in result.blocks]


def ago(days: int, kind: str = "notice", channel: str = "email", key: str = "") -> PastContact:
    return PastContact(MONDAY - timedelta(days=days), channel, key or f"{kind} {days}", kind)


class TestDaysBetweenTwoNotices:
    def test_denmark_waits_for_ten_days(self) -> None:
        result = judged(customer("DK", history=(ago(9),)))
        assert blocks(result) == [("gate_law_days_between", {"last_on": "2026-02-21", "min_days": 10, **DANISH})]
        assert result.waits

    def test_on_the_tenth_day_the_notice_leaves(self) -> None:
        assert judged(customer("DK", history=(ago(10),))).passed

    def test_the_proposal_says_so_before_anybody_releases_it(self) -> None:
        result = judged(customer("DK", history=(ago(9),)), stage=Stage.PROPOSAL)
        assert [block.code for block in result.blocks] == ["gate_law_days_between"]

    def test_a_call_or_a_statement_is_no_notice(self) -> None:
        assert judged(customer("DK", history=(ago(1, "call", "call"), ago(2, "statement"), ago(12)))).passed

    def test_a_receipt_confirmation_is_no_notice_either(self) -> None:
        assert judged(customer("DK", history=(ago(1),)), replace(NOTICE, kind="receipt")).passed

    def test_the_same_run_in_another_currency_is_the_same_notice(self) -> None:
        assert judged(customer("DK", history=(ago(0, key="run-1"),))).passed

    def test_a_policy_that_is_as_strict_is_told_alone(self) -> None:
        result = judged(customer("DK", history=(ago(9),)), policy=replace(FREE, min_days_between=10))
        assert [block.code for block in result.blocks] == ["gate_min_days_between"]

    def test_a_policy_that_is_less_strict_is_told_with_the_law(self) -> None:
        result = judged(customer("DK", history=(ago(1),)), policy=replace(FREE, min_days_between=3))
        assert [block.code for block in result.blocks] == ["gate_min_days_between", "gate_law_days_between"]

    def test_germany_asks_for_no_days(self) -> None:
        assert judged(customer("DE", history=(ago(1),))).passed


class TestBudget:
    THREE = (ago(1), ago(2), ago(3))

    def test_a_sole_trader_is_contacted_three_times_a_week_at_most(self) -> None:
        result = judged(customer("DE", "yes", history=self.THREE))
        expected = {"used": 3, "limit": 3, "country": "DE", **DEFAULT}
        assert blocks(result) == [("gate_law_contacts_per_week", expected)]
        assert result.waits

    def test_who_is_not_known_to_be_a_company_counts_as_a_sole_trader(self) -> None:
        assert [b.code for b in judged(customer("DE", "unknown", history=self.THREE)).blocks] == [
            "gate_law_contacts_per_week"
        ]

    def test_a_german_company_is_left_to_the_policy(self) -> None:
        assert judged(customer("DE", "no", history=self.THREE)).passed

    def test_a_company_in_a_country_nobody_looked_at_has_the_safe_default(self) -> None:
        result = judged(customer("KE", "no", history=self.THREE))
        assert blocks(result) == [("gate_law_contacts_per_week", {"used": 3, "limit": 3, "country": "KE", **DEFAULT})]

    def test_without_a_country_the_reason_names_none(self) -> None:
        result = judged(customer(None, "no", history=self.THREE))
        assert blocks(result)[0][1]["country"] == "ZZ"

    def test_contacts_of_last_week_do_not_count(self) -> None:
        assert judged(customer("DE", "yes", history=(ago(1), ago(2), ago(7)))).passed

    def test_a_stricter_policy_is_told_alone(self) -> None:
        result = judged(customer("DE", "yes", history=self.THREE), policy=replace(FREE, contacts_per_week=2))
        assert [block.code for block in result.blocks] == ["gate_contacts_per_week"]

    def test_one_call_a_day(self) -> None:
        call = replace(NOTICE, channel="call")
        result = judged(customer("DE", "yes", history=(ago(0, "call", "call"),)), call)
        assert blocks(result) == [("gate_law_calls", {"used": 1, "days": 1, "limit": 1, "country": "DE", **DEFAULT})]
        assert judged(customer("DE", "yes", history=(ago(1, "call", "call"),)), call).passed
        assert judged(customer("DE", "yes", history=(ago(0, "call", "call"),))).passed

    def test_an_answer_is_always_allowed(self) -> None:
        facts = customer("DE", "yes", EVENING, history=self.THREE)
        assert judged(facts, replace(NOTICE, kind="answer")).passed


class TestHours:
    def test_a_sole_trader_is_not_written_to_after_eight(self) -> None:
        result = judged(customer("DE", "unknown", EVENING))
        expected = {"local_time": "20:30", "zone": "Europe/Berlin", "hours": "08:00-20:00", "country": "DE", **DEFAULT}
        assert blocks(result) == [("gate_law_hours", expected)]
        assert result.waits
        assert result.retry_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)

    def test_at_one_minute_to_eight_it_leaves(self) -> None:
        assert judged(customer("DE", "unknown", EVENING - timedelta(minutes=31))).passed
        assert not judged(customer("DE", "unknown", EVENING - timedelta(minutes=30))).passed

    def test_a_company_is_left_to_the_policy(self) -> None:
        assert judged(customer("DE", "no", EVENING)).passed

    def test_a_letter_printed_at_night_disturbs_nobody(self) -> None:
        step = replace(NOTICE, channel="letter", contact_id=None)
        assert judged(customer("DE", "yes", EVENING, address_complete=True, language="de"), step).passed

    def test_the_proposal_does_not_ask_for_the_hour(self) -> None:
        assert judged(customer("DE", "yes", EVENING), stage=Stage.PROPOSAL).passed

    def test_sunday_is_no_day_for_it(self) -> None:
        sunday = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        result = judged(customer("DE", "yes", sunday))
        assert blocks(result) == [("gate_law_no_business_day", {"local_day": "2026-03-01", "country": "DE", **DEFAULT})]
        assert result.retry_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)

    def test_america_allows_until_nine_where_the_recipient_is(self) -> None:
        facts = customer("US", "yes", datetime(2026, 3, 3, 1, 30, tzinfo=UTC))
        new_york = replace(facts.contacts[0], place=Place("US", ("America/New_York",)))
        assert judged(replace(facts, contacts=(new_york,))).passed
        later = replace(facts, at=datetime(2026, 3, 3, 2, 0, tzinfo=UTC), contacts=(new_york,))
        assert blocks(judged(later))[0][1]["hours"] == "08:00-21:00"

    def test_quiet_hours_of_the_policy_are_told_alone(self) -> None:
        result = judged(customer("DE", "yes", EVENING), policy=GatePolicy())
        assert [block.code for block in result.blocks] == ["gate_quiet_hours"]

    def test_the_next_moment_suits_policy_and_law(self) -> None:
        late_risers = replace(FREE, quiet_from_minute=0, quiet_to_minute=9 * 60)
        assert judged(customer("DE", "yes", EVENING), policy=late_risers).retry_at == datetime(
            2026, 3, 3, 8, tzinfo=UTC
        )
        early = replace(FREE, quiet_from_minute=12 * 60, quiet_to_minute=6 * 60)
        assert judged(customer("DE", "yes", EVENING), policy=early).retry_at == datetime(2026, 3, 3, 7, tzinfo=UTC)


class TestThirdParties:
    AGENCY = replace(NOTICE, third_party=True)

    def test_no_agency_acts_in_china(self) -> None:
        result = judged(customer("CN"), self.AGENCY)
        source = "notices of 1993, 1995 and 2000 against debt-collection companies"
        assert blocks(result) == [
            ("gate_third_party_barred", {"country": "CN", "source": source, "confidence": "high"})
        ]
        assert not result.waits

    def test_a_confirmed_licence_helps_in_germany_and_not_in_china(self) -> None:
        cleared = replace(self.AGENCY, third_party_cleared=True)
        assert [b.code for b in judged(customer("DE"), self.AGENCY).blocks] == ["gate_third_party_licence"]
        assert judged(customer("DE"), cleared).passed
        assert not judged(customer("CN"), cleared).passed

    def test_an_agency_for_a_dutch_company_needs_nothing_and_for_a_sole_trader_the_register(self) -> None:
        assert judged(customer("NL", "no"), self.AGENCY).passed
        assert [b.code for b in judged(customer("NL", "unknown"), self.AGENCY).blocks] == ["gate_third_party_licence"]

    def test_where_nobody_looked_no_agency_acts(self) -> None:
        assert blocks(judged(customer("KE"), self.AGENCY)) == [
            ("gate_third_party_barred", {"country": "KE", **DEFAULT})
        ]

    def test_a_text_must_not_name_an_agency_in_china_even_in_the_legal_stage(self) -> None:
        step = replace(NOTICE, edited_text="否则我们将委托催收公司处理。", language="zh_Hans", legal_stage=True)
        result = judged(customer("CN"), step)
        assert [(code, values["found"]) for code, values in blocks(result)] == [("gate_third_party_named", "催收公司")]

    def test_the_same_text_is_lawful_in_spain_in_the_legal_stage(self) -> None:
        step = replace(NOTICE, edited_text="We will use a collection agency.", legal_stage=True)
        assert judged(customer("ES"), step).passed
        assert not judged(customer("CN"), step).passed

    @pytest.mark.parametrize(
        ("language", "text", "found"),
        [
            ("en", "Collection agencies are waiting", "Collection agencies"),
            ("de", "Wir gehen zum Inkassobüro", "Inkassobüro"),
            ("fr", "une société de recouvrement", "société de recouvrement"),
            ("es", "una agencia de cobros", "agencia de cobros"),
            ("ar", "سنحول الملف إلى شركة تحصيل", "شركة تحصيل"),
            ("zh_Hans", "委托第三方催收", "第三方催收"),
        ],
    )
    def test_six_languages_are_read(self, language: str, text: str, found: str) -> None:
        assert third_parties(text, language) == (found,)

    @pytest.mark.parametrize("text", ["Our collection of spare parts", "Please pay to our company account", ""])
    def test_plain_words_are_left_alone(self, text: str) -> None:
        assert third_parties(text, "en") == ()


@pytest.mark.django_db
class TestLedger:
    def test_facts_know_who_is_a_natural_person_and_what_was_a_notice(
        self, actor, company, customer, contact, now, outgoing, smtp
    ):
        do_queue(actor, outgoing("a", run_key="run-a"))
        do_queue(actor, outgoing("b", run_key="run-b", kind="receipt"))
        dispatch(company.pk, now, [smtp])
        do_record_call(replace(actor, at=now + timedelta(minutes=5)), customer_id=customer.pk, text="will pay")
        facts = gate_facts(company.pk, [customer.pk], now + timedelta(minutes=9))[customer.pk]
        assert facts.natural_person == "no"
        assert [(past.key.split(":")[0], past.kind) for past in facts.history] == [
            ("run-a", "notice"), ("run-b", "receipt"), ("call", "call"),
        ]  # fmt: skip

    def test_a_danish_customer_gets_the_second_notice_on_the_tenth_day(
        self, actor, company, customer, contact, now, outgoing, smtp, mail_server
    ):
        customer.country, customer.time_zone = "DK", "Europe/Copenhagen"
        customer.save()
        do_queue(actor, outgoing("first", run_key="run-1"))
        dispatch(company.pk, now, [smtp])
        second = do_queue(replace(actor, at=now + timedelta(days=1)), outgoing("second", run_key="run-2"))
        early = dispatch(company.pk, now + timedelta(days=9), [smtp])
        assert (early.handed_over, early.waiting) == (0, {"gate_law_days_between": 1})
        second.refresh_from_db()
        assert second.state == "queued"
        assert [(one["code"], one["values"]["min_days"]) for one in second.reasons] == [("gate_law_days_between", 10)]
        assert len(mail_server.box.mails()) == 1
        assert dispatch(company.pk, now + timedelta(days=10), [smtp]).handed_over == 1


def told(result: GateResult) -> list[tuple[str, str, str]]:
    return [tuple(dict(one.values).values()) for one in result.warnings if one.code == "gate_law_unconfirmed"]


class TestWhatNobodyHasConfirmed:
    DAYS = ("DK", "conduct", "Renteloven § 9b")

    def test_a_notice_to_denmark_says_that_its_days_between_notices_are_not_confirmed(self) -> None:
        result = judged(customer("DK"))
        assert told(result) == [self.DAYS]
        assert result.passed

    def test_where_the_policy_asks_for_it_the_notice_stops_and_no_waiting_helps(self) -> None:
        result = judged(customer("DK"), policy=replace(FREE, law_uncertain="hold"))
        assert [block.code for block in result.blocks] == ["gate_law_unconfirmed"]
        assert not result.waits
        assert result.warnings == ()

    @pytest.mark.parametrize(
        ("confirmed", "doubted"), [(("DK", "conduct"), False), (("DK", "fee"), True), (("SE", "conduct"), True)]
    )
    def test_what_a_person_has_confirmed_is_no_doubt(self, confirmed: tuple[str, str], doubted: bool) -> None:
        facts = customer("DK", company=CompanyFacts(law_confirmed=frozenset({confirmed})))
        assert bool(told(judged(facts))) is doubted
        assert judged(facts, policy=replace(FREE, law_uncertain="hold")).passed is not doubted

    def test_what_the_text_rests_on_is_settled_by_a_confirmation_too(self) -> None:
        fee = unconfirmed([Basis("SE", Topic.FEE, "Lag 1981:739; not confirmed")])
        step = replace(NOTICE, law_doubts=fee)
        assert told(judged(customer("DE"), step)) == [("SE", "fee", "Lag 1981:739")]
        facts = customer("DE", company=CompanyFacts(law_confirmed=frozenset({("SE", "fee")})))
        assert told(judged(facts, step)) == []

    def test_one_reason_names_all_sources_of_a_country_and_topic(self) -> None:
        rows = [Basis("NO", Topic.FORM, "A; not confirmed"), Basis("NO", Topic.FORM, "B (general knowledge)")]
        found = unconfirmed([*rows, rows[0], Basis("NO", Topic.FORM, "C")])
        assert [dict(one.values)["source"] for one in found] == ["A · B"]

    def test_a_statement_and_a_third_party_that_does_not_act_are_not_told(self) -> None:
        assert told(judged(customer("DK"), replace(NOTICE, kind="statement"))) == []
        assert told(judged(customer("BE"))) == []
        assert told(judged(customer("BE"), replace(NOTICE, third_party=True))) == [
            ("BE", "third_party", "WER Book XIX (consumers only)")
        ]
