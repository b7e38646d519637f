"""Indicators of risk on the command line: what there is, whether each works, and what they say of a customer and why."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.progress import bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.credit.catalogue import Indicator
    from fairdue.credit.measuring import Measured

indicators_app = typer.Typer(help=_("Indicators of risk: list, check, show, explain."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
AsOf = Annotated[str | None, typer.Option("--as-of", help=_("The day, YYYY-MM-DD; default: today"))]
CustomerNumber = Annotated[str, typer.Argument(help=_("Number of the customer"))]
LEVELS = (_("calm"), _("yellow"), _("orange"), _("red"))
COLOURS = ("", "yellow", "dark_orange", "red")
MILLION = 1_000_000


@indicators_app.callback()
def of_risk() -> None:
    """Indicators of risk: list, check, show, explain."""


@indicators_app.command("check")
def check() -> None:
    """Run every worked example through the SQL that measures the portfolio, and count the indicators that work."""
    start.start(migrate=False)
    from fairdue.credit.catalogue import indicators
    from fairdue.credit.worked import check as run_examples
    from fairdue.credit.worked import examples

    told = examples()
    right, wrong, shown = 0, [], set()
    with bar() as report:
        for done, outcome in enumerate(run_examples(), start=1):
            right += outcome.right
            if not outcome.right:
                wrong.append(outcome)
            if outcome.example.expect_micro is not None:
                shown.add(outcome.example.indicator)
            report(_("worked examples"), done, len(told))
    for one in wrong:
        given, wanted = _number(one.value_micro), _number(one.example.expect_micro)
        line = _("%(id)s: the measure gives %(given)s, worked by hand it is %(wanted)s: %(working)s")
        values = {"id": one.example.indicator, "given": given, "wanted": wanted, "working": one.example.working}
        start.errors.print(line % values, highlight=False, markup=False, soft_wrap=True)
    working = shown - {one.example.indicator for one in wrong}
    counted = {"working": len(working), "all": len(indicators()), "right": right, "examples": len(told)}
    start.console.print(
        _("%(working)d of %(all)d indicators work; %(right)d of %(examples)d worked examples are right.") % counted
    )
    missing = [name for name in indicators() if name not in working]
    if missing:
        start.console.print(_("Not yet: %(list)s") % {"list": " ".join(missing)}, highlight=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


@indicators_app.command("list")
def catalogue(
    family: Annotated[str, typer.Option("--family", help=_("Only ids that begin so, such as PAY"))] = "",
) -> None:
    """List the indicators with their thresholds and whether they work."""
    start.start(migrate=False)
    from fairdue.credit.catalogue import indicators

    table = Table("", _("indicator"), _("yellow"), _("orange"), _("red"), _("works"))
    for one in indicators().values():
        if one.id.startswith(family.upper()):
            marks = [_threshold(one, level) for level in one.thresholds]
            table.add_row(one.id, name_of(one), *marks, _("yes") if one.works else _("no"))
    start.console.print(table)


@indicators_app.command("show")
def show(customer: CustomerNumber, as_of: AsOf = None, company: Code = None) -> None:
    """Show every indicator of a customer that has enough data, by family, with its level."""
    found = _measured(customer, as_of, company, "")
    from fairdue.credit.catalogue import indicators

    family = ""
    for one in found:
        if one.value_micro is None:
            continue
        if one.indicator.family != family:
            family = one.indicator.family
            start.console.print(f"\n{family_of(one.indicator)}", style="bold", highlight=False, markup=False)
        line = f"  {one.indicator.id}  {name_of(one.indicator)}: {_number(one.value_micro)}  {LEVELS[one.level]}"
        start.console.print(line, style=COLOURS[one.level], highlight=False, markup=False, soft_wrap=True)
    computed = sum(one.value_micro is not None for one in found)
    start.console.print(
        "\n" + _("%(count)d of %(all)d indicators computed.") % {"count": computed, "all": len(indicators())}
    )


@indicators_app.command("explain")
def explain(
    customer: CustomerNumber,
    indicator: Annotated[str, typer.Argument(help=_("Id of the indicator, such as PAY001"))],
    as_of: AsOf = None,
    company: Code = None,
) -> None:
    """Show what an indicator of a customer is made from: formula, inputs, value, thresholds and source."""
    start.start()
    from fairdue.credit.catalogue import indicators

    known = indicators().get(indicator.upper())
    if known is None or not known.works:
        start.fail(_("There is no working indicator %(id)s; `fairdue indicators list` shows them.") % {"id": indicator})
    (one,) = _measured(customer, as_of, company, known.id)
    start.console.print(f"{known.id}  {name_of(known)}", style="bold", highlight=False, markup=False)
    lines = [
        (_("formula"), known.formula), (_("source"), known.source), (_("least data"), known.min_data),
        *((name, _plain(value)) for name, value in one.inputs.items()),
        (_("value"), _number(one.value_micro)),
        (_("thresholds"), " / ".join(_threshold(known, level) for level in known.thresholds)),
        (_("level"), LEVELS[one.level] if one.value_micro is not None else "–"), (_("why these"), known.reason),
    ]  # fmt: skip
    for label, value in lines:
        start.console.print(start.line(label, value), highlight=False, markup=False, soft_wrap=True)


@indicators_app.command("run")
def run(
    out: Annotated[Path, typer.Option("--out", help=_("CSV file for the result"))],
    as_of: AsOf = None,
    company: Code = None,
) -> None:
    """Compute every indicator of every customer into a file: one line a value; what is not enough data has no line."""
    start.start()
    chosen = start.company(company)
    from fairdue.credit.measuring import measured
    from fairdue.cycle.indicators import portfolio
    from fairdue.ledger.models import Customer

    numbers = dict(Customer.objects.filter(company=chosen).values_list("pk", "number"))
    day, part, lines = start.day(as_of), out.with_name(f".{out.name}.part"), 0
    with bar() as report, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("customer", "indicator", "value", "level"))
        with portfolio(
            chosen, day, start.moment(), progress=lambda _what, done, of: report("snapshot", done, of)
        ) as con:
            for _name, table in measured(con, day, progress=lambda done, of: report("measures", done, of)):
                for row in _values(table.to_pydict(), numbers):
                    writer.writerow(row)
                    lines += 1
    os.replace(part, out)
    start.console.print(
        _("%(count)d values of %(customers)d customers: %(out)s")
        % {"count": lines, "customers": len(numbers), "out": out}
    )


def _values(columns: dict[str, list[object]], numbers: dict[int, str]) -> list[tuple[str, str, str, str]]:
    from fairdue.credit.catalogue import indicators

    found = []
    for one in indicators().values():
        for customer, value in zip(columns["customer_id"], columns.get(one.id.lower(), []), strict=False):
            if isinstance(value, int) and isinstance(customer, int):
                found.append((numbers.get(customer, ""), one.id, _number(value), one.level(value).name.lower()))
    return found


def _measured(customer: str, as_of: str | None, company: str | None, only: str) -> list[Measured]:
    start.start()
    chosen = start.company(company)
    from fairdue.credit.measuring import of_customer
    from fairdue.cycle.indicators import portfolio
    from fairdue.ledger.models import Customer

    found = Customer.objects.filter(company=chosen, number=customer).first()
    if found is None:
        start.fail(_("There is no customer %(number)s.") % {"number": customer})
    day = start.day(as_of)
    with (
        bar() as report,
        portfolio(chosen, day, start.moment(), progress=lambda _what, done, of: report("snapshot", done, of)) as con,
    ):
        return of_customer(con, found.pk, day, only=only)


def name_of(one: Indicator) -> str:
    """Give an indicator's name in the reader's language."""
    return one.name_zh if _chinese() else one.name_en


def family_of(one: Indicator) -> str:
    """Give the name of an indicator's family in the reader's language."""
    return one.family_zh if _chinese() else one.family


def _chinese() -> bool:
    from django.utils import translation

    return (translation.get_language() or "").startswith("zh")


def _number(micro: int | None) -> str:
    if micro is None:
        return "–"
    whole, rest = divmod(abs(micro), MILLION)
    return f"{'-' if micro < 0 else ''}{whole:,}" + (f".{rest:06d}".rstrip("0") if rest else "")


def _threshold(one: Indicator, micro: int | None) -> str:
    return "–" if micro is None else f"{'≥' if one.high_is_risk else '≤'} {_number(micro)}"


def _plain(value: object) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
