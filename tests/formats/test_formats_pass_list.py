"""The pass list: of the bank samples that are valid by their own standard at least 98 % are read whole."""

from __future__ import annotations

import pytest
from pass_list import INVALID, PATTERNS, samples
from samples import BANK_STATEMENTS


@pytest.mark.skipif(not BANK_STATEMENTS.exists(), reason="no samples here")
def test_valid_samples_are_read_whole() -> None:
    found = samples()
    assert {one.format for one in found} == set(PATTERNS)
    valid = [one for one in found if not one.invalid]
    missed = [
        f"{one.path.name}: {one.entries} of {one.listed} {one.error}" for one in valid if one.entries != one.listed
    ]
    assert len(missed) * 100 <= 2 * len(valid), missed
    assert len(valid) > 70
    refused = {name.rpartition("/")[2] for name in INVALID}
    assert refused <= {one.path.name for one in found if one.entries is None}
