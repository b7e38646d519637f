"""Replay a run from its snapshot and name every difference, with the versions that may explain it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from fairdue.cover import measures as cover
from fairdue.cycle.line import RunError, folder_of, policies_of, reached, read_decisions, versions
from fairdue.cycle.models import Run
from fairdue.dunning.models import PolicyVersion
from fairdue.dunning.run import Decisions, propose
from fairdue.engine.snapshot import Snapshot
from fairdue.ledger.measures import nightly

DIFFERENCES_MAX = 50

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome of a replay.

    ``exact``: the decisions and measures are the same, byte for byte, from a snapshot and policies that nobody touched.
    ``stored_intact``: the stored decisions still are what the run recorded. ``version_changes`` name what may explain a
    difference; they are given also where there is none.
    """

    exact: bool
    stored_intact: bool
    decisions: int
    differences: tuple[str, ...]
    version_changes: tuple[str, ...]


def replay(run: Run, progress: Progress | None = None) -> Replay:
    """Decide a run again from its snapshot and the policy versions it followed, and hold it against what was stored.

    Raises SnapshotError where the snapshot is missing or was changed, RunError where the run never decided anything.
    """
    if not reached(run, Run.Stage.DECISIONS):
        raise RunError(_("Run %(run)s ended before it decided anything") % {"run": run.key})
    snapshot = Snapshot.open(folder_of(run))
    differences = [] if snapshot.manifest.sha256 == run.manifest_sha256 else [_("the snapshot's manifest was changed")]
    differences += _policies(run)
    if differences:
        return _outcome(run, False, 0, differences)
    again = propose(snapshot, run.company_id, policies_of(run), run.as_of, progress=progress)
    stored = _stored(run)
    same = again.sha256() == run.decisions_sha256
    if stored is None:
        differences.append(_("the stored decisions are missing"))
    elif not same:
        differences += _differences(stored, again)
    differences += _measures(run, snapshot)
    intact = stored is not None and stored.sha256() == run.decisions_sha256
    if stored is not None and not intact:
        differences.append(_("the stored decisions were changed"))
    return _outcome(run, intact, again.proposals.num_rows, differences)


def _outcome(run: Run, intact: bool, decisions: int, differences: list[str]) -> Replay:
    changes = tuple(
        f"{name}: {run.versions.get(name, '-')} → {now}"
        for name, now in versions().items()
        if run.versions.get(name) != now
    )
    return Replay(not differences, intact, decisions, tuple(differences[:DIFFERENCES_MAX]), changes)


def _policies(run: Run) -> list[str]:
    """Name the policy versions that are gone or no longer say what was adopted."""
    found = PolicyVersion.objects.in_bulk(list(run.policy_versions.values()))
    named = sorted({(pk, code) for code, pk in run.policy_versions.items() if code} | {(run.policy_versions[""], "")})
    missing = [code for pk, code in named if pk not in found]
    changed = [f"{v.policy_id}/{v.number}" for v in found.values() if _sha256(v.yaml) != v.sha256]
    told = [_("policy “%(code)s” of the run is gone") % {"code": code} for code in missing]
    return told + [
        _("the text of policy version %(version)s was changed") % {"version": one} for one in sorted(changed)
    ]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _stored(run: Run) -> Decisions | None:
    try:
        return read_decisions(run)
    except (OSError, pa.ArrowInvalid):
        return None


def _measures(run: Run, snapshot: Snapshot) -> list[str]:
    """Compute the run's measures again, and name those that differ from the stored ones."""
    folder = folder_of(run) / "measures"
    with snapshot.connect() as con:
        again = nightly(con, run.as_of)
        if cover.speaks_of_cover(snapshot):
            again |= cover.measured(con, run.as_of)
    return [_("measure %(name)s differs") % {"name": name} for name in again if not _same(folder, name, again[name])]


def _same(folder: Path, name: str, again: pa.Table) -> bool:
    try:
        stored = pq.read_table(folder / f"{name}.parquet")
    except (OSError, pa.ArrowInvalid):
        return False
    return bool(stored.equals(again)) or bool(stored.to_pylist() == again.to_pylist())


def _differences(stored: Decisions, again: Decisions) -> list[str]:
    found = [*_of_proposals(stored, again), *_of_lines(stored, again), *_of_waiting(stored, again)]
    return found or [_("the order of the decisions differs")]


def _of_proposals(stored: Decisions, again: Decisions) -> Iterator[str]:
    before = {row["step_key"]: row for row in stored.proposals.to_pylist()}
    after = {row["step_key"]: row for row in again.proposals.to_pylist()}
    yield from _keys(before, after)
    for key in sorted(before.keys() & after.keys()):
        for name, value in before[key].items():
            if after[key][name] != value:
                told = _("%(key)s: %(name)s was %(before)r and is %(after)r")
                yield told % {"key": key, "name": name, "before": value, "after": after[key][name]}


def _of_lines(stored: Decisions, again: Decisions) -> Iterator[str]:
    yield from _keys(_lines(stored), _lines(again))


def _lines(decisions: Decisions) -> dict[str, bool]:
    keys = decisions.proposals.column("step_key").to_pylist()
    return {
        f"{keys[row['proposal_no']]} #{row['due_item_id']} {row['open_minor']}/{row['held_minor']}": True
        for row in decisions.lines.to_pylist()
    }


def _of_waiting(stored: Decisions, again: Decisions) -> Iterator[str]:
    before, after = (
        {f"{row['customer_id']} {row['currency']}: {row['reasons']}": True for row in one.waiting.to_pylist()}
        for one in (stored, again)
    )
    yield from _keys(before, after)


def _keys(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key in sorted(before.keys() - after.keys()):
        yield _("%(key)s: decided then, not now") % {"key": key}
    for key in sorted(after.keys() - before.keys()):
        yield _("%(key)s: decided now, not then") % {"key": key}
