"""The worked cases of docs/algorithms/late-interest.md, run against the engine and against their own arithmetic."""

import ast
import operator
import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from fairdue.kernel.daycount import DayCount
from fairdue.kernel.money import exponent, to_minor
from fairdue.kernel.rounding import to_int
from fairdue.law.contract_rate import ContractRate, Per
from fairdue.law.interest import InterestRequest, accrue
from fairdue.law.start import StartFacts
from fairdue.law.tables import ppm

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "late-interest.md"


def cases() -> list[dict[str, str]]:
    blocks = re.findall(r"```case\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [dict(line.split(": ", 1) for line in block.strip().splitlines()) for block in blocks]


def request_of(case: dict[str, str]) -> InterestRequest:
    balances = []
    for part in case["balances"].split(", "):
        on, amount = part.split(" ")
        balances.append((date.fromisoformat(on), to_minor(amount, case["currency"])))
    contract = None
    if "contract" in case:
        percent, per = case["contract"].split(" per ")
        contract = ContractRate(ppm(percent) or 0, Per(per), DayCount(case.get("day_count", "act_365f")))
    start = StartFacts(delivered_on=date.fromisoformat(case["delivered"])) if "delivered" in case else StartFacts()
    return InterestRequest(
        regime=None if case["regime"] == "-" else case["regime"],
        due_on=date.fromisoformat(case["due"]),
        as_of=date.fromisoformat(case["as_of"]),
        balances=tuple(balances),
        currency=case["currency"],
        contract=contract,
        contract_on=date.fromisoformat(case["contract_on"]) if "contract_on" in case else None,
        start=start,
    )


OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def by_hand(text: str) -> Fraction:
    """Compute the arithmetic exactly, without the engine: numbers are read as decimals, not as floats."""

    def walk(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant):
            return Fraction(ast.get_source_segment(text, node) or "")
        assert isinstance(node, ast.BinOp)
        left, right = walk(node.left), walk(node.right)
        return Fraction(OPERATIONS[type(node.op)](left, int(right) if isinstance(node.op, ast.Pow) else right))

    return walk(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_worked_case(case: dict[str, str]) -> None:
    result = accrue(request_of(case))
    expected = to_minor(case["expect"], case["currency"])
    assert to_int(by_hand(case["arithmetic"]) * 10 ** exponent(case["currency"])) == expected
    assert result.amount_minor == expected
    assert result.unknown_from == (date.fromisoformat(case["unknown_from"]) if "unknown_from" in case else None)
    assert sum(result.shown_minor()) == expected
    assert result.currency == case["currency"]


def test_there_are_enough_cases() -> None:
    ids = [case["id"] for case in cases()]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 25
    assert len({name.split("-")[0] for name in ids}) >= 15
