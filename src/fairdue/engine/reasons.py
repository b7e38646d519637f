"""Why a snapshot cannot be used. The engine knows no room: rooms above turn code and values into the reader's words."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogues."""
    return text


TEXTS = {
    "snapshot_absent": gettext_noop("%(folder)s holds no snapshot: %(file)s is missing."),
    "snapshot_taken": gettext_noop("%(folder)s is taken: a snapshot is never overwritten."),
    "snapshot_file_missing": gettext_noop("%(file)s is missing from the snapshot."),
    "snapshot_file_differs": gettext_noop("%(file)s differs from the manifest."),
}


class SnapshotError(RuntimeError):
    """A snapshot that is not what its manifest says, or cannot be written: a code of ``TEXTS`` with its values."""

    def __init__(self, code: str, **values: str) -> None:
        self.code, self.values = code, values
        super().__init__(TEXTS[code] % values)
