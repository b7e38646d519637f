"""Forms of the pages about matched money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairdue.cash.queue import Told, told_item
from fairdue.web.upload_field import UploadField

RESTS = ("", "discount", "write_off", "dispute")
ITEMS_MAX = 200


class QueueFilter(forms.Form):
    """Which lines the queue shows."""

    q = forms.CharField(
        label=_("Payer, account, text or amount"), required=False, max_length=100, widget=forms.TextInput({"type": "search"})
    )  # fmt: skip
    state = forms.ChoiceField(
        label=_("State"), required=False, widget=forms.HiddenInput,
        choices=[(one, one) for one in ("", "new", "posted", "waiting", "abstained")],
    )  # fmt: skip


class AssignForm(forms.Form):
    """What a split says beside its rows: whose the rest of the line is, who pays, why. Items may also be written one a line:
    ``RE-1001``, ``RE-1002 = 150.00``, ``RE-1003 = 980.00 : write_off``, ``RE-1004 = 100.00 @ 110.00``."""

    rest = forms.ChoiceField(label=_("What is left of the line"), required=False)
    customer = forms.CharField(label=_("Number of the customer"), required=False, max_length=60)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=200,
        help_text=_("Needed to write off, and for money that is no customer's"),
    )  # fmt: skip
    third_party = forms.BooleanField(label=_("The payer pays for another"), required=False)
    once = forms.BooleanField(label=_("Learn nothing of the payer from it"), required=False)
    items = forms.CharField(
        label=_("Items, one a line"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "A number, or RE-1002 = 150.00, with what becomes of the rest: RE-1003 = 980.00 : write_off (discount, dispute); in another "
            "currency with what it falls by: RE-1004 = 100.00 @ 110.00"
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, back: bool = False, rows: int = 0, **kwargs: Any) -> None:
        """Make the form of a line; ``back``: its money goes out. ``rows``: items that the split names already."""
        super().__init__(*args, **kwargs)
        first = ("charge", _("is the bank's cost")) if back else ("customer", _("is the credit of a customer"))
        self.fields["rest"].choices = [first, ("nobody", _("is no customer's money"))]  # type: ignore[attr-defined]
        if back:
            del self.fields["customer"]
        self.rows = rows

    def clean_items(self) -> list[Told]:
        """Give number, amount and rest of each line."""
        found: list[Told] = []
        for told in map(told_item, self.cleaned_data["items"].splitlines()):
            if told.rest not in RESTS:
                known = ", ".join(RESTS[1:])
                raise forms.ValidationError(
                    gettext("%(rest)s is none of: %(known)s") % {"rest": told.rest[:40], "known": known}
                )
            if told.number:
                found.append(told)
        if len(found) > ITEMS_MAX:
            raise forms.ValidationError(gettext("At most %(count)d items.") % {"count": ITEMS_MAX})
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for something to do."""
        asked = super().clean() or {}
        asked.setdefault("customer", "")
        if not self.errors and not (self.rows or asked["items"] or asked["customer"] or asked["rest"] == "nobody"):
            raise forms.ValidationError(gettext("Name an item, a customer, or say that it is no customer's money."))
        return asked


class BankFileForm(forms.Form):
    """A bank file; the account only where the file does not name it."""

    file = UploadField(
        label=_("Bank file"),
        help_text=_(
            "CAMT.052, .053 or .054 (also in a ZIP), MT940, MT942, OFX, BAI2, CODA, Norma 43; tables of banks, Alipay and WeChat Pay"
        ),
    )  # fmt: skip
    account = forms.CharField(
        label=_("Number of the account"), required=False, max_length=70, help_text=_("For a table that does not name it")
    )  # fmt: skip
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=3, help_text=_("For a table that does not name it")
    )  # fmt: skip
    new_account = forms.BooleanField(
        label=_("The account is the company's although it is not known yet"), required=False
    )  # fmt: skip


class UndoForm(forms.Form):
    """Why a decision is taken back, and whether the match was wrong."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
    wrong = forms.BooleanField(label=_("The match was wrong"), required=False, initial=True)


class MoneySettingsForm(forms.Form):
    """What the company lets the matcher and the posting do. What each may be is held by ``cash.settings``."""

    posting = forms.ChoiceField(
        label=_("Posting by evidence"), choices=(("on", _("on")), ("off", _("off"))),
        help_text=_("Off: nothing posts by itself, every line waits for a person."),
    )  # fmt: skip
    budget_ppm = forms.CharField(
        label=_("Wrong-match budget, ppm"), max_length=10,
        help_text=_("Wrong ones that are tolerated in a million posted lines; 100 is 1 in 10,000."),
    )  # fmt: skip
    rounding = forms.CharField(
        label=_("Limit of rounding"), max_length=500,
        help_text=_("Minor units (cents): 5, or by currency: 5, JPY 1, or a share with a most: EUR 1000 ppm max 50"),
    )  # fmt: skip
    charges = forms.CharField(
        label=_("Limit of bank charges"), max_length=500,
        help_text=_("Written the same way; what banks on the way may have taken of a payment."),
    )  # fmt: skip
    discount_grace_days = forms.CharField(label=_("Days of grace for discounts"), max_length=10)
    judged_days = forms.CharField(
        label=_("Days until a posting counts as right"), max_length=10,
        help_text=_("A line that posted and stood for so long counts for the company's own record."),
    )  # fmt: skip
    early_days = forms.CharField(
        label=_("Days that a payment may come early"), max_length=10, help_text=_("Before the day of its document."),
    )  # fmt: skip
