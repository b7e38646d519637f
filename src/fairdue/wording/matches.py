"""What the pages call states, kinds and differences of matched money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

STATES: Mapping[str, str] = {
    "posted": _("to be posted"),
    "waiting": _("waits for a person"),
    "abstained": _("no proposal"),
}
BECAME: Mapping[str, str] = {
    "posted": _("posted"), "waiting": _("waits for a person"), "abstained": _("no proposal"), "": _("not proposed yet"),
}  # fmt: skip
TOLD: Mapping[str, str] = {"booked": _("booked"), "intraday": _("during the day"), "notice": _("notice")}
HOW: Mapping[str, str] = {
    "automatic": _("posted by evidence"), "confirmed": _("confirmed by a person"), "assigned": _("chosen by a person"),
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "payment": _("payment"), "credit": _("credit note used"), "on_account": _("on account"), "return": _("goes back"),
    "charge": _("bank's charge"), "not_customer": _("no customer's money"),
}  # fmt: skip
DIFFERENCES: Mapping[str, str] = {
    "open": _("the rest stays open"), "discount": _("early-payment discount"), "discount_grace": _("discount, days of grace"),
    "discount_unearned": _("discount not earned: stays open"), "charges": _("bank charges, written off"),
    "withholding": _("tax withheld: stays open"), "exchange": _("in the item's currency"), "rounding": _("rounding, written off"),
    "deduction": _("deducted: a dispute is proposed"), "duplicate": _("paid twice"), "write_off": _("written off"),
    "dispute": _("in dispute"),
}  # fmt: skip
RESTS: Sequence[tuple[str, str]] = (
    ("", _("stays open")), ("discount", _("early-payment discount")), ("write_off", _("written off")), ("dispute", _("to dispute")),
)  # fmt: skip
"""What may become of the rest of an item, as a person chooses it."""
GROUPED: Mapping[str, str] = {"statement": _("Statement"), "account": _("Account"), "month": _("Month")}
EVIDENCE: Mapping[str, str] = {
    "reference": _("structured reference, and the amount"), "number": _("numbers as printed, and the amount"),
    "number_damaged": _("damaged numbers or a range; payer and amount agree"),
    "number_unequal": _("one number, the payer agrees, another amount"), "advice": _("a remittance advice"),
    "advice_unsure": _("a remittance advice that leaves a doubt"),
    "payer_item": _("the payer, and only one item of this amount"), "payer_sum": _("the payer, and only one set with this sum"),
    "return": _("money that goes back"), "nobody": _("words that say it is no customer's"),
    "nobody_by_name": _("such words, but a customer's name"),
    "number_unknown_payer": _("a damaged number, and nobody known as payer"),
    "number_other_payer": _("a number of another customer than the payer"),
    "number_several_unequal": _("several numbers that do not add up"),
    "number_unequal_unknown": _("a number, another amount, payer not known"),
    "number_and_others": _("numbers, and other items make up the rest"),
    "number_or_amount": _("the number says one item, the amount another"),
    "payer_discount": _("the payer, and an item less its discount"), "payer_shared": _("one of several namesakes"),
    "payer_weak": _("the payer known by a cut or former name only"), "payer_loose": _("a set that may fit by chance"),
    "payer_only": _("only the payer is known"), "tie": _("explanations that are equally good"), "unknown": _("nothing is known"),
}  # fmt: skip
WHY: Mapping[str, str] = {
    "never": _("a person should see such lines, whatever the record says"), "own_proves": _("the company's own record proves it"),
    "own_breaks": _("the company's own errors exceed the budget"), "benchmark_proves": _("the benchmark proves it"),
    "not_proven": _("not proven yet: too few lines, or too many errors"),
}  # fmt: skip
SETTINGS: Mapping[str, str] = {
    "posting": _("Posting by evidence"), "budget_ppm": _("Wrong-match budget, ppm"), "rounding": _("Limit of rounding"),
    "charges": _("Limit of bank charges"), "discount_grace_days": _("Days of grace for discounts"),
    "judged_days": _("Days until a posting counts as right"), "early_days": _("Days that a payment may come early"),
}  # fmt: skip
_SWITCH = {"on": _("on"), "off": _("off")}


def value(text: str) -> str:
    """Give a setting's value as the page writes it."""
    return told(_SWITCH, text)


def told(names: Mapping[str, str], code: str) -> str:
    """Give what a code is called in the page's language; an unknown one shows itself."""
    return gettext(names[code]) if code in names else code
