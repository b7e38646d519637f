"""Long letters: no page for the closing alone, a basis said once, no row cut in two, no name twice under the closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from letter_samples import sample
from pypdf import PdfReader

from fairdue.letters import languages, render
from fairdue.letters.catalogue import choose
from fairdue.letters.compose import compose
from fairdue.letters.facts import ChargeKind, ChargeLine, Document, LetterFacts, Person, RateText
from fairdue.letters.fitting import broken, fits
from fairdue.letters.pages import LAST, planned_pages
from fairdue.letters.pdf import INFO_SPACE, letter_data
from fairdue.letters.wording import words

RATE = RateText(Decimal("10.27"), "DE_BASISZINS", "", None, Decimal("1.27"), Decimal(9))
BASIS = "BGB § 288(2)"
COUNTS = (2, 4, 6, 9, 14, 15, 16, 25)


def charged(language: str, count: int) -> LetterFacts:
    """Give a formal notice with interest on each of ``count`` invoices and the lump sum."""
    facts = sample(Document.FORMAL_NOTICE, language, count=count)
    lines = tuple(
        ChargeLine(
            ChargeKind.INTEREST,
            one.document_number,
            12_34,
            BASIS,
            date(2026, 1, 1),
            date(2026, 3, 16),
            75,
            one.open_minor,
            RATE,
        )
        for one in facts.items
    )
    lines += (ChargeLine(ChargeKind.COMPENSATION, facts.items[0].document_number, 40_00, "BGB § 288(5)"),)
    asked, totals = sum(line.amount_minor for line in lines), facts.totals
    payable = totals.open_minor - totals.disputed_minor + asked
    return replace(facts, charges=lines, totals=replace(totals, charges_minor=asked, payable_minor=payable))


def pages(facts: LetterFacts) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(render(facts).pdf)).pages]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("language", languages())
def test_the_closing_never_stands_alone_on_the_last_page(language: str, count: int) -> None:
    facts = charged(language, count)
    *_before, last = pages(facts)
    own = {"+49 211 5550 123", "anna.weber@rheinwerk-pumpen.example", facts.charges[-1].document_number, "RF09"}
    assert facts.sender.name in last
    assert any(word in last for word in own), "whom to talk to, or more, stands with the closing"


@pytest.mark.parametrize("language", languages())
def test_a_planned_letter_keeps_its_closing_company(language: str) -> None:
    for count in range(1, 12):
        for document in (Document.FORMAL_NOTICE, Document.STATEMENT, Document.OVERDUE_NOTICE):
            for planned in planned_pages(compose(sample(document, language, count=count)))[1:]:
                assert not LAST.issuperset(planned)


@pytest.mark.parametrize("language", languages())
def test_a_basis_that_several_lines_share_is_said_once(language: str) -> None:
    result = render(charged(language, 9))
    assert result.text.count(BASIS) == 1
    assert result.html.count(BASIS) == 1
    table = compose(charged(language, 9)).charges
    assert table is not None
    assert len(table.notes) == 1
    assert sum("(1)" in row.cells[0] for row in table.rows) == 9
    rate = words(choose(language)).rate(RATE)
    assert rate in table.notes[0]


@pytest.mark.parametrize("language", languages())
def test_one_line_keeps_its_basis_beside_it(language: str) -> None:
    table = compose(charged(language, 1)).charges
    assert table is not None
    assert table.notes == ()
    assert BASIS in table.rows[0].remarks[0]


@pytest.mark.parametrize(("count", "most"), [(3, 2), (6, 2), (9, 3), (14, 3), (25, 4)])
@pytest.mark.parametrize("language", languages())
def test_a_letter_with_interest_on_each_invoice_stays_short(language: str, count: int, most: int) -> None:
    assert len(pages(charged(language, count))) <= most


@pytest.mark.parametrize("language", languages())
def test_a_company_that_speaks_for_itself_signs_once(language: str) -> None:
    facts = sample(Document.FORMAL_NOTICE, language)
    letter = compose(replace(facts, sender=Person(facts.creditor.name)))
    assert letter.signature == (facts.creditor.name,)


LONG = "accountsreceivable.shared.services.centre.europe@rheinwerkpumpenvertriebsgesellschaft.example"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_long_address_is_broken_and_stays_within_its_space(language: str) -> None:
    """Every line fits the space it is set in, and the lines together are the address; a short one stays on its line."""
    facts = sample(Document.OVERDUE_NOTICE, language)
    facts = replace(
        facts, contact_person=replace(facts.contact_person, email=LONG), creditor=replace(facts.creditor, email=LONG)
    )
    data = letter_data(compose(facts))
    lines = data["info"][-1]["values"].split("\n")
    assert len(lines) > 1
    assert all(fits(line, *INFO_SPACE[1:]) for line in lines)
    assert "".join(char for char in "".join(lines) if char not in "\u2066\u2069") == LONG
    head = data["creditor"]["head"].split("\n")
    assert LONG not in head
    assert all(fits(line, 66, 8) for line in head)
    short = "anna@rheinwerk-pumpen.example"
    assert broken(short, 39, 8.5) == short
