"""From the queue to the customer: once, on live balances, with evidence; and what happens when it does not work."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from smtp_server import free_port

from fairdue.contact import dispatch as dispatching
from fairdue.contact import recovery
from fairdue.contact.actions import (
    ContactError,
    do_approve,
    do_cancel,
    do_finish_task,
    do_queue,
    do_record_posting,
    do_record_reply,
    do_requeue,
    do_resolve_uncertain,
    do_store,
)
from fairdue.contact.actions import do_open_posting_tasks as open_posting_tasks
from fairdue.contact.blobs import blob_path
from fairdue.contact.dispatch import dispatch
from fairdue.contact.facts import ClaimItem, GatePolicy
from fairdue.contact.manifest import zip_day
from fairdue.contact.models import GateBlock, OutboxMessage, Task, TimelineEvent
from fairdue.contact.transports import FileFolder, PrintFolder, SmtpTransport
from fairdue.ledger.actions import do_allocate, do_book_payment, do_hold
from fairdue.ledger.models import AuditEntry
from fairdue.people.actor import NotAllowed

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a letter"


@pytest.fixture
def send(company, now, smtp, data_dir):
    """Dispatch through every channel at a moment."""

    def sent(at=None, **options):
        transports = [smtp, PrintFolder(data_dir / "letters"), FileFolder(data_dir / "files")]
        return dispatch(company.pk, at or now, transports, **options)

    return sent


def again(message: OutboxMessage) -> OutboxMessage:
    message.refresh_from_db()
    return message


def codes(message: OutboxMessage) -> list[str]:
    return [reason["code"] for reason in again(message).reasons]


class TestMail:
    def test_a_mail_arrives_complete_and_its_hand_over_is_recorded(self, actor, outgoing, send, mail_server, now):
        letter = do_store(actor, PDF, file_name="Mahnung R-1.pdf")
        message = do_queue(actor, outgoing(attachments=(letter,)))
        summary = send()
        assert summary.handed_over == 1
        (mail,) = mail_server.box.mails()
        assert mail["Message-ID"] == message.message_id
        assert mail["To"] == "Käthe Müller <ap@muster.example>"
        assert mail["From"] == "Acme Werkzeuge GmbH <credit@acme.example>"
        assert mail["Subject"] == "Erinnerung – 1"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert len(mail["X-Fairdue-Step"]) == 32
        assert "step-1" not in mail.as_string()
        assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == "Guten Tag,\n.bitte zahlen Sie.\n"
        assert mail.get_body(("html",)).get_content().strip() == "<p>Guten Tag</p>"
        (attached,) = mail.iter_attachments()
        assert attached.get_filename() == "Mahnung R-1.pdf"
        assert attached.get_content() == PDF
        message = again(message)
        assert message.state == "handed_over"
        assert message.handed_over_at == now
        assert message.hand_over_evidence["reply"] == "250 OK queued as 1"
        assert TimelineEvent.objects.get(subject=f"message:{message.pk}").code == "delivery_handed_over"
        assert AuditEntry.objects.filter(action="hand_over").count() == 1

    def test_a_second_dispatch_sends_nothing(self, actor, outgoing, send, mail_server):
        do_queue(actor, outgoing())
        send()
        assert send().handed_over == 0
        assert len(mail_server.box.taken) == 1

    def test_queueing_a_step_twice_gives_one_message(self, actor, outgoing, send, mail_server):
        first = do_queue(actor, outgoing())
        second = do_queue(actor, outgoing(subject="something else"))
        assert second.pk == first.pk
        assert second.subject == "Erinnerung – 1"
        send()
        assert do_queue(actor, outgoing()).state == "handed_over"
        assert len(mail_server.box.taken) == 1

    def test_no_header_can_be_smuggled_in(self, actor, outgoing, send, mail_server, contact):
        contact.name = "Eve\r\nBcc: all@evil.example"
        contact.save()
        do_queue(actor, outgoing(subject="Hi\r\nBcc: all@evil.example"))
        send()
        (mail,) = mail_server.box.mails()
        assert mail["Bcc"] is None
        assert mail["Subject"] == "Hi Bcc: all@evil.example"

    def test_an_address_of_a_chinese_domain_is_written_in_its_ascii_form(
        self, actor, outgoing, send, mail_server, contact
    ):
        contact.email, contact.name = "ap@例子.测试", "王芳"
        contact.save()
        message = do_queue(actor, outgoing())
        send()
        assert again(message).hand_over_evidence["to"] == "ap@xn--fsqu00a.xn--0zwm56d"
        (mail,) = mail_server.box.mails()
        assert mail["To"] == "王芳 <ap@xn--fsqu00a.xn--0zwm56d>"

    def test_mail_waits_while_no_server_is_set(self, company, actor, outgoing, now, data_dir):
        message = do_queue(actor, outgoing())
        assert dispatch(company.pk, now, [PrintFolder(data_dir / "letters")]).handed_over == 0
        assert again(message).state == "queued"


class TestRefusals:
    def test_a_mailbox_that_does_not_exist_marks_the_contact_and_asks_for_another(
        self, actor, outgoing, send, mail_server, contact, today
    ):
        mail_server.box.answers["ap@muster.example"] = "550 5.1.1 no such user"
        message = do_queue(actor, outgoing())
        assert send().bounced == 1
        assert again(message).state == "bounced"
        contact.refresh_from_db()
        assert contact.bounced_on == today
        assert contact.bounce_reason == "550 5.1.1 no such user"
        task = Task.objects.get(kind="bounce")
        assert task.reasons[0]["values"] == {"address": "ap@muster.example", "detail": "550 5.1.1 no such user"}
        assert mail_server.box.taken == []
        second = do_queue(actor, outgoing("step-2"))
        assert send().held_back == {"gate_bounced": 1}
        assert again(second).state == "blocked"

    def test_a_busy_server_is_asked_again_five_minutes_later(self, actor, outgoing, send, mail_server, now):
        mail_server.box.answers["ap@muster.example"] = "451 4.3.0 try later"
        message = do_queue(actor, outgoing())
        assert send().later == 1
        message = again(message)
        assert (message.state, message.attempt, message.claimed_by) == ("queued", 1, "")
        assert message.not_before == now + timedelta(minutes=5)
        assert codes(message) == ["delivery_temporary"]
        mail_server.box.answers.clear()
        assert send().handed_over == 0
        assert send(now + timedelta(minutes=5)).handed_over == 1
        assert len(mail_server.box.taken) == 1

    def test_after_eight_attempts_a_person_is_asked(self, actor, outgoing, send, mail_server, now):
        mail_server.box.answers["data"] = "451 4.3.0 try later"
        message = do_queue(
            actor, outgoing(policy=GatePolicy(business_days_only=False, quiet_from_minute=0, quiet_to_minute=0))
        )
        for hours in range(0, 40, 5):
            send(now + timedelta(hours=hours))
        assert again(message).state == "blocked"
        assert codes(message) == ["delivery_temporary", "delivery_tried_enough"]
        assert Task.objects.get(kind="delivery").subject == f"message:{message.pk}"

    def test_content_the_server_never_takes_is_held_back_and_the_contact_is_not_blamed(
        self, actor, outgoing, send, mail_server, contact
    ):
        mail_server.box.answers["data"] = "552 5.3.4 too large"
        message = do_queue(actor, outgoing())
        assert send().refused == 1
        assert again(message).state == "blocked"
        assert codes(message) == ["delivery_refused"]
        contact.refresh_from_db()
        assert contact.bounced_on is None

    def test_a_mailbox_refused_after_the_content_is_a_bounce_too(self, actor, outgoing, send, mail_server):
        mail_server.box.answers["data"] = "550 5.1.1 unknown user"
        message = do_queue(actor, outgoing())
        assert send().bounced == 1
        assert again(message).state == "bounced"

    def test_a_server_that_is_down_stops_the_channel_and_counts_no_attempt(self, company, actor, outgoing, now):
        messages = [do_queue(actor, outgoing(f"step-{number}")) for number in range(3)]
        summary = dispatch(company.pk, now, [SmtpTransport.from_url(f"smtp://127.0.0.1:{free_port()}")])
        assert summary.later == 3
        assert [reason.code for reason in summary.reasons] == ["delivery_unreachable"]
        assert {(again(one).state, again(one).attempt) for one in messages} == {("queued", 0)}
        assert Task.objects.filter(kind="delivery").count() == 1

    def test_a_refused_sender_stops_the_channel_and_blames_no_contact(
        self, actor, outgoing, send, mail_server, contact
    ):
        mail_server.box.answers["mail"] = "553 5.7.1 not yours"
        message = do_queue(actor, outgoing())
        assert send().later == 1
        assert again(message).state == "queued"
        contact.refresh_from_db()
        assert contact.bounced_on is None

    def test_a_connection_lost_after_the_content_is_uncertain_and_never_sent_again(
        self, actor, outgoing, send, mail_server, now
    ):
        mail_server.box.close_after_data = True
        message = do_queue(actor, outgoing())
        assert send().uncertain == 1
        assert again(message).state == "uncertain"
        assert len(mail_server.box.taken) == 1
        mail_server.box.close_after_data = False
        assert send(now + timedelta(days=1)).handed_over == 0
        assert len(mail_server.box.taken) == 1
        task = Task.objects.get(kind="uncertain")
        do_resolve_uncertain(actor, message.pk, left=True, note="Ms Müller confirmed by phone")
        assert again(message).state == "handed_over"
        task.refresh_from_db()
        assert task.outcome == "Ms Müller confirmed by phone"

    def test_a_person_may_find_out_that_it_had_not_left(self, actor, outgoing, send, mail_server):
        mail_server.box.close_after_data = True
        message = do_queue(actor, outgoing())
        send()
        mail_server.box.close_after_data = False
        with pytest.raises(ContactError):
            do_resolve_uncertain(actor, message.pk, left=False, note="")
        do_resolve_uncertain(actor, message.pk, left=False, note="not in the server's log")
        assert send().handed_over == 1

    def test_a_missing_stored_file_holds_the_message_back(self, actor, outgoing, send, mail_server):
        letter = do_store(actor, PDF, file_name="a.pdf")
        message = do_queue(actor, outgoing(attachments=(letter,)))
        blob_path(actor.company_id, letter.sha256).write_bytes(b"%PDF-1.7 forged")
        assert send().refused == 1
        assert codes(message) == ["delivery_not_drawn"]
        assert mail_server.box.taken == []


class TestGateAtSending:
    def test_a_payment_allocated_after_the_release_stops_the_notice(
        self, actor, outgoing, send, book, mail_server, today
    ):
        item = book()
        message = do_queue(actor, outgoing(claim_items=(ClaimItem(item.pk, 100_00),)))
        payment = do_book_payment(
            actor, amount_minor=40_00, currency="EUR", effective_on=today, customer_id=item.customer_id
        )
        do_allocate(actor, due_item_id=item.pk, payment_id=payment.pk, amount_minor=40_00, effective_on=today)
        assert send().held_back == {"gate_balance_changed": 1}
        assert again(message).state == "blocked"
        block = GateBlock.objects.get(step_key="step-1")
        assert block.stage == "sending"
        assert block.reasons[0]["values"]["open_minor"] == 60_00
        assert mail_server.box.taken == []

    def test_an_unmatched_payment_of_a_suspected_customer_stops_it(self, actor, outgoing, send, book, today):
        item = book()
        do_queue(actor, outgoing(claim_items=(ClaimItem(item.pk, 100_00),)))
        do_book_payment(
            actor, amount_minor=99_00, currency="EUR", effective_on=today + timedelta(days=1),
            suspected_customer_id=item.customer_id,
        )  # fmt: skip
        assert send().held_back == {"gate_in_transit": 1}

    def test_a_dispute_opened_after_the_release_stops_it(self, actor, outgoing, send, book, today):
        item = book()
        message = do_queue(actor, outgoing(claim_items=(ClaimItem(item.pk, 100_00),)))
        do_hold(actor, customer_id=item.customer_id, due_item_id=item.pk, reason="dispute", since=today)
        assert send().held_back == {"gate_item_held": 1}
        assert do_requeue(actor, message.pk, reason="dispute settled").state == "queued"

    def test_an_unchanged_balance_lets_it_through(self, actor, outgoing, send, book):
        item = book()
        do_queue(actor, outgoing(claim_items=(ClaimItem(item.pk, 100_00),)))
        assert send().handed_over == 1

    def test_at_night_it_waits_for_the_morning_and_leaves_one_block(self, actor, outgoing, send, now):
        message = do_queue(actor, outgoing())
        night = now + timedelta(hours=12)
        assert send(night).waiting == {"gate_quiet_hours": 1}
        message = again(message)
        assert (message.state, message.attempt) == ("queued", 0)
        assert message.not_before == now.replace(day=3, hour=7, minute=0)
        assert send(night + timedelta(hours=1)).waiting == {}
        assert GateBlock.objects.count() == 1
        assert send(message.not_before).handed_over == 1

    def test_old_bank_data_hold_the_whole_run_and_are_said_once(self, actor, outgoing, send):
        policy = GatePolicy(bank_data_max_age_days=3)
        messages = [do_queue(actor, outgoing(f"step-{number}", policy=policy)) for number in range(4)]
        thanks = do_queue(actor, outgoing("thanks", policy=policy, kind="thank_you"))
        summary = send()
        assert summary.waiting == {"gate_bank_data_unknown": 4}
        assert [reason.code for reason in summary.reasons] == ["gate_bank_data_unknown"]
        assert {again(one).state for one in messages} == {"queued"}
        assert again(thanks).state == "handed_over"

    def test_the_daily_cap_lets_two_out_and_the_rest_tomorrow(self, actor, outgoing, send, now):
        policy = GatePolicy(daily_cap=2)
        for number in range(5):
            do_queue(actor, outgoing(f"step-{number}", policy=policy, run_key="run-1"))
        first = send()
        assert (first.handed_over, first.waiting) == (2, {"gate_daily_cap": 3})
        assert send(now + timedelta(days=1)).handed_over == 2

    def test_a_rehearsal_says_what_would_leave_and_changes_nothing(self, actor, outgoing, send, mail_server):
        message = do_queue(actor, outgoing())
        do_queue(actor, outgoing("step-2", policy=GatePolicy(dry_run=True)))
        summary = send(dry_run=True)
        assert (summary.rehearsed, summary.waiting) == (1, {"gate_dry_run": 1})
        assert again(message).state == "queued"
        assert mail_server.box.taken == []
        assert GateBlock.objects.count() == 0

    def test_two_person_release_waits_for_the_second_person(self, company, actor, outgoing, send, now):
        from dataclasses import replace

        from fairdue.people.models import User

        first, second = (User.objects.create(username=name) for name in ("first", "second"))
        releaser = replace(actor, user_id=first.pk)
        message = do_queue(releaser, outgoing(policy=GatePolicy(two_person_release=True)))
        assert send().waiting == {"gate_second_person": 1}
        with pytest.raises(ContactError):
            do_approve(releaser, [message.pk])
        assert do_approve(replace(actor, user_id=second.pk), [message.pk]) == 1
        assert send().handed_over == 1

    def test_a_step_that_needs_an_earlier_one_waits_for_its_hand_over(self, actor, outgoing, send):
        second = do_queue(actor, outgoing("step-2", requires=("step-1",)))
        assert send().waiting == {"gate_step_missing": 1}
        do_queue(actor, outgoing("step-1"))
        send()
        assert send().handed_over == 1
        assert again(second).state == "handed_over"


class TestFolders:
    def test_a_letter_lies_in_the_folder_of_its_day_with_a_list(self, actor, outgoing, send, data_dir, customer):
        customer.name = "=HYPERLINK(1)"
        customer.save()
        letter = do_store(actor, PDF, file_name="letter.pdf")
        invoice = do_store(actor, b"%PDF-1.7 an invoice", file_name="../../R-1.pdf")
        message = do_queue(
            actor, outgoing("acme/../17:EUR:2", channel="letter", contact_id=None, attachments=(letter, invoice))
        )
        assert send().handed_over == 1
        folder = data_dir / "letters" / "acme" / "2026-03-02"
        names = sorted(path.name for path in folder.iterdir())
        stem = names[0].split(".2-")[0]
        assert stem.startswith("acme-..-17-EUR-2-")
        assert names == [f"{stem}.2-R-1.pdf.pdf", f"{stem}.pdf", "manifest.csv"]
        assert (folder / f"{stem}.pdf").read_bytes() == PDF
        (row,) = csv.DictReader(io.StringIO((folder / "manifest.csv").read_bytes().decode("utf-8-sig")))
        assert row["file"] == f"{stem}.pdf"
        assert row["name"] == "'=HYPERLINK(1)"
        assert row["sha256"] == again(message).hand_over_evidence["sha256"]
        archive = zipfile.ZipFile(io.BytesIO(zip_day(folder)))
        assert archive.namelist() == names
        assert zip_day(folder) == zip_day(folder)

    def test_a_letter_needs_its_pdf(self, actor, outgoing):
        with pytest.raises(ContactError, match="has no PDF"):
            do_queue(actor, outgoing(channel="letter", contact_id=None))
        assert OutboxMessage.objects.count() == 0

    def test_a_file_that_somebody_else_put_there_is_never_overwritten(self, actor, outgoing, send, data_dir):
        letter = do_store(actor, PDF, file_name="letter.pdf")
        message = do_queue(actor, outgoing(channel="letter", contact_id=None, attachments=(letter,)))
        send(dry_run=True)
        from fairdue.contact.transports.folder import file_stem

        path = data_dir / "letters" / "acme" / "2026-03-02" / f"{file_stem('step-1')}.pdf"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"other")
        assert send().refused == 1
        assert path.read_bytes() == b"other"
        assert again(message).state == "blocked"

    def test_a_posting_not_recorded_in_a_week_is_a_task_and_no_second_print(self, actor, outgoing, send, today, now):
        letter = do_store(actor, PDF, file_name="letter.pdf")
        message = do_queue(actor, outgoing(channel="letter", contact_id=None, attachments=(letter,)))
        send()
        assert open_posting_tasks(actor, today + timedelta(days=6)) == 0
        assert open_posting_tasks(actor, today + timedelta(days=7)) == 1
        open_posting_tasks(actor, today + timedelta(days=8))
        assert Task.objects.filter(kind="posting", done_at__isnull=True).count() == 1
        do_record_posting(actor, message.pk, posted_on=today, tracking_no="RR123")
        assert Task.objects.filter(kind="posting", done_at__isnull=True).count() == 0
        assert again(message).state == "handed_over"
        assert send(now + timedelta(days=9)).handed_over == 0

    def test_a_file_channel_writes_the_whole_mail(self, actor, outgoing, send, data_dir):
        message = do_queue(actor, outgoing(channel="file"))
        assert send().handed_over == 1
        path = data_dir / "files" / again(message).hand_over_evidence["path"]
        assert message.message_id.encode() in path.read_bytes()


class TestStoppedDispatchers:
    """What a kill leaves behind; ``tests/faults`` kills real processes, here the rows it leaves are made by hand."""

    def left_behind(self, message, now, *, marked: bool) -> None:
        OutboxMessage.objects.filter(pk=message.pk).update(
            state="claimed", claimed_by=f"{dispatching_host()}:999999:dead", claimed_at=now, attempt=1,
            lease_until=now + timedelta(minutes=15), handing_at=now if marked else None,
        )  # fmt: skip

    def test_claimed_but_not_marked_goes_back_to_the_queue_and_out(self, actor, outgoing, send, now, mail_server):
        message = do_queue(actor, outgoing())
        self.left_behind(message, now, marked=False)
        summary = send()
        assert summary.recovered == {"returned": 1}
        assert summary.handed_over == 1
        assert len(mail_server.box.taken) == 1

    def test_marked_mail_is_uncertain(self, actor, outgoing, send, now, mail_server):
        message = do_queue(actor, outgoing())
        self.left_behind(message, now, marked=True)
        summary = send()
        assert summary.recovered == {"uncertain": 1}
        assert again(message).state == "uncertain"
        assert mail_server.box.taken == []
        assert Task.objects.get(kind="uncertain").subject == f"message:{message.pk}"

    def test_a_letter_found_in_its_folder_is_handed_over(self, actor, outgoing, send, now, data_dir):
        letter = do_store(actor, PDF, file_name="letter.pdf")
        message = do_queue(actor, outgoing(channel="letter", contact_id=None, attachments=(letter,)))
        send()
        handed = again(message).hand_over_evidence
        self.left_behind(message, now, marked=False)
        summary = send()
        assert summary.recovered == {"found": 1}
        assert again(message).state == "handed_over"
        assert again(message).hand_over_evidence == {**handed, "found": True}

    def test_what_another_dispatcher_recovers_first_is_left_to_it(self, actor, outgoing, send, now, monkeypatch):
        """Two dispatchers start after a kill and look at the same letter; one records it while the other still looks."""
        letter = do_store(actor, PDF, file_name="letter.pdf")
        message = do_queue(actor, outgoing(channel="letter", contact_id=None, attachments=(letter,)))
        send()
        self.left_behind(message, now, marked=False)
        look = recovery._look

        def looked(row, transport):
            found = look(row, transport)
            OutboxMessage.objects.filter(pk=row.pk).update(state="handed_over", claimed_by="the other")
            return found

        monkeypatch.setattr(recovery, "_look", looked)
        assert send().recovered == {}
        assert again(message).claimed_by == "the other"

    def test_a_living_dispatcher_elsewhere_is_left_alone_until_its_lease_is_over(self, actor, outgoing, send, now):
        message = do_queue(actor, outgoing())
        OutboxMessage.objects.filter(pk=message.pk).update(
            state="claimed",
            claimed_by="elsewhere:1:ab",
            claimed_at=now,
            lease_until=now + timedelta(minutes=15),
            handing_at=now,
        )
        assert send().recovered == {}
        assert again(message).state == "claimed"
        assert send(now + timedelta(minutes=16)).recovered == {"uncertain": 1}


def dispatching_host() -> str:
    import socket

    return socket.gethostname()[:60]


class TestRights:
    def test_an_auditor_queues_and_cancels_nothing(self, actor, outgoing):
        from dataclasses import replace

        message = do_queue(actor, outgoing())
        auditor = replace(actor, roles=frozenset({"auditor"}))
        with pytest.raises(NotAllowed):
            do_queue(auditor, outgoing("step-2"))
        with pytest.raises(NotAllowed):
            do_cancel(auditor, message.pk, reason="no")
        assert OutboxMessage.objects.count() == 1
        assert again(message).state == "queued"

    def test_a_cancelled_message_does_not_leave(self, actor, outgoing, send, mail_server):
        message = do_queue(actor, outgoing())
        do_cancel(actor, message.pk, reason="agreed by phone")
        assert send().handed_over == 0
        assert mail_server.box.taken == []
        with pytest.raises(ContactError):
            do_requeue(actor, message.pk, reason="after all")

    def test_what_left_cannot_be_cancelled(self, actor, outgoing, send):
        message = do_queue(actor, outgoing())
        send()
        with pytest.raises(ContactError, match="only a waiting one"):
            do_cancel(actor, message.pk, reason="too late")


def test_production_waits_for_no_test() -> None:
    assert dispatching._nothing("anywhere") is None


class TestTwoCurrencies:
    def test_money_in_transit_in_either_currency_of_a_message_holds_it(
        self, actor, outgoing, send, book, customer, today
    ):
        from fairdue.ledger.actions import Maturity, do_book_document

        euro = book()
        dollar = do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number="U-1", issued_on=today - timedelta(days=40),
            currency="USD", maturities=[Maturity(today - timedelta(days=10), 50_00)],
        ).due_items.get()  # fmt: skip
        claims = (ClaimItem(euro.pk, 100_00), ClaimItem(dollar.pk, 50_00))
        do_book_payment(actor, amount_minor=9_00, currency="CHF", effective_on=today, customer_id=customer.pk)
        first = do_queue(actor, outgoing("both-1", claim_items=claims))
        assert send().handed_over == 1, "money in a currency that nobody asks for holds nothing"
        assert again(first).state == "handed_over"
        do_book_payment(
            actor, amount_minor=50_00, currency="USD", effective_on=today, suspected_customer_id=customer.pk
        )
        second = do_queue(actor, outgoing("both-2", claim_items=claims))
        assert send().handed_over == 0
        assert codes(second) == ["gate_in_transit_item"]
        reason = again(second).reasons[0]
        assert (reason["values"]["currency"], reason["values"]["amount_minor"]) == ("USD", 50_00)


class TestTheMomentThatCounts:
    def test_quiet_hours_that_begin_before_the_dispatch_keep_the_letter(self, company, actor, outgoing, smtp, now):
        message = do_queue(actor, outgoing(policy=GatePolicy(quiet_from_minute=18 * 60, quiet_to_minute=8 * 60)))
        begun = datetime(2026, 3, 2, 16, 40, tzinfo=UTC)
        left = datetime(2026, 3, 2, 17, 20, tzinfo=UTC)
        summary = dispatch(company.pk, begun, [smtp], clock=lambda: left)
        assert (summary.handed_over, codes(message)) == (0, ["gate_quiet_hours"])

    def test_a_reply_that_came_and_was_read_while_the_line_ran_is_seen(
        self, company, actor, customer, outgoing, smtp, now
    ):
        message = do_queue(actor, outgoing())
        later = replace(actor, at=now + timedelta(minutes=20))
        do_record_reply(later, customer_id=customer.pk, reply_id="<1@muster>", subject="Re", text="wait")
        for task in Task.objects.filter(done_at__isnull=True):
            do_finish_task(later, task.pk, outcome="read", release_holds=True)
        summary = dispatch(company.pk, now, [smtp], clock=lambda: now + timedelta(minutes=40))
        assert (summary.handed_over, codes(message)) == (0, ["gate_reply_since"])

    def test_each_claim_has_a_lease_from_its_own_moment(self, company, actor, outgoing, data_dir, now):
        for number in (1, 2):
            letter = do_store(actor, PDF, file_name="Mahnung.pdf")
            do_queue(actor, outgoing(f"step-{number}", channel="letter", contact_id=None, attachments=(letter,)))
        moments = iter(now + timedelta(minutes=10 * number) for number in range(9))
        dispatch(company.pk, now, [PrintFolder(data_dir / "letters")], clock=lambda: next(moments))
        first, second = OutboxMessage.objects.order_by("id")
        assert second.claimed_at - first.claimed_at == timedelta(minutes=10)
        assert (second.lease_until, second.handed_over_at) == (
            second.claimed_at + dispatching.LEASE, second.claimed_at,
        )  # fmt: skip

    def test_a_letter_whose_claim_was_taken_meanwhile_ends_in_no_error(self, company, actor, outgoing, data_dir, now):
        letter = do_store(actor, PDF, file_name="Mahnung.pdf")
        message = do_queue(actor, outgoing(channel="letter", contact_id=None, attachments=(letter,)))
        folder = PrintFolder(data_dir / "letters")

        def other_machine(where: str) -> None:
            if where == "handed":
                OutboxMessage.objects.filter(pk=message.pk).update(claimed_by="other")

        summary = dispatch(company.pk, now, [folder], checkpoint=other_machine)
        assert (summary.handed_over, summary.lost_claims, again(message).claimed_by) == (0, 1, "other")
