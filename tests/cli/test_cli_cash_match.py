"""Matching from the command line: proposed, posted, explained, decided by a person, taken back, counted."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "formats"))
import bank_files

HEADINGS = "invoice number,customer number,customer name,invoice date,due date,amount,currency\n"


def test_from_a_bank_file_to_the_rates(acme, tmp_path):
    bank, ledger = tmp_path / "day.xml", tmp_path / "open.csv"
    bank.write_bytes(b"".join(bank_files.camt(3)))
    rows = [
        f"{number},{n + 1},Kunde {n} GmbH & Co. KG,2026-09-01,2026-10-01,{amount},EUR\n"
        for n, (number, amount) in enumerate((("RE-100000", "100.00"), ("RE-100001", "100.01"), ("X-77", "250.00")))
    ]
    ledger.write_text(HEADINGS + "".join(rows), encoding="utf-8")
    acme("import", str(ledger), "--source", "erp", "--as-of", "2026-10-29", "--yes")
    acme("cash", "import", str(bank), "--new-account", "--no-match")
    acme.now = acme.now.replace(month=11, day=2)

    assert "Every line is decided." not in acme("cash", "queue")
    told = acme("cash", "propose")
    assert "3 lines looked at, 3 proposals are new." in told
    assert "2 lines posted." in acme("cash", "post")
    queue = acme("cash", "queue")
    (number,) = [line.split("│")[1].strip() for line in queue.splitlines() if "Kunde 2" in line]
    why = acme("cash", "explain", number)
    assert "Neither the payer nor an item is known." in why
    assert "There is no such proposal" in acme("cash", "confirm", number, code=1)

    assert "do not add up" in acme("cash", "assign", number, "X-77=300.00", code=1)
    assert "do not add up" in acme("cash", "assign", number, "X-77=100.00", code=1)
    assert "There is no item of a document RE-9" in acme("cash", "assign", number, "RE-9", code=1)
    assert "is decided" in acme("cash", "assign", number, "X-77=90.00", "--on-account", "3")
    assert "chosen by a person" in acme("cash", "explain", number)
    assert "Kunde 2" in acme("cash", "aliases")
    assert "1 / 1" not in acme("cash", "rates")
    shown = acme("cash", "rates", "--by", "account")
    assert "2 / 3" in shown
    assert "2 / 4" in shown
    assert "200.01 / 300.03 EUR" in shown
    assert "0 / 2" in shown
    for by in ("statement", "month"):
        assert "2 / 3" in acme("cash", "rates", "--by", by)
    assert "is none of" in acme("cash", "rates", "--by", "year", code=1)

    assert "is decided. Undo that first" in acme("cash", "confirm", number, code=1)
    assert "waits again" in acme("cash", "undo", number, "--reason", "typed wrong")
    assert "Nothing was learned yet." in acme("cash", "aliases")
    assert "is decided" in acme(
        "cash", "assign", number, "X-77=90.00", "--no-customer", "--reason", "a refund", "--once"
    )
    assert "Nothing was learned yet." in acme("cash", "aliases")
    assert "Every line is decided." in acme("cash", "queue")


def test_settings_are_shown_and_set_by_who_may(acme):
    assert "budget_ppm=100" in acme("cash", "settings")
    assert "may not" in acme("cash", "settings", "--set", "budget_ppm=50", code=1)
    acme("user", "add", "lena", "--role", "finance_lead", "--password", "a-long-password-1")
    assert "is a whole number from 1 to 10,000" in acme(
        "cash", "settings", "--set", "budget_ppm=0", "--user", "lena", code=1
    )
    told = acme("cash", "settings", "--set", "budget_ppm=50", "--set", "rounding=5, JPY 1", "--user", "lena")
    for line in ("Version 1", "budget_ppm=50", "rounding=5, JPY 1", "posting=on"):
        assert line in told
    assert "lena" in acme("cash", "settings", "--versions")
    assert "write NAME=VALUE" in acme("cash", "settings", "--set", "posting", "--user", "lena", code=1)


def test_explain_and_why_say_whom_the_money_of_a_tie_holds(acme, tmp_path):
    bank, ledger = tmp_path / "day.xml", tmp_path / "open.csv"
    bank.write_bytes(b"".join(bank_files.camt(3)))
    rows = [f"X-{n},{n},Kunde 2 GmbH & Co. KG,2026-09-01,2026-10-01,100.02,EUR\n" for n in (1, 2)]
    ledger.write_text(HEADINGS + "".join(rows), encoding="utf-8")
    acme("import", str(ledger), "--source", "erp", "--as-of", "2026-10-29", "--yes")
    acme("cash", "import", str(bank), "--new-account", "--no-match")
    acme.now = acme.now.replace(month=11, day=2)
    acme("cash", "propose")
    queue = acme("cash", "queue")
    (number,) = [line.split("│")[1].strip() for line in queue.splitlines() if "Kunde 2" in line]
    told = " ".join(acme("cash", "explain", number).split())
    both = "Kunde 2 GmbH & Co. KG (1), Kunde 2 GmbH & Co. KG (2)"
    assert f"Until the line is decided, its money counts before a notice to {both} leaves." in told
    for customer in ("1", "2"):
        why = " ".join(acme("gate", "why", customer).split())
        assert "Of this, 100.02 EUR may be of several customers (up to 2)" in why
    acme("cash", "confirm", number, "--other", "2")
    assert "Until the line is decided" not in acme("cash", "explain", number)
    assert "may be of several customers" not in acme("gate", "why", "1")
