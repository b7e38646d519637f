"""Dispatchers killed at random lines and moments hand every step over once, or ask. ``make faults`` does it 200 times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

HARNESS = Path(__file__).parent / "kill_dispatch.py"
POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
pytestmark = pytest.mark.kill


@pytest.mark.parametrize("server", ["", POSTGRES], ids=["sqlite", "postgresql"])
def test_ten_kills_leave_every_step_handed_over_once_or_asked_about(server: str, tmp_path: Path) -> None:
    if server:
        try:
            psycopg.connect(server, connect_timeout=3).close()
        except psycopg.OperationalError:
            pytest.skip("no PostgreSQL server")
    command = [sys.executable, str(HARNESS), "--folder", str(tmp_path), "--kills", "10", "--postgres", server]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["kills"] == 10
    assert summary["handed_over"] > summary["uncertain"]
