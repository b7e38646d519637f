"""Receipt confirmation: the worked cases of docs/algorithms/receipt.md."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from fairdue.dunning.account import StepState
from fairdue.dunning.receipt import Answered, Asked, states

DOC = Path(__file__).parents[2] / "docs" / "algorithms" / "receipt.md"
START = date(2026, 3, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def cases() -> list[dict]:
    return yaml.safe_load(re.search(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)[1])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_worked_case(case):
    asked = case.get("asked")
    questions = [Asked(1, StepState(asked.get("state", "done")), day(asked["day"]))] if asked else []
    answers = [Answered(one["kind"], tuple(one.get("items", ())), day(one["day"])) for one in case.get("answers", ())]
    found = states(questions, answers, day(10)).get(1)
    assert (found.value if found else None) == case["state"]
