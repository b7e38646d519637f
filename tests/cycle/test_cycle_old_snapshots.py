"""Snapshots of before snapshots named nobody: the names go, the runs replay."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cycle_department import DAY, acting

pytestmark = pytest.mark.django_db
STREET = "Geheimweg 1"


@pytest.fixture
def old_run(ready):
    """A run whose snapshot holds names, addresses and mailboxes as they once did."""
    from fairdue.cycle.line import folder_of, go
    from fairdue.engine.snapshot import file_sha256

    run = go(acting(ready), DAY)
    folder = folder_of(run)
    customers, contacts = (pq.read_table(folder / f"{name}.parquet") for name in ("customers", "contacts"))
    for name, value in (("name", "Frau Beispiel"), ("street", STREET), ("city", "Berlin"), ("postal_code", "10115")):
        customers = customers.append_column(name, pa.array([value] * customers.num_rows))
    mails = ["frau@beispiel.example" if has else "" for has in contacts["has_email"].to_pylist()]
    contacts = contacts.append_column("email", pa.array(mails))
    pq.write_table(customers.drop_columns(["address_complete"]), folder / "customers.parquet")
    pq.write_table(contacts.drop_columns(["has_email"]), folder / "contacts.parquet")
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in ("customers", "contacts"):
        manifest["files"][name]["sha256"] = file_sha256(folder / f"{name}.parquet")
    (folder / "manifest.json").write_text(json.dumps(manifest, sort_keys=True, indent=1) + "\n")
    from fairdue.engine.snapshot import Manifest

    run.manifest_sha256 = Manifest.read(folder).sha256
    run.save()
    return run


def names(folder) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*.parquet")):
        said = str(pq.read_table(path).to_pydict())
        found += [path.name for word in (STREET, "Frau Beispiel", "frau@beispiel.example") if word in said]
    return found


def test_names_go_and_the_run_replays(old_run, ready):
    from fairdue.cycle.line import folder_of
    from fairdue.cycle.old_snapshots import do_leave_persons_out
    from fairdue.cycle.replay import replay
    from fairdue.ledger import audit

    assert replay(old_run).exact
    assert names(folder_of(old_run))
    assert do_leave_persons_out(acting(ready)) == 1
    old_run.refresh_from_db()
    assert names(folder_of(old_run)) == []
    done = replay(old_run)
    assert (done.exact, done.stored_intact, done.differences) == (True, True, ())
    assert do_leave_persons_out(acting(ready)) == 0
    audit.seal(ready.pk)
    assert audit.verify(ready.pk) == []


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_rewriting_that_is_killed_is_completed(old_run, ready, monkeypatch, renames):
    from pathlib import Path

    from fairdue.cycle.line import folder_of
    from fairdue.cycle.old_snapshots import do_leave_persons_out
    from fairdue.cycle.replay import replay

    true_rename, left = Path.rename, [renames]

    def kill(self, target):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return true_rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", kill)
        if renames < 2:
            with pytest.raises(KeyboardInterrupt):
                do_leave_persons_out(acting(ready))
        else:
            patched.setattr("fairdue.cycle.old_snapshots._record", lambda *_: None)
            do_leave_persons_out(acting(ready))
    do_leave_persons_out(acting(ready))
    old_run.refresh_from_db()
    assert replay(old_run).exact
    assert names(folder_of(old_run).parent) == []
    assert not [name for name in os.listdir(folder_of(old_run).parent) if name.endswith((".rewriting", ".replaced"))]
