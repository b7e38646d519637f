"""The pages of balance confirmations, and limitation on the customer's law page."""

from __future__ import annotations

import fcntl
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.contact.models import OutboxMessage
from fairdue.dunning.balance.models import BalanceAnswer, BalanceClosing, BalanceConfirmation, BalanceDecision
from fairdue.web import balance_job, jobs


@pytest.fixture
def launched(monkeypatch) -> list[list[str]]:
    """Note what would be started, and start nothing: the process could not see a test's transaction."""
    found: list[list[str]] = []
    monkeypatch.setattr(balance_job.JOB, "launch", lambda arguments, lock: found.append(arguments))
    return found


def test_the_list_shows_states_and_a_preview_counts_without_asking(ours: Sample, lead: Client):
    with CaptureQueriesContext(connection) as captured:
        page = lead.get(reverse("web:balances")).content.decode()
    assert ours.difference.answer.confirmation.number in page
    assert "1 / 1" in page
    assert len([row for row in captured.captured_queries if "set_config" not in row["sql"]]) <= 14
    preview = lead.get(reverse("web:balances"), {"as_of": ours.actor.at.date().isoformat()}).content.decode()
    assert "1 customers would be asked" in preview
    assert ours.difference.answer.confirmation.customer.balance_confirmations.count() == 1


def test_asking_again_for_a_day_is_said_and_changes_nothing(ours: Sample, lead: Client, launched):
    asked = {"as_of": ours.actor.at.date().isoformat(), "numbers": "4711"}
    lead.post(reverse("web:balances-send"), asked)
    assert launched == [[str(ours.company.pk), str(ours.users["finance_lead"].pk), "en"]]
    balance_job.work(ours.company.pk, ours.users["finance_lead"].pk)
    page = lead.get(reverse("web:balances")).content.decode()
    assert "0 asked, 1 asked before" in page
    assert ours.customer.balance_confirmations.count() == 1


def test_a_difference_is_worked_through_and_the_confirmation_closed(ours: Sample, lead: Client):
    row = ours.difference.answer.confirmation
    close = reverse("web:balance-close", args=[row.pk])
    assert "Settle every difference" in lead.post(close, {"reason": "done"}, follow=True).content.decode()
    decide = reverse("web:balance-difference-decide", args=[ours.difference.pk])
    assert "needs the reason" in lead.post(decide, {"outcome": "rejected"}, follow=True).content.decode()
    assert not BalanceDecision.objects.exists()
    page = lead.post(decide, {"outcome": "rejected", "reason": "delivered, see proof"}, follow=True).content.decode()
    assert "delivered, see proof" in page
    lead.post(close, {"reason": "reconciled"})
    assert BalanceClosing.objects.get().reason == "reconciled"


def test_a_scan_is_recorded_and_another_file_is_refused(ours: Sample, lead: Client):
    row = ours.difference.answer.confirmation
    address, today = reverse("web:balance-record", args=[row.pk]), ours.actor.at.date().isoformat()
    fields = {"name": "Anne", "role": "CFO", "on": today}
    bad = lead.post(address, {**fields, "scan": SimpleUploadedFile("x.exe", b"MZ no scan")})
    assert (bad.status_code, BalanceAnswer.objects.filter(signed_name="Anne").count()) == (400, 0)
    good = lead.post(address, {**fields, "stamped": "on", "scan": SimpleUploadedFile("x.pdf", b"%PDF-1.7 scan")})
    assert good.status_code == 302
    answer = BalanceAnswer.objects.get(signed_name="Anne")
    assert (answer.kind, answer.stamped, answer.way) == ("confirmed", True, "scan")
    law = lead.get(reverse("web:customer-law", args=[ours.customer.pk])).content.decode()
    assert "signed by Anne (CFO)" in law
    assert "Limitation of open invoices" in law


def test_a_field_filled_in_without_saying_what_differs_records_nothing_and_is_shown_again(ours: Sample, lead: Client):
    row = ours.difference.answer.confirmation
    line = row.lines.order_by("id").first().pk
    before = BalanceAnswer.objects.count()
    fields = {"name": "Anne", "role": "CFO", "on": ours.actor.at.date().isoformat(), f"a-{line}": "12.00"}
    scan = SimpleUploadedFile("x.pdf", b"%PDF-1.7 scan")
    page = lead.post(reverse("web:balance-record", args=[row.pk]), {**fields, "scan": scan})
    assert (page.status_code, BalanceAnswer.objects.count()) == (400, before)
    assert "but not what differs" in page.content.decode()
    assert 'value="12.00"' in page.content.decode()


def test_a_line_that_the_form_does_not_show_is_named_by_its_number(ours: Sample, lead: Client, monkeypatch):
    row = ours.difference.answer.confirmation
    line = row.lines.order_by("id").first()
    monkeypatch.setattr("fairdue.web.views.balances.LINES_MAX", 0)
    address = reverse("web:balance-record", args=[row.pk])
    fields = {"name": "Ben", "role": "CFO", "on": ours.actor.at.date().isoformat(), "n1-kind": "unknown"}
    for number, status in (("nobody-knows", 400), ("", 400), (line.document_number, 302)):
        scan = SimpleUploadedFile("x.pdf", b"%PDF-1.7 scan")
        assert lead.post(address, {**fields, "n1-number": number, "scan": scan}).status_code == status
    assert BalanceAnswer.objects.get(signed_name="Ben").differences.get().line_id == line.pk


class TestAskingMany:
    """Customers are asked by a process of its own: one at a time, stopped and gone on with, nobody twice."""

    @pytest.fixture
    def many(self, ours: Sample) -> list[int]:
        from fairdue.dunning.balance.queries import customers_with_balance
        from fairdue.ledger.actions import Maturity, do_book_document
        from fairdue.ledger.models import Contact, Customer

        for number in ("X1", "X2"):
            customer = Customer.objects.create(
                company=ours.company, number=number, number_key=number, name=f"Nord {number}", country="DE", language="de",
                street="Weg 1", postal_code="20457", city="Hamburg", natural_person="no", created_at=ours.actor.at,
            )  # fmt: skip
            Contact.objects.create(
                company=ours.company, customer=customer, email=f"{number}@nord.example", name="Ada", language="de"
            )
            issued_on = date.fromordinal(ours.actor.at.date().toordinal() - 40)
            do_book_document(
                ours.actor, customer_id=customer.pk, kind="invoice", number=f"N-{number}", issued_on=issued_on,
                currency="EUR", maturities=[Maturity(ours.actor.at.date(), 500_00)],
            )  # fmt: skip
        self.day = date.fromordinal(ours.actor.at.date().toordinal() - 1)
        found = customers_with_balance(ours.company.pk, self.day)
        assert len(found) > 1
        return found

    def start(self, ours: Sample, lead: Client) -> None:
        lead.post(reverse("web:balances-send"), {"as_of": self.day.isoformat()})

    def asked(self) -> list[int]:
        rows = BalanceConfirmation.objects.filter(as_of=self.day).order_by("customer_id")
        return list(rows.values_list("customer_id", flat=True).distinct())

    def work(self, ours: Sample) -> balance_job.Progress:
        return balance_job.work(ours.company.pk, ours.users["finance_lead"].pk)

    def test_the_list_is_kept_and_all_of_it_is_asked(self, ours: Sample, lead: Client, launched, many):
        self.start(ours, lead)
        job = balance_job.progress_of(ours.company.pk)
        assert (job.customer_ids, job.done, job.alive) == (tuple(many), 0, False)
        assert self.asked() == []
        ended = self.work(ours)
        assert (ended.ended, ended.done, sum(ended.counts.values())) == ("done", len(many), len(many))
        assert ended.counts["sent"] == len(self.asked()) > 0
        page = lead.get(reverse("web:balances")).content.decode()
        assert f"{ended.counts['sent']} asked" in page

    def test_stopped_between_two_batches_it_goes_on_and_asks_nobody_twice(
        self, ours: Sample, lead: Client, launched, many, monkeypatch
    ):
        monkeypatch.setattr("fairdue.dunning.actions.balance.BATCH", 1)
        looks = iter([False, True])
        monkeypatch.setattr(jobs, "is_to_stop", lambda kind, company_id: next(looks, False))
        self.start(ours, lead)
        ended = self.work(ours)
        assert (ended.ended, ended.done, len(self.asked())) == ("stopped", 1, 1)
        first = set(BalanceConfirmation.objects.filter(as_of=self.day).values_list("pk", flat=True))
        page = lead.get(reverse("web:balances")).content.decode()
        assert f"ended after 1 of {len(many)} customers" in page
        # What was asked came back meanwhile: that asks for a person's look, not for a third letter of the same work.
        OutboxMessage.objects.filter(step_key__startswith=f"balance/{self.day}").update(state="blocked")
        lead.post(reverse("web:balances-resume"))
        assert len(launched) == 2
        assert self.work(ours).ended == "done"
        assert first < set(BalanceConfirmation.objects.filter(as_of=self.day).values_list("pk", flat=True))
        keys = list(OutboxMessage.objects.filter(step_key__startswith=f"balance/{self.day}").values_list("customer_id"))
        assert len(keys) == len(set(keys)) == len(self.asked()) > 1
        assert not lead.post(reverse("web:balances-resume"), follow=True).context["job"].left

    def test_while_one_works_no_second_starts_and_a_stop_is_asked_for(self, ours: Sample, lead: Client, launched, many):
        jobs_folder = Path(settings.DATA_DIR) / "jobs"
        self.start(ours, lead)
        with (jobs_folder / f"balances-{ours.company.pk}.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            page = lead.get(reverse("web:balances")).content.decode()
            assert f"0 / {len(many)}" in page
            assert 'hx-trigger="load delay:1s"' in page
            self.start(ours, lead)
            lead.post(reverse("web:balances-resume"))
            assert len(launched) == 1
            assert not jobs.is_to_stop("balances", ours.company.pk)
            lead.post(reverse("web:balances-cancel"))
            assert jobs.is_to_stop("balances", ours.company.pk)
        answer = lead.get(reverse("web:balances-progress"), headers={"HX-Request": "true"})
        assert answer["HX-Refresh"] == "true"
        assert self.work(ours).ended == "stopped"
        assert self.asked() == []
        lead.post(reverse("web:balances-cancel"))
        assert balance_job.progress_of(ours.company.pk).ended == "dropped"
        assert lead.get(reverse("web:balances-progress")).status_code == 200

    def test_a_right_lost_in_between_asks_nobody(self, ours: Sample, lead: Client, launched, many):
        self.start(ours, lead)
        ours.users["finance_lead"].memberships.update(role="auditor")
        assert self.work(ours).error == "not_allowed"
        assert self.asked() == []

    def test_who_may_not_release_starts_nothing(self, ours: Sample, as_role, launched, many):
        auditor = as_role("auditor")
        for name in ("balances-send", "balances-resume", "balances-cancel"):
            assert auditor.post(reverse(f"web:{name}"), {"as_of": self.day.isoformat()}).status_code == 403
        assert launched == []

    def test_a_day_to_come_starts_nothing(self, ours: Sample, lead: Client, launched):
        later = date.fromordinal(ours.actor.at.date().toordinal() + 3)
        page = lead.post(reverse("web:balances-send"), {"as_of": later.isoformat()}, follow=True).content.decode()
        assert "day to come" in page
        assert launched == []


def test_why_some_were_held_back_is_told_in_the_language_of_who_reads(ours: Sample, lead: Client, launched):
    from fairdue.ledger.models import Contact, Customer

    Customer.objects.update(street="", city="", postal_code="")
    Contact.objects.update(email="")
    lead.post(reverse("web:balances-send"), {"as_of": "2026-02-28", "numbers": "4711"})
    if not balance_job.progress_of(ours.company.pk).counts:
        balance_job.work(ours.company.pk, ours.users["finance_lead"].pk)
    assert balance_job.progress_of(ours.company.pk).held == 1
    assert "No contact with an e-mail address" in lead.get(reverse("web:balances")).content.decode()
    lead.cookies["django_language"] = "zh-hans"
    page = lead.get(reverse("web:balances")).content.decode()
    assert "被拦截1个" in page
    assert "No contact" not in page
