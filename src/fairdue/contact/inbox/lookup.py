"""What the ledger knows of a mail's clues: a few set-based reads a mail, and what holds for a whole session read once. No writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parseaddr

from django.conf import settings

from fairdue.contact.inbox.clues import Clues, Number, domains_of, freemail
from fairdue.contact.inbox.rules import CERTAIN, FAIR, SLIGHT, STRONG, WEAK, Evidence, Sent
from fairdue.contact.links import company_of, token_hash
from fairdue.contact.models import MessageKind, MessageReference, MessageState, OutboxMessage, PortalLink
from fairdue.contact.reasons import ThreadReason
from fairdue.kernel.reasons import because
from fairdue.ledger.models import Contact, Customer, Document, DueItem
from fairdue.people.models import Company

LEFT = (MessageState.HANDED_OVER, MessageState.UNCERTAIN, MessageState.BOUNCED)
SENT_DAYS = 180
SENT_MAX = 40
PLACES_MAX = 50
"""A domain, or a word, that points to more customers than this tells nothing."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What holds for a session of reading: our own addresses, whose address is whose, which customers form a group."""

    company_id: int
    own: frozenset[str]
    by_address: dict[str, tuple[tuple[int, int], ...]]
    """(contact, customer) by address in lower case; contacts that are still there first."""
    by_domain: dict[str, frozenset[int]]
    groups: dict[int, int]

    def known(self, customer_id: int, addresses: Iterable[str]) -> int | None:
        """Give the contact of a customer that one of the addresses belongs to."""
        pairs = (pair for one in addresses for pair in self.by_address.get(one, ()))
        return next((contact for contact, customer in pairs if customer == customer_id), None)


def lay_out(company_id: int) -> Desk:
    """Read what a session needs. Three queries."""
    company = Company.objects.get(pk=company_id)
    own = {parseaddr(one)[1].lower() for one in (settings.FAIRDUE_MAIL_FROM, company.email)} - {""}
    addresses: dict[str, list[tuple[int, int]]] = defaultdict(list)
    domains: dict[str, set[int]] = defaultdict(set)
    public = freemail()
    rows = Contact.objects.filter(company_id=company_id).exclude(email="").order_by("-active", "id")
    for contact_id, customer_id, email in rows.values_list("id", "customer_id", "email").iterator(chunk_size=5000):
        address = email.lower()
        addresses[address].append((contact_id, customer_id))
        domain = address.rpartition("@")[2]
        if domain not in public:
            domains[domain].add(customer_id)
    groups = Customer.objects.filter(company_id=company_id, group__isnull=False).values_list("id", "group_id")
    return Desk(
        company_id,
        frozenset(own),
        {one: tuple(pairs) for one, pairs in addresses.items()},
        {one: frozenset(customers) for one, customers in domains.items()},
        {customer_id: group_id for customer_id, group_id in groups if group_id is not None},
    )


def evidence(desk: Desk, clues: Clues) -> list[Evidence]:
    """Give what the clues point to, in the order of the clues. At most six queries, none for a kind of clue that is absent."""
    found = _messages(desk.company_id, clues)
    found += _links(desk.company_id, clues.tokens)
    found += _references(desk.company_id, clues)
    found += _documents(desk.company_id, clues.numbers)
    return found + _addresses(desk, clues)


def _messages(company_id: int, clues: Clues) -> list[Evidence]:
    asked = (*clues.answers, *clues.mentions)
    if not asked:
        return []
    rows = OutboxMessage.objects.filter(company_id=company_id, message_id__in=asked, state__in=LEFT)
    known = {row[0]: row for row in rows.values_list("message_id", "id", "customer_id", "handed_over_at", "created_at")}
    made = []
    for one in asked:
        if one in known:
            _, pk, customer_id, handed_over_at, created_at = known[one]
            code = ThreadReason.MESSAGE_ID if one in clues.answers else ThreadReason.INNER_ID
            on = (handed_over_at or created_at).date().isoformat()
            made.append(Evidence(because(code, on=on), CERTAIN, frozenset({customer_id}), pk))
    return made


def _links(company_id: int, tokens: Collection[str]) -> list[Evidence]:
    ours = [token_hash(one) for one in tokens if company_of(one) == company_id]
    if not ours:
        return []
    rows = PortalLink.objects.filter(company_id=company_id, token_hash__in=ours).order_by("-id")
    links = list(rows.values_list("customer_id", "step_key"))
    steps = dict(
        OutboxMessage.objects.filter(
            company_id=company_id, step_key__in=[step for _, step in links if step], state__in=LEFT
        ).values_list("step_key", "id")
    )
    return [
        Evidence(because(ThreadReason.LINK), CERTAIN, frozenset({customer}), steps.get(step))
        for customer, step in links
    ]


def _references(company_id: int, clues: Clues) -> list[Evidence]:
    """Look up the numbers of our letters and the payment references, those of items too."""
    telling = {one.text: one.telling for one in clues.numbers}
    asked = {*telling, *clues.references}
    if not asked:
        return []
    hits: dict[str, dict[int, int]] = defaultdict(dict)
    rows = MessageReference.objects.filter(company_id=company_id, text__in=list(asked)).order_by("id")
    for text, customer_id, message_id, state in rows.values_list("text", "customer_id", "message_id", "message__state"):
        hits[text][customer_id] = message_id if state in LEFT else 0
    made = []
    for text, messages in hits.items():
        checked = text in clues.references
        code = ThreadReason.PAYMENT_REFERENCE if checked else ThreadReason.NOTICE
        weight = STRONG if checked or telling.get(text) else WEAK
        message = next(iter(messages.values())) if len(messages) == 1 else 0
        made.append(Evidence(because(code, number=text), weight, frozenset(messages), message or None))
    items: dict[str, set[tuple[int, int]]] = defaultdict(set)
    if clues.references:
        own = DueItem.objects.filter(company_id=company_id, payment_reference__in=clues.references)
        for text, customer_id, item_id in own.values_list("payment_reference", "customer_id", "id"):
            items[text].add((customer_id, item_id))
    for text, pairs in items.items():
        reason = because(ThreadReason.PAYMENT_REFERENCE, number=text)
        customers, ids = frozenset(one for one, _ in pairs), frozenset(item for _, item in pairs)
        made.append(Evidence(reason, STRONG, customers, None, ids))
    return made


def _documents(company_id: int, numbers: Collection[Number]) -> list[Evidence]:
    if not numbers:
        return []
    by_text = {one.text: one for one in numbers}
    by_text |= {one.text.upper(): one for one in numbers if one.text.upper() not in by_text}
    rows = Document.objects.filter(company_id=company_id, number__in=list(by_text))
    hits: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for text, customer_id, item_id in rows.values_list("number", "customer_id", "due_items__id")[:2000]:
        hits[text][customer_id].add(item_id)
    made = []
    for text, customers in sorted(hits.items()):
        if len(customers) > PLACES_MAX:
            continue
        number = by_text[text]
        code = ThreadReason.DOCUMENT if number.telling else ThreadReason.HINT
        items = frozenset(item for ids in customers.values() for item in ids if item is not None)
        weight = STRONG if number.telling else WEAK
        made.append(Evidence(because(code, number=text), weight, frozenset(customers), None, items))
    return made


def _addresses(desk: Desk, clues: Clues) -> list[Evidence]:
    made = []
    for one in clues.senders:
        if pairs := desk.by_address.get(one):
            made.append(Evidence(because(ThreadReason.ADDRESS, address=one), FAIR, frozenset(c for _, c in pairs)))
            break
    for one in clues.forwarded:
        if pairs := desk.by_address.get(one):
            made.append(Evidence(because(ThreadReason.FORWARDED, address=one), FAIR, frozenset(c for _, c in pairs)))
            break
    own = {one.rpartition("@")[2] for one in desk.own}
    for address in (*clues.senders[:1], *clues.forwarded[:1]):
        for domain in domains_of(address):
            customers = desk.by_domain.get(domain, frozenset())
            if customers and domain not in own and len(customers) <= PLACES_MAX:
                code = ThreadReason.DOMAIN if len(customers) == 1 else ThreadReason.DOMAIN_SEVERAL
                reason = because(code, domain=domain, **({} if len(customers) == 1 else {"customers": len(customers)}))
                made.append(Evidence(reason, SLIGHT, customers))
                break
    return made


def sent_to(company_id: int, customer_id: int, on: date) -> list[Sent]:
    """Give the last messages that left for a customer. One query."""
    since = on - timedelta(days=SENT_DAYS)
    rows = OutboxMessage.objects.filter(
        company_id=company_id, customer_id=customer_id, state__in=LEFT, created_at__date__gte=since
    ).order_by("-id")
    return [
        Sent(pk, customer_id, (handed_over_at or created_at).date(), frozenset(int(item[0]) for item in items),
             kind == MessageKind.NOTICE)
        for pk, handed_over_at, created_at, items, kind in rows.values_list(
            "id", "handed_over_at", "created_at", "claim_items", "kind"
        )[:SENT_MAX]
    ]  # fmt: skip
