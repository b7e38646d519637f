"""The worked cases of docs/algorithms/dunning.md, run against the rules."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from fairdue.dunning.account import Account, Item, Step, StepState
from fairdue.dunning.policy import shipped
from fairdue.dunning.rules import decide

DOC = Path(__file__).parents[2] / "docs" / "algorithms" / "dunning.md"


def cases():
    block = re.search(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)
    return yaml.safe_load(block[1])


def account_of(case):
    items = []
    for number, item in enumerate(sorted(case["items"], key=lambda item: item["due"]), start=1):
        issued = item.get("issued", item["due"] - timedelta(days=200))
        told = tuple((code, StepState.DONE) for code in item.get("told", ()))
        held = round(item.get("held", 0) * 100)
        reasons = ("dispute",) if held else ()
        items.append(Item(number, issued, item["due"], round(item["open"] * 100), held, reasons, told))
    policy = shipped(case.get("policy", "flexible"))
    steps = []
    for said in case.get("said", ()):
        stage = policy.by_code[said["stage"]]
        state = StepState(said.get("state", "done"))
        steps.append(Step(stage.code, stage.level, state, said["day"], stage.is_message, said.get("deadline")))
    overdue = [item.due_on for item in items if item.due_on < case["today"] and item.open_minor > 0]
    since = case.get("overdue_since") or (min(overdue) + timedelta(days=1) if overdue else None)
    return Account(1, "EUR", case.get("country", ""), tuple(items), since, 0, tuple(steps)), policy


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_worked_case(case):
    account, policy = account_of(case)
    decision = decide(account, policy, case["today"])
    message = decision.message
    assert (message.stage.code if message else None) == case["message"], decision.reasons
    if "task" in case:
        assert (decision.task.stage.code if decision.task else None) == case["task"]
    if "because" in case:
        reasons = message.reasons if message else decision.reasons
        assert case["because"] in [reason.code for reason in reasons]
    if "asked" in case:
        assert message.asked_minor == round(case["asked"] * 100)
    if "level" in case:
        assert message.level == case["level"]
    if "key" in case:
        assert message.step_key.endswith(f".{case['key']}")


def test_there_are_enough_cases():
    assert len(cases()) >= 24
    assert {case["today"].__class__ for case in cases()} == {date}
