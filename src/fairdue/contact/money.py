"""The gate's checks on money: the balance, money in transit, the age of the bank data, the minimum. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fairdue.contact.claimed import CHASES, PPM, Claimed, at_most, claimed_by_currency, claimed_items
from fairdue.contact.facts import ClaimItem, CompanyFacts, GateFacts, GatePolicy, ItemState, Stage, Step, Unmatched
from fairdue.contact.reasons import GateReason
from fairdue.kernel.reasons import Reason, because


def balance(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when what the text claims is not what is open now, or when a credit was booked that it does not show."""
    if stage is not Stage.SENDING or not step.items:
        return
    now = facts.items or {}
    found = [reason for item in step.items if (reason := _changed(step, item, now.get(item.due_item_id)))]
    if step.kind == CHASES:
        shown, currencies = {item.due_item_id for item in step.items}, claimed_by_currency(step, facts)
        found += [
            because(
                GateReason.CREDIT_NOT_SHOWN,
                document=state.document,
                credit_minor=-state.open_minor,
                currency=state.currency or step.currency,
            )
            for item_id, state in now.items()
            if state.open_minor < 0 and (state.currency or step.currency) in currencies and item_id not in shown
        ]
    yield from at_most(found)


def _changed(step: Step, item: ClaimItem, state: ItemState | None) -> Reason | None:
    document = (state.document if state else "") or item.document or f"#{item.due_item_id}"
    currency = (state.currency if state else "") or step.currency
    if state is None or state.open_minor == 0:
        return because(
            GateReason.ITEM_SETTLED, document=document, claimed_minor=item.claimed_minor(), currency=currency
        )
    if state.open_minor != item.open_minor:
        return because(
            GateReason.BALANCE_CHANGED,
            document=document,
            open_minor=state.open_minor,
            claimed_minor=item.open_minor,
            currency=currency,
        )
    return None


def in_transit(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block a notice while money that is not matched could pay an item of it, all of it, or a good part it does not show.

    The rule is number 5 of ``docs/algorithms/pre-send-gate.md``; currencies never add up.
    """
    if step.kind != CHASES or not facts.unmatched:
        return
    items = claimed_items(step, facts)
    for currency, claimed in sorted(claimed_by_currency(step, facts).items()):
        money = [one for one in facts.unmatched if one.currency == currency and one.amount_minor > 0]
        if money:
            own = [item for item in items if item.currency == currency and item.claimed_minor > 0]
            yield from _could_pay(money, own, max(claimed, 0), step, policy)


def _could_pay(
    money: list[Unmatched], items: list[Claimed], claimed: int, step: Step, policy: GatePolicy
) -> Iterator[Reason]:
    currency, total = money[0].currency, sum(one.amount_minor for one in money)
    whole = because(GateReason.IN_TRANSIT, amount_minor=total, claimed_minor=claimed, currency=currency)
    wanted = {amount: item.document for item in reversed(items) for amount in (item.open_minor, item.claimed_minor)}
    for one in money:
        if document := wanted.get(one.amount_minor):
            yield because(
                GateReason.IN_TRANSIT_ITEM, amount_minor=one.amount_minor, currency=currency, document=document
            )
            return
    if claimed and total == claimed:
        yield whole
        return
    if not items or total * PPM <= claimed * policy.in_transit_ignore_ppm:
        return
    least = min(item.claimed_minor for item in items)
    if total * PPM >= least * (PPM - policy.in_transit_short_ppm):
        yield whole
        return
    unseen = sum(one.amount_minor for one in money if _unseen(one, step))
    if unseen and unseen * PPM >= claimed * policy.in_transit_part_ppm:
        yield because(GateReason.IN_TRANSIT_PART, amount_minor=unseen, claimed_minor=claimed, currency=currency)


def _unseen(money: Unmatched, step: Step) -> bool:
    """Tell whether the text does not take the money off: its payer is not known, or it was booked after the text was made."""
    if money.suspected:
        return True
    return step.written_at is not None and money.recorded_at is not None and money.recorded_at > step.written_at


def bank_data(company: CompanyFacts, policy: GatePolicy, today: date) -> Reason | None:
    """Give the reason that holds the dunning of a whole company, or None. Payments never read is no licence to dun.

    The answer is the same for all customers of a company: a run asks once and says so once.
    """
    if policy.bank_data_max_age_days is None:
        return None
    if company.bank_data_through is None:
        return because(GateReason.BANK_DATA_UNKNOWN, max_days=policy.bank_data_max_age_days)
    age_days = (today - company.bank_data_through).days
    if age_days <= policy.bank_data_max_age_days:
        return None
    return because(
        GateReason.BANK_DATA_OLD,
        through=company.bank_data_through.isoformat(),
        age_days=age_days,
        max_days=policy.bank_data_max_age_days,
    )


def account_data(step: Step, facts: GateFacts, policy: GatePolicy, today: date) -> Iterator[Reason]:
    """Block a currency whose own account was read too long ago, where accounts are read apart."""
    if policy.bank_data_max_age_days is None:
        return
    for currency in sorted(claimed_by_currency(step, facts)):
        through = facts.company.bank_data_by_currency.get(currency)
        if through is not None and (age_days := (today - through).days) > policy.bank_data_max_age_days:
            yield because(
                GateReason.ACCOUNT_DATA_OLD,
                currency=currency,
                through=through.isoformat(),
                age_days=age_days,
                max_days=policy.bank_data_max_age_days,
            )


def small_balance(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block a notice that claims less than the policy's minimum in each of its currencies: a statement only."""
    if step.kind != CHASES or not step.items:
        return
    small = []
    for currency, amount in sorted(claimed_by_currency(step, facts).items()):
        minimum = policy.minimum_by_currency.get(currency, 0)
        if amount > 0 and amount >= minimum:
            return
        if amount > 0:
            small.append((currency, amount, minimum))
    for currency, amount, minimum in small:
        yield because(GateReason.SMALL_BALANCE, amount_minor=amount, minimum_minor=minimum, currency=currency)
