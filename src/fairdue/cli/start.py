"""Starting Django for a command: settings, the embedded database brought up to date, the company, the actor."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from fairdue.cli.texts import _, language, of_pages

if TYPE_CHECKING:
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

PLAIN_WIDTH = 160
"""Columns where the output is no terminal: in a file or a pipe a table need not fit eighty."""


def _console(*, stderr: bool) -> Console:
    found = Console(stderr=stderr)
    return found if found.is_terminal or "COLUMNS" in os.environ else Console(stderr=stderr, width=PLAIN_WIDTH)


console = _console(stderr=False)
errors = _console(stderr=True)


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with a message on standard error."""
    errors.print(Text(message, style="bold red"))
    raise typer.Exit(code)


def line(label: str, value: object) -> str:
    """Set a label before its value as the language does."""
    return _("%(label)s: %(value)s") % {"label": label, "value": value}


def told(error: Exception) -> str | None:
    """Give the message for an error that a person can mend, else None."""
    from django.apps import apps

    if not apps.ready or isinstance(error, typer.Exit):
        return None
    from django.db import OperationalError, ProgrammingError

    from fairdue.cash.actions import CashError
    from fairdue.cash.plan import Misfit
    from fairdue.contact.actions import ContactError, UploadRefused
    from fairdue.contact.blobs import BlobError
    from fairdue.cover.actions import CoverError
    from fairdue.dunning.actions.balance import BalanceError
    from fairdue.engine.reasons import SnapshotError
    from fairdue.intake.actions import IntakeError
    from fairdue.kernel.money import MoneyError
    from fairdue.ledger.actions import LedgerError
    from fairdue.ledger.file_actions import FileError
    from fairdue.ledger.store import StoreUnreachable
    from fairdue.people.actor import NotAllowed
    from fairdue.personal.people import PersonalError

    if isinstance(
        error,
        NotAllowed
        | SnapshotError
        | MoneyError
        | IntakeError
        | LedgerError
        | ContactError
        | BlobError
        | FileError
        | CoverError
        | CashError
        | Misfit
        | BalanceError
        | UploadRefused
        | PersonalError
        | StoreUnreachable,
    ):
        return why(error)
    if isinstance(error, OperationalError):
        return _("The database cannot be reached or is busy: %(error)s") % {"error": str(error).strip()}
    if isinstance(error, ProgrammingError):
        return _("The database is not up to date, run `fairdue migrate` first: %(error)s") % {
            "error": str(error).splitlines()[0]
        }
    return None


def why(error: object) -> str:
    """Say in the reader's language what is wrong with a file or a policy; other errors speak for themselves."""
    from fairdue.dunning.policy import Problem
    from fairdue.engine.reasons import SnapshotError
    from fairdue.formats.errors import FormatError
    from fairdue.ledger.snapshot_reasons import snapshot_reason

    if isinstance(error, Problem):
        return error.said(of_pages)
    from fairdue.kernel.reasons import Reason
    from fairdue.wording import words

    if isinstance(error, SnapshotError):
        return words.reason(snapshot_reason(error))
    if not isinstance(error, FormatError):
        reason = getattr(error, "reason", None)
        return words.reason(reason) if isinstance(reason, Reason) else str(error)
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part)
    said = " ".join(
        part for part in (words.reason(error.reason), of_pages(error.remedy) if error.remedy else "") if part
    )
    return f"{place}: {said}" if place else said


def start(*, data_dir: Path | None = None, database_url: str | None = None, migrate: bool | None = None) -> None:
    """Set Django up. The embedded SQLite database is brought up to date by itself; PostgreSQL by ``fairdue migrate``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairdue.conf.settings")
    if data_dir is not None:
        os.environ["FAIRDUE_DATA_DIR"] = str(data_dir)
    if database_url is not None:
        os.environ["FAIRDUE_DATABASE_URL"] = database_url
    _place["zone"] = "UTC"
    import django

    django.setup()
    from django.db import connection
    from django.utils import translation

    translation.activate(language())
    if migrate if migrate is not None else connection.vendor == "sqlite":
        bring_up_to_date()


def bring_up_to_date() -> None:
    """Apply the migrations that the database lacks."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def moment() -> datetime:
    """Give the present moment of the entrances' clock."""
    from fairdue.conf.clock import now

    return now()


_place = {"zone": "UTC"}
"""The time zone of the company that the command works for: where "today" is asked."""


def day(text: str | None) -> date:
    """Read a day given as YYYY-MM-DD; without one, today at the place of the company chosen before."""
    if not text:
        from fairdue.people.days import day_in

        return day_in(_place["zone"], moment())
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(_("%(text)s is no date; write it as YYYY-MM-DD") % {"text": repr(text)})


def company(code: str | None) -> Company:
    """Give the company named by its code; without a code, the only one there is."""
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    found = list(Company.objects.filter(code=code) if code else Company.objects.order_by("code")[:2])
    if not found:
        fail(_("There is no such company. Start with `fairdue demo`, or `fairdue company add`."))
    if len(found) > 1:
        fail(_("There are several companies; name one with --company CODE"))
    set_scope([found[0].pk])
    _place["zone"] = found[0].time_zone
    tell_behind(found[0])
    return found[0]


def check_keys() -> None:
    """End the command where the master key does not fit what is sealed: what it would seal or show is lost or unreadable."""
    from django.core.exceptions import ImproperlyConfigured

    from fairdue.ledger.key_check import check_keys as check

    try:
        check()
    except ImproperlyConfigured as error:
        fail(str(error))


def tell_behind(chosen: Company) -> None:
    """Say on standard error that a restored database still holds persons who were erased."""
    from fairdue.personal.noted import behind

    if late := behind(chosen.pk):
        told = _(
            "%(company)s: %(count)d person(s) were erased after this backup was made; run: fairdue personal reapply"
        )
        errors.print(Text(told % {"company": chosen.code, "count": len(late)}, style="bold yellow"))


def actor(chosen: Company, *, user: str | None = None, at: datetime | None = None) -> Actor:
    """Give the acting user by user name, or the system for scheduled work."""
    from fairdue.people.actor import system_actor
    from fairdue.people.models import User
    from fairdue.people.queries import actor_for

    when = at or moment()
    if user is None:
        return replace(system_actor(chosen.pk, when), zone=chosen.time_zone)
    known = User.objects.filter(username=user).first()
    found = actor_for(known, chosen.pk, when) if known else None
    if found is None:
        fail(_("%(user)s is not a member of %(company)s") % {"user": user, "company": chosen.code})
    return found
