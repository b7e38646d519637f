"""What the ledger knows of the clues of some mails: a few set-based reads, and what holds for a whole session read once. No writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from fairdue.contact.inbox.clues import Clues, Number, domains_of, freemail
from fairdue.contact.inbox.names import Names, names_of
from fairdue.contact.inbox.rules import CERTAIN, FAIR, NAMED, SLIGHT, STRONG, WEAK, Evidence, Sent
from fairdue.contact.links import company_of, token_hash
from fairdue.contact.models import MessageKind, MessageReference, MessageState, OutboxMessage, PortalLink
from fairdue.contact.reasons import ThreadReason
from fairdue.kernel.reasons import because
from fairdue.ledger.models import Contact, Customer, Document, DueItem
from fairdue.people.models import Company

LEFT = (MessageState.HANDED_OVER, MessageState.UNCERTAIN, MessageState.BOUNCED)
PARAMETERS_MAX, DOCUMENTS_MAX = 5_000, 2_000
"""Numbers asked for in one query; rows read of documents with such numbers."""
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
    names: Names

    def known(self, customer_id: int, addresses: Iterable[str]) -> int | None:
        """Give the contact of a customer that one of the addresses belongs to."""
        pairs = (pair for one in addresses for pair in self.by_address.get(one, ()))
        return next((contact for contact, customer in pairs if customer == customer_id), None)


def lay_out(company_id: int) -> Desk:
    """Read what a session needs. Four queries."""
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
        names_of(_named(company_id)),
    )


def _named(company_id: int) -> Iterator[tuple[int, str]]:
    rows = Customer.objects.filter(company_id=company_id).values_list("id", "name", "legal_name")
    for customer_id, *names in rows.iterator(chunk_size=5000):
        yield from ((customer_id, one) for one in dict.fromkeys(names) if one)


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger knows of the clues of some mails: rows by the clue. ``documents`` is None where there are too many for one read."""

    messages: dict[str, tuple[int, int, datetime]]
    """(message, customer, left at) by Message-ID."""
    links: dict[str, tuple[int, int, str]]
    """(link, customer, step) by the hash of the token."""
    steps: dict[str, int]
    references: dict[str, list[tuple[int, int]]]
    """(customer, message that left or 0) by reference."""
    items: dict[str, list[tuple[int, int]]]
    """(customer, due item) by payment reference."""
    documents: dict[str, list[tuple[int, int | None]]] | None
    """(customer, due item) by number."""


def look_up(company_id: int, clues: Sequence[Clues]) -> Found:
    """Read what the ledger knows of the clues of some mails. At most six queries, none for a kind of clue that is absent."""
    links = _links(company_id, {token for one in clues for token in one.tokens})
    references = {text for one in clues for text in one.references}
    numbers = {number.text for one in clues for number in one.numbers}
    return Found(
        _messages(company_id, {one for each in clues for one in (*each.answers, *each.mentions)}),
        links,
        _steps(company_id, {step for _, _, step in links.values() if step}),
        _references(company_id, references | numbers),
        _items(company_id, references),
        _documents(company_id, numbers | {one.upper() for one in numbers}, alone=len(clues) == 1),
    )


def _messages(company_id: int, asked: set[str]) -> dict[str, tuple[int, int, datetime]]:
    rows = OutboxMessage.objects.filter(company_id=company_id, message_id__in=asked, state__in=LEFT)
    columns = rows.values_list("message_id", "id", "customer_id", "handed_over_at", "created_at")
    return {
        one: (pk, customer_id, handed_over_at or made_at) for one, pk, customer_id, handed_over_at, made_at in columns
    }


def _links(company_id: int, tokens: set[str]) -> dict[str, tuple[int, int, str]]:
    ours = {token_hash(one) for one in tokens if company_of(one) == company_id}
    rows = PortalLink.objects.filter(company_id=company_id, token_hash__in=ours)
    columns = rows.values_list("token_hash", "id", "customer_id", "step_key")
    return {hashed: (pk, customer_id, step) for hashed, pk, customer_id, step in columns}


def _steps(company_id: int, steps: set[str]) -> dict[str, int]:
    rows = OutboxMessage.objects.filter(company_id=company_id, step_key__in=steps, state__in=LEFT)
    return dict(rows.values_list("step_key", "id"))


def _references(company_id: int, asked: set[str]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for some in _parts(asked):
        rows = MessageReference.objects.filter(company_id=company_id, text__in=some).order_by("id")
        for text, customer, message, state in rows.values_list("text", "customer_id", "message_id", "message__state"):
            found[text].append((customer, message if state in LEFT else 0))
    return found


def _parts(asked: set[str]) -> Iterator[list[str]]:
    words = sorted(asked)
    return (words[at : at + PARAMETERS_MAX] for at in range(0, len(words), PARAMETERS_MAX))


def _items(company_id: int, references: set[str]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    own = DueItem.objects.filter(company_id=company_id, payment_reference__in=references)
    for text, customer_id, item_id in own.values_list("payment_reference", "customer_id", "id"):
        found[text].append((customer_id, item_id))
    return found


def _documents(company_id: int, asked: set[str], *, alone: bool) -> dict[str, list[tuple[int, int | None]]] | None:
    found: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for some in _parts(asked):
        rows = Document.objects.filter(company_id=company_id, number__in=some)
        read = list(rows.values_list("number", "customer_id", "due_items__id")[:DOCUMENTS_MAX])
        if len(read) == DOCUMENTS_MAX and not alone:
            return None
        for text, customer_id, item_id in read:
            found[text].append((customer_id, item_id))
    return found


def evidence(desk: Desk, clues: Clues, found: Found) -> list[Evidence]:
    """Give what the clues point to, in the order of the clues; ``found`` was read for this mail, or for it and others."""
    documents = found.documents
    if documents is None:
        documents = look_up(desk.company_id, [clues]).documents or {}
    made = _of_messages(found, clues)
    made += _of_links(found, clues.tokens)
    made += _of_references(found, clues)
    made += _of_documents(documents, clues.numbers)
    return made + _addresses(desk, clues) + _names(desk, clues)


def _of_messages(found: Found, clues: Clues) -> list[Evidence]:
    made = []
    for one in (*clues.answers, *clues.mentions):
        if one in found.messages:
            pk, customer_id, left_at = found.messages[one]
            code = ThreadReason.MESSAGE_ID if one in clues.answers else ThreadReason.INNER_ID
            made.append(Evidence(because(code, on=left_at.date().isoformat()), CERTAIN, frozenset({customer_id}), pk))
    return made


def _of_links(found: Found, tokens: Collection[str]) -> list[Evidence]:
    links = {found.links[hashed] for one in tokens if (hashed := token_hash(one)) in found.links}
    return [
        Evidence(because(ThreadReason.LINK), CERTAIN, frozenset({customer}), found.steps.get(step))
        for _, customer, step in sorted(links, reverse=True)
    ]


def _of_references(found: Found, clues: Clues) -> list[Evidence]:
    """Weigh the numbers of our letters and the payment references, those of items too."""
    telling = {one.text: one.telling for one in clues.numbers}
    made = []
    for text in dict.fromkeys((*telling, *clues.references)):
        if text not in found.references:
            continue
        messages = dict(found.references[text])
        checked = text in clues.references
        code = ThreadReason.PAYMENT_REFERENCE if checked else ThreadReason.NOTICE
        weight = STRONG if checked or telling.get(text) else WEAK
        message = next(iter(messages.values())) if len(messages) == 1 else 0
        made.append(Evidence(because(code, number=text), weight, frozenset(messages), message or None))
    for text in clues.references:
        if text in found.items:
            reason, pairs = because(ThreadReason.PAYMENT_REFERENCE, number=text), found.items[text]
            customers, ids = frozenset(one for one, _ in pairs), frozenset(item for _, item in pairs)
            made.append(Evidence(reason, STRONG, customers, None, ids))
    return made


def _of_documents(
    documents: Mapping[str, Sequence[tuple[int, int | None]]], numbers: Collection[Number]
) -> list[Evidence]:
    by_text = {one.text: one for one in numbers}
    by_text |= {one.text.upper(): one for one in numbers if one.text.upper() not in by_text}
    made = []
    for text, number in sorted(by_text.items()):
        rows = documents.get(text, ())
        customers = frozenset(customer for customer, _ in rows)
        if not customers or len(customers) > PLACES_MAX:
            continue
        code = ThreadReason.DOCUMENT if number.telling else ThreadReason.HINT
        items = frozenset(item for _, item in rows if item is not None)
        weight = STRONG if number.telling else WEAK
        made.append(Evidence(because(code, number=text), weight, customers, None, items))
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


def _names(desk: Desk, clues: Clues) -> list[Evidence]:
    return [
        Evidence(because(ThreadReason.NAMED, name=name), NAMED, customers)
        for name, customers in desk.names.found(clues.words).items()
        if len(customers) <= PLACES_MAX
    ]


def sent_to(company_id: int, asked: Sequence[tuple[int, date]]) -> list[list[Sent]]:
    """Give, for each (customer, day), the last messages that left for the customer up to now, from 180 days before. One query."""
    if not asked:
        return []
    since = min(on for _, on in asked) - timedelta(days=SENT_DAYS)
    rows = OutboxMessage.objects.filter(
        company_id=company_id, customer_id__in={one for one, _ in asked}, state__in=LEFT, created_at__date__gte=since
    ).order_by("-id")  # fmt: skip
    columns = ("id", "customer_id", "handed_over_at", "created_at", "claim_items", "kind")
    sent: dict[int, list[tuple[date, Sent]]] = defaultdict(list)
    for pk, customer_id, handed_over_at, created_at, items, kind in rows.values_list(*columns):
        left_on, claimed = (handed_over_at or created_at).date(), frozenset(int(item[0]) for item in items)
        one = Sent(pk, customer_id, left_on, claimed, kind == MessageKind.NOTICE)
        sent[customer_id].append((timezone.localtime(created_at).date(), one))
    return [
        [one for made_on, one in sent[customer_id] if made_on >= on - timedelta(days=SENT_DAYS)][:SENT_MAX]
        for customer_id, on in asked
    ]
