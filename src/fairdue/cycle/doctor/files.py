"""The customers of a finding as a file: in the shape that ``fairdue import`` reads where an import mends it, else a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from fairdue.cycle.doctor.find import Findings
from fairdue.cycle.doctor.words import told, why_same
from fairdue.cycle.exports import as_file
from fairdue.formats.spreadsheet import Column, ColumnKind
from fairdue.formats.spreadsheet.columns import Value
from fairdue.kernel.money import Money
from fairdue.ledger.models import Contact, Customer
from fairdue.wording import words

CONTACTS = frozenset({"contact_missing", "email_missing", "email_unusable"})
CUSTOMERS = frozenset({"address_missing", "country_missing", "language_missing", "registration_missing", "duplicate"})
"""Findings that a file of contacts or of customers mends, by its kind for ``fairdue import``."""
_FIELDS = (
    "number", "name", "street", "postal_code", "city", "region", "country", "language", "vat_no", "registration_no", "group__code",
)  # fmt: skip


def kind_of(check: str) -> str:
    """Give the kind of import that mends a finding: ``contacts``, ``customers`` or none."""
    return "contacts" if check in CONTACTS else "customers" if check in CUSTOMERS else ""


def file_of(company_id: int, found: Findings, check: str, kind: str) -> bytes:
    """Write the customers of ``check`` as ``csv`` or ``xlsx``, the most overdue first. At most two queries."""
    if check in CONTACTS:
        columns, rows = _contact_columns(), list(_contact_rows(company_id, found, check))
    elif check in CUSTOMERS:
        columns, rows = _customer_columns(twins=check == "duplicate"), list(_customer_rows(company_id, found, check))
    else:
        columns, rows = _list_columns(), list(_list_rows(found, check))
    return as_file(told(check).title, columns, rows, kind)


def _contact_columns() -> Sequence[Column]:
    return [
        Column(_("Customer number"), width=16),
        Column(_("Customer name"), width=34),
        Column(_("Contact name"), width=24),
        Column(_("Role"), width=14),
        Column(_("E-mail"), width=30),
        Column(_("Telephone"), width=18),
        Column(_("Language")),
        Column(_("Channel")),
    ]


def _contact_rows(company_id: int, found: Findings, check: str) -> Iterator[list[Value]]:
    """Give a line per contact that is there, as it is, and one to be filled where there is none.

    The channel of a contact that gets an address is left empty: the import then takes e-mail.
    """
    known: dict[int, list[tuple[str, str, str, str, str]]] = {}
    if check != "contact_missing":
        rows = Contact.objects.filter(company_id=company_id, active=True).order_by("customer_id", "id")
        rows = rows.filter(purpose__in=found.purposes) if found.purposes else rows
        for customer_id, *cells in rows.values_list("customer_id", "name", "purpose", "email", "phone", "language"):
            known.setdefault(customer_id, []).append((cells[0], cells[1], cells[2], cells[3], cells[4]))
    languages = dict(Customer.objects.filter(company_id=company_id).values_list("pk", "language"))
    for customer_id in found.customers[check]:
        party = found.standing(customer_id)
        for name, purpose, email, phone, language in known.get(customer_id) or [("", "payables", "", "", "")]:
            spoken = language or languages.get(customer_id, "")
            yield [party.number, party.name, name, purpose, email, phone, spoken, ""]


def _customer_columns(*, twins: bool) -> Sequence[Column]:
    columns = [
        Column(_("Customer number"), width=16),
        Column(_("Customer name"), width=34),
        Column(_("Street"), width=28),
        Column(_("Postcode")),
        Column(_("City"), width=18),
        Column(_("Region")),
        Column(_("Country")),
        Column(_("Language")),
        Column(_("VAT number"), width=18),
        Column(_("Registration number"), width=20),
        Column(_("Group number"), width=14),
    ]
    return [*columns, Column(_("Set"), ColumnKind.INTEGER), Column(_("Why"), width=40)] if twins else columns


def _customer_rows(company_id: int, found: Findings, check: str) -> Iterator[list[Value]]:
    known = {pk: cells for pk, *cells in Customer.objects.filter(company_id=company_id).values_list("pk", *_FIELDS)}
    if check == "duplicate":
        for place, pair in enumerate(found.twins, 1):
            why = words.joined(why_same(one) for one in pair.why)
            for customer_id in pair.customer_ids:
                yield [*(cell or "" for cell in known[customer_id]), place, why]
        return
    for customer_id in found.customers[check]:
        yield [cell or "" for cell in known[customer_id]]


def _list_columns() -> Sequence[Column]:
    return [
        Column(_("Customer number"), width=16),
        Column(_("Customer"), width=34),
        Column(_("Country")),
        Column(_("Currency")),
        Column(_("Open"), ColumnKind.MONEY, width=16),
        Column(_("Overdue"), ColumnKind.MONEY, width=16),
        Column(_("Credits and unapplied"), ColumnKind.MONEY, width=16),
    ]


def _list_rows(found: Findings, check: str) -> Iterator[list[Value]]:
    for customer_id in found.customers[check]:
        party = found.standing(customer_id)
        name = party.name if customer_id else _("Unknown payer")
        for one in party.amounts:
            amounts = (one.open_minor, one.overdue_minor, one.unapplied_minor)
            yield [
                party.number,
                name,
                party.country,
                one.currency,
                *(Money(amount, one.currency) for amount in amounts),
            ]
