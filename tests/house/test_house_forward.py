"""Migrations forward over rows: what a database of before holds is there, walled and guarded, in the newest state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from killed import TESTS, own_database

pytestmark = pytest.mark.kill
ALL = [[1, "a", "shared"], [1, "b", "apart"], [2, "a", "shared"]]
GUARDS = {"dunning_balance_confirmation_append_only"}
LITE_GUARDS = {"dunning_balance_confirmation_no_delete", "dunning_balance_confirmation_no_update"}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_rows_of_before_are_whole_in_the_newest_state(kind: str, tmp_path: Path):
    """Keys go to the key store, a file of two companies becomes two rows, one of nobody goes; walls and guards stand."""
    with own_database(kind, tmp_path) as url:
        walled = kind == "postgresql" and _bound(url)
        env = os.environ | {
            "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings",
            "PYTHONPATH": str(TESTS.parent / "src"),
        }  # fmt: skip
        command = [sys.executable, str(TESTS / "house" / "migrate_forward.py")]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["all"] == ALL
    assert told["second"] == ([[2, "a", "shared"]] if walled else ALL)
    assert told["none"] == ([] if walled else ALL)
    assert told["customers"] == [["unknown"] * 3] * 2
    assert told["twice"] == "IntegrityError"
    assert told["nobody"]
    assert set(told["guards"]) >= (GUARDS if kind == "postgresql" else LITE_GUARDS)
    assert told["left"] == 0


def _bound(url: str) -> bool:
    """Say whether the wall between companies binds who connects: it does not bind a superuser."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT NOT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(found and found[0])
