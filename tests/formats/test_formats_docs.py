"""The worked examples of docs/algorithms/table-recognition.md, and the lists of docs/reference/import-tables.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairdue.formats.fields import KINDS
from fairdue.formats.reasons import FormatCode
from fairdue.formats.values import amounts, dates

DOCS = Path(__file__).parents[2] / "docs"


def examples(section: str) -> list[tuple[list[str], list[str]]]:
    text = (DOCS / "algorithms" / "table-recognition.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    body = next(one for one in part if one.startswith(section))
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", body, flags=re.MULTILINE)
    return [(left.split(", "), right.split(", ")) for left, right in rows if left not in ("column", "---")]


@pytest.mark.parametrize(("cells", "expected"), examples("Dates"))
def test_worked_dates(cells: list[str], expected: list[str]) -> None:
    style = dates.judge(cells)
    outcomes = [dates.parse(cell, style) for cell in cells]
    assert [
        one.code if isinstance(one, FormatCode) else "empty" if one is None else str(one) for one in outcomes
    ] == expected


@pytest.mark.parametrize(("cells", "expected"), examples("Amounts"))
def test_worked_amounts(cells: list[str], expected: list[str]) -> None:
    style = amounts.judge(cells)
    outcomes = [amounts.parse(cell, style) for cell in cells]
    assert [one.code if isinstance(one, FormatCode) else str(one.value) for one in outcomes if one] == expected


def test_there_are_examples() -> None:
    assert (len(examples("Dates")), len(examples("Amounts"))) == (8, 8)


def test_every_field_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "import-tables.md").read_text(encoding="utf-8")
    for kind, fields in KINDS.items():
        assert f"`{kind.value}`" in text
        for field in fields.fields:
            assert f"`{field.name}`" in text, field.name
