"""The pages of balance confirmations, and limitation on the customer's law page."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.dunning.balance.models import BalanceAnswer, BalanceClosing, BalanceDecision


def test_the_list_shows_states_and_a_preview_counts_without_asking(ours: Sample, lead: Client):
    with CaptureQueriesContext(connection) as captured:
        page = lead.get(reverse("web:balances")).content.decode()
    assert ours.difference.answer.confirmation.number in page
    assert "1 / 1" in page
    assert len([row for row in captured.captured_queries if "set_config" not in row["sql"]]) <= 14
    preview = lead.get(reverse("web:balances"), {"as_of": ours.actor.at.date().isoformat()}).content.decode()
    assert "1 customers would be asked" in preview
    assert ours.difference.answer.confirmation.customer.balance_confirmations.count() == 1


def test_asking_again_for_a_day_is_said_and_changes_nothing(ours: Sample, lead: Client):
    asked = {"as_of": ours.actor.at.date().isoformat(), "numbers": "4711"}
    page = lead.post(reverse("web:balances-send"), asked, follow=True).content.decode()
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
