"""Looking: the worklist, the ageing, proposals to review, a statement of account."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.progress import busy
from fairdue.cli.texts import _

Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
Out = Annotated[Path | None, typer.Option("--out", help=_("Write to this file (.csv or .xlsx) instead of the screen"))]
SHOWN = 40


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    start.console.print(_("Written: %(path)s") % {"path": path})


def _kind(path: Path) -> str:
    kind = path.suffix.lower().removeprefix(".")
    if kind not in {"csv", "xlsx"}:
        start.fail(_("%(path)s must end in .csv or .xlsx") % {"path": path})
    return kind


def worklist(
    company: Code = None,
    out: Out = None,
    limit: Annotated[int, typer.Option(help=_("Lines shown on the screen"))] = SHOWN,
    all_: Annotated[bool, typer.Option("--all", help=_("Also what was done or decided since the run"))] = False,
) -> None:
    """Show today's actions of the latest run, ranked, each with its reasons and the amount at stake."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.models import Task
    from fairdue.cycle import exports
    from fairdue.cycle.models import Run
    from fairdue.wording import names, words

    run = Run.objects.filter(company=chosen, state=Run.State.DONE).order_by("-as_of", "-id").first()
    if run is None:
        start.fail(_("There is no run yet; start one with: fairdue run"))
    rows = exports.worklist_of(run, left_only=not all_)
    if out is not None:
        _write(out, exports.worklist(rows, _kind(out)))
        return
    table = Table(title=f"{chosen.name} · {words.day(run.as_of)} · {len(rows)}")
    for heading in (_("#"), _("customer"), _("action"), _("channel"), _("at stake"), _("days"), _("why")):
        table.add_column(
            heading, justify="right" if heading in {_("#"), _("at stake"), _("days")} else "left", overflow="fold"
        )
    for row in rows[:limit]:
        amount = f"{words.amount(row.amount_minor, row.currency)} {row.currency}" if row.currency else ""
        table.add_row(
            str(row.rank), escape(row.customer.name), names.stage(row.action), names.channel(row.channel), amount,
            str(row.days_overdue), escape(words.sentences(row.reasons)),
        )  # fmt: skip
    start.console.print(table)
    if len(rows) > limit:
        start.console.print(_("… and %(count)d more; use --limit or --out") % {"count": len(rows) - limit})
    for task in Task.objects.filter(company=chosen, customer__isnull=True, done_at__isnull=True).order_by(
        "due_on", "pk"
    ):
        start.console.print(f"[yellow]![/] {task.get_kind_display()} {words.sentences(task.reasons)}", highlight=False)


def ageing(
    company: Code = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("Any past or present day, YYYY-MM-DD"))] = None,
    known_on: Annotated[
        str | None,
        typer.Option("--known-on", help=_("As it was known at the end of this day, YYYY-MM-DD; default: now")),
    ] = None,
    out: Out = None,
) -> None:
    """Show what is open by customer and age, as of a day; part payments are aged by the item they pay."""
    start.start()
    chosen = start.company(company)
    day = start.day(as_of)
    from fairdue.cycle import exports
    from fairdue.cycle.look import ageing_now
    from fairdue.wording import words

    known_at = datetime.combine(start.day(known_on), clock_time.max, UTC) if known_on else start.moment()
    with busy(_("ageing")):
        table = ageing_now(chosen.pk, day, known_at)
    if out is not None:
        _write(out, exports.ageing(chosen.pk, table, day, _kind(out)))
        return
    shown = Table(title=f"{chosen.name} · {_('ageing')} · {words.day(day)}")
    shown.add_column(_("currency"))
    labels = exports.bucket_labels()
    for label in labels.values():
        shown.add_column(label, justify="right", overflow="fold")
    sums: dict[str, dict[str, int]] = {}
    for row in table.to_pylist():
        line = sums.setdefault(row["currency"], dict.fromkeys(labels, 0))
        line[row["bucket"]] += row["open_minor"] + row["credit_minor"] + row["unapplied_minor"]
    for currency, line in sorted(sums.items()):
        shown.add_row(currency, *(words.amount(amount, currency) for amount in line.values()))
    start.console.print(shown)


def waiting_stages(company_id: int, named: list[str] | None) -> list[str]:
    """Give the named stages; end with a word where nothing waits at one of them, and say where something does."""
    from fairdue.dunning.queries import to_review

    waiting = Counter(to_review(company_id).values_list("stage_code", flat=True))
    for stage in named or ():
        if stage not in waiting:
            there = ", ".join(f"{code} ({count})" for code, count in sorted(waiting.items())) or "–"
            start.fail(
                _("Nothing waits at the stage %(stage)s. Waiting now: %(there)s") % {"stage": stage, "there": there}
            )
    return named or []


def review(
    company: Code = None,
    stage: Annotated[list[str] | None, typer.Option(help=_("Only this stage; may be repeated"))] = None,
    limit: Annotated[int, typer.Option(help=_("Lines shown"))] = SHOWN,
) -> None:
    """Show the proposals that wait for a decision, with reasons and what the gate holds back."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.queries import to_review
    from fairdue.wording import names, words

    found = to_review(chosen.pk, stages=waiting_stages(chosen.pk, stage))
    table = Table(title=_("%(count)d proposals wait") % {"count": found.count()})
    for heading in (_("number"), _("customer"), _("stage"), _("channel"), _("asked"), _("days"), _("state"), _("why")):
        table.add_column(heading, overflow="fold")
    for p in found[:limit]:
        table.add_row(
            str(p.pk), escape(p.customer.name), names.stage(p.stage_code), names.channel(p.action),
            f"{words.amount(p.due_minor, p.currency)} {p.currency}", str(p.days_overdue_max), p.get_state_display(),
            escape(words.sentences([*p.reasons, *p.blocks])),
        )  # fmt: skip
    start.console.print(table)


def statement(
    customer: Annotated[str, typer.Argument(help=_("Customer number"))],
    currency: Annotated[str | None, typer.Option(help=_("Currency; default: every one with a balance"))] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("Day of the statement, YYYY-MM-DD"))] = None,
    language: Annotated[str, typer.Option(help=_("Language; default: the customer's"))] = "",
    out: Annotated[Path, typer.Option("--out", help=_("Folder for the PDF"))] = Path(),
    company: Code = None,
) -> None:
    """Write a customer's statement of account as PDF."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.documents import NothingToSay
    from fairdue.dunning.documents import statement as draw
    from fairdue.ledger.models import Customer
    from fairdue.ledger.queries import open_items

    day, key = start.day(as_of), customer.lstrip("0").casefold() or "0"
    found = Customer.objects.filter(company=chosen, number=customer).first()
    found = found or Customer.objects.filter(company=chosen, number_key=key).first()
    if found is None:
        start.fail(_("There is no customer %(number)s") % {"number": customer})
    held = {item.currency for item in open_items(chosen.pk, day, customer_ids=[found.pk])}
    for one in [currency] if currency else sorted(held):
        try:
            drawn = draw(chosen.pk, found.pk, day, start.moment(), currency=one, language=language)
        except NothingToSay:
            start.fail(_("Nothing is open in %(currency)s.") % {"currency": one})
        _write(out / f"statement-{key}-{one}-{day.isoformat()}.pdf", drawn.pdf)
    if not held:
        start.fail(_("Nothing is open."))
