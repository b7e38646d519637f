"""Keeping the house: migrate, audit, backup, restore, serve."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from fairdue.cli import start
from fairdue.cli.progress import bar, busy
from fairdue.cli.texts import _

audit_app = typer.Typer(help=_("The audit log: seal it, check it."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]


@audit_app.command("verify")
def verify(
    company: Code = None,
    manifests: Annotated[bool, typer.Option(help=_("Also check against the heads in the run manifests"))] = True,
) -> None:
    """Find any edited, removed, re-ordered or cut-off entry."""
    start.start()
    chosen = start.company(company)
    from fairdue.cycle.anchors import outside_anchors
    from fairdue.ledger import audit
    from fairdue.wording import words

    with busy(_("audit log")):
        findings = audit.verify(chosen.pk, outside_anchors(chosen.pk) if manifests else ())
    head = audit.head_of(chosen.pk)
    for finding in findings:
        start.errors.print(f"[red]#{finding.sequence}[/]: {escape(words.reason(finding.reason))}", highlight=False)
    if findings:
        start.fail(_("%(count)d findings: the audit log was tampered with") % {"count": len(findings)})
    start.console.print(
        _("The chain of %(count)d entries is whole. Head: %(head)s") % {"count": head.sequence, "head": head.head}
    )
    for one in audit.redactions(chosen.pk):
        told = _("%(subject)s was taken out of %(count)d entries on %(day)s (erasure).")
        start.console.print(
            told % {"subject": one.subject, "count": len(one.entries), "day": one.at.date().isoformat()}
        )
    if waiting := audit.unsealed(chosen.pk):
        start.console.print(_("%(count)d entries wait for the sealer (fairdue audit seal)") % {"count": waiting})


@audit_app.command("seal")
def seal(company: Code = None) -> None:
    """Chain the committed entries that are not sealed yet."""
    start.start()
    from fairdue.ledger import audit

    head = audit.seal(start.company(company).pk)
    start.console.print(f"#{head.sequence} {head.head}")


def migrate() -> None:
    """Bring the database up to date."""
    start.start(migrate=True)
    start.console.print(_("The database is up to date."))


def backup(target: Annotated[Path, typer.Argument(help=_("File to write, such as fairdue-backup.zip"))]) -> None:
    """Write the database, the stored letters and the snapshots into one file with checksums."""
    start.start()
    from fairdue.cli.archive import ArchiveError, write_backup

    try:
        with bar() as report:
            size = write_backup(target, lambda done, of: report(_("backup"), done, of))
    except ArchiveError as error:
        start.fail(str(error))
    start.console.print(_("%(files)d files kept in %(target)s") % {"files": size, "target": target})


def restore(
    source: Annotated[Path, typer.Argument(help=_("A file that `fairdue backup` wrote"), exists=True)],
    force: Annotated[bool, typer.Option(help=_("Replace what is in the data folder"))] = False,
) -> None:
    """Bring a backup back, check its checksums and the audit chain."""
    start.start(migrate=False)
    from fairdue.cli.archive import ArchiveError, read_backup

    try:
        with busy(_("restore")):
            count = read_backup(source, force=force)
    except ArchiveError as error:
        start.fail(str(error))
    start.console.print(_("%(files)d files restored.") % {"files": count})
    _check_chains()


def _check_chains() -> None:
    """Check the audit chain of every company against itself and the heads beside its runs."""
    from fairdue.cycle.anchors import outside_anchors
    from fairdue.ledger import audit
    from fairdue.people.models import Company
    from fairdue.people.scope import company_scope

    start.bring_up_to_date()
    for chosen in Company.objects.order_by("code"):
        with company_scope(chosen.pk), busy(_("audit log")):
            findings = audit.verify(chosen.pk, outside_anchors(chosen.pk))
        if findings:
            told = _("%(company)s: %(count)d findings in the audit log; see: fairdue audit verify")
            start.fail(told % {"company": chosen.code, "count": len(findings)})
        start.console.print(_("%(company)s: the audit chain is whole.") % {"company": chosen.code})
        with company_scope(chosen.pk):
            start.tell_behind(chosen)


def serve(
    host: Annotated[str, typer.Option(help=_("Address to listen on"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port"))] = 8000,
    threads: Annotated[int, typer.Option(help=_("Worker threads"))] = 8,
) -> None:
    """Serve the web application and the debtors' pages."""
    start.start()
    start.check_keys()
    from django.conf import settings
    from waitress.server import create_server

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    from fairdue.conf.wsgi import application
    from fairdue.people.models import Company
    from fairdue.people.scope import company_scope

    for chosen in Company.objects.order_by("code"):
        with company_scope(chosen.pk):
            start.tell_behind(chosen)

    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=threads,
            ident="fairdue",
            max_request_body_size=settings.FAIRDUE_UPLOAD_MAX_BYTES + 1024 * 1024,
        )
    except (OSError, OverflowError, ValueError) as error:
        start.fail(why_not(host, port, error))
    start.console.print(_("Fairdue is at http://%(host)s:%(port)d/ (stop with Ctrl+C)") % {"host": host, "port": port})
    server.run()


def why_not(host: str, port: int, error: Exception) -> str:
    """Say why nothing can listen at an address, and what to do."""
    place = {"host": host, "port": port, "other": port + 1, "error": str(error)}
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return _("Port %(port)d of %(host)s is taken by another program; stop it, or use --port %(other)d.") % place
    if code == errno.EACCES:
        return _("Port %(port)d is kept for the system's own programs; use one above 1023: --port 8000.") % place
    return _("Nothing can listen at %(host)s, port %(port)d: %(error)s. Use --host 127.0.0.1 --port 8000.") % place


def need_free(host: str, port: int) -> None:
    """End the command where nothing can listen at an address: before the work that would be shown there."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        start.fail(why_not(host, port, error))
