"""An erasure and an export are killed at any point and begun again: nothing half erased, nothing left, no half file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).resolve().parent
POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
EVERY = int(os.environ.get("FAIRDUE_KILL_EVERY", "9"))
"""Every how many steps is killed; 1 kills at each."""
pytestmark = pytest.mark.kill


def killed(folder: Path, url: str) -> dict[str, dict[str, int]]:
    env = os.environ | {
        "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings", "PYTHONPATH": str(HERE.parents[1] / "src"),
    }  # fmt: skip
    command = [sys.executable, str(HERE / "kill_erasure.py"), str(folder), str(EVERY)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["erase"]["wrong"] == 0, done.stderr[-3000:]
    assert found["export"]["wrong"] == 0, done.stderr[-3000:]
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_killed_at_any_point_and_asked_again_it_is_whole(tmp_path, vendor):
    if vendor == "sqlite":
        found = killed(tmp_path, f"sqlite:///{tmp_path}/data/ledger.sqlite3")
    else:
        name = f"fairdue_kill_personal_{os.getpid()}"
        try:
            con = psycopg.connect(POSTGRES, connect_timeout=3, autocommit=True)
        except psycopg.Error:
            pytest.skip("no PostgreSQL server")
        with con:
            con.execute(f"CREATE DATABASE {name}")
            try:
                found = killed(tmp_path, POSTGRES.rpartition("/")[0] + "/" + name)
            finally:
                con.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                con.execute(f"DROP DATABASE IF EXISTS {name}_kept WITH (FORCE)")
    assert found["erase"]["kills"] >= 3
    assert found["export"]["kills"] >= 1
    steps = (
        "opened",
        "noted",
        "letters removed",
        "copies removed",
        "files removed",
        "swept",
        "sealed",
        "keys destroyed",
        "overwritten",
    )
    assert found["steps"] == dict.fromkeys(steps, "whole")
