"""The matcher's reasons: what bears an answer, and why there is none."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class MatchReason(ReasonCode):
    """Codes with their texts."""

    REFERENCE = ("cash.match.reference", gettext_noop("The payment reference is that of %(number)s."))
    NUMBER = ("cash.match.number", gettext_noop("The text names %(number)s."))
    NUMBER_SPACED = (
        "cash.match.number_spaced",
        gettext_noop("The text names %(number)s, written with other marks: “%(said)s”."),
    )
    NUMBER_DAMAGED = ("cash.match.number_damaged", gettext_noop("“%(said)s” in the text is %(number)s, misread."))
    NUMBER_SHORT = (
        "cash.match.number_short",
        gettext_noop("“%(said)s” in the text is %(number)s without its leading signs."),
    )
    RANGE = ("cash.match.range", gettext_noop("The text names all numbers from %(first)s to %(last)s."))
    ACCOUNT = ("cash.match.account", gettext_noop("The money came from an account that paid for this customer before."))
    ALIAS = ("cash.match.alias", gettext_noop("A person confirmed that “%(name)s” is this customer."))
    NAME = ("cash.match.name", gettext_noop("The payer's name “%(name)s” is the customer's."))
    NAME_CUT = ("cash.match.name_cut", gettext_noop("Only this customer's name begins with “%(name)s”."))
    NAME_SCRIPT = (
        "cash.match.name_script",
        gettext_noop("“%(name)s” is the customer's name in another script."),
    )
    NAME_PAID = ("cash.match.name_paid", gettext_noop("“%(name)s” paid for this customer before."))
    ON_BEHALF = ("cash.match.on_behalf", gettext_noop("The text says that it is paid for “%(name)s”."))
    ULTIMATE = ("cash.match.ultimate", gettext_noop("The bank names “%(name)s” as the one for whom it is paid."))
    GROUP = ("cash.match.group", gettext_noop("The payer is of the customer's group."))
    AMOUNT = ("cash.match.amount", gettext_noop("The amount is just what is open."))
    ONLY_ITEM = ("cash.match.only_item", gettext_noop("Only one open item of the customer has this amount."))
    ONLY_SUM = (
        "cash.match.only_sum",
        gettext_noop("Only one set of the %(count)s open items adds up to the amount: %(items)s of them."),
    )
    BALANCE = ("cash.match.balance", gettext_noop("The amount is all that was open: %(items)s items."))
    ADVICE = ("cash.match.advice", gettext_noop("Advice %(number)s lists these items with this total."))
    ADVICE_UNSURE = (
        "cash.match.advice_unsure",
        gettext_noop("The advice came from a sender who is not known, or lines of it could not be read."),
    )
    ELSEWHERE = (
        "cash.match.elsewhere",
        gettext_noop(
            "Another source told of this payment: %(payment)s of %(day)s, of the same customer and amount. It would be booked twice."
        ),
    )
    DISCOUNT = ("cash.match.discount", gettext_noop("The difference is the early-payment discount, in time."))
    DISCOUNT_GRACE = (
        "cash.match.discount_grace",
        gettext_noop(
            "The difference is the early-payment discount, %(days)s days after its last day: within the days of grace."
        ),
    )
    DISCOUNT_UNEARNED = (
        "cash.match.discount_unearned",
        gettext_noop("The difference is the early-payment discount, %(days)s days after its last day: too late."),
    )
    ROUNDING = ("cash.match.rounding", gettext_noop("The difference is within the limit for rounding."))
    CHARGES = (
        "cash.match.charges",
        gettext_noop("The payer is abroad and the difference is no more than banks take on the way."),
    )
    WITHHOLDING = (
        "cash.match.withholding",
        gettext_noop("The difference is %(percent)s %% of the amount: tax withheld."),
    )
    DEDUCTION = ("cash.match.deduction", gettext_noop("The payer deducted something and names it: “%(said)s”."))
    PART = ("cash.match.part", gettext_noop("It is less than the open amount: a part payment."))
    EXCHANGE = (
        "cash.match.exchange",
        gettext_noop("The payer instructed the open amount in the item's currency, %(currency)s."),
    )
    OVER = (
        "cash.match.over",
        gettext_noop("It is more than the open amount: the rest stays to the customer's credit."),
    )
    PAID_AGAIN = ("cash.match.paid_again", gettext_noop("%(number)s was paid before with the same amount."))
    RETURNED = ("cash.match.returned", gettext_noop("The reference is that of an earlier payment of %(number)s."))
    RETURN_CHARGE = ("cash.match.return_charge", gettext_noop("What is more than the payment is the bank's charge."))
    NOBODY = ("cash.match.nobody", gettext_noop("No customer is named, and the words say what it is: “%(said)s”."))
    TIE = ("cash.match.tie", gettext_noop("%(count)s explanations are equally good; nothing tells them apart."))
    NAMESAKES = ("cash.match.namesakes", gettext_noop("%(count)s customers have this name."))
    OTHER_PAYER = (
        "cash.match.other_payer",
        gettext_noop("The payer is known as another customer than the one whose number is named."),
    )
    OTHER_ITEM = ("cash.match.other_item", gettext_noop("Another open item, %(number)s, has just this amount."))
    LOOSE = (
        "cash.match.loose",
        gettext_noop("So many sets were tried (%(tried)s) that this one may fit by chance."),
    )
    NO_SUM = ("cash.match.no_sum", gettext_noop("The customer is known; no set of its open items has this sum."))
    UNKNOWN = ("cash.match.unknown", gettext_noop("Neither the payer nor an item is known."))
