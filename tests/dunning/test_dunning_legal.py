"""What the law puts into a letter and takes out of it, seen in the preview a credit manager opens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fairdue.contact.actions import do_confirm_third_party
from fairdue.dunning.documents import Rendered, preview
from fairdue.dunning.models import Proposal
from fairdue.letters.facts import Consequence, FormName, FormText
from fairdue.people.models import Company

pytestmark = pytest.mark.django_db

POLICY = """
policy: flexible
stages:
  - code: formal_notice
    when: {from: due_date, days: 1}
    document: formal_notice
    interest: charge
    compensation: charge
    consequences: [interest_continues, retention_of_title, collection_agency, lawyer, court_order]
"""
DUE = date(2026, 3, 2)
ON = DUE + timedelta(days=3)


@pytest.fixture
def letter(department):
    """Give the letter that the notice to a customer would be today, in the company's law."""

    def made(
        country: str, *, law: str = "DE", currency: str = "EUR", amount: int = 1_000_00, policy: str = POLICY, **more
    ) -> Rendered:
        Company.objects.filter(pk=department.company.pk).update(country=law)
        department.company.refresh_from_db()
        department.adopt(text=policy)
        fields = {"natural_person": "no", "country": country} | more
        customer = department.customer(**fields)
        department.invoice(customer, amount, DUE, currency=currency)
        department.bank_read(ON)
        department.run(ON)
        proposal = Proposal.objects.get(customer=customer)
        return preview(proposal.pk, ON, datetime(2026, 3, 5, 9, 30, tzinfo=ZoneInfo("UTC")))

    return made


def codes(found: Rendered) -> set[str]:
    return {note.code for note in found.notes}


def test_a_german_notice_is_a_mahnung_with_a_date(letter) -> None:
    found = letter("DE")
    assert found.facts.form.name is FormName.MAHNUNG
    assert found.facts.deadline == date(2026, 3, 16), "ten days fall on a Sunday"
    assert found.subject.startswith("Mahnung: ")
    assert "9 Prozentpunkte über dem Basiszinssatz (§ 247 BGB) (BGB § 288(2))" in " ".join(found.text.split())
    assert "Verjährung" not in found.text
    taken = [dict(note.values) for note in found.notes if note.code == "release.form_taken"]
    assert {one["source"] for one in taken} >= {"BGB § 286(1)", "BGB § 288(2), § 247"}
    assert {one["confidence"] for one in taken} == {"high"}


@pytest.mark.parametrize("country", ["CN", "JP", "KE", "DE", "NO"])
def test_no_collection_service_is_announced_where_none_may_act(letter, country: str) -> None:
    """Nor where a licence is needed that nobody has confirmed. A lawyer and the court may be named."""
    found = letter(country)
    assert Consequence.COLLECTION_AGENCY not in found.facts.consequences
    assert {Consequence.LAWYER, Consequence.COURT_ORDER} <= set(found.facts.consequences)
    assert "release.third_party_dropped" in codes(found)


def test_a_confirmed_licence_or_a_free_country_lets_it_be_announced(letter, department) -> None:
    do_confirm_third_party(
        department.actor(DUE), country="DE", basis="registration", third_party="Inkasso Nord GmbH",
        reason="register no. 4711", valid_from=DUE, valid_until=ON,
    )  # fmt: skip
    assert Consequence.COLLECTION_AGENCY in letter("DE").facts.consequences


def test_a_free_country_needs_no_confirmation(letter) -> None:
    found = letter("ES")
    assert Consequence.COLLECTION_AGENCY in found.facts.consequences
    assert "release.third_party_dropped" not in codes(found)


def test_retention_of_title_is_spoken_of_only_where_it_was_accepted(letter) -> None:
    found = letter("DE")
    assert Consequence.RETENTION_OF_TITLE not in found.facts.consequences
    assert "release.no_title_retained" in codes(found)


def test_norway_gets_a_new_due_date_of_fourteen_days(letter) -> None:
    found = letter("NO", language="en")
    assert found.facts.form.name is FormName.INKASSOVARSEL
    assert found.facts.deadline == date(2026, 3, 19)
    assert "The new due date is 19 March 2026." in found.text


def test_an_english_sole_trader_gets_thirty_days_and_a_reply_form(letter) -> None:
    found = letter("GB", law="GB", currency="GBP", language="en", natural_person="unknown")
    assert found.facts.form.name is FormName.LETTER_OF_CLAIM
    assert found.facts.form.reply_form
    assert found.facts.deadline >= ON + timedelta(days=30)
    assert "release.form_enclose" in codes(found)
    absent = [dict(note.values) for note in found.notes if note.code == "release.content_absent"]
    assert [one["content"] for one in absent] == ["how_to_pay,information_sheet"], "no account in pounds is on record"


def test_dutch_compensation_stops_at_the_top_of_its_scale(letter) -> None:
    found = letter("NL", law="NL", amount=2_000_000_00, language="en")
    compensation = [line for line in found.facts.charges if line.kind == "compensation"]
    assert [line.amount_minor for line in compensation] == [6_775_00]
    assert {FormText.RESERVES_PERFORMANCE, FormText.INTERRUPTS_LIMITATION} <= {
        one.text for one in found.facts.form.statements
    }


def test_a_weakly_sourced_limit_is_not_charged(letter, monkeypatch) -> None:
    from fairdue.law import conduct as module
    from fairdue.law.conduct_table import conduct_rules, rule_of

    weak = {
        "country": "DE", "rule": "compensation_max", "applies_to": "both", "value": "4000", "unit": "EUR", "valid_from": "",
        "valid_to": "", "source": "a blog", "confidence": "low", "note": "",
    }  # fmt: skip
    table = conduct_rules()
    monkeypatch.setattr(module, "conduct_rules", lambda: table | {"DE": (*table["DE"], rule_of(weak))})
    found = letter("DE")
    assert [line for line in found.facts.charges if line.kind == "compensation"] == []
    assert FormText.COMPENSATION_BASIS not in {one.text for one in found.facts.form.statements}
    assert "release.compensation_unsure" in codes(found)


def test_a_demand_without_an_account_to_pay_to_does_not_leave_where_the_law_asks_for_one(letter) -> None:
    found = letter("GB", law="GB", currency="GBP", language="en", natural_person="unknown")
    held = [dict(block.values)["content"] for block in found.blocks if block.code == "release.content_absent"]
    assert held == ["how_to_pay,information_sheet"]


def test_a_sheet_that_a_person_encloses_holds_nothing(letter) -> None:
    assert "release.content_absent" not in {block.code for block in letter("DE").blocks}


def test_rules_that_nobody_collected_are_said_on_the_draft(letter) -> None:
    found = letter("TV")
    assert "gate_law_unknown" in codes(found)
    assert "gate_law_unknown" not in {block.code for block in found.blocks}


@pytest.mark.parametrize(
    ("country", "person", "name"),
    [("GB", "no", "letter_before_claim"), ("GB", "unknown", "letter_of_claim"), ("CZ", "no", "predzalobni_vyzva")],
)
def test_a_court_is_announced_only_where_the_policy_does(letter, country: str, person: str, name: str) -> None:
    """A letter before claim that nobody means to follow with a claim is an empty threat; what else the form asks for stays."""
    meant = letter(country, law=country, natural_person=person)
    assert meant.facts.form.name == name
    assert "release.form_without_court" not in codes(meant)


@pytest.mark.parametrize(("country", "person"), [("GB", "no"), ("GB", "unknown"), ("CZ", "no"), ("PL", "no")])
def test_without_a_court_in_the_policy_the_letter_names_none(letter, country: str, person: str) -> None:
    quiet = POLICY.replace(", lawyer, court_order", "")
    found = letter(country, law=country, natural_person=person, policy=quiet)
    said = found.facts.form
    courts = {"letter_before_claim", "letter_of_claim", "demand_before_suit", "predzalobni_vyzva"}
    assert said is None or not courts & {said.name, *(one.text for one in said.statements)}
    assert said is None or not said.reply_form
    assert "release.form_without_court" in codes(found)
    assert "court" not in found.text.lower()
    if country == "GB":
        assert {"claim_rests_on", "documents_on_request"} <= {one.text for one in said.statements}
