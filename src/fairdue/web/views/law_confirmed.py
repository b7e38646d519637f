"""What of the law a lawyer has confirmed for the company, what nobody has, and taking a confirmation back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact.actions import ContactError, do_confirm_law, do_withdraw_law
from fairdue.contact.models import LawConfirmation
from fairdue.cycle.release import seal
from fairdue.law.conduct_table import UNION
from fairdue.law.confirmed import unconfirmed_topics
from fairdue.law.eu import is_eu
from fairdue.ledger.models import Customer
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web.access import PageRequest, own, page
from fairdue.web.settings_forms import LawForm
from fairdue.wording import names, words
from fairdue.wording.country import source


def _shown(request: PageRequest, form: LawForm | None = None, status: int = 200) -> HttpResponse:
    today = today_of(request.actor)
    rows = list(LawConfirmation.objects.filter(company_id=request.company.pk).order_by("country", "topic", "-id"))
    for row in rows:
        row.in_force = row.withdrawn_at is None and row.valid_from <= today <= row.valid_until  # type: ignore[attr-defined]
        row.place, row.about = names.law(row.country), names.law_topic(row.topic)  # type: ignore[attr-defined]
    rows.sort(key=lambda row: names.in_order(row.place))  # type: ignore[attr-defined]
    held = set(Customer.objects.filter(company_id=request.company.pk).values_list("country", flat=True).distinct())
    held.add(request.company.country)
    if any(is_eu(country) for country in held):
        held.add(UNION)
    settled = {(row.country, row.topic) for row in rows if row.in_force}  # type: ignore[attr-defined]
    open_rows = [
        {"country": place, "topic": topic.value, "place": names.law(place), "about": names.law_topic(topic.value),
         "sources": words.joined(source(one) for one in sources), "held": place[:2] in held}
        for (place, topic), sources in unconfirmed_topics().items() if (place, topic.value) not in settled
    ]  # fmt: skip
    open_rows.sort(key=lambda row: (not row["held"], names.in_order(str(row["place"]))))
    asked = {"valid_from": today, "what": request.GET.get("what", "")}
    context = {"rows": rows, "open_rows": open_rows, "form": form or LawForm(initial=asked), "asked": asked["what"]}
    return render(request, "web/law_confirmed.html", context, status=status)


@page(Right.VIEW)
def law_confirmed(request: PageRequest) -> HttpResponse:
    """Show what was confirmed, in force or not, and what nobody has confirmed, countries of own customers first. Two queries."""
    return _shown(request)


@page(Right.POLICY, "POST")
def confirm(request: PageRequest) -> HttpResponse:
    """Record that a lawyer has confirmed a topic of a country's law, until a day."""
    form = LawForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, 400)
    given = dict(form.cleaned_data)
    country, _colon, topic = given.pop("what").partition(":")
    try:
        do_confirm_law(request.actor, country=country, topic=topic, **given)
    except ContactError as error:
        form.add_error(None, str(error))
        return _shown(request, form, 400)
    seal(request.actor)
    messages.success(request, _("It is on record. The gate counts it from its first day on."))
    return redirect("web:law")


@page(Right.POLICY, "POST")
def withdraw(request: PageRequest, law_confirmation_id: int) -> HttpResponse:
    """Take a confirmation back."""
    found = own(request, LawConfirmation.objects.all(), law_confirmation_id)
    try:
        do_withdraw_law(request.actor, found.pk, reason=request.POST.get("reason", ""))
    except ContactError as error:
        messages.error(request, str(error))
        return redirect("web:law")
    seal(request.actor)
    messages.success(request, _("The confirmation is taken back. What waits in the outbox is judged without it."))
    return redirect("web:law")
