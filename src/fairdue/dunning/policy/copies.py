"""The ``copies`` of a stage: which documents' copies its letter takes along, and what a missing one means."""

from __future__ import annotations

from fairdue.dunning.policy.nodes import Reader
from fairdue.dunning.policy.shape import Copies, Missing
from fairdue.kernel.reasons import gettext_noop as _

KINDS = ("invoice", "contract", "order", "delivery_proof", "acceptance", "confirmation")
"""The kinds of document files that may leave the house."""
MOST_MB = 8
"""Megabytes of copies in one e-mail unless the policy says otherwise: base64 makes eleven of them, which most servers take."""


def read_copies(stage: Reader) -> Copies | None:
    """Read the section; None where the stage asks for no copies."""
    section = stage.mapping("copies")
    if section is None:
        return None
    kinds = section.words("kinds", KINDS)
    if not kinds and not section.sequence("kinds"):
        section.problem("kinds", _("%(what)s is missing"), _("Write “kinds: [invoice]”."), what="kinds")
    found = Copies(
        kinds,
        Missing(section.choice("missing", list(Missing), Missing.WARN) or Missing.WARN),
        section.integer("most_mb", MOST_MB, low=1, high=50) or MOST_MB,
    )
    section.done()
    return found
