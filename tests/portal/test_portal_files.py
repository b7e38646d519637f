"""The debtor saves copies of what its page lists, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from test_portal_page import buyer, clerk, customer, shop  # noqa: F401 - the fixtures

from fairdue.contact.actions import do_make_link, do_revoke_link
from fairdue.ledger.actions import do_allocate, do_book_payment
from fairdue.ledger.file_actions import NewFile, do_add_files, do_withdraw_file
from fairdue.ledger.models import DocumentFile


@pytest.fixture
def papers(clerk, customer):  # noqa: F811
    """A copy of the open invoice, the customer's contract, and a file that nobody has named."""
    document = customer.documents.get()
    copy = NewFile(customer.pk, document.pk, "invoice", "R-1.pdf", b"%PDF-invoice", "application/pdf", "folder")
    contract = replace(copy, document_id=None, kind="contract", file_name="合同.pdf", data=b"%PDF-contract")
    note = replace(contract, kind="other", file_name="note.pdf", data=b"%PDF-note")
    return do_add_files(clerk, [copy, contract, note]).files


def address(token: str, file: DocumentFile) -> str:
    return f"/p/{token}/files/{file.pk}"


def test_the_page_offers_the_copies_of_what_it_lists(clerk, customer, papers):  # noqa: F811
    made = do_make_link(clerk, customer_id=customer.pk)
    page = Client().get(f"/p/{made.token}").content.decode()
    invoice, contract, note = papers
    assert "Copie de la facture" in page
    assert address(made.token, invoice) in page
    assert address(made.token, contract) in page
    assert address(made.token, note) not in page
    response = Client().get(address(made.token, invoice))
    assert (response.status_code, response.content) == (200, b"%PDF-invoice")
    assert response["Content-Disposition"] == 'attachment; filename="R-1.pdf"'
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "no-store")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "utf-8''%E5%90%88%E5%90%8C.pdf" in Client().get(address(made.token, contract))["Content-Disposition"]
    assert Client().post(address(made.token, invoice)).status_code == 405


def test_nobody_elses_files_nor_what_is_no_longer_listed(clerk, customer, papers):  # noqa: F811
    stranger = buyer(clerk, "Zwiebelfisch SA", "fr", "2")
    theirs = do_make_link(clerk, customer_id=stranger.pk)
    mine = do_make_link(clerk, customer_id=customer.pk)
    invoice, contract, note = papers
    assert [Client().get(address(theirs.token, one)).status_code for one in papers] == [404, 404, 404]
    assert Client().get(address(mine.token, note)).status_code == 404
    assert Client().get(f"/p/{mine.token[:-2]}xx/files/{invoice.pk}").status_code == 410
    do_withdraw_file(clerk, contract.pk, reason="wrong version")
    assert Client().get(address(mine.token, contract)).status_code == 404
    item = customer.due_items.get()
    on = clerk.at.date() - timedelta(days=1)
    paid = do_book_payment(clerk, amount_minor=123_456, currency="EUR", effective_on=on, customer_id=customer.pk)
    do_allocate(clerk, amount_minor=123_456, effective_on=on, due_item_id=item.pk, payment_id=paid.pk)
    assert Client().get(address(mine.token, invoice)).status_code == 404
    do_revoke_link(clerk, mine.link.pk)
    assert Client().get(address(mine.token, invoice)).status_code == 410
