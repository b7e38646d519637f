"""How well a set of mails was told: precision and recall of each question with Wilson's interval, by language and by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt


def wilson(right: int, of: int) -> tuple[float, float]:
    """Give the bounds in which the share lies with 95 % confidence (Wilson 1927); the whole range where nothing was counted."""
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, right / of
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


@dataclass
class Score:
    """Counts of one question: said and right, said and wrong, not said though there was something to say."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, said: object, truth: object) -> None:
        """Count one mail; None: nothing was said, or nothing was to be said."""
        self.right += said is not None and said == truth
        self.wrong += said is not None and said != truth
        self.missed += truth is not None and said != truth

    @property
    def precision(self) -> float:
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def recall(self) -> float:
        return self.right / ((self.right + self.missed) or 1)

    def __str__(self) -> str:
        (low, high), (least, most) = (
            wilson(self.right, self.right + self.wrong),
            wilson(self.right, self.right + self.missed),
        )
        counts = f"{self.right} right, {self.wrong} wrong, {self.missed} missed"
        return f"precision {self.precision:.3f} ({low:.2f}-{high:.2f}), recall {self.recall:.3f} ({least:.2f}-{most:.2f}); {counts}"


@dataclass
class Scores:
    """The scores of a set, whole and by group (a language, a kind), and what was told wrongly."""

    whole: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    groups: dict[str, dict[str, Score]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Score)))
    faults: list[str] = field(default_factory=list)

    def add(self, question: str, said: object, truth: object, groups: Iterable[str] = ()) -> None:
        """Count one mail for a question, in the whole and in its groups."""
        for each in (self.whole, *(self.groups[group] for group in groups)):
            each[question].add(said, truth)

    def __getitem__(self, question: str) -> Score:
        return self.whole[question]

    def lines(self) -> list[str]:
        """Give the table as lines."""
        lines = [f"  {question}: {score}" for question, score in self.whole.items()]
        for group in sorted(self.groups):
            lines += [f"  {group} | {question}: {score}" for question, score in self.groups[group].items()]
        return [*lines, *self.faults]
