"""Forms of the inbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models import MailKind, MailOutcome
from fairdue.web.upload_field import UploadField


class InboxFilter(forms.Form):
    """Which mails are shown."""

    q = forms.CharField(
        label=_("Customer, sender or subject"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *MailKind.choices])
    file = forms.BooleanField(label=_("Only with a file"), required=False)


class OutcomeOfMailForm(forms.Form):
    """What a person found in a reply."""

    outcome = forms.ChoiceField(label=_("What it says"), choices=MailOutcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("the promised day; for “says it has paid” ten days if empty"),
    )
    amount = forms.CharField(
        label=_("Part of the amount"),
        required=False,
        max_length=20,
        help_text=_("only for one marked item; empty: all of it"),
    )

    def clean(self) -> dict[str, Any]:
        """A promise needs its day."""
        asked: dict[str, Any] = super().clean() or {}
        if asked.get("outcome") == MailOutcome.PROMISE and not asked.get("until"):
            self.add_error("until", _("Please give the promised day."))
        return asked


class DismissForm(forms.Form):
    """Why a mail concerns no customer."""

    note = forms.CharField(label=_("Note"), required=False, max_length=1000)


class MailUploadForm(forms.Form):
    """A mail saved as a file."""

    file = UploadField(label=_("Mail as a file (.eml)"), widget=forms.FileInput({"accept": ".eml,message/rfc822"}))


class ChangeForm(forms.Form):
    """Decide on a change that a mail asks for."""

    decision = forms.ChoiceField(choices=[("accept", _("Accept")), ("refuse", _("Refuse"))])
    new_email = forms.EmailField(label=_("New address"), required=False, max_length=254)
    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    note = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """Refusing needs a reason."""
        asked: dict[str, Any] = super().clean() or {}
        if asked.get("decision") == "refuse" and not asked.get("note"):
            self.add_error("note", _("Please give the reason; it is kept."))
        return asked
