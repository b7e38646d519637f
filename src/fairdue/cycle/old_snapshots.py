"""Snapshots of before snapshots named nobody: their personal columns are taken out, and the audit log says what was done.

A run's decisions and measures never read these columns but to ask whether there is an address or a mailbox; the answers take
their place, so that the run replays to the same bytes. The new manifest's hash is recorded with the run and in the chain.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from fairdue.cycle.anchors import snapshots_folder
from fairdue.cycle.lock import only_one
from fairdue.cycle.models import Run
from fairdue.engine.rewriting import origin, recover, rewrite
from fairdue.engine.snapshot import MANIFEST, Manifest
from fairdue.ledger import audit, snapshot
from fairdue.people.actor import Actor, Right

PERSONAL = ("customers", "contacts", "documents", "due_date_changes", "holds", "accepted_terms")


def do_leave_persons_out(actor: Actor) -> int:
    """Rewrite the company's old snapshots; give how many were. Killed and asked again, it goes on; done twice, nothing."""
    actor.need(Right.ERASE)
    place = snapshots_folder(actor.company_id)
    if not place.is_dir():
        return 0
    with only_one(place):
        return _leave_out(actor, place)


def _leave_out(actor: Actor, place: Path) -> int:
    done = 0
    for name in sorted({path.name.removesuffix(".rewriting").removesuffix(".replaced") for path in place.glob("*")}):
        folder = place / name
        recover(folder)
        if not (folder / MANIFEST).is_file():
            continue
        if old := _old(folder):
            rewrite(folder, old)
            done += 1
        if before := origin(folder):
            _record(actor, folder, before, Manifest.read(folder).sha256)
    return done


def _old(folder: Path) -> dict[str, pa.Table]:
    """Give the tables of a folder that hold columns which snapshots leave out today, in today's columns."""
    schemas = {source.name: source.schema for source in snapshot.SOURCES}
    found = {}
    for name in PERSONAL:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            continue
        had = set(pq.read_schema(path).names)
        if had <= set(schemas[name].names):
            continue
        table = pq.read_table(path)
        if name == "customers" and "address_complete" not in had:
            table = table.append_column("address_complete", _addressed(table))
        if name == "contacts" and "has_email" not in had:
            table = table.append_column("has_email", pc.not_equal(table["email"], ""))
        found[name] = table.select([column for column in schemas[name].names if column in table.column_names])
    return found


def _addressed(table: pa.Table) -> pa.ChunkedArray:
    given = {name: pc.not_equal(table[name], "") for name in ("country", "city", "street", "postal_code")}
    return pc.and_(pc.and_(given["country"], given["city"]), pc.or_(given["street"], given["postal_code"]))


@transaction.atomic
def _record(actor: Actor, folder: Path, before: str, after: str) -> None:
    """Tie the run to its snapshot's new manifest, once."""
    runs = Run.objects.filter(company_id=actor.company_id, folder__endswith=f"/{folder.name}", manifest_sha256=before)
    if runs.update(manifest_sha256=after):
        audit.record(actor, "leave_persons_out", f"snapshot:{folder.name}", sha256=after, first=before)
