"""Tables for people: the worklist and the ageing as CSV and XLSX, the same from the command line and from the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pyarrow as pa
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from fairdue.contact.models import Task
from fairdue.cycle.models import Run, WorklistRow
from fairdue.dunning.models import PENDING_STATES, Proposal
from fairdue.formats.spreadsheet import Column, ColumnKind, Sheet, write_csv, write_xlsx
from fairdue.formats.spreadsheet.columns import Value
from fairdue.kernel.money import Money
from fairdue.ledger.measures import BUCKETS
from fairdue.ledger.models import Customer
from fairdue.wording import names, words


def as_file(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], kind: str) -> bytes:
    """Write a table as ``csv`` or ``xlsx``; raises ValueError for another kind."""
    if kind == "csv":
        return write_csv(columns, rows)
    if kind == "xlsx":
        return write_xlsx([Sheet(name, columns, rows)])
    raise ValueError(f"a table is written as csv or xlsx, not {kind}")


def worklist(rows: Iterable[WorklistRow], kind: str, letters: Mapping[int, str] | None = None) -> bytes:
    """Write a worklist; headings and reasons in the active language, amounts exact.

    ``letters``: the file of each proposal's letter, by its number; a column of its own where they are given.
    """
    columns = [
        Column(_("Rank"), ColumnKind.INTEGER),
        Column(_("Customer number"), width=16),
        Column(_("Customer"), width=34),
        Column(_("Country")),
        Column(_("Action"), width=26),
        Column(_("Channel")),
        Column(_("Currency")),
        Column(_("At stake"), ColumnKind.MONEY, width=16),
        Column(_("Days overdue"), ColumnKind.INTEGER),
        Column(_("Due"), ColumnKind.DATE),
        Column(_("Owner"), width=20),
        Column(_("Why"), width=60),
    ]
    if letters is None:
        return as_file(_("Worklist"), columns, (worklist_row(row) for row in rows), kind)
    columns.append(Column(_("Letter"), width=40))
    cells = ([*worklist_row(row), letters.get(row.proposal_id or 0, "")] for row in rows)
    return as_file(_("Worklist"), columns, cells, kind)


def worklist_row(row: WorklistRow) -> list[Value]:
    """Give one line of the worklist as the cells of a table."""
    owner = row.owner
    return [
        row.rank,
        row.customer.number,
        row.customer.name,
        row.customer.country,
        names.stage(row.action),
        names.channel(row.channel) if row.channel else "",
        row.currency,
        Money(row.amount_minor, row.currency) if row.currency else None,
        row.days_overdue,
        row.due_on,
        (owner.get_full_name() or owner.username) if owner else "",
        words.sentences(row.reasons),
    ]


def worklist_of(run: Run, *, left_only: bool = False) -> list[WorklistRow]:
    """Give the worklist of a run by rank; with ``left_only`` without what was done or decided since. One query."""
    rows = WorklistRow.objects.filter(run=run)
    return list((left(rows) if left_only else rows).select_related("customer", "owner").order_by("rank"))


def left(rows: QuerySet[WorklistRow]) -> QuerySet[WorklistRow]:
    """Keep the lines that still ask for something: an undecided proposal, a task that is open.

    A released call or task stays until its task is done: to release it is only to put it on somebody's list.
    """
    proposal = Proposal.objects.filter(pk=OuterRef("proposal_id"))
    work = Task.objects.filter(company_id=OuterRef("company_id"), done_at__isnull=True)
    undecided = Exists(proposal.filter(state__in=PENDING_STATES))
    given_out = Q(channel__in=("call", "task")) & Exists(work.filter(key=OuterRef("step_key")))
    asked = rows.annotate(step_key=Subquery(proposal.values("step_key")[:1]))
    return asked.filter(undecided | given_out | Exists(work.filter(pk=OuterRef("task_id"))))


def bucket_labels() -> dict[str, str]:
    """Give the columns of the ageing in order, named in the active language; days overdue."""
    middle = {bucket.code: bucket.code.replace("_", "–") for bucket in BUCKETS[1:-1]}
    return {"not_due": _("Not due"), **middle, "over_120": _("Over 120"), "unapplied": _("Credits and unapplied")}


def ageing(company_id: int, table: pa.Table, as_of: date, kind: str) -> bytes:
    """Write the ageing by customer and currency: a line each, a column per bucket. ``table`` is the measure's rows."""
    labels = bucket_labels()
    columns = [
        Column(_("Customer number"), width=16),
        Column(_("Customer"), width=34),
        Column(_("Group"), width=14),
        Column(_("Currency")),
        *(Column(label, ColumnKind.MONEY, width=15) for label in labels.values()),
        Column(_("Balance"), ColumnKind.MONEY, width=16),
    ]
    return as_file(f"{_('Ageing')} {as_of.isoformat()}", columns, ageing_rows(company_id, table), kind)


def ageing_rows(company_id: int, table: pa.Table) -> list[list[Value]]:
    """Give the lines of the ageing as cells, by customer number and currency."""
    lines: dict[tuple[int, str], dict[str, int]] = {}
    groups: dict[int, str] = {}
    codes = list(bucket_labels())
    for row in table.to_pylist():
        line = lines.setdefault((row["customer_id"], row["currency"]), dict.fromkeys(codes, 0))
        line[row["bucket"]] += row["open_minor"] + row["credit_minor"] + row["unapplied_minor"]
        groups[row["customer_id"]] = row["group_code"]
    parties = {
        pk: (number, name)
        for pk, number, name in Customer.objects.filter(company_id=company_id).values_list("pk", "number", "name")
    }
    made: list[list[Value]] = []
    for (customer_id, currency), line in lines.items():
        number, name = parties.get(customer_id, ("", _("Unknown payer")))
        amounts = [Money(amount, currency) for amount in line.values()]
        total = Money(sum(line.values()), currency)
        made.append([number, name, groups.get(customer_id, ""), currency, *amounts, total])
    return sorted(made, key=lambda cells: (str(cells[0]), str(cells[3])))
