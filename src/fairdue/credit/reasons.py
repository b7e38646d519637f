"""Why a limit or an order is not taken."""

from __future__ import annotations

from fairdue.kernel.reasons import Reason, ReasonCode, Value, because, gettext_noop


class CreditReason(ReasonCode):
    """What a person should mend."""

    NO_CUSTOMER = ("credit_no_customer", gettext_noop("There is no customer %(customer)s."))
    NO_LIMIT = ("credit_limit_none", gettext_noop("There is no limit %(limit)s."))
    AMOUNT = ("credit_amount", gettext_noop("An amount is not below zero."))
    GRADE = ("credit_grade", gettext_noop("%(grade)s is no grade. There are: %(known)s."))
    REASON = ("credit_reason", gettext_noop("A limit that a person sets needs a reason."))
    UNTIL = ("credit_until", gettext_noop("A temporary addition ends at most %(days)s days ahead."))
    PAST = ("credit_past", gettext_noop("%(day)s is over already."))
    OWN = ("credit_own", gettext_noop("Who asked for a limit does not approve it."))
    LEVEL = (
        "credit_level",
        gettext_noop("%(amount_minor)s %(currency)s of grade %(grade)s is beyond what you may approve."),
    )
    VOTED = ("credit_voted", gettext_noop("You decided on limit %(limit)s already."))
    NUMBER = ("credit_order_number", gettext_noop("An order has a number."))
    PREPAID = ("credit_prepaid", gettext_noop("What is prepaid is at most the order."))
    RATE = (
        "credit_rate",
        gettext_noop("There is no dated rate for %(currency)s: load rates, or ask in the company's currency."),
    )
    OTHER = ("credit_order_other", gettext_noop("Order %(number)s is of another customer."))
    NO_ORDER = ("credit_order_none", gettext_noop("No reservation stands for order %(number)s."))


class CreditError(ValueError):
    """A limit or an order that is not taken; nothing was written."""

    def __init__(self, code: ReasonCode, **values: Value) -> None:
        self.reason: Reason = because(code, **values)
        super().__init__(code.text % values)
