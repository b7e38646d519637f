"""Charts: drawn once, in the style sheet's colours, with nothing that the page's policy forbids."""

from __future__ import annotations

import re
from importlib.resources import files

from web_sample import summary

from fairdue.wording import charts
from fairdue.wording.summary import ageing_rows, bucket_of, buckets, due_rows


def test_colours_are_those_of_the_style_sheet():
    css = files("fairdue.web").joinpath("static/web/fairdue.css").read_text(encoding="utf-8")
    for name, colour in charts.COLOURS.items():
        assert re.search(rf"--{name}: (light-dark\({colour}, #[0-9a-f]{{6}}\)|{colour});", css), name


def test_a_drawing_has_no_script_no_style_and_no_colour_of_its_own():
    spec = charts.ageing_chart(ageing_rows(buckets(summary()), "EUR"))
    svg = charts.draw(spec)
    assert svg.startswith("<svg")
    for name in ("b0", "b5", "ink", "line"):
        assert f"var(--{name})" in svg
    for forbidden in ("<script", "<style", "style=", "href", "#6f9fa3", 'width="420"'):
        assert forbidden not in svg, forbidden
    assert charts.draw(spec) is not None


def test_days_overdue_fall_into_the_ledgers_buckets():
    assert [bucket_of(days) for days in (-5, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 4000)] == [
        0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
    ]  # fmt: skip


def test_a_week_before_this_one_is_past(now):
    rows = due_rows(summary(), now.date(), "EUR")
    assert [(row["week_on"], row["past"], row["amount"]) for row in rows] == [("2026-02-23", True, 50_000)]
