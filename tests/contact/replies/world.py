"""The ledger of the labelled set: customers in eleven places, what was sent to them, two of one group, two with one number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

from fairdue.contact.actions import Outgoing, do_make_link, do_queue_many
from fairdue.contact.facts import ClaimItem
from fairdue.contact.models import OutboxMessage
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Contact, Customer, CustomerGroup
from fairdue.letters.references import creditor_reference

PARTIES = {
    "muster": ("Muster AG", "DE", "de", "k.mueller@muster.example", ("RE-2026-00017", "RE-2026-00018")),
    "leeds": ("Leeds Tools Ltd", "GB", "en", "jane.doe@leeds-tools.example", ("INV-40881", "INV-40917")),
    "lyon": ("Lyon Métal SARL", "FR", "fr", "compta@lyon-metal.example", ("FA2026-3381",)),
    "madrid": ("Herramientas Sol S.L.", "ES", "es", "pagos@sol-herramientas.example", ("F/2026/771",)),
    "hangzhou": ("杭州精密机械有限公司", "CN", "zh_Hans", "wangfang8862@163.com", ("CN20260311",)),
    "cairo": ("شركة النيل للمعدات", "EG", "ar", "accounts@nile-equipment.example", ("EG-55102",)),
    "torino": ("Officine Torino S.p.A.", "IT", "it", "amministrazione@officinetorino.example", ("IT-90233",)),
    "utrecht": ("Utrecht Bouw B.V.", "NL", "nl", "crediteuren@utrechtbouw.example", ("NL2026088",)),
    "gdansk": ("Gdańsk Stocznia Sp. z o.o.", "PL", "pl", "ksiegowosc@stocznia.example", ("PL/2026/0412",)),
    "osaka": ("大阪工業株式会社", "JP", "ja", "keiri@osaka-kogyo.example", ("JP-2026-0099",)),
    "nordic_a": ("Nordic Retail A/S", "DK", "en", "ap@nordic-group.example", ("NRA-10071",)),
    "nordic_b": ("Nordic Logistics A/S", "DK", "en", "ap@nordic-group.example", ("NLB-20052",)),
    "twin_p": ("Pfeil GmbH", "DE", "de", "buchhaltung@pfeil.example", ("100452",)),
    "twin_q": ("Quast GmbH", "DE", "de", "rechnung@quast.example", ("100452",)),
}


@dataclass(frozen=True)
class Sent:
    """What went to a customer, as the set quotes it."""

    customer_id: int
    message: OutboxMessage
    notice: str
    payment: str
    token: str
    email: str
    documents: tuple[str, ...]

    def named_in(self, data: bytes) -> bool:
        """Tell whether a mail names this letter: its Message-ID, its number, its payment reference."""
        root = message_from_bytes(data)
        said = [str(make_header(decode_header(str(value)))) for _, value in root.raw_items()]
        for part in root.walk():
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and part.get_content_maintype() == "text":
                said.append(body.decode(part.get_content_charset("utf-8"), "replace"))
            said += [str(value) for _, value in part.raw_items()]
        whole = "\n".join(said)
        return any(one in whole for one in (self.message.message_id, self.payment)) or bool(
            re.search(rf"\b{self.notice}\b", whole)
        )


def make_world(company, actor) -> dict[str, Sent]:
    """Book and send to every party; give what a mail of the set may quote, by the party's key."""
    group = CustomerGroup.objects.create(company=company, code="NG", name="Nordic Group")
    return {key: _party(company, actor, number, key, group) for number, key in enumerate(PARTIES, start=1)}


def _party(company, actor, number: int, key: str, group: CustomerGroup) -> Sent:
    name, country, language, email, documents = PARTIES[key]
    customer = Customer.objects.create(
        company=company, number=f"C{number}", number_key=f"c{number}", name=name, country=country, language=language,
        group=group if key.startswith("nordic") else None, created_at=actor.at,
    )  # fmt: skip
    contact = Contact.objects.create(company=company, customer=customer, email=email, name=name)
    day = actor.at.date()
    items = [
        do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number=one, issued_on=day - timedelta(days=60), currency="EUR",
            maturities=[Maturity(day - timedelta(days=30), 100_000)],
        ).due_items.get()
        for one in documents
    ]  # fmt: skip
    step, notice = f"step-{key}", f"D{100 + number}"
    link = do_make_link(actor, customer_id=customer.pk, contact_id=contact.pk, step_key=step)
    payment = creditor_reference(notice)
    outgoing = Outgoing(
        customer_id=customer.pk, step_key=step, channel="email", language=language, subject=f"Acme {notice}", contact_id=contact.pk,
        body_text="…", currency="EUR", claim_items=tuple(ClaimItem(item.pk, 100_000, 0) for item in items),
        references=(notice, payment),
    )  # fmt: skip
    do_queue_many(actor, [outgoing])
    OutboxMessage.objects.filter(step_key=step).update(state="handed_over", handed_over_at=actor.at - timedelta(days=3))
    message = OutboxMessage.objects.get(step_key=step)
    return Sent(customer.pk, message, notice, payment, link.token, email, documents)


def remind_again(actor, world: dict[str, Sent], ago: timedelta) -> dict[str, OutboxMessage]:
    """Send every party a second letter about the same items, under another number; give it by the party's key."""
    for key, sent in world.items():
        outgoing = Outgoing(
            customer_id=sent.customer_id, step_key=f"again-{key}", channel="email", language=sent.message.language,
            subject=f"Acme {sent.notice}2", contact_id=sent.message.contact_id, body_text="…", currency="EUR",
            claim_items=tuple(ClaimItem(*one) for one in sent.message.claim_items), references=(f"{sent.notice}2",),
        )  # fmt: skip
        do_queue_many(actor, [outgoing])
        OutboxMessage.objects.filter(step_key=f"again-{key}").update(state="handed_over", handed_over_at=actor.at - ago)
    return {key: OutboxMessage.objects.get(step_key=f"again-{key}") for key in world}
