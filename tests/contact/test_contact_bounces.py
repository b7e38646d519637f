"""Delivery reports, automatic replies and replies: read, tied to their message, or refused."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.contact.actions import Received, do_assign_mail, do_finish_task, do_queue, do_receive
from fairdue.contact.bounces import Bounce, bounce
from fairdue.contact.dispatch import dispatch
from fairdue.contact.inbox.kinds import Kind, kind_of
from fairdue.contact.inbox.mail import Mail, MailRefused, read
from fairdue.contact.models import InboundMail, Task, TimelineEvent
from fairdue.ledger.models import Hold


def report(message_id: str, *, action: str = "failed", status: str = "5.1.1", to: str = "ap@muster.example") -> bytes:
    """Write a delivery report as RFC 3464 shows it."""
    lines = [
        "From: MAILER-DAEMON@mx.example", "To: credit@acme.example", "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <report@mx.example>", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"', "", "--b1", "Content-Type: text/plain",
        "", "I am sorry.", "", "--b1", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "",
        f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}",
        "Diagnostic-Code: smtp; 550 5.1.1 <ap@muster.example>:", " user unknown", "", "--b1", "Content-Type: message/rfc822",
        "", f"Message-ID: {message_id}", "Subject: Erinnerung", "", "body", "--b1--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def reply(answers: str = "", sender: str = "Käthe <ap@muster.example>", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "credit@acme.example", "Re: Erinnerung"
    mail["Message-ID"] = "<answer@muster.example>"
    if answers:
        mail["In-Reply-To"] = answers
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Wir zahlen am Freitag.")
    return mail.as_bytes()


class TestReading:
    def test_a_report_says_which_mail_failed_for_whom_and_why(self) -> None:
        found = bounce(read(report("<abc@acme.example>")))
        assert found == Bounce(
            ("<abc@acme.example>",),
            "ap@muster.example",
            "5.1.1",
            "smtp; 550 5.1.1 <ap@muster.example>: user unknown",
            True,
        )

    @pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "4.2.2")])
    def test_a_delay_or_success_is_no_failure(self, action: str, status: str) -> None:
        found = bounce(read(report("<abc@acme.example>", action=action, status=status)))
        assert isinstance(found, Bounce)
        assert not found.permanent

    def test_returned_headers_alone_name_the_mail_too(self) -> None:
        data = report("<abc@acme.example>").replace(b"message/rfc822", b"text/rfc822-headers")
        found = bounce(read(data))
        assert isinstance(found, Bounce)
        assert found.message_ids == ("<abc@acme.example>",)

    def test_a_reply_names_what_it_answers_nearest_first(self) -> None:
        found = read(reply("<b@x>", References="<a@x> <b@x>"))
        assert found.answers == ("<b@x>", "<a@x>")
        assert found.sender == "ap@muster.example"
        assert found.split.new == "Wir zahlen am Freitag."
        assert kind_of(found).kind is Kind.REPLY

    def test_an_out_of_office_note_is_known_by_its_headers(self) -> None:
        assert kind_of(read(reply("<b@x>", Auto_Submitted="auto-replied"))).kind is Kind.AUTOMATIC

    def test_a_mail_nested_beyond_reason_is_refused(self) -> None:
        nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5000))
        with pytest.raises(MailRefused, match="nested"):
            read(nested)

    def test_a_mail_of_unknown_charset_is_still_read(self) -> None:
        data = reply().replace(b'charset="utf-8"', b'charset="klingon"')
        assert read(data).split.new == "Wir zahlen am Freitag."

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=400), st.integers(0, 900))
    def test_whatever_the_bytes_only_a_refusal_leaves(self, noise: bytes, at: int) -> None:
        whole = report("<abc@acme.example>")
        for data in (noise, whole[:at] + noise + whole[at:], whole[:at] + noise):
            try:
                assert isinstance(read(data), Mail)
            except MailRefused:
                pass

    @pytest.mark.parametrize(
        ("said", "status", "permanent"),
        [
            ("Host mx [10.4.22.1] said: 550 5.1.1 User unknown", "5.1.1", True),
            ("Host mx (192.0.2.5) said: 550 User unknown", "", True),
            ("Host mx [5.1.1.7] said: 451 4.7.1 try again later", "4.7.1", False),
            ("550-5.1.1. The email account does not exist.", "5.1.1", True),
            ("550 (#5.1.0 Address rejected)", "5.1.0", True),
        ],
    )
    def test_a_servers_prose_is_read_past_its_ip_addresses(self, said: str, status: str, permanent: bool) -> None:
        data = f"From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail\r\nX-Failed-Recipients: a@b.example\r\n\r\n{said}\r\n"
        found = bounce(read(data.encode()))
        assert isinstance(found, Bounce)
        assert (found.status, found.permanent) == (status, permanent)


@pytest.mark.django_db
class TestRecording:
    @pytest.fixture
    def message(self, actor, outgoing, company, now, smtp, mail_server):
        made = do_queue(actor, outgoing())
        dispatch(company.pk, now, [smtp])
        made.refresh_from_db()
        return made

    def test_a_bounce_takes_the_hand_over_back_marks_the_contact_and_asks(self, actor, message, contact, today) -> None:
        assert do_receive(actor, report(message.message_id)).what is Received.BOUNCE
        message.refresh_from_db()
        contact.refresh_from_db()
        assert message.state == "bounced"
        assert contact.bounced_on == today
        assert Task.objects.get(kind="bounce").reasons[0]["code"] == "delivery_bounced"
        assert do_receive(actor, report(message.message_id)).what is Received.KNOWN
        assert Task.objects.count() == 1

    def test_a_delay_changes_nothing(self, actor, message, contact) -> None:
        assert do_receive(actor, report(message.message_id, action="delayed", status="4.4.1")).what is Received.DELAYED
        message.refresh_from_db()
        assert message.state == "handed_over"

    def test_a_report_on_a_mail_of_nobody_changes_nothing(self, actor, message, contact) -> None:
        assert do_receive(actor, report("<forged@evil.example>")).what is Received.UNMATCHED
        contact.refresh_from_db()
        assert contact.bounced_on is None

    def test_a_bounce_that_a_person_assigns_marks_the_contact_it_names(self, actor, customer, contact, today) -> None:
        """No mail of ours is named, so nobody could place it; the address that failed is a contact of the customer it is given to."""
        row = do_receive(actor, report("<forged@evil.example>", to="AP@muster.example"))
        do_assign_mail(actor, row.mail_id, customer_id=customer.pk)
        contact.refresh_from_db()
        assert (contact.bounced_on, contact.bounce_reason[:5]) == (today, "5.1.1")
        assert Task.objects.get(done_at__isnull=True).kind == "bounce"
        assert not TimelineEvent.objects.filter(code="reply_out_of_office").exists()
        assert InboundMail.objects.get().message_id is None

    def test_a_bounce_assigned_to_a_customer_without_that_address_marks_nobody(self, actor, customer, contact) -> None:
        row = do_receive(actor, report("<forged@evil.example>", to="someone@else.example"))
        do_assign_mail(actor, row.mail_id, customer_id=customer.pk)
        contact.refresh_from_db()
        assert contact.bounced_on is None
        assert TimelineEvent.objects.get(customer=customer).kind == "bounce"

    def test_an_assigned_bounce_that_names_no_letter_takes_no_hand_over_back(
        self, actor, message, customer, contact, today
    ) -> None:
        row = do_receive(actor, report("<forged@evil.example>"))
        do_assign_mail(actor, row.mail_id, customer_id=customer.pk)
        message.refresh_from_db()
        contact.refresh_from_db()
        assert (message.state, contact.bounced_on) == ("handed_over", today)

    def test_a_reply_holds_the_next_step_until_somebody_has_read_it(self, actor, message, customer) -> None:
        assert do_receive(actor, reply(message.message_id)).what is Received.REPLY
        hold = Hold.objects.get(customer=customer)
        assert (hold.reason, hold.released_on, hold.due_item_id) == ("reply", None, None)
        assert do_receive(actor, reply(message.message_id)).what is Received.KNOWN
        task = Task.objects.get(kind="reply")
        do_finish_task(actor, task.pk, outcome="promises Friday")
        hold.refresh_from_db()
        assert hold.released_on == actor.at.date()

    def test_an_out_of_office_note_holds_nothing(self, actor, message, customer) -> None:
        assert do_receive(actor, reply(message.message_id, Auto_Submitted="auto-replied")).what is Received.AUTOMATIC
        assert Hold.objects.count() == 0
        assert TimelineEvent.objects.filter(customer=customer, code="reply_out_of_office").count() == 1

    def test_a_mail_without_reference_is_known_by_its_sender(self, actor, customer, contact) -> None:
        assert do_receive(actor, reply()).what is Received.REPLY
        assert do_receive(actor, reply(sender="stranger@nowhere.example")).what is Received.UNMATCHED
