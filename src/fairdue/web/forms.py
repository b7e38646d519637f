"""Forms of the pages. Each field has a label; limits are those of the stored columns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models import AnswerKind
from fairdue.dunning.models import ProposalState
from fairdue.ledger.models import CopyKind, HoldReason
from fairdue.web import import_names
from fairdue.web.upload_field import UploadField
from fairdue.wording import names

COPIES = ".pdf,.png,.jpg,.jpeg"
CHANNELS = [("", _("All")), ("email", _("E-mail")), ("letter", _("Letter")), ("call", _("Call")), ("task", _("Task"))]
DAYS = [("", _("Any")), ("0", _("Overdue")), ("30", _("Over 30")), ("60", _("Over 60")), ("90", _("Over 90"))]


def _day_input() -> forms.DateInput:
    """Give the browser's own day field; it wants its value as ISO 8601 whatever the page's language."""
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class WorklistFilter(forms.Form):
    """What the worklist shows."""

    q = forms.CharField(label=_("Customer"), required=False, max_length=100, widget=forms.TextInput({"type": "search"}))
    action = forms.ChoiceField(label=_("Action"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=CHANNELS)
    days = forms.ChoiceField(label=_("Days overdue"), required=False, choices=DAYS)
    mine = forms.BooleanField(label=_("Only mine"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("All")), *names.STAGES.items()]  # type: ignore[attr-defined]


class CustomerFilter(forms.Form):
    """What the customer list shows."""

    q = forms.CharField(
        label=_("Name, number, city, VAT number or e-mail"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )


class OutcomeForm(forms.Form):
    """What came of a task."""

    outcome = forms.CharField(label=_("What came of it"), max_length=500)


class AnswerFilter(forms.Form):
    """Which answers of debtors are shown."""

    q = forms.CharField(label=_("Customer"), required=False, max_length=100, widget=forms.TextInput({"type": "search"}))
    kind = forms.ChoiceField(
        label=_("Answer"),
        required=False,
        choices=[("", _("All")), ("waiting", _("To be looked at")), *AnswerKind.choices],
    )
    file = forms.BooleanField(label=_("Only with a file"), required=False)


class AnswerOutcomeForm(OutcomeForm):
    """What came of an answer, and whether what it holds may be chased again."""

    release = forms.BooleanField(label=_("Settled: end the holds that came with it"), required=False)


class HoldForm(forms.Form):
    """Hold a customer, or one due item of it, from chasing."""

    due_item = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Reason"), choices=[(r.value, r.label) for r in HoldReason])
    until = forms.DateField(label=_("Until"), required=False, widget=_day_input())
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class ReasonForm(forms.Form):
    """A reason that is kept."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class CopyForm(forms.Form):
    """A copy of one of a customer's documents, or of something that belongs to the customer as a whole."""

    file = UploadField(label=_("File"), widget=forms.ClearableFileInput({"accept": COPIES}))
    kind = forms.ChoiceField(label=_("Kind"), choices=CopyKind.choices)
    document = forms.TypedChoiceField(label=_("Document"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, documents: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].choices = [("", _("Whole customer")), *documents]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A copy of an invoice is one of a certain invoice."""
        asked: dict[str, Any] = super().clean() or {}
        if asked.get("kind") == CopyKind.INVOICE and not asked.get("document"):
            self.add_error("document", _("Please choose the invoice."))
        return asked


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class CopiesForm(forms.Form):
    """Many files at once; each finds its document by itself."""

    many = UploadField(label=_("Files"), widget=_ManyFiles({"accept": f"{COPIES},.zip,.eml"}))


class BookedForm(forms.Form):
    """The number under which a whole batch stands in the books."""

    reference = forms.CharField(label=_("Number of the booking run"), max_length=120)


class BooksAnswerForm(forms.Form):
    """The books' answer as a file."""

    file = UploadField(label=_("Answer of the books"), help_text=_("CSV or JSON with batch, line and outcome"))


class NoteForm(forms.Form):
    """A note on the customer's timeline."""

    text = forms.CharField(label=_("Note"), max_length=5000, widget=forms.Textarea({"rows": 3}))


class ReviewForm(forms.Form):
    """Decide on proposals: release, postpone or drop them."""

    decision = forms.ChoiceField(choices=[("release", ""), ("postpone", ""), ("drop", "")])
    until = forms.DateField(label=_("Until"), required=False, widget=_day_input())
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """Postponing needs a day and a reason, dropping a reason."""
        asked: dict[str, Any] = super().clean() or {}
        decision = asked.get("decision")
        if decision in {"postpone", "drop"} and not asked.get("reason"):
            self.add_error("reason", _("Please give the reason; it is kept."))
        if decision == "postpone" and not asked.get("until"):
            self.add_error("until", _("Please give the day until which it waits."))
        return asked


class EditForm(forms.Form):
    """Change the letter's paragraph and its deadline."""

    text = forms.CharField(
        label=_("Paragraph of your own"), required=False, max_length=4000, widget=forms.Textarea({"rows": 5})
    )
    deadline_on = forms.DateField(label=_("Deadline"), required=False, widget=_day_input())
    let_pass = forms.CharField(label=_("Let the findings pass, because"), required=False, max_length=300)


class PolicyForm(forms.Form):
    """The text of a policy."""

    yaml = forms.CharField(
        label=_("Policy as YAML"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea({"rows": 32, "class": "code", "spellcheck": "false", "wrap": "off"}),
    )


class ResolveForm(forms.Form):
    """Say what became of an uncertain message."""

    outcome = forms.ChoiceField(choices=[("sent", _("It was sent")), ("not_sent", _("It was not sent"))])
    evidence = forms.CharField(label=_("How you know"), max_length=500)


class PostingForm(forms.Form):
    """When a letter was posted, and under which tracking number."""

    posted_on = forms.DateField(label=_("Posted on"), widget=_day_input())
    tracking_no = forms.CharField(label=_("Tracking number"), required=False, max_length=80)


class ProposalFilter(forms.Form):
    """Which proposals of a run are shown."""

    q = forms.CharField(label=_("Customer"), required=False, max_length=100, widget=forms.TextInput({"type": "search"}))
    state = forms.ChoiceField(label=_("State"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    action = forms.ChoiceField(label=_("Channel"), required=False, choices=CHANNELS)

    def __init__(self, *args: Any, stages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [("", _("All")), ("open", _("to be decided")), *ProposalState.choices]
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        named = [("", _("All")), *((code, names.stage(code)) for code in stages)]
        self.fields["stage"].choices = named  # type: ignore[attr-defined]


class RunForm(forms.Form):
    """The day that a run is for: today, or a day that was missed."""

    as_of = forms.DateField(label=_("As of"), widget=_day_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_of"].initial = today

    def clean_as_of(self) -> date:
        """Refuse a day to come: what will be paid until then is not known."""
        found: date = self.cleaned_data["as_of"]
        if found > self.today:
            raise forms.ValidationError(_("A run is for today or a past day."))
        return found


class UploadForm(forms.Form):
    """A file to be imported, with what it cannot say itself."""

    file = UploadField(label=_("File"), help_text=_("CSV, TSV, XLSX or ODS; read by its contents"))
    source = forms.CharField(
        label=_("Source"),
        max_length=60,
        initial="files",
        help_text=_("The system it comes from; its reading is remembered under this name"),
    )
    as_of = forms.DateField(label=_("As of"), widget=_day_input())
    full = forms.BooleanField(
        label=_("It lists everything that is open: what it no longer lists is settled"), required=False
    )
    kind = forms.ChoiceField(label=_("What it lists"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [("", _("told by itself")), *import_names.KINDS.items()]
        self.fields["kind"].choices = named  # type: ignore[attr-defined]
