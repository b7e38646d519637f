"""Where the ledger's SQL files are."""

from __future__ import annotations

from fairdue.engine.measures import Measure, load

PACKAGE = "fairdue.ledger.sql"


def measure(name: str) -> Measure:
    """Load a measure of the ledger."""
    return load(PACKAGE, name)
