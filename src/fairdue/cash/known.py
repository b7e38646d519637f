"""Through which day the money on the company's accounts is known. No writes.

Numbers are those of docs/algorithms/bank-data-in-the-line.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Exists, Max, Min, Q, QuerySet

from fairdue.cash.book import undecided, with_day
from fairdue.cash.facts import posted_of_line
from fairdue.cash.models import Account, BankLine, Statement
from fairdue.cash.queries import between, in_order

GAP_DAYS = 90
"""A gap further back than this is taken for settled (4)."""
RECEIVING_DAYS = 90
"""An account that took no money in for so long holds costs, not customers' payments (5)."""
SILENT_DAYS = 45
"""An account whose statements ended so long before the newest is closed (5)."""


def not_in_ledger(company_id: int) -> QuerySet[BankLine]:
    """Give the counted lines whose money the ledger does not know yet: without a proposal, or proposed for posting and not posted."""
    to_post = Q(Exists(posted_of_line()), decisions=None)
    return undecided(company_id).filter(Q(proposals=None) | to_post)


class Known(NamedTuple):
    """An account, the day through which it is known, and whether it counts for its currency."""

    account: Account
    through: date
    counts: bool


def accounts_known(company_id: int) -> list[Known]:
    """Give the accounts that have a booked statement, in the order of their numbers (4, 5). Four queries."""
    statements = Statement.objects.filter(
        account__company_id=company_id, told=Statement.Told.BOOKED, repeats=None, last_on__isnull=False
    )
    by_account: dict[int, list[Statement]] = {}
    for one in statements.select_related("account"):
        by_account.setdefault(one.account_id, []).append(one)
    if not by_account:
        return []
    money = BankLine.objects.filter(company_id=company_id, occurrence__gt=0, amount_minor__gt=0)
    received = dict(with_day(money).order_by().values_list("account").annotate(last=Max("on")))
    unseen = with_day(not_in_ledger(company_id)).order_by()
    first_unseen = dict(unseen.values_list("account").annotate(first=Min("on")))
    newest = max(one.last_on for rows in by_account.values() for one in rows if one.last_on)
    found = []
    for account_id, rows in by_account.items():
        account = rows[0].account
        last = max(one.last_on for one in rows if one.last_on)
        through = known_through(rows, account.currency, first_unseen.get(account_id))
        since = received.get(account_id)
        receives = since is not None and (last - since).days <= RECEIVING_DAYS
        found.append(Known(account, through, receives and (newest - last).days <= SILENT_DAYS))
    return sorted(found, key=lambda one: (one.account.number, one.account.currency))


def known_through(statements: Sequence[Statement], currency: str, first_unseen: date | None) -> date:
    """Give the day through which an account is known (4), from its booked statements and its first line that nobody looked at."""
    ordered = sorted(statements, key=in_order)
    through = max(one.last_on for one in ordered if one.last_on)
    for before, after in pairwise(ordered):
        if before.last_on and (through - before.last_on).days <= GAP_DAYS and between(before, after, currency):
            through = before.last_on
            break
    return through if first_unseen is None else min(through, first_unseen - timedelta(days=1))


def days_known(accounts: Iterable[Known]) -> dict[str, date]:
    """Give the day of each currency: the earliest of its accounts that count (6)."""
    found: dict[str, date] = {}
    for one in accounts:
        if one.counts:
            currency = one.account.currency
            found[currency] = min(one.through, found.get(currency, one.through))
    return found
