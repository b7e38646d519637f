"""Whether the plan of a policy would ask a customer for its balance on a day, and why not (19 to 22). Nothing is written.

The rules are those of the night; they are asked in the order in which the night leaves a customer out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fairdue.contact.facts import GateFacts, GatePolicy, Step
from fairdue.contact.remedies import Remedy
from fairdue.dunning.balance.queries import AskedBefore, asked_before, balances
from fairdue.dunning.balance.reasons import BalanceReason, BalanceWhy
from fairdue.dunning.balance.rules import enough, last_asking_day, next_period_end, period_end
from fairdue.dunning.balance.writing import gate_of, step_for
from fairdue.dunning.policy.shape import BalancePlan, Policy
from fairdue.kernel.reasons import Reason, because
from fairdue.people.days import company_day
from fairdue.people.models import Company


@dataclass(frozen=True, slots=True)
class Asking:
    """The plan's answer for a customer; with ``step`` the gate decides, without one ``reasons`` say why nobody is asked."""

    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...] = ()
    step: Step | None = None
    gate: GatePolicy | None = None
    unreachable: bool = False
    """It would be asked, and there is no way to it."""


def asking(company: Company, customer_id: int, policy: Policy, today: date, facts: Callable[[], GateFacts]) -> Asking:
    """Say whether the plan of the customer's policy would ask it on ``today``. Five queries and the gate's at most."""
    plan = policy.balance
    if plan is None:
        ways = (Remedy(because(BalanceWhy.MEND_PLAN), "policy", "fairdue policy export {policy}"),)
        return Asking((because(BalanceWhy.NO_PLAN),), ways)
    as_of = period_end(plan.every, today)
    if (reasons := _left_out(company, customer_id, plan, as_of, today)) is not None:
        return reasons
    gate = gate_of(policy)
    run_key = f"balance/{as_of.isoformat()}"
    step = step_for(facts(), gate, f"{run_key}/{customer_id}", run_key)
    planned = because(BalanceWhy.PLANNED, as_of=as_of.isoformat())
    if step is None:
        ways = (Remedy(because(BalanceWhy.MEND_ADDRESS), "contacts", "fairdue import FILE"),)
        return Asking((planned, because(BalanceReason.NO_RECIPIENT)), ways, unreachable=True)
    return Asking((planned,), step=step, gate=gate)


def _left_out(company: Company, customer_id: int, plan: BalancePlan, as_of: date, today: date) -> Asking | None:
    """Say why the night would leave a customer out; None where it would not."""
    day, waits = as_of.isoformat(), (Remedy(because(BalanceWhy.MEND_WAIT), "policy"),)
    if today > last_asking_day(as_of):
        coming = next_period_end(plan.every, today).isoformat()
        until = last_asking_day(as_of).isoformat()
        return Asking((because(BalanceWhy.OUTSIDE, as_of=day, until=until, next=coming),), waits)
    before = asked_before(company.pk, [customer_id], as_of).get(customer_id)
    if before is not None:
        return _asked(company, before, as_of)
    opened = {
        currency: amount for (_, currency), amount in balances(company.pk, as_of, [customer_id]).items() if amount
    }
    if not opened:
        return Asking((because(BalanceReason.NOTHING_OPEN, as_of=day),), waits)
    if not enough(opened, plan.minimum_minor):
        least = plan.minimum_minor or {}
        below = [
            because(BalanceWhy.BELOW, amount=abs(amount), currency=currency, minimum=least[currency])
            for currency, amount in sorted(opened.items())
        ]
        return Asking(
            tuple(below), (Remedy(because(BalanceWhy.MEND_PLAN), "policy", "fairdue policy export {policy}"),)
        )
    return None


def _asked(company: Company, before: AskedBefore, as_of: date) -> Asking:
    row = before.rows[0]
    on = company_day(company, row.recorded_at).isoformat()
    if before.stands:
        number = ", ".join(one.number for one in before.rows)
        return Asking((because(BalanceWhy.ASKED, as_of=as_of.isoformat(), on=on, number=number),))
    command = f"fairdue balance send --as-of {as_of.isoformat()} --customer {{customer}}"
    ways = (Remedy(because(BalanceWhy.MEND_ASK), "balances", command),)
    return Asking((because(BalanceWhy.CAME_BACK, as_of=as_of.isoformat(), on=on),), ways)
