"""Why a snapshot cannot be used, in words that can be translated."""

from __future__ import annotations

from fairdue.kernel.reasons import Reason, ReasonCode, Value, because, gettext_noop


class SnapshotReason(ReasonCode):
    """What is wrong with a snapshot's folder."""

    ABSENT = ("snapshot_absent", gettext_noop("%(folder)s holds no snapshot: %(file)s is missing."))
    TAKEN = ("snapshot_taken", gettext_noop("%(folder)s is taken: a snapshot is never overwritten."))
    FILE_MISSING = ("snapshot_file_missing", gettext_noop("%(file)s is missing from the snapshot."))
    FILE_DIFFERS = ("snapshot_file_differs", gettext_noop("%(file)s differs from the manifest."))


class SnapshotError(RuntimeError):
    """A snapshot that is not what its manifest says, or cannot be written. ``reason`` says why."""

    def __init__(self, code: SnapshotReason, **values: Value) -> None:
        self.reason: Reason = because(code, **values)
        super().__init__(code.text % values)
