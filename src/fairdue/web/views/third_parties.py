"""Who may act for the company in which country: what a person confirmed, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact.actions import ContactError, do_confirm_third_party, do_withdraw_clearance
from fairdue.contact.models import ThirdPartyClearance
from fairdue.cycle.release import seal
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web.access import PageRequest, own, page
from fairdue.web.settings_forms import ClearanceForm
from fairdue.wording import names


def _shown(request: PageRequest, form: ClearanceForm | None = None, status: int = 200) -> HttpResponse:
    today = today_of(request.actor)
    rows = list(ThirdPartyClearance.objects.filter(company_id=request.company.pk).order_by("-id"))
    rows.sort(key=lambda row: names.in_order(names.country(row.country)))
    for row in rows:
        row.in_force = row.withdrawn_at is None and row.valid_from <= today <= row.valid_until  # type: ignore[attr-defined]
    context = {"rows": rows, "form": form or ClearanceForm(initial={"valid_from": today}), "today": today}
    return render(request, "web/third_parties.html", context, status=status)


@page(Right.VIEW)
def third_parties(request: PageRequest) -> HttpResponse:
    """Show what was confirmed, in force or not. One query."""
    return _shown(request)


@page(Right.POLICY, "POST")
def confirm(request: PageRequest) -> HttpResponse:
    """Confirm that a third party may act in a country, until a day."""
    form = ClearanceForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, 400)
    try:
        do_confirm_third_party(request.actor, **form.cleaned_data)
    except ContactError as error:
        form.add_error(None, str(error))
        return _shown(request, form, 400)
    seal(request.actor)
    messages.success(request, _("It is on record. The gate counts it from its first day on."))
    return redirect("web:third-parties")


@page(Right.POLICY, "POST")
def withdraw(request: PageRequest, clearance_id: int) -> HttpResponse:
    """Take a confirmation back."""
    found = own(request, ThirdPartyClearance.objects.all(), clearance_id)
    try:
        do_withdraw_clearance(request.actor, found.pk, reason=request.POST.get("reason", ""))
    except ContactError as error:
        messages.error(request, str(error))
        return redirect("web:third-parties")
    seal(request.actor)
    messages.success(request, _("The confirmation is taken back. What waits in the outbox is judged without it."))
    return redirect("web:third-parties")
