"""Fairdue's matcher on a small set of the open benchmark: what it posts is right, ties are left alone."""

from __future__ import annotations

import pytest
from bench.cash_application.generate import generate
from bench.cash_application.product import answer
from bench.cash_application.prove import CANDIDATES
from bench.cash_application.score import score


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    generate(folder, 7, 4000, 12_000)
    answer(folder, folder / "answer.csv", posting=CANDIDATES)
    return score(folder, folder / "answer.csv")


def test_nearly_all_decidable_lines_are_posted_and_none_wrong(told):
    assert told["decidable"]["wrong"] == 0
    assert told["decidable"]["payment_ppm"] >= 950_000


def test_ties_are_left_to_people(told):
    assert told["ties"] == {"lines": 60, "abstained": 60, "waiting": 0, "guessed": 0, "guessed_right": 0}


def test_answers_add_up_and_probabilities_are_honest(told):
    assert told["answers_that_do_not_add_up"] == 0
    assert told["calibration_points"] < 2
