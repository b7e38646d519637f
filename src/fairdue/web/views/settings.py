"""The company's settings: what letters print, where to pay; and the terms that a customer accepted."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cycle.release import seal
from fairdue.ledger import audit
from fairdue.ledger.actions import do_accept_terms
from fairdue.ledger.models import Customer
from fairdue.people.actions import do_edit_company, do_set_bank_account
from fairdue.people.actor import Right, rights_of
from fairdue.people.models import Company, Membership
from fairdue.web.access import PageRequest, own, page
from fairdue.web.settings_forms import BankForm, CompanyForm, TermsForm


def _shown(
    request: PageRequest, form: CompanyForm | None = None, bank: BankForm | None = None, status: int = 200
) -> HttpResponse:
    """Show both forms, one of them perhaps as it was refused."""
    company = Company.objects.get(pk=request.company.pk)
    members = Membership.objects.filter(company=company).select_related("user").order_by("user__username", "role")
    context = {
        "form": form or CompanyForm(instance=company),
        "bank": bank or BankForm(initial={"holder": company.name}),
        "bank_open": bank is not None,
        "banks": company.bank_accounts.order_by("currency"),
        "shown": company,
        "members": [(one, Right.RELEASE in rights_of(one.role)) for one in members],
    }
    return render(request, "web/settings.html", context, status=status)


@page(Right.VIEW)
def settings(request: PageRequest) -> HttpResponse:
    """Show the settings; who may administer can change them. Three queries."""
    return _shown(request)


@page(Right.ADMINISTER, "POST")
def edit_company(request: PageRequest) -> HttpResponse:
    """Change what letters print of the company; what changed stands in the audit log."""
    form = CompanyForm(request.POST, instance=Company.objects.get(pk=request.company.pk))
    if not form.is_valid():
        return _shown(request, form=form, status=400)
    changed = {name: str(form.cleaned_data[name]) for name in form.changed_data}
    if changed:
        with transaction.atomic():
            do_edit_company(request.company.pk, changed)
            audit.record(request.actor, "edit_company", f"company:{request.company.pk}", **changed)
        seal(request.actor)
    messages.success(request, _("The company is changed. Letters say so from now on."))
    return redirect("web:settings")


@page(Right.ADMINISTER, "POST")
def set_bank(request: PageRequest) -> HttpResponse:
    """Set the account of a currency. The number stands in the audit log, sealed at once."""
    form = BankForm(request.POST)
    if not form.is_valid():
        return _shown(request, bank=form, status=400)
    with transaction.atomic():
        made = do_set_bank_account(request.company.pk, **form.cleaned_data)
        number = made.iban or made.account_number
        audit.record(
            request.actor, "set_bank_account", f"company:{request.company.pk}", currency=made.currency, iban=number
        )
    seal(request.actor)
    messages.success(request, _("The account is set. Letters ask to be paid to it from now on."))
    return redirect("web:settings")


@page(Right.HOLD, "GET", "HEAD", "POST")
def terms(request: PageRequest, customer_id: int) -> HttpResponse:
    """Record which terms a customer accepted."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {name: value for name, value in form.cleaned_data.items() if name != "interest_percent"}
        try:
            with transaction.atomic():
                do_accept_terms(request.actor, customer_id=found.pk, interest_rate_ppm=form.interest_ppm, **asked)
        except IntegrityError:
            form.add_error("version", _("This version is on record already."))
        else:
            messages.success(request, _("The terms are recorded. Letters may cite them from now on."))
            return redirect("web:customer-contacts", found.pk)
    context = {"customer": found, "tab": "contacts", "form": form}
    return render(request, "web/customer_terms.html", context, status=400 if form.errors else 200)
