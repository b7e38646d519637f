"""Why an order is not simply released."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class OrderReason(ReasonCode):
    """A check that speaks."""

    BLOCK = ("order_block", gettext_noop("A block is in force: %(block)s. Whoever set it lifts it."))
    NO_LIMIT = ("order_no_limit", gettext_noop("No credit limit is in force."))
    LIMIT = (
        "order_limit",
        gettext_noop(
            "The limit of %(limit_minor)s %(currency)s is passed by %(over_minor)s %(currency)s; %(exposure_minor)s %(currency)s is in use."
        ),
    )
    GROUP = (
        "order_group",
        gettext_noop("The group's limit of %(limit_minor)s %(currency)s is passed by %(over_minor)s %(currency)s."),
    )
    OVERDUE = (
        "order_overdue",
        gettext_noop("%(overdue_minor)s %(currency)s is overdue, for up to %(days)s days."),
    )
    TERMS = (
        "order_terms",
        gettext_noop("Terms of %(days)s days are longer than the %(longest)s days of grade %(grade)s."),
    )
    GRADE = ("order_grade", gettext_noop("Grade %(grade)s is for prepayment only."))
    WARNING = ("order_warning", gettext_noop("%(count)s red warnings are open."))
    STALE = ("order_stale", gettext_noop("What is known of the buyer is %(days)s days old."))
    PERSON = (
        "order_person",
        gettext_noop("The buyer is a natural person: it is not refused by a rule, a person decides."),
    )
