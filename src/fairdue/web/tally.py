"""What became of released proposals, counted and said in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from fairdue.dunning.actions import Outcome
from fairdue.dunning.reasons import ReleaseReason
from fairdue.wording import words


@dataclass(frozen=True, slots=True)
class Tally:
    """How many went out, how many wait for a second person, how many were held back, and how often for which reason.

    ``reasons`` are (code, text of the first, how often): two amounts in transit are one reason.
    """

    released: int = 0
    first: int = 0
    held: int = 0
    reasons: tuple[tuple[str, str, int], ...] = ()

    @property
    def done(self) -> int:
        """Give how many were decided."""
        return self.released + self.first + self.held

    @property
    def listed(self) -> list[tuple[str, int]]:
        """Give the reasons with how often each held something back, most frequent first."""
        return sorted(((text, n) for _code, text, n in self.reasons), key=lambda pair: (-pair[1], pair[0]))

    def add(self, outcomes: Sequence[Outcome]) -> Tally:
        """Give the tally with some more outcomes."""
        counted = {code: (text, n) for code, text, n in self.reasons}
        states = [str(outcome.state) for outcome in outcomes]
        for outcome in outcomes:
            if outcome.state == "released":
                continue
            for reason in {reason.code: reason for reason in outcome.reasons}.values():
                if reason.code != ReleaseReason.BLOCKED.code:
                    text, n = counted.get(reason.code, (words.reason(reason), 0))
                    counted[reason.code] = (text, n + 1)
        released, first = states.count("released"), states.count("first")
        return Tally(
            self.released + released,
            self.first + first,
            self.held + len(states) - released - first,
            tuple((code, text, n) for code, (text, n) in counted.items()),
        )

    def sentence(self) -> str:
        """Say it in a sentence or two."""
        said = [ngettext("%(n)s released.", "%(n)s released.", self.released)]
        counts = [self.released]
        if self.first:
            said.append(ngettext("%(n)s waits for a second person.", "%(n)s wait for a second person.", self.first))
            counts.append(self.first)
        if self.held:
            said.append(ngettext("%(n)s was held back.", "%(n)s were held back.", self.held))
            counts.append(self.held)
        return " ".join(text % {"n": words.count(number)} for text, number in zip(said, counts, strict=True))

    def as_list(self) -> list[Any]:
        """Give plain values for the form of the next batch."""
        return [self.released, self.first, self.held, [list(row) for row in self.reasons]]

    @classmethod
    def from_list(cls, stored: Sequence[Any]) -> Tally:
        """Read what ``as_list`` gave."""
        released, first, held, reasons = stored
        return cls(
            int(released), int(first), int(held), tuple((str(code), str(text), int(n)) for code, text, n in reasons)
        )
