"""Everything kept about a person, as one ZIP: ``person.json``, a page to read, and the files themselves."""

from __future__ import annotations

import html
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from fairdue.ledger import audit, store
from fairdue.ledger.audit_texts import said
from fairdue.ledger.models import AuditEntry
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company
from fairdue.people.register import BASES, PURPOSES, RETENTIONS, Field
from fairdue.personal import files
from fairdue.personal.field_names import field_name
from fairdue.personal.people import Person, PersonalError, Scrubber
from fairdue.personal.rows import SHARED, tables, theirs

Progress = Callable[[int, int], None]
HIDDEN = frozenset({"password", "token_hash", "wrapped", "known_as", "message_id"})
"""Columns that are no data about a person but keys to something."""
STYLE = (
    "body{font:16px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2330}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #c9ced8}table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}"
    "th,td{text-align:start;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #e5e8ee;"
    "overflow-wrap:anywhere}th{font-weight:500;width:16rem;color:#525a6b}p.why{color:#525a6b}"
)


def do_export(actor: Actor, person: Person, target: BinaryIO, progress: Progress | None = None) -> dict[str, int]:
    """Write a person's data to ``target`` as a ZIP and note it in the audit log; give rows by table, and files.

    The page is in the active language. A file that cannot be read any more is named in ``person.json``. Raises PersonalError where
    the file store is out of reach: the ZIP would lack what is there, so it is no answer, and nothing is noted.
    """
    actor.need(Right.ERASE)
    company = Company.objects.get(pk=actor.company_id)
    found = held(actor.company_id, person)
    listed = files_of(actor.company_id, person)
    stored: list[dict[str, str]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (sha256, name, media_type) in enumerate(listed, start=1):
            if progress:
                progress(number, len(listed))
            entry = {"sha256": sha256, "file_name": name, "media_type": media_type}
            try:
                data = store.get(actor.company_id, sha256)
            except store.StoreUnreachable as error:
                raise PersonalError(_unreachable(number, len(listed), str(error))) from error
            except store.BlobError as error:
                stored.append({**entry, "error": str(error)})
                continue
            suffix = PurePosixPath(name).suffix[:8]
            place = f"files/{number:03d}-{sha256[:12]}{suffix if suffix.isascii() else ''}"
            archive.writestr(place, data)
            stored.append({**entry, "place": place})
        body = {
            "subject": person.subject, "company": company.name, "made_at": actor.at.isoformat(), "tables": found,
            "files": stored,
        }  # fmt: skip
        archive.writestr("person.json", json.dumps(body, ensure_ascii=False, indent=1))
        archive.writestr("index.html", page(company, person, found, stored, actor.at))
    counts = {str(one["table"]): len(one["rows"]) for one in found} | {"files": len(stored)}
    audit.record(actor, "export_person", person.subject, counts=counts)
    return counts


def _unreachable(number: int, count: int, error: str) -> str:
    told = gettext(
        "The file store cannot be reached (file %(number)s of %(count)s: %(error)s). Nothing was written; ask again when it answers."
    )
    return told % {"number": number, "count": count, "error": error}


def files_of(company_id: int, person: Person) -> list[tuple[str, str, str]]:
    """Give (SHA-256, file name, media type) of the stored files that are the person's."""
    listed = [] if person.kind == "user" else files.letters(company_id, person)
    known = {one[0] for one in listed}
    return [*listed, *(one for one in files.copies(company_id, person) if one[0] not in known)]


def held(company_id: int, person: Person) -> list[dict[str, Any]]:
    """Give the tables that hold something on the person, the audit log last: rows, purposes, bases, retention and its clocks."""
    found = [*_sections(company_id, person), _audit(company_id, person)]
    return [one for one in found if one["rows"]]


def _sections(company_id: int, person: Person) -> list[dict[str, Any]]:
    """Give the tables that hold rows on the person, each with why, on which basis and how long."""
    scrub = Scrubber(person.needles)
    found = []
    for model, fields, rows in tables(person):
        if fields[0].rows in SHARED:
            continue
        if hasattr(model, "company_id"):
            rows = rows.filter(company_id=company_id)
        if person.kind == "user" and fields[0].rows != "own":
            continue
        kept = []
        for row in rows.iterator(chunk_size=500):
            cells = _cells(row)
            if theirs(row, fields[0].rows, person) or any(scrub.finds(cell) for cell in cells.values()):
                kept.append(cells)
        found.append({**_told(fields), "table": model._meta.db_table, "rows": kept})
    return found


def _told(fields: list[Field]) -> dict[str, list[str]]:
    """Say purpose, basis and retention of a table's fields, each once, in the active language."""
    return {
        "purposes": list(dict.fromkeys(gettext(PURPOSES[one.purpose]) for one in fields)),
        "bases": list(dict.fromkeys(gettext(BASES[one.basis]) for one in fields)),
        "retention": list(dict.fromkeys(gettext(RETENTIONS[one.retention]) for one in fields)),
        "clocks": list(dict.fromkeys(one.retention for one in fields)),
    }


def _cells(row: Model) -> dict[str, Any]:
    found = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name not in HIDDEN and field.name != "company" and value not in ("", None, [], {}):
            found[field.attname] = value.isoformat() if isinstance(value, date | datetime) else value
    return found


def _audit(company_id: int, person: Person) -> dict[str, Any]:
    """Give the audit entries on the person: those under the subject, and for a user those of the user's actions."""
    entries = AuditEntry.objects.filter(company_id=company_id).prefetch_related("texts").order_by("pk")
    entries = entries.filter(actor=person.subject) if person.kind == "user" else entries.filter(subject=person.subject)
    rows = [
        {"at": one.at.isoformat(), "actor": one.actor, "action": one.action, "subject": one.subject,
         "detail": said(one, list(one.texts.all()))}
        for one in entries.iterator(chunk_size=500)
    ]  # fmt: skip
    return {
        "purposes": [gettext(PURPOSES["proof"])], "bases": [gettext(BASES["duty"])],
        "retention": [gettext(RETENTIONS["letter"])], "clocks": ["letter"], "table": "ledger_audit_entry", "rows": rows,
    }  # fmt: skip


def titles() -> dict[str, str]:
    """Give what each table is called for people."""
    return {
        "ledger_customer": gettext("Customer"), "ledger_contact": gettext("Contacts"),
        "ledger_accepted_terms": gettext("Accepted terms"), "ledger_payment": gettext("Payments"),
        "ledger_document": gettext("Documents"), "ledger_due_item": gettext("Due items"),
        "ledger_due_date_change": gettext("Due date changes"), "ledger_allocation": gettext("Allocations"),
        "ledger_hold": gettext("Holds"), "ledger_document_file": gettext("Files"),
        "contact_outbox_message": gettext("Messages"), "contact_gate_block": gettext("Held back"),
        "contact_portal_answer": gettext("Answers"), "contact_timeline_event": gettext("Timeline"),
        "contact_task": gettext("Tasks"), "dunning_proposal": gettext("Proposals"), "dunning_notice": gettext("Notices"),
        "contact_inbound_mail": gettext("Inbox"), "contact_change_proposal": gettext("Proposed changes of contacts"),
        "dunning_balance_confirmation": gettext("Balance confirmations"),
        "dunning_balance_answer": gettext("Answers to balance confirmations"),
        "dunning_balance_difference": gettext("Differences"), "books_posting": gettext("Postings"),
        "cover_record": gettext("Insurance"), "intake_import": gettext("Import"),
        "people_user": gettext("User"), "ledger_audit_entry": gettext("Audit"),
    }  # fmt: skip


def page(
    company: Company, person: Person, sections: list[dict[str, Any]], stored: list[dict[str, str]], at: datetime
) -> str:
    """Give the page that a person reads, in the active language, without a script or anything from elsewhere."""
    named = titles()
    head = gettext("What %(company)s keeps about you") % {"company": company.name}
    parts = [
        f"<!doctype html><html lang={html.escape(get_language() or 'en')!r}><meta charset=utf-8><title>{html.escape(head)}</title>",
        f"<style>{STYLE}</style><h1>{html.escape(head)}</h1>",
        f"<p>{html.escape(date_format(at, 'DATE_FORMAT'))} · {html.escape(person.label)}</p>",
    ]
    for one in sections:
        parts.append(f"<h2>{html.escape(named.get(one['table'], one['table']))} ({len(one['rows'])})</h2>")
        why = (
            (gettext("Purpose"), one["purposes"]),
            (gettext("Legal basis"), one["bases"]),
            (gettext("Kept"), one["retention"]),
        )
        parts += [f"<p class=why>{html.escape(label)}: {html.escape('; '.join(words))}</p>" for label, words in why]
        parts += [_table(row) for row in one["rows"]]
    if stored:
        parts.append(f"<h2>{html.escape(gettext('Files'))} ({len(stored)})</h2><ul>")
        parts += [_file(one) for one in stored]
        parts.append("</ul>")
    return "\n".join(parts)


def _table(row: dict[str, Any]) -> str:
    cells = []
    for name, value in row.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        cells.append(f"<tr><th>{html.escape(field_name(name))}</th><td>{html.escape(text)}</td></tr>")
    return f"<table>{''.join(cells)}</table>"


def _file(one: dict[str, str]) -> str:
    name = html.escape(one["file_name"] or one["sha256"][:12])
    return (
        f"<li><a href='{html.escape(one['place'])}'>{name}</a></li>"
        if "place" in one
        else f"<li>{name}: {html.escape(one['error'])}</li>"
    )
