"""Heads of the audit chain as they were written outside the database: one small file beside each run's snapshot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from fairdue.ledger.audit import Head

NAME = "audit-head.json"


def snapshots_folder(company_id: int) -> Path:
    """Give the folder of a company's snapshots."""
    return Path(settings.DATA_DIR) / "snapshots" / str(company_id)


def write_anchor(folder: Path, head: Head) -> None:
    """Write a head beside a run's snapshot, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{NAME}.part"
    part.write_text(json.dumps({"sequence": head.sequence, "head": head.head}) + "\n", encoding="utf-8")
    os.replace(part, folder / NAME)


def outside_anchors(company_id: int) -> Iterator[tuple[int, str, str]]:
    """Give (sequence, head, place) of every run's file, for ``audit.verify``; a file that cannot be read has no head."""
    for path in sorted(snapshots_folder(company_id).glob(f"*/{NAME}")):
        place = f"snapshots/{company_id}/{path.parent.name}/{NAME}"
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            yield int(stored["sequence"]), str(stored["head"]), place
        except (ValueError, KeyError, TypeError):
            yield 0, "", f"{place} (damaged)"
