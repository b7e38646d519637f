"""Forms of the insurance pages. Amounts are written in the policy's currency, periods in calendar days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairdue.cover.actions import LimitValues, TermsValues
from fairdue.cover.actions.entering import DAYS_MAX
from fairdue.cover.models import CoverTerms, RecordKind
from fairdue.kernel.money import MoneyError, exponent, to_decimal
from fairdue.kernel.rounding import to_int
from fairdue.web.upload_field import UploadField

AMOUNTS = ("max_liability", "minimum", "consent_above")
DAYS = (
    "max_terms_days", "max_extension_days", "notify_days", "claim_days", "waiting_days", "stop_days", "consent_beyond_days",
)  # fmt: skip


def _day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=DAYS_MAX)


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=Decimal(0), max_digits=15, decimal_places=3)


class CoverTermsForm(forms.Form):
    """A version of a policy's terms."""

    valid_from = forms.DateField(label=_("First day of shipments"), widget=_day())
    valid_to = forms.DateField(label=_("Last day of shipments"), required=False, widget=_day())
    share = forms.DecimalField(
        label=_("Insured share in per cent"), min_value=Decimal("0.0001"), max_value=Decimal(100)
    )
    max_terms_days = _days(_("Longest terms, days from the invoice date"))
    max_extension_days = _days(_("Longest extension, days from the due date"))
    notify_days = _days(_("Report overdue, days from the due date"))
    claim_days = _days(_("File the claim, days from the due date"))
    waiting_days = _days(_("Waiting period, days"))
    stop_days = _days(_("Stop shipping, days overdue"))
    max_liability = _amount(_("Most that the insurer pays"))
    minimum = _amount(_("No deadlines under this amount"))
    consent_above = _amount(_("Plans need consent above"))
    consent_beyond_days = _days(_("Extensions need consent beyond, days"))

    @classmethod
    def start(cls, terms: CoverTerms | None, currency: str) -> dict[str, Any]:
        """Give the form's first values from the last version."""
        if terms is None:
            return {}
        found: dict[str, Any] = {name: getattr(terms, name) for name in ("valid_from", "valid_to", *DAYS)}
        found["share"] = format(Decimal(terms.insured_share_ppm).scaleb(-4).normalize(), "f")
        for name in AMOUNTS:
            minor = getattr(terms, f"{name}_minor")
            found[name] = None if minor is None else to_decimal(minor, currency)
        return found

    def values(self, currency: str) -> TermsValues:
        """Give the checked values in minor units and ppm."""
        asked = self.cleaned_data
        places = exponent(currency)

        def minor(name: str) -> int | None:
            return None if asked[name] is None else to_int(asked[name].scaleb(places))

        return TermsValues(
            valid_from=asked["valid_from"], valid_to=asked["valid_to"], insured_share_ppm=to_int(asked["share"].scaleb(4)),
            max_liability_minor=minor("max_liability"), minimum_minor=minor("minimum") or 0,
            consent_above_minor=minor("consent_above"), **{name: asked[name] for name in DAYS},
        )  # fmt: skip


class CoverPolicyForm(forms.Form):
    """A policy's identity."""

    insurer = forms.CharField(label=_("Insurer"), max_length=200)
    number = forms.CharField(label=_("Policy number"), max_length=60)
    currency = forms.CharField(label=_("Currency"), max_length=3)

    def clean_currency(self) -> str:
        """Want a currency of ISO 4217."""
        found = str(self.cleaned_data["currency"]).upper()
        try:
            exponent(found)
        except MoneyError:
            raise forms.ValidationError(_("There is no such currency.")) from None
        return found


class LimitForm(forms.Form):
    """What the insurer decided on one buyer. Empty share and extension take the policy's; an amount of zero withdraws."""

    buyer = forms.CharField(
        label=_("Customer number, or code of a group"),
        max_length=60,
        help_text=_("A group: write “group:” before its code."),
    )
    limit = forms.DecimalField(
        label=_("Limit; zero withdraws it"), min_value=Decimal(0), max_digits=15, decimal_places=3
    )
    effect_on = forms.DateField(label=_("Shipments from"), widget=_day())
    until = forms.DateField(label=_("Last day of shipments"), required=False, widget=_day())
    share = forms.DecimalField(
        label=_("Insured share in per cent"), required=False, min_value=Decimal("0.0001"), max_value=Decimal(100)
    )
    max_extension_days = _days(_("Longest extension, days from the due date"))
    reference = forms.CharField(label=_("The insurer's reference"), required=False, max_length=120)
    conditions = forms.CharField(label=_("Conditions"), required=False, max_length=500)
    file = UploadField(label=_("The insurer's decision (PDF or picture)"), required=False)

    def values(self, currency: str, customer_id: int | None, group_id: int | None) -> LimitValues:
        """Give the checked values in minor units and ppm, for the buyer that the page found."""
        asked = self.cleaned_data
        return LimitValues(
            effect_on=asked["effect_on"], until=asked["until"], limit_minor=to_int(asked["limit"].scaleb(exponent(currency))),
            customer_id=customer_id, group_id=group_id, reference=asked["reference"], conditions=asked["conditions"],
            share_ppm=None if asked["share"] is None else to_int(asked["share"].scaleb(4)),
            max_extension_days=asked["max_extension_days"],
        )  # fmt: skip


class LimitsForm(forms.Form):
    """A list of limits."""

    file = UploadField(label=_("List of limits, CSV or XLSX"))


class CoverRecordForm(forms.Form):
    """What was told to the insurer, or what it agreed to."""

    kind = forms.ChoiceField(label=_("What"), choices=RecordKind.choices)
    on = forms.DateField(label=_("When"), widget=_day())
    until = forms.DateField(label=_("Consent until"), required=False, widget=_day())
    reference = forms.CharField(label=_("The insurer's reference"), max_length=120)
    note = forms.CharField(label=_("Note"), required=False, max_length=500)
