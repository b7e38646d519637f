"""What the product imports is what its lock installs: nothing works only because a test package brought it along."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def locked() -> set[str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return {
        re.split(r"[=<>;\[ ]", line)[0].lower().replace("_", "-") for line in lines if line and not line.startswith("#")
    }


def imported() -> set[str]:
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"fairdue", "__future__"}


def test_every_import_is_of_a_locked_package() -> None:
    owners = packages_distributions()
    optional = {"pyspark", "boto3", "botocore"}
    bare = {
        module: owners.get(module, ["?"])
        for module in imported() - optional
        if not {name.lower().replace("_", "-") for name in owners.get(module, [])} & locked()
    }
    assert bare == {}


def test_what_reads_columns_as_arrays_has_numpy() -> None:
    assert "numpy" in locked()
