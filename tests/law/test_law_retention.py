"""The duty to keep records, as dated data."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.law.retention import duty


@pytest.mark.parametrize(
    ("country", "kind", "last_on", "until"),
    [
        ("DE", "letter", date(2019, 1, 1), date(2025, 12, 31)),
        ("DE", "letter", date(2019, 12, 31), date(2025, 12, 31)),
        ("DE", "book", date(2019, 6, 30), date(2027, 12, 31)),
        ("CN", "book", date(2020, 2, 29), date(2050, 12, 31)),
        ("XX", "letter", date(2020, 2, 29), date(2030, 12, 31)),
    ],
)
def test_a_duty_counts_from_the_end_of_the_year(country: str, kind: str, last_on: date, until: date) -> None:
    assert duty(country, kind).until(last_on) == until


def test_a_country_nobody_named_keeps_longer_than_its_neighbours_in_europe() -> None:
    assert duty("", "letter").years == 10
    assert duty("", "letter").source == "own safe default"
