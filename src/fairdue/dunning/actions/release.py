"""Releasing proposals: read again, ask the gate, write the letter, store it, queue it.

1. Proposals are taken in small batches; a batch is one transaction. Customers are locked before their proposals.
2. Who releases needs the right, the amount within the own limit, and where the stage or the policy asks for it a second
   person: the first release signs, the second sends.
3. The letter is written on live balances (``draft``), and the gate is asked on the same balances.
4. What passed is drawn, stored, and queued; its notice, charges, effects and tasks are written with it, or nothing is.
5. Two currencies of one customer leave in one message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.dunning.actions.sending import send_together
from fairdue.dunning.actions.signing import permit
from fairdue.dunning.actions.working import open_work
from fairdue.dunning.desk import Desk, lay_out
from fairdue.dunning.draft import Draft, make_draft
from fairdue.dunning.judging import judged
from fairdue.dunning.models import RELEASABLE_STATES, Notice, NoticeLine, Proposal, ProposalState
from fairdue.dunning.queries import policy_of
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger.models import Customer
from fairdue.ledger.rates import DayRates, rates_on
from fairdue.ledger.store import BlobError, StoreUnreachable
from fairdue.letters import LettersError
from fairdue.people.actor import Actor, Right
from fairdue.people.models import User

BATCH = 50
FAILED = (MessageState.BLOCKED, MessageState.CANCELLED, MessageState.BOUNCED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one proposal: ``released``, ``first`` (a second person is needed), ``blocked`` or ``refused``."""

    proposal_id: int
    state: str
    reasons: tuple[Reason, ...] = ()


def do_release(
    actor: Actor,
    proposal_ids: Sequence[int],
    today: date,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Release proposals and give what became of each, in the order asked. Releasing twice changes nothing.

    ``progress`` is called with how many are done and how many there are. A batch that fails leaves nothing behind.
    """
    actor.need(Right.RELEASE)
    wanted = list(dict.fromkeys(proposal_ids))
    rows = Proposal.objects.filter(pk__in=wanted, company_id=actor.company_id).order_by("customer_id", "id")
    ordered = list(rows.values_list("customer_id", "id"))
    found: dict[int, Outcome] = {}
    for batch in _batches(ordered):
        if progress:
            progress(len(found), len(ordered))
        found.update((outcome.proposal_id, outcome) for outcome in _release_batch(actor, batch, today))
    if progress:
        progress(len(ordered), len(ordered))
    missing = because(ReleaseReason.ALREADY_DECIDED, state="absent")
    return [found.get(row_id, Outcome(row_id, "refused", (missing,))) for row_id in wanted]


def _batches(ordered: Sequence[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    """Cut (customer, proposal) pairs into batches that never part one customer's proposals."""
    batch: list[tuple[int, int]] = []
    for pair in ordered:
        if len(batch) >= BATCH and pair[0] != batch[-1][0]:
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch


@transaction.atomic
def _release_batch(actor: Actor, pairs: Sequence[tuple[int, int]], today: date) -> list[Outcome]:
    customer_ids = sorted({customer_id for customer_id, _ in pairs})
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customer_ids).order_by("id").values_list("id"))
    rows = Proposal.objects.select_for_update(of=("self",)).filter(pk__in=[row_id for _, row_id in pairs])
    proposals = list(rows.select_related("policy_version").prefetch_related("lines").order_by("customer_id", "id"))
    work = _Work(actor, today, lay_out(actor.company_id, customer_ids, today, actor.at), proposals)
    groups: dict[tuple[object, ...], list[Draft]] = {}
    for proposal in proposals:
        draft = work.judge(proposal)
        if draft is not None:
            key = (proposal.customer_id, proposal.run_key, proposal.action, proposal.contact_id, draft.facts.language)
            groups.setdefault(key, []).append(draft)
    for drafts in groups.values():
        work.send(drafts)
    return work.outcomes


class _Work:
    """One batch on its way out."""

    def __init__(self, actor: Actor, today: date, desk: Desk, proposals: Sequence[Proposal]) -> None:
        self.actor, self.today, self.desk = actor, today, desk
        self.outcomes: list[Outcome] = []
        self.releaser = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
        self._said_steps, self._said_items = _said(proposals)
        self._rates: dict[date, DayRates] = {}

    def judge(self, proposal: Proposal) -> Draft | None:
        """Take a proposal as far as a draft that may leave; settle every other outcome."""
        found = self._judged(proposal)
        if isinstance(found, Outcome):
            self.outcomes.append(found)
            return None
        return found

    def _judged(self, proposal: Proposal) -> Draft | Outcome:
        policy = policy_of(proposal.policy_version)
        refused = self._refusal(proposal)
        if refused is not None:
            return Outcome(proposal.pk, "refused", (refused,))
        state, reasons = permit(self.actor, proposal, policy, self.desk.company.currency, self.rates)
        if state:
            return Outcome(proposal.pk, state, reasons)
        if proposal.action in ("call", "task"):
            blocks = open_work(self.actor, self.desk, proposal, policy, self.today)
            return _blocked(proposal, blocks) if blocks else Outcome(proposal.pk, "released")
        draft = make_draft(self.desk, proposal, policy, releaser=self.releaser)
        if isinstance(draft, Reason):
            return Outcome(proposal.pk, "refused", (draft,))
        gate = judged(self.desk, draft, policy)
        if gate.blocks:
            return _blocked(proposal, gate.blocks)
        return replace(draft, notes=(*draft.notes, *gate.warnings))

    def rates(self, on: date) -> DayRates:
        """Give the exchange rates that speak for a day, read once a day asked for."""
        if on not in self._rates:
            self._rates[on] = rates_on(on)
        return self._rates[on]

    def send(self, drafts: list[Draft]) -> None:
        """Send the drafts of one customer together; a letter that cannot be drawn is refused and leaves nothing."""
        try:
            with transaction.atomic():
                send_together(self.actor, self.desk, drafts, self.today)
        except LettersError as error:
            self._refuse(drafts, because(ReleaseReason.NO_LETTER, error=str(error)))
            return
        except (BlobError, StoreUnreachable) as error:
            self._refuse(drafts, because(ReleaseReason.COPY_UNREADABLE, error=str(error)))
            return
        for draft in drafts:
            self.outcomes.append(Outcome(draft.proposal.pk, "released", draft.notes))

    def _refuse(self, drafts: Iterable[Draft], reason: Reason) -> None:
        self.outcomes += [Outcome(draft.proposal.pk, "refused", (reason,)) for draft in drafts]

    def _refusal(self, proposal: Proposal) -> Reason | None:
        if proposal.state not in RELEASABLE_STATES:
            return because(ReleaseReason.ALREADY_DECIDED, state=proposal.state)
        if proposal.step_key in self._said_steps:
            return because(ReleaseReason.ALREADY_SAID)
        lines = proposal.lines.all() if proposal.level == 0 else ()
        if any((line.due_item_id, proposal.stage_code) in self._said_items for line in lines):
            return because(ReleaseReason.ALREADY_SAID)
        return None


def _blocked(proposal: Proposal, blocks: tuple[Reason, ...]) -> Outcome:
    proposal.state, proposal.blocks = ProposalState.BLOCKED, [reason.as_dict() for reason in blocks]
    proposal.save(update_fields=["state", "blocks"])
    return Outcome(proposal.pk, "blocked", (because(ReleaseReason.BLOCKED), *blocks))


def _said(proposals: Sequence[Proposal]) -> tuple[frozenset[str], frozenset[tuple[int, str]]]:
    """Give the steps that have a notice, and the (item, stage) pairs that an unfailed message told before the due date."""
    company_id = proposals[0].company_id
    steps = Notice.objects.filter(company_id=company_id, step_key__in=[proposal.step_key for proposal in proposals])
    early = [proposal.pk for proposal in proposals if proposal.level == 0]
    if not early:
        return frozenset(steps.values_list("step_key", flat=True)), frozenset()
    customers = {proposal.customer_id for proposal in proposals}
    lines = NoticeLine.objects.filter(notice__customer_id__in=customers, notice__level=0).exclude(
        notice__message_key__in=OutboxMessage.objects.filter(customer_id__in=customers, state__in=FAILED).values(
            "step_key"
        )
    )
    told = frozenset(lines.values_list("due_item_id", "notice__stage_code"))
    return frozenset(steps.values_list("step_key", flat=True)), told
