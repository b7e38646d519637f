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
