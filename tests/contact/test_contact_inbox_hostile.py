"""Mail made to break its reader: each is kept with its bytes, waits for a person or is read, and the good mail beside it is read."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from fairdue.contact import blobs
from fairdue.contact.actions import At, do_receive, do_receive_many, inbound
from fairdue.contact.inbox import mail as mails
from fairdue.contact.models import InboundMail, MailPlace, Task
from fairdue.ledger.models import Hold

HEAD = b"From: ap@muster.example\r\nSubject: Frage\r\nMIME-Version: 1.0\r\n"
GOOD = HEAD + b"Message-ID: <good@muster.example>\r\n\r\nWir zahlen am Freitag.\r\n"
SECONDS_MAX = 20
"""On a machine with other work; alone each takes less than five."""


def huge() -> bytes:
    return HEAD + b"\r\n" + b"x" * mails.BYTES_MAX


def nested_parts() -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(150))
    return HEAD + opened + b"Content-Type: text/plain\r\n\r\nDeep.\r\n"


def nested_beyond_reason() -> bytes:
    return HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5_000)
    )


def nested_mails() -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 20_000 + b"Deep.\r\n"


def many_headers() -> bytes:
    return HEAD + b"X: y\r\n" * 2_000_000 + b"\r\nText"


def one_long_header() -> bytes:
    return HEAD + b"X-Long: " + b"=?utf-8?b?" * 1_000_000 + b"\r\n\r\nText"


def many_recipients() -> bytes:
    return HEAD + b"To: " + b"(" * 400_000 + b"\r\n\r\nText"


def headers_in_a_part() -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        + b"X: y\r\n" * 900_000
        + b"\r\nText\r\n--b--\r\n"
    )


def wrong_charsets() -> bytes:
    parts = b"".join(
        b"--b\r\nContent-Type: text/plain; charset=" + name + b"\r\n\r\n\xff\xfe\x80\x00\x1b$B\xd0\r\n"
        for name in (
            b"utf-16",
            b"nowhere",
            b"idna",
            b"base64",
            b"hz",
            b"iso-2022-jp",
            b'"\xff"',
            b"unicode_escape",
            b"zip",
        )
    )
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(8):
            archive.writestr(f"{n}.csv", b"0" * 30_000_000)
    import base64

    return (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip\r\n"
        b'Content-Disposition: attachment; filename="../../etc/passwd"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(packed.getvalue()) + b"--b--\r\n"
    )  # fmt: skip


def html_bomb() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><table><!--" * 1_000_000


def quotes_bomb() -> bytes:
    return HEAD + b"\r\n" + b"On " * 200 + b"\r\n" + (b">" * 300 + b"\r\nAm a schrieb b:\r\n") * 60_000


def surrogates_of_utf7() -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\nDie Ware fehlt. +2AA-\r\n"


def surrogates_of_escapes() -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=unicode_escape\r\n\r\nDie Ware fehlt. \\ud800 \\x00\r\n"


def nul_in_a_type() -> bytes:
    return (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nDie Ware fehlt.\r\n--b\r\n"
        b"Content-Type: application/p\0df\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )


def address_beyond_reason() -> bytes:
    return HEAD + b"\r\nOur new e-mail address is a@" + (b"a" * 62 + b".") * 5 + b"example\r\n"


REFUSED = [huge, nested_beyond_reason, many_headers]
BENT = [
    nested_parts, nested_mails, one_long_header, many_recipients, headers_in_a_part, wrong_charsets, zip_bomb, html_bomb, quotes_bomb,
    surrogates_of_utf7, surrogates_of_escapes, nul_in_a_type, address_beyond_reason,
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("make", [*REFUSED, *BENT], ids=lambda one: one.__name__)
def test_a_hostile_mail_is_kept_and_stops_nobody(actor, contact, make: Callable[[], bytes]) -> None:
    data, began = make(), time.process_time()
    places = [At("folder", "in", "hostile.eml"), At("folder", "in", "good.eml")]
    hostile, good = do_receive_many(actor, [(data, places[0]), (GOOD, places[1])])
    assert time.process_time() - began < SECONDS_MAX
    row = InboundMail.objects.select_related("raw").get(pk=hostile.mail_id)
    assert blobs.get(row.company_id, row.raw.sha256) == (
        data if len(data) <= mails.BYTES_MAX else data[: inbound.HEAD_BYTES]
    )
    assert row.state in {"waiting", "unmatched"}
    assert row.kind in {"unreadable", "reply"}
    if make in REFUSED:
        assert (row.kind, row.state) == ("unreadable", "unmatched")
        assert row.reasons[0]["code"] == "thread_too_large"
    assert InboundMail.objects.get(pk=good.mail_id).state == "waiting"
    assert MailPlace.objects.count() == 2
    assert [one.what.value for one in do_receive_many(actor, [(data, places[0]), (GOOD, places[1])])] == [
        "known",
        "known",
    ]


@pytest.mark.django_db
def test_a_packed_bomb_is_kept_as_it_came_and_never_unpacked(actor, contact) -> None:
    row = InboundMail.objects.get(pk=do_receive(actor, zip_bomb()).mail_id)
    assert [(one["file_name"], one["size_bytes"] < 1_000_000) for one in row.attachments] == [("passwd", True)]


@pytest.mark.django_db
def test_whatever_breaks_the_rules_the_mail_is_kept_for_a_person(actor, contact, monkeypatch) -> None:
    """A fault of our own in telling kinds must not stop the mailbox at that mail for ever."""
    honest = inbound.kind_of

    def broken(mail, **more):
        if "Frage 13" in mail.subject:
            raise ZeroDivisionError
        return honest(mail, **more)

    monkeypatch.setattr(inbound, "kind_of", broken)
    bad = GOOD.replace(b"Frage", b"Frage 13").replace(b"<good", b"<bad")
    first, second = do_receive_many(actor, [(bad, At("web")), (GOOD, At("web"))])
    row = InboundMail.objects.get(pk=first.mail_id)
    assert (row.kind, row.state) == ("unreadable", "unmatched")
    assert "ZeroDivisionError" in str(row.reasons)
    assert InboundMail.objects.get(pk=second.mail_id).kind == "reply"


@pytest.mark.django_db
@pytest.mark.parametrize("make", [surrogates_of_utf7, surrogates_of_escapes, nul_in_a_type, address_beyond_reason])
def test_what_no_database_takes_is_left_out_and_the_mail_is_read(actor, contact, make: Callable[[], bytes]) -> None:
    row = InboundMail.objects.get(pk=do_receive(actor, make()).mail_id)
    assert row.kind in {"reply", "opt_out"}
    assert row.text.startswith(("Die Ware fehlt.", "Our new e-mail address"))
    assert {one["media_type"] for one in row.attachments} <= {"application/octet-stream"}
    assert not row.proposals.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [RuntimeError, DataError, IntegrityError])
def test_a_mail_that_cannot_be_written_is_kept_for_a_person_and_the_others_are_written(
    actor, contact, monkeypatch, error: type[Exception]
) -> None:
    """What the database refuses in one mail must not stop each run at that mail for ever."""
    honest = inbound.record_replies

    def broken(actor, replies):
        if any("13" in one.subject for one in replies):
            raise error("fault")
        return honest(actor, replies)

    monkeypatch.setattr(inbound, "record_replies", broken)
    bad = GOOD.replace(b"Frage", b"Frage 13").replace(b"<good", b"<bad")
    mails_at = [(bad, At("folder", "in", "bad")), (GOOD, At("folder", "in", "good"))]
    first, second = do_receive_many(actor, mails_at)
    row = InboundMail.objects.get(pk=first.mail_id)
    assert (row.kind, row.state, row.places.get().mark) == ("unreadable", "unmatched", "bad")
    assert error.__name__ in str(row.reasons)
    assert blobs.get(row.company_id, row.raw.sha256) == bad
    assert InboundMail.objects.get(pk=second.mail_id).kind == "reply"
    assert [one.what.value for one in do_receive_many(actor, mails_at)] == ["known", "known"]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OSError, OperationalError])
def test_a_house_that_fails_writes_nothing_and_reads_the_mail_the_next_time(
    actor, contact, monkeypatch, error: type[Exception]
) -> None:
    """A full disk or a database that went away is no fault of the mail: it is told, and the mail is not marked as unreadable."""

    def broken(actor, replies):
        raise error("gone")

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "record_replies", broken)
        with pytest.raises(error):
            do_receive(actor, GOOD, at=At("folder", "in", "good"))
    assert not InboundMail.objects.exists()
    assert do_receive(actor, GOOD, at=At("folder", "in", "good")).what.value == "reply"


class Ended(BaseException):
    """The process is gone: nothing catches it."""


@pytest.mark.django_db
def test_ended_before_any_statement_nothing_is_there_twice_and_nothing_is_missing(actor, contact) -> None:
    """The reader ends before its first statement, before its second, and so on; the same mails are read again each time."""
    readings = 0
    for at in range(200):
        some = [
            GOOD.replace(b"<good", b"<%d-%d" % (at, n)).replace(b"Freitag", b"Tag %d-%d" % (at, n)) for n in range(2)
        ]
        seen = 0

        def end(execute, sql, params, many, context, at=at):
            nonlocal seen
            if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                return execute(sql, params, many, context)
            seen += 1
            if seen > at:
                raise Ended
            return execute(sql, params, many, context)

        before = InboundMail.objects.count()
        try:
            with connection.execute_wrapper(end), transaction.atomic():
                do_receive_many(actor, [(one, At("folder", "in", f"{at}-{n}")) for n, one in enumerate(some)])
            readings = at
        except Ended:
            assert InboundMail.objects.count() in {before, before + 2}
        do_receive_many(actor, [(one, At("folder", "in", f"{at}-{n}")) for n, one in enumerate(some)])
        assert InboundMail.objects.count() == before + 2 == MailPlace.objects.count()
        assert Task.objects.filter(kind="reply").count() == before + 2
        assert Hold.objects.filter(reason="reply", released_on__isnull=True).count() == before + 2
        if readings:
            break
    assert readings > 15
