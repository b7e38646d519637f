"""Remittance advices from the command line: taken in, listed, tied, withdrawn; a folder of them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "formats"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cash"))
import advice_samples
import bank_files

HEADINGS = "invoice number,customer number,customer name,invoice date,due date,amount,currency\n"


def test_from_an_advice_to_its_payment(acme, tmp_path):
    bank, ledger = tmp_path / "day.xml", tmp_path / "open.csv"
    bank.write_bytes(b"".join(bank_files.camt(3)))
    amounts = (
        ("AB-1001", 6000),
        ("AB-1002", 4002),
        ("AB-1003", 9000),
        ("AB-1004", 1000),
        ("AB-1005", 7000),
        ("AB-1006", 3002),
    )
    rows = [
        f"{number},7,Kunde 2 GmbH & Co. KG,2026-09-01,2026-10-01,{minor / 100:.2f},EUR\n" for number, minor in amounts
    ]
    ledger.write_text(HEADINGS + "".join(rows), encoding="utf-8")
    acme("import", str(ledger), "--source", "erp", "--as-of", "2026-10-29", "--yes")
    acme("cash", "import", str(bank), "--new-account")
    acme.now = acme.now.replace(month=11, day=2)
    assert "No advice was taken in yet" in acme("cash", "advices")

    avis, bad = tmp_path / "avis.xlsx", tmp_path / "bad.csv"
    avis.write_bytes(advice_samples.workbook(amounts[:2]))
    bad.write_bytes(b"number;amount\nZZ-9;1,00\n")
    told = acme("cash", "advice", str(avis), str(bad), code=1)
    assert "avis.xlsx: advice 1, 2 items, 100.02 EUR, Kunde 2 GmbH & Co. KG, the total agrees." in told
    assert "bad.csv: No line of the file names a known item with an amount." in told
    assert "1 of 2 files were not taken in." in told
    assert "taken in before; nothing changed" in acme("cash", "advice", str(avis))
    assert "There is no customer 99." in acme("cash", "advice", str(avis), "--customer", "99", code=1)

    acme("cash", "propose")
    assert "1 lines posted." in acme("cash", "post")
    assert "tied to line 3" in acme("cash", "advices")
    one = acme("cash", "advices", "1")
    assert "AB-1001 · 60.00 EUR" in one
    assert "avis.xlsx · table" in one
    assert "Advice #1 lists these items with this total." in acme("cash", "explain", "3")
    assert "is tied to line 3. Undo that first." in acme("cash", "withdraw-advice", "1", "--reason", "wrong", code=1)
    acme("cash", "undo", "3", "--reason", "test")
    assert "does not count any more" in acme("cash", "withdraw-advice", "1", "--reason", "of another customer")
    assert "of another customer" in acme("cash", "advices", "1")
    assert "There is no advice 9." in acme("cash", "advices", "9", code=1)

    acme("cash", "advice", str(avis), "--customer", "7", "--currency", "EUR", "--day", "2026-10-20")
    assert "2026" in acme("cash", "advices", "2")


def test_a_folder_of_advices(acme, tmp_path):
    ledger, drop = tmp_path / "open.csv", tmp_path / "drop"
    ledger.write_text(HEADINGS + "AB-1001,7,Kunde 7,2026-09-01,2026-10-01,60.00,EUR\n", encoding="utf-8")
    acme("import", str(ledger), "--source", "erp", "--as-of", "2026-10-29", "--yes")
    drop.mkdir()
    (drop / "good.csv").write_bytes(b"AB-1001;60,00\n")
    (drop / "bank.xml").write_bytes(b"".join(bank_files.camt(1)))
    told = acme("watch", str(drop), "--once", "--settle", "0.05", "--advices")
    assert "good.csv: advice 1, 1 items, 60.00 EUR" in told
    assert sorted(path.name for path in (drop / "done").iterdir()) == ["good.csv"]
    assert sorted(path.name for path in (drop / "refused").iterdir()) == ["bank.xml", "bank.xml.why.txt"]
    assert "not a table" in (drop / "refused" / "bank.xml.why.txt").read_text()
