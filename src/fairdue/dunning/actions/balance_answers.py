"""What customers answer to a balance confirmation, and what people decide on it.

Locks: the customer, then the confirmation's rows. Holds are set and ended in the ledger, with keys that name the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact import blobs, links
from fairdue.contact.actions import UploadRefused, do_task
from fairdue.contact.actions.portal import UPLOAD_TYPES
from fairdue.contact.actions.tasks import event
from fairdue.contact.models import EventKind, PortalLink, StoredBlob, Task, TaskKind
from fairdue.dunning.actions.balance import BalanceError, end_balance_wait
from fairdue.dunning.balance import rules
from fairdue.dunning.balance.models import (
    AnswerKind,
    AnswerWay,
    BalanceAnswer,
    BalanceClosing,
    BalanceConfirmation,
    BalanceDecision,
    BalanceDifference,
    BalanceHold,
    BalanceLine,
    DecisionOutcome,
    Remedy,
)
from fairdue.dunning.balance.queries import replaced
from fairdue.dunning.balance.reasons import BalanceReason
from fairdue.kernel.reasons import because
from fairdue.ledger import audit
from fairdue.ledger.actions import do_hold, do_release_hold
from fairdue.ledger.models import Customer, HoldReason
from fairdue.people.actor import Actor, Right
from fairdue.people.days import company_day, today_of

ANSWERS_MAX = 10
"""Answers taken to one confirmation."""
DIFFERENCES_MAX = 500
SIGNED_CHARS_MAX = 120
REMARK_CHARS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference as it is told. ``amount_minor`` is theirs: paid, open in their books, or of the credit or item that is missing."""

    kind: str
    line_id: int | None = None
    amount_minor: int | None = None
    document_number: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """An answer: no differences confirm the balance. ``on`` is the day of signing."""

    name: str
    role: str
    on: date
    differences: tuple[Difference, ...] = ()
    remark: str = ""
    stamped: bool = False


@transaction.atomic
def do_answer_by_link(
    link_id: int, company_id: int, confirmation_id: int, signed: Signed, at: datetime
) -> BalanceAnswer:
    """Record a customer's answer through its signed page. The open link is the authority; no user's rights are asked.

    Raises BalanceError for a closed link, a confirmation of somebody else, or what ``do_record_confirmation`` refuses.
    """
    link = PortalLink.objects.select_for_update().get(pk=link_id, company_id=company_id)
    if not links.is_open(link, company_day(link.company, at)):
        raise BalanceError(gettext("The link is expired or revoked."))
    actor = Actor(company_id=company_id, at=at, name=links.actor_name(link.pk), roles=frozenset({"system"}))
    row = _locked(actor, confirmation_id, customer_id=link.customer_id)
    return _record(actor, row, signed, AnswerWay.PAGE, link=link)


@transaction.atomic
def do_record_confirmation(actor: Actor, confirmation_id: int, signed: Signed, scan: bytes) -> BalanceAnswer:
    """Record an answer from a signed letter; its scan (PDF, PNG or JPEG) is kept.

    Raises BalanceError without name and role, for a day of signing before the balance's or after today, a line of another
    confirmation, an amount below zero, a closed confirmation, or too many answers; UploadRefused for a bad file.
    """
    actor.need(Right.HOLD)
    row = _locked(actor, confirmation_id)
    return _record(actor, row, signed, AnswerWay.SCAN, scan=_kept(actor, scan))


def _locked(actor: Actor, confirmation_id: int, *, customer_id: int | None = None) -> BalanceConfirmation:
    """Give a confirmation of the company with its customer locked; any other one does not exist."""
    rows = BalanceConfirmation.objects.filter(company_id=actor.company_id, pk=confirmation_id)
    row = (rows.filter(customer_id=customer_id) if customer_id is not None else rows).first()
    if row is None:
        raise BalanceError(gettext("There is no such balance confirmation."))
    Customer.objects.select_for_update(no_key=True).get(pk=row.customer_id)
    return row


def _record(
    actor: Actor,
    row: BalanceConfirmation,
    signed: Signed,
    way: AnswerWay,
    *,
    link: PortalLink | None = None,
    scan: StoredBlob | None = None,
) -> BalanceAnswer:
    lines = {line.pk: line for line in row.lines.order_by("due_on", "id")}
    _check_signed(actor, row, signed)
    last = row.answers.order_by("-id").first()
    if last is not None and _says(last) == _told(signed, way, scan):
        return last
    _check(row, signed, lines)
    kind = AnswerKind.DIFFERS if signed.differences else AnswerKind.CONFIRMED
    answer = BalanceAnswer.objects.create(
        company_id=actor.company_id, customer_id=row.customer_id, confirmation=row, kind=kind, way=way,
        signed_name=signed.name.strip()[:SIGNED_CHARS_MAX], signed_role=signed.role.strip()[:SIGNED_CHARS_MAX],
        signed_on=signed.on, stamped=signed.stamped, remark=signed.remark.strip()[:REMARK_CHARS_MAX], link=link, scan=scan,
        recorded_by=actor.name, recorded_at=actor.at,
    )  # fmt: skip
    kept = _replace(actor, row, answer)
    for difference in signed.differences:
        _differ(actor, row, answer, difference, lines, kept)
    audit.record(
        actor, "answer_balance", f"balance:{row.pk}", answer=answer.pk, kind=kind, way=way,
        differences=len(signed.differences), name=answer.signed_name, role=answer.signed_role,
    )  # fmt: skip
    _follow_up(actor, row, answer, len(signed.differences))
    return answer


Said = tuple[object, ...]
"""An answer as far as two of them are the same: what it says of which line, who signed when, by which way."""


def _said(one: Difference) -> Said:
    return (
        one.line_id or 0, one.kind, -1 if one.amount_minor is None else one.amount_minor,
        one.document_number.strip()[:60], one.remark.strip()[:REMARK_CHARS_MAX],
    )  # fmt: skip


def _told(signed: Signed, way: AnswerWay, scan: StoredBlob | None) -> Said:
    differences = sorted((_said(one) for one in signed.differences), key=repr)
    return (
        way, scan.pk if scan else None, signed.name.strip()[:SIGNED_CHARS_MAX], signed.role.strip()[:SIGNED_CHARS_MAX],
        signed.on, signed.remark.strip()[:REMARK_CHARS_MAX], signed.stamped, tuple(differences),
    )  # fmt: skip


def _says(answer: BalanceAnswer) -> Said:
    """Give a recorded answer as it was told."""
    told = tuple(
        Difference(one.kind, one.line_id, one.amount_minor, one.document_number, one.remark)
        for one in answer.differences.all()
    )
    signed = Signed(answer.signed_name, answer.signed_role, answer.signed_on, told, answer.remark, answer.stamped)
    return _told(signed, AnswerWay(answer.way), answer.scan)


def _replace(actor: Actor, row: BalanceConfirmation, answer: BalanceAnswer) -> dict[int, int]:
    """End the holds of older answers' undecided differences and their tasks; give what agreed ones still hold, by due item (13)."""
    older = BalanceDifference.objects.filter(answer__confirmation=row, answer_id__lt=answer.pk)
    undecided = older.filter(decisions__isnull=True)
    holds = BalanceHold.objects.filter(difference__in=undecided, hold__released_on__isnull=True).order_by("hold_id")
    for hold_id in list(holds.values_list("hold_id", flat=True)):
        do_release_hold(actor, hold_id, on=today_of(actor), reason=f"balance-answer:{answer.pk}")
    for answer_id in row.answers.filter(pk__lt=answer.pk).order_by("id").values_list("pk", flat=True):
        if not open_differences([answer_id]):
            _end_task(actor, answer_id, "replaced")
    kept: dict[int, int] = defaultdict(int)
    agreed = BalanceHold.objects.filter(difference__in=older, hold__released_on__isnull=True).select_related("hold")
    for one in agreed:
        if one.hold.due_item_id is not None:
            kept[one.hold.due_item_id] += one.hold.amount_minor or 0
    return kept


def _check_signed(actor: Actor, row: BalanceConfirmation, signed: Signed) -> None:
    problem = ""
    if not signed.name.strip() or not signed.role.strip():
        problem = gettext("An answer needs the name and the role of who signs.")
    elif not row.as_of <= signed.on <= today_of(actor):
        problem = gettext("The day of signing lies between the day of the balance and today.")
    elif BalanceClosing.objects.filter(confirmation=row).exists():
        problem = gettext("The balance confirmation is closed.")
    if problem:
        raise BalanceError(problem)


def _check(row: BalanceConfirmation, signed: Signed, lines: dict[int, BalanceLine]) -> None:
    named = [one.line_id for one in signed.differences if one.line_id is not None]
    problem = ""
    if row.answers.count() >= ANSWERS_MAX or len(signed.differences) > DIFFERENCES_MAX:
        problem = gettext("No more answers are taken to this balance confirmation.")
    elif len(set(named)) < len(named) or not set(named) <= lines.keys():
        problem = gettext("A difference names no line of this balance, or a line twice.")
    elif any((one.amount_minor or 0) < 0 or one.kind not in set(rules.Kind) for one in signed.differences):
        problem = gettext("A difference has no amount below zero, and is of a known kind.")
    elif any(one.line_id is None and one.kind not in UNLISTED for one in signed.differences):
        problem = gettext("Only a missing credit or a missing item is without a line.")
    if problem:
        raise BalanceError(problem)


UNLISTED = frozenset({rules.Kind.MISSING_CREDIT, rules.Kind.MISSING_ITEM})
"""Differences that need no line of ours."""


def _differ(
    actor: Actor,
    row: BalanceConfirmation,
    answer: BalanceAnswer,
    told: Difference,
    lines: dict[int, BalanceLine],
    kept: dict[int, int],
) -> None:
    """Write a difference and hold what it names of our items (10), beyond what an agreed difference ``kept`` holds (13)."""
    parts = []
    for line, named in _parts(told, lines):
        item_id = line.due_item_id or 0
        before = min(kept.get(item_id, 0), named)
        kept[item_id] = kept.get(item_id, 0) - before
        parts.append((line, named - before))
    parts = [(line, part) for line, part in parts if part]
    made = BalanceDifference.objects.create(
        company_id=actor.company_id, customer_id=row.customer_id, answer=answer, line_id=told.line_id, kind=told.kind,
        amount_minor=told.amount_minor, document_number=told.document_number.strip()[:60],
        remark=told.remark.strip()[:REMARK_CHARS_MAX], held_minor=sum(part for _, part in parts),
    )  # fmt: skip
    reason = HoldReason.CLAIMS_PAID if told.kind == rules.Kind.PAID else HoldReason.DISPUTE
    for line, part in parts:
        hold = do_hold(
            actor, customer_id=row.customer_id, due_item_id=line.due_item_id, reason=reason, amount_minor=part,
            currency=row.currency, since=today_of(actor), note=told.remark[:500], key=f"balance-difference:{made.pk}/{line.pk}",
        )  # fmt: skip
        BalanceHold.objects.create(company_id=actor.company_id, difference=made, hold=hold)


def _parts(told: Difference, lines: dict[int, BalanceLine]) -> list[tuple[BalanceLine, int]]:
    if told.line_id is not None:
        line = lines[told.line_id]
        held = rules.held_minor(told.kind, line.open_minor, told.amount_minor)
        return [(line, held)] if held and line.due_item_id is not None else []
    if told.kind != rules.Kind.MISSING_CREDIT or not told.amount_minor:
        return []
    items = [line for line in lines.values() if line.due_item_id is not None and line.open_minor > 0]
    parts = rules.spread(told.amount_minor, [line.open_minor for line in items])
    return [(line, part) for line, part in zip(items, parts, strict=True) if part]


def _follow_up(actor: Actor, row: BalanceConfirmation, answer: BalanceAnswer, count: int) -> None:
    """Note the answer on the timeline, end the waiting for it, and ask a person to work the differences through (11)."""
    values = {"number": row.number, "as_of": row.as_of.isoformat()}
    reason = because(BalanceReason.CONFIRMED, **values)
    if count:
        reason = because(BalanceReason.DIFFERS, count=count, **values)
    channel = "portal" if answer.way == AnswerWay.PAGE else "letter"
    signer = f"{answer.signed_name} ({answer.signed_role})"
    text = "\n".join(part for part in (signer, answer.remark) if part)
    event(actor, row.customer_id, EventKind.ANSWER, reason, subject=f"balance:{row.pk}", channel=channel, text=text)
    end_balance_wait(actor, row.message_key, "answered")
    if count:
        do_task(
            actor, customer_id=row.customer_id, kind=TaskKind.ANSWER, key=f"balance-answer:{answer.pk}",
            due_on=today_of(actor), reasons=[reason], subject=f"balance:{row.pk}",
            owner_id=Customer.objects.get(pk=row.customer_id).account_owner_id,
        )  # fmt: skip


def _kept(actor: Actor, data: bytes) -> StoredBlob:
    if len(data) > settings.FAIRDUE_UPLOAD_MAX_BYTES:
        raise UploadRefused(
            gettext("The file is larger than %(limit)s bytes.") % {"limit": settings.FAIRDUE_UPLOAD_MAX_BYTES}
        )
    media_type = next((kind for magic, kind in UPLOAD_TYPES if data.startswith(magic)), None)
    if media_type is None:
        raise UploadRefused(gettext("Only PDF, PNG and JPEG files are taken."))
    return blobs.keep(actor.company_id, data, media_type, actor.at)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision on a difference: ``agreed`` names a remedy, ``corrected`` a reference, ``rejected`` a reason."""

    outcome: str
    remedy: str = ""
    reason: str = ""
    reference: str = ""


@transaction.atomic
def do_decide_difference(actor: Actor, difference_id: int, verdict: Verdict) -> BalanceDecision:
    """Decide on a difference (12 to 14). ``corrected`` and ``rejected`` end its holds and settle it.

    Raises BalanceError for a settled difference, and where remedy, reference or reason is missing.
    """
    actor.need(Right.HOLD)
    found = BalanceDifference.objects.filter(company_id=actor.company_id, pk=difference_id)
    difference = found.select_related("answer__confirmation").first()
    if difference is None:
        raise BalanceError(gettext("There is no such difference."))
    Customer.objects.select_for_update(no_key=True).get(pk=difference.customer_id)
    last = difference.decisions.order_by("-id").first()
    if last is None and difference.answer.confirmation.answers.filter(pk__gt=difference.answer_id).exists():
        raise BalanceError(gettext("A newer answer took the place of this difference."))
    if not rules.may_follow(last.outcome if last else "", verdict.outcome):
        raise BalanceError(gettext("The difference is settled, or was agreed before."))
    _complete(verdict)
    made = BalanceDecision.objects.create(
        company_id=actor.company_id, customer_id=difference.customer_id, difference=difference, outcome=verdict.outcome,
        remedy=verdict.remedy if verdict.outcome == DecisionOutcome.AGREED else "", reason=verdict.reason.strip()[:500],
        reference=verdict.reference.strip()[:120], decided_by=actor.name, decided_on=today_of(actor), recorded_at=actor.at,
    )  # fmt: skip
    audit.record(
        actor, "decide_difference", f"balance-difference:{difference.pk}", outcome=made.outcome, remedy=made.remedy,
        reason=made.reason, reference=made.reference,
    )  # fmt: skip
    _carry_out(actor, difference, made)
    return made


def _complete(verdict: Verdict) -> None:
    if verdict.outcome not in DecisionOutcome.values:
        raise BalanceError(gettext("A difference is agreed, corrected or rejected."))
    if verdict.outcome == DecisionOutcome.AGREED and verdict.remedy not in Remedy.values:
        raise BalanceError(gettext("An agreed difference needs its remedy."))
    if verdict.outcome == DecisionOutcome.CORRECTED and not verdict.reference.strip():
        raise BalanceError(gettext("A corrected difference needs the reference of the booking."))
    if verdict.outcome == DecisionOutcome.REJECTED and not verdict.reason.strip():
        raise BalanceError(gettext("A rejected difference needs the reason."))


def _carry_out(actor: Actor, difference: BalanceDifference, made: BalanceDecision) -> None:
    """End the holds of a settled difference; ask a person to carry out an agreed one."""
    row, today = difference.answer.confirmation, today_of(actor)
    task_key = f"balance-difference:{difference.pk}/remedy"
    if made.outcome in rules.SETTLES:
        for hold_id in difference.holds.order_by("id").values_list("hold_id", flat=True):
            do_release_hold(actor, hold_id, on=today, reason=(made.reference or made.reason)[:200])
        Task.objects.filter(company_id=actor.company_id, key=task_key, done_at__isnull=True).update(
            done_at=actor.at, done_by=actor.name, outcome=made.outcome
        )
        _finish_answer(actor, difference)
        reason = because(BalanceReason.SETTLED, number=row.number, settled_as=made.outcome)
        event(
            actor, row.customer_id, EventKind.NOTE, reason, subject=f"balance:{row.pk}", text=made.reference or made.reason
        )  # fmt: skip
    elif made.remedy != Remedy.NOTE:
        do_task(
            actor, customer_id=row.customer_id, kind=TaskKind.OTHER, key=task_key, due_on=today, subject=f"balance:{row.pk}",
            reasons=[because(BalanceReason.REMEDY, number=row.number, remedy=made.remedy)],
        )  # fmt: skip


def _finish_answer(actor: Actor, difference: BalanceDifference) -> None:
    """Close the task of an answer once all its differences are settled."""
    if not open_differences([difference.answer_id]):
        _end_task(actor, difference.answer_id, "settled")


def _end_task(actor: Actor, answer_id: int, outcome: str) -> None:
    Task.objects.filter(company_id=actor.company_id, key=f"balance-answer:{answer_id}", done_at__isnull=True).update(
        done_at=actor.at, done_by=actor.name, outcome=outcome
    )


def open_differences(answer_ids: Sequence[int]) -> int:
    """Count the differences of answers that are neither settled nor replaced by a newer answer (13)."""
    rows = BalanceDifference.objects.filter(answer_id__in=list(answer_ids)).exclude(pk__in=replaced())
    return rows.exclude(decisions__outcome__in=list(rules.SETTLES)).count()


@transaction.atomic
def do_close_confirmation(actor: Actor, confirmation_id: int, *, reason: str) -> BalanceClosing:
    """Close a confirmation (7). Closing twice changes nothing. Raises BalanceError without a reason or with open differences."""
    actor.need(Right.HOLD)
    row = _locked(actor, confirmation_id)
    known = BalanceClosing.objects.filter(confirmation=row).first()
    if known is not None:
        return known
    if not reason.strip():
        raise BalanceError(gettext("Closing needs a reason."))
    if open_differences(list(row.answers.values_list("pk", flat=True))):
        raise BalanceError(gettext("Settle every difference before the balance confirmation is closed."))
    made = BalanceClosing.objects.create(
        company_id=actor.company_id, customer_id=row.customer_id, confirmation=row, reason=reason.strip()[:500],
        closed_by=actor.name, recorded_at=actor.at,
    )  # fmt: skip
    end_balance_wait(actor, row.message_key, "closed")
    audit.record(actor, "close_balance", f"balance:{row.pk}", reason=made.reason)
    return made
