"""Sign in, sign out, choose the company and the theme."""

from __future__ import annotations

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from fairdue.conf import clock
from fairdue.people.actor import Right
from fairdue.people.models import User
from fairdue.web import throttle
from fairdue.web.access import PageRequest, page
from fairdue.web.context import THEMES

COOKIE_AGE_S = 365 * 24 * 3600


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _next(request: HttpRequest, default: str) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if own else resolve_url(default)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a person in. Too many failures answer 429 without looking at the password; the answer never tells which part was wrong."""
    if request.user.is_authenticated:
        return redirect("web:home")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            user = _checked(request, form)
            if user is not None:
                login(request, user)
                return _welcome(request, user)
            status = 429 if form.has_error("username", "blocked") else 400
    return render(request, "web/sign_in.html", {"form": form, "next": _next(request, "web:home")}, status=status)


def _checked(request: HttpRequest, form: SignInForm) -> User | None:
    name, address, now = form.cleaned_data["username"], request.META.get("REMOTE_ADDR", ""), clock.now()
    if throttle.is_blocked(name, address, now):
        form.add_error(
            "username", forms.ValidationError(_("Too many failed attempts. Please wait 15 minutes."), code="blocked")
        )
        return None
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        throttle.note_failure(name, address, now)
        form.add_error(None, _("User name or password is not right."))
        return None
    throttle.forgive(name, address)
    return user


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    response = HttpResponseRedirect(_next(request, "web:home"))
    if "django_language" not in request.COOKIES and translation.check_for_language(user.language):
        response.set_cookie("django_language", user.language, max_age=COOKIE_AGE_S, samesite="Lax")
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("web:sign-in")


@page(Right.VIEW, "POST")
def company(request: PageRequest) -> HttpResponse:
    """Work for another company from now on; 404 for one the user is no member of."""
    wanted = request.POST.get("company", "")
    if wanted not in {str(known.pk) for known in request.companies}:
        raise Http404
    request.session["company_id"] = int(wanted)
    return redirect("web:home")


@page(Right.VIEW, "POST")
def theme(request: PageRequest) -> HttpResponse:
    """Choose light, dark or the system's colours, kept in a cookie of this browser."""
    wanted = request.POST.get("theme", "")
    response = HttpResponseRedirect(_next(request, "web:home"))
    if wanted in THEMES:
        response.set_cookie("theme", wanted, max_age=COOKIE_AGE_S, samesite="Lax", httponly=True)
    else:
        response.delete_cookie("theme")
    return response
