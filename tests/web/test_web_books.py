"""The page of the books: batches with their age, files out, answers in."""

from __future__ import annotations

import csv
import io
import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.books.actions import do_remind
from fairdue.books.files import waiting_batches
from fairdue.books.models import Acknowledgement, Export
from fairdue.ledger.models import AuditEntry

pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def give(client: Client, text: str, name: str = "answer.csv"):
    return client.post(reverse("web:books-answer"), {"file": SimpleUploadedFile(name, text.encode())})


def test_a_batch_is_handed_out_answered_and_gone_from_the_list(ours: Sample, lead: Client):
    address = reverse("web:books-batch", args=[ours.batch.pk])
    assert address in shown(lead, reverse("web:books"))
    page = shown(lead, address)
    for words in ("Sales block", "Dispute", "Receivables", "R-1", "1,234.56", ours.batch.merkle_root):
        assert words in page
    copy = lead.get(reverse("web:books-export", args=[ours.batch.pk, "csv"]))
    assert (Export.objects.count(), copy["Content-Disposition"].count("copy-")) == (0, 1)
    assert [one.pk for one in waiting_batches(ours.company.pk)] == [ours.batch.pk]
    file = lead.post(reverse("web:books-export", args=[ours.batch.pk, "csv"]))
    assert file.content == copy.content
    assert waiting_batches(ours.company.pk) == []
    assert [one.pk for one in waiting_batches(ours.company.pk, unanswered=True)] == [ours.batch.pk]
    assert ours.batch.merkle_root[:12] in file["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == ours.batch.lines
    assert Export.objects.get(batch=ours.batch).by == "finance_lead.ours"
    assert AuditEntry.objects.get(action="export_batch").actor == f"user:{ours.users['finance_lead'].pk}"
    done = lead.post(reverse("web:books-booked", args=[ours.batch.pk]), {"reference": "FI-1"}, follow=True)
    assert f"{ours.batch.needed} lines are booked." in done.content.decode()
    assert address not in shown(lead, reverse("web:books"))
    assert address in shown(lead, reverse("web:books") + "?show=all")


def test_batches_that_wait_too_long_are_seen_at_home_and_in_the_worklist(ours: Sample, lead: Client, monkeypatch):
    """A late batch belongs to no customer; rows of the company show it, until the books answer."""
    home, worklist = reverse("web:home"), reverse("web:worklist")
    assert "books have not answered" not in shown(lead, home)
    assert "books&#x27; answer" not in shown(lead, worklist)
    monkeypatch.setenv("FAIRDUE_NOW", "2026-03-08T09:00:00+00:00")
    lead.force_login(ours.users["finance_lead"])
    page = shown(lead, home)
    assert "batches that the books have not answered" in page
    assert "oldest: 5 days" in page
    assert reverse("web:books-batch", args=[ours.batch.pk]) in shown(lead, worklist)
    lead.post(reverse("web:books-booked", args=[ours.batch.pk]), {"reference": "FI-1"})
    assert "books have not answered" not in shown(lead, home)
    assert reverse("web:books-batch", args=[ours.batch.pk]) not in shown(lead, worklist)


def test_the_home_page_shows_by_currency_what_does_not_tie(ours: Sample, lead: Client):
    from fairdue.web.queries import latest_run

    run = latest_run(ours.company.pk)
    run.summary = run.summary | {
        "tie": {"sources": 1, "differing": 2, "unexplained": [["EUR", 1_234_50], ["JPY", 700]]}
    }
    run.save(update_fields=["summary"])
    page = shown(lead, reverse("web:home"))
    for words in ("lines that do not tie with the books", "1,234.50", "700"):
        assert words in page
    run.summary = run.summary | {"tie": {"sources": 0, "differing": 0}}
    run.save(update_fields=["summary"])
    assert "do not tie with the books" not in shown(lead, reverse("web:home"))


def test_an_answer_file_books_refuses_and_says_what_is_wrong(ours: Sample, lead: Client):
    number = ours.batch.number
    text = f"batch,line,outcome,reason\n{number},1,booked,\n{number},2,refused,period closed\n{number},999,booked,\n"
    page = give(lead, text).content.decode()
    for words in ("1 booked, 1 refused", "has no line 999", "Give the line&#x27;s number"):
        assert words in page
    refused = shown(lead, reverse("web:books-batch", args=[ours.batch.pk]) + "?state=refused")
    assert "period closed" in refused
    assert "The books refuse 1 line(s)" in shown(lead, reverse("web:worklist-tasks"))
    assert "This answer was taken before." in give(lead, text).content.decode()
    assert Acknowledgement.objects.filter(batch=ours.batch).count() == 1


def test_what_is_no_answer_is_refused_with_a_remedy(ours: Sample, lead: Client):
    response = give(lead, "number,ok\n1,yes\n")
    assert response.status_code == 400
    assert "It needs the columns batch, line and outcome" in response.content.decode()
    assert lead.post(reverse("web:books-answer")).status_code == 400
    assert Acknowledgement.objects.count() == 0


def test_an_answer_to_another_companys_batch_finds_no_batch(ours: Sample, theirs: Sample, lead: Client):
    page = give(lead, f"batch,line,outcome\n{theirs.batch.number + 7},1,booked\n").content.decode()
    assert "There is no batch" in page
    assert lead.post(reverse("web:books-booked", args=[theirs.batch.pk]), {"reference": "x"}).status_code == 404
    assert Acknowledgement.objects.count() == 0


def test_the_journal_is_saved_as_of_a_day(ours: Sample, lead: Client):
    response = lead.get(reverse("web:books-journal") + "?as_of=2026-03-03")
    text = b"".join(response.streaming_content).decode()
    assert 'filename="journal-ours-2026-03-03.beancount"' in response["Content-Disposition"]
    assert "1234.56 EUR" in text
    assert "2026-03-04 balance Assets:Receivable:" in text


def test_a_late_batch_is_a_task_that_leads_to_it(ours: Sample, lead: Client):
    from dataclasses import replace
    from datetime import timedelta

    do_remind(replace(ours.actor, at=ours.actor.at + timedelta(days=4)), 3)
    page = shown(lead, reverse("web:worklist-tasks"))
    assert "the books have not answered" in page
    assert reverse("web:books-batch", args=[ours.batch.pk]) in page


def test_who_may_only_look_sees_no_way_to_act(ours: Sample, as_role):
    page = shown(as_role("auditor"), reverse("web:books")) + shown(
        as_role("auditor"), reverse("web:books-batch", args=[ours.batch.pk])
    )
    assert reverse("web:books-answer") not in page
    assert reverse("web:books-export", args=[ours.batch.pk, "csv"]) not in page
    assert as_role("auditor").get(reverse("web:books-export", args=[ours.batch.pk, "csv"])).status_code == 403


def test_a_line_with_characters_that_are_none_is_refused_and_the_others_count(ours: Sample, lead: Client):
    lines = '{"line": 1, "outcome": "booked"}, {"line": 2, "outcome": "refused", "reason": "a\\ud800b"}'
    text = f'{{"batch": {ours.batch.number}, "lines": [{lines}, {{"line": 2, "outcome": "refused", "reason": "a\\u0000b"}}]}}'
    page = give(lead, text, "answer.json").content.decode()
    assert page.count("characters that are none") == 2
    assert Acknowledgement.objects.get(batch=ours.batch).booked == 1
    lead.post(reverse("web:books-booked", args=[ours.batch.pk]), {"reference": "FI\x00-1"})
    assert Acknowledgement.objects.filter(batch=ours.batch).count() == 2


def test_an_answer_larger_than_an_upload_is_not_read(ours: Sample, lead: Client, settings):
    settings.FAIRDUE_UPLOAD_MAX_BYTES = 10
    assert "The file is too large." in give(lead, "batch,line,outcome\n").content.decode()


def test_the_journal_comes_in_blocks_and_leaves_nothing_behind(ours: Sample, lead: Client, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    response = lead.get(reverse("web:books-journal"))
    assert len(list(scratch.iterdir())) == 1
    assert b"open Assets" in b"".join(response.streaming_content)
    response.close()
    assert list(scratch.iterdir()) == []
