"""Policies: what they say, how they changed, and editing them as YAML."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.dunning import policy as rules
from fairdue.dunning.actions import do_adopt_policy, do_set_default_policy
from fairdue.dunning.models import Policy, PolicyVersion
from fairdue.dunning.policy.shipped import CODES
from fairdue.people.actor import Right
from fairdue.web.access import PageRequest, page
from fairdue.web.exports import download
from fairdue.web.forms import PolicyForm
from fairdue.wording.policy_changes import told


def _policy(request: PageRequest, code: str) -> Policy:
    found = Policy.objects.filter(company_id=request.company.pk, code=code).select_related("active").first()
    if found is None:
        raise Http404
    return found


def _version(found: Policy, number: int) -> PolicyVersion:
    version = found.versions.filter(number=number).first()
    if version is None:
        raise Http404
    return version


@page(Right.VIEW)
def policies(request: PageRequest) -> HttpResponse:
    """Show the company's policies and the shipped ones it could start from."""
    rows = list(Policy.objects.filter(company_id=request.company.pk).select_related("active").order_by("code"))
    known = {row.code for row in rows}
    told_of = [(row, rules.load_yaml(row.active.yaml).description if row.active else "") for row in rows]
    shipped = [rules.shipped(code) for code in CODES if code not in known]
    return render(request, "web/policies.html", {"rows": told_of, "shipped": shipped})


@page(Right.VIEW)
def policy(request: PageRequest, code: str) -> HttpResponse:
    """Show a policy's version as a table of stages, its other versions, and what changed since the one before."""
    found = _policy(request, code)
    versions = list(found.versions.order_by("-number"))
    asked = request.GET.get("version", "")
    shown = next((v for v in versions if str(v.number) == asked), found.active or (versions[0] if versions else None))
    if shown is None:
        raise Http404
    before = next((v for v in versions if str(v.number) == request.GET.get("against", str(shown.number - 1))), None)
    parsed = rules.load_yaml(shown.yaml)
    changes = told(rules.load_yaml(before.yaml), parsed) if before is not None and before != shown else []
    return render(
        request,
        "web/policy.html",
        {"policy": found, "versions": versions, "shown": shown, "before": before, "parsed": parsed, "changes": changes},
    )


@page(Right.VIEW)
def export(request: PageRequest, code: str, number: int) -> HttpResponse:
    """Give a version's text as a file."""
    version = _version(_policy(request, code), number)
    return download(version.yaml.encode(), f"{code}-v{number}.yaml", "application/yaml; charset=utf-8")


@page(Right.POLICY, "GET", "HEAD", "POST")
def edit(request: PageRequest, code: str) -> HttpResponse:
    """Edit a policy (or start from a shipped one). A text with problems is not kept; each is shown with its line."""
    found = Policy.objects.filter(company_id=request.company.pk, code=code).select_related("active").first()
    if found is None and code not in CODES:
        raise Http404
    start = found.active.yaml if found is not None and found.active is not None else rules.shipped_yaml(code)
    form = PolicyForm(request.POST or None, initial={"yaml": start})
    problems: tuple[rules.Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            version = do_adopt_policy(request.actor, code, form.cleaned_data["yaml"])
        except rules.PolicyError as error:
            problems = tuple(problem.translated(_) for problem in error.problems)
        else:
            messages.success(request, _("Version %(n)s is kept.") % {"n": version.number})
            return redirect("web:policy", code)
    context = {"code": code, "form": form, "problems": problems, "start": start}
    return render(request, "web/policy_edit.html", context, status=422 if problems else 200)


@page(Right.POLICY, "POST")
def adopt(request: PageRequest, code: str, number: int) -> HttpResponse:
    """Put an earlier version's text in force again, as a new version."""
    version = _version(_policy(request, code), number)
    made = do_adopt_policy(request.actor, code, version.yaml)
    messages.success(request, _("Version %(n)s is kept.") % {"n": made.number})
    return redirect("web:policy", code)


@page(Right.POLICY, "POST")
def make_default(request: PageRequest, code: str) -> HttpResponse:
    """Make a policy the one for customers that name none."""
    do_set_default_policy(request.actor, _policy(request, code).code)
    messages.success(request, _("This is now the policy of customers that name none."))
    return redirect("web:policies")
