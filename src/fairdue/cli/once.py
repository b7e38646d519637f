"""File mode: no server and no set-up. Files in, a worklist, the ageing, letters and a report out; on the same ledger, gate and cycle."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from fairdue.cli import start
from fairdue.cli.bring import pairs, show_mapping, show_preview
from fairdue.cli.progress import Report, bar, busy
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.cycle.models import Run
    from fairdue.dunning.models import Proposal
    from fairdue.intake.rows import PaymentRow
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

OWN_ANSWERS = ("company", "company_country", "company_email", "language")


@dataclass(slots=True)
class Outcome:
    """What file mode left behind: the letters' files by proposal, how many were held back, what was read and refused."""

    letters: dict[int, str] = field(default_factory=dict)
    held_back: int = 0
    files: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)
    """What the payments were applied to, and how much of them stays unapplied."""


def once(
    items: Annotated[Path, typer.Option(help=_("Open items: CSV, TSV, XLSX or ODS"), exists=True, dir_okay=False)],
    as_of: Annotated[str, typer.Option("--as-of", help=_("The day to run for, YYYY-MM-DD"))],
    out: Annotated[Path, typer.Option(help=_("Folder for the results"))] = Path("out"),
    items_date: Annotated[
        str | None,
        typer.Option(
            "--items-date", help=_("The day for which the list of open items speaks, YYYY-MM-DD; default: --as-of")
        ),
    ] = None,
    payments: Annotated[
        Path | None, typer.Option(help=_("Payments received: a table of the same kinds"), exists=True, dir_okay=False)
    ] = None,
    customers: Annotated[
        Path | None, typer.Option(help=_("Customers with their addresses"), exists=True, dir_okay=False)
    ] = None,
    contacts: Annotated[
        Path | None, typer.Option(help=_("Contacts of the customers"), exists=True, dir_okay=False)
    ] = None,
    history: Annotated[Path | None, typer.Option(help=_("Closed items, for payment behaviour"), exists=True)] = None,
    policy: Annotated[Path | None, typer.Option(help=_("A policy as YAML; default: flexible"), exists=True)] = None,
    default: Annotated[
        list[str] | None, typer.Option(help=_("What the files lack: currency=EUR, country=DE, company=Acme GmbH, …"))
    ] = None,
    letters: Annotated[bool, typer.Option(help=_("Write the letters as PDF"))] = True,
) -> None:
    """Turn files into a worklist, the ageing, letters and a report. Nothing is sent and nothing is kept elsewhere."""
    day = start.day(as_of)
    listed_on = start.day(items_date) if items_date else day
    if listed_on > day:
        start.fail(_("--items-date lies after --as-of; a list of a later day cannot tell what was open before."))
    answers = pairs(default, "--default")
    scratch = Path(tempfile.mkdtemp(prefix="fairdue-once-"))
    os.environ["FAIRDUE_NOW"] = datetime.combine(day, clock_time(9, 0), UTC).isoformat()
    try:
        start.start(data_dir=scratch, database_url=f"sqlite:///{scratch / 'once.sqlite3'}")
        chosen, acting = _company(answers, day, policy)
        out.mkdir(parents=True, exist_ok=True)
        outcome = Outcome(answers={name: answers[name] for name in OWN_ANSWERS if name in answers})
        plain = {name: value for name, value in answers.items() if name not in OWN_ANSWERS}
        files = (
            (customers, "customers"), (contacts, "contacts"), (history, "closed_items"), (items, "open_items"),
            (payments, "payments"),
        )  # fmt: skip
        for path, kind in files:
            if path is not None:
                _bring(acting, path, kind, plain, day if kind == "payments" else listed_on, outcome)
        if payments is not None and items_date is None:
            told = _("The list of open items is taken to be of %(day)s. If it is older, give its day: --items-date.")
            outcome.money.append(told % {"day": day.isoformat()})
        for line in outcome.money:
            start.console.print(f"  {line}", highlight=False, markup=False)
        _run(chosen, acting, day, out, outcome, letters=letters)
    finally:
        from django.db import connections

        connections.close_all()
        shutil.rmtree(scratch, ignore_errors=True)


def _company(answers: dict[str, str], day: date, policy: Path | None) -> tuple[Company, Actor]:
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import PolicyError, load_yaml, shipped_yaml
    from fairdue.ledger.rates import load_rates
    from fairdue.people.actor import system_actor
    from fairdue.people.models import Company

    chosen = Company.objects.create(
        code="once", name=answers.get("company", _("Our company")), country=answers.get("company_country", ""),
        currency=answers.get("currency", "EUR"), language=answers.get("language", "en"),
        email=answers.get("company_email", ""),
    )  # fmt: skip
    acting = system_actor(chosen.pk, start.moment())
    text = policy.read_text(encoding="utf-8") if policy else shipped_yaml("flexible")
    try:
        do_adopt_policy(acting, load_yaml(text).code, text)
    except PolicyError as error:
        for problem in error.problems:
            start.errors.print(f"{policy}: {start.why(problem)}", highlight=False)
        start.fail(_("The policy does not hold."))
    load_rates(day.replace(year=day.year - 1, day=1))
    return chosen, acting


def _bring(acting: Actor, path: Path, kind: str, answers: dict[str, str], day: date, outcome: Outcome) -> None:
    from fairdue.formats.errors import FormatError
    from fairdue.intake import bring
    from fairdue.wording import words

    try:
        with busy(path.name):
            reading = bring.read_for(
                None, path.read_bytes(), path.name, as_of=day, kind=kind, answers=answers, company_id=acting.company_id
            )
    except (FormatError, ValueError) as error:
        start.fail(start.why(error))
    if not reading.mapping.complete:
        show_mapping(reading)
        start.fail(_("Answer the questions with --default NAME=VALUE and run the command again."))
    full = kind == "open_items"
    with busy(path.name):
        found = bring.preview(None, full, reading, day, {}, company_id=acting.company_id)
        done = bring.do_bring(acting, kind, reading, as_of=day, full=full, confirmed=True)
    show_preview(found, path.name)
    if kind == "payments":
        outcome.money += words.reasons(done.reasons)
        if late := sum(1 for row in cast("Sequence[PaymentRow]", reading.rows) if row.paid_on > day):
            told = _("%(count)d payments are dated after %(day)s and do not count yet.")
            outcome.money.append(told % {"count": late, "day": day.isoformat()})
    counts = done.counts
    told = _("%(new)d rows read, %(refused)d refused")
    read = counts.get("new", 0) + counts.get("changed", 0) + counts.get("unchanged", 0)
    outcome.files.append((path.name, told % {"new": read, "refused": counts.get("refused", 0)}))
    outcome.answers |= {str(name): str(value) for name, value in reading.answers.items()}
    if done.refused_csv:
        outcome.refused[kind] = done.refused_csv


def _run(chosen: Company, acting: Actor, day: date, out: Path, outcome: Outcome, *, letters: bool) -> None:
    from fairdue.cycle import exports, line
    from fairdue.cycle.look import ageing_now
    from fairdue.cycle.report import Told, write_report

    if (out / "report.html").exists():
        # Letters of an earlier turn into the same folder must not lie among those of this one.
        for old in (out / "letters").glob("*.pdf"):
            old.unlink()
    with bar() as report:
        done = line.go(acting, day, line.Watch(report=report))
        rows = exports.worklist_of(done)
        table = ageing_now(chosen.pk, day, acting.at)
        if letters:
            _letters(chosen, done, acting, out / "letters", report, outcome)
        for kind in ("csv", "xlsx"):
            files = outcome.letters if letters else None
            (out / f"worklist.{kind}").write_bytes(exports.worklist(rows, kind, files))
            (out / f"ageing.{kind}").write_bytes(exports.ageing(chosen.pk, table, day, kind))
        _refused(out, outcome)
        answers = sorted(outcome.answers.items())
        told = Told(len(outcome.letters), outcome.files, answers, _notes(outcome), outcome.letters)
        (out / "report.html").write_text(write_report(done, rows, told), encoding="utf-8")
    start.console.print(
        _("%(lines)d actions, %(letters)d letters, %(held)d held back: %(out)s/report.html")
        % {"lines": len(rows), "letters": len(outcome.letters), "held": outcome.held_back, "out": out}
    )
    for line_ in outcome.failed[:20]:
        start.errors.print(line_, highlight=False)


def _notes(outcome: Outcome) -> list[str]:
    held = _("%(count)d letters were not written: the gate holds them back; the worklist says why.")
    return [*outcome.money, *([held % {"count": outcome.held_back}] if outcome.held_back else []), *outcome.failed]


def _refused(out: Path, outcome: Outcome) -> None:
    """Write the refused rows, a file a table: each can be mended and read in again. ``refused.csv`` is always there."""
    (out / "refused.csv").write_text(outcome.refused.get("open_items", ""), encoding="utf-8-sig")
    for kind, text in outcome.refused.items():
        target = out / ("refused.csv" if kind == "open_items" else f"refused-{kind}.csv")
        target.write_text(text, encoding="utf-8-sig")
        start.console.print(_("Refused rows with reasons and remedies: %(path)s") % {"path": target})


def _letters(chosen: Company, run: Run, acting: Actor, folder: Path, report: Report, outcome: Outcome) -> None:
    """Draw every letter that the gate lets pass. A missing address or the hour alone does not stop a draft: nothing is sent."""
    from fairdue.contact.reasons import GateReason
    from fairdue.dunning.documents import NothingToSay, Rendered, preview_many
    from fairdue.dunning.models import Proposal

    folder.mkdir(parents=True, exist_ok=True)
    draft_anyway = {
        reason.code
        for reason in (
            GateReason.NO_RECIPIENT, GateReason.NO_EMAIL, GateReason.NO_ADDRESS, GateReason.WRONG_PURPOSE,
            GateReason.LANGUAGE_UNKNOWN, GateReason.QUIET_HOURS, GateReason.NO_BUSINESS_DAY,
        )
    }  # fmt: skip
    found = Proposal.objects.filter(company=chosen, run_key=run.key).exclude(action__in=("call", "task"))
    waiting = list(found.order_by("customer__number", "pk").values_list("pk", "blocks"))
    wanted = [pk for pk, blocks in waiting if all(block["code"] in draft_anyway for block in blocks)]
    outcome.held_back = len(waiting) - len(wanted)
    taken: set[str] = set()
    drawn = preview_many(chosen.pk, wanted, run.as_of, acting.at)
    for count, (proposal, letter) in enumerate(drawn, start=1):
        report(_("letters"), count, len(wanted))
        if isinstance(letter, Rendered):
            name = _file_name(proposal, taken)
            (folder / name).write_bytes(letter.pdf)
            outcome.letters[proposal.pk] = f"{folder.name}/{name}"
        elif not isinstance(letter, NothingToSay):
            outcome.failed.append(f"{proposal.customer.number}: {letter}")


def _file_name(proposal: Proposal, taken: set[str]) -> str:
    """Name a letter's file by customer number, currency and stage; numbers that differ only in signs get a count."""
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in proposal.customer.number)
    stem = f"{safe}-{proposal.currency}-{proposal.stage_code}"
    name, number = f"{stem}.pdf", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}.pdf"
    taken.add(name.casefold())
    return name
