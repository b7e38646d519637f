"""Live looks at the ledger as of any day, through the same measures that runs use."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from fairdue.engine.snapshot import Snapshot
from fairdue.ledger import measures
from fairdue.ledger import snapshot as ledger_snapshot


def ageing_now(company_id: int, as_of: date, known_at: datetime) -> pa.Table:
    """Give the ageing as of a day, as known at a moment, from a snapshot taken for the purpose and thrown away."""
    scratch = Path(tempfile.mkdtemp(prefix="fairdue-ageing-"))
    try:
        ledger_snapshot.take(company_id, as_of, known_at, scratch / "snapshot")
        with Snapshot.open(scratch / "snapshot").connect() as con:
            return measures.ageing(con, as_of)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
