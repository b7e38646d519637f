"""``fairdue doctor-data`` on the demonstration: what it finds, and files that the import takes back."""

from __future__ import annotations

import csv


def test_findings_files_and_the_way_back(fairdue, tmp_path):
    out = tmp_path / "mend"
    told = fairdue("doctor-data", "--out", str(out))
    assert "customers have a finding" in told
    names = sorted(path.name for path in out.iterdir())
    assert "contacts-contact-missing.csv" in names
    path = out / "contacts-contact-missing.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        row["Contact name"], row["E-mail"], row["Language"] = "Ann Lee", f"ar@k{row['Customer number']}.example", "en"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    fairdue("import", str(path), "--source", "mended", "--partial", "--yes")
    again = fairdue("doctor-data", "--check", "contact_missing")
    assert rows[0]["Customer number"] not in again


def test_one_finding_and_a_wrong_name(fairdue):
    assert "customer number" in fairdue("doctor-data", "--check", "credit_unapplied", "--limit", "3")
    assert "There is no check nonsense" in fairdue("doctor-data", "--check", "nonsense", code=1)
