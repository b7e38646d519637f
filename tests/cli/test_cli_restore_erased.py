"""A backup, an erasure, a restore: the house says that it holds an erased person again, and reapply lets nothing be read."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from test_cli_personal import LATER, named, someone

pytestmark = pytest.mark.kill


def test_backup_erase_restore_reapply_and_nothing_is_readable(fairdue, tmp_path):
    fairdue("release", "--all")
    fairdue("send")
    fairdue("send", FAIRDUE_NOW="2026-10-31T09:30:00+00:00")
    pk, name, email = someone(fairdue.folder)
    backup = tmp_path / "backup.zip"
    fairdue("backup", str(backup), **LATER)
    packed = zipfile.ZipFile(backup).namelist()
    assert not [one for one in packed if "keys.sqlite3" in one or "master.key" in one]
    kept = tmp_path / "keys.sqlite3"
    assert "keys kept" in fairdue("personal", "keep-keys", str(kept), **LATER)
    fairdue("personal", "erase", f"contact:{pk}", "--yes", "--reason", "letter of 5 January", **LATER)
    assert named(fairdue.folder, name, email) == []

    fairdue("restore", str(backup), "--force", **LATER)
    assert named(fairdue.folder, name, email), "the tables of the backup name the contact"
    assert "fairdue personal reapply" in fairdue("personal", "due", **LATER)
    assert '"behind": 1' in fairdue("personal", "due", "--json", **LATER)
    out = tmp_path / "after.zip"
    fairdue("personal", "export", f"contact:{pk}", "--out", str(out), **LATER)
    with zipfile.ZipFile(out) as archive:
        said = archive.read("person.json").decode()
        assert "erased with the person" in said, "letters of the restored state stay closed"
        assert not [one for one in archive.namelist() if one.startswith("files/")]

    assert "erased" in fairdue("personal", "reapply", **LATER)
    assert named(fairdue.folder, name, email) == []
    assert '"behind": 0' in fairdue("personal", "due", "--json", **LATER)
    assert "is whole" in fairdue("audit", "verify", **LATER)
    assert "Nobody was erased" in fairdue("personal", "reapply", **LATER)
    fairdue("personal", "sweep")
    shutil.copy(kept, tmp_path / "old-keys.sqlite3")
