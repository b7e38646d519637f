"""``fairdue gate why``: told to a person and to a program, by number or id, for today or another day; nothing is written."""

from __future__ import annotations

import json
import sqlite3


def numbers(folder) -> list[tuple[int, str]]:
    with sqlite3.connect(folder / "fairdue.sqlite3") as connection:
        return connection.execute("SELECT id, number FROM ledger_customer ORDER BY id").fetchall()


def contents(folder) -> list[str]:
    with sqlite3.connect(folder / "fairdue.sqlite3") as connection:
        return list(connection.iterdump())


def test_why_is_told_for_customers_of_the_demonstration(fairdue):
    before = contents(fairdue.folder)
    row_id, number = numbers(fairdue.folder)[0]
    told = fairdue("gate", "why", number)
    assert number in told
    found = json.loads(fairdue("gate", "why", number, "--json"))
    assert (found["customer"], found["id"], found["as_of"], found["policy"]) == (
        number,
        row_id,
        "2026-10-30",
        "flexible",
    )
    assert found["cases"] or found["reasons"]
    later = json.loads(fairdue("gate", "why", number, "--json", "--as-of", "2026-12-01"))
    assert (later["as_of"], later["at"][:10]) == ("2026-12-01", "2026-12-01")
    assert contents(fairdue.folder) == before


def test_a_case_names_every_check_with_its_verdict_and_what_mends_it(fairdue):
    cases = {}
    for _, number in numbers(fairdue.folder)[:12]:
        found = json.loads(fairdue("gate", "why", number, "--json", "--as-of", "2026-11-20"))
        for case in found["cases"]:
            if case["checks"]:
                cases[number] = case
        if cases:
            break
    number, case = next(iter(cases.items()))
    verdicts = {check["check"]: check["verdict"] for check in case["checks"]}
    assert verdicts["bank_data"] == "waits"
    bank = next(check for check in case["checks"] if check["check"] == "bank_data")
    assert bank["reasons"][0]["code"] == "gate_bank_data_old"
    assert bank["remedies"][0]["command"] == "fairdue cash import FILE"
    told = fairdue("gate", "why", number, "--as-of", "2026-11-20")
    assert bank["reasons"][0]["text"] in told
    assert "→ Import a newer bank statement" in told
    assert "银行" in fairdue("gate", "why", number, "--as-of", "2026-11-20", FAIRDUE_LANGUAGE="zh-hans")


def test_an_unknown_customer_is_told_in_one_line(acme):
    assert "There is no customer 99" in acme("gate", "why", "99", code=1)
    assert "is no date" in acme("gate", "why", "99", "--as-of", "soon", code=1)
