"""A run decides the same again; whatever was touched since is named."""

from __future__ import annotations

import json

import pytest
from cycle_department import DAY, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(ready):
    from fairdue.cycle.line import go

    return go(acting(ready), DAY)


def test_a_run_replays_exactly_whatever_happened_since(run, ready):
    from fairdue.cycle.replay import replay
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.ledger.models import Customer

    Customer.objects.update(language="fr", policy_code="")
    text = shipped_yaml("flexible").replace("days: 3}", "days: 4}")
    do_adopt_policy(acting(ready), "flexible", text)
    done = replay(run)
    assert (done.exact, done.stored_intact, done.differences, done.version_changes) == (True, True, (), ())
    assert done.decisions == run.summary["worklist"]


def test_a_changed_snapshot_is_refused(run):
    from fairdue.cycle.line import folder_of
    from fairdue.cycle.replay import replay
    from fairdue.engine.snapshot import SnapshotError

    (folder_of(run) / "due_items.parquet").write_bytes(b"PAR1")
    with pytest.raises(SnapshotError, match="due_items"):
        replay(run)


def test_a_snapshot_whose_manifest_was_changed_too_is_named(run):
    import hashlib

    import pyarrow.parquet as pq

    from fairdue.cycle.line import folder_of
    from fairdue.cycle.replay import replay

    folder = folder_of(run)
    table = pq.read_table(folder / "due_items.parquet")
    pq.write_table(table.slice(1), folder / "due_items.parquet")
    manifest = json.loads((folder / "manifest.json").read_text())
    sha = hashlib.sha256((folder / "due_items.parquet").read_bytes()).hexdigest()
    manifest["files"]["due_items"] |= {"rows": table.num_rows - 1, "sha256": sha}
    (folder / "manifest.json").write_text(json.dumps(manifest, sort_keys=True, indent=1) + "\n")
    done = replay(run)
    assert not done.exact
    assert done.differences == ("the snapshot's manifest was changed",)


def test_changed_decisions_and_measures_are_named(run):
    import pyarrow.parquet as pq

    from fairdue.cycle.line import folder_of
    from fairdue.cycle.replay import replay

    folder = folder_of(run)
    for path in (folder / "decisions" / "proposals.parquet", folder / "measures" / "ageing.parquet"):
        pq.write_table(pq.read_table(path).slice(1), path)
    done = replay(run)
    assert (done.exact, done.stored_intact) == (False, False)
    assert done.differences == ("measure ageing differs", "the stored decisions were changed")


def test_other_code_deciding_otherwise_is_named_with_the_step_and_the_version(run, monkeypatch):
    from fairdue.cycle.replay import replay
    from fairdue.dunning import run as deciding

    run.versions = {**run.versions, "fairdue": "0.0.1"}
    as_it_was = deciding.route
    monkeypatch.setattr(deciding, "route", lambda *given: (*as_it_was(*given)[:2], "fr"))
    done = replay(run)
    assert not done.exact
    assert done.stored_intact
    assert all("language was 'de' and is 'fr'" in difference for difference in done.differences)
    assert len(done.differences) == run.summary["worklist"]
    assert done.version_changes[0].startswith("fairdue: 0.0.1 → ")


def test_a_run_that_decided_nothing_cannot_be_replayed(ready):
    from fairdue.cycle.line import RunError, open_run
    from fairdue.cycle.replay import replay

    with pytest.raises(RunError, match="ended before"):
        replay(open_run(acting(ready), DAY))
