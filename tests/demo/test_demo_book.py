"""The company in memory: twenty countries in their scripts, all behaviours, believable ageing."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest

from fairdue.demo.files import LANGUAGES, amount_text, shapes
from fairdue.demo.generate import make_book
from fairdue.demo.profiles import company_facts, profiles, texts
from fairdue.demo.receipts import open_amounts as drafted_open
from fairdue.formats.fields.words import words_of
from fairdue.kernel.terms import canonical, parse

AS_OF = date(2026, 10, 30)


def scripts(texts_given) -> set[str]:
    return {
        unicodedata.name(sign).split()[0]
        for text in texts_given
        for sign in text
        if unicodedata.category(sign)[0] == "L"
    }


@pytest.fixture(scope="module")
def book():
    return make_book(AS_OF, 7, 2000)


def test_two_thousand_customers_in_twenty_countries(book):
    assert len(book.customers) == 2000
    assert len({customer.name for customer in book.customers}) == 2000
    assert len({customer.number for customer in book.customers}) == 2000
    assert {customer.country for customer in book.customers} == {
        "AE", "AT", "BE", "CH", "CN", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IN", "IT", "JP", "NL", "NO", "PL", "SE", "US",
    }  # fmt: skip
    assert 38_000 < len(book.documents) < 43_000


def test_names_and_addresses_are_in_the_customers_scripts(book):
    def of(country):
        return [customer for customer in book.customers if customer.country == country]

    assert all(
        re.search(r"[一-鿿].*(有限公司|股份有限公司|经营部（个体工商户）)$", customer.name) for customer in of("CN")
    )
    assert all(re.fullmatch(r"[一-鿿]+\d+号", customer.street) for customer in of("CN"))
    assert all("株式会社" in customer.name or "有限会社" in customer.name for customer in of("JP"))
    assert all(re.fullmatch(r"[一-鿿]+\d+丁目\d+番\d+号", customer.street) for customer in of("JP"))
    assert scripts(customer.city for customer in of("AE")) == {"ARABIC"}
    assert any("KATAKANA" in scripts([customer.name]) for customer in of("JP"))
    assert all(re.fullmatch(r"DE\d{9}", customer.vat_no) for customer in of("DE"))
    assert all(
        customer.vat_no == f"{customer.registration_no} MWST" for customer in of("CH") if customer.language == "de"
    )
    assert all(re.fullmatch(r"\d{4} [A-Z]{2}", customer.postal_code) for customer in of("NL"))


def test_all_behaviours_and_cases_occur(book):
    assert len({customer.payer.habit for customer in book.customers}) == 9
    ends = {(hold.reason, hold.release_reason) for hold in book.holds}
    assert {
        ("promise", "kept"), ("promise", "broken"), ("promise", ""), ("dispute", "justified"), ("dispute", "not justified"),
        ("dispute", ""), ("plan", "kept"), ("plan", "broken"), ("insolvency", ""), ("claims_paid", ""),
    } <= ends  # fmt: skip
    assert {allocation.kind for allocation in book.allocations} == {"payment", "credit", "discount", "write_off"}
    assert sum(allocation.reverses is not None for allocation in book.allocations) > 5
    assert any(hold.reason == "dispute" and hold.amount_minor for hold in book.holds)
    assert any(payment.customer is None and payment.suspected is not None for payment in book.payments)
    assert any(payment.customer is None and payment.suspected is None for payment in book.payments)
    assert any(contact.bounced_on for contact in book.contacts)
    assert any(contact.consent == "refused" for contact in book.contacts)
    assert any(not contact.email for contact in book.contacts)
    assert {terms.version for terms in book.terms} == {"2024-01", "2026-01"}
    assert book.extensions
    assert book.effects
    assert sum(1 for item in book.items if item.seq == 3) > 20


def test_the_ageing_is_believable(book):
    open_minor = drafted_open(book)
    overdue = sum(1 for item in open_minor if book.items[item].due_on < AS_OF)
    assert 0.2 < overdue / len(open_minor) < 0.6
    assert 1_500 < len(open_minor) < 5_000


def test_a_kept_promise_was_paid_in_time_and_a_broken_one_was_not(book):
    for hold in book.holds:
        if hold.reason == "promise" and hold.released_on is not None:
            assert (hold.released_on <= hold.until) == (hold.release_reason == "kept")


def test_terms_are_canonical_and_every_language_has_its_clauses():
    for text in company_facts()["terms"].values():
        assert canonical(parse(text)) == text
    for profile in profiles():
        assert set(texts()[profile.language]) == {"mailboxes", "pay", "complaints", "statutory", "agreed", "title"}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((123456, "EUR", ",", "."), "1.234,56"),
        ((-5, "EUR", ",", "."), "-0,05"),
        ((1234567, "JPY", ".", ","), "1,234,567"),
        ((123456, "USD", ".", ""), "1234.56"),
    ],
)
def test_amounts_are_written_as_the_country_does(given, text):
    amount_minor, currency, decimal, group = given
    assert amount_text(amount_minor, currency, decimal=decimal, group=group) == text


def test_the_headings_of_the_exports_are_known_to_the_import():
    for language in LANGUAGES:
        for column, heading in shapes()[language]["headings"].items():
            assert words_of(heading), f"{language}: {heading} for {column}"
