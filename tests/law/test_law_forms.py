"""The forms table: strict reading, how rows are chosen, and its agreement with limitation and with the letters' keys."""

from __future__ import annotations

import pytest

from fairdue.law import conduct as conduct_module
from fairdue.law import forms
from fairdue.law.conduct import bounded
from fairdue.law.conduct_table import RuleCode, conduct_rules, rule_of
from fairdue.law.forms import Part, form_of, form_rule, form_rules
from fairdue.law.limitation import EventKind, rules
from fairdue.law.places import subdivision_of
from fairdue.law.tables import LawDataError
from fairdue.letters.facts import Document, FormName, FormText

GOOD = {
    "country": "DE", "rule": "law", "documents": "formal_notice", "applies_to": "both", "part": "statement",
    "text": "formal_demand", "only_with": "", "basis": "BGB § 286(1)", "source": "BGB", "confidence": "high", "note": "",
}  # fmt: skip


def test_every_key_of_the_table_is_one_the_letters_know() -> None:
    for rule in (one for own in form_rules().values() for one in own):
        assert rule.documents <= {one.value for one in Document}
        if rule.part is Part.NAME:
            assert FormName(rule.text)
        if rule.part is Part.STATEMENT:
            assert FormText(rule.text)


def test_a_letter_says_that_it_interrupts_limitation_only_where_a_demand_does() -> None:
    said = {code for code, own in form_rules().items() for one in own if one.text == "interrupts_limitation"}
    assert said == {"IT", "NL", "CN"}
    assert {dict(rules()[code].effects)[EventKind.DEMAND] for code in said} == {"restart"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "needs documents, a text key and a source"),
        ({"confidence": "gap"}, "no row"),
        ({"part": "song"}, "song"),
        ({"rule": "court"}, "court"),
        ({"applies_to": "everyone"}, "everyone"),
    ],
)
def test_a_bad_row_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        form_rule(GOOD | change)
    with pytest.raises(LawDataError, match="columns"):
        form_rule({"country": "DE"})


def names(law: str, place: str, person: str = "no") -> tuple[str | None, list[str]]:
    form = form_of(law, place, "formal_notice", person)
    return form.name.text if form.name else None, [one.text for one in form.statements]


def test_the_place_names_the_letter_and_the_law_adds_its_statements() -> None:
    assert names("DE", "NO") == (
        "inkassovarsel",
        ["formal_demand", "interest_basis", "compensation_basis", "new_due_date", "collection_may_begin"],
    )
    assert names("DE", "US") == ("mahnung", ["formal_demand", "interest_basis", "compensation_basis"])
    assert names("US-NY", "US") == (None, [])
    assert names("NO", "DE") == (None, [])
    assert not form_of("DE", "DE", "overdue_notice", "no")


def test_whoever_is_not_known_to_be_a_company_gets_the_letter_for_persons() -> None:
    assert names("GB", "GB", "unknown") == names("GB", "GB", "yes")
    assert names("GB", "GB", "unknown")[0] == "letter_of_claim"
    assert names("GB", "GB", "no")[0] == "letter_before_claim"
    assert names("FR", "BE", "unknown")[1][-1] == "data_protection"
    assert "data_protection" not in names("FR", "BE", "no")[1]


def test_a_row_of_low_confidence_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = form_rule(GOOD | {"confidence": "low", "text": "puts_in_default"})
    monkeypatch.setattr(forms, "form_rules", lambda: {"DE": (form_rule(GOOD), weak)})
    found = form_of.__wrapped__("DE", "DE", "formal_notice", "no")
    assert [one.text for one in found.statements] == ["formal_demand"]
    assert found.unsure == (weak,)


def test_compensation_stops_at_the_countrys_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    on = date(2026, 3, 2)
    limit = RuleCode.COMPENSATION_MAX
    assert bounded("NL", "no", limit, 700_000, "EUR", on).amount_minor == 677_500
    assert bounded("NL", "no", limit, 4_000, "EUR", on).amount_minor == 4_000
    assert bounded("DK", "yes", limit, 50_000, "DKK", on).amount_minor == 31_000
    assert bounded("DE", "no", limit, 4_000, "EUR", on).rule is None
    assert bounded("SE", "no", limit, 4_000, "EUR", on).amount_minor == 4_000, "a limit in kronor says nothing of euros"
    weak = {
        "country": "NL", "rule": "compensation_max", "applies_to": "both", "value": "100", "unit": "EUR", "valid_from": "",
        "valid_to": "", "source": "a blog", "confidence": "low", "note": "",
    }  # fmt: skip
    monkeypatch.setattr(conduct_module, "conduct_rules", lambda: conduct_rules() | {"NL": (rule_of(weak),)})
    assert bounded("NL", "no", limit, 4_000, "EUR", on).amount_minor is None


@pytest.mark.parametrize(
    ("country", "region", "part"),
    [("US", "CA", "CA"), ("US", "California", "CA"), ("US", " new  york ", "NY"), ("US", "US-TX", "TX"), ("CA", "Ontario", "ON"),
     ("US", "Ohio", None), ("DE", "CA", None), ("US", "", None)],
)  # fmt: skip
def test_a_part_of_a_country_is_read_from_its_address(country: str, region: str, part: str | None) -> None:
    assert subdivision_of(country, region) == part
