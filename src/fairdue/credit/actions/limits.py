"""Asking for limits and approving them. Numbers are those of docs/algorithms/credit-limits.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from fairdue.credit.approval_rules import may_approve, needed
from fairdue.credit.limit_rules import Granted, ladders
from fairdue.credit.models import CreditLimit, LimitVote
from fairdue.credit.reasons import CreditError, CreditReason
from fairdue.ledger import audit
from fairdue.ledger.models import Customer
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

TEXT, AHEAD_DAYS = 200, 90


@dataclass(frozen=True, slots=True)
class Asked:
    """A limit as somebody asks for it; ``since`` None is today. ``granted`` is what the methods came to, where they were asked."""

    customer: int
    amount_minor: int
    grade: str
    reason: str
    kind: str = CreditLimit.Kind.OWN
    since: date | None = None
    until: date | None = None
    granted: Granted | None = None


def do_ask_limit(actor: Actor, asked: Asked) -> CreditLimit:
    """Ask for a limit; it counts once enough persons approved it (9). Raises CreditError; nothing is written then."""
    actor.need(Right.HOLD)
    today = today_of(actor)
    since = asked.since or today
    _check(asked, since, today)
    with transaction.atomic():
        company = Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        if not Customer.objects.filter(company=company, pk=asked.customer).exists():
            raise CreditError(CreditReason.NO_CUSTOMER, customer=asked.customer)
        granted = asked.granted
        made = CreditLimit.objects.create(
            company=company, customer_id=asked.customer, kind=asked.kind, amount_minor=asked.amount_minor, currency=company.currency,
            grade=asked.grade, valid_from=since, until=asked.until, bound_by=granted.bound_by or "" if granted else "",
            basis={method.value: amount for method, amount in granted.methods.items()} if granted else {},
            approvals=needed(asked.amount_minor, asked.grade), reason=asked.reason.strip()[:TEXT], asked_by_id=actor.user_id,
            recorded_by=actor.name[:120], recorded_at=actor.at,
        )  # fmt: skip
        audit.record(
            actor, "ask_limit", f"limit:{made.pk}", customer=asked.customer, kind=made.kind, amount_minor=made.amount_minor,
            currency=made.currency, grade=made.grade, until=str(made.until or ""),
        )  # fmt: skip
        return made


def _check(asked: Asked, since: date, today: date) -> None:
    if asked.amount_minor < 0:
        raise CreditError(CreditReason.AMOUNT)
    if asked.grade not in ladders():
        raise CreditError(CreditReason.GRADE, grade=asked.grade[:10], known=", ".join(ladders()))
    if not asked.reason.strip():
        raise CreditError(CreditReason.REASON)
    last = today + timedelta(days=AHEAD_DAYS)
    if asked.kind == CreditLimit.Kind.TEMPORARY and (asked.until is None or asked.until > last):
        raise CreditError(CreditReason.UNTIL, days=AHEAD_DAYS)
    if asked.until is not None and asked.until < max(since, today):
        raise CreditError(CreditReason.PAST, day=asked.until.isoformat())


def do_vote(actor: Actor, limit_id: int, *, approved: bool, reason: str = "") -> LimitVote:
    """Approve or refuse a limit that somebody else asked for (9). Raises CreditError; nothing is written then."""
    actor.need(Right.HOLD)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        limit = CreditLimit.objects.filter(company_id=actor.company_id, pk=limit_id).first()
        if limit is None:
            raise CreditError(CreditReason.NO_LIMIT, limit=limit_id)
        user = actor.user_id or 0
        if limit.asked_by_id == actor.user_id:
            raise CreditError(CreditReason.OWN)
        if not may_approve(actor.roles, user, limit.asked_by_id, limit.amount_minor, limit.grade):
            raise CreditError(
                CreditReason.LEVEL, amount_minor=limit.amount_minor, currency=limit.currency, grade=limit.grade
            )
        if limit.votes.filter(user_id=user).exists():
            raise CreditError(CreditReason.VOTED, limit=limit_id)
        if not approved and not reason.strip():
            raise CreditError(CreditReason.REASON)
        made = LimitVote.objects.create(
            company_id=actor.company_id, limit=limit, approved=approved, reason=reason.strip()[:TEXT], user_id=user,
            recorded_by=actor.name[:120], recorded_at=actor.at,
        )  # fmt: skip
        audit.record(actor, "vote_limit", f"limit:{limit.pk}", approved=approved, reason=made.reason)
        return made
