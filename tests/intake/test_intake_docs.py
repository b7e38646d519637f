"""The worked examples of docs/algorithms/intake.md, held against the rules."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from fairdue.intake.matching import paired
from fairdue.intake.rows import ItemRow
from fairdue.intake.rules import Known, Member, Plan, Scope, Settlement, plan_items

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "intake.md"
AS_OF, EARLY, LATE = date(2026, 2, 20), date(2026, 2, 10), date(2026, 2, 25)
KEY = "17|R1|"


def table(heading: str) -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8").split(f"| {heading}", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]


def row(amount: int, rest: int | None = None, due: date = date(2026, 3, 1), settled_on=None, line: int = 2) -> ItemRow:
    return ItemRow(
        line=line,
        key=KEY,
        customer_number="17",
        customer_key="17",
        customer_name="",
        document_number="R1",
        issued_on=date(2026, 1, 1),
        due_on=due,
        currency="EUR",
        open_minor=amount if rest is None else rest,
        amount_minor=amount,
        settled_on=settled_on,
    )


def known(
    amount: int, applied: int = 0, kind: str = "", late: bool = False, due: date = date(2026, 3, 1), n: int = 1
) -> Known:
    size = abs(amount)
    own_later = applied if kind == "paid" and late else 0
    member = Member(n, size, size - applied + own_later, size - applied)
    settlements = [Settlement(9, n, applied, LATE if late else EARLY)] if kind == "settled" else []
    start = date(2026, 1, 1)
    return Known(KEY, n, "17", 5, 6, "R1", "EUR", -1 if amount < 0 else 1, due, start, [member], settlements)


def written(plan: Plan, items: dict[str, list[Known]]) -> list[str]:
    amounts = {one.allocation_id: one.amount_minor for some in items.values() for k in some for one in k.settlements}
    said = [f"new {-n.amount_minor if n.row.open_minor < 0 else n.amount_minor}" for n in plan.new]
    said += [f"settle {n.settled_minor}" for n in plan.new if n.settled_minor]
    said += [f"reverse {amounts[r.allocation_id]}" for r in plan.reverse]
    said += [f"settle {s.amount_minor}" for s in plan.settle]
    said += [f"supplement {s.amount_minor}" for s in plan.supplements]
    names = {"intake_partial_lower": "lower", "intake_ledger_knows_payment": "paid", "intake_settled_later": "later"}
    said += [f"note {names[note.code]}" for note in plan.notes]
    return said or (["unchanged"] if plan.unchanged else ["nothing"])


@pytest.mark.parametrize("cells", table("ledger | listed"), ids=" / ".join)
def test_what_becomes_of_an_item(cells):
    ledger, listed, source, expected = cells
    items: dict[str, list[Known]] = {}
    if found := re.fullmatch(r"(-?\d+)(?: (settled|paid) (\d+))?( late)?", ledger):
        items[KEY] = [known(int(found[1]), int(found[3] or 0), found[2] or "", bool(found[4]))]
    rows = []
    if found := re.fullmatch(r"(-?\d+)(?: of (\d+))?(?: paid on the (\d+)th)?", listed):
        settled_on = date(2026, 2, int(found[3])) if found[3] else None
        rows = [row(int(found[2] or found[1]), int(found[1]), settled_on=settled_on)]
    assert items or ledger == "nothing"
    assert rows or listed == "nothing"
    full = source == "full"
    plan = plan_items(rows, items, Scope(as_of=AS_OF, settles=full, complete=full))
    assert written(plan, items) == expected.split(", ")


def due(text: str) -> date:
    return date(2026, 3, int(text))


@pytest.mark.parametrize("cells", table("known items | listed"), ids=" / ".join)
def test_who_is_who(cells):
    items = []
    for n, text in enumerate(cells[0].split(", "), 1):
        amount, day, *rest = re.fullmatch(r"(-?\d+) due (\d+)( settled)?", text).groups()
        gone = bool(rest[0])
        items.append(known(int(amount), abs(int(amount)) * gone, "settled" if gone else "", due=due(day), n=n))
    rows = []
    for n, text in enumerate(cells[1].split(", "), 2):
        amount, day = re.fullmatch(r"(-?\d+) due (\d+)", text).groups()
        rows.append(row(int(amount), due=due(day), line=n))
    for order in (rows, rows[::-1]):
        pairs = paired(order, items)
        said = [f"{r.open_minor} due {r.due_on.day} is {i.occurrence if i else 'new'}" for r, i in pairs]
        assert sorted(said) == sorted(cells[2].split("; "))
