"""Asking for balances by plan: each night whoever is due and was not asked yet. ``docs/algorithms/balance-confirmation.md``, 19 to 22."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date

from fairdue.dunning.actions.balance import do_send_confirmations
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.queries import balances
from fairdue.dunning.balance.rules import enough, last_asking_day, period_end
from fairdue.dunning.policy.shape import BalancePlan
from fairdue.dunning.queries import policies_in_force
from fairdue.ledger.models import Customer
from fairdue.people.actor import Actor


def do_ask_by_plan(actor: Actor, today: date, *, progress: Callable[[int, int], None] | None = None) -> dict[str, int]:
    """Ask every customer whose policy's period has ended and who was not asked for its last day; count what became of them.

    Killed anywhere and run again it asks nobody twice: a day is asked for once. Who was held back is tried again on the next night.
    """
    policies = policies_in_force(actor.company_id)
    plans = {code: force.policy.balance for code, force in policies.items() if force.policy.balance is not None}
    counts: Counter[str] = Counter()
    for as_of in sorted({period_end(plan.every, today) for plan in plans.values()}):
        if today > last_asking_day(as_of):
            continue
        due = {code for code, plan in plans.items() if period_end(plan.every, today) == as_of}
        chosen = _due(actor.company_id, as_of, {code: plans[code] for code in due}, set(policies))
        for one in do_send_confirmations(actor, chosen, as_of, today, progress=progress) if chosen else ():
            counts[one.state] += 1
    return dict(counts)


def _due(company_id: int, as_of: date, plans: dict[str, BalancePlan], known: set[str]) -> list[int]:
    """Give the customers of these plans with a balance of at least the minimum, not asked for the day yet. Five queries."""
    opened: dict[int, dict[str, int]] = defaultdict(dict)
    for (customer, currency), amount in balances(company_id, as_of).items():
        opened[customer][currency] = amount
    codes = dict(Customer.objects.filter(company_id=company_id).values_list("pk", "policy_code"))
    asked = BalanceConfirmation.objects.filter(company_id=company_id, as_of=as_of).values_list("customer_id", flat=True)
    found = set()
    for customer, amounts in opened.items():
        plan = plans.get(codes[customer] if codes[customer] in known else "")
        if plan is not None and enough(amounts, plan.minimum_minor):
            found.add(customer)
    return sorted(found - set(asked))
