"""Why a snapshot cannot be used, as reasons: the engine's codes and texts."""

from __future__ import annotations

from fairdue.engine.reasons import TEXTS, SnapshotError
from fairdue.kernel.reasons import Reason, ReasonCode, because


class SnapshotReason(ReasonCode):
    """What is wrong with a snapshot's folder."""

    ABSENT = ("snapshot_absent", TEXTS["snapshot_absent"])
    TAKEN = ("snapshot_taken", TEXTS["snapshot_taken"])
    FILE_MISSING = ("snapshot_file_missing", TEXTS["snapshot_file_missing"])
    FILE_DIFFERS = ("snapshot_file_differs", TEXTS["snapshot_file_differs"])


def snapshot_reason(error: SnapshotError) -> Reason:
    """Give the reason of the engine's error."""
    code = next(member for member in SnapshotReason if member.code == error.code)
    return because(code, **error.values)
