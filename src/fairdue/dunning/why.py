"""Why something would go out to a customer today, or why not: the policy's next step and each check of the gate.

1. The step is decided by the run's own ``decide_book`` on the customer's live book; the gate's checks are its own.
2. A message that is queued already is judged as it stands, at the moment of sending, as the dispatch judges it.
3. A step that is due is judged as if it were released now on live balances, with what a person wrote on its proposal.
4. A call is judged as its release judges it; of other tasks only whether a third party may act, where one is to.
5. Where no step is due, the coming days are decided one by one on the same facts: the first step is what comes next if
   nothing changes.

6. Apart from the steps: whether the policy's plan would ask for the balance, judged as the night judges it.

Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from fairdue.contact.conduct import unconfirmed
from fairdue.contact.facts import GateFacts, GatePolicy, Step
from fairdue.contact.facts import Stage as GateMoment
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.contact.notes import GateNotes
from fairdue.contact.queries import cleared_countries, gate_facts, step_of, steps_done
from fairdue.contact.remedies import Remedy, remedies
from fairdue.contact.rules import legal_clock
from fairdue.contact.why import Finding, Verdict, explain
from fairdue.dunning.account import Account
from fairdue.dunning.actions.commit import changes_of
from fairdue.dunning.balance.rules import REMINDER
from fairdue.dunning.balance.why import asking
from fairdue.dunning.charges import told_charges
from fairdue.dunning.claims import Claims
from fairdue.dunning.copies import Wanted, blocking_copies
from fairdue.dunning.deadlines import FORMAL_DEMANDS
from fairdue.dunning.desk import Desk, lay_out
from fairdue.dunning.draft import claims_for, law_doubts
from fairdue.dunning.facts_reader import Book
from fairdue.dunning.gate import gate_policy, gate_step, work_step
from fairdue.dunning.law import deal_with
from fairdue.dunning.legal import form_rows
from fairdue.dunning.live import live_book
from fairdue.dunning.models import RELEASABLE_STATES, Proposal
from fairdue.dunning.policy.shape import Claiming, Policy, Release, Stage
from fairdue.dunning.queries import policies_in_force
from fairdue.dunning.reasons import DunningReason
from fairdue.dunning.run import Decisions, PolicyInForce, decide_book, plan_of
from fairdue.dunning.signals_reader import wanted_facts
from fairdue.dunning.strategy import Plan, Planner, decide_planned, stage_of
from fairdue.kernel.reasons import Reason, ReasonCode, because, gettext_noop, load
from fairdue.ledger.models import AcceptedTerms, Customer
from fairdue.people.days import zone_of
from fairdue.people.models import Company

LOOK_AHEAD_DAYS = 92
"""How far the next step is looked for: past the last stage of the shipped policies."""
BALANCE, BALANCE_REMINDER = "balance_confirmation", "balance_reminder"
ON_THE_WAY = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.UNCERTAIN)


class Outcome(StrEnum):
    """What would happen today."""

    GOES = "goes"
    RELEASE = "release"
    """Everything passes; a person has to release it."""
    WAITS = "waits"
    """Held by what passes by waiting."""
    HELD = "held"
    NOTHING = "nothing"


class WhyStep(ReasonCode):
    """Where a step stands, and why there is none."""

    NO_POLICY = ("why_no_policy", gettext_noop("The company has no default policy: nothing is planned."))
    NOTHING_OPEN = ("why_nothing_open", gettext_noop("Nothing is open: there is nothing to write about."))
    NOT_PROPOSED = ("why_not_proposed", gettext_noop("No run has proposed this step yet."))
    BY_PERSON = ("why_by_person", gettext_noop("A person has to release it."))
    BY_TWO = ("why_by_two", gettext_noop("Two persons have to release it."))
    BY_RULE = ("why_by_rule", gettext_noop("It is released by rule after the run."))
    FIRST_OF_TWO = ("why_first_of_two", gettext_noop("%(first)s has released it; a second person is needed."))
    QUEUED = ("why_queued", gettext_noop("It lies in the outbox and is handed over by the next dispatch."))
    NOT_BEFORE = ("why_not_before", gettext_noop("It lies in the outbox and is tried again from %(until)s on."))
    CLAIMED = ("why_claimed_now", gettext_noop("It is being handed over at this moment."))
    UNCERTAIN = ("why_uncertain", gettext_noop("It may have left; a person has to find out."))


@dataclass(frozen=True, slots=True)
class Coming:
    """The step that comes next if nothing changes."""

    on: date
    stage: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that would go out, or one account for which nothing would. Amounts are minor units of ``currency``."""

    outcome: Outcome
    currency: str
    reasons: tuple[Reason, ...]
    """Why the policy takes this step, or why it takes none."""
    standing: tuple[Reason, ...] = ()
    """Where the step stands on its way out."""
    stage: str = ""
    channel: str = ""
    due_minor: int = 0
    held_minor: int = 0
    items: int = 0
    charges: tuple[Reason, ...] = ()
    """What the letter would ask for beside the items, and why a fee of the policy is less or none."""
    checks: tuple[Finding, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    """What to do where no check of the gate is what stands in the way."""
    coming: Coming | None = None
    proposal_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The answer for one customer at a moment."""

    customer_id: int
    today: date
    at: datetime
    policy: str
    cases: tuple[Case, ...]
    reasons: tuple[Reason, ...] = ()
    """Why there is no case at all."""
    balance: Case | None = None
    """Whether the plan would ask for a balance confirmation; None without a policy."""


def why(company: Company, customer_id: int, today: date, at: datetime) -> Why:
    """Say what would go out to a customer of the company on ``today``, and why. ``at`` is the moment that counts for the gate.

    Reads in a fixed number of queries, however much is open.
    """
    policies = policies_in_force(company.pk)
    if "" not in policies:
        return Why(customer_id, today, at, "", (), (because(WhyStep.NO_POLICY),))
    wanted = wanted_facts(force.policy for force in policies.values())
    book = live_book(company.pk, customer_id, today, wanted, zone=zone_of(company.time_zone))
    customer = book.customers[customer_id]
    force = policies.get(customer.policy_code) or policies[""]
    found = decide_book(book, policies, today, company.language)
    messages = list(
        OutboxMessage.objects.filter(company=company, customer_id=customer_id, state__in=ON_THE_WAY).order_by("id")
    )
    reader = _Reader(company, customer_id, at)
    cases = [_queued(message, reader, today) for message in messages]
    cases += _accounts(book, found, policies, reader)
    nothing = () if cases else (because(WhyStep.NOTHING_OPEN),)
    balance = _balance(company, customer_id, force.policy, today, reader)
    return Why(customer_id, today, at, force.policy.code, tuple(cases), nothing, balance)


class _Reader:
    """What is read once, and only where something is to be judged."""

    def __init__(self, company: Company, customer_id: int, at: datetime) -> None:
        self.company, self.customer_id, self.at = company, customer_id, at
        self._facts: GateFacts | None = None
        self._proposals: dict[str, Proposal] | None = None
        self._desk: Desk | None = None

    def facts(self) -> GateFacts:
        """Give the gate's facts with live balances."""
        if self._facts is None:
            read = gate_facts(self.company.pk, [self.customer_id], self.at, with_items=True, company=self.company)
            self._facts = read[self.customer_id]
        return self._facts

    def charges(
        self, stage: Stage, policy: Policy, lines: list[tuple[int, int, int]], currency: str, today: date, waived: bool
    ) -> tuple[Reason, ...]:
        """Say what the letter of a stage that charges anything would ask for on live balances."""
        if not _charges(stage):
            return ()
        return told_charges(self._claims(stage, policy, lines, currency, today, waived), currency)

    def law_doubts(
        self, stage: Stage, policy: Policy, lines: list[tuple[int, int, int]], currency: str, today: date, waived: bool
    ) -> tuple[Reason, ...]:
        """Say which rows of law not confirmed the letter would rest on, where it charges or formally demands; others read less."""
        if not _charges(stage):
            return self._form_doubts(stage, today) if stage.document in FORMAL_DEMANDS else ()
        claims = self._claims(stage, policy, lines, currency, today, waived)
        desk = self._laid_out(today)
        return law_doubts(desk, desk.customers[self.customer_id], stage, claims)

    def _form_doubts(self, stage: Stage, today: date) -> tuple[Reason, ...]:
        customer = Customer.objects.get(pk=self.customer_id, company=self.company)
        terms = AcceptedTerms.objects.filter(customer=customer, valid_from__lte=today).order_by("valid_from", "id")
        return unconfirmed(form_rows(deal_with(self.company, customer, terms.last()), customer, stage))

    def _claims(
        self, stage: Stage, policy: Policy, lines: list[tuple[int, int, int]], currency: str, today: date, waived: bool
    ) -> Claims:
        desk = self._laid_out(today)
        wanted = {item for item, opened, held in lines if opened > held}
        asked = [one for one in desk.items.get((self.customer_id, currency), []) if one.due_item_id in wanted]
        return claims_for(desk, desk.customers[self.customer_id], asked, stage, policy, currency, waived=waived)

    def _laid_out(self, today: date) -> Desk:
        if self._desk is None:
            self._desk = lay_out(self.company.pk, [self.customer_id], today, self.at)
        return self._desk

    def cleared(self) -> bool:
        """Say whether a person has confirmed that a third party may act in the customer's country."""
        return self.facts().place.country in cleared_countries(self.company.pk, self.facts().today)

    def missing_copies(self, stage: Stage, lines: list[tuple[int, int, int]]) -> tuple[tuple[str, str], ...]:
        """Give the copies without which the policy lets nothing leave."""
        items = tuple(item for item, opened, held in lines if opened > held)
        return blocking_copies(self.company.pk, {"": Wanted(self.customer_id, stage, items)}).get("", ())

    def proposal(self, step_key: str) -> Proposal | None:
        """Give the proposal that waits for a decision on a step."""
        if self._proposals is None:
            rows = Proposal.objects.filter(
                company=self.company, customer_id=self.customer_id, state__in=RELEASABLE_STATES
            ).order_by("id")
            self._proposals = {row.step_key: row for row in rows}
        return self._proposals.get(step_key)


def _charges(stage: Stage) -> bool:
    return stage.fee is not None or Claiming.CHARGE in (stage.interest, stage.compensation)


def _queued(message: OutboxMessage, reader: _Reader, today: date) -> Case:
    """Judge a message on its way as the dispatch judges it (2)."""
    facts = reader.facts()
    if message.requires_steps:
        facts = replace(facts, steps_done=steps_done(reader.company.pk, message.requires_steps))
    checks: tuple[Finding, ...] = ()
    if message.state == MessageState.QUEUED:
        checks = explain(step_of(message, facts), facts, GatePolicy.from_dict(message.gate_policy), GateMoment.SENDING)
        later = message.not_before is not None and message.not_before > reader.at
        standing = because(WhyStep.QUEUED)
        if later and message.not_before is not None:
            standing = because(WhyStep.NOT_BEFORE, until=message.not_before.date().isoformat())
        outcome = _outcome(checks, Outcome.WAITS if later else Outcome.GOES)
    elif message.state == MessageState.CLAIMED:
        standing, outcome = because(WhyStep.CLAIMED), Outcome.GOES
    else:
        standing, outcome = because(WhyStep.UNCERTAIN), Outcome.HELD
    return Case(
        outcome, message.currency, (), (standing,), stage=_stage_of(message.step_key) or message.kind,
        channel=message.channel, due_minor=sum(row[1] - row[2] for row in message.claim_items),
        held_minor=sum(row[2] for row in message.claim_items), items=len(message.claim_items), checks=checks,
        message_id=message.pk,
    )  # fmt: skip


def _balance(company: Company, customer_id: int, policy: Policy, today: date, reader: _Reader) -> Case:
    """Say whether the plan would ask for the balance, and why not (6)."""
    found = asking(company, customer_id, policy, today, reader.facts)
    if found.step is None or found.gate is None:
        outcome = Outcome.HELD if found.unreachable else Outcome.NOTHING
        return Case(outcome, "", found.reasons, stage=BALANCE, remedies=found.remedies)
    checks = explain(found.step, reader.facts(), found.gate, GateMoment.PROPOSAL)
    outcome = _outcome(checks, Outcome.GOES)
    return Case(outcome, "", found.reasons, stage=BALANCE, channel=found.step.channel, checks=checks)


def _stage_of(step_key: str) -> str:
    """Read the stage out of a step's key: customer.currency.episode.stage.attempt, or balance/day/customer."""
    if step_key.startswith("balance/"):
        return BALANCE_REMINDER if step_key.endswith(f"/{REMINDER}") else BALANCE
    parts = step_key.split(".")
    return parts[3] if len(parts) == 5 else ""


def _accounts(book: Book, found: Decisions, policies: Mapping[str, PolicyInForce], reader: _Reader) -> list[Case]:
    lines: dict[int, list[tuple[int, int, int]]] = {}
    for line in found.lines.to_pylist():
        wanted = (line["due_item_id"], line["open_minor"], line["held_minor"])
        lines.setdefault(line["proposal_no"], []).append(wanted)
    waiting = {row["currency"]: tuple(load(row["reasons"])) for row in found.waiting.to_pylist()}
    planner = Planner({code: force.policy for code, force in policies.items()}, found.as_of)
    cases = []
    for account in book.accounts():
        plan = plan_of(planner, policies, account, book.customers[account.customer_id], book)
        written = policies[plan.code].policy
        rows = [(no, row) for no, row in enumerate(found.proposals.to_pylist()) if row["currency"] == account.currency]
        cases += [_step(row, lines.get(no, []), written, reader, found.as_of) for no, row in rows]
        reasons = waiting.get(account.currency, ())
        if not rows or reasons:
            cases.append(_none(account, reasons, plan, found.as_of, bool(rows)))
    return cases


def _step(
    row: Mapping[str, Any], lines: list[tuple[int, int, int]], policy: Policy, reader: _Reader, today: date
) -> Case:
    """Judge a step that is due, as if it were released now (3, 4)."""
    stage = stage_of(policy, row["stage_code"], changes_of(row))
    proposal = reader.proposal(row["step_key"])
    waived = bool(proposal and proposal.waived_charges)
    doubts: tuple[Reason, ...] = ()
    if row["action"] in ("email", "letter"):
        doubts = reader.law_doubts(stage, policy, lines, row["currency"], today, waived)
    step = gate_step(
        stage,
        step_key=row["step_key"],
        run_key=proposal.run_key if proposal else "",
        channel=row["action"],
        currency=row["currency"],
        contact_id=proposal.contact_id if proposal and proposal.contact_id else row["contact_id"],
        language=row["language"],
        items=lines,
        edited_text=proposal.edited_text if proposal else "",
        cleared=stage.third_party and reader.cleared(),
        missing_copies=reader.missing_copies(stage, lines),
        notes=GateNotes(law_doubts=doubts),
    )
    checks: tuple[Finding, ...] = ()
    if row["action"] == "task" and stage.third_party:
        asked = work_step(step, reader.facts())
        checks = explain(*asked, gate_policy(policy, stage), GateMoment.PROPOSAL, only=(legal_clock,))
    elif row["action"] != "task":
        checks = _judged(step, reader.facts(), replace(gate_policy(policy, stage), two_person_release=False))
    by_rule = stage.release is Release.AUTOMATIC
    return Case(
        _outcome(checks, Outcome.GOES if by_rule else Outcome.RELEASE), row["currency"], tuple(load(row["reasons"])),
        _standing(proposal, stage.release), stage=stage.code, channel=row["action"], due_minor=row["due_minor"],
        held_minor=row["held_minor"], items=row["items"], checks=checks,
        charges=reader.charges(stage, policy, lines, row["currency"], today, waived),
        proposal_id=proposal.pk if proposal else None,
    )  # fmt: skip


def _judged(step: Step, facts: GateFacts, policy: GatePolicy) -> tuple[Finding, ...]:
    return explain(step, facts, policy, GateMoment.PROPOSAL if step.channel == "call" else GateMoment.SENDING)


def _standing(proposal: Proposal | None, release: Release) -> tuple[Reason, ...]:
    who = {Release.AUTOMATIC: WhyStep.BY_RULE, Release.TWO_PERSON: WhyStep.BY_TWO}.get(release, WhyStep.BY_PERSON)
    if proposal is None:
        return (because(WhyStep.NOT_PROPOSED), because(who))
    if proposal.first_release_by:
        return (because(WhyStep.FIRST_OF_TWO, first=proposal.first_release_by),)
    return (because(who),)


def _none(account: Account, reasons: tuple[Reason, ...], plan: Plan, today: date, besides: bool) -> Case:
    """Say why no message is due, and which step comes next if nothing changes (5)."""
    on_the_way = any(reason.code == DunningReason.WAITING.code for reason in reasons)
    coming = None if on_the_way or besides else _coming(account, plan, today)
    told = reasons or (because(DunningReason.NOTHING_DUE),)
    held = sum(item.held_minor for item in account.items)
    return Case(
        Outcome.NOTHING, account.currency, told, held_minor=held, items=len(account.items), remedies=_mend(told),
        coming=coming,
    )  # fmt: skip


def _coming(account: Account, plan: Plan, today: date) -> Coming | None:
    for days in range(1, LOOK_AHEAD_DAYS + 1):
        decision = decide_planned(account, plan, today + timedelta(days=days))
        proposed = decision.message or decision.task
        if proposed is not None:
            return Coming(today + timedelta(days=days), proposed.stage.code, proposed.reasons)
    return None


def _outcome(checks: tuple[Finding, ...], free: Outcome) -> Outcome:
    verdicts = {check.verdict for check in checks}
    if Verdict.HOLDS in verdicts:
        return Outcome.HELD
    return Outcome.WAITS if Verdict.WAITS in verdicts else free


class MendStep(ReasonCode):
    """What to do where the policy plans nothing."""

    WAIT = ("mend_step_wait", gettext_noop("Nothing to do: the day comes by itself."))
    HOLD = ("mend_step_hold", gettext_noop("End the hold once its reason is gone."))
    CREDIT = ("mend_step_credit", gettext_noop("Apply the credit to the items it pays."))
    OUTBOX = ("mend_step_outbox", gettext_noop("Look in the outbox: the message before has to leave or be cancelled."))
    POLICY = ("mend_step_policy", gettext_noop("Send a statement of account, or change the policy."))


_MENDS: dict[str, tuple[MendStep, str, str]] = {
    DunningReason.ALL_HELD.code: (MendStep.HOLD, "customer", ""),
    DunningReason.COVERED_BY_CREDIT.code: (MendStep.CREDIT, "customer", "fairdue import FILE"),
    DunningReason.WAITING.code: (MendStep.OUTBOX, "outbox", "fairdue send"),
    DunningReason.BELOW_MINIMUM.code: (MendStep.POLICY, "policy", "fairdue statement {customer}"),
    DunningReason.GAP.code: (MendStep.WAIT, "policy", "fairdue policy export {policy}"),
    DunningReason.DEADLINE_RUNS.code: (MendStep.WAIT, "customer", ""),
    DunningReason.REQUIRES.code: (MendStep.WAIT, "policy", "fairdue policy export {policy}"),
    DunningReason.POSTPONED.code: (MendStep.WAIT, "customer", ""),
    DunningReason.NOTHING_DUE.code: (MendStep.WAIT, "customer", ""),
}


def _mend(reasons: tuple[Reason, ...]) -> tuple[Remedy, ...]:
    found = {reason.code: _MENDS[reason.code] for reason in reasons if reason.code in _MENDS}
    return tuple(Remedy(because(mend), page, command) for mend, page, command in found.values())


def remedies_of(check: Finding) -> tuple[Remedy, ...]:
    """Give what mends a check that holds."""
    return remedies(check.reasons)
