"""What the branches of a policy can see of a customer beside its account. Frozen, whole numbers; None is absent."""

from __future__ import annotations

from typing import NamedTuple


class Signals(NamedTuple):
    """The facts of ``docs/algorithms/strategy.md``, 2 to 6 and 10. Shares are parts per million."""

    grade: int | None = None
    probability_late: int | None = None
    warning_level: int | None = None
    payment_index: int | None = None
    days_beyond_terms: int | None = None
    """Whole days, towards zero; early is negative."""
    silence: int = 0
    disputes: int = 0
    dispute_share: int | None = None
    unfounded_disputes: int = 0
    broken_promises: int = 0
    key_account: int = 0
    natural_person: str = "unknown"
    country: str = ""


NONE = Signals()
