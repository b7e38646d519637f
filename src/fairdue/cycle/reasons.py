"""Why a finding of the nightly line is there. Amounts are minor units of ``currency``."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class TieReason(ReasonCode):
    """What does not tie between the ledger and a source's list of ``as_of``."""

    DIFFERS = (
        "tie.differs",
        gettext_noop(
            "Ledger and list of %(source)s of %(as_of)s differ by %(at_risk_minor)s %(currency)s: the ledger has %(ledger_minor)s,"
            " the list %(source_minor)s, and nothing that the books have yet to answer explains it."
        ),
    )
    MORE = (
        "tie.more",
        gettext_noop("%(count)s more customers differ from the list of %(source)s of %(as_of)s: fairdue reconcile."),
    )
    ROWS_REFUSED = (
        "tie.rows_refused",
        gettext_noop(
            "%(count)s rows of the list of %(source)s of %(as_of)s could not be read; ledger and list cannot tie."
        ),
    )
    NO_LIST = ("tie.no_list", gettext_noop("The last list of %(source)s cannot be held against the ledger: %(why)s"))
