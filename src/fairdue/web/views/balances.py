"""Balance confirmations: ask customers, see where each stands, record what came back signed, work differences through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.core.files import File
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairdue.contact import blobs
from fairdue.contact.actions import UploadRefused
from fairdue.dunning.actions.balance import BalanceError
from fairdue.dunning.actions.balance_answers import (
    Difference,
    Signed,
    Verdict,
    do_close_confirmation,
    do_decide_difference,
    do_record_confirmation,
)
from fairdue.dunning.balance.models import (
    BalanceAnswer,
    BalanceConfirmation,
    BalanceDifference,
    BalanceLine,
    DecisionOutcome,
    DifferenceKind,
    Remedy,
)
from fairdue.dunning.balance.queries import customers_with_balance, standings
from fairdue.dunning.balance.replies import scans_for
from fairdue.dunning.balance.rules import SETTLES, State
from fairdue.kernel.money import MoneyError
from fairdue.ledger.models import Customer
from fairdue.people.actor import Right
from fairdue.people.days import company_day, today_of
from fairdue.web import balance_job, queries
from fairdue.web.access import PageRequest, day_asked, own, page
from fairdue.web.exports import kept_file
from fairdue.web.upload_field import UploadField
from fairdue.wording import names, words

LISTED_MAX = 5_000
"""Confirmations whose states are worked out for the list, the newest first."""
LINES_MAX = 250
BY_NUMBER = range(1, 21)
"""Rows that name a line by its number, in a form that does not show all lines; a form holds a thousand fields at most."""


class AskForm(forms.Form):
    """Whom to ask, for which day."""

    as_of = forms.DateField(
        label=gettext_lazy("Balance as of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    numbers = forms.CharField(
        label=gettext_lazy("Customer numbers"), required=False, max_length=4_000,
        help_text=gettext_lazy("Parted by commas; empty: every customer with anything open on the day"),
    )  # fmt: skip


class RecordForm(forms.Form):
    """Who signed, when, and the scan."""

    name = forms.CharField(label=gettext_lazy("Who signed"), max_length=120)
    role = forms.CharField(label=gettext_lazy("Role"), max_length=120)
    on = forms.DateField(
        label=gettext_lazy("Day of signing"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    scan = UploadField(label=gettext_lazy("Scan (PDF, PNG or JPEG)"), required=False)
    stamped = forms.BooleanField(label=gettext_lazy("The company's stamp is on it"), required=False)


@page(Right.VIEW)
def balances(request: PageRequest) -> HttpResponse:
    """Show the confirmations by state; with a day asked for, how many customers would be asked. Eight queries at most."""
    rows = BalanceConfirmation.objects.filter(company_id=request.company.pk).select_related("customer")
    today = today_of(request.actor)
    found = standings(list(rows.order_by("-as_of", "-id")[:LISTED_MAX]), today)
    counts = Counter(one.state for one in found)
    wanted = request.GET.get("state", "")
    shown = [one for one in found if not wanted or one.state == wanted]
    part = Paginator(shown, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    asked = bool(request.GET.get("as_of"))
    as_of = day_asked(request, "as_of", _month_end(today))
    numbers = request.GET.get("numbers", "")[:4_000]
    job = balance_job.progress_of(request.company.pk)
    context = {
        "part": part, "rows": [(one, names.balance_state(one.state)) for one in part.object_list], "state": wanted,
        "states": [(state.value, names.balance_state(state), counts[state]) for state in State if counts[state]],
        "form": AskForm(initial={"as_of": as_of, "numbers": numbers}), "asked": asked, "as_of": as_of, "numbers": numbers,
        "count": len(_wanted(request, numbers, as_of)) if asked else 0, "job": job,
        "job_recent": job is not None and company_day(request.company, datetime.fromisoformat(job.began_at)) == today,
    }  # fmt: skip
    return render(request, "web/balances.html", context)


def _month_end(today: date) -> date:
    """Give the last day of the month before: what bookkeeping has closed."""
    return date.fromordinal(today.replace(day=1).toordinal() - 1)


def _wanted(request: PageRequest, numbers: str, as_of: date) -> list[int]:
    """Give the customers to ask: those named, or all with anything open on the day."""
    asked = [one.strip() for one in numbers.replace("，", ",").split(",") if one.strip()]
    if not asked:
        return customers_with_balance(request.company.pk, as_of)
    found = Customer.objects.filter(company_id=request.company.pk, number__in=asked)
    return list(found.order_by("id").values_list("pk", flat=True))


@page(Right.RELEASE, "POST")
def send(request: PageRequest) -> HttpResponse:
    """Ask the customers of the preview, in a process of its own; the page shows how far it is."""
    form = AskForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give the day of the balance."))
        return redirect("web:balances")
    as_of, today = form.cleaned_data["as_of"], today_of(request.actor)
    if as_of > today:
        messages.error(request, _("The balance of a day to come cannot be confirmed."))
        return redirect("web:balances")
    ids = _wanted(request, form.cleaned_data["numbers"], as_of)
    actor = request.actor
    if not ids:
        messages.warning(request, _("Nobody is to be asked."))
    elif not balance_job.start(
        actor.company_id, request.user.pk, actor.name, as_of, ids, actor.at, request.LANGUAGE_CODE
    ):
        messages.warning(request, _("Customers are being asked already."))
    return redirect("web:balances")


@page(Right.RELEASE, "POST")
def resume(request: PageRequest) -> HttpResponse:
    """Go on asking where it was stopped."""
    if not balance_job.resume(request.company.pk, request.user.pk, request.LANGUAGE_CODE):
        messages.warning(request, _("There is nothing to go on with."))
    return redirect("web:balances")


@page(Right.RELEASE, "POST")
def cancel(request: PageRequest) -> HttpResponse:
    """Stop asking before the next batch; what was stopped before is given up."""
    balance_job.cancel(request.company.pk)
    return redirect("web:balances")


@page(Right.VIEW)
def progress(request: PageRequest) -> HttpResponse:
    """Show how far the asking is; asked again each second through htmx. When it has ended the page is drawn anew."""
    found = balance_job.progress_of(request.company.pk)
    template = "web/_balance_progress.html" if request.htmx else "web/balance_progress.html"
    response = render(request, template, {"job": found, "job_recent": True})
    if request.htmx and (found is None or not found.alive):
        response["HX-Refresh"] = "true"
    return response


def _shown(
    request: PageRequest, found: BalanceConfirmation, form: RecordForm | None = None, status: int = 200
) -> HttpResponse:
    (standing,) = standings([found], today_of(request.actor))
    answers = found.answers.prefetch_related("differences__line", "differences__decisions").order_by("-id")
    listed = []
    newest = max((answer.pk for answer in answers), default=0)
    for answer in answers:
        rows = []
        for one in sorted(answer.differences.all(), key=lambda row: row.pk):
            decisions = sorted(one.decisions.all(), key=lambda row: row.pk)
            replaced = not decisions and answer.pk != newest
            settled = replaced or (bool(decisions) and decisions[-1].outcome in SETTLES)
            rows.append(
                {
                    "one": one,
                    "decisions": decisions,
                    "settled": settled,
                    "agreed": bool(decisions),
                    "replaced": replaced,
                }
            )
        listed.append((answer, rows))
    context = {
        "found": found, "standing": standing, "state": names.balance_state(standing.state), "answers": listed,
        "lines": [_typed(request, line) for line in found.lines.order_by("id")[:LINES_MAX]],
        "by_number": _by_number(request) if found.lines.count() > LINES_MAX else [],
        "kinds": DifferenceKind.choices[:4], "outcomes": DecisionOutcome.choices,
        "remedies": Remedy.choices, "form": form or RecordForm(initial={"on": today_of(request.actor)}),
        "closing": getattr(found, "closing", None), "enclosed": scans_for(found),
        "chosen": request.POST.get("enclosed") or request.GET.get("enclosed", ""),
    }  # fmt: skip
    return render(request, "web/balance.html", context, status=status)


@page(Right.VIEW)
def balance(request: PageRequest, confirmation_id: int) -> HttpResponse:
    """Show one confirmation: lines, answers, differences with their decisions."""
    rows = BalanceConfirmation.objects.select_related("customer", "closing")
    return _shown(request, own(request, rows, confirmation_id))


@page(Right.HOLD, "POST")
def record(request: PageRequest, confirmation_id: int) -> HttpResponse:
    """Record an answer that came back signed; lines without a mark agree."""
    found = own(request, BalanceConfirmation.objects.select_related("customer", "closing"), confirmation_id)
    form = RecordForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, found, form, 400)
    asked = form.cleaned_data
    try:
        told = tuple(_differences(request, found))
        signed = Signed(asked["name"], asked["role"], asked["on"], told, stamped=asked["stamped"])
        do_record_confirmation(request.actor, found.pk, signed, _scan(request, found, asked["scan"]))
    except (BalanceError, UploadRefused) as error:
        form.add_error(None, str(error))
        return _shown(request, found, form, 400)
    messages.success(request, _("Recorded."))
    return redirect("web:balance", found.pk)


def _scan(request: PageRequest, found: BalanceConfirmation, file: File[bytes] | None) -> bytes:
    """Give the scan: the file uploaded, else the file of a reply that was chosen among those proposed."""
    if file:
        return bytes(file.read())
    wanted = request.POST.get("enclosed", "")
    chosen = next((one for one in scans_for(found) if one.key == wanted), None)
    if chosen is None:
        raise BalanceError(_("Please give the scan of the signed letter."))
    try:
        return blobs.get(request.company.pk, chosen.mail.attachments[chosen.place]["sha256"])
    except blobs.BlobError as error:
        raise BalanceError(str(error)) from None


def _differences(request: PageRequest, found: BalanceConfirmation) -> list[Difference]:
    made = []
    for line in found.lines.order_by("id")[:LINES_MAX]:
        told = _typed(request, line)
        if told.kind:
            made.append(Difference(told.kind, line.pk, _amount(told.amount, found.currency), remark=told.remark))
        elif told.amount.strip() or told.remark.strip():
            raise BalanceError(
                _("%(number)s: an amount or a remark, but not what differs.") % {"number": line.document_number}
            )
    return made + _named(request, found)


def _by_number(request: PageRequest) -> list[dict[str, str]]:
    names = ("number", "kind", "amount", "remark")
    return [{"n": str(n), **{name: request.POST.get(f"n{n}-{name}", "")[:1000] for name in names}} for n in BY_NUMBER]


def _named(request: PageRequest, found: BalanceConfirmation) -> list[Difference]:
    """Read the rows that name a line by its number, where the form does not show all lines."""
    made, form = [], request.POST
    for n in BY_NUMBER:
        number, kind = form.get(f"n{n}-number", "").strip()[:60], form.get(f"n{n}-kind", "")
        amount, remark = form.get(f"n{n}-amount", "")[:30], form.get(f"n{n}-remark", "")[:1000]
        if not (number or kind or amount.strip() or remark.strip()):
            continue
        if not number or not kind:
            raise BalanceError(
                _("%(number)s: an amount or a remark, but not what differs.") % {"number": number or "–"}
            )
        lines = list(found.lines.filter(document_number=number).values_list("pk", flat=True)[:2])
        if len(lines) != 1:
            raise BalanceError(_("%(number)s names no line of this balance, or more than one.") % {"number": number})
        made.append(Difference(kind, lines[0], _amount(amount, found.currency), remark=remark))
    return made


@dataclass(frozen=True, slots=True)
class _Typed:
    """A line of the form with what was typed into it."""

    line: BalanceLine
    kind: str
    amount: str
    remark: str


def _typed(request: PageRequest, line: BalanceLine) -> _Typed:
    form, n = request.POST, line.pk
    return _Typed(line, form.get(f"d-{n}", ""), form.get(f"a-{n}", "")[:30], form.get(f"r-{n}", "")[:1000])


def _amount(text: str, currency: str) -> int | None:
    """Read an amount as the page's language writes it; empty is none. Raises BalanceError for what is no amount."""
    try:
        return words.typed_amount(text.strip(), currency) if text.strip() else None
    except MoneyError as error:
        raise BalanceError(_("%(text)s is no amount.") % {"text": text.strip()}) from error


@page(Right.VIEW)
def scan(request: PageRequest, balance_answer_id: int) -> HttpResponse:
    """Give the scan of an answer to be saved; 404 where there is none or its bytes are not whole."""
    found = own(request, BalanceAnswer.objects.select_related("scan"), balance_answer_id)
    if found.scan is None:
        raise Http404
    try:
        data = blobs.get(found.company_id, found.scan.sha256)
    except blobs.BlobError:
        raise Http404 from None
    return kept_file(data, f"balance-{found.pk}", found.scan.media_type)


@page(Right.HOLD, "POST")
def decide(request: PageRequest, difference_id: int) -> HttpResponse:
    """Decide on a difference."""
    found = own(request, BalanceDifference.objects.select_related("answer"), difference_id)
    form = request.POST
    verdict = Verdict(
        form.get("outcome", ""), form.get("remedy", ""), form.get("reason", "")[:500], form.get("reference", "")[:120]
    )
    try:
        do_decide_difference(request.actor, found.pk, verdict)
    except BalanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Decided."))
    return redirect("web:balance", found.answer.confirmation_id)


@page(Right.HOLD, "POST")
def close(request: PageRequest, confirmation_id: int) -> HttpResponse:
    """Close a confirmation whose differences are all settled."""
    found = own(request, BalanceConfirmation.objects.all(), confirmation_id)
    try:
        do_close_confirmation(request.actor, found.pk, reason=request.POST.get("reason", ""))
    except BalanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The balance confirmation is closed."))
    return redirect("web:balance", found.pk)
