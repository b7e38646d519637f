"""A sample of the fuzzing in the unit suite; the full 2,000 run by ``fuzz_tables`` itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.mark.parametrize("seed", [11, 12])
def test_damaged_files_never_crash(seed: int) -> None:
    path = Path(__file__).with_name("fuzz_tables.py")
    spec = importlib.util.spec_from_file_location("fuzz_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ends = module.fuzz(150, seed)
    assert sum(ends.values()) == 150
    assert ends["read"] > 10
