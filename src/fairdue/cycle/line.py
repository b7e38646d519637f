"""The nightly line, once: ``snapshot → measures → decisions → commit → dispatch``. Resumable after a kill at any point.

1. A run is a row. Its ``stage`` is the last stage that is wholly done; a run that was killed goes on after it.
2. Charges on items that turned out not to be overdue are taken back first. The snapshot is a folder that appears whole. Measures
   and decisions are files beside it, written whole or not at all.
3. Commit writes the proposals, the worklist and the summary in one transaction; the run's key makes it happen once.
   Cover comes before dunning: deadlines of the insurer become tasks, and the facts it publishes hold extensions.
4. Every source's last complete list is held against the ledger; what does not tie is a finding in the worklist.
5. What the ledger decided since the last run is cut into posting batches for the books, under the run's key: a resumed run finds its
   own batches again.
6. The head of the audit chain is written beside the snapshot, outside the database.
7. Dispatch releases what the policy lets go by itself and hands over what is in the outbox; the outbox sees to "once".
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fairdue import __version__
from fairdue.books.actions import do_cut, do_remind
from fairdue.cover import measures as cover
from fairdue.cover.actions import do_commit as commit_cover
from fairdue.cover.snapshot import SOURCES as COVER_SOURCES
from fairdue.cycle.anchors import NAME as HEAD_FILE
from fairdue.cycle.anchors import snapshots_folder, write_anchor
from fairdue.cycle.lock import only_one, only_one_on_server
from fairdue.cycle.models import Run
from fairdue.cycle.summary import base_minor, summarise
from fairdue.cycle.tie import Tied, do_tie
from fairdue.cycle.worklist import write_worklist
from fairdue.dunning import actions as dunning
from fairdue.dunning.models import PolicyVersion
from fairdue.dunning.queries import policies_in_force, policy_of
from fairdue.dunning.run import Decisions, PolicyInForce, propose
from fairdue.dunning.snapshot import SOURCES as DUNNING_SOURCES
from fairdue.engine.snapshot import Manifest, Snapshot, SnapshotError
from fairdue.kernel.memory import no_collection
from fairdue.ledger import audit
from fairdue.ledger import snapshot as ledger_snapshot
from fairdue.ledger.measures import NIGHTLY, Conversion, conversion, nightly
from fairdue.ledger.models import AuditAnchor
from fairdue.ledger.snapshot_reasons import snapshot_reason
from fairdue.people.actor import Actor, Right
from fairdue.people.days import zone_of
from fairdue.people.models import Company
from fairdue.wording import words

Report = Callable[[str, int, int], None]
Checkpoint = Callable[[str], None]
LIBRARIES = ("duckdb", "pyarrow", "sqlglot", "django", "holidays", "babel", "typst")
DECISION_FILES = ("proposals", "lines", "waiting")


class RunError(RuntimeError):
    """A run that cannot start or go on. The message names the remedy, in the active language."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: ``report(what, done, of)`` draws progress, ``checkpoint(name)`` is called between steps (fault tests)."""

    report: Report = lambda what, done, of: None
    checkpoint: Checkpoint = lambda name: None


def versions() -> dict[str, str]:
    """Give the versions of everything that decides, for the run's record."""
    return {"fairdue": __version__, "python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def open_run(actor: Actor, as_of: date, *, anew: bool = False) -> Run:
    """Give the run to work on: an unfinished one of ``as_of``, else a new one. Unfinished runs of other days are closed.

    ``anew`` closes an unfinished run of ``as_of`` too. Raises RunError for a company without a default policy.
    """
    actor.need(Right.RUN)
    policies = policies_in_force(actor.company_id)
    if "" not in policies:
        raise RunError(_("The company has no default policy; adopt one first: fairdue policy adopt --shipped flexible"))
    with transaction.atomic():
        # Two starters on two machines: the second waits here and finds what the first made.
        Company.objects.select_for_update().get(pk=actor.company_id)
        mine = Run.objects.filter(company_id=actor.company_id)
        for unfinished in mine.filter(state=Run.State.RUNNING).order_by("-id"):
            if unfinished.as_of == as_of and not anew:
                return _resumed(unfinished)
            _close(actor, unfinished)
        count = mine.filter(as_of=as_of).count()
        key = as_of.isoformat() if not count else f"{as_of.isoformat()}.{count + 1}"
        run = Run.objects.create(
            company_id=actor.company_id, key=key, as_of=as_of, known_at=actor.at, started_at=actor.at,
            folder=f"snapshots/{actor.company_id}/{key}", versions=versions(), started_by=actor.name,
            policy_versions={code: force.version_id for code, force in policies.items()},
        )  # fmt: skip
        audit.record(actor, "start_run", f"run:{run.pk}", key=key, policies=run.policy_versions)
        return run


def _resumed(run: Run) -> Run:
    """Give an unfinished run, with the versions of the code that will decide it."""
    if not reached(run, Run.Stage.DECISIONS) and run.versions != versions():
        run.versions = versions()
        run.save(update_fields=["versions"])
    return run


def _close(actor: Actor, run: Run) -> None:
    """End a run that will not go on: what was committed stands and is done; the rest is cancelled."""
    committed = reached(run, Run.Stage.COMMIT)
    run.state, run.finished_at = Run.State.DONE if committed else Run.State.CANCELLED, actor.at
    run.save(update_fields=["state", "finished_at"])
    if not committed:
        audit.record(actor, "cancel_run", f"run:{run.pk}", key=run.key)


def finish(actor: Actor, run: Run) -> None:
    """Mark a run as done. Doing it again changes nothing."""
    if run.state == Run.State.RUNNING:
        run.state, run.finished_at = Run.State.DONE, actor.at
        run.save(update_fields=["state", "finished_at"])


def folder_of(run: Run) -> Path:
    """Give the folder of a run's snapshot."""
    return Path(settings.DATA_DIR) / run.folder


def policies_of(run: Run) -> dict[str, PolicyInForce]:
    """Give the policy versions that a run follows: those of its start, also when it is resumed or replayed."""
    found = PolicyVersion.objects.in_bulk(list(run.policy_versions.values()))
    return {code: PolicyInForce(pk, policy_of(found[pk])) for code, pk in run.policy_versions.items()}


def go(
    actor: Actor, as_of: date, watch: Watch | None = None, *, anew: bool = False, then_dispatch: bool = False
) -> Run:
    """Run the line up to the commit for a company at ``as_of``, resuming where an earlier attempt was killed.

    With ``then_dispatch`` the run stays unfinished until ``send_out`` is through, so that a kill in between is made good
    by the next ``go``. ``anew`` gives up an unfinished run of the day. Raises RunError when the run cannot start or go
    on, RunBusy while another process is at it.
    """
    watch = watch or Watch()
    with only_one(snapshots_folder(actor.company_id)), only_one_on_server(actor.company_id), no_collection():
        run = open_run(actor, as_of, anew=anew)
        watch.checkpoint("opened")
        if not reached(run, Run.Stage.COMMIT):
            if run.stage == Run.Stage.STARTED:
                dunning.do_withdraw_unfounded(actor)
            snapshot = _snapshot(run, watch)
            results, rates = _measures(snapshot, run, watch)
            decisions = _decisions(snapshot, run, watch)
            watch.report("tie", 0, 1)
            tied = do_tie(actor, run.as_of)
            watch.checkpoint("tied")
            _commit(actor, run, decisions, results, rates, tied, watch)
        _post(actor, run, watch)
        anchor(actor, run)
        watch.checkpoint("anchored")
        if not then_dispatch:
            finish(actor, run)
        return run


def _post(actor: Actor, run: Run, watch: Watch) -> None:
    """Cut what flows back to the books, and ask a person where they have not answered for long."""
    do_cut(actor, cut_key=f"run {run.key}")
    watch.checkpoint("postings cut")
    do_remind(actor, settings.FAIRDUE_BOOKS_ACK_DAYS)


def anchor(actor: Actor, run: Run) -> None:
    """Write the head of the audit chain beside the run's snapshot; a head that is noted already is noted once."""
    head, place = audit.seal(actor.company_id), f"{run.folder}/{HEAD_FILE}"
    noted = AuditAnchor.objects.filter(company_id=actor.company_id, place=place, sequence=head.sequence)
    if not noted.exists():
        head = audit.anchor(actor, place)
    write_anchor(folder_of(run), head)


def _done(run: Run, stage: Run.Stage, **more: Any) -> None:
    """Record that a stage is wholly done."""
    run.stage = stage
    for name, value in more.items():
        setattr(run, name, value)
    run.save(update_fields=["stage", *more])


def reached(run: Run, stage: Run.Stage) -> bool:
    """Tell whether a stage of the line is wholly done."""
    order = list(Run.Stage.values)
    return order.index(run.stage) >= order.index(stage)


def _snapshot(run: Run, watch: Watch) -> Snapshot:
    folder = folder_of(run)
    if run.stage == Run.Stage.STARTED:
        _clear_way(folder, run)
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            ledger_snapshot.take(
                run.company_id, run.as_of, run.known_at, folder, more=(*DUNNING_SOURCES, *COVER_SOURCES),
                versions={"fairdue": __version__}, zone=zone_of(run.company.time_zone),
                progress=lambda what, done, of: watch.report("snapshot", done, of),
            )  # fmt: skip
        watch.checkpoint("snapshot taken")
        snapshot = Snapshot.open(folder)
        _done(run, Run.Stage.SNAPSHOT, manifest_sha256=snapshot.manifest.sha256)
        return snapshot
    watch.checkpoint("snapshot taken")
    try:
        snapshot = Snapshot.open(folder)
    except SnapshotError as error:
        raise _lost(run, words.reason(snapshot_reason(error))) from None
    if run.manifest_sha256 != snapshot.manifest.sha256:
        raise _lost(run, _("The snapshot is not the one it began with."))
    return snapshot


def _lost(run: Run, why: str) -> RunError:
    told = _("Run %(run)s cannot go on: %(why)s Restore its folder, or begin anew: fairdue run --new")
    return RunError(told % {"run": run.key, "why": why})


def _clear_way(folder: Path, run: Run) -> None:
    """Move aside a snapshot that stands in this run's place but is another's: left by a database that is gone."""
    if not folder.exists():
        return
    try:
        found = Manifest.read(folder)
        if (found.company_id, found.as_of, found.known_at) == (run.company_id, run.as_of, run.known_at):
            return
    except (SnapshotError, ValueError, KeyError):
        pass
    number = 1
    while (aside := folder.with_name(f"{folder.name}.left-{number}")).exists():
        number += 1
    folder.rename(aside)


def _measures(snapshot: Snapshot, run: Run, watch: Watch) -> tuple[dict[str, pa.Table], Conversion]:
    names: list[str] = []
    insured = cover.speaks_of_cover(snapshot)

    def told(name: str) -> None:
        names.append(name)
        watch.report("measures", len(names), len(NIGHTLY) + insured)

    with snapshot.connect() as con:
        results = nightly(con, run.as_of, progress=told)
        rates = conversion(con, run.as_of)
        if insured:
            told("cover")
            results |= cover.measured(con, run.as_of)
    _write_tables(folder_of(run) / "measures", results)
    watch.checkpoint("measured")
    if run.stage == Run.Stage.SNAPSHOT:
        _done(run, Run.Stage.MEASURES, summary=summarise(results, rates, run.as_of))
    watch.checkpoint("summarised")
    return results, rates


def _write_tables(folder: Path, tables: dict[str, pa.Table]) -> None:
    """Write tables as Parquet into a folder that appears whole; one that stands there is kept."""
    if folder.exists():
        return
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, table in tables.items():
        pq.write_table(table, part / f"{name}.parquet", compression="zstd")
    os.replace(part, folder)


def read_decisions(run: Run) -> Decisions:
    """Read the decisions that a run stored."""
    folder = folder_of(run) / "decisions"
    proposals, lines, waiting = (pq.read_table(folder / f"{name}.parquet") for name in DECISION_FILES)
    return Decisions(run.as_of, proposals, lines, waiting)


def _decisions(snapshot: Snapshot, run: Run, watch: Watch) -> Decisions:
    if reached(run, Run.Stage.DECISIONS):
        try:
            stored = read_decisions(run)
        except (OSError, pa.ArrowInvalid):
            raise _lost(run, _("Its decisions are missing.")) from None
        if stored.sha256() != run.decisions_sha256:
            raise _lost(run, _("Its decisions were changed."))
        return stored
    decisions = propose(
        snapshot, run.company_id, policies_of(run), run.as_of,
        progress=lambda done, of: watch.report("decisions", done, of),
    )  # fmt: skip
    watch.checkpoint("decided")
    shutil.rmtree(folder_of(run) / "decisions", ignore_errors=True)
    tables = (decisions.proposals, decisions.lines, decisions.waiting)
    _write_tables(folder_of(run) / "decisions", dict(zip(DECISION_FILES, tables, strict=True)))
    watch.checkpoint("decisions written")
    _done(run, Run.Stage.DECISIONS, decisions_sha256=decisions.sha256())
    return decisions


def _commit(
    actor: Actor,
    run: Run,
    decisions: Decisions,
    results: dict[str, pa.Table],
    rates: Conversion,
    tied: Tied,
    watch: Watch,
) -> None:
    with transaction.atomic():
        if cover.NIGHTLY[0] in results:
            commit_cover(actor, run.as_of, results, rates)
            watch.checkpoint("cover written")
        dunning.do_commit(actor, run.key, decisions, progress=lambda done, of: watch.report("commit", done, of))
        watch.checkpoint("committing")
        watch.report("worklist", 0, 1)
        rows = write_worklist(run, rates, _overdue(results, rates))
        watch.checkpoint("worklist written")
        _done(run, Run.Stage.COMMIT, summary={**run.summary, "worklist": rows, "tie": tied.as_dict()})
    watch.report("worklist", 1, 1)
    watch.checkpoint("committed")


def _overdue(results: dict[str, pa.Table], rates: Conversion) -> dict[int, tuple[int, int]]:
    """Give what each customer owes overdue in the company's currency, and since how many days."""
    found: dict[int, tuple[int, int]] = {}
    for row in results["customer_balances"].to_pylist():
        amount, days = found.get(row["customer_id"], (0, 0))
        here = base_minor(rates, row["overdue_minor"], row["currency"]) or 0
        found[row["customer_id"]] = (amount + here, max(days, row["oldest_days"]))
    return found
