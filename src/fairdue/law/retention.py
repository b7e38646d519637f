"""How long records must be kept: the duty that a wish to be erased gives way to (GDPR art. 17(3)(b), PIPL art. 47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from fairdue.law.tables import Confidence, Row, read

BOOK = "book"
LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Retention:
    """A duty to keep: whole years after the end of the calendar year, with the law that says so."""

    country: str
    kind: str
    years: int
    source: str
    confidence: Confidence
    note: str

    def until(self, last_on: date) -> date:
        """Give the last day on which a record of ``last_on`` must be kept."""
        return date(last_on.year + self.years, 12, 31)


def _make(row: Row) -> Retention:
    if row["kind"] not in (BOOK, LETTER):
        raise ValueError(f"{row['kind']!r} is no kind of record")
    return Retention(
        row["country"],
        row["kind"],
        int(row["years"]),
        row["source"],
        Confidence(row["confidence"]),
        row["note"],
    )


@cache
def _duties() -> dict[tuple[str, str], Retention]:
    return {(one.country, one.kind): one for one in read("retention.csv", _make)}


def duty(country: str, kind: str) -> Retention:
    """Give the duty of a creditor established in ``country`` for ``book`` or ``letter``; unknown countries keep the longest."""
    found = _duties()
    return found.get((country, kind)) or found["*", kind]
