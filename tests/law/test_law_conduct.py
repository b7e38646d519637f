"""The worked cases of docs/algorithms/conduct.md, the strictness of the reader, and how rows are chosen."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from fairdue.law import conduct_table
from fairdue.law.conduct import (
    Conduct,
    conduct_of,
    contact_hours,
    fee_cap,
    min_days_between,
    shortest_deadline,
    third_party_step,
)
from fairdue.law.conduct_table import DEFAULT, RuleCode, conduct_rules, rule_of
from fairdue.law.tables import Confidence, LawDataError

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "conduct.md"
GOOD = {
    "country": "DK", "rule": "min_days_between", "applies_to": "both", "value": "10", "unit": "days", "valid_from": "",
    "valid_to": "", "source": "Renteloven", "confidence": "medium", "note": "",
}  # fmt: skip
FEES = {"reminder_fee": RuleCode.REMINDER_FEE_MAX, "collection_fee": RuleCode.COLLECTION_FEE_MAX}


def cases() -> list[tuple[str, ...]]:
    table = PAGE.read_text(encoding="utf-8").split("## Worked cases")[1]
    found = [
        tuple(cell.strip() for cell in line.strip("|\n ").split("|"))
        for line in table.splitlines()
        if line.startswith("| ")
    ]
    return found[2:]


def answer(conduct: Conduct, question: str) -> tuple[str, RuleCode | None]:
    """Ask the question of a case; give the answer as the page writes it, with the code of the rule behind it."""
    if question == "third_party":
        ruling = third_party_step(conduct)
        assert ruling.allowed == {"free": True, "licence": None, "barred": False}[ruling.rule.value]
        return ruling.rule.value, RuleCode.THIRD_PARTY
    if question == "days_between":
        return str(min_days_between(conduct)), RuleCode.MIN_DAYS_BETWEEN
    if question == "deadline":
        return str(shortest_deadline(conduct)), RuleCode.NOTICE_DEADLINE_MIN
    if question == "hours":
        hours = contact_hours(conduct)
        return hours.value if hours else "any", RuleCode.CONTACT_HOURS
    if question == "content":
        return " ".join(conduct.words(RuleCode.NOTICE_CONTENT)), RuleCode.NOTICE_CONTENT
    fee, on = re.fullmatch(r"(\w+) on (\S+)", question).groups()
    cap = fee_cap(conduct, FEES[fee], date.fromisoformat(on))
    if cap.amount_minor is None:
        assert cap.reason.code == "law.conduct_no_cap"
        assert cap.rule is None
        return "unknown", None
    assert cap.reason.code == "law.conduct_cap"
    return f"{cap.amount_minor} {cap.currency}", FEES[fee]


@pytest.mark.parametrize("case", cases(), ids=lambda case: " ".join(case[:3]))
def test_worked_case(case: tuple[str, ...]) -> None:
    country, debtor, question, expected, source = case
    conduct = conduct_of(None if country == "-" else country, debtor)
    told, code = answer(conduct, question)
    assert told == expected
    rule = conduct.rule(code) if code else None
    assert (rule.source if rule else "-") == source


def test_there_are_enough_cases_and_none_stands_twice() -> None:
    keys = [case[:3] for case in cases()]
    assert len(keys) == len(set(keys)) >= 25
    assert len({case[0] for case in cases()}) >= 15


class TestChoosing:
    def test_an_unknown_debtor_has_the_rules_of_a_natural_person(self) -> None:
        for country in conduct_rules():
            assert conduct_of(country, "unknown").rules == conduct_of(country, "yes").rules

    def test_an_uncollected_country_gets_the_safe_default_and_is_told_so(self) -> None:
        conduct = conduct_of("KE", "no")
        assert not conduct.known
        assert all(rule.is_default for rule in conduct.rules)
        assert {rule.code for rule in conduct.rules} == {rule.code for rule in conduct_rules()[DEFAULT]}
        assert [(one.code, dict(one.values)) for one in conduct.reasons] == [("law.conduct_unknown", {"law": "KE"})]

    def test_a_collected_country_says_nothing_of_the_kind(self) -> None:
        assert conduct_of("DE", "no").known
        assert conduct_of("DE", "no").reasons == ()

    def test_the_codes_of_the_default_and_the_union_are_no_countries(self) -> None:
        for code in (DEFAULT, "EU"):
            assert not conduct_of(code, "no").known

    def test_a_member_state_without_rows_of_its_own_has_those_of_the_union(self) -> None:
        content = [rule.country for rule in conduct_of("AT", "yes").rules if rule.code is RuleCode.NOTICE_CONTENT]
        assert content == ["EU", "*"]

    def test_a_part_of_a_country_adds_to_its_country(self) -> None:
        california = conduct_of("US", "yes", "CA")
        assert [r.country for r in california.rules if r.code is RuleCode.PERSON_LAW] == ["US-CA"]
        assert california.rule(RuleCode.CONTACT_HOURS).country == "US"
        assert conduct_of("US", "no", "CA").rule(RuleCode.PERSON_LAW) is None
        assert california.rule(RuleCode.PERSON_LAW, date(2025, 6, 30)) is None

    def test_a_gap_is_never_an_answer(self) -> None:
        for country in conduct_rules():
            for kind in ("yes", "no"):
                assert all(rule.confidence.usable for rule in conduct_of(country, kind).rules)

    def test_no_gap_lets_a_third_party_act(self) -> None:
        gaps = [c for c, own in conduct_rules().items() if any(r.confidence is Confidence.GAP for r in own)]
        assert sorted(gaps) == ["AE", "BE", "BR", "DK", "MX", "NO", "TR"]
        for country in gaps:
            ruling = third_party_step(conduct_of(country, "yes"))
            assert (ruling.allowed, ruling.reason.code) == (False, "law.conduct_third_party_unchecked")

    def test_forbidden_acts_of_the_default_stand_everywhere(self) -> None:
        default = set(conduct_of(None).words(RuleCode.FORBIDDEN))
        for country in conduct_rules():
            assert default <= set(conduct_of(country, "no").words(RuleCode.FORBIDDEN))

    def test_a_fourth_word_for_the_debtor_is_refused(self) -> None:
        with pytest.raises(ValueError, match="maybe"):
            conduct_of("DE", "maybe")

    def test_what_is_no_fee_has_no_cap(self) -> None:
        with pytest.raises(ValueError, match="min_days_between is no fee"):
            fee_cap(conduct_of("DK"), RuleCode.MIN_DAYS_BETWEEN, date(2026, 3, 2))

    def test_the_answer_is_made_once_for_a_country(self) -> None:
        assert conduct_of("FR", "no") is conduct_of("FR", "no")


class TestReader:
    def test_a_good_row_is_read(self) -> None:
        rule = rule_of(dict(GOOD))
        assert (rule.country, rule.number, rule.confidence) == ("DK", 10, Confidence.MEDIUM)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"country": "Denmark"}, "neither a country"),
            ({"country": "dk"}, "neither a country"),
            ({"rule": "min_days"}, "min_days"),
            ({"applies_to": "person"}, "person"),
            ({"value": "ten"}, "no whole number"),
            ({"value": "-1"}, "no whole number"),
            ({"value": "10.5"}, "no whole number"),
            ({"value": ""}, "a gap has no value"),
            ({"confidence": "gap"}, "a gap has no value"),
            ({"confidence": "sure"}, "sure"),
            ({"unit": "weeks"}, "is told in days"),
            ({"source": ""}, "has no source"),
            ({"valid_from": "2026-02-30"}, "day is out of range|must be in range"),
            ({"valid_from": "2026-03-02", "valid_to": "2026-03-01"}, "ends before it begins"),
            ({"rule": "reminder_fee_max"}, "is told in a currency"),
            ({"rule": "third_party", "unit": "verdict", "value": "allowed"}, "no word of verdict"),
            ({"rule": "third_party", "unit": "verdict", "value": "free licence"}, "one word of verdict"),
            ({"rule": "notice_content", "unit": "parts", "value": "demand poem"}, "poem: no word of parts"),
            ({"rule": "contact_hours", "unit": "local_time", "value": "8-20"}, "no span"),
            ({"rule": "contact_hours", "unit": "local_time", "value": "20:00-08:00"}, "within one day"),
            ({"rule": "contact_hours", "unit": "local_time", "value": "08:60-20:00"}, "within one day"),
            ({"colour": "red"}, "columns must be"),
        ],
    )
    def test_a_bad_row_is_refused_in_words(self, change: dict[str, str], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            rule_of({**GOOD, **change})

    def test_a_rule_that_stands_twice_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        twice = (rule_of(dict(GOOD)), rule_of({**GOOD, "value": "9"}))
        monkeypatch.setattr(conduct_table, "read", lambda name, make: twice)
        with pytest.raises(LawDataError, match="data row 2: min_days_between of DK stands twice"):
            conduct_rules.__wrapped__()

    def test_the_same_rule_for_two_years_is_fine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        years = (rule_of({**GOOD, "valid_to": "2026-12-31"}), rule_of({**GOOD, "valid_from": "2027-01-01"}))
        monkeypatch.setattr(conduct_table, "read", lambda name, make: years)
        assert len(conduct_rules.__wrapped__()["DK"]) == 2


def test_general_knowledge_is_never_of_high_confidence() -> None:
    for own in conduct_rules().values():
        for rule in own:
            assert not ("not confirmed" in rule.source and rule.confidence is Confidence.HIGH)
