"""Export and erasure on the command line, on the very files: the database with its write-ahead log, the data folder, a backup."""

from __future__ import annotations

import json
import sqlite3
import zipfile

import pytest

pytestmark = pytest.mark.kill
LATER = {"FAIRDUE_NOW": "2041-01-10T09:00:00+00:00"}


def someone(folder) -> tuple[int, str, str]:
    """A contact whose name nobody else bears and to whom a letter went."""
    with sqlite3.connect(folder / "fairdue.sqlite3") as db:
        return db.execute(
            "SELECT c.id, c.name, c.email FROM ledger_contact c JOIN contact_outbox_message m ON m.contact_id = c.id"
            " WHERE c.name <> '' AND c.email <> '' AND (SELECT COUNT(*) FROM ledger_contact o WHERE o.name = c.name) = 1"
            " AND (SELECT COUNT(*) FROM ledger_customer o WHERE o.name LIKE '%' || c.name || '%') = 0 LIMIT 1"
        ).fetchone()


def named(folder, *words: str) -> list[str]:
    wanted = [form.encode() for word in words for form in (word, json.dumps(word)[1:-1], word.upper())]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if data.startswith(b"PK"):
                with zipfile.ZipFile(path) as archive:
                    data = b"".join(archive.read(name) for name in archive.namelist())
            if any(word in data for word in wanted):
                found.append(str(path.relative_to(folder)))
    return found


def test_a_contact_is_exported_erased_and_gone_from_every_byte(fairdue, tmp_path):
    fairdue("release", "--all")
    fairdue("send")
    pk, name, email = someone(fairdue.folder)
    assert named(fairdue.folder, name, email)
    out = tmp_path / "person.zip"
    assert "written to" in fairdue("personal", "export", f"contact:{pk}", "--out", str(out))
    assert email.encode() in zipfile.ZipFile(out).read("person.json")

    shown = fairdue("personal", "erase", email)
    assert "Nothing was changed" in shown
    assert "HGB § 257" in shown
    assert named(fairdue.folder, email)

    fairdue("send", FAIRDUE_NOW="2026-10-31T09:30:00+00:00")
    done = fairdue("personal", "erase", f"contact:{pk}", "--yes", "--reason", "letter of 5 January", **LATER)
    assert "erased" in done
    assert named(fairdue.folder, name, email) == []

    assert "is whole" in fairdue("audit", "verify", **LATER)
    assert "the same byte for byte" in fairdue("replay", "2026-10-30", **LATER)
    backup = tmp_path / "backup.zip"
    fairdue("backup", str(backup), **LATER)
    fairdue("restore", str(backup), "--force", **LATER)
    assert "is whole" in fairdue("audit", "verify", **LATER)
    assert named(fairdue.folder, name, email) == []


def test_due_lists_old_contacts_and_removes_old_files(fairdue):
    found = json.loads(fairdue("personal", "due", "--json", **LATER))
    assert found["contact_count"] > 0
    assert found["unfinished"] == []
    fairdue("personal", "due", "--complete", **LATER)
    assert json.loads(fairdue("personal", "due", "--json", **LATER))["imports"] == 0
