"""The least days of a country go before the policy's, for formal demands only."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.dunning.deadlines import deadline

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("country", "natural_person", "document", "until"),
    [
        ("GB", "yes", "formal_notice", date(2026, 4, 1)),
        ("GB", "unknown", "final_notice", date(2026, 4, 1)),
        ("GB", "no", "formal_notice", date(2026, 3, 16)),
        ("GB", "yes", "overdue_notice", date(2026, 3, 9)),
        ("NO", "no", "formal_notice", date(2026, 3, 16)),
        ("DE", "yes", "formal_notice", date(2026, 3, 9)),
        ("", "yes", "formal_notice", date(2026, 3, 9)),
    ],
)
def test_a_formal_demand_leaves_the_days_of_the_country(country, natural_person, document, until):
    assert deadline(TODAY, 7, country, natural_person, document) == until


def test_a_longer_deadline_of_the_policy_stands():
    assert deadline(TODAY, 20, "NO", "no", "formal_notice") == date(2026, 3, 23)
