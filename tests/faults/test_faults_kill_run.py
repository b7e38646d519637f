"""Whole runs killed at checkpoints, random lines and moments end as if nobody had touched them. ``make faults`` does it 200 times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

HARNESS = Path(__file__).parent / "kill_run.py"
POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
pytestmark = pytest.mark.kill


@pytest.mark.parametrize(("server", "kills"), [("", 14), (POSTGRES, 6)], ids=["sqlite", "postgresql"])
def test_killed_runs_do_every_step_once_and_leave_the_ledger_alone(server: str, kills: int, tmp_path: Path) -> None:
    if server:
        try:
            psycopg.connect(server, connect_timeout=3).close()
        except psycopg.OperationalError:
            pytest.skip("no PostgreSQL server")
    command = [sys.executable, str(HARNESS), "--folder", str(tmp_path), "--kills", str(kills), "--postgres", server]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["kills"] == kills
    assert summary["messages"] > 10
