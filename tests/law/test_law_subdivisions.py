"""A subdivision is named only where law differs inside its country."""

from __future__ import annotations

import pytest

from fairdue.law.parties import PartyFacts
from fairdue.law.regimes import regime_for, which_law


@pytest.mark.parametrize(
    ("country", "subdivision", "agreed", "code"),
    [("DE", "HH", None, "DE"), ("US", "NY", None, "US-NY"), ("FR", "", "DE-BY", "DE"), ("DE", "", "US-NY", "US-NY")],
)
def test_the_law_s_code(country: str, subdivision: str, agreed: str | None, code: str) -> None:
    seller = PartyFacts(country=country, subdivision=subdivision)
    assert which_law(seller, PartyFacts(country="IT"), agreed, True).code == code


def test_hamburg_claims_under_german_law() -> None:
    seller, buyer = PartyFacts(country="DE", subdivision="HH"), PartyFacts(country="FR")
    ruling = which_law(seller, buyer, None, True)
    assert ruling.code is not None
    regime = regime_for(ruling.code, seller, buyer).regime
    assert regime is not None
    assert regime.id == "DE_BGB288"
