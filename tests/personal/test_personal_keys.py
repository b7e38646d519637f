"""What was written to a person stands sealed; the key lies apart, and with it goes every copy: in backups, replicas, dumps."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from fairdue.contact.models import InboundMail, OutboxMessage, TimelineEvent
from fairdue.ledger import keystore, sealed, store
from fairdue.ledger.models import Contact, Customer, Erasure, SealedFile
from fairdue.people.register import Erased, personal_fields
from fairdue.personal.actions import do_complete, do_erase, do_readmit
from fairdue.personal.noted import behind
from fairdue.personal.people import load
from fairdue.personal.repeat import do_reapply, do_sweep

sys.path.insert(0, str(Path(__file__).parent))
from personal_traces import in_database
from personal_wish import CHINESE, NAME, PDF, STREET, TODAY

pytestmark = pytest.mark.django_db
COLUMNS = (
    ("contact_outbox_message", "body_text"), ("contact_outbox_message", "body_html"), ("contact_inbound_mail", "text"),
    ("contact_timeline_event", "text"),
)  # fmt: skip


def stored(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {column} FROM {table} ORDER BY id")
        return [str(row[1]) for row in cursor.fetchall()]


def erase(book, kind="customer"):
    pk = {"customer": book.customer.pk, "contact": book.contact.pk}[kind]
    return do_erase(book.actor, load(book.company.pk, kind, pk), TODAY, reason="asked by letter of 1 March")


def test_bodies_and_mail_stand_sealed_and_read_plain(book):
    message, mail = OutboxMessage.objects.get(), InboundMail.objects.get()
    assert (message.body_text, message.body_html) == (f"Dear {CHINESE}", f"<p>Dear {NAME}</p>")
    assert STREET in mail.text
    for table, column in COLUMNS:
        values = [one for one in stored(table, column) if one]
        assert values
        assert all(sealed.NAME_RE.match(one) for one in values), (table, column)


def test_the_register_names_exactly_the_sealed_fields(db):
    told = {
        (one.table, one.name)
        for one in personal_fields()
        if one.erased is Erased.KEY and not one.table.startswith("file:")
    }
    held = {(m._meta.db_table, one.column) for m in apps.get_models() for one in sealed.sealed_fields(m)}
    assert told == held


def test_after_an_erasure_a_copy_of_the_old_rows_says_nothing(book):
    """The row of an old backup, put back by hand beside today's key store: its text is closed for good."""
    before = {(table, column): stored(table, column) for table, column in COLUMNS}
    assert erase(book).state == "done"
    with connection.cursor() as cursor:
        for (table, column), values in before.items():
            for pk, value in enumerate(values, start=min(_ids(table))):
                if value:
                    assert sealed.unseal(value) is None, (table, column)
        Erasure.objects.update(state="erasing")
        cursor.execute(
            "UPDATE contact_outbox_message SET body_text = %s", [before["contact_outbox_message", "body_text"][0]]
        )
    assert OutboxMessage.objects.get().body_text == "[erased]"
    assert Erasure.objects.get().doomed is None


def _ids(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table}")
        return [row[0] for row in cursor.fetchall()] or [0]


def test_a_text_from_which_only_a_name_is_taken_gets_a_new_key(book):
    """The contact goes, the customer stays: the call note keeps its sense, and its old writing is closed."""
    (old,) = [one for one in stored("contact_timeline_event", "text") if "Spoke" in (sealed.unseal(one) or "")]
    erase(book, "contact")
    texts = list(TimelineEvent.objects.values_list("text", flat=True))
    assert "Spoke with [erased], [erased]" in texts
    assert sealed.unseal(old) is None


def test_a_stored_files_key_is_in_the_key_store_only(book):
    row = SealedFile.objects.get(sha256=__import__("hashlib").sha256(PDF).hexdigest())
    assert row.wrapped == store.APART
    assert keystore.opened().get(row.stored_sha256)
    erase(book)
    assert keystore.opened().get(row.stored_sha256) == ""


def test_keys_of_before_are_moved_out_of_the_database(book):
    from importlib import import_module

    row = SealedFile.objects.order_by("pk").first()
    wrapped = keystore.opened().get(row.stored_sha256)
    keystore.opened().destroy([row.stored_sha256])
    SealedFile.objects.filter(pk=row.pk).update(wrapped=wrapped)
    plain = store.get(row.company_id, row.sha256)
    import_module("fairdue.ledger.migrations.0009_keys_apart").move_keys(apps, None)
    assert SealedFile.objects.get(pk=row.pk).wrapped == store.APART
    assert store.get(row.company_id, row.sha256) == plain


def test_the_key_store_leaves_no_destroyed_key_in_its_file(book):
    path = book.data / "keys.sqlite3"
    names = [row[0] for row in sqlite3.connect(path).execute("SELECT wrapped FROM fairdue_key")]
    assert any(name.encode() in path.read_bytes() for name in names)
    erase(book)
    left = {row[0] for row in sqlite3.connect(path).execute("SELECT wrapped FROM fairdue_key")}
    gone = [name for name in names if name not in left]
    assert gone
    assert not any(name.encode() in path.read_bytes() for name in gone)


def forget(book) -> dict[str, object]:
    """Bring the database back to what it said before the erasure, as a restore of an older backup does."""
    customer = Customer.objects.get(pk=book.customer.pk)
    Erasure.objects.all().delete()
    Customer.objects.filter(pk=customer.pk).update(
        name=NAME, number=NAME, number_key="WILHELMINEKÄSEBIER", street=STREET
    )
    Contact.objects.filter(pk=book.contact.pk).update(name=CHINESE, active=True)
    return {"behind": [one.subject for one in behind(book.company.pk)]}


def test_a_restored_database_is_found_behind_and_erased_again(book):
    erase(book)
    assert behind(book.company.pk) == []
    assert forget(book)["behind"] == [f"customer:{book.customer.pk}"]
    assert in_database()
    (done,) = do_reapply(book.actor, TODAY)
    assert (done.subject, done.refused) == (f"customer:{book.customer.pk}", ())
    assert in_database() == []
    assert behind(book.company.pk) == []
    assert do_reapply(book.actor, TODAY) == []


def test_a_hold_of_then_is_named_and_the_subject_stays_behind(book):
    from fairdue.ledger.actions import do_hold

    erase(book)
    forget(book)
    do_hold(book.actor, customer_id=book.customer.pk, reason="legal", since=TODAY)
    (done,) = do_reapply(book.actor, TODAY)
    assert [one.code for one in done.refused] == ["personal_legal_hold"]
    assert len(behind(book.company.pk)) == 1
    assert Customer.objects.get(pk=book.customer.pk).name == NAME


def test_another_person_under_the_same_number_is_not_erased(book):
    erase(book)
    forget(book)
    Customer.objects.filter(pk=book.customer.pk).update(
        name="Neu GmbH", number="n1", number_key="N1", street="Neuweg 2", legal_name=""
    )
    Contact.objects.filter(pk=book.contact.pk).update(name="Nina Neu", email="nina@neu.example", phone="")
    assert behind(book.company.pk) == []


def test_who_was_readmitted_is_not_erased_by_a_restore(book):
    erase(book)
    do_readmit(book.actor, load(book.company.pk, "customer", book.customer.pk), reason="new order")
    forget(book)
    assert behind(book.company.pk) == []


def test_keys_and_bytes_of_nothing_are_swept_and_those_in_use_stay(book, now):
    """A process was killed between key and row, another between bytes and row; both look a day later like this."""
    import os
    import time
    from datetime import UTC, datetime, timedelta

    lost = keystore.opened()
    lost.put([("f" * 32, "00")])
    store.opened().write("a" * 64, b"sealed bytes of a killed process")
    (part := store.opened().path("a" * 64).with_name(".part-x")).write_bytes(b"half")
    kept = OutboxMessage.objects.get().body_text
    here = datetime.fromtimestamp(time.time(), UTC)
    assert do_sweep(here) == (0, 0), "younger than a day: perhaps not committed yet"
    gone, removed = do_sweep(here + timedelta(days=2))
    assert (lost.get("f" * 32), removed) == ("", 1)
    assert gone >= 1
    assert not part.exists()
    assert OutboxMessage.objects.get().body_text == kept
    assert store.get(book.company.pk, __import__("hashlib").sha256(PDF).hexdigest()) == PDF
    assert os.getpid()


def test_keys_left_by_a_kill_after_the_rows_go_with_the_next_try(book):
    class KilledError(BaseException):
        pass

    def kill(at: str) -> None:
        if at == "swept":
            raise KilledError

    person = load(book.company.pk, "customer", book.customer.pk)
    with pytest.raises(KilledError):
        do_erase(book.actor, person, TODAY, reason="asked", checkpoint=kill)
    doomed = Erasure.objects.get().doomed
    assert doomed
    assert keystore.opened().get_many(doomed)
    assert do_complete(book.actor, TODAY) >= 1
    assert keystore.opened().get_many(doomed) == {}
    assert Erasure.objects.get().doomed is None


def test_a_copy_of_the_key_store_opens_what_is_left(book, settings, tmp_path):
    target = tmp_path / "elsewhere.sqlite3"
    assert keystore.opened().copy_to(target) > 0
    settings.FAIRDUE_KEYS_URL = f"sqlite:///{target}"
    assert OutboxMessage.objects.get().body_text == f"Dear {CHINESE}"
    settings.FAIRDUE_KEYS_URL = f"sqlite:///{tmp_path}/empty.sqlite3"
    assert OutboxMessage.objects.get().body_text == "[erased]"
