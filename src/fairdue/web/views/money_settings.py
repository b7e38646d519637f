"""What the company lets the matcher and the posting do: shown to all, set by who may write money off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cash.actions import do_set_settings
from fairdue.cash.company_settings import settings_of, versions
from fairdue.cash.models import CashSettings
from fairdue.cash.settings import SettingError, Settings
from fairdue.people.actor import Right
from fairdue.web.access import PageRequest, page
from fairdue.web.matching_forms import MoneySettingsForm
from fairdue.wording import matches, words

VERSIONS_SHOWN = 50


def _shown(request: PageRequest, form: MoneySettingsForm | None = None, status: int = 200) -> HttpResponse:
    now = settings_of(request.company.pk)
    told = now.told()
    context = {
        "now": now, "form": form or MoneySettingsForm(initial=told), "tab": "settings",
        "told": [(matches.told(matches.SETTINGS, name), matches.value(value)) for name, value in told.items()],
        "versions": _versions(request.company.pk),
    }  # fmt: skip
    return render(request, "web/money_settings.html", context, status=status)


def _versions(company_id: int) -> list[tuple[CashSettings, list[tuple[str, str, str]]]]:
    """Give the versions, each with what changed against the one before: name, was, is."""
    found = [(row, one.told()) for row, one in versions(company_id)]
    before = [*(told for _row, told in found[1:]), Settings().told()]
    return [(row, _changes(was, told)) for (row, told), was in zip(found, before, strict=False)][:VERSIONS_SHOWN]


def _changes(was: dict[str, str], now: dict[str, str]) -> list[tuple[str, str, str]]:
    return [
        (matches.told(matches.SETTINGS, name), matches.value(was[name]), matches.value(value))
        for name, value in now.items() if value != was[name]
    ]  # fmt: skip


@page(Right.VIEW)
def settings(request: PageRequest) -> HttpResponse:
    """Show the settings with their versions. Three queries."""
    return _shown(request)


@page(Right.WAIVE, "POST")
def set_settings(request: PageRequest) -> HttpResponse:
    """Set the settings as a new version; what changed stands in the audit log."""
    form = MoneySettingsForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, 400)
    before = settings_of(request.company.pk).version
    try:
        made = do_set_settings(request.actor, form.cleaned_data)
    except SettingError as error:
        form.add_error(error.name or None, words.reason(error.reason))
        return _shown(request, form, 400)
    if made.version == before:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("The settings hold from the next proposing on."))
    return redirect("web:money-settings")
