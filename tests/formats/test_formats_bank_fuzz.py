"""A sample of the fuzzing of bank formats; ``make faults`` runs a hundred thousand."""

from __future__ import annotations

import fuzz_bank
import pytest


@pytest.mark.parametrize("name", sorted(fuzz_bank.READERS))
def test_damaged_bank_files_end_in_records_or_in_an_error(name: str) -> None:
    ends = fuzz_bank.fuzz(name, 1000, 77)
    if not ends:
        pytest.skip("no samples here")
    assert ends.total() == 1000
    assert ends["read"] > 20
    assert len(ends) > 4
    assert "no good error" not in ends
