"""Indicators on the command line: what a company without indicators hears, and what everybody may ask."""

from __future__ import annotations

import csv

import pytest
from typer.testing import CliRunner

from fairdue.cli.main import app

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")]


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("fairdue.cli.start.bring_up_to_date", lambda: None)

    def call(*arguments: object):
        return CliRunner().invoke(app, ["indicators", *(str(one) for one in arguments)])

    return call


def test_the_list_shows_thresholds_in_both_directions(run):
    done = run("list", "--family", "FSM")
    assert done.exit_code == 0, done.output
    assert "FSM001" in done.output
    assert "≤ 1.81" in done.output
    assert "≥ 0.5" in done.output
    assert "PAY001" not in done.output


def test_one_is_explained_and_an_unknown_one_is_not(run, house):
    house.invoice(300_00, due_in=-40)
    house.invoice(100_00, due_in=20)
    done = run("explain", "100", "age001", "--as-of", house.today.isoformat())
    assert done.exit_code == 0, done.output
    assert "0.75" in done.output
    assert "red" in done.output
    assert run("explain", "100", "XYZ999").exit_code == 1
    assert run("explain", "404", "AGE001").exit_code == 1


def test_show_and_run_tell_the_same(run, house, tmp_path):
    house.invoice(300_00, due_in=-40)
    day = house.today.isoformat()
    shown = run("show", "100", "--as-of", day)
    assert shown.exit_code == 0, shown.output
    assert run("run", "--out", tmp_path / "i.csv", "--as-of", day).exit_code == 0
    with (tmp_path / "i.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["customer"] for row in rows} == {"100"}
    assert f"{len(rows)} of 190" in shown.output
    for row in rows:
        assert row["indicator"] in shown.output
    assert not list(tmp_path.glob(".*.part"))
