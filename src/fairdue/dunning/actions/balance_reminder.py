"""Reminding of balance confirmations that nobody answered: once, and through the gate.

The numbers are those of ``docs/algorithms/balance-confirmation.md``, 24 to 27.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

from django.db import transaction

from fairdue.contact.actions import do_make_link, do_queue
from fairdue.dunning.actions import balance
from fairdue.dunning.actions.sending import portal_url
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.queries import unanswered
from fairdue.dunning.balance.rules import is_to_remind, reminder_key
from fairdue.dunning.balance.writing import gate_of, reminder_of, route_of
from fairdue.dunning.desk import Desk, lay_out
from fairdue.dunning.drawing import draw
from fairdue.dunning.policy.shape import Policy
from fairdue.dunning.queries import policies_in_force
from fairdue.ledger import audit
from fairdue.ledger.models import Customer
from fairdue.letters import LettersError
from fairdue.people.actor import Actor, Right
from fairdue.people.models import User

Due = dict[str, tuple[date, list[BalanceConfirmation]]]
"""By the key of the first message: the day of its hand-over, and what it asked."""


def do_remind_by_plan(
    actor: Actor, today: date, *, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Remind whoever was silent for the days that its policy names; count what became of them: ``sent``, ``blocked``, ``refused``.

    Killed anywhere and run again it reminds nobody twice: a reminder has the key of its question.
    """
    policies = {code: force.policy for code, force in policies_in_force(actor.company_id).items()}
    if not any(policy.balance and policy.balance.remind_after for policy in policies.values()):
        return {}
    actor.need(Right.RELEASE)
    customers = sorted({rows[0].customer_id for _, rows in _due(actor.company_id, None, policies, today).values()})
    counts: Counter[str] = Counter()
    for first in range(0, len(customers), balance.BATCH):
        if progress:
            progress(first, len(customers))
        counts.update(_remind_batch(actor, customers[first : first + balance.BATCH], policies, today))
    return dict(counts)


def _due(company_id: int, customer_ids: list[int] | None, policies: dict[str, Policy], today: date) -> Due:
    """Give what is to be reminded of. Two queries."""
    found: Due = {}
    silent = unanswered(company_id, customer_ids)
    owners = Customer.objects.filter(company_id=company_id, pk__in={row.customer_id for row in silent})
    codes = dict(owners.values_list("pk", "policy_code"))
    for row, handed_on in silent.items():
        policy = _policy(policies, codes[row.customer_id])
        plan = policy.balance if policy else None
        if plan is not None and is_to_remind(handed_on, plan.remind_after, today):
            found.setdefault(row.message_key, (handed_on, []))[1].append(row)
    return found


def _policy(policies: dict[str, Policy], code: str) -> Policy | None:
    return policies.get(code) or policies.get("")


@transaction.atomic
def _remind_batch(actor: Actor, customer_ids: list[int], policies: dict[str, Policy], today: date) -> list[str]:
    """Remind customers under a lock: what was answered meanwhile is not reminded of."""
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customer_ids).order_by("id").values_list("id"))
    due = _due(actor.company_id, customer_ids, policies, today)
    if not due:
        return []
    desk = lay_out(actor.company_id, customer_ids, today, actor.at)
    releaser = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    return [
        _remind(
            actor, desk, rows, handed_on, _policy(policies, desk.customers[rows[0].customer_id].policy_code), releaser
        )
        for handed_on, rows in due.values()
    ]


def _remind(
    actor: Actor,
    desk: Desk,
    rows: list[BalanceConfirmation],
    handed_on: date,
    policy: Policy | None,
    releaser: User | None,
) -> str:
    """Queue the reminder of one message, or say what became of it."""
    customer_id, message_key = rows[0].customer_id, rows[0].message_key
    key, run_key = reminder_key(message_key), f"balance/{rows[0].as_of.isoformat()}"
    gate = gate_of(policy)
    route = route_of(desk.gates[customer_id], gate, key, run_key)
    if route.blocks:
        return "blocked"
    try:
        with transaction.atomic():
            link = do_make_link(actor, customer_id=customer_id, contact_id=route.contact_id, step_key=key)
            url = portal_url(desk, link.token)
            letters = [reminder_of(desk, row, route, handed_on, desk.today, url, releaser) for row in rows]
            drawn = [(facts, draw(facts)) for facts in letters]
            wait = balance.wait_for(desk, customer_id, message_key, letters[0])
            do_queue(actor, balance.question(actor, customer_id, drawn, key, run_key, gate, route, wait))
            audit.record(actor, "remind_balance", f"balance:{rows[0].pk}", customer=customer_id, key=key)
    except LettersError:
        return "refused"
    return "sent"
