"""The first day: what is missing, wrong or double in the records, what it blocks, and files to mend it with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.progress import busy
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.cycle.doctor import Amounts, Findings

SHOWN = 40


def doctor_data(
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("The day for which to check, YYYY-MM-DD"))] = None,
    check: Annotated[
        str | None, typer.Option(help=_("Show the customers of one finding, by its code such as contact_missing"))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=_("Folder for the files to mend: one of each finding, ready for fairdue import")),
    ] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help=_("Write XLSX files instead of CSV"))] = False,
    limit: Annotated[int, typer.Option(help=_("Lines shown"))] = SHOWN,
) -> None:
    """Check the records: what is missing, wrong or double, the money it blocks, and files to mend it in bulk."""
    start.start()
    start.check_keys()
    chosen = start.company(company)
    day = start.day(as_of)
    from fairdue.cycle.doctor import CHECKS, examine
    from fairdue.wording import words

    if check is not None and check not in CHECKS:
        start.fail(_("There is no check %(check)s; there are %(known)s") % {"check": check, "known": ", ".join(CHECKS)})
    with busy(_("checking")):
        found = examine(chosen.pk, chosen.currency, day)
    title = f"{chosen.name} · {words.day(day)}"
    if check is not None:
        _show_customers(found, check, title, limit)
    else:
        _show(found, title)
    if out is not None:
        _write(chosen.pk, found, [check] if check else [one for one in CHECKS if found.customers[one]], out, xlsx=xlsx)


def _amounts(base: Amounts | None, every: tuple[Amounts, ...], which: str) -> str:
    """Write the sum in the company's currency, and beside it what is in other currencies."""
    from fairdue.wording import words

    if base is None:
        return ""
    lines = [f"{words.amount(getattr(base, which), base.currency)} {base.currency}"]
    for one in every:
        if one.currency != base.currency and getattr(one, which):
            lines.append(f"{words.amount(getattr(one, which), one.currency)} {one.currency}")
    return "\n".join(lines)


def _show(found: Findings, title: str) -> None:
    from fairdue.cycle.doctor import CHECKS
    from fairdue.cycle.doctor.words import told
    from fairdue.wording import words

    table = Table(title=title, show_lines=True)
    for heading in (_("finding"), _("code"), _("customers"), _("open"), _("overdue"), _("how to mend it")):
        amount = heading in {_("customers"), _("open"), _("overdue")}
        table.add_column(heading, justify="right" if amount else "left", overflow="fold")
    for check in CHECKS:
        if not found.customers[check]:
            continue
        base, every = found.base.get(check), found.blocked.get(check, ())
        table.add_row(
            told(check).title, check, words.count(len(found.customers[check])), _amounts(base, every, "open_minor"),
            _amounts(base, every, "overdue_minor"), told(check).mend,
        )  # fmt: skip
    start.console.print(table)
    start.console.print(
        _("%(affected)s of %(checked)s customers have a finding.")
        % {"affected": words.count(found.affected), "checked": words.count(found.checked)}
    )
    if found.bank is not None:
        start.console.print(f"[yellow]![/] {words.sentences([found.bank])}", highlight=False)
    if found.without_rate:
        start.console.print(
            _("Without an exchange rate, and so not in the sums: %(codes)s") % {"codes": ", ".join(found.without_rate)}
        )


def _show_customers(found: Findings, check: str, title: str, limit: int) -> None:
    from fairdue.cycle.doctor.words import told, why_same
    from fairdue.wording import words

    table = Table(title=f"{title} · {told(check).title}")
    for heading in (_("customer number"), _("customer"), _("open"), _("overdue"), _("why")):
        table.add_column(heading, justify="right" if heading in {_("open"), _("overdue")} else "left", overflow="fold")
    listed: list[tuple[int, str]] = [(one, "") for one in found.customers[check]]
    if check == "duplicate":
        listed = [
            (one, words.joined(why_same(why) for why in pair.why)) for pair in found.twins for one in pair.customer_ids
        ]
    for customer_id, why in listed[:limit]:
        party = found.standing(customer_id)
        amounts = (_amounts(party.base, party.amounts, which) for which in ("open_minor", "overdue_minor"))
        table.add_row(party.number, escape(party.name), *amounts, why)
    start.console.print(table)
    if len(listed) > limit:
        start.console.print(_("… and %(count)d more; use --limit or --out") % {"count": len(listed) - limit})


def _write(company_id: int, found: Findings, checks: list[str], out: Path, *, xlsx: bool) -> None:
    from fairdue.cycle.doctor.files import file_of, kind_of

    kind = "xlsx" if xlsx else "csv"
    out.mkdir(parents=True, exist_ok=True)
    for check in checks:
        path = out / f"{kind_of(check) or 'list'}-{check.replace('_', '-')}.{kind}"
        path.write_bytes(file_of(company_id, found, check, kind))
        start.console.print(_("Written: %(path)s") % {"path": path})
