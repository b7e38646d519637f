"""Bank files from the command line: taken in, refused with a remedy, listed, and every value of a line shown."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "formats"))
import bank_files


def test_bank_files_are_taken_in_and_looked_at(acme, tmp_path):
    camt, swift, broken = tmp_path / "day.xml", tmp_path / "day.sta", tmp_path / "broken.xml"
    camt.write_bytes(b"".join(bank_files.camt(3)))
    swift.write_bytes(b"".join(bank_files.mt940(2)))
    broken.write_bytes(b"".join(bank_files.camt(3))[:-20])
    assert "No bank file was taken in yet" in acme("cash", "accounts")

    refused = acme("cash", "import", str(camt), code=1)
    assert "DE89370400440532013000 EUR is not known as an account of this company" in refused
    assert "No lines." in acme("cash", "lines")

    told = acme("cash", "import", str(camt), str(broken), str(swift), "--new-account", code=1)
    assert "day.xml: 3 new lines, 0 announced, 0 known before." in told
    assert "The XML is not well-formed (unclosed token). The file is cut off or damaged: fetch it again." in told
    assert "day.sta: 2 new lines" in told
    assert "1 of 3 files were not taken in" in told
    assert "taken in before; nothing changed" in acme("cash", "import", str(camt))

    assert "10020030/1234567 EUR · booked · 5/1" in acme("cash", "accounts")
    listed = acme("cash", "lines")
    assert listed.count("Rechnung RE-10000") == 5
    number = next(line.split("│")[1].strip() for line in listed.splitlines() if "RE-100002" in line)
    shown = acme("cash", "line", number)
    assert "RltdPties/Dbtr/Pty/Nm: Kunde 2 GmbH & Co. KG" in shown
    assert "AcctSvcrRef: REF000000002" in shown
    assert "There is no line 99" in acme("cash", "line", "99", code=1)


def test_a_table_that_names_no_account_asks_for_it(acme, tmp_path):
    table = tmp_path / "october.csv"
    table.write_bytes("交易日期,收入,支出,币种,对方户名\n2026-10-01,8.00,,人民币,甲公司\n".encode("gb18030"))
    asked = acme("cash", "import", str(table), "--new-account", code=1)
    assert "does not say which account it is of" in asked
    told = acme("cash", "import", str(table), "--new-account", "--account", "6222001234567890")
    assert "october.csv: 1 new lines" in told
    assert "6222001234567890 CNY" in acme("cash", "accounts")


def test_a_folder_is_watched_once(acme, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "day.xml").write_bytes(b"".join(bank_files.camt(3)))
    (drop / "day.csv").write_bytes(b"".join(bank_files.csv(2)))
    (drop / "half.xml.part").write_bytes(b"<Doc")
    told = acme("watch", str(drop), "--once", "--settle", "0.05", "--new-account")
    assert "day.xml: 3 new lines, 0 announced, 0 known before." in told
    assert "day.csv: refused: The file does not say which account it is of." in told
    assert sorted(path.name for path in (drop / "done").iterdir()) == ["day.xml"]
    assert "--account" in (drop / "refused" / "day.csv.why.txt").read_text()
    # Given back with the account named, it goes in.
    (drop / "refused" / "day.csv").rename(drop / "day.csv")
    told = acme("watch", str(drop), "--once", "--settle", "0", "--new-account", "--account", "DE02120300000000202051")
    assert "day.csv: 2 new lines" in told
    assert (drop / "half.xml.part").exists()
    assert "no folder that can be watched" in acme("watch", str(tmp_path / "none"), "--once", code=1)
