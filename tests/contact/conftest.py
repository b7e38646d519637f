"""Muster AG with an invoice, somebody who reads mail there, and a mail server."""

from __future__ import annotations

import os
import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def data_dir(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FAIRDUE_MAIL_FROM = "credit@acme.example"
    return tmp_path


@pytest.fixture
def customer(company, now):
    from fairdue.ledger.models import Customer

    return Customer.objects.create(
        company=company, number="0017", number_key="17", name="Muster AG", country="DE", language="de", natural_person="no",
        time_zone="Europe/Berlin", street="Am Kai 2", postal_code="20457", city="Hamburg", created_at=now,
    )  # fmt: skip


@pytest.fixture
def contact(company, customer):
    from fairdue.ledger.models import Contact

    return Contact.objects.create(company=company, customer=customer, email="ap@muster.example", name="Käthe Müller")


@pytest.fixture
def book(actor, customer, today):
    """Book an invoice of 100.00 EUR, due ten days ago; give its due item."""

    def booked(number: str = "R-1", amount_minor: int = 100_00, due_on: date | None = None, kind: str = "invoice"):
        from fairdue.ledger import actions

        document = actions.do_book_document(
            actor, customer_id=customer.pk, kind=kind, number=number, issued_on=today - timedelta(days=40), currency="EUR",
            maturities=[actions.Maturity(due_on or today - timedelta(days=10), amount_minor)],
        )  # fmt: skip
        return document.due_items.get()

    return booked


@pytest.fixture
def outgoing(customer, contact):
    """Make what dunning hands in."""

    def made(step_key: str = "step-1", **changes):
        from fairdue.contact.actions import Outgoing

        values = {
            "customer_id": customer.pk, "step_key": step_key, "channel": "email", "language": "de", "subject": "Erinnerung – 1",
            "contact_id": contact.pk, "body_text": "Guten Tag,\n.bitte zahlen Sie.\n", "body_html": "<p>Guten Tag</p>",
            "currency": "EUR", **changes,
        }  # fmt: skip
        return Outgoing(**values)

    return made


@pytest.fixture
def mail_server():
    from smtp_server import Server

    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(mail_server):
    from fairdue.contact.transports import SmtpTransport

    return SmtpTransport.from_url(mail_server.url)


@pytest.fixture
def imap(tmp_path, monkeypatch):
    from imap_server import DOVECOT, ImapServer

    if DOVECOT is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs an IMAP server: apt-get install dovecot-imapd")
        pytest.skip("no IMAP server (apt-get install dovecot-imapd)")
    folder = Path("/tmp") / f"fairdue-imap-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir()
    server = ImapServer(folder)
    server.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(company, actor, now, customer, contact, book, outgoing, smtp, mail_server):
    """Muster AG's letter: one customer with one open invoice, bank data of today, and a mail server."""
    from gate_house import House

    made = House(company, actor, now, customer, contact, book(), outgoing, [smtp], mail_server.box)
    made.bank_read(made.today)
    return made
