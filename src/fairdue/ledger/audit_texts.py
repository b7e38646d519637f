"""Texts of the audit log that may name a person: beside the chain, with a salted commitment inside.

1. Numbers, codes, dates, ids and hashes stand in an entry's ``detail`` as they are. Everything else that is said (a reason,
   a note, an address, a server's answer) may name a person: it goes to ``AuditText`` with a random salt, and the entry holds
   ``{"commitment": H(salt, text)}``. What is not known to be harmless counts as such a text.
2. ``verify`` holds every text that is there against its commitment: a changed text is found. Emptied text and salt are an
   erasure: the commitment stays, the chain verifies, and without the salt nobody can try names against it.
3. Entries of before this rule hold texts in the clear. Erasure takes the person out of them and writes an entry
   ``redact`` that names each with the hash of what it says now; ``verify`` accepts exactly that. The hash of what it said
   stays in the chain.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

from fairdue.kernel import chain
from fairdue.ledger.models import AuditEntry, AuditText

COMMITMENT = "commitment"
ERASED_TEXT = "[erased]"

OPEN_WORDS = frozenset(
    {
        "action", "agri_food", "artifact", "as_of", "basis", "cause", "changed", "channel", "check", "clocks", "code",
        "codes", "completeness", "content", "country", "currency", "document", "due_on", "expires_on", "facts_sha256",
        "federal_agency", "fields", "file", "first", "format", "head", "key", "kind", "language", "merkle_root", "message_id",
        "natural_person", "number", "origin", "outcome_code", "pdf_sha256", "period", "policies", "policy", "policy_sha256",
        "posted_on", "public_body", "public_health", "regime", "root", "run", "scope", "scopes", "sha256", "since", "size",
        "size_declared", "source", "stage", "state", "status", "step", "subcontract", "table", "unit", "until", "valid_from",
        "valid_until", "version", "work",
    }
)  # fmt: skip
"""Names whose texts are codes, dates, ids or hashes made by the program, never written by or about a person."""

OWN_ACTIONS = frozenset(
    {
        "adopt_policy",
        "confirm_third_party",
        "edit_company",
        "erase",
        "make_token",
        "prove",
        "redact",
        "revoke_token",
        "set_bank_account",
        "set_cash_settings",
    }
)
"""Actions that speak of the creditor itself, or of ids and hashes alone."""


def parted(action: str, detail: dict[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """Part what an entry says into what its chain may hold and the texts beside it: name to (salt, text)."""
    inside: dict[str, Any] = {}
    beside: dict[str, tuple[str, str]] = {}
    for name, value in detail.items():
        if action in OWN_ACTIONS or harmless(name, value):
            inside[name] = value
            continue
        salt, text = new_salt(), canonical(value)
        beside[name] = (salt, text)
        inside[name] = {COMMITMENT: commitment(salt, text)}
    return inside, beside


def new_salt() -> str:
    """Give a fresh salt: sixteen random bytes as hex."""
    return secrets.token_hex(16)


def harmless(name: str, value: Any) -> bool:
    """Tell whether a value cannot name a person: numbers and empty texts, and texts under a name of the program's own."""
    if isinstance(value, dict):
        return all(harmless(str(key), one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return all(harmless(name, one) for one in value)
    return value is None or isinstance(value, bool | int) or value == "" or name in OPEN_WORDS


def canonical(value: Any) -> str:
    """Give the one writing of a value that its commitment covers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commitment(salt: str, text: str) -> str:
    """Give the salted commitment to a text."""
    return chain.digest("fairdue audit text v1", salt.encode(), text.encode())


def write_texts(parted: Iterable[tuple[AuditEntry, dict[str, tuple[str, str]]]]) -> None:
    """Write the texts beside entries, inside the caller's transaction."""
    AuditText.objects.bulk_create(
        AuditText(company_id=entry.company_id, entry=entry, name=name, salt=salt, text=text)
        for entry, beside in parted
        for name, (salt, text) in beside.items()
    )


def said(entry: AuditEntry, texts: list[AuditText]) -> dict[str, Any]:
    """Give everything an entry says, its texts in place; an erased one is told as such."""
    found = {one.name: json.loads(one.text) if one.text else ERASED_TEXT for one in texts}
    return {name: found.get(name, value) for name, value in dict(entry.detail).items()}
