"""Proposing and posting, portion by portion. Numbers are those of docs/algorithms/cash-posting.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, F

from fairdue.cash import book as reading
from fairdue.cash.actions.expand import do_expand
from fairdue.cash.actions.line import heed
from fairdue.cash.actions.mail_advices import do_look_for_advices
from fairdue.cash.actions.suspects import set_further
from fairdue.cash.actions.write import Ready, own_payments, write
from fairdue.cash.company_settings import settings_of
from fairdue.cash.facts import (
    decision_numbers,
    lines_to_decide,
    newest_proposals,
    own_money,
    planner,
    posted_of_line,
)
from fairdue.cash.matching.budget import allowed
from fairdue.cash.matching.match import match
from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Answer, Book, Line, State
from fairdue.cash.models import Decision, Proposal
from fairdue.cash.plan import Misfit
from fairdue.cash.settings import Settings
from fairdue.cash.stored import digest_of, parts_of, suspects, told_by, waits
from fairdue.contact.recheck import Rechecked
from fairdue.engine.ahead import ahead
from fairdue.kernel import chain
from fairdue.kernel.memory import no_collection
from fairdue.ledger import audit, bulk
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

PORTION = 2_000
"""Lines of one transaction (5)."""
Progress = Callable[[int, int], None]
Matcher = Callable[[Book, Iterable[Line], frozenset[str]], Iterator[Answer]]
PROPOSAL_FIELDS = (
    "id", "company_id", "line_id", "number", "state", "ppm", "evidence_class", "customer_id", "parts", "evidence", "others",
    "digest", "settings_version", "advice_id", "recorded_at",
)  # fmt: skip


@dataclass(slots=True)
class Proposed:
    """What became of a run: advices found in mail, totals told in parts, lines looked at, by state, and how many proposals are new."""

    advices: int = 0
    expanded: int = 0
    elsewhere: int = 0
    """Lines that wait because another source told of the same payment."""
    twice: list[int] = field(default_factory=list)
    """Posted lines of which another source told as well, since."""
    lines: int = 0
    new: int = 0
    states: dict[str, int] = field(default_factory=dict)
    rechecked: Rechecked = field(default_factory=Rechecked)


@dataclass(slots=True)
class Posted:
    """Lines posted, and those left because they do not fit any more, or were proposed under other settings.

    ``off``: the company's settings have posting switched off, and nothing was done.
    """

    posted: int = 0
    left: list[int] = field(default_factory=list)
    off: bool = False
    rechecked: Rechecked = field(default_factory=Rechecked)


def _portions(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), PORTION):
        yield rows[start : start + PORTION]


@no_collection()
def do_propose(actor: Actor, *, matcher: Matcher = match, progress: Progress | None = None) -> Proposed:
    """Propose every line that is not decided (1 to 6), by the company's settings. ``progress`` hears how many lines of how many.

    Mail that came in is looked at for advices before (remittance advices, 10), and totals told in parts are expanded (bank entries, 15).
    """
    actor.need(Right.ALLOCATE)
    done = Proposed(advices=do_look_for_advices(actor).advices, expanded=do_expand(actor))
    lines = reading.lines(actor.company_id)
    if lines:
        _propose(actor, lines, done, matcher, progress)
    done.twice = [line for line, _payment in reading.booked_twice(actor.company_id, today_of(actor))]
    done.rechecked = heed(actor, changed=done.new > 0)
    return done


def _propose(actor: Actor, lines: Sequence[Line], done: Proposed, matcher: Matcher, progress: Progress | None) -> None:
    settings = settings_of(actor.company_id)
    book = reading.load(actor.company_id, today_of(actor), settings.tolerances(), first_on=lines[0].on)
    may_post = may_post_by(actor, settings)
    waiting: list[Answer] = []
    for answer in ahead(matcher(book, lines, may_post), PORTION):
        waiting.append(answer)
        if len(waiting) == PORTION:
            _keep(actor, waiting, done, settings.version)
            waiting = []
            if progress is not None:
                progress(done.lines, len(lines))
    if waiting:
        _keep(actor, waiting, done, settings.version)
    if progress is not None:
        progress(done.lines, len(lines))


@transaction.atomic
def _keep(actor: Actor, answers: Sequence[Answer], done: Proposed, version: int) -> None:
    """Write the proposals of a portion that say something new or come of other settings, and money that may be a customer's (3, 6)."""
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    ids = [answer.line for answer in answers]
    open_lines = lines_to_decide(actor.company_id, ids)
    known = {
        line: (number, digest, before)
        for line, number, digest, before in newest_proposals(actor.company_id)
        .filter(line_id__in=ids)
        .values_list("line_id", "number", "digest", "settings_version")
    }
    undone = decision_numbers(ids)
    rows, leaves, suspected = [], [], []
    further: dict[int, list[int]] = {}
    for answer in answers:
        if answer.line not in open_lines:
            continue
        state = waits(answer.state, answer.line in undone)
        done.lines += 1
        done.states[state] = done.states.get(state, 0) + 1
        done.elsewhere += any(one.code == MatchReason.ELSEWHERE.code for one in answer.evidence)
        customer, *further[answer.line] = suspects(answer) or (None,)
        if state != State.POSTED and open_lines[answer.line].said.amount_minor > 0:
            suspected.append((open_lines[answer.line], None, customer))
        told = told_by(answer)
        digest = digest_of(state, answer, told)
        number, *before = known.get(answer.line, (0, "", 0))
        if [digest, version] == before:
            continue
        rows.append(
            (actor.company_id, answer.line, number + 1, state, answer.ppm, answer.evidence_class, customer,
             *told, digest, version, answer.advice, actor.at)
        )  # fmt: skip
        leaves.append(chain.canonical([answer.line, number + 1, digest]))
    money = own_money(actor.company_id, [of.said.id for of, _, _ in suspected])
    booked = [one for one in suspected if one[2] is not None or one[0].said.id in money]
    payments = own_payments(actor, booked, money, decided=False)
    set_further(actor.company_id, {payment: further[line] for line, payment in payments.items()})
    bulk.insert_rows(
        Proposal,
        PROPOSAL_FIELDS,
        [(pk, *row) for pk, row in zip(bulk.reserve_ids(Proposal, len(rows)), rows, strict=True)],
    )
    done.new += len(rows)
    new_money = sum(1 for of, _, _ in booked if of.said.id not in money)
    if rows or new_money:
        audit.record_bulk(
            actor, "propose_cash", f"company:{actor.company_id}", leaves, lines=len(rows), payments=new_money
        )


def may_post_by(actor: Actor, settings: Settings) -> frozenset[str]:
    """Give the classes of evidence that may post: none where posting is switched off."""
    own = reading.record_by_class(actor.company_id, actor.at, settings.judged_days)
    return allowed(own, settings.budget_ppm) if settings.posting else frozenset()


def to_post(company_id: int) -> list[int]:
    """Give the lines whose proposal is to be posted, in the order of day and number; none that was taken back once (4). One query."""
    rows = reading.with_day(reading.undecided(company_id).filter(Exists(posted_of_line()), decisions=None))
    ordered = rows.order_by(F("on").asc(nulls_last=True), "pk")
    return list(ordered.values_list("pk", flat=True))


@no_collection()
def do_post(actor: Actor, *, progress: Progress | None = None) -> Posted:
    """Post what was proposed for posting (10 to 15). What does not fit any more is left and named."""
    actor.need(Right.ALLOCATE)
    done = Posted(off=not settings_of(actor.company_id).posting)
    wanted = [] if done.off else to_post(actor.company_id)
    seen = 0
    for portion in _portions(wanted):
        _post(actor, portion, done)
        seen += len(portion)
        if progress is not None:
            progress(seen, len(wanted))
    if done.left and done.posted:
        again, done.left = done.left, []  # What goes back fits once the payment stands that it takes back.
        for portion in _portions(again):
            _post(actor, portion, done)
    done.rechecked = heed(actor, changed=done.posted > 0)
    return done


@transaction.atomic
def _post(actor: Actor, portion: Sequence[int], done: Posted) -> None:
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    open_lines = lines_to_decide(actor.company_id, portion)
    wanted = newest_proposals(actor.company_id).filter(line_id__in=list(open_lines), state=State.POSTED)
    proposals = {
        row[0]: row[1:] for row in wanted.values_list("line_id", "pk", "evidence_class", "settings_version", "parts")
    }
    parts = {line: parts_of(stored) for line, (*_, stored) in proposals.items()}
    plans = planner(actor.company_id, list(proposals), (part for those in parts.values() for part in those))
    before = decision_numbers(list(proposals))
    version = settings_of(actor.company_id).version
    ready = []
    for line in portion:
        if line not in proposals or line in before:
            continue
        proposal, evidence, made_under, _ = proposals[line]
        if made_under != version:
            done.left.append(line)
            continue
        try:
            plan = plans.plan(open_lines[line].said, parts[line])
        except Misfit:
            done.left.append(line)
            continue
        automatic = Decision.How.AUTOMATIC.value
        ready.append(
            Ready(open_lines[line], plan, parts[line], automatic, 1, proposal, evidence, True, settings_version=version)
        )
    if not ready:
        return
    _, leaves = write(actor, ready, plans.money)
    audit.record_bulk(actor, "post_cash", f"company:{actor.company_id}", leaves, lines=len(ready), left=len(done.left))
    done.posted += len(ready)
