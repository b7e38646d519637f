"""What is collected on a country's law, on the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _


def country(
    code: Annotated[str, typer.Argument(help=_("Country, two letters; 'all' lists those that are collected"))],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=_("Rates of this day, YYYY-MM-DD; default: today"))
    ] = None,
) -> None:
    """Show a country's rules: late interest, terms, limitation, court, conduct, forms, ways to pay; with source and confidence."""
    start.start()
    from fairdue.law.country import countries, country_law
    from fairdue.wording import names
    from fairdue.wording.country import chapters

    wanted = code.upper()
    if wanted == "ALL":
        for one in sorted(countries(), key=lambda code: names.in_order(names.country(code))):
            start.console.print(f"{one}  {names.country(one)}", highlight=False, markup=False)
        return
    if wanted not in countries():
        start.fail(_("Nothing is collected on %(code)s. `fairdue country all` lists what is.") % {"code": wanted})
    today = start.day(as_of)
    start.console.print(f"{names.country(wanted)} ({wanted})", style="bold", highlight=False, markup=False)
    for chapter in chapters(country_law(wanted), today):
        start.console.print(f"\n{chapter.title}", style="bold", highlight=False, markup=False)
        if not chapter.lines:
            start.console.print(f"  {_('unknown')}", highlight=False, markup=False)
        for line in chapter.lines:
            said = f"  {line.about}: {line.says}" + (f" ({line.note})" if line.note else "")
            behind = f"    {line.source} [{names.confidence(line.confidence)}]"
            behind += f" [{_('not confirmed')}]\n    {line.asks}" if line.asks else ""
            start.console.print(said, highlight=False, markup=False, soft_wrap=True)
            start.console.print(behind, style="dim", highlight=False, markup=False, soft_wrap=True)
        for rates in chapter.rates:
            verified = rates.verified_through.isoformat() if rates.verified_through else "-"
            head = _("  Rates of %(rule)s: %(series)s, verified until %(day)s") % {
                "rule": rates.title, "series": rates.series, "day": verified,
            }  # fmt: skip
            start.console.print(head, highlight=False, markup=False, soft_wrap=True)
            for row in rates.rows:
                told = f"    {row.from_on.isoformat()}  {row.reference:>9}  {row.rate:>9}  [{names.confidence(row.confidence)}]"
                start.console.print(told, highlight=False, markup=False)
