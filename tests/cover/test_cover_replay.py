"""Snapshots of before a limit could name its own longest extension: their runs replay, and say what they said."""

from __future__ import annotations

import json
from datetime import date

import pyarrow.parquet as pq
import pytest
from cover_department import Department

from fairdue.cover.measures import look, measured
from fairdue.cycle.line import folder_of, go
from fairdue.cycle.replay import replay
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.policy import shipped_yaml
from fairdue.engine.snapshot import Manifest, Snapshot, file_sha256
from fairdue.people.actor import Actor

pytestmark = pytest.mark.django_db
DUE, TODAY = date(2026, 1, 15), date(2026, 2, 1)


@pytest.fixture
def old_run(insured: Department):
    """A run whose snapshot's limits lack the column, as they did before it was added."""
    insured.invoice("A", "R-1", 10_000_00, DUE)
    do_adopt_policy(insured.actor(TODAY), "flexible", shipped_yaml("flexible"))
    at = insured.actor(TODAY).at
    run = go(Actor(insured.company.pk, at, name="Night", roles=frozenset({"system", "finance_lead"})), TODAY)
    folder = folder_of(run)
    path = folder / "cover_limits.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["max_extension_days"]), path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["cover_limits"]["sha256"] = file_sha256(path)
    (folder / "manifest.json").write_text(json.dumps(manifest, sort_keys=True, indent=1) + "\n")
    run.manifest_sha256 = Manifest.read(folder).sha256
    run.save(update_fields=["manifest_sha256"])
    return run


def test_a_run_of_before_the_column_replays_exactly(old_run):
    assert replay(old_run).differences == ()
    assert replay(old_run).exact


def test_its_measures_are_those_of_limits_without_days_of_their_own(old_run, insured: Department):
    now, _ = look(insured.company.pk, TODAY, insured.actor(TODAY).at)
    with Snapshot.open(folder_of(old_run)).connect() as con:
        old = measured(con, TODAY)
        assert [measured(con, TODAY)[name].to_pylist() for name in old] == [one.to_pylist() for one in old.values()]
    assert {name: table.to_pylist() for name, table in old.items()} == {
        name: table.to_pylist() for name, table in now.items()
    }
    assert old["cover_items"].num_rows == 1
