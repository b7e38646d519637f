"""What people do on the pages: each ends in an action of a room, with its reason kept."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.contact.models import TimelineEvent
from fairdue.dunning.models import Proposal
from fairdue.ledger import audit_texts
from fairdue.ledger.models import AuditEntry
from fairdue.ledger.queries import open_items


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_dropping_needs_a_reason(ours: Sample, lead: Client):
    asked = {"proposal": ours.proposal.pk, "decision": "drop"}
    response = lead.post(reverse("web:runs-decide"), asked)
    ours.proposal.refresh_from_db()
    assert ours.proposal.state == "proposed"
    assert said(response) == ["Please give the reason; it is kept."]
    lead.post(reverse("web:runs-decide"), asked | {"reason": "paid in cash"})
    ours.proposal.refresh_from_db()
    assert (ours.proposal.state, ours.proposal.note) == ("dropped", "paid in cash")


def test_postponing_needs_a_day_in_the_future(ours: Sample, lead: Client):
    today = ours.run.as_of
    asked = {"proposal": ours.proposal.pk, "decision": "postpone", "reason": "promised by phone"}
    lead.post(reverse("web:runs-decide"), asked)
    lead.post(reverse("web:runs-decide"), asked | {"until": today.isoformat()})
    ours.proposal.refresh_from_db()
    assert ours.proposal.state == "proposed"
    until = today + timedelta(days=9)
    lead.post(reverse("web:runs-decide"), asked | {"until": until.isoformat()})
    ours.proposal.refresh_from_db()
    assert (ours.proposal.state, ours.proposal.postponed_until) == ("postponed", until)


def test_an_edited_paragraph_is_kept_and_a_threat_is_refused(ours: Sample, lead: Client):
    address = reverse("web:runs-proposal-edit", args=[ours.proposal.pk])
    lead.post(address, {"text": "Merci de votre retour."})
    ours.proposal.refresh_from_db()
    assert (ours.proposal.state, ours.proposal.edited_text) == ("edited", "Merci de votre retour.")
    lead.post(address, {"text": "We will take you to court and ruin your reputation."})
    ours.proposal.refresh_from_db()
    assert ours.proposal.edited_text == "Merci de votre retour."


def test_the_way_back_stays_on_this_server(ours: Sample, lead: Client):
    for target in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        asked = {"proposal": ours.proposal.pk, "decision": "drop", "next": target}
        assert lead.post(reverse("web:runs-decide"), asked)["Location"] == reverse("web:runs")


def test_a_hold_is_set_and_ended(ours: Sample, lead: Client):
    today = ours.run.as_of
    lead.post(reverse("web:customer-hold", args=[ours.customer.pk]), {"reason": "manual", "note": "calls back"})
    items = open_items(ours.company.pk, today, customer_ids=[ours.customer.pk])
    assert [item.held_minor for item in items] == [123_456, 50_000]
    whole = ours.customer.holds.get(due_item=None)
    lead.post(reverse("web:customer-hold-release", args=[whole.pk]), {"reason": ""})
    whole.refresh_from_db()
    assert whole.released_on is None
    lead.post(reverse("web:customer-hold-release", args=[whole.pk]), {"reason": "settled"})
    whole.refresh_from_db()
    assert (whole.released_on, whole.release_reason) == (today, "settled")


def test_a_note_and_a_task_stand_on_the_timeline(ours: Sample, lead: Client):
    lead.post(reverse("web:customer-note", args=[ours.customer.pk]), {"text": "They moved."})
    lead.post(reverse("web:worklist-task-finish", args=[ours.task.pk]), {"outcome": "will pay on Friday"})
    ours.task.refresh_from_db()
    assert ours.task.outcome == "will pay on Friday"
    texts = TimelineEvent.objects.filter(customer=ours.customer).values_list("kind", "text")
    assert ("note", "They moved.") in texts
    page = lead.get(reverse("web:customer-timeline", args=[ours.customer.pk])).content.decode()
    assert "They moved." in page


def test_an_uncertain_message_is_settled_by_a_person(ours: Sample, lead: Client):
    address = reverse("web:outbox-resolve", args=[ours.uncertain.pk])
    lead.post(address, {"outcome": "sent", "evidence": ""})
    ours.uncertain.refresh_from_db()
    assert ours.uncertain.state == "uncertain"
    lead.post(address, {"outcome": "not_sent", "evidence": "the server's log has no such message"})
    ours.uncertain.refresh_from_db()
    assert ours.uncertain.state == "queued"


def test_a_waiting_message_is_cancelled_with_a_reason(ours: Sample, lead: Client):
    lead.post(reverse("web:outbox-cancel", args=[ours.message.pk]), {"reason": "wrong address"})
    ours.message.refresh_from_db()
    assert ours.message.state == "cancelled"
    (entry,) = AuditEntry.objects.filter(action="cancel")
    assert audit_texts.said(entry, list(entry.texts.all()))["reason"] == "wrong address"


def test_recording_a_posting_of_an_email_is_refused(ours: Sample, lead: Client):
    response = lead.post(reverse("web:outbox-posting", args=[ours.message.pk]), {"posted_on": "2026-03-02"})
    ours.message.refresh_from_db()
    assert (response.status_code, ours.message.posted_on) == (302, None)


def test_a_policy_with_problems_is_not_kept_and_each_is_named_with_its_line(ours: Sample, lead: Client):
    address = reverse("web:policy-edit", args=["flexible"])
    text = ours.policy.yaml.replace("deadline_days: 7", "deadline_days: 99")
    response = lead.post(address, {"yaml": text})
    line = 1 + text[: text.index("deadline_days: 99")].count("\n")
    assert response.status_code == 422
    assert f"Line {line}" in response.content.decode()
    assert ours.policy.policy.versions.count() == 1
    response = lead.post(address, {"yaml": ours.policy.yaml.replace("deadline_days: 7", "deadline_days: 9")})
    assert response["Location"] == reverse("web:policy", args=["flexible"])
    page = lead.get(response["Location"]).content.decode()
    assert "<del>7 days</del>" in page
    assert "<ins>9 days</ins>" in page
    assert ours.policy.policy.versions.count() == 2


def test_a_policy_cannot_be_saved_under_anothers_code(ours: Sample, lead: Client):
    response = lead.post(reverse("web:policy-edit", args=["brief"]), {"yaml": ours.policy.yaml})
    assert response.status_code == 422


def test_a_policy_is_exported_as_it_stands(ours: Sample, lead: Client):
    response = lead.get(reverse("web:policy-export", args=["flexible", 1]))
    assert response.content.decode() == ours.policy.yaml


def test_a_letter_leads_to_the_next_undecided_one(ours: Sample, lead: Client):
    first = ours.proposal
    others = []
    for number, due_minor in enumerate((200_000, 113_456, 50)):
        copy = Proposal.objects.get(pk=first.pk)
        copy.pk, copy._state.adding, copy.key, copy.step_key = None, True, f"{first.key}/{number}", f"{number}"
        copy.due_minor = due_minor
        copy.save()
        others.append(reverse("web:runs-proposal", args=[copy.pk]))
    page = lead.get(reverse("web:runs-proposal", args=[first.pk])).content.decode()
    assert f'rel="prev" data-key="k" aria-keyshortcuts="k" href="{others[0]}?form=pdf"' in page
    assert f'rel="next" data-key="j" aria-keyshortcuts="j" href="{others[1]}?form=pdf"' in page
    assert 'rel="next"' not in lead.get(others[2]).content.decode()


def test_what_went_wrong_stays_on_its_page(ours: Sample, lead: Client):
    asked = {"proposal": ours.proposal.pk, "next": "/next", "here": "/here"}
    assert lead.post(reverse("web:runs-decide"), asked | {"decision": "drop"})["Location"] == "/here"
    dropped = lead.post(reverse("web:runs-decide"), asked | {"decision": "drop", "reason": "twice"})
    assert dropped["Location"] == "/next"
