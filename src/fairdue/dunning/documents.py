"""Letters to look at: the preview of a proposal, and statements and thanks that no policy step asks for. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from fairdue.dunning import parties
from fairdue.dunning.charges import earlier_lines
from fairdue.dunning.desk import Desk, lay_out
from fairdue.dunning.draft import Draft, make_draft, statement_lines
from fairdue.dunning.drawing import draw
from fairdue.dunning.judging import judged
from fairdue.dunning.models import Proposal
from fairdue.dunning.policy.shape import Policy
from fairdue.dunning.queries import policy_of
from fairdue.kernel.reasons import Reason
from fairdue.ledger.models import Payment
from fairdue.letters import LetterFacts, LettersError
from fairdue.letters import facts as letter
from fairdue.letters.references import creditor_reference
from fairdue.people.models import User

BATCH = 50
"""Customers whose facts are read at a time."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it would leave, what a reviewer must know (``notes``), and what the gate holds against it now."""

    subject: str
    pdf: bytes
    html: str
    text: str
    language: str
    facts: LetterFacts
    notes: tuple[Reason, ...] = ()
    blocks: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()


class NothingToSay(ValueError):
    """There is nothing to write: the balance is settled. ``reason`` says so in every language."""

    def __init__(self, reason: Reason | None = None) -> None:
        super().__init__("nothing is left to write about")
        self.reason = reason


def preview(proposal_id: int, today: date, at: datetime, *, releaser: User | None = None) -> Rendered:
    """Draw a proposal's letter on today's balances without writing anything; the portal link is a placeholder.

    Raises NothingToSay when nothing is left to ask for or the proposal is a call or task, LettersError for facts that
    contradict themselves.
    """
    proposal = Proposal.objects.select_related("policy_version").get(pk=proposal_id)
    if proposal.action in ("call", "task"):
        raise NothingToSay
    policy = policy_of(proposal.policy_version)
    desk = lay_out(proposal.company_id, [proposal.customer_id], today, at)
    draft = make_draft(desk, proposal, policy, portal_link=f"{desk.base_url}/p/", releaser=releaser)
    if not isinstance(draft, Draft):
        raise NothingToSay(draft)
    return _judged(desk, draft, policy)


def _judged(desk: Desk, draft: Draft, policy: Policy) -> Rendered:
    gate = judged(desk, draft, policy)
    return _rendered(draft.facts, (*draft.notes, *gate.warnings), gate.blocks)


def preview_many(
    company_id: int, proposal_ids: Sequence[int], today: date, at: datetime
) -> Iterator[tuple[Proposal, Rendered | NothingToSay | LettersError]]:
    """Draw the letters of many proposals without writing anything, in their order; what cannot be drawn says why.

    The letters hold no portal link: they are for those who have no server. Facts are read for a batch at a time.
    """
    for first in range(0, len(proposal_ids), BATCH):
        batch = Proposal.objects.select_related("policy_version", "customer").filter(company_id=company_id)
        found = batch.in_bulk(list(proposal_ids[first : first + BATCH]))
        desk = lay_out(company_id, [one.customer_id for one in found.values()], today, at)
        for proposal in (found[pk] for pk in proposal_ids[first : first + BATCH] if pk in found):
            yield proposal, _drawn(desk, proposal)


def _drawn(desk: Desk, proposal: Proposal) -> Rendered | NothingToSay | LettersError:
    if proposal.action in ("call", "task"):
        return NothingToSay()
    policy = policy_of(proposal.policy_version)
    draft = make_draft(desk, proposal, policy)
    if not isinstance(draft, Draft):
        return NothingToSay(draft)
    try:
        return _judged(desk, draft, policy)
    except LettersError as error:
        return error


def statement(
    company_id: int, customer_id: int, as_of: date, at: datetime, *, currency: str, language: str = ""
) -> Rendered:
    """Draw the statement of one account: every open item and credit, charges that are open, what is on hold; nothing chased.

    Raises NothingToSay for an account without open items.
    """
    desk = lay_out(company_id, [customer_id], as_of, at)
    lines = statement_lines(desk, (customer_id, currency))
    if not lines and not desk.open_charges.get((customer_id, currency)):
        raise NothingToSay
    charges = earlier_lines(desk.open_charges.get((customer_id, currency), ()))
    totals = _totals(currency, lines, charges)
    facts = _base(desk, customer_id, letter.Document.STATEMENT, f"S{customer_id}-{as_of:%Y%m%d}", language)
    return _rendered(
        replace(
            facts,
            items=tuple(lines),
            totals=totals,
            charges=charges,
            bank=parties.bank(desk, currency),
            payment_reference=creditor_reference(f"S{customer_id}"),
        )
    )


def currencies_of(company_id: int, customer_id: int, as_of: date, at: datetime) -> list[str]:
    """Give the currencies in which a customer has open items: one statement each."""
    desk = lay_out(company_id, [customer_id], as_of, at)
    return sorted({currency for owner, currency in (*desk.items, *desk.open_charges) if owner == customer_id})


def thank_you(payment_id: int, today: date, at: datetime, *, language: str = "") -> Rendered:
    """Draw the thanks for a payment that settled everything overdue, in the account's currency."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.customer_id is None:
        raise NothingToSay
    desk = lay_out(payment.company_id, [payment.customer_id], today, at)
    lines = statement_lines(desk, (payment.customer_id, payment.currency))
    if any(line.days_overdue > 0 and line.open_minor > line.disputed_minor for line in lines):
        raise NothingToSay
    facts = _base(desk, payment.customer_id, letter.Document.THANK_YOU, f"T{payment.pk}", language)
    received = letter.ReceivedPayment(payment.amount_minor, payment.effective_on, payment.reference)
    totals = letter.Totals(payment.currency, 0, 0, 0)
    return _rendered(replace(facts, payment=received, totals=totals, tone=letter.Tone.WARM))


def _base(desk: Desk, customer_id: int, document: letter.Document, reference: str, language: str) -> LetterFacts:
    customer = desk.customers[customer_id]
    contact = next((one for _, one in sorted(desk.contacts.items()) if one.active), None)
    owner = parties.person(customer.account_owner, desk.company)
    return LetterFacts(
        document=document,
        language=language or customer.language or desk.company.language,
        written_on=desk.today,
        reference=reference,
        creditor=parties.creditor(desk.company),
        debtor=parties.debtor(customer, contact),
        contact_person=owner,
        sender=owner,
        items=(),
        totals=letter.Totals(desk.company.currency, 0, 0, 0),
        customer_number=customer.number,
    )


def _totals(currency: str, lines: list[letter.ItemLine], charges: tuple[letter.ChargeLine, ...]) -> letter.Totals:
    opened = sum(line.open_minor for line in lines)
    disputed = sum(line.disputed_minor for line in lines)
    charged = sum(line.amount_minor for line in charges)
    return letter.Totals(currency, opened, charged, opened - disputed + charged, disputed)


def _rendered(facts: LetterFacts, notes: tuple[Reason, ...] = (), blocks: tuple[Reason, ...] = ()) -> Rendered:
    result = draw(facts).result
    return Rendered(
        result.subject, result.pdf, result.html, result.text, result.language_used, facts, notes, blocks, result.missing
    )
