"""Who may open a page. Every view of this room but sign-in is wrapped by ``page``; tests walk the URL table and check it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from fairdue.ledger.behind import unanswered
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company, User

Row = TypeVar("Row", bound=models.Model)


class PageRequest(HttpRequest):
    """A request of a signed-in member: what the middleware put on it."""

    user: User
    actor: Actor
    company: Company
    companies: list[Company]
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def page(right: Right, *methods: str) -> Callable[[View], View]:
    """Wrap a view: signed in, member of a company, has ``right``, uses one of ``methods`` (default GET and HEAD).

    Without a session the answer is a redirect to sign-in (for htmx a full-page redirect); without the right it is 403. While
    a restored database holds erased persons again, only who may erase sees pages, and only those of personal data.
    """
    allowed = methods or ("GET", "HEAD")

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if request.actor is None:
                return render(request, "web/no_company.html", status=403)
            if request.method not in allowed:
                refused = HttpResponseNotAllowed(allowed)
                refused.content = render(request, "web/wrong_method.html").content
                return refused
            request.actor.need(right)
            # A restored database holds erased persons again: nothing is shown before they are erased again.
            if right is not Right.ERASE and (late := unanswered(request.company.pk)):
                told = {"count": len(late), "may_erase": request.actor.may(Right.ERASE)}
                return render(request, "web/restored.html", told, status=503)
            return view(request, *args, **kwargs)

        checked.right, checked.methods = right, allowed  # type: ignore[attr-defined]
        return checked

    return wrap


def _to_sign_in(request: PageRequest) -> HttpResponseBase:
    target = request.get_full_path() if request.method in {"GET", "HEAD"} and not request.htmx else "/"
    redirect = redirect_to_login(target)
    if not request.htmx:
        return redirect
    response = HttpResponse(status=401)
    response["HX-Redirect"] = redirect.headers["Location"]
    return response


def own(request: PageRequest, rows: models.QuerySet[Row], pk: int) -> Row:
    """Give the row of the request's company with this key; any other key is 404, whether it exists or not."""
    row = rows.filter(company_id=request.company.pk, pk=pk).first()
    if row is None:
        raise Http404
    return row


def day_asked(request: HttpRequest, name: str, default: date) -> date:
    """Read a day from the query string; anything unreadable is the default."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return default
