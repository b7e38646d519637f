"""From the desk to the question: the lines of an account as of a day, and the facts of its letter. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fairdue.contact.facts import GateFacts, GatePolicy, Step
from fairdue.contact.facts import Stage as GateMoment
from fairdue.contact.models import MessageKind
from fairdue.contact.rules import check, choose_contact
from fairdue.dunning import parties
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.reasons import BalanceReason
from fairdue.dunning.desk import Desk
from fairdue.dunning.draft import statement_lines
from fairdue.dunning.policy.shape import Policy
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger.models import Channel
from fairdue.letters import facts as letter
from fairdue.people.models import User


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the question: a due item, or a payment that was not applied. Minor units, negative in their favour."""

    document_number: str
    issued_on: date
    due_on: date | None
    open_minor: int
    due_item_id: int | None = None
    payment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """How the question leaves: channel and contact, or what stands against it."""

    channel: str
    contact_id: int | None
    blocks: tuple[Reason, ...] = ()


def accounts_of(desk: Desk, customer_id: int) -> list[str]:
    """Give the currencies in which a customer has anything open on the desk's day."""
    held = {currency for owner, currency in (*desk.items, *desk.unapplied) if owner == customer_id}
    return sorted(currency for currency in held if asked_lines(desk, customer_id, currency))


def asked_lines(desk: Desk, customer_id: int, currency: str) -> list[Asked]:
    """Give what is asked to be confirmed (1): items and credits by due date, then money that is not applied."""
    key = (customer_id, currency)
    items = [
        Asked(one.document_number, one.issued_on, one.due_on, one.open_minor, due_item_id=one.due_item_id)
        for one in desk.items.get(key, [])
        if one.open_minor
    ]
    money = [
        Asked(f"P{one.payment_id}", one.received_on, None, -one.rest_minor, payment_id=one.payment_id)
        for one in desk.unapplied.get(key, [])
        if one.rest_minor
    ]
    return items + money


def number_of(desk: Desk, customer_id: int, currency: str) -> str:
    """Give the reference of a confirmation: customer, day and currency make it unique."""
    return f"B{customer_id}-{desk.today:%y%m%d}-{currency}"


def facts_of(
    desk: Desk, customer_id: int, currency: str, route: Route, written_on: date, link: str, releaser: User | None
) -> letter.LetterFacts:
    """Give the facts of the letter: the whole balance, disputed parts in it, as of the desk's day."""
    customer = desk.customers[customer_id]
    contact = desk.contacts.get(route.contact_id) if route.contact_id else None
    lines = tuple(
        letter.ItemLine(
            one.document_number, one.kind, one.issued_on, one.due_on, one.days_overdue, one.original_minor, one.open_minor
        )
        for one in statement_lines(desk, (customer_id, currency))
        if one.open_minor
    )  # fmt: skip
    opened = sum(line.open_minor for line in lines)
    return letter.LetterFacts(
        document=letter.Document.BALANCE_CONFIRMATION,
        language=(contact.language if contact else "") or customer.language or desk.company.language,
        written_on=written_on,
        reference=number_of(desk, customer_id, currency),
        creditor=parties.creditor(desk.company),
        debtor=parties.debtor(customer, contact),
        contact_person=parties.person(customer.account_owner, desk.company),
        sender=parties.person(releaser, desk.company),
        items=lines,
        totals=letter.Totals(currency, opened, 0, opened),
        customer_number=customer.number,
        portal_link=link,
        as_of=desk.today,
    )


def reminder_of(
    desk: Desk,
    row: BalanceConfirmation,
    route: Route,
    asked_on: date,
    written_on: date,
    link: str,
    releaser: User | None,
) -> letter.LetterFacts:
    """Give the facts of the letter that reminds: the balance and the lines as they were kept, to whom it goes now."""
    customer = desk.customers[row.customer_id]
    contact = desk.contacts.get(route.contact_id) if route.contact_id else None
    return letter.LetterFacts(
        document=letter.Document.BALANCE_CONFIRMATION, language=row.facts.get("language", row.language), written_on=written_on,
        reference=row.number, creditor=parties.creditor(desk.company), debtor=parties.debtor(customer, contact),
        contact_person=parties.person(customer.account_owner, desk.company), sender=parties.person(releaser, desk.company),
        items=tuple(_kept(line) for line in row.facts["items"]),
        totals=letter.Totals(row.currency, row.open_minor, 0, row.open_minor), customer_number=customer.number,
        portal_link=link, as_of=row.as_of, asked_on=asked_on,
    )  # fmt: skip


def _kept(line: Mapping[str, Any]) -> letter.ItemLine:
    issued, due = line.get("issued_on"), line.get("due_on")
    return letter.ItemLine(
        line.get("document_number", ""), letter.ItemKind(line["kind"]), date.fromisoformat(issued) if issued else None,
        date.fromisoformat(due) if due else None, line["days_overdue"], line["original_minor"], line["open_minor"],
    )  # fmt: skip


def gate_of(policy: Policy | None) -> GatePolicy:
    """Give what a policy asks of the gate for a question; two persons are asked for demands only."""
    stored = dict(policy.gate or {}) if policy else {}
    return replace(GatePolicy.from_dict(stored), two_person_release=False)


def route_of(facts: GateFacts, gate: GatePolicy, step_key: str, run_key: str) -> Route:
    """Choose by which way the question leaves, and ask the gate: by e-mail where a contact has one, else as a letter."""
    step = step_for(facts, gate, step_key, run_key)
    if step is None:
        return Route(Channel.LETTER, None, (because(BalanceReason.NO_RECIPIENT),))
    return Route(step.channel, step.contact_id, check(step, facts, gate, GateMoment.PROPOSAL).blocks)


def step_for(facts: GateFacts, gate: GatePolicy, step_key: str, run_key: str) -> Step | None:
    """Give the step that the gate judges; None where there is no way to the customer."""
    contact = choose_contact(facts, Channel.EMAIL, gate)
    channel, contact_id = (Channel.EMAIL, contact.contact_id) if contact else (Channel.LETTER, None)
    if contact is None:
        other = choose_contact(facts, Channel.LETTER, gate)
        contact_id = other.contact_id if other else None
        if not facts.address_complete:
            return None
    return Step(
        step_key=step_key,
        channel=channel,
        currency="",
        kind=MessageKind.STATEMENT,
        run_key=run_key,
        contact_id=contact_id,
    )
