"""The audit chain: verify finds every way of tampering."""

from __future__ import annotations

import pytest
from django.db import connection

from fairdue.ledger import audit
from fairdue.ledger.models import AuditEntry, AuditSeal

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(actor):
    for number in range(1, 6):
        audit.record(actor, "test", f"thing:{number}", number=number)
    return audit.anchor(actor, "manifest of run 1")


def tamper(sql: str, *values: object) -> None:
    """Change rows as one would who owns the database: with the guards taken off."""
    with connection.cursor() as cursor:
        take_guards_off(cursor)
        cursor.execute(sql, values)


def take_guards_off(cursor) -> None:
    """Once a test; its transaction brings them back."""
    tables = ("ledger_audit_entry", "ledger_audit_seal", "ledger_audit_anchor")
    if connection.vendor != "postgresql":
        for table in tables:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        return
    cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'ledger_audit_seal_append_only'")
    if cursor.fetchone() == ("O",):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def faults(company, anchors=()) -> list[tuple[str, int]]:
    return [(finding.fault.value, finding.sequence) for finding in audit.verify(company.pk, anchors)]


def test_an_untouched_chain_has_no_finding(company, chain):
    assert chain.sequence == 5
    assert faults(company) == []
    assert audit.unsealed(company.pk) == 0


def test_an_edited_entry_is_found(company, chain):
    third = AuditSeal.objects.get(sequence=3).entry_id
    tamper("UPDATE ledger_audit_entry SET subject = 'thing:9' WHERE id = %s", third)
    assert faults(company) == [("edited", 3)]


def test_an_edit_that_also_mends_its_hash_breaks_the_link(company, chain, actor):
    entry = AuditSeal.objects.get(sequence=3).entry
    forged = audit.content_hash(company.pk, entry.at, entry.actor, entry.action, "thing:9", entry.detail)
    tamper("UPDATE ledger_audit_entry SET subject = 'thing:9', content_hash = %s WHERE id = %s", forged, entry.pk)
    assert faults(company) == [("broken_link", 3)]


def test_a_removed_entry_is_found(company, chain):
    seal = AuditSeal.objects.get(sequence=2)
    tamper("DELETE FROM ledger_audit_seal WHERE id = %s", seal.pk)
    tamper("DELETE FROM ledger_audit_entry WHERE id = %s", seal.entry_id)
    assert faults(company) == [("gap", 2), ("broken_link", 3)]


def test_swapped_entries_are_found(company, chain):
    one, two = (AuditSeal.objects.get(sequence=n) for n in (1, 2))
    tamper("UPDATE ledger_audit_seal SET entry_id = %s WHERE id = %s", 10**9, one.pk)
    tamper("UPDATE ledger_audit_seal SET entry_id = %s WHERE id = %s", one.entry_id, two.pk)
    tamper("UPDATE ledger_audit_seal SET entry_id = %s WHERE id = %s", two.entry_id, one.pk)
    assert faults(company) == [("broken_link", 1), ("broken_link", 2)]


def test_a_cut_tail_is_found_against_the_anchor(company, chain):
    for seal in AuditSeal.objects.filter(sequence__gte=4):
        tamper("DELETE FROM ledger_audit_seal WHERE id = %s", seal.pk)
        tamper("DELETE FROM ledger_audit_entry WHERE id = %s", seal.entry_id)
    assert faults(company) == [("cut_tail", 5)]


def test_a_rewritten_chain_is_found_against_an_outside_anchor(company, chain, actor):
    tamper("DELETE FROM ledger_audit_anchor WHERE company_id = %s", company.pk)
    tamper("DELETE FROM ledger_audit_seal WHERE company_id = %s", company.pk)
    tamper("DELETE FROM ledger_audit_entry WHERE subject = 'thing:2'")
    audit.record(actor, "test", "thing:6", number=6)
    audit.seal(company.pk)
    assert faults(company) == []
    assert faults(company, [(5, chain.head, "manifest of run 1")]) == [("anchor_differs", 5)]


def test_the_chain_grows_over_several_seals(company, chain, actor):
    audit.record_bulk(actor, "import", "import:1", [b"row 1", b"row 2"], rows=2)
    assert audit.seal(company.pk).sequence == 6
    assert AuditEntry.objects.get(action="import").detail["rows"] == 2
    assert faults(company, [(5, chain.head, "manifest")]) == []
