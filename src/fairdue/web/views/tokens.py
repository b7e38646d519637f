"""Tokens of programs: what is in force, when it was last used; make one, revoke one."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cycle.release import seal
from fairdue.ledger import audit
from fairdue.people.actor import Right
from fairdue.people.models import ApiToken
from fairdue.people.tokens import TokenError, do_make_token, do_revoke_token
from fairdue.web.access import PageRequest, own, page
from fairdue.web.settings_forms import SCOPE_NAMES, TokenForm


def _shown(request: PageRequest, form: TokenForm | None = None, made: str = "", status: int = 200) -> HttpResponse:
    rows = [
        (row, row.is_open(request.actor.at), [(scope, SCOPE_NAMES.get(scope, scope)) for scope in row.scopes])
        for row in ApiToken.objects.filter(company_id=request.company.pk).order_by("-id")
    ]
    context = {"rows": rows, "form": form or TokenForm(), "made": made}
    return render(request, "web/tokens.html", context, status=status)


@page(Right.ADMINISTER)
def tokens(request: PageRequest) -> HttpResponse:
    """Show the company's tokens, newest first. One query."""
    return _shown(request)


@page(Right.ADMINISTER, "POST")
def make(request: PageRequest) -> HttpResponse:
    """Make a token and show it in the answer, this once: it is stored nowhere, neither in the session."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=400)
    try:
        with transaction.atomic():
            made, shown = do_make_token(request.actor, **form.cleaned_data)
            audit.record(
                request.actor, "make_token", f"token:{made.pk}", name=made.name, scopes=made.scopes,
                expires_on=made.expires_at.date().isoformat(),
            )  # fmt: skip
    except TokenError as error:
        form.add_error(None, str(error))
        return _shown(request, form, status=400)
    seal(request.actor)
    return _shown(request, made=shown)


@page(Right.ADMINISTER, "POST")
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """Refuse a token from now on."""
    found = own(request, ApiToken.objects.all(), token_id)
    with transaction.atomic():
        _row, changed = do_revoke_token(request.actor, found.pk)
        if changed:
            audit.record(request.actor, "revoke_token", f"token:{found.pk}", name=found.name)
    if changed:
        seal(request.actor)
    messages.success(request, _("The token is revoked: whoever shows it is refused."))
    return redirect("web:tokens")
