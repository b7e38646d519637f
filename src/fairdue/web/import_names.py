"""Names of the kinds of tables and of their fields, for the import page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {
    "open_items": _("Open items"),
    "closed_items": _("History with settled items"),
    "payments": _("Payments"),
    "customers": _("Customers"),
    "contacts": _("Contacts"),
}

FIELDS = {
    "document_number": _("Document number"),
    "customer_number": _("Customer number"),
    "customer_name": _("Customer"),
    "issued_on": _("Document date"),
    "posted_on": _("Posting date"),
    "baseline_on": _("Baseline date"),
    "due_on": _("Due date"),
    "settled_on": _("Settled on"),
    "amount": _("Amount"),
    "open_amount": _("Open amount"),
    "debit": _("Debit"),
    "credit": _("Credit"),
    "currency": _("Currency"),
    "side": _("Debit or credit"),
    "document_type": _("Document type"),
    "terms": _("Terms"),
    "company_code": _("Company code"),
    "fiscal_year": _("Fiscal year"),
    "line_item": _("Line"),
    "reference": _("Reference"),
    "country": _("Country"),
    "disputed": _("Disputed"),
    "is_open": _("Open or settled"),
    "text": _("Text"),
    "email": _("E-mail"),
    "paid_on": _("Paid on"),
    "paid_amount": _("Amount paid"),
    "payment_number": _("Payment number"),
    "payer_iban": _("IBAN of the payer"),
    "street": _("Street"),
    "postcode": _("Postal code"),
    "city": _("City"),
    "region": _("Region"),
    "phone": _("Telephone"),
    "vat_id": _("VAT number"),
    "registration_number": _("Registration number"),
    "language": _("Language"),
    "credit_limit": _("Credit limit"),
    "group_number": _("Group"),
    "contact_name": _("Name of the contact"),
    "natural_person": _("Natural person"),
    "public_body": _("Public body"),
    "size": _("Size of the business"),
    "public_health": _("Public health body"),
    "federal_agency": _("Federal agency"),
    "size_declared": _("Own size declared"),
    "subcontract": _("Subcontract"),
    "agri_food": _("Agricultural products or food"),
    "role": _("Role"),
    "channel": _("Channel"),
    "time_zone": _("Time zone"),
}

WHY = {"heading": _("by its heading"), "values": _("by its values"), "chosen": _("chosen")}

OPTIONS = {
    "dmy": _("day, month, year"),
    "mdy": _("month, day, year"),
    "point": _("decimal point (1,234.50)"),
    "comma": _("decimal comma (1.234,50)"),
    **KINDS,
}


def field(code: str) -> str:
    """Name a field of a table."""
    return str(FIELDS.get(code, code))


def kind(code: str) -> str:
    """Name a kind of table."""
    return str(KINDS.get(code, code))


def option(code: str) -> str:
    """Name an answer that is offered to a question."""
    return str(OPTIONS.get(code, code))
