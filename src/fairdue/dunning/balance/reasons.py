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


class BalanceWhy(ReasonCode):
    """Why a plan would ask a customer for its balance today, or why not."""

    NO_PLAN = ("balance.why_no_plan", gettext_noop("The policy asks for no balance confirmation by itself."))
    PLANNED = (
        "balance.why_planned",
        gettext_noop(
            "The policy asks for the balance of %(as_of)s; the nightly run of today or a later night sends it."
        ),
    )
    OUTSIDE = (
        "balance.why_outside",
        gettext_noop("The balance of %(as_of)s was asked for until %(until)s; the next one is that of %(next)s."),
    )
    ASKED = ("balance.why_asked", gettext_noop("The balance of %(as_of)s was asked for on %(on)s: %(number)s."))
    CAME_BACK = (
        "balance.why_came_back",
        gettext_noop(
            "The question for the balance of %(as_of)s, asked on %(on)s, came back: a person decides about another."
        ),
    )
    BELOW = (
        "balance.why_below",
        gettext_noop(
            "%(amount)s %(currency)s is below the minimum of %(minimum)s %(currency)s from which the policy asks."
        ),
    )
    MEND_ASK = ("balance.mend_ask", gettext_noop("Mend the address, then ask again."))
    MEND_PLAN = ("balance.mend_plan", gettext_noop("Ask by hand, or name “balance” in the policy."))
    MEND_WAIT = ("balance.mend_wait", gettext_noop("Nothing to do: the next period comes by itself."))
    MEND_ADDRESS = ("balance.mend_address", gettext_noop("Complete the address or name a contact, and import it."))
