"""The house's own rules: purity, no floats in money paths, limits on size, documented settings."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fairdue"
PURE_ROOMS = ("kernel", "formats", "law", "letters")
IMPURE_MODULES = {
    "django", "duckdb", "sqlite3", "psycopg", "adbc_driver_manager", "socket", "http", "urllib.request", "smtplib", "requests",
    "random", "secrets", "time", "subprocess", "threading", "multiprocessing", "os", "tempfile", "shutil", "uuid",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}
MODULE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
FLOAT_FREE = ("kernel", "law", "ledger", "dunning", "contact", "intake", "cover", "books", "cycle", "people", "engine")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def pure_modules() -> list[Path]:
    return [p for p in modules() if p.relative_to(PACKAGE).parts[0] in PURE_ROOMS or p.name == "rules.py"]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", pure_modules(), ids=name)
def test_pure_modules_touch_no_world(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bad = [m for m in imported(tree) if m in IMPURE_MODULES or m.split(".")[0] in IMPURE_MODULES]
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    bad += [f"{c.func.attr}()" for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in CLOCKS]
    bad += ["open()" for c in calls if isinstance(c.func, ast.Name) and c.func.id == "open"]
    assert bad == []


@pytest.mark.parametrize("path", modules(), ids=name)
def test_limits_of_size(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MODULE_LINES_MAX
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [
        f"{f.name} ({f.end_lineno - f.lineno + 1})"
        for f in functions
        if f.end_lineno - f.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


@pytest.mark.parametrize("path", [p for p in modules() if p.relative_to(PACKAGE).parts[0] in FLOAT_FREE], ids=name)
def test_no_float_where_money_goes(path: Path) -> None:
    """A float literal or ``float(…)`` in a room of money is an error, but for lines that say ``# float:`` and why."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    bad = []
    for node in ast.walk(ast.parse(text)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        if (literal or call) and "# float:" not in lines[node.lineno - 1]:
            bad.append(f"{node.lineno}: {lines[node.lineno - 1].strip()}")
    assert bad == []


def test_no_forbidden_module_names() -> None:
    assert [name(p) for p in modules() if p.stem in {"utils", "helpers", "common"}] == []


def test_every_environment_variable_is_declared_and_documented() -> None:
    from fairdue.conf import env

    used = set()
    for path in modules():
        used |= set(re.findall(r"FAIRDUE_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
    settings_names = {"FAIRDUE_SMTP_URL", "FAIRDUE_MAIL_FROM", "FAIRDUE_LINK_DAYS", "FAIRDUE_UPLOAD_MAX_BYTES"}
    declared = {variable.name for variable in env.ALL}
    assert used - declared - settings_names == set()
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert [variable.name for variable in env.ALL if f"`{variable.name}`" not in page] == []


def test_environment_is_read_in_one_place() -> None:
    readers = [name(p) for p in modules() if "os.environ" in p.read_text(encoding="utf-8")]
    assert sorted(readers) == sorted(r for r in readers if r.startswith(("conf/", "cli/")))
    assert os.environ.get("DJANGO_SETTINGS_MODULE") == "fairdue.conf.settings"


UTC_DAYS = {
    "people/days.py": 1,  # the one function that turns a moment into the company's day
    "contact/clock.py": 2, "contact/queries.py": 1, "contact/why.py": 2,  # the customer's place, by its own zone
    "engine/snapshot.py": 1,  # the one place where a snapshot takes days, in the zone it is given
    "contact/facts.py": 1,  # facts made without a company, in tests and for unknown customers
    "contact/standing.py": 1, "dunning/why.py": 1, "books/actions.py": 1,  # a moment told in a sentence
    "contact/actions/inbound.py": 2, "contact/inbox/lookup.py": 3,  # windows of months around the moment of a mail
    "contact/transports/folder.py": 1, "contact/manifest.py": 1, "cli/post.py": 1,  # names of folders, found again by a recovery
    "personal/queries.py": 5,  # periods of weeks and years since a moment
    "web/views/tokens.py": 1, "cli/token.py": 2, "cli/files.py": 1, "cli/keep.py": 1,  # the day of a stored moment, shown in UTC
}  # fmt: skip
"""Modules that may take the day off a moment without the company's time zone, how often, and why."""


@pytest.mark.parametrize("path", [p for p in modules() if not name(p).startswith("formats/")], ids=name)
def test_the_day_is_the_day_at_the_company_s_place(path: Path) -> None:
    """``.date()`` on a moment in UTC is tomorrow in New York in the evening; ``people.days`` gives the day that counts."""
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date" and not node.args
    ]  # fmt: skip
    assert len(calls) == UTC_DAYS.get(name(path), 0)
