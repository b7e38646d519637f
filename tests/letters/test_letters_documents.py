"""Every document in every language: golden texts, required contents in PDF, HTML and text, hostile names, fallback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from letter_samples import SENDER, sample, swiss_sample

from fairdue.letters import languages, render, render_html, render_many, render_pdf, render_text, subject
from fairdue.letters.catalogue import choose
from fairdue.letters.facts import Document, Enclosure, LetterFacts
from fairdue.letters.figures import Figures
from fairdue.letters.references import spaced
from fairdue.letters.wording import words

GOLDEN = Path(__file__).parent / "golden"
CASES = [(document, language) for document in Document for language in languages()]
IDS = [f"{document.value}-{language}" for document, language in CASES]
HOSTILE = (
    "#panic()",
    "*bold* _it_",
    "$ x^2 $",
    "\\ end",
    "<script>alert(1)</script>",
    "{{ x }} %s %(name)s",
    "@a <b> `c`",
)


def contents(facts: LetterFacts) -> list[str]:
    """Give every string that the letter must show, in whatever form it takes."""
    figures = Figures(choose(facts.language).locale)
    currency = facts.totals.currency
    creditor, debtor, person = facts.creditor, facts.debtor, facts.contact_person
    found = [facts.reference, facts.customer_number, figures.long_date(facts.written_on), SENDER.name]
    for party in (creditor, debtor):
        found += [party.name, party.registration_number, party.vat_id, party.email, party.phone]
        found += [*party.address.lines, party.address.postal_code]
    found += [person.name, person.phone, person.email, person.hours]
    for item in facts.items:
        found += [item.document_number, figures.short_date(item.issued_on), figures.short_date(item.due_on)]
        found += [figures.number(item.original_minor, currency), figures.number(item.open_minor, currency)]
        found += [figures.count(item.days_overdue)] if item.days_overdue > 0 else []
    for charge in facts.charges:
        found += [charge.basis, figures.number(charge.amount_minor, currency)]
        found += [figures.short_date(charge.period_from), figures.short_date(charge.period_to)]
        if charge.rate and charge.rate.all_in_percent is not None:
            found.append(figures.percent(charge.rate.all_in_percent))
    found.append(figures.money(facts.totals.payable_minor, currency))
    if facts.bank and facts.document is not Document.THANK_YOU:
        found += [facts.bank.holder, spaced(facts.bank.iban), facts.bank.bic, facts.bank.bank_name]
        found.append(spaced(facts.payment_reference))
    if facts.clause:
        found += [facts.clause.text, facts.clause.version, facts.clause.accepted_by]
    found += [figures.long_date(facts.deadline)] if facts.deadline else []
    w = words(choose(facts.language))
    found += [w.consequence(key) for key in facts.consequences]
    found += [figures.long_date(line.due_on) for line in facts.instalments]
    found += [
        facts.edited_paragraph,
        facts.portal_link,
        *(one.file_name for one in facts.enclosures),
        *facts.legal_notes,
    ]
    return [text for text in found if text]


def squeezed(text: str) -> str:
    """Drop white space and direction marks: where lines break is not what is tested."""
    return re.sub(r"[\s\u00a0\u202f\u200e\u200f\u061c\u2066-\u2069]+", "", text)


class Words(HTMLParser):
    """Collects the text of a page, and the tags it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


def pdf_text(pdf: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


@pytest.mark.parametrize(("document", "language"), CASES, ids=IDS)
def test_text_is_golden_and_complete(document: Document, language: str) -> None:
    facts = sample(document, language)
    text = render_text(facts)
    path = GOLDEN / f"{document.value}-{language}.txt"
    if os.environ.get("FAIRDUE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert [part for part in contents(facts) if squeezed(part) not in squeezed(text)] == []


@pytest.mark.parametrize(("document", "language"), CASES, ids=IDS)
def test_html_is_complete(document: Document, language: str) -> None:
    facts = sample(document, language)
    page = render_html(facts)
    text = squeezed("".join(Words(page).text))
    assert [part for part in contents(facts) if squeezed(part) not in text] == []
    assert ('dir="rtl"' in page) == (language == "ar")
    assert "http" not in re.sub(r'href="[^"]*"|>[^<]*<', "><", page), "no outside resource"


@pytest.mark.parametrize(("document", "language"), CASES, ids=IDS)
def test_pdf_is_complete(document: Document, language: str) -> None:
    facts = sample(document, language)
    text = squeezed(pdf_text(render_pdf(facts)))
    # Arabic comes back from a PDF in visual order, so only its Latin parts can be looked up.
    wanted = [part for part in contents(facts) if language != "ar" or (part.isascii() and "%" not in part)]
    missing = [part for part in wanted if squeezed(part) not in text and not wrapped_in(part, text)]
    assert missing == []


def wrapped_in(part: str, text: str) -> bool:
    """Say whether every word is there: a sentence wrapped in a column is cut by its neighbour's words."""
    return all(squeezed(word) in text for word in re.split(r"[\s-]+", part))


def test_html_tables_are_narrow_and_keep_every_heading() -> None:
    facts = sample(Document.FORMAL_NOTICE, "en")
    tables = re.findall(r"<table (?!role).*?</table>", render_html(facts), flags=re.DOTALL)
    items, charges = (table for table in tables if "<thead>" in table)
    assert (items.count("<th "), charges.count("<th ")) == (4, 2)
    for label in ("Document", "Date", "Due date", "Days overdue", "Original (EUR)", "Open (EUR)"):
        assert label in Words(items).text
    assert items.count("<td ") == 4 * len(facts.items)
    assert (
        items.index("RE-2026-1001") < items.index("1 Jan 2026") < items.index("31 Jan 2026") < items.index("1,745.00")
    )


def test_pdf_is_archival_and_repeatable() -> None:
    facts = sample(Document.FORMAL_NOTICE, "de")
    first = render_pdf(facts)
    assert first == render_pdf(replace(facts))
    assert list(render_many([facts, facts])) == [first, first]
    assert b"<pdfaid:part>2</pdfaid:part>" in first
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in first
    assert first != render_pdf(replace(facts, written_on=date(2026, 3, 17)))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    facts = sample(Document.FORMAL_NOTICE, "en")
    line = replace(facts.items[0], document_number=hostile, note=hostile)
    facts = replace(
        facts,
        debtor=replace(facts.debtor, name=hostile, attention=hostile),
        items=(line, *facts.items[1:]),
        edited_paragraph=hostile,
        enclosures=(Enclosure(hostile),),
        customer_number=hostile,
    )
    result = render(facts)
    assert squeezed(pdf_text(result.pdf)).count(squeezed(hostile)) >= 5
    assert result.text.count(hostile) >= 5
    page = Words(result.html)
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert unescape("".join(page.text)).count(hostile) >= 5


def test_line_breaks_cannot_enter_the_subject() -> None:
    facts = sample(Document.RECEIPT_CONFIRMATION, "en")
    line = replace(facts.items[0], document_number="1\r\nBcc: x@example.org")
    assert subject(replace(facts, items=(line,))) == "Invoice 1 Bcc: x@example.org: received and in order?"


def test_fallback_is_said() -> None:
    facts = replace(sample(Document.REMINDER, "de"), language="pl", fallback_language="de")
    result = render(facts)
    assert (result.language_used, result.fallback_used) == ("de", True)
    assert result.subject == "Freundlicher Hinweis: 1.245,00\xa0€ fällig am 23. März 2026"
    same = render(sample(Document.REMINDER, "de"))
    assert (same.language_used, same.fallback_used, same.missing) == ("de", False, ())


def test_long_tables_break_over_pages_and_repeat_their_head() -> None:
    text = pdf_text(render_pdf(sample(Document.STATEMENT, "en", count=90)))
    pages = text.split("\f")[:-1]
    assert len(pages) >= 3
    assert all("Original (EUR)" in page for page in pages[:3])
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1))
    assert "RE-2026-1090" in text


@pytest.mark.parametrize("language", ["de", "fr", "en", "ar"])
def test_swiss_payment_part(language: str) -> None:
    text = pdf_text(render_pdf(swiss_sample(language)))
    labels = {"de": "Empfangsschein", "fr": "Récépissé", "en": "Receipt", "ar": "Receipt"}
    assert labels[language] in text
    assert "CH56 0483 5012 3456 7800 9" in text
    assert "4 575.11" in text
