"""Who else names a stored file: before bytes go with one person, every place that may name them is asked.

A file belongs to whoever wrote, sent or brought it. The same bytes may have come from two customers, or be our own terms that went
to all: one person's erasure takes none of another's evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from fairdue.personal.people import Person
from fairdue.personal.rows import models

IMPORT = "intake_import"
COLUMNS = (
    ("cash_advice", "sha256"),
    ("contact_inbound_mail", "raw__sha256"),
    ("contact_portal_answer", "upload__sha256"),
    ("cover_buyer_limit", "source_file__sha256"),
    ("dunning_balance_answer", "scan__sha256"),
    ("dunning_balance_confirmation", "pdf_sha256"),
    ("dunning_notice", "pdf_sha256"),
    ("dunning_notice", "html_sha256"),
    ("dunning_notice", "text_sha256"),
    (IMPORT, "file_sha256"),
    ("ledger_document_file", "sha256"),
)
"""Columns that name a stored file, by table."""
LISTS = (("contact_inbound_mail", "attachments"), ("contact_outbox_message", "attachments"))
"""Columns that list several: [{sha256, …}, …]."""
NOBODYS = frozenset({IMPORT, "cover_buyer_limit"})
"""Tables whose files are no single debtor's: what they name is never the person's own."""
OWNER = {
    "contact_portal_answer": "link__contact_id", "dunning_balance_answer": "confirmation__contact_id",
    "dunning_balance_confirmation": "contact_id", "contact_inbound_mail": "contact_id", "contact_outbox_message": "contact_id",
}  # fmt: skip
"""Of tables that tell a contact: by which column."""
COLUMN_HASHES = 500
LIST_HASHES = 20


def claimed(
    company_id: int, wanted: Sequence[str], person: Person | None = None, *, without: Collection[str] = ()
) -> set[str]:
    """Give those of the hashes that a row of somebody else names; without a person, that any row names.

    ``without`` leaves tables out of the question.
    """
    found: set[str] = set()
    for table, column in COLUMNS:
        if table not in without:
            rows = (
                models()[table]._default_manager.filter(company_id=company_id).exclude(_mine(company_id, table, person))
            )
            for part in _parts(wanted, COLUMN_HASHES):
                found |= set(rows.filter(**{f"{column}__in": part}).values_list(column, flat=True))
    for table, column in LISTS:
        if table not in without:
            rows = (
                models()[table]._default_manager.filter(company_id=company_id).exclude(_mine(company_id, table, person))
            )
            rows = rows.alias(said=Cast(column, TextField()))
            for part in _parts(wanted, LIST_HASHES):
                named = Q()
                for sha256 in part:
                    named |= Q(said__contains=sha256)
                for listed in rows.filter(named).values_list(column, flat=True).iterator():
                    found |= {one["sha256"] for one in listed}
    return found & set(wanted)


def _mine(company_id: int, table: str, person: Person | None) -> Q:
    """Give which rows of a table are the person's own: those need not be asked."""
    none = Q(pk__in=())
    if person is None or person.kind == "user" or table in NOBODYS:
        return none
    if table == "contact_inbound_mail":
        unassigned = Q(customer_id=None, sender__in=[one for one in person.needles if "@" in one])
        return unassigned | (
            Q(customer_id=person.customer_id) if person.kind == "customer" else Q(contact_id=person.pk)
        )
    if person.kind == "customer":
        return Q(customer_id=person.customer_id)
    if table == "dunning_notice":
        sent = models()["contact_outbox_message"]._default_manager.filter(company_id=company_id, contact_id=person.pk)
        return Q(message_key__in=sent.values("step_key"))
    return Q(**{OWNER[table]: person.pk}) if table in OWNER else none


def _parts(wanted: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]
