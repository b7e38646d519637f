"""What a letter refuses, requires and writes: sums, fields, addresses, figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from letter_samples import WRITTEN_ON, sample

from fairdue.letters import compose, missing_fields, required_fields
from fairdue.letters.addresses import address_lines
from fairdue.letters.catalogue import choose
from fairdue.letters.facts import Address, Consequence, Document, LettersError, Person, RateText
from fairdue.letters.figures import Figures
from fairdue.letters.wording import CONSEQUENCES, words


def test_samples_lack_nothing() -> None:
    assert {document: missing_fields(sample(document, "en")) for document in Document} == dict.fromkeys(Document, ())


def test_missing_fields_are_named() -> None:
    facts = sample(Document.FORMAL_NOTICE, "en")
    bare = replace(facts, contact_person=Person(""), clause=None, bank=None, enclosures=())
    assert missing_fields(bare) == ("contact_person.name", "contact_person.contact", "bank", "clause", "enclosures")
    assert "charges" in required_fields(Document.FORMAL_NOTICE)
    assert compose(bare).pay is None


@pytest.mark.parametrize(
    "change",
    [{"open_minor": 1}, {"charges_minor": 1}, {"payable_minor": 1}, {"disputed_minor": 1}],
    ids=["open", "charges", "payable", "disputed"],
)
def test_sums_must_agree(change: dict[str, int]) -> None:
    facts = sample(Document.FORMAL_NOTICE, "en")
    with pytest.raises(LettersError, match=next(iter(change)).split("_")[0]):
        compose(replace(facts, totals=replace(facts.totals, **change)))


def test_deadline_instalments_and_links_are_checked() -> None:
    facts = sample(Document.PAYMENT_OFFER, "en")
    with pytest.raises(LettersError, match="deadline"):
        compose(replace(facts, deadline=WRITTEN_ON))
    with pytest.raises(LettersError, match="instalments"):
        compose(replace(facts, instalments=facts.instalments[:1]))
    with pytest.raises(LettersError, match="web address"):
        compose(replace(facts, portal_link="javascript:alert(1)"))


def test_every_consequence_has_words_and_only_given_ones_appear() -> None:
    assert set(CONSEQUENCES) == set(Consequence)
    letter = compose(replace(sample(Document.FINAL_NOTICE, "en"), consequences=(Consequence.LAWYER,)))
    assert letter.follows
    assert letter.follows.points == ("We may entrust a lawyer with the claim.",)
    assert compose(replace(sample(Document.FINAL_NOTICE, "en"), consequences=())).follows is None


def test_statutory_rate_is_written_as_the_law_does() -> None:
    rate = RateText(Decimal("11.27"), "DE_BASISZINS", reference_percent=Decimal("2.27"), margin_points=Decimal(9))
    assert words(choose("de")).rate(rate) == (
        "9 Prozentpunkte über dem Basiszinssatz (§ 247 BGB); Referenzzinssatz 2,27\xa0%; 11,27\xa0% p.\xa0a."
    )
    multiple = RateText(Decimal("4.65"), "CN_LPR_1Y", reference_multiple=Decimal("1.5"))
    assert words(choose("zh")).rate(multiple) == "一年期贷款市场报价利率（LPR）的1.5倍；年利率4.65%"
    contract = RateText(Decimal("0.05"))
    assert words(choose("en")).rate(contract) == "0.05% a year"


def test_addresses() -> None:
    german = Address(street="Seestraße", house_number="3a", postal_code="82319", town="Starnberg", country="DE")
    assert address_lines(german, "Germany") == ("Seestraße 3a", "82319 Starnberg", "Germany")
    american = Address((), "Main St", "12", "02110", "Boston", "MA", "US")
    assert address_lines(american) == ("12 Main St", "Boston, MA 02110")
    assert address_lines(replace(german, lines=("c/o Huber",))) == ("c/o Huber",)


@pytest.mark.parametrize(
    ("tag", "number", "money", "long", "short"),
    [
        ("en", "-1,234,567.89", "€1,234.50", "3 March 2026", "3 Mar 2026"),
        ("en-US", "-1,234,567.89", "€1,234.50", "March 3, 2026", "Mar 3, 2026"),
        ("en-IN", "-12,34,567.89", "€1,234.50", "3 March 2026", "3 Mar 2026"),
        ("de", "-1.234.567,89", "1.234,50\xa0€", "3. März 2026", "03.03.2026"),
        ("de-CH", "-1’234’567.89", "EUR\xa01’234.50", "3. März 2026", "03.03.2026"),
        ("fr", "-1\u202f234\u202f567,89", "1\u202f234,50\xa0€", "3 mars 2026", "3 mars 2026"),
        ("es", "-1.234.567,89", "1.234,50\xa0€", "3 de marzo de 2026", "3 mar 2026"),
        ("zh", "-1,234,567.89", "€1,234.50", "2026年3月3日", "2026-03-03"),
        ("ar-EG", "\u200e-1,234,567.89", "\u200f1,234.50\xa0€", "3 مارس 2026", "2026-03-03"),
    ],
)
def test_figures(tag: str, number: str, money: str, long: str, short: str) -> None:
    figures = Figures(choose(tag).locale)
    on = date(2026, 3, 3)
    assert figures.number(-123456789, "EUR") == number
    assert figures.money(123450, "EUR") == money
    assert (figures.long_date(on), figures.short_date(on)) == (long, short)
