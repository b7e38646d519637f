"""When items will be paid, from files: predictions and how good they would have been."""

from __future__ import annotations

import csv
import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.bring import pairs
from fairdue.cli.progress import Report, bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.outlook.backtest import Figure, Fold
    from fairdue.outlook.invoices import Invoices
    from fairdue.outlook.predict import Prediction

model_app = typer.Typer(help=_("Models: how good they are, and what is said of them."), no_args_is_help=True)
ADDED = ("expected_date", "p10_date", "p90_date", "p_late", "p_late_30", "basis")
"""Columns that a prediction adds to the file's own."""
Closed = Annotated[
    Path, typer.Option("--history", help=_("Closed items: CSV, TSV, XLSX or ODS"), exists=True, dir_okay=False)
]
Group = Annotated[str, typer.Option("--group", help=_("Heading of the column that names the customer's group"))]
Kind = Annotated[str, typer.Option("--kind", help=_("Heading of a column that tells kinds of invoices apart"))]
Answers = Annotated[
    list[str] | None, typer.Option("--default", help=_("What the files lack, or how they are written: currency=EUR, …"))
]


def predict(
    history: Closed,
    open_items: Annotated[
        Path, typer.Option("--open", help=_("Items to predict: CSV, TSV, XLSX or ODS"), exists=True, dir_okay=False)
    ],
    out: Annotated[Path, typer.Option("--out", help=_("CSV file for the result"))],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help=_("Every item is known to be unpaid on this day, YYYY-MM-DD; default: nothing is known")
        ),
    ] = None,
    group: Group = "",
    kind: Kind = "",
    default: Answers = None,
) -> None:
    """Say when each open item will be paid: its columns are kept, date, interval, probabilities and basis are added."""
    start.start(migrate=False)
    from fairdue.outlook.invoices import Numbering, asked_of, history_of
    from fairdue.outlook.predict import Model

    day = start.day(as_of) if as_of else None
    answers = pairs(default, "--default")
    known, wanted = (
        _read(path, closed, group, kind, answers) for path, closed in ((history, True), (open_items, False))
    )
    with bar() as report:
        live = _goes_live(known, report)
        numbering = Numbering()
        past = history_of(known, numbering, known_on=day)
        model = Model(past, like=live, progress=lambda done, of: report(_("learning from the history"), done, of))
        told = model.predict(
            asked_of(wanted, numbering, unpaid_on=day),
            lates=(0, 30),
            progress=lambda done, of: report(_("predicting"), done, of),
        )
    _write(wanted, told, out)
    _say_refused(history, known)
    _say_refused(open_items, wanted)
    if not live:
        start.console.print(
            _(
                "Like invoices do not beat the customer's own median on the newest part of this history: only age counts."
            )
        )
    start.console.print(
        _("%(count)d items predicted from %(known)d settled or unpaid invoices: %(out)s")
        % {"count": len(told.expected), "known": len(past.due), "out": out}
    )


def _read(path: Path, closed: bool, group: str, kind: str, answers: dict[str, str]) -> Invoices:
    from fairdue.formats.errors import FormatError
    from fairdue.outlook.invoices import read_invoices

    try:
        return read_invoices(path.read_bytes(), path.name, closed=closed, group=group, kind=kind, answers=answers)
    except FormatError as error:
        start.fail(start.why(error))


def _goes_live(known: Invoices, report: Report) -> bool:
    """Judge like invoices on the newest fifth of the history (18)."""
    from fairdue.outlook.backtest import back_test

    origins = origins_of(known, 1)
    if not origins:
        return False
    (fold,) = back_test(known, origins, progress=lambda done, of: report(_("judging on the newest fifth"), done, of))
    return bool(len(fold.judged.lag)) and fold.figures["gain"].low > 0


def origins_of(known: Invoices, count: int) -> list[tuple[date, date]]:
    """Give days to stand on: the newest fifth of the due dates is judged from the last, the fifth before from the one before."""
    days = sorted(day for day, settled in zip(known.due, known.settled, strict=True) if settled)
    if len(days) < 50:
        return []
    cuts = [days[len(days) * (5 - back) // 5 - (1 if back == 0 else 0)] for back in range(count + 1)]
    found = [(cuts[back + 1], cuts[back]) for back in range(count) if cuts[back + 1] < cuts[back]]
    return sorted(found)


def _write(wanted: Invoices, told: Prediction, out: Path) -> None:
    """Write the file's own columns and the prediction, whole or not at all; rows that were refused have no prediction."""
    added = dict(zip(wanted.rows, _added(wanted, told), strict=True))
    nothing = ("",) * len(ADDED)
    part = out.with_name(f".{out.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow((*wanted.table.headings, *ADDED))
        for row in range(wanted.table.row_count):
            lines.writerow((*wanted.table.row_text(row), *added.get(row, nothing)))
    os.replace(part, out)


def _added(wanted: Invoices, told: Prediction) -> list[tuple[str, ...]]:
    lags = zip(told.expected, told.early, told.far, told.late[0], told.late[30], told.basis, strict=True)
    return [
        (
            *((due + timedelta(days=int(days))).isoformat() for days in (expected, early, far)),
            _share(int(late)), _share(int(late_30)), str(basis),
        )
        for due, (expected, early, far, late, late_30, basis) in zip(wanted.due, lags, strict=True)
    ]  # fmt: skip


def _share(micro: int) -> str:
    return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"


def _say_refused(path: Path, found: Invoices) -> None:
    from fairdue.wording import words

    for one in found.refusals[:20]:
        start.errors.print(f"{path.name}:{one.line}: {words.reason(one.reason)}", highlight=False, markup=False)
    if len(found.refusals) > 20:
        start.errors.print(
            _("… and %(count)d more rows of %(file)s") % {"count": len(found.refusals) - 20, "file": path.name}
        )


@model_app.command("backtest")
def backtest(
    history: Closed,
    folds: Annotated[
        int, typer.Option("--folds", help=_("How many fifths of the history to judge, the newest last"))
    ] = 3,
    out: Annotated[Path | None, typer.Option("--out", help=_("File for the figures as JSON"))] = None,
    group: Group = "",
    kind: Kind = "",
    default: Answers = None,
) -> None:
    """Show how good predictions of payment days would have been on a history, with nothing known before its time."""
    start.start(migrate=False)
    from fairdue.outlook.backtest import back_test, by_customer

    known = _read(history, True, group, kind, pairs(default, "--default"))
    origins = origins_of(known, max(1, min(folds, 4)))
    if not origins:
        start.fail(
            _("%(file)s has too few settled items for a back-test; at least 50 are needed.") % {"file": history.name}
        )
    with bar() as report:
        found = back_test(known, origins, progress=lambda done, of: report(_("back-test"), done, of))
    table = Table(*(_("Known on"), _("judged to"), _("invoices")), *ROWS.values())
    for fold in found:
        shown = [_figure(fold.figures[name], name in SHARES) for name in ROWS]
        table.add_row(fold.known_on.isoformat(), fold.until.isoformat(), f"{len(fold.judged.lag):,}", *shown)
    start.console.print(table)
    names = list(dict.fromkeys(known.customers))
    largest = Table(_("Customer"), _("invoices"), _("error in days"), _("its own median's"))
    for customer, number, error, naive in by_customer(found[-1].judged):
        largest.add_row(names[customer], f"{number:,}", f"{error:.2f}", f"{naive:.2f}")
    start.console.print(largest)
    _say_refused(history, known)
    if out is not None:
        out.write_text(json.dumps([_plain(fold) for fold in found], indent=1) + "\n", encoding="utf-8")


ROWS = {
    "error": _("error in days"), "naive_error": _("its own median's"), "gain": _("saved of it"), "near": _("within 3 days"),
    "held": _("in the 80 % interval"), "width": _("its width in days"), "right": _("late or not, right"),
}  # fmt: skip
SHARES = {"gain", "near", "held", "right"}


def _figure(one: Figure, share: bool) -> str:
    times, digits = (100, 1) if share else (1, 2)
    return f"{one.value * times:.{digits}f} ({one.low * times:.{digits}f} – {one.high * times:.{digits}f})"


def _plain(fold: Fold) -> dict[str, Any]:
    return {
        "known_on": fold.known_on.isoformat(), "until": fold.until.isoformat(), "known": fold.known, "judged": len(fold.judged.lag),
        "figures": {
            name: {"value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4)} for name, one in fold.figures.items()
        },
    }  # fmt: skip
