"""From a proposal to the facts of its letter, on live balances. Nothing is written; preview and release share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote

from babel.languages import get_official_languages

from fairdue.contact.conduct import unconfirmed
from fairdue.dunning import parties
from fairdue.dunning.charges import earlier_lines, with_fee
from fairdue.dunning.claims import ClaimedItem, Claims, Deal, claims_of, governing_law
from fairdue.dunning.copies import CopyPlan, Paper, plan
from fairdue.dunning.deadlines import deadline, minimum_days
from fairdue.dunning.desk import Desk
from fairdue.dunning.law import deal_with
from fairdue.dunning.legal import Legal, absent_contents, charged_rows, legal_of
from fairdue.dunning.models import Proposal
from fairdue.dunning.policy.shape import Policy, Stage
from fairdue.dunning.reasons import ReleaseReason
from fairdue.dunning.strategy import stage_of
from fairdue.kernel.calendars import next_business_day
from fairdue.kernel.money import plain
from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import split
from fairdue.law.conduct import conduct_of
from fairdue.law.places import subdivision_of
from fairdue.ledger.models import Customer
from fairdue.ledger.queries import OpenItem, Unapplied
from fairdue.letters import facts as letter
from fairdue.letters.catalogue import choose
from fairdue.letters.references import creditor_reference
from fairdue.people.models import User

FIRST_INSTALMENT_DAYS = 14
INSTALMENT_DAYS = 30
FALLBACK = "en"
FORM_DEADLINE_DAYS = 10
"""Days that a notice in a law's form leaves where neither policy nor law says how many: the house's own."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter ready to be drawn. ``claim_items`` are (due item, open, held) as the text claims them."""

    proposal: Proposal
    stage: Stage
    facts: letter.LetterFacts
    claims: Claims
    claim_items: tuple[tuple[int, int, int], ...]
    notes: tuple[Reason, ...]
    copies: CopyPlan
    doubts: tuple[Reason, ...] = ()
    """Which rows of law behind the text nobody has confirmed, whatever the company has confirmed itself."""


def make_draft(
    desk: Desk, proposal: Proposal, policy: Policy, *, portal_link: str = "", releaser: User | None = None
) -> Draft | Reason:
    """Write the facts of a proposal's letter as of today, or give the reason why nothing is left to write.

    25. Only the items of the proposal are asked for, at their balance of today; credits of the account always count.
    """
    stage = stage_of(policy, proposal.stage_code, proposal.stage_changes)
    customer = desk.customers[proposal.customer_id]
    account = (proposal.customer_id, proposal.currency)
    wanted = {line.due_item_id for line in proposal.lines.all()}
    live = desk.items.get(account, [])
    left = [item for item in live if item.due_item_id in wanted and item.open_minor > item.held_minor]
    asked = [item for item in left if (item.due_on < desk.today) != stage.before_due]
    with_credit = stage.document != letter.Document.RECEIPT_CONFIRMATION
    shown = [item for item in live if item.open_minor < 0] if with_credit else []
    money = desk.unapplied.get(account, []) if with_credit else []
    lines = [*(_line(item, desk) for item in [*asked, *shown]), *(_money(payment) for payment in money)]
    due = sum(line.open_minor - line.disputed_minor for line in lines)
    if not asked or due <= 0:
        return because(ReleaseReason.OVERTAKEN if left and not asked else ReleaseReason.NOTHING_LEFT)
    notes: list[Reason] = []
    claims = claims_for(desk, customer, asked, stage, policy, proposal.currency, waived=bool(proposal.waived_charges))
    legal = legal_of(desk, customer, stage, claims, deal_of(desk, customer))
    doubts = law_doubts(desk, customer, stage, claims, legal)
    papers = [Paper(item.document_id, item.document_number) for item in asked]
    copies = plan(stage.copies, desk.copies.get(customer.pk, ()), papers)
    facts = _facts(desk, proposal, customer, stage, lines, claims, legal, portal_link, releaser, notes)
    facts = replace(facts, enclosures=copies.enclosures())
    notes += [*legal.notes, *absent_contents(facts, legal)]
    items = tuple((item.due_item_id, item.open_minor, item.held_minor) for item in [*asked, *shown])
    return Draft(proposal, stage, facts, claims, items, (*notes, *copies.notes(), *claims.notes), copies, doubts)


def _line(item: OpenItem, desk: Desk, *, whole: bool = False) -> letter.ItemLine:
    """Give an item's line. A disputed part is shown as such; a part held for another reason is not asked for.

    ``whole`` shows the full balance, as a statement does.
    """
    kind = letter.ItemKind(item.kind)
    if kind is letter.ItemKind.INVOICE and item.document_id in desk.in_parts:
        kind = letter.ItemKind.INSTALMENT
    held = item.held_minor if item.open_minor > 0 else 0
    disputed = held if "dispute" in item.hold_reasons else 0
    left_out = 0 if whole else held - disputed
    return letter.ItemLine(
        document_number=item.document_number,
        kind=kind,
        issued_on=item.issued_on,
        due_on=item.due_on,
        days_overdue=item.days_overdue(desk.today) if item.open_minor > 0 else 0,
        original_minor=item.amount_minor,
        open_minor=item.open_minor - left_out,
        disputed_minor=disputed,
    )


def _money(payment: Unapplied) -> letter.ItemLine:
    return letter.ItemLine(
        document_number=f"P{payment.payment_id}",
        kind=letter.ItemKind.PAYMENT,
        issued_on=payment.received_on,
        due_on=None,
        days_overdue=0,
        original_minor=-payment.rest_minor,
        open_minor=-payment.rest_minor,
    )


def statement_lines(desk: Desk, account: tuple[int, str]) -> list[letter.ItemLine]:
    """Give the lines of a whole account: every open item and credit, and money that is not applied yet."""
    found = [_line(item, desk, whole=True) for item in desk.items.get(account, [])]
    return [*found, *(_money(payment) for payment in desk.unapplied.get(account, []))]


def deal_of(desk: Desk, customer: Customer) -> Deal:
    """Give the facts on the parties and their agreement that law asks for."""
    return deal_with(desk.company, customer, desk.terms.get(customer.pk))


def law_doubts(
    desk: Desk, customer: Customer, stage: Stage, claims: Claims, legal: Legal | None = None
) -> tuple[Reason, ...]:
    """Say which rows of law behind a letter nobody has confirmed: its form, its charges, what it announces (31 to 33 of ``conduct.md``)."""
    deal = deal_of(desk, customer)
    legal = legal or legal_of(desk, customer, stage, claims, deal)
    return unconfirmed((*legal.rests, *charged_rows(claims, governing_law(deal), customer)))


def claims_for(
    desk: Desk, customer: Customer, asked: list[OpenItem], stage: Stage, policy: Policy, currency: str, *, waived: bool
) -> Claims:
    """Compute interest, compensation and fee as the stage says; a proposal whose charges were waived carries none (27).

    What earlier notices charged and is still open is asked for again (36); it is not booked twice.
    """
    if stage.before_due or waived:
        return Claims()
    said = desk.said.get((customer.pk, currency), [])
    items = [_claimed(item, desk) for item in asked]
    found = claims_of(
        items,
        deal_of(desk, customer),
        currency,
        desk.today,
        interest=stage.interest,
        compensation_choice=stage.compensation,
        per_item=policy.compensation_per == "item",
        notice_on=said[0].on if said else None,
    )
    conduct = conduct_of(customer.country, customer.natural_person, subdivision_of(customer.country, customer.region))
    found = with_fee(found, stage.fee, items, conduct, currency, desk.today)
    return replace(found, lines=(*earlier_lines(desk.open_charges.get((customer.pk, currency), ())), *found.lines))


def _claimed(item: OpenItem, desk: Desk) -> ClaimedItem:
    charged = desk.charged.get(item.due_item_id, [])
    interest = [one for one in charged if one.kind == "interest"]
    balances = [(item.issued_on, item.amount_minor)]
    for on, amount in desk.movements.get(item.due_item_id, ()):
        on = max(on, item.issued_on)
        rest = balances[-1][1] - amount
        if balances[-1][0] == on:
            balances[-1] = (on, rest)
        else:
            balances.append((on, rest))
    return ClaimedItem(
        item.due_item_id,
        item.document_number,
        item.due_on,
        item.amount_minor,
        tuple(balances),
        interest_charged_minor=sum(one.amount_minor for one in interest),
        charged_to=max((one.period_to for one in interest if one.period_to), default=None),
        compensated=any(one.kind == "compensation" for one in charged),
        fees_charged=sum(one.kind == "fee" for one in charged),
    )


def _facts(
    desk: Desk,
    proposal: Proposal,
    customer: Customer,
    stage: Stage,
    lines: list[letter.ItemLine],
    claims: Claims,
    legal: Legal,
    portal_link: str,
    releaser: User | None,
    notes: list[Reason],
) -> letter.LetterFacts:
    contact = desk.contacts.get(proposal.contact_id) if proposal.contact_id else None
    totals = _totals(proposal.currency, lines, claims)
    terms = desk.terms.get(customer.pk)
    cited = parties.clause(terms) if stage.cite_clause else None
    account = parties.bank(desk, proposal.currency)
    if stage.cite_clause and cited is None:
        notes.append(because(ReleaseReason.CLAUSE_ABSENT))
    if account is None:
        notes.append(because(ReleaseReason.BANK_ABSENT, currency=proposal.currency))
    said = desk.said.get((customer.pk, proposal.currency), [])
    return letter.LetterFacts(
        document=letter.Document(stage.document),
        language=_language(proposal, customer, desk, notes),
        written_on=desk.today,
        reference=reference(proposal),
        creditor=parties.creditor(desk.company),
        debtor=parties.debtor(customer, contact),
        contact_person=parties.person(customer.account_owner, desk.company),
        sender=parties.sender(desk, customer, stage.sender, releaser),
        items=tuple(lines),
        totals=totals,
        fallback_language=_fallback(desk, customer),
        tone=letter.Tone(stage.tone),
        customer_number=customer.number,
        charges=claims.lines,
        clause=cited,
        deadline=_deadline(desk, proposal, customer, stage, legal, notes),
        consequences=legal.consequences,
        bank=account,
        payment_reference=_payment_reference(desk, proposal),
        payment_link=_payment_link(desk, proposal, totals),
        portal_link=portal_link,
        edited_paragraph=proposal.edited_text,
        earlier_letters_on=tuple(sorted({one.on for one in said})),
        instalments=_offered(desk, proposal, stage, totals.payable_minor, customer, notes),
        form=legal.form,
    )


def _totals(currency: str, lines: Iterable[letter.ItemLine], claims: Claims) -> letter.Totals:
    opened = sum(line.open_minor for line in lines)
    disputed = sum(line.disputed_minor for line in lines)
    charges = sum(line.amount_minor for line in claims.lines if not line.mentioned_only)
    return letter.Totals(currency, opened, charges, opened - disputed + charges, disputed)


def _language(proposal: Proposal, customer: Customer, desk: Desk, notes: list[Reason]) -> str:
    wanted = proposal.language or customer.language or desk.company.language
    choice = choose(wanted, _fallback(desk, customer))
    if choice.fallback_used:
        notes.append(because(ReleaseReason.LANGUAGE_FALLBACK, language=choice.language, wanted=wanted))
    return wanted


def _fallback(desk: Desk, customer: Customer) -> str:
    """Give the language for customers whose own no letter is written in.

    The company's, where the customer's country speaks it officially or is the company's own; English everywhere else.
    """
    own = desk.company.language
    spoken = {code.split("_")[0] for code in get_official_languages(customer.country or desk.company.country)}
    near = customer.country in {"", desk.company.country} or own.replace("-", "_").split("_")[0] in spoken
    return own if near and not choose(own, FALLBACK).fallback_used else FALLBACK


def reference(proposal: Proposal) -> str:
    """Give the reference printed on the letter: one for each proposal."""
    return f"D{proposal.pk}"


def _payment_reference(desk: Desk, proposal: Proposal) -> str:
    """Give the item's own reference where one item is asked for and has one, else the letter's as ISO 11649."""
    wanted = [line.due_item_id for line in proposal.lines.all()]
    own = desk.references.get(wanted[0]) if len(wanted) == 1 else None
    return own or creditor_reference(reference(proposal))


def _payment_link(desk: Desk, proposal: Proposal, totals: letter.Totals) -> str:
    """Give the company's payment link for this letter, its placeholders filled and quoted; none where none is configured."""
    if totals.payable_minor <= 0:
        return ""
    filled = {
        "{reference}": quote(_payment_reference(desk, proposal), safe=""),
        "{amount}": plain(totals.payable_minor, totals.currency),
        "{currency}": totals.currency,
    }
    link = desk.company.payment_link
    for name, value in filled.items():
        link = link.replace(name, value)
    return link


def _deadline(
    desk: Desk, proposal: Proposal, customer: Customer, stage: Stage, legal: Legal, notes: list[Reason]
) -> date | None:
    """Give the day until which the letter asks for payment (26).

    A letter without one repeats the last that still runs. Where the law asks for a form, or leaves least days that the running
    deadline no longer has, it gets a date of its own.
    """
    least = minimum_days(customer.country, customer.natural_person, stage.document)
    days = stage.deadline_days
    if proposal.deadline_on is not None:
        days = (proposal.deadline_on - desk.today).days
    if days is None:
        running = [one.deadline_on for one in desk.said.get((customer.pk, proposal.currency), []) if one.deadline_on]
        last = max(running, default=None)
        if last is not None and last > desk.today and (last - desk.today).days >= least:
            return last
        if not legal.form and not least:
            return None
        return deadline(desk.today, FORM_DEADLINE_DAYS, customer.country, customer.natural_person, stage.document)
    asked = desk.today + timedelta(days=days)
    until = deadline(desk.today, max(days, 1), customer.country, customer.natural_person, stage.document)
    if until != asked:
        notes.append(because(ReleaseReason.DEADLINE_MOVED, asked=asked.isoformat(), until=until.isoformat()))
    return until


def _offered(
    desk: Desk, proposal: Proposal, stage: Stage, payable_minor: int, customer: Customer, notes: list[Reason]
) -> tuple[letter.InstalmentLine, ...]:
    """Offer instalments unless the insurer's conditions stand against it: its consent, or the last day to extend (32)."""
    offered = _instalments(stage, payable_minor, desk.today, customer.country)
    if not offered:
        return ()
    days = [desk.last_days[line.due_item_id] for line in proposal.lines.all() if line.due_item_id in desk.last_days]
    if customer.pk in desk.consent_needed:
        notes.append(because(ReleaseReason.NO_OFFER_CONSENT))
        return ()
    if days and offered[-1].due_on > min(days):
        until, last_on = offered[-1].due_on.isoformat(), min(days).isoformat()
        notes.append(because(ReleaseReason.NO_OFFER_BEYOND, until=until, last_on=last_on))
        return ()
    return offered


def _instalments(stage: Stage, payable_minor: int, today: date, country: str) -> tuple[letter.InstalmentLine, ...]:
    """Offer equal parts, the first in two weeks, then one every thirty days, each on a business day."""
    if stage.instalment_offer is None or payable_minor < stage.instalment_offer:
        return ()
    amounts = split(payable_minor, [1] * stage.instalment_offer)
    days = [FIRST_INSTALMENT_DAYS + INSTALMENT_DAYS * number for number in range(stage.instalment_offer)]
    return tuple(
        letter.InstalmentLine(next_business_day(today + timedelta(days=after), country or None), amount)
        for after, amount in zip(days, amounts, strict=True)
    )
