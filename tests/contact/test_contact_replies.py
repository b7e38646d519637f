"""A reply is heard: it holds the next step, a person reads it and says what is in it, and changes nothing unasked."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import DatabaseError, connection, transaction

from fairdue.contact import blobs
from fairdue.contact.actions import (
    ContactError,
    Finding,
    Received,
    do_accept_change,
    do_assign_mail,
    do_dismiss_mail,
    do_finish_task,
    do_queue,
    do_read_mail,
    do_receive,
    do_refuse_change,
)
from fairdue.contact.dispatch import dispatch
from fairdue.contact.models import ChangeProposal, InboundMail, MailPlace, MessageReference, Task, TimelineEvent
from fairdue.contact.queries import gate_facts
from fairdue.ledger import audit
from fairdue.ledger.actions import LedgerError
from fairdue.ledger.models import AuditEntry, Contact, Customer, Hold
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import Company

pytestmark = pytest.mark.django_db


def mail(text: str = "Wir zahlen am Freitag.", sender: str = "ap@muster.example", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "credit@acme.example", "AW: Erinnerung"
    made["Message-ID"] = f"<{abs(hash((text, sender)))}@muster.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


@pytest.fixture
def message(actor, outgoing, company, now, smtp, mail_server, book):
    made = do_queue(actor, outgoing(references=("D1", "RF18539007547034")))
    dispatch(company.pk, now, [smtp])
    made.refresh_from_db()
    return made


def received(actor, data: bytes) -> InboundMail:
    return InboundMail.objects.select_related("customer").get(pk=do_receive(actor, data).mail_id)


def reasons_held(company, customer, now) -> set[str]:
    """Give why a customer is not chased, as the gate sees it."""
    facts = gate_facts(company.pk, [customer.pk], now)[customer.pk]
    return set(facts.customer_holds)


class TestReading:
    def test_a_reply_holds_until_it_is_read_and_stands_beside_the_letter(
        self, actor, message, company, customer, now
    ) -> None:
        row = received(actor, mail(In_Reply_To=message.message_id))
        assert (row.state, row.kind, row.message_id, row.customer_id) == ("waiting", "reply", message.pk, customer.pk)
        assert reasons_held(company, customer, now) == {"reply"}
        do_read_mail(actor, row.pk, Finding("note", "knows about it"))
        row.refresh_from_db()
        assert (row.state, row.read_by, row.outcome) == ("read", "Test Controller", "note")
        assert reasons_held(company, customer, now) == set()
        assert Task.objects.get(kind="reply").done_at == now

    @pytest.mark.parametrize("header", [{"List_ID": "<ap.muster.example>"}, {"X_Spam_Flag": "YES"}])
    def test_a_contact_is_heard_through_a_mailing_list_and_past_a_spam_mark(
        self, actor, company, customer, contact, now, header
    ) -> None:
        row = received(actor, mail("Zwei Kisten fehlen.", **header))
        assert (row.kind, row.state, row.customer_id) == ("reply", "waiting", customer.pk)
        assert reasons_held(company, customer, now) == {"reply"}
        listed = mail("Eine fehlt.", sender="list@groups.example", Reply_To="ap@muster.example", **header)
        assert received(actor, listed).customer_id == customer.pk

    def test_a_stranger_marked_as_spam_who_names_an_invoice_of_ours_waits_for_a_person(
        self, actor, contact, book
    ) -> None:
        book("RE-40881")
        new = {"sender": "lager@anders.example", "X_Spam_Flag": "YES"}
        row = received(actor, mail("Die Rechnung RE-40881 ist falsch.", **new))
        assert (row.kind, row.state) == ("reply", "waiting")
        assert (row := received(actor, mail("Gewinnen Sie 40881 Euro.", **new))).kind == "bulk"
        assert (row.state, row.customer_id) == ("filed", None)

    def test_a_promise_holds_until_its_day(self, actor, message, company, customer, now, today) -> None:
        row = received(actor, mail(In_Reply_To=message.message_id))
        with pytest.raises(ContactError, match="needs a day"):
            do_read_mail(actor, row.pk, Finding("promise"))
        with pytest.raises(ContactError, match="needs a day"):
            do_read_mail(actor, row.pk, Finding("promise", until=today - timedelta(days=1)))
        assert reasons_held(company, customer, now) == {"reply"}
        do_read_mail(actor, row.pk, Finding("promise", until=today + timedelta(days=4)))
        assert reasons_held(company, customer, now) == {"promise"}
        assert reasons_held(company, customer, now + timedelta(days=5)) == set()

    def test_a_dispute_holds_a_part_of_the_item_that_was_marked(self, actor, customer, contact, book) -> None:
        item, other = book("R-1"), book("R-2")
        row = received(actor, mail("Zwei Kisten fehlen."))
        with pytest.raises(ContactError, match="part of one item"):
            do_read_mail(actor, row.pk, Finding("dispute", due_item_ids=(item.pk, other.pk), amount_minor=10_00))
        with pytest.raises(ContactError, match="part of one item"):
            do_read_mail(actor, row.pk, Finding("dispute", due_item_ids=(item.pk,), amount_minor=100_01))
        do_read_mail(actor, row.pk, Finding("dispute", "two boxes", (item.pk,), amount_minor=10_00))
        hold = Hold.objects.get(reason="dispute")
        assert (hold.due_item_id, hold.amount_minor, hold.currency, hold.until) == (item.pk, 10_00, "EUR", None)

    def test_says_it_has_paid_holds_for_ten_days(self, actor, customer, contact, today) -> None:
        row = received(actor, mail("Schon bezahlt."))
        do_read_mail(actor, row.pk, Finding("already_paid"))
        assert Hold.objects.get(reason="claims_paid").until == today + timedelta(days=10)

    @pytest.mark.parametrize(("outcome", "kind"), [("wrong_contact", "recipient"), ("resend_copy", "other")])
    def test_what_somebody_has_to_do_becomes_a_task(self, actor, customer, contact, outcome, kind) -> None:
        row = received(actor, mail())
        do_read_mail(actor, row.pk, Finding(outcome))
        assert Task.objects.get(done_at__isnull=True).kind == kind
        assert not Hold.objects.filter(released_on__isnull=True).exists()

    def test_reading_twice_and_an_item_of_somebody_else_change_nothing(
        self, actor, company, customer, contact, now
    ) -> None:
        row = received(actor, mail())
        with pytest.raises(ContactError, match="does not belong"):
            do_read_mail(actor, row.pk, Finding("dispute", due_item_ids=(999_999,)))
        assert InboundMail.objects.get().state == "waiting"
        do_read_mail(actor, row.pk, Finding("note"))
        entries = AuditEntry.objects.count()
        with pytest.raises(ContactError, match="read already"):
            do_read_mail(actor, row.pk, Finding("note"))
        assert AuditEntry.objects.count() == entries

    def test_finishing_the_task_reads_the_mail(self, actor, customer, contact) -> None:
        row = received(actor, mail())
        do_finish_task(actor, Task.objects.get(kind="reply").pk, outcome="asked for a copy by phone")
        row.refresh_from_db()
        assert (row.state, row.outcome, row.outcome_note) == ("read", "note", "asked for a copy by phone")

    def test_two_replies_hold_until_both_are_read(self, actor, company, customer, contact, now) -> None:
        first, second = received(actor, mail("Eins")), received(actor, mail("Zwei"))
        do_read_mail(actor, first.pk, Finding("note"))
        assert reasons_held(company, customer, now) == {"reply"}
        do_read_mail(actor, second.pk, Finding("note"))
        assert reasons_held(company, customer, now) == set()

    def test_files_are_kept_by_hash_and_the_mail_as_it_came(self, actor, customer, contact) -> None:
        made = EmailMessage()
        made["From"], made["Subject"] = "ap@muster.example", "Beleg"
        made.set_content("anbei")
        made.add_attachment(b"%PDF-1.7 scan", maintype="application", subtype="pdf", filename="../Überweisung.pdf")
        row = received(actor, made.as_bytes())
        assert blobs.get(row.company_id, row.raw.sha256) == made.as_bytes()
        (file,) = row.attachments
        assert (file["file_name"], file["media_type"], file["size_bytes"]) == ("Überweisung.pdf", "application/pdf", 13)
        assert blobs.get(row.company_id, file["sha256"]) == b"%PDF-1.7 scan"

    def test_a_letter_by_post_is_answered_by_its_number(self, actor, message, customer) -> None:
        row = received(actor, mail("Zu Ihrem Schreiben D1 vom Montag: wir prüfen.", sender="neu@firma.example"))
        assert (row.message_id, row.confidence) == (message.pk, 90)
        row = received(actor, mail("Verwendungszweck RF18 5390 0754 7034", sender="bank@firma.example"))
        assert row.message_id == message.pk


class TestAssigning:
    def test_what_nobody_can_place_waits_for_a_person_and_holds_then(self, actor, company, customer, now) -> None:
        receipt = do_receive(actor, mail(sender="stranger@nowhere.example"))
        assert receipt.what is Received.UNMATCHED
        assert reasons_held(company, customer, now) == set()
        do_assign_mail(actor, receipt.mail_id, customer_id=customer.pk)
        assert reasons_held(company, customer, now) == {"reply"}
        assert InboundMail.objects.get().reasons[0]["code"] == "thread_by_person"

    def test_a_mail_placed_wrongly_moves_with_its_hold(self, actor, company, customer, contact, now) -> None:
        other = Customer.objects.create(company=company, number="2", number_key="2", name="Other", created_at=now)
        row = received(actor, mail())
        do_assign_mail(actor, row.pk, customer_id=other.pk)
        assert (reasons_held(company, customer, now), reasons_held(company, other, now)) == (set(), {"reply"})
        do_assign_mail(actor, row.pk, customer_id=customer.pk)
        assert (reasons_held(company, customer, now), reasons_held(company, other, now)) == ({"reply"}, set())
        assert InboundMail.objects.get().state == "waiting"

    def test_a_customer_of_another_company_is_none(self, actor, customer, contact, now) -> None:
        foreign = Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")
        theirs = Customer.objects.create(company=foreign, number="1", number_key="1", name="Theirs", created_at=now)
        row = received(actor, mail())
        with pytest.raises(ContactError, match="not one of this company"):
            do_assign_mail(actor, row.pk, customer_id=theirs.pk)
        with pytest.raises(InboundMail.DoesNotExist):
            do_read_mail(Actor(foreign.pk, now, roles=frozenset({"finance_lead"})), row.pk, Finding("note"))
        assert InboundMail.objects.get().customer_id == customer.pk

    def test_none_of_ours_is_put_aside_and_holds_nothing(self, actor, company, customer, contact, now) -> None:
        row = received(actor, mail())
        do_dismiss_mail(actor, row.pk, note="advertising")
        assert (InboundMail.objects.get().state, reasons_held(company, customer, now)) == ("dismissed", set())


class TestChanges:
    def test_a_mail_that_moves_takes_what_it_asks_along(self, actor, company, customer, contact, now) -> None:
        """What nobody decided is refused at the customer it leaves, asked at the next, and asked again where it comes back."""
        other = Customer.objects.create(company=company, number="2", number_key="2", name="Other", created_at=now)
        row = received(actor, mail("Bitte keine weiteren E-Mails an diese Adresse."))
        do_assign_mail(actor, row.pk, customer_id=other.pk)
        left, there = row.proposals.get(customer=customer), row.proposals.get(customer=other)
        assert (left.state, there.state) == ("refused", "proposed")
        assert left.decision_note == "assigned to another customer"
        with pytest.raises(ContactError, match="refused already"):
            do_accept_change(actor, left.pk)
        do_assign_mail(actor, row.pk, customer_id=customer.pk)
        assert dict(row.proposals.values_list("customer__number", "state")) == {"0017": "proposed", "2": "refused"}
        do_dismiss_mail(actor, row.pk)
        assert set(row.proposals.values_list("state", flat=True)) == {"refused"}

    def test_what_a_person_accepted_stays_where_the_mail_moves(self, actor, company, customer, contact, now) -> None:
        other = Customer.objects.create(company=company, number="2", number_key="2", name="Other", created_at=now)
        row = received(actor, mail("Bitte keine weiteren E-Mails an diese Adresse."))
        do_accept_change(actor, row.proposals.get().pk)
        do_assign_mail(actor, row.pk, customer_id=other.pk)
        assert row.proposals.get(customer=customer).state == "accepted"

    def test_an_opt_out_changes_nothing_before_a_person_accepts(self, actor, customer, contact, today) -> None:
        received(actor, mail("Bitte senden Sie mir keine weiteren E-Mails."))
        proposal = ChangeProposal.objects.get()
        contact.refresh_from_db()
        assert (proposal.change, proposal.known_sender, contact.consent) == ("opt_out", True, "unknown")
        do_accept_change(actor, proposal.pk)
        do_accept_change(actor, proposal.pk)
        contact.refresh_from_db()
        assert (contact.consent, contact.consent_on) == ("refused", today)
        assert AuditEntry.objects.filter(action="decide_change").count() == 1

    def test_a_new_address_replaces_the_old_one_and_forgets_its_bounce(self, actor, customer, contact, today) -> None:
        Contact.objects.filter(pk=contact.pk).update(bounced_on=today)
        received(actor, mail("Neue E-Mail-Adresse: buchhaltung@muster.example"))
        do_accept_change(actor, ChangeProposal.objects.get().pk)
        contact.refresh_from_db()
        assert (contact.email, contact.bounced_on) == ("buchhaltung@muster.example", None)

    def test_somebody_who_left_is_ended_and_the_successor_added(self, actor, customer, contact) -> None:
        gone = mail(
            "Ich bin nicht mehr im Unternehmen tätig. Bitte wenden Sie sich an t.neu@muster.example.",
            Auto_Submitted="auto-replied",
        )
        row = received(actor, gone)
        assert (row.kind, row.state, Hold.objects.count()) == ("left", "filed", 0)
        do_accept_change(actor, ChangeProposal.objects.get().pk, name="Tim Neu")
        contact.refresh_from_db()
        assert not contact.active
        assert Contact.objects.get(active=True).email == "t.neu@muster.example"

    def test_a_deputy_is_added_beside(self, actor, customer, contact) -> None:
        away = "Ich bin bis 16. März nicht im Büro. In dringenden Fällen: vertretung@muster.example"
        received(actor, mail(away, Auto_Submitted="auto-replied"))
        do_accept_change(actor, ChangeProposal.objects.get(change="deputy").pk)
        assert Contact.objects.filter(active=True).count() == 2

    def test_a_strangers_wish_is_marked_and_finds_no_contact_to_change(self, actor, message, customer, contact) -> None:
        wish = mail("Please remove me from your list.", sender="evil@nowhere.example", In_Reply_To=message.message_id)
        received(actor, wish)
        proposal = ChangeProposal.objects.get()
        assert (proposal.known_sender, proposal.contact_id) == (False, contact.pk)

    def test_refusing_needs_a_reason_and_changes_nothing(self, actor, customer, contact) -> None:
        received(actor, mail("Bitte keine E-Mails mehr."))
        proposal = ChangeProposal.objects.get()
        with pytest.raises(ContactError, match="reason"):
            do_refuse_change(actor, proposal.pk, note=" ")
        do_refuse_change(actor, proposal.pk, note="The contract asks for e-mail.")
        with pytest.raises(ContactError, match="refused already"):
            do_accept_change(actor, proposal.pk)
        contact.refresh_from_db()
        assert contact.consent == "unknown"

    def test_what_is_no_address_is_refused_and_the_proposal_stays(self, actor, customer, contact) -> None:
        received(actor, mail("Neue E-Mail-Adresse: buchhaltung@muster.example"))
        proposal = ChangeProposal.objects.get()
        with pytest.raises(LedgerError, match="no e-mail address"):
            do_accept_change(actor, proposal.pk, new_email="nonsense@")
        proposal.refresh_from_db()
        contact.refresh_from_db()
        assert (proposal.state, contact.email) == ("proposed", "ap@muster.example")

    def test_who_may_not_hold_decides_nothing(self, actor, company, customer, contact, now) -> None:
        received(actor, mail("Bitte keine E-Mails mehr."))
        auditor = Actor(company.pk, now, name="paula", roles=frozenset({"auditor"}))
        for act in (
            lambda: do_accept_change(auditor, ChangeProposal.objects.get().pk),
            lambda: do_refuse_change(auditor, ChangeProposal.objects.get().pk, note="x"),
            lambda: do_read_mail(auditor, InboundMail.objects.get().pk, Finding("note")),
            lambda: do_assign_mail(auditor, InboundMail.objects.get().pk, customer_id=customer.pk),
            lambda: do_dismiss_mail(auditor, InboundMail.objects.get().pk),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert ChangeProposal.objects.get().state == "proposed"


class TestGuards:
    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("contact_inbound_mail", "text"), ("contact_inbound_mail", "kind"), ("contact_change_proposal", "new_email"),
            ("contact_mail_place", "mark"), ("contact_message_reference", "text"),
        ],
    )  # fmt: skip
    def test_what_came_in_is_never_changed_or_deleted(self, actor, message, contact, tmp_path, table, column) -> None:
        from fairdue.contact.collect import from_folder

        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "1.eml").write_bytes(mail("Neue E-Mail-Adresse: buchhaltung@muster.example"))
        from_folder(actor, folder)
        assert all(one.objects.exists() for one in (InboundMail, ChangeProposal, MailPlace, MessageReference))
        for statement in (f"UPDATE {table} SET {column} = 'forged'", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match=r"never changed or deleted|append"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_the_audit_chain_holds_each_step(self, actor, company, customer, contact) -> None:
        row = received(actor, mail("Bitte keine E-Mails mehr."))
        do_read_mail(actor, row.pk, Finding("note"))
        do_accept_change(actor, ChangeProposal.objects.get().pk)
        audit.seal(company.pk)
        assert audit.verify(company.pk) == []
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert {"receive", "reply", "hold", "read_mail", "release_hold", "refuse_consent", "decide_change"} <= actions
        assert TimelineEvent.objects.filter(subject=f"mail:{row.pk}").count() == 4
