"""``fairdue files``: a folder goes in, what is refused comes back as a list, and what is missing is told."""

from __future__ import annotations

import csv
import sqlite3

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
MISSING = "SELECT number FROM ledger_document WHERE kind = 'invoice' AND id NOT IN (SELECT document_id FROM ledger_document_file"


def numbers(folder) -> list[str]:
    with sqlite3.connect(folder / "fairdue.sqlite3") as connection:
        rows = connection.execute(f"{MISSING} WHERE document_id IS NOT NULL) ORDER BY id DESC LIMIT 2")
        return [row[0] for row in rows]


def test_a_folder_goes_in_and_what_is_refused_comes_back(fairdue, tmp_path):
    first, second = numbers(fairdue.folder)
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / f"{first}.png").write_bytes(PNG)
    (scans / f"Lieferschein {second}.png").write_bytes(PNG + b"2")
    (scans / "holiday.png").write_bytes(PNG + b"3")
    listed = tmp_path / "refused.csv"
    said = fairdue("files", "add", str(scans), "--refused", str(listed), code=2)
    assert "new 2 · known before 0 · refused 1" in said
    assert "scans/holiday.png" in said
    rows = list(csv.reader(listed.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["file", "scans/holiday.png"]
    (scans / "holiday.png").unlink()
    assert "new 0 · known before 2 · refused 0" in fairdue("files", "add", str(scans))
    assert first in fairdue("files", "list", "--limit", "5")
    delivery = fairdue("files", "list", "--kind", "delivery_proof")
    assert second in delivery
    assert "1 files" in delivery
    assert "copies are missing" in fairdue("files", "missing", "--limit", "3")
    assert "缺少" in fairdue("files", "missing", "--limit", "3", FAIRDUE_LANGUAGE="zh-hans")


def test_what_a_person_names_must_exist(fairdue, tmp_path):
    assert "is no kind" in fairdue("files", "add", str(tmp_path), "--kind", "receipt", code=1)
    assert "no customer" in fairdue("files", "add", str(tmp_path), "--customer", "nobody", code=1)
    assert "is not there" in fairdue("files", "add", str(tmp_path / "absent"), code=1)
    assert "of 0 documents" in fairdue("files", "add", str(tmp_path), "--document", "X-0", code=1)
