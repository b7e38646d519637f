"""Expanding totals whose parts are told elsewhere. Numbers are those of docs/algorithms/bank-entries.md."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from fairdue.cash import book as reading
from fairdue.cash.actions.write import allocate, own_payments
from fairdue.cash.facts import lines_to_decide, own_money, planner
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import BankLine, Batch
from fairdue.cash.plan import Misfit, Row
from fairdue.cash.totals import Entry, Told, Total, expanded
from fairdue.kernel import chain
from fairdue.ledger import audit
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

USED_UP = "told in parts"
_ENTRY = ("account_id", "currency", "amount_minor", "booked_on", "valued_on", "entry_reference", "batch_reference")


def do_expand(actor: Actor) -> int:
    """Expand the totals that nobody decided and whose parts are known (12 to 16), in one transaction; give how many."""
    actor.need(Right.ALLOCATE)
    if not _uncounted_parts(actor.company_id).exists():
        return 0
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        told = _parts(actor.company_id)
        found = expanded(_totals(actor.company_id, told), told, _used(actor.company_id, told))
        found = [one for one in found if _without_suspicion(actor, one[0])]
        made = Batch.objects.bulk_create(
            [
                Batch(
                    company_id=actor.company_id, total_id=line, statement_id=one.statement, entry=one.place,
                    parts_count=len(one.keys), content=one.content, recorded_at=actor.at,
                )
                for line, one in found
            ]
        )  # fmt: skip
        if made:
            leaves = [chain.canonical([one.total_id, one.statement_id, one.entry, one.content]) for one in made]
            audit.record_bulk(actor, "expand_totals", f"company:{actor.company_id}", leaves, count=len(made))
        return len(made)


def _uncounted_parts(company_id: int) -> QuerySet[BankLine]:
    told = Batch.objects.filter(statement=OuterRef("statement"), entry=OuterRef("entry"))
    return BankLine.objects.filter(~Exists(told), company_id=company_id, part__gt=0, occurrence=0)


def _parts(company_id: int) -> list[Told]:
    """Give the entries whose parts do not count and tell no total yet. Two queries."""
    rows = _uncounted_parts(company_id)
    found: dict[tuple[int, int], tuple[Entry, list[str]]] = {}
    for statement, place, content, *entry in rows.order_by("statement_id", "entry", "part").values_list(
        "statement_id", "entry", "announced_key", *_ENTRY
    ):
        one = Entry(*entry)
        before = found.get((statement, place))
        if before is None:
            found[statement, place] = one, [content]
        else:
            whole = before[0]._replace(amount_minor=before[0].amount_minor + one.amount_minor)
            found[statement, place] = whole, [*before[1], content]
    counted = set(
        BankLine.objects.filter(company_id=company_id, part__gt=0, occurrence__gt=0, statement__in={key[0] for key in found})
        .values_list("statement_id", "entry")
        .distinct()
    )  # fmt: skip
    return [
        Told(statement, place, entry, tuple(keys))
        for (statement, place), (entry, keys) in found.items()
        if (statement, place) not in counted
    ]


def _totals(company_id: int, told: list[Told]) -> list[Total]:
    """Give the lines that may be totals of these parts and are not decided. One query."""
    amounts: defaultdict[int, set[int]] = defaultdict(set)
    for one in told:
        amounts[one.entry.account].add(one.entry.amount_minor)
    rows = reading.undecided(company_id).filter(part=0, account__in=list(amounts))
    names = [name if name != "entry_reference" else "bank_reference" for name in _ENTRY]
    return [
        Total(line, Entry(*entry))
        for line, *entry in rows.values_list("pk", *names).iterator(chunk_size=10_000)
        if entry[2] in amounts[entry[0]]
    ]


def _used(company_id: int, told: list[Told]) -> set[str]:
    contents = [one.content for one in told]
    rows = Batch.objects.filter(company_id=company_id, content__in=contents)
    return set(rows.values_list("content", flat=True))


def _without_suspicion(actor: Actor, line: int) -> bool:
    """Use up the money that was suspected of a total's payer (16); False where it does not fit."""
    money = own_money(actor.company_id, [line])
    of = lines_to_decide(actor.company_id, [line]).get(line)
    if of is None:
        return False
    if not money:
        return True
    part = Part(None, None, of.said.amount_minor, Kind.NOT_CUSTOMER)
    try:
        plan = planner(actor.company_id, [line], [part]).plan(of.said, [part])
    except Misfit:
        return False
    own = own_payments(actor, [(of, plan.owner, plan.suspected)], money, decided=True)
    rows: list[tuple[int, Row]] = [(0, row._replace(payment=own[line], reason=USED_UP)) for row in plan.rows]
    allocate(actor, rows)
    return True
