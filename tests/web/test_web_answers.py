"""What debtors answered: read, saved, settled; and links closed."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from web_sample import PDF, Sample

from fairdue.contact import blobs
from fairdue.contact.actions import Answer, do_make_link, do_record_answer
from fairdue.contact.models import PortalAnswer, Task
from fairdue.ledger.models import AuditEntry


def says_paid(sample: Sample) -> PortalAnswer:
    """Let the debtor say that the overdue invoice is paid: it is held, and a task waits."""
    made = do_make_link(sample.actor, customer_id=sample.customer.pk)
    item = sample.document.due_items.get()
    answer = Answer("already_paid", (item.pk,), "Paid on Monday.")
    return do_record_answer(made.link.pk, sample.company.pk, answer, sample.actor.at)


def page_of(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(f"web:{name}", args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_answers_are_listed_with_items_text_and_file(ours: Sample, lead: Client):
    page = page_of(lead, "answers")
    for shown in ("Quernstein", "R-1", "Arrived, says Quernstein", reverse("web:answer-file", args=[ours.answer.pk])):
        assert shown in page


def test_the_answers_are_filtered(ours: Sample, lead: Client):
    waiting = reverse("web:answer", args=[says_paid(ours).pk])
    read = reverse("web:answer", args=[ours.answer.pk])
    for query, there, absent in (
        ("?kind=waiting", waiting, read),
        ("?kind=received", read, waiting),
        ("?file=on", read, waiting),
    ):
        page = page_of(lead, "answers", query=query)
        assert f'"{there}"' in page, query
        assert f'"{absent}"' not in page, query
    assert "No answer here." in page_of(lead, "answers", query="?q=nobody")


def test_an_uploaded_file_is_saved_and_never_shown(ours: Sample, lead: Client):
    response = lead.get(reverse("web:answer-file", args=[ours.answer.pk]))
    assert response.content == PDF + b"Quernstein"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "%E5%8F%91%E7%A5%A8.pdf" in response["Content-Disposition"]
    assert not set(response["Content-Disposition"]) & set('\r\n"/')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_that_was_changed_on_disk_is_not_given(ours: Sample, lead: Client):
    blobs.blob_path(ours.answer.company_id, ours.answer.upload.sha256).write_bytes(b"forged")
    assert lead.get(reverse("web:answer-file", args=[ours.answer.pk])).status_code == 404


def test_an_answer_without_a_file_has_none(ours: Sample, lead: Client):
    assert lead.get(reverse("web:answer-file", args=[says_paid(ours).pk])).status_code == 404


def test_a_settled_answer_ends_its_task_and_on_demand_its_holds(ours: Sample, as_role):
    controller, found = as_role("controller"), says_paid(ours)
    task = Task.objects.get(key=f"answer:{found.pk}")
    hold = ours.customer.holds.get(key__startswith=f"answer:{found.pk}/")
    page = page_of(controller, "answer", found.pk)
    assert "Paid on Monday." in page
    assert "R-1" in page
    controller.post(reverse("web:answer-finish", args=[found.pk]), {"outcome": " "})
    task.refresh_from_db()
    assert task.done_at is None
    controller.post(reverse("web:answer-finish", args=[found.pk]), {"outcome": "found it", "release": "on"})
    task.refresh_from_db()
    hold.refresh_from_db()
    assert (task.outcome, hold.released_on) == ("found it", ours.run.as_of)


def test_an_answer_that_made_no_task_has_none_to_finish(ours: Sample, lead: Client):
    asked = {"outcome": "read"}
    assert lead.post(reverse("web:answer-finish", args=[ours.answer.pk]), asked).status_code == 404


def test_tasks_and_timeline_lead_to_the_answer(ours: Sample, lead: Client):
    place = reverse("web:answer", args=[says_paid(ours).pk])
    assert place in page_of(lead, "worklist-tasks")
    assert place in page_of(lead, "customer-timeline", ours.customer.pk)


def test_a_closed_link_opens_no_more(ours: Sample, as_role):
    made = do_make_link(ours.actor, customer_id=ours.customer.pk)
    place = reverse("portal:statement", args=[made.token])
    assert Client().get(place).status_code == 200
    owner = as_role("account_owner")
    assert "Close the link" in page_of(owner, "customer-links", ours.customer.pk)
    assert owner.post(reverse("web:customer-link-revoke", args=[made.link.pk])).status_code == 302
    assert Client().get(place).status_code == 410
    entry = AuditEntry.objects.get(action="revoke_link", subject=f"link:{made.link.pk}")
    assert entry.actor == f"user:{ours.users['account_owner'].pk}"


def test_who_may_not_hold_sees_no_button_to_close(ours: Sample, as_role):
    assert "Close the link" not in page_of(as_role("auditor"), "customer-links", ours.customer.pk)
