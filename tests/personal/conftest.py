"""Wilhelmine Käsebier, a sole trader, bought for years, paid everything and wants to be forgotten. Everything kept says his name."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from personal_wish import CHINESE, EMAIL, NAME, PDF, PHONE, STREET, THEN


@dataclass
class Book:
    """One company with a person in every kind of place."""

    company: object
    actor: object
    then: object
    customer: object
    contact: object
    other: object
    data: Path


def acting(company, at, roles=("finance_lead",)):
    from fairdue.people.actor import Actor

    return Actor(company_id=company.pk, at=at, name="Test Controller", roles=frozenset(roles))


@pytest.fixture
def book(company, tmp_path, settings, now) -> Book:
    """A customer of 2014 who owes nothing: terms, invoice, payment, letter, upload, notes, calls, tasks, imports, audit entries."""
    from fairdue.ledger.models import Contact, Customer

    settings.DATA_DIR = tmp_path
    settings.FAIRDUE_MAIL_FROM = "credit@acme.example"
    then = acting(company, THEN, ("finance_lead", "system"))
    customer = Customer.objects.create(
        company=company, number=NAME, number_key="WILHELMINEKÄSEBIER", name=NAME, legal_name=f"{NAME} e.K.", street=STREET,
        postal_code="20457", city="Hamburg", country="DE", language="de", created_at=THEN,
    )  # fmt: skip
    contact = Contact.objects.create(company=company, customer=customer, name=CHINESE, email=EMAIL, phone=PHONE)
    other = Customer.objects.create(
        company=company, number="18", number_key="18", name="Beta AG", natural_person="no", created_at=THEN
    )
    Contact.objects.create(company=company, customer=other, name="Bruno Bleibt", email="bruno@beta.example")
    made = Book(company, acting(company, now), then, customer, contact, other, tmp_path)
    _deal(made)
    _talk(made)
    return made


def _deal(book: Book) -> None:
    from fairdue.intake.bring import do_bring, read_for
    from fairdue.ledger import actions

    document = actions.do_book_document(
        book.then, customer_id=book.customer.pk, kind="invoice", number="R-1", issued_on=THEN.date(), currency="EUR",
        maturities=[actions.Maturity(date(2014, 6, 6), 100_00)],
    )  # fmt: skip
    payment = actions.do_book_payment(
        book.then, amount_minor=100_00, currency="EUR", effective_on=date(2014, 6, 7), customer_id=book.customer.pk,
        reference=f"R-1 {NAME}", payer=NAME,
    )  # fmt: skip
    item = document.due_items.get()
    actions.do_allocate(
        book.then, due_item_id=item.pk, payment_id=payment.pk, amount_minor=100_00, effective_on=date(2014, 6, 7),
        reason=f"paid by {NAME}",
    )  # fmt: skip
    actions.do_accept_terms(
        book.then, customer_id=book.customer.pk, version="2014", clause="30 days", accepted_by=NAME,
        accepted_on=THEN.date(), accepted_how=f"signed in {STREET}",
    )  # fmt: skip
    hold = actions.do_hold(
        book.then, customer_id=book.customer.pk, reason="manual", since=THEN.date(), note=f"{NAME} is ill"
    )
    actions.do_release_hold(book.then, hold.pk, on=date(2014, 5, 9), reason=f"{NAME} is back")
    rows = (
        "Customer number,Customer name,Contact name,E-mail,Phone,Street,City,Country\n"
        f"{NAME},{NAME},{CHINESE},{EMAIL},{PHONE},{STREET},Hamburg,DE\n"
    )
    reading = read_for(
        None, rows.encode(), "customers.csv", as_of=THEN.date(), kind="customers", company_id=book.company.pk
    )
    assert do_bring(book.then, "erp", reading, as_of=THEN.date()).state == "written"


def _talk(book: Book) -> None:
    from fairdue.contact import actions as contact
    from fairdue.contact.models import MessageState, OutboxMessage
    from fairdue.contact.transports.folder import file_stem

    letter = contact.do_store(book.then, PDF, file_name="D1.pdf")
    message = contact.do_queue(
        book.then,
        contact.Outgoing(
            customer_id=book.customer.pk, step_key="step-1", channel="letter", language="de", subject=f"Reminder for {NAME}",
            contact_id=book.contact.pk, body_text=f"Dear {CHINESE}", body_html=f"<p>Dear {NAME}</p>", edited_text=NAME,
            attachments=(letter,),
        ),
    )  # fmt: skip
    folder = book.data / "outbox" / "letters" / "acme" / "2014-05-06"
    folder.mkdir(parents=True)
    (folder / f"{file_stem('step-1')}.pdf").write_bytes(PDF)
    (folder / "manifest.csv").write_text(
        "file,sha256,step,customer,name,street,postal_code,city,country,handed_over_at\n"
        f"a.pdf,0,step-1,77,{NAME},{STREET},20457,Hamburg,DE,2014\nb.pdf,0,step-9,18,Beta AG,Weg 1,1,Berlin,DE,2014\n",
        encoding="utf-8",
    )
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=MessageState.HANDED_OVER, handed_over_at=THEN,
        hand_over_evidence={"kind": "folder", "path": f"acme/2014-05-06/{file_stem('step-1')}.pdf", "to": EMAIL},
    )  # fmt: skip
    contact.do_note(book.then, customer_id=book.customer.pk, text=f"Spoke with {CHINESE}, {PHONE}")
    contact.do_record_reply(
        book.then, customer_id=book.customer.pk, reply_id="m1", subject=f"Re: {NAME}", text=f"I moved to {STREET}"
    )
    contact.do_receive(
        book.then,
        f"From: <{EMAIL}>\r\nTo: credit@acme.example\r\nSubject: Hello\r\nMessage-ID: <m2@kaesebier.example>\r\n"
        f"Date: Wed, 07 May 2014 09:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nI live at {STREET}.\r\n".encode(),
    )
    contact.do_record_bounce(book.then, contact_id=book.contact.pk, detail=f"550 {EMAIL} unknown")
    from fairdue.contact.models import Task
    from fairdue.ledger.models import Hold

    for task in Task.objects.filter(company=book.company, done_at=None):
        contact.do_finish_task(book.then, task.pk, outcome=f"asked {NAME}", release_holds=True)
    for hold in Hold.objects.filter(released_on=None):
        from fairdue.ledger.actions import do_release_hold

        do_release_hold(book.then, hold.pk, on=THEN.date(), reason="done")
