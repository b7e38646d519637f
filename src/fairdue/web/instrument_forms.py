"""Forms of the pages about bills, cheques, direct debits and cards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairdue.cash.instrument_rules import AWAY, FAILED, State
from fairdue.cash.models import Instrument, InstrumentStep
from fairdue.web.upload_field import UploadField

COVERS_MAX = 200
_DAY = {"type": "date"}


class CoversField(forms.CharField):
    """Covered parts, one a line: ``INVOICE = AMOUNT``."""

    def __init__(self, *, required: bool) -> None:
        super().__init__(
            label=_("Covers, one a line"), required=required, max_length=20_000,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            help_text=_("Invoice = amount, such as RE-1001 = 980.00"),
        )  # fmt: skip

    def clean(self, value: Any) -> list[str]:
        """Give the lines that say something; at most so many."""
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > COVERS_MAX:
            raise forms.ValidationError(_("At most %(count)d items."), params={"count": COVERS_MAX})
        return lines


class InstrumentFilter(forms.Form):
    """Which instruments the list shows."""

    q = forms.CharField(
        label=_("Number or customer"), required=False, max_length=100, widget=forms.TextInput({"type": "search"})
    )
    show = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[(one, one) for one in ("", "todo", "covering", "away", "ended")]
    )  # fmt: skip


class InstrumentForm(forms.Form):
    """An instrument that a customer gave, with what it covers."""

    customer = forms.CharField(label=_("Number of the customer"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=Instrument.Kind.choices)
    number = forms.CharField(label=_("Number on it"), max_length=60)
    amount = forms.CharField(label=_("Amount"), max_length=30)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    matures = forms.DateField(label=_("Matures on"), widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    sub_from = forms.IntegerField(label=_("Sub-bill range from"), required=False, min_value=1)
    sub_to = forms.IntegerField(label=_("Sub-bill range to"), required=False, min_value=1)
    drawer = forms.CharField(label=_("Drawer"), required=False, max_length=200)
    acceptor = forms.CharField(label=_("Acceptor"), required=False, max_length=200)
    covers = CoversField(required=False)


class CoverForm(forms.Form):
    """Further items that an instrument covers."""

    covers = CoversField(required=True)


class RegisterForm(forms.Form):
    """A register of instruments as a file."""

    file = UploadField(
        label=_("Register of bills and cheques"),
        help_text=_("CSV, TSV, XLSX or ODS; rows that are known change nothing"),
    )


class StepForm(forms.Form):
    """What became of an instrument. Of the kinds only those that may follow its state."""

    kind = forms.ChoiceField(label=_("What became of it"))
    on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"), help_text=_("Empty: today")
    )
    recourse = forms.BooleanField(label=_("Given on with recourse: we still answer for it"), required=False)
    payment = forms.IntegerField(
        label=_("Payment that honours it"), required=False, min_value=1, help_text=_("Empty where the bank line is matched already")
    )  # fmt: skip
    cost = forms.CharField(label=_("Cost, charged to the customer"), required=False, max_length=30)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)

    def __init__(self, *args: Any, state: State, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(InstrumentStep.Kind.choices)
        self.fields["kind"].choices = [(one, labels[one]) for one in labels if one in state.next]  # type: ignore[attr-defined]
        if not state.next & AWAY:
            del self.fields["recourse"]
        if not state.next & FAILED:
            del self.fields["cost"]
