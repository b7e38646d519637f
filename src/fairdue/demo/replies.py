"""Replies in the demonstration's inbox: mails as customers write them, received through the same door as real ones."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from fairdue.contact.actions import At, do_receive_many
from fairdue.ledger.models import Contact
from fairdue.ledger.queries import open_items
from fairdue.people.actor import Actor
from fairdue.people.days import today_of

OUR_ADDRESS = "credit@fairdue.example"
TEXTS = (
    ("de", "AW: Rechnung {number}", "Guten Tag,\n\nzwei Positionen der Rechnung {number} kamen beschädigt an. Bitte prüfen Sie das."),
    ("de", "AW: Ihre Erinnerung", "Guten Tag,\n\ndie Rechnung {number} haben wir am Montag überwiesen.\n\nMit freundlichen Grüßen"),
    ("de", "Automatische Antwort: Rechnung {number}", "Ich bin bis 9. November nicht im Büro. In dringenden Fällen: buchhaltung@{domain}."),
    ("en", "Re: Invoice {number}", "Dear team,\n\nwe will pay invoice {number} on Friday of next week.\n\nKind regards"),
    ("en", "Re: Invoice {number}", "Please remove me from your mailing list, I no longer handle invoices."),
    ("en", "Automatic reply: Invoice {number}", "I have left the company. Please write to accounts@{domain} from now on."),
    ("fr", "RE: Facture {number}", "Bonjour,\n\nnotre nouvelle adresse e-mail pour les factures : compta@{domain}.\n\nCordialement"),
    ("fr", "RE: Facture {number}", "Bonjour,\n\nje ne suis pas la bonne personne pour la facture {number}.\n\nCordialement"),
    ("zh_Hans", "回复：发票 {number}", "您好，\n\n请重新发送发票 {number} 的副本，我们没有收到。\n\n谢谢"),
    ("es", "RE: Factura {number}", "Buenos días:\n\nla factura {number} ya está pagada desde el martes.\n\nUn saludo"),
    ("ar", "رد: الفاتورة {number}", "السلام عليكم،\n\nسنسدد الفاتورة {number} الأسبوع القادم.\n\nمع التحية"),
)  # fmt: skip
"""Language of the customer, subject, words."""
STRANGER = ("Question about your letter", "Hello, I received a letter from you. Who is responsible for it?")


def add_replies(actor: Actor) -> int:
    """Receive a reply of each kind from another overdue customer who speaks its language, and one that nobody can place; give how many."""
    numbers = {
        item.customer_id: item.document_number
        for item in open_items(actor.company_id, today_of(actor))
        if item.open_minor > 0 and item.due_on < today_of(actor)
    }
    speakers: dict[str, list[Contact]] = {}
    contacts = Contact.objects.filter(company_id=actor.company_id, active=True, customer_id__in=list(numbers))
    for contact in contacts.exclude(email="").select_related("customer").order_by("customer_id", "id"):
        known = speakers.setdefault(contact.language or contact.customer.language, [])
        if not known or known[-1].customer_id != contact.customer_id:
            known.append(contact)
    mails = []
    for at, (language, subject, text) in enumerate(TEXTS):
        if speakers.get(language):
            contact = speakers[language].pop(0)
            words = {"number": numbers[contact.customer_id], "domain": contact.email.rpartition("@")[2]}
            mails.append(_built(actor, contact.email, subject.format(**words), text.format(**words), at))
    mails.append(_built(actor, "someone@elsewhere.example", *STRANGER, len(TEXTS)))
    do_receive_many(actor, [(data, At("file")) for data in mails])
    return len(mails)


def _built(actor: Actor, sender: str, subject: str, text: str, hours: int) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, OUR_ADDRESS, subject
    made["Date"] = format_datetime(actor.at - timedelta(hours=hours + 1))
    made["Message-ID"] = f"<demo-{hours}@{sender.rpartition('@')[2]}>"
    made.set_content(text)
    return made.as_bytes()
