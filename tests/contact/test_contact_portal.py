"""Links for debtors: signed, expiring, revocable; and what their answers set in motion."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, OperationalError

from fairdue.contact import links
from fairdue.contact.actions import (
    Answer,
    ContactError,
    UploadRefused,
    do_finish_task,
    do_make_link,
    do_record_answer,
    do_record_reply,
    do_revoke_link,
    do_task,
)
from fairdue.contact.blobs import BlobError, blob_path, get, put
from fairdue.contact.models import PortalAnswer, PortalLink, StoredBlob, Task
from fairdue.ledger.models import AuditEntry, Customer, Hold, SealedFile

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, OperationalError, InternalError)


@pytest.fixture
def made(actor, customer):
    return do_make_link(actor, customer_id=customer.pk, step_key="step-1")


@pytest.fixture
def answer(made, company, now):
    def answered(kind: str, at=None, **values):
        return do_record_answer(made.link.pk, company.pk, Answer(kind, **values), at or now)

    return answered


class TestLinks:
    def test_a_link_opens_for_sixty_days_and_opening_changes_nothing(self, made, customer, now) -> None:
        before = PortalLink.objects.values().get()
        found = links.resolve(made.token, now + timedelta(days=60))
        assert found is not None
        assert found.customer_id == customer.pk
        assert links.resolve(made.token, now + timedelta(days=61)) is None
        assert PortalLink.objects.values().get() == before

    def test_the_database_does_not_know_the_token(self, made) -> None:
        assert made.token not in str(PortalLink.objects.values().get())
        assert made.link.token_hash == links.token_hash(made.token)

    def test_a_forged_token_never_reaches_the_database(self, made, company, django_assert_num_queries, now) -> None:
        forged = signing.dumps([company.pk, "guess"], key="another key", salt=links.SALT)
        with django_assert_num_queries(0):
            assert links.resolve(forged, now) is None
            assert links.resolve(made.token + "x", now) is None
            assert links.resolve("x" * 100_000, now) is None
            assert links.resolve("", now) is None

    def test_a_revoked_link_is_closed_for_good(self, actor, made, now, answer) -> None:
        do_revoke_link(actor, made.link.pk)
        assert links.resolve(made.token, now) is None
        with pytest.raises(ContactError):
            answer("received")
        assert PortalAnswer.objects.count() == 0

    def test_no_link_is_made_to_a_customer_of_another_company(self, actor, company, now) -> None:
        from fairdue.people.models import Company

        other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR")
        stranger = Customer.objects.create(company=other, number="1", number_key="1", name="X", created_at=now)
        with pytest.raises(ContactError):
            do_make_link(actor, customer_id=stranger.pk)
        assert PortalLink.objects.count() == 0


def test_a_link_cut_out_of_right_to_left_text_still_opens(made, now) -> None:
    found = links.resolve(f"\u2066{made.token}\u2069", now)
    assert found is not None
    assert found.pk == made.link.pk


class TestAnswers:
    def test_received_is_kept_and_holds_nothing(self, answer, customer) -> None:
        answer("received")
        assert Hold.objects.count() == Task.objects.count() == 0
        assert customer.timeline.get().code == "answer_received"

    def test_wrong_holds_the_named_invoices_and_asks_a_person(self, answer, book, actor) -> None:
        first, second = book("R-1"), book("R-2")
        answer("wrong", due_item_ids=(second.pk,), text="3 of 5 boxes arrived")
        hold = Hold.objects.get()
        assert (hold.reason, hold.due_item_id, hold.until) == ("dispute", second.pk, None)
        assert hold.note == "3 of 5 boxes arrived"
        task = Task.objects.get(kind="answer")
        do_finish_task(actor, task.pk, outcome="credit note follows")
        hold.refresh_from_db()
        assert hold.released_on is None
        assert first.holds.count() == 0

    def test_already_paid_holds_for_ten_days(self, answer, book, today) -> None:
        item = book()
        answer("already_paid", due_item_ids=(item.pk,))
        hold = Hold.objects.get()
        assert (hold.reason, hold.until) == ("claims_paid", today + timedelta(days=10))

    def test_an_answer_found_settled_releases_its_holds_when_asked(self, answer, book, actor, today) -> None:
        item = book()
        answer("already_paid", due_item_ids=(item.pk,))
        do_finish_task(actor, Task.objects.get().pk, outcome="found on the statement", release_holds=True)
        assert Hold.objects.get().released_on == today

    def test_a_message_holds_the_customer_until_it_is_read(self, answer, actor, book) -> None:
        answer("message", text="please call me")
        hold = Hold.objects.get()
        assert (hold.reason, hold.due_item_id) == ("reply", None)
        do_finish_task(actor, Task.objects.get().pk, outcome="called back")
        hold.refresh_from_db()
        assert hold.released_on == actor.at.date()

    def test_an_item_of_somebody_else_is_refused_and_nothing_is_written(
        self, answer, company, now, actor, today
    ) -> None:
        with pytest.raises(ContactError):
            answer("wrong", due_item_ids=(999_999,))
        assert PortalAnswer.objects.count() == Hold.objects.count() == Task.objects.count() == 0

    def test_a_file_is_taken_by_its_content_not_its_name(self, answer) -> None:
        made = answer("already_paid", upload=b"%PDF-1.4 proof", upload_name="C:\\evil\\..\\pro\x00of.pdf")
        assert made.upload_name == "proof.pdf"
        assert made.upload is not None
        assert get(made.company_id, made.upload.sha256) == b"%PDF-1.4 proof"
        assert made.upload.media_type == "application/pdf"
        with pytest.raises(UploadRefused):
            answer("already_paid", upload=b"MZ\x90 a program", upload_name="proof.pdf")
        assert StoredBlob.objects.count() == PortalAnswer.objects.count() == 1

    def test_a_file_beyond_the_limit_is_refused(self, answer, settings) -> None:
        settings.FAIRDUE_UPLOAD_MAX_BYTES = 10
        with pytest.raises(UploadRefused):
            answer("already_paid", upload=b"%PDF-1.4 proof")
        assert PortalAnswer.objects.count() == 0


class TestBlobs:
    def test_bytes_come_back_and_are_stored_once(self, company, data_dir) -> None:
        sha256 = put(company.pk, b"letter")
        assert put(company.pk, b"letter") == sha256
        assert get(company.pk, sha256) == b"letter"
        sealed = SealedFile.objects.get(sha256=sha256).stored_sha256
        assert blob_path(company.pk, sha256) == data_dir / "blobs" / sealed[:2] / sealed[2:4] / sealed
        assert [path.name for path in (data_dir / "blobs").rglob("*") if path.is_file()] == [sealed]
        assert b"letter" not in blob_path(company.pk, sha256).read_bytes()

    def test_changed_missing_and_nonsense_are_told(self, company) -> None:
        sha256 = put(company.pk, b"letter")
        blob_path(company.pk, sha256).write_bytes(b"forged")
        with pytest.raises(BlobError, match="was changed"):
            get(company.pk, sha256)
        with pytest.raises(BlobError, match="is missing"):
            get(company.pk, "0" * 64)
        with pytest.raises(BlobError, match="no SHA-256"):
            get(company.pk, "../../secret.key")


class TestGuards:
    """The database itself refuses to change what was said."""

    def refused(self, statement: str) -> str:
        with pytest.raises(REFUSED) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        return str(caught.value)

    def test_the_content_of_a_message_is_fixed_and_its_state_is_not(self, actor, outgoing) -> None:
        from fairdue.contact.actions import do_queue
        from fairdue.contact.models import OutboxMessage

        message = do_queue(actor, outgoing())
        assert "never changed" in self.refused("UPDATE contact_outbox_message SET body_text = 'other'")
        assert "never changed" in self.refused(
            "UPDATE contact_outbox_message SET claim_items = '[]', state = 'queued', subject='x'"
        )
        assert "never changed" in self.refused("DELETE FROM contact_outbox_message")
        assert OutboxMessage.objects.filter(pk=message.pk).update(state="cancelled") == 1

    def test_events_blocks_and_answers_are_never_changed(self, answer) -> None:
        answer("received")
        assert "never changed" in self.refused("UPDATE contact_timeline_event SET text = 'other'")
        assert "never changed" in self.refused("DELETE FROM contact_portal_answer")

    def test_one_message_per_step(self, actor, outgoing, company, customer, now) -> None:
        from fairdue.contact.actions import do_queue

        do_queue(actor, outgoing())
        columns = (
            "company_id, customer_id, step_key, run_key, kind, channel, language, recipient_name, recipient_email, subject,"
            " body_text, body_html, edited_text, attachments, content_sha256, currency, claim_items, gate_policy, legal_stage, third_party,"
            " requires_steps, created_by, created_at, state, reasons, attempt, claimed_by, hand_over_evidence, tracking_no"
        )
        copy = f"INSERT INTO contact_outbox_message ({columns}, message_id) SELECT {columns}, '<x>' FROM contact_outbox_message"
        assert "step" in self.refused(copy)


class TestSilence:
    @pytest.fixture
    def waiting(self, actor, customer, today):
        """Open what two stages open with their letters: look after the silence of the debtor."""
        return [
            do_task(actor, customer_id=customer.pk, kind="answer", key=f"{step}/answer", due_on=today)
            for step in ("step-1", "step-2")
        ]

    def left(self) -> list[str]:
        return list(Task.objects.filter(done_at__isnull=True, key__endswith="/answer").values_list("key", flat=True))

    def test_an_answer_ends_the_wait_for_one(self, waiting, answer) -> None:
        answer("received")
        assert self.left() == []
        assert {task.outcome for task in Task.objects.all()} == {"answered"}
        assert AuditEntry.objects.filter(action="finish_task").count() == 2

    def test_an_answer_about_an_item_ends_the_wait_of_its_own_letter(self, waiting, answer, book) -> None:
        answer("approved", due_item_ids=(book().pk,))
        assert self.left() == ["step-2/answer"]

    def test_what_a_person_has_to_look_at_stays_open(self, waiting, answer) -> None:
        made = answer("wrong", text="Nothing was delivered")
        assert self.left() == []
        left = Task.objects.filter(done_at__isnull=True).order_by("id").values_list("kind", "key")
        assert list(left) == [("internal_check", f"answer:{made.pk}/check"), ("answer", f"answer:{made.pk}")]

    def test_a_mail_ends_the_wait_and_an_automatic_one_does_not(self, waiting, actor, customer) -> None:
        said = {"customer_id": customer.pk, "subject": "Re: Invoice", "text": "Thank you"}
        do_record_reply(actor, reply_id="<1@x>", out_of_office=True, **said)
        assert len(self.left()) == 2
        do_record_reply(actor, reply_id="<2@x>", **said)
        assert self.left() == []
        assert Task.objects.filter(done_at__isnull=True).get().kind == "reply"

    def test_another_customer_is_still_waited_for(self, waiting, actor, company, now, today, answer) -> None:
        other = Customer.objects.create(company=company, number="8", number_key="8", name="B", created_at=now)
        do_task(actor, customer_id=other.pk, kind="answer", key="step-3/answer", due_on=today)
        answer("received")
        assert self.left() == ["step-3/answer"]
