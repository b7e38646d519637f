"""Forms of the settings: what letters print of the company, where it wants to be paid, what a customer accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_check

from fairdue.contact.models import Basis
from fairdue.kernel.money import MoneyError, exponent
from fairdue.law.confirmed import unconfirmed_topics
from fairdue.ledger.models import Customer
from fairdue.people.models import BankAccount, Company
from fairdue.people.tokens import DAYS, DAYS_MAX
from fairdue.wording import names

LANGUAGES = ("en", "zh-hans", "de", "fr", "es", "ar")
"""Languages of the letters."""
PPM_PER_PERCENT = 10_000

if TYPE_CHECKING:
    _CompanyBase = forms.ModelForm[Company]
    _BankBase = forms.ModelForm[BankAccount]
    _PartyBase = forms.ModelForm[Customer]
else:
    _CompanyBase = _BankBase = _PartyBase = forms.ModelForm


class CompanyForm(_CompanyBase):
    """What letters print of the company. Its code and reporting currency stay."""

    class Meta:
        model = Company
        fields = (
            "name", "street", "postal_code", "city", "region", "country", "subdivision", "registration_no", "vat_no", "email",
            "phone", "payment_link", "language", "time_zone", "size",
        )  # fmt: skip
        labels = {
            "name": _("Legal name"), "street": _("Street"), "postal_code": _("Postal code"), "city": _("City"),
            "region": _("Region"), "country": _("Country, two letters"),
            "subdivision": _("State or province"), "registration_no": _("Registration number"),
            "vat_no": _("VAT number"), "email": _("Sender address of letters"), "phone": _("Telephone"),
            "payment_link": _("Payment page"), "language": _("Language"), "time_zone": _("Time zone"), "size": _("Size"),
        }  # fmt: skip
        help_texts = {
            "country": "",
            "payment_link": _("https address with {reference}, {amount} and {currency}; empty: no link"),
            "subdivision": _("Where law differs inside a country, such as US-NY; else empty"),
            "size": _("Some laws depend on it; unknown means that it cannot be claimed."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = dict.fromkeys([*LANGUAGES, self.instance.language])
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=[(code, names.language(code)) for code in codes]
        )

    def clean_country(self) -> str:
        """Want two letters."""
        found = str(self.cleaned_data["country"]).upper()
        if len(found) != 2 or not found.isalpha():
            raise forms.ValidationError(_("Please give the two letters of the country, such as DE."))
        return found

    def clean_subdivision(self) -> str:
        """Want the code of ISO 3166-2, or nothing."""
        found = str(self.cleaned_data["subdivision"]).strip().upper()
        if found and not re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", found):
            raise forms.ValidationError(_("Please write the state as US-NY, or leave it empty."))
        return found

    def clean_payment_link(self) -> str:
        """Want a secure address."""
        found = str(self.cleaned_data["payment_link"]).strip()
        if found and not found.startswith("https://"):
            raise forms.ValidationError(_("A payment page starts with https://"))
        return found

    def clean_time_zone(self) -> str:
        """Want a zone that exists."""
        found = str(self.cleaned_data["time_zone"]).strip()
        if found not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone; write it as Europe/Berlin."))
        return found


class BankForm(_BankBase):
    """The account of one currency that letters ask to be paid to."""

    class Meta:
        model = BankAccount
        fields = ("currency", "holder", "iban", "bic", "account_number", "bank_name")
        labels = {
            "currency": _("Currency"), "holder": _("Account holder"), "iban": "IBAN", "bic": "BIC",
            "account_number": _("Account number, where there is no IBAN"), "bank_name": _("Bank"),
        }  # fmt: skip
        help_texts = {"account_number": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["iban"] = forms.CharField(label="IBAN", required=False, max_length=42)

    def clean_currency(self) -> str:
        """Want a currency of ISO 4217."""
        found = str(self.cleaned_data["currency"]).upper()
        try:
            exponent(found)
        except MoneyError:
            raise forms.ValidationError(_("There is no such currency.")) from None
        return found

    def clean_iban(self) -> str:
        """Want an IBAN whose check digits are right; spaces are taken out."""
        found = str(self.cleaned_data["iban"]).replace(" ", "").upper()
        if found and not iban_check.is_valid(found):
            raise forms.ValidationError(_("This IBAN is not valid: please look at it again."))
        return found

    def clean(self) -> dict[str, Any]:
        """Want one number at least."""
        asked: dict[str, Any] = super().clean() or {}
        if not asked.get("iban") and not asked.get("account_number") and "iban" not in self.errors:
            self.add_error("iban", _("Please give an IBAN or an account number."))
        return asked

    def validate_constraints(self) -> None:
        """Leave the constraints to the database: setting an account again replaces the one of its currency."""


class ClearanceForm(forms.Form):
    """A person's word that a third party may act in a country."""

    country = forms.RegexField(r"^[A-Za-z]{2}$", label=_("Country of the debtor, two letters"), max_length=2)
    basis = forms.ChoiceField(label=_("What was confirmed"), choices=Basis.choices)
    third_party = forms.CharField(label=_("Who acts, by full name"), max_length=200)
    reason = forms.CharField(
        label=_("What was seen"), max_length=500, help_text=_("Register and number, or the document; where it lies")
    )
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    valid_until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def law_choices() -> list[tuple[str, str]]:
    """Give what there is to confirm, as "DK:fee" and in words."""
    found = [
        (f"{place}:{topic.value}", f"{names.law(place)}: {names.law_topic(topic.value)}")
        for place, topic in unconfirmed_topics()
    ]
    return sorted(found, key=lambda one: one[1])


class LawForm(forms.Form):
    """A lawyer's word on a topic of a country's law."""

    what = forms.ChoiceField(label=_("What was confirmed"), choices=law_choices)
    confirmed_by = forms.CharField(label=_("Who looked at it, by full name"), max_length=200)
    reference = forms.CharField(
        label=_("Where the answer stands"), max_length=500, help_text=_("Opinion and its date; where it lies")
    )
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    valid_until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


SCOPE_NAMES = {
    "read": _("read customers, open items, holds, reasons, copies and batches"),
    "files:write": _("bring in copies of documents"),
    "imports:write": _("bring in lists"),
    "postings:ack": _("fetch batches for the books and answer them"),
    "inbox:write": _("hand in mail"),
}
"""Each scope of a token in words."""


class TokenForm(forms.Form):
    """A new token of a program."""

    name = forms.CharField(label=_("Program"), max_length=100, help_text=_("What it is, such as “ERP connector”"))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=list(SCOPE_NAMES.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, max_value=DAYS_MAX, initial=DAYS)


class PartyFactsForm(_PartyBase):
    """Facts on a customer that rules of law ask for."""

    found_in = forms.CharField(
        label=_("Where it stands"), max_length=300, required=False,
        help_text=_("Register, own declaration or contract; kept with who and when."),
    )  # fmt: skip

    class Meta:
        model = Customer
        fields = (
            "natural_person", "public_body", "size", "public_health", "federal_agency", "size_declared", "subcontract", "agri_food",
        )  # fmt: skip
        labels = {
            "natural_person": _("Natural person (sole trader, partner, guarantor)"), "public_body": _("Public body"),
            "size": _("Size"), "public_health": _("Public health body"), "federal_agency": _("Federal agency (United States)"),
            "size_declared": _("We declared our size at contracting"), "subcontract": _("Subcontract of manufacture or service"),
            "agri_food": _("Agricultural products or food"),
        }  # fmt: skip
        help_texts = {
            "natural_person": _("Unknown counts as yes: the rules for persons hold."),
            "public_body": _("Unknown means that rules for public buyers cannot be claimed."),
            "size": _("By the definition of the customer's own country."),
            "size_declared": _("China: we told this customer our own size when the contract was made."),
            "subcontract": _("Japan: the deals are subcontracts of manufacture, repair or service."),
            "agri_food": _("Italy: agricultural products or food are sold."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("public_health", "federal_agency", "size_declared", "subcontract", "agri_food"):
            self.fields[name].required = False


class TermsForm(forms.Form):
    """What a customer accepted; letters cite only what stands here."""

    version = forms.CharField(label=_("Version"), max_length=40)
    clause = forms.CharField(
        label=_("The payment clause as accepted"), max_length=10_000, widget=forms.Textarea({"rows": 5})
    )
    payment_terms = forms.CharField(label=_("Payment terms, such as Net 30"), max_length=100, required=False)
    accepted_by = forms.CharField(label=_("Who accepted"), max_length=200)
    accepted_on = forms.DateField(label=_("When"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    accepted_how = forms.CharField(
        label=_("How"), max_length=200, help_text=_("Signed contract, order confirmation, …")
    )
    governing_law = forms.RegexField(
        r"^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$", label=_("Agreed law, such as DE or US-NY"), max_length=6, required=False
    )
    interest_percent = forms.DecimalField(
        label=_("Agreed late interest, % a year"), required=False, min_value=0, max_value=100, decimal_places=4
    )
    retention_of_title = forms.BooleanField(label=_("Title stays with us until payment"), required=False)

    def clean_governing_law(self) -> str:
        """Write it as ISO does."""
        return str(self.cleaned_data["governing_law"]).upper()

    @property
    def interest_ppm(self) -> int | None:
        """Give the agreed rate in parts per million, exact to the last decimal that the field takes."""
        percent = self.cleaned_data["interest_percent"]
        return None if percent is None else int(percent * PPM_PER_PERCENT)
