"""Hold an answer against the truth: four rates, by situation, ties apart, calibration. Counts are integers; only rates are divided."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from math import exp, lgamma, log, log1p
from pathlib import Path
from typing import NamedTuple

STATES = ("posted", "waiting", "abstained")
MILLION = 1_000_000

Parts = Counter[tuple[str, int]]


class Answer(NamedTuple):
    """What a program says of a line."""

    state: str
    probability_ppm: int
    parts: Parts


NOTHING = Answer("abstained", 0, Counter())


class AnswerError(ValueError):
    """An answer file that cannot be scored."""


def answers(path: Path) -> dict[str, Answer]:
    """Read an answer file."""
    found: dict[str, Answer] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for at, row in enumerate(csv.DictReader(file), 2):
            try:
                line, state, ppm = row["line"], row["state"], int(row["probability_ppm"] or 0)
                amount = int(row["amount_minor"] or 0)
            except (KeyError, TypeError, ValueError) as error:
                raise AnswerError(f"{path.name}, line {at}: {error}") from None
            if state not in STATES or not 0 <= ppm <= MILLION:
                raise AnswerError(f"{path.name}, line {at}: state {state!r}, probability {ppm}")
            one = found.setdefault(line, Answer(state, ppm, Counter()))
            if (one.state, one.probability_ppm) != (state, ppm):
                raise AnswerError(f"{path.name}, line {at}: {line} has two states or probabilities")
            if amount:
                one.parts[row["item"], amount] += 1
    return found


class Truth(NamedTuple):
    """What is true of a line."""

    line: str
    situation: str
    tie: bool
    account: str
    parts: Parts

    @property
    def amount_minor(self) -> int:
        return sum(amount * count for (_, amount), count in self.parts.items())


def truths(path: Path) -> Iterator[Truth]:
    """Give the truth line by line."""
    with path.open(encoding="utf-8", newline="") as file:
        for line, group in groupby(csv.DictReader(file), key=lambda row: row["line"]):
            rows = list(group)
            parts = Counter((row["item"], int(row["amount_minor"])) for row in rows)
            yield Truth(line, rows[0]["situation"], rows[0]["tie"] == "1", rows[0]["account"], parts)


def upper_bound(wrong: int, of: int) -> float:
    """Give the upper end of the one-sided 95 % interval of Clopper and Pearson."""
    if not of or wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, of, middle) > 0.05 else (low, middle)
    return high


def _at_most(wrong: int, of: int, share: float) -> float:
    """Give the probability of so many or fewer."""
    if share >= 1:
        return 0.0
    total = 0.0
    for n in range(wrong, -1, -1):
        term = exp(lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1) + n * log(share) + (of - n) * log1p(-share))
        total += term
        if term < total * 1e-18:
            break
    return total


class Tally:
    """The counts of all lines, or of one situation."""

    def __init__(self) -> None:
        self.lines = self.posted = self.right = self.parts = self.right_parts = self.value = self.right_value = 0

    def add(self, truth: Truth, answer: Answer, value: int) -> None:
        self.lines += 1
        self.parts += truth.parts.total()
        self.value += value
        if answer.state != "posted":
            return
        self.posted += 1
        self.right_parts += (truth.parts & answer.parts).total()
        if truth.parts == answer.parts:
            self.right += 1
            self.right_value += value

    def told(self) -> dict[str, float | int]:
        wrong = self.posted - self.right
        return {
            "lines": self.lines, "posted": self.posted, "right": self.right, "wrong": wrong, "payment_ppm": _ppm(self.right, self.lines),
            "line_ppm": _ppm(self.right_parts, self.parts), "value_ppm": _ppm(self.right_value, self.value),
            "wrong_ppm": _ppm(wrong, self.posted), "wrong_upper_ppm": round(upper_bound(wrong, self.posted) * MILLION, 1),
        }  # fmt: skip


def _ppm(part: int, of: int) -> int:
    return (2 * part * MILLION + of) // (2 * of) if of else 0


class Calibration:
    """Ten bins by probability."""

    def __init__(self) -> None:
        self.bins = [[0, 0, 0] for _ in range(10)]

    def add(self, ppm: int, right: bool) -> None:
        one = self.bins[min(9, ppm * 10 // MILLION)]
        one[0] += 1
        one[1] += ppm
        one[2] += right

    def points(self) -> float:
        """Give the error in points of a hundred."""
        lines = sum(one[0] for one in self.bins)
        off = sum(abs(ppm - right * MILLION) for _, ppm, right in self.bins)
        return round(100 * off / (lines * MILLION), 3) if lines else 0.0


def score(folder: Path, path: Path) -> dict[str, object]:
    """Score an answer file; the folder holds the truth."""
    given, whole, by, calibration = answers(path), Tally(), dict[str, Tally](), Calibration()
    with (folder / "accounts.csv").open(encoding="utf-8", newline="") as file:
        rates = {row["account"]: int(row["eur_ppm"]) for row in csv.DictReader(file)}
    ties = dict.fromkeys(("lines", "abstained", "waiting", "guessed", "guessed_right"), 0)
    unequal = 0
    for truth in truths(folder / "truth.csv"):
        answer = given.pop(truth.line, NOTHING)
        right = truth.parts == answer.parts
        if answer.state != "abstained":
            calibration.add(answer.probability_ppm, right)
            unequal += truth.amount_minor != sum(amount * count for (_, amount), count in answer.parts.items())
        if truth.tie:
            ties["lines"] += 1
            ties["guessed" if answer.state == "posted" else answer.state] += 1
            ties["guessed_right"] += answer.state == "posted" and right
            continue
        value = abs(truth.amount_minor) * rates[truth.account]
        for tally in (whole, by.setdefault(truth.situation, Tally())):
            tally.add(truth, answer, value)
    if given:
        raise AnswerError(f"{path.name}: {len(given)} lines that no bank file has, such as {min(given)}")
    return {
        "decidable": whole.told(), "ties": ties, "calibration_points": calibration.points(), "answers_that_do_not_add_up": unequal,
        "situations": {name: tally.told() for name, tally in sorted(by.items())},
    }  # fmt: skip
