"""Insurance: what is covered, until when somebody has to act, policies with their limits, and a customer's side of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact import blobs
from fairdue.cover.actions import (
    CoverError,
    do_add_policy,
    do_import_limits,
    do_record,
    do_set_limit,
    do_set_limit_from_file,
    do_set_terms,
)
from fairdue.cover.liability import Liability, liabilities
from fairdue.cover.models import BuyerLimit, CoverPolicy, CoverRecord
from fairdue.cover.replaced import with_replaced
from fairdue.formats.errors import FormatError
from fairdue.ledger.models import Customer, CustomerGroup, DueItem
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.cover import Shown, covered, sorted_apart
from fairdue.web.cover_forms import CoverPolicyForm, CoverRecordForm, CoverTermsForm, LimitForm, LimitsForm
from fairdue.web.exports import kept_file
from fairdue.wording import names, words

REFUSED_SHOWN = 50


@page(Right.VIEW)
def cover(request: PageRequest) -> HttpResponse:
    """Show policies, deadlines by day and what is insured, as the latest run measured it. Eight queries at most."""
    run = queries.latest_run(request.company.pk)
    found = covered(run, request.company.country)
    policies = CoverPolicy.objects.filter(company_id=request.company.pk).in_bulk()
    parts = sorted_apart(found.deadlines if found else (), found.as_of if found else today_of(request.actor))
    asked = request.GET.get("state", "")
    state = Shown(asked) if asked in set(Shown) else next((one for one in Shown if parts[one]), Shown.COMING)
    part = Paginator(parts[state], queries.PAGE_ROWS).get_page(request.GET.get("page"))
    buyers = sorted(found.standings if found else (), key=lambda one: -one.covered_minor)[: queries.PAGE_ROWS]
    named = {one.customer_id for one in part.object_list} | {one.customer_ids[0] for one in buyers}
    customers = Customer.objects.in_bulk(sorted(named))
    groups = CustomerGroup.objects.in_bulk(sorted({one.group_id for one in buyers if one.group_id}))
    lines = [
        {"one": one, "customer": customers[one.customer_id], "policy": policies.get(one.policy_id),
         "what": names.cover_deadline(one.kind)}
        for one in part.object_list
    ]  # fmt: skip
    rows = [
        {"one": one, "policy": policies.get(one.policy_id), "group": groups.get(one.group_id),
         "customer": customers[one.customer_ids[0]]}
        for one in buyers
    ]  # fmt: skip
    day = found.as_of if found else today_of(request.actor)
    used = liabilities(request.company.pk, found.standings if found else (), day)
    sums = [(policy, used.get(pk, Liability())) for pk, policy in sorted(policies.items())]
    context: dict[str, Any] = {
        "run": run, "found": found, "part": part, "lines": lines, "rows": rows, "policies": sums, "state": state.value,
        "tabs": [(one.value, names.cover_part(one), len(parts[one])) for one in Shown],
    }  # fmt: skip
    return render(request, "web/cover.html", context)


def _policy_page(request: PageRequest, found: CoverPolicy | None, status: int = 200, **more: Any) -> HttpResponse:
    terms = found.terms.order_by("-version").first() if found else None
    start = CoverTermsForm.start(terms, found.currency) if found else {}
    rows = BuyerLimit.objects.filter(policy=found) if found else BuyerLimit.objects.none()
    listed = with_replaced(rows).select_related("customer", "group").order_by("-id")
    context = {
        "policy": found, "last": terms, "terms": CoverTermsForm(initial=start), "form": CoverPolicyForm(),
        "limits_form": LimitsForm(), "limit_form": LimitForm(),
        "part": Paginator(listed, queries.PAGE_ROWS).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "web/cover_policy.html", {**context, **more}, status=status)


@page(Right.POLICY, "GET", "HEAD", "POST")
def add(request: PageRequest) -> HttpResponse:
    """Enter a policy with its first terms."""
    if request.method != "POST":
        return _policy_page(request, None)
    form, terms = CoverPolicyForm(request.POST), CoverTermsForm(request.POST)
    if not (form.is_valid() and terms.is_valid()):
        return _policy_page(request, None, 400, form=form, terms=terms)
    try:
        with transaction.atomic():
            made = do_add_policy(request.actor, **form.cleaned_data)
            do_set_terms(request.actor, made.pk, terms.values(made.currency))
    except CoverError as error:
        form.add_error(None, str(error))
        return _policy_page(request, None, 400, form=form, terms=terms)
    messages.success(request, _("The policy is entered. The next run counts its deadlines."))
    return redirect("web:cover-policy", made.pk)


@page(Right.VIEW)
def policy(request: PageRequest, cover_policy_id: int) -> HttpResponse:
    """Show a policy's terms and limits."""
    return _policy_page(request, own(request, CoverPolicy.objects.all(), cover_policy_id))


@page(Right.POLICY, "POST")
def set_terms(request: PageRequest, cover_policy_id: int) -> HttpResponse:
    """Enter a new version of the terms."""
    found = own(request, CoverPolicy.objects.all(), cover_policy_id)
    terms = CoverTermsForm(request.POST)
    if not terms.is_valid():
        return _policy_page(request, found, 400, terms=terms)
    try:
        do_set_terms(request.actor, found.pk, terms.values(found.currency))
    except CoverError as error:
        terms.add_error(None, str(error))
        return _policy_page(request, found, 400, terms=terms)
    messages.success(request, _("The terms are entered. The next run counts by them."))
    return redirect("web:cover-policy", found.pk)


@page(Right.IMPORT, "POST")
def limits(request: PageRequest, cover_policy_id: int) -> HttpResponse:
    """Read a list of limits; refused rows are shown with reason and remedy."""
    found = own(request, CoverPolicy.objects.all(), cover_policy_id)
    form = LimitsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _policy_page(request, found, 400, limits_form=form)
    file = form.cleaned_data["file"]
    try:
        done = do_import_limits(request.actor, found.pk, file.read(), file.name)
    except FormatError as error:
        form.add_error("file", f"{words.reason(error.reason)} {_(error.remedy) if error.remedy else ''}".strip())
        return _policy_page(request, found, 400, limits_form=form)
    refused = [(one.line, words.reason(one.reason), _(one.remedy)) for one in done.refused[:REFUSED_SHOWN]]
    told = _("%(new)s new limits, %(known)s known before, %(refused)s rows refused.") % {
        "new": words.count(done.new), "known": words.count(done.known), "refused": words.count(len(done.refused)),
    }  # fmt: skip
    (messages.warning if refused else messages.success)(request, told)
    return _policy_page(request, found, refused=refused) if refused else redirect("web:cover-policy", found.pk)


def _buyer(request: PageRequest, written: str) -> tuple[int | None, int | None]:
    """Find the buyer of this company: a customer by its number, or a group by its code; None and None where there is none."""
    kind, _colon, code = written.strip().replace("：", ":").rpartition(":")
    if kind == "group":
        group = CustomerGroup.objects.filter(company_id=request.company.pk, code=code.strip()).first()
        return None, group.pk if group else None
    customer = Customer.objects.filter(company_id=request.company.pk, number=written.strip()).order_by("id").first()
    return (customer.pk, None) if customer else (None, None)


@page(Right.IMPORT, "POST")
def limit(request: PageRequest, cover_policy_id: int) -> HttpResponse:
    """Enter one limit as the insurer decided it, with its letter."""
    found = own(request, CoverPolicy.objects.all(), cover_policy_id)
    form = LimitForm(request.POST, request.FILES)
    if not form.is_valid():
        return _policy_page(request, found, 400, limit_form=form)
    values = form.values(found.currency, *_buyer(request, form.cleaned_data["buyer"]))
    if values.customer_id is None and values.group_id is None:
        form.add_error("buyer", _("The company has no such customer or group."))
        return _policy_page(request, found, 400, limit_form=form)
    file = form.cleaned_data["file"]
    try:
        if file is not None:
            do_set_limit_from_file(request.actor, found.pk, values, file.read())
        else:
            do_set_limit(request.actor, found.pk, values)
    except CoverError as error:
        form.add_error(None, str(error))
        return _policy_page(request, found, 400, limit_form=form)
    messages.success(request, _("The limit is entered. The next run counts by it."))
    return redirect("web:cover-policy", found.pk)


@page(Right.VIEW)
def limit_file(request: PageRequest, cover_limit_id: int) -> HttpResponse:
    """Give the insurer's decision on a limit to be saved; 404 where there is none or its bytes are not whole."""
    found = own(request, BuyerLimit.objects.select_related("source_file"), cover_limit_id)
    if found.source_file is None:
        raise Http404
    try:
        data = blobs.get(found.company_id, found.source_file.sha256)
    except blobs.BlobError:
        raise Http404 from None
    return kept_file(data, f"limit-{found.pk}", found.source_file.media_type)


@page(Right.VIEW)
def customer(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show a customer's cover: limits, what is insured now, deadlines, what was told to the insurer."""
    return _customer_page(request, own(request, Customer.objects.select_related("group"), customer_id))


def _customer_page(
    request: PageRequest, found: Customer, form: CoverRecordForm | None = None, status: int = 200
) -> HttpResponse:
    measured = covered(queries.latest_run(request.company.pk), request.company.country)
    limits_ = BuyerLimit.objects.filter(customer=found)
    if found.group_id:
        limits_ = limits_ | BuyerLimit.objects.filter(group_id=found.group_id)
    mine = [one for one in (measured.deadlines if measured else ()) if one.customer_id == found.pk]
    parts = sorted_apart(mine, measured.as_of if measured else today_of(request.actor))
    lines = [
        {"one": one, "what": names.cover_deadline(one.kind), "late": shown is Shown.MISSED, "stop": shown is Shown.STOP}
        for shown in Shown
        for one in parts[shown]
    ]
    records = CoverRecord.objects.filter(customer=found).select_related("due_item__document").order_by("-id")
    items = (
        DueItem.objects.filter(customer=found, amount_minor__gt=0).select_related("document").order_by("-due_on")[:200]
    )
    context = {
        "customer": found, "tab": "cover", "measured": measured,
        "standings": measured.of_customer(found.pk) if measured else [], "lines": lines[: queries.PAGE_ROWS],
        "limits": with_replaced(limits_).select_related("policy", "group").order_by("-effect_on", "-id")[: queries.PAGE_ROWS],
        "records": records[: queries.PAGE_ROWS], "items": items,
        "form": form or CoverRecordForm(initial={"on": today_of(request.actor)}),
    }  # fmt: skip
    return render(request, "web/customer_cover.html", context, status=status)


@page(Right.HOLD, "POST")
def record(request: PageRequest, customer_id: int) -> HttpResponse:
    """Record a report, a claim or a consent."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    form = CoverRecordForm(request.POST)
    if not form.is_valid():
        return _customer_page(request, found, form, 400)
    asked = request.POST.get("due_item", "")
    item = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    if item is not None and not DueItem.objects.filter(pk=item, customer_id=found.pk).exists():
        raise Http404
    try:
        do_record(request.actor, customer_id=found.pk, due_item_id=item, **form.cleaned_data)
    except CoverError as error:
        form.add_error(None, str(error))
        return _customer_page(request, found, form, 400)
    messages.success(request, _("Recorded."))
    return redirect("web:customer-cover", found.pk)
