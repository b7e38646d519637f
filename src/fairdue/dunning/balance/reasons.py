"""Why a balance confirmation was or was not sent, and what its answers lead to. Amounts are minor units of ``currency``."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class BalanceReason(ReasonCode):
    """Reasons with the numbers behind them; ``number`` is the confirmation's own."""

    NOTHING_OPEN = ("balance.nothing_open", gettext_noop("Nothing was open on %(as_of)s."))
    KNOWN = ("balance.known", gettext_noop("The balance of %(as_of)s was asked for before."))
    NO_RECIPIENT = ("balance.no_recipient", gettext_noop("No contact with an e-mail address and no postal address."))
    NO_LETTER = ("balance.no_letter", gettext_noop("The letter cannot be written: %(error)s"))
    SILENT = (
        "balance.silent",
        gettext_noop("No answer yet to the balance confirmation %(number)s as of %(as_of)s: please call."),
    )
    CONFIRMED = ("balance.confirmed", gettext_noop("The balance %(number)s as of %(as_of)s is confirmed."))
    DIFFERS = (
        "balance.differs",
        gettext_noop("The customer names %(count)s differences to the balance %(number)s as of %(as_of)s."),
    )
    SETTLED = ("balance.settled", gettext_noop("A difference to the balance %(number)s is settled: %(settled_as)s."))
    REMEDY = ("balance.remedy", gettext_noop("An agreed difference to the balance %(number)s waits: %(remedy)s."))
    ACKNOWLEDGED = (
        "balance.acknowledged",
        gettext_noop("Confirmed on %(on)s in the balance %(number)s as of %(as_of)s, signed by %(name)s (%(role)s)."),
    )
    AUTHORITY = (
        "balance.authority",
        gettext_noop("Whether who signed could bind the customer is for a person to judge."),
    )
