"""Predictions from files: the file's own columns stay, bad rows are told, and the real data say how good it is."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fairdue.cli.main import app

from .portfolio import closed_csv, month_of_invoices

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HISTORY = [row for customer, lag in (("17", 3), ("0018", -4), ("A-19", 30)) for row in month_of_invoices(customer, lag)]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object):
        return CliRunner().invoke(app, [str(one) for one in arguments])

    return call


@pytest.fixture
def closed(tmp_path) -> Path:
    closed_csv(tmp_path / "closed.csv", HISTORY)
    return tmp_path / "closed.csv"


def open_items(path: Path, *rows: str) -> Path:
    path.write_text(
        "Note;Customer No;Invoice No;Due date;Amount\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8"
    )
    return path


def test_columns_are_kept_and_added(run, closed, tmp_path):
    wanted = open_items(
        tmp_path / "open.csv", "x;17;R1;2025-11-03;120,50", "=y;A-19;R2;2025-11-03;99,00", ";new;R3;2025-11-04;1,00"
    )
    done = run("predict", "--history", closed, "--open", wanted, "--out", tmp_path / "pred.csv")
    assert done.exit_code == 0, done.output
    with (tmp_path / "pred.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "Note", "Customer No", "Invoice No", "Due date", "Amount", "expected_date", "p10_date", "p90_date", "p_late", "p_late_30", "basis",
    ]  # fmt: skip
    assert [row["expected_date"] for row in rows[:2]] == ["2025-11-06", "2025-12-03"]
    assert [row["basis"] for row in rows] == ["like", "like", "all"]
    assert [row["Note"] for row in rows] == ["x", "=y", ""]
    for row in rows:
        days = [date.fromisoformat(row[name]) for name in ("p10_date", "expected_date", "p90_date")]
        assert days == sorted(days)
        assert 0 <= float(row["p_late_30"]) <= float(row["p_late"]) <= 1
    assert float(rows[0]["p_late"]) > 0.9
    assert not list(tmp_path.glob(".*.part"))


def test_unpaid_on_a_day_cannot_have_been_paid_before(run, closed, tmp_path):
    wanted = open_items(tmp_path / "open.csv", ";17;R1;2025-11-03;120,50")
    assert (
        run("predict", "--history", closed, "--open", wanted, "--out", "p.csv", "--as-of", "2025-11-20").exit_code == 0
    )
    (row,) = csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8"))
    assert date.fromisoformat(row["p10_date"]) > date(2025, 11, 20)


def test_bad_rows_are_told_and_good_ones_predicted(run, closed, tmp_path):
    wanted = open_items(
        tmp_path / "open.csv", *(f";17;R{n};2025-11-{n:02d};10,00" for n in range(1, 12)), ";17;R;2025-99-99;10,00"
    )
    done = run("predict", "--history", closed, "--open", wanted, "--out", "p.csv")
    assert done.exit_code == 0
    assert "open.csv:13: " in done.output
    rows = list(csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8")))
    assert len(rows) == 12
    assert rows[-1]["expected_date"] == ""
    assert all(row["expected_date"] for row in rows[:-1])


def test_a_file_without_due_dates_is_refused_whole(run, closed, tmp_path):
    wanted = tmp_path / "open.csv"
    wanted.write_text("Customer No;Invoice No;Amount\n17;R1;120,50\n", encoding="utf-8")
    done = run("predict", "--history", closed, "--open", wanted, "--out", "p.csv")
    assert done.exit_code == 1
    assert "open.csv" in done.output
    assert not (tmp_path / "p.csv").exists()


def test_a_history_that_like_invoices_do_not_help_says_so(run, tmp_path):
    first = date(2025, 1, 6)
    rows = [("17", f"R{n}", first + timedelta(days=n), "10.00", first + timedelta(days=n + 2)) for n in range(60)]
    closed_csv(tmp_path / "closed.csv", rows)
    wanted = open_items(tmp_path / "open.csv", ";17;R1;2025-11-03;10,00")
    done = run("predict", "--history", "closed.csv", "--open", wanted, "--out", "p.csv")
    assert done.exit_code == 0
    assert "only age counts" in done.output


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("name", "kind", "gain", "error"),
    [("b2b-invoices/closed_train.csv", "", 0.05, 2.9), ("ibm-receivables/closed_train.csv", "PaperlessBill", 0.0, 5.8)],
)
def test_it_beats_the_customers_own_median_later(run, tmp_path, name, kind, gain, error):
    done = run("model", "backtest", "--history", SHARED / name, "--kind", kind, "--folds", 1, "--out", "figures.json")
    assert done.exit_code == 0, done.output
    (fold,) = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    figures = fold["figures"]
    assert figures["gain"]["low"] > gain
    assert figures["error"]["value"] < error
    assert 0.76 <= figures["held"]["value"] <= 0.84
