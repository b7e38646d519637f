"""Bulk reads of what banks said; no writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from fairdue.cash.models import Account, BankLine, Batch, Statement
from fairdue.cash.reasons import CashReason
from fairdue.cash.rules import Delivery, Place
from fairdue.kernel.reasons import Reason, because
from fairdue.people.models import BankAccount


def on_letters(company_id: int, number: str, currency: str) -> bool:
    """Say whether an account is one on which the company asks to be paid."""
    if not number:
        return False
    rows = BankAccount.objects.filter(company_id=company_id, currency=currency)
    wanted = number.replace(" ", "").upper()
    return any(
        wanted in (iban.replace(" ", "").upper(), own.replace(" ", "").upper())
        for iban, own in rows.values_list("iban", "account_number")
    )


def same_statement(statement: Statement) -> Statement | None:
    """Give the booked statement that this one repeats (rule 9). One without entries or balances repeats nothing."""
    if statement.told != Statement.Told.BOOKED or not statement.entries or statement.opening_minor is None:
        return None
    return Statement.objects.filter(
        account=statement.account, told=Statement.Told.BOOKED, repeats=None, last_on=statement.last_on,
        opening_minor=statement.opening_minor, closing_minor=statement.closing_minor, entries=statement.entries,
        net_minor=statement.net_minor,
    ).first()  # fmt: skip


def deliveries(account_id: int, days: Sequence[date | None]) -> tuple[list[Delivery], Counter[str]]:
    """Give how often each booked statement of an account holds each key, of lines of the days told, and how many count already.

    One query; lines without a day are looked at whatever the days are.
    """
    told = [on for on in days if on is not None]
    wanted = Q(booked_on__isnull=True)
    if told:
        wanted |= Q(booked_on__gte=min(told), booked_on__lte=max(told))
    rows = (
        BankLine.objects.filter(
            wanted,
            account_id=account_id,
            statement__told=Statement.Told.BOOKED,
            statement__repeats=None,
            status="booked",
        )
        .values_list("statement_id", "statement__place_number", "statement__place_page", "statement__place_year", "key")
        .annotate(held=Count("id"), counting=Count("id", filter=Q(occurrence__gt=0)))
        .order_by("statement_id")
    )
    found: dict[int, Delivery] = {}
    standing: Counter[str] = Counter()
    for statement_id, number, page, year, key, held, counting in rows:
        one = found.setdefault(statement_id, Delivery(Place(number, page, year), Counter()))
        one.counts[key] = held  # type: ignore[index]
        standing[key] += counting
    return list(found.values()), standing


class Announced:
    """Lines that were announced and not booked yet, of an account: each is taken once, the oldest first (rule 11)."""

    def __init__(self, account_id: int, contents: Sequence[str]) -> None:
        self._by_reference: dict[tuple[str, int], list[int]] = {}
        self._by_content: dict[str, list[int]] = {}
        self._taken: set[int] = set()
        if not contents:
            return
        rows = (
            BankLine.objects.filter(account_id=account_id, booked_as=None)
            .exclude(statement__told=Statement.Told.BOOKED, status="booked")
            .order_by("id")
            .values_list("id", "bank_reference", "amount_minor", "announced_key")
        )
        for line_id, reference, amount_minor, content in rows:
            if reference:
                self._by_reference.setdefault((reference, amount_minor), []).append(line_id)
            self._by_content.setdefault(content, []).append(line_id)

    def take(self, reference: str, amount_minor: int, content: str) -> int | None:
        """Give the announced line that a booked one brings, or None."""
        for waiting in (self._by_reference.get((reference, amount_minor), ()), self._by_content.get(content, ())):
            for line_id in waiting:
                if line_id not in self._taken:
                    self._taken.add(line_id)
                    return line_id
        return None


def gaps(account: Account) -> list[Reason]:
    """Say where statements of an account are missing (rule 18)."""
    found: list[Reason] = []
    before: Statement | None = None
    rows = account.statements.filter(told=Statement.Told.BOOKED, repeats=None, last_on__isnull=False)
    for one in sorted(rows, key=in_order):
        if before is not None:
            found += between(before, one, account.currency)
        before = one
    return found


def in_order(statement: Statement) -> tuple[date, int, int, int]:
    """Give what statements of one account are sorted by: day, number, page."""
    number = int(statement.place_number) if statement.place_number.isdigit() else 0
    page = int(statement.place_page) if statement.place_page.isdigit() else 0
    return (statement.last_on or date.min, number, page, statement.pk)


def between(before: Statement, after: Statement, currency: str) -> list[Reason]:
    """Say what is missing between two statements of an account that follow each other (rule 12)."""
    numbered = before.place_number.isdigit() and after.place_number.isdigit() and before.place_year == after.place_year
    if numbered and int(after.place_number) > int(before.place_number) + 1:
        return [because(CashReason.NUMBER_SKIPPED, before=before.place_number, after=after.place_number)]
    overlaps = after.first_on is not None and before.last_on is not None and after.first_on <= before.last_on
    told = before.closing_minor is not None and after.opening_minor is not None
    if told and not overlaps and before.closing_minor != after.opening_minor:
        return [
            because(
                CashReason.BALANCE_GAP, before_on=str(before.last_on), closing_minor=before.closing_minor or 0,
                opening_minor=after.opening_minor or 0, currency=currency,
            )
        ]  # fmt: skip
    return []


def newest(company_id: int, since: date | None, *, announced: bool, number: int) -> list[BankLine]:
    """Give the newest lines that count, or that are announced and not booked yet. One query."""
    rows = BankLine.objects.filter(company_id=company_id)
    if announced:
        booked = Q(statement__told=Statement.Told.BOOKED, status="booked")
        told = Batch.objects.filter(statement=OuterRef("statement"), entry=OuterRef("entry"))
        rows = rows.filter(~Exists(told), booked_as=None).exclude(booked)
    else:
        rows = rows.filter(occurrence__gt=0)
    if since is not None:
        rows = rows.filter(Q(booked_on__gte=since) | Q(booked_on__isnull=True, valued_on__gte=since))
    return list(rows.order_by("-booked_on", "-id")[:number])
