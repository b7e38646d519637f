"""What the check of the audit chain can find, as reasons."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class AuditReason(ReasonCode):
    """What is wrong with the chain."""

    GAP = ("audit_gap", gettext_noop("Sequences %(first)s to %(last)s are missing."))
    REMOVED = ("audit_removed", gettext_noop("The sealed entry is gone."))
    BROKEN_LINK = ("audit_broken_link", gettext_noop("The link does not fit the entry before it."))
    EDITED = ("audit_edited", gettext_noop("Entry %(entry)s no longer says what was sealed."))
    EMPTIED = ("audit_emptied", gettext_noop("%(count)s texts are empty that no erasure took."))
    CUT_TAIL = (
        "audit_cut_tail",
        gettext_noop("%(place)s knows sequence %(sequence)s; the chain ends before it."),
    )
    ANCHOR_DIFFERS = (
        "audit_anchor_differs",
        gettext_noop("%(place)s knows another head for sequence %(sequence)s."),
    )
