"""The same request twice is one piece of work, whatever happens between; docs/algorithms/programs.md, "Sending twice"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from api_sample import MAIL, OPEN_ITEMS, PNG, House, Program, upload

from fairdue.api.models import KeptAnswer
from fairdue.books.models import Acknowledgement
from fairdue.contact.models import InboundMail
from fairdue.intake.models import Import
from fairdue.ledger.models import AuditEntry, DocumentFile

WORKS = {
    "copies": lambda p, key: p.post(
        "/documents/files", {"files": upload("R-Quernstein.png", PNG), "document": "R-Quernstein"}, media="multipart", key=key
    ),
    "books": lambda p, key: p.post("/postings/batches/1/acknowledgement", {"outcome": "booked"}, key=key),
    "list": lambda p, key: p.post("/imports", {"file": upload("a.csv", OPEN_ITEMS.encode()), "source": "x"}, media="multipart", key=key),
    "mail": lambda p, key: p.post("/inbox", MAIL % b"x", media="message/rfc822", key=key),
}  # fmt: skip


def written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (DocumentFile, Acknowledgement, Import, InboundMail, AuditEntry))


@pytest.mark.parametrize("work", WORKS)
def test_again_gives_the_kept_answer_and_does_nothing(work: str, program: Program):
    first = WORKS[work](program, "k1")
    assert first.status_code in {200, 201}, first.content
    before = written()
    again = WORKS[work](program, "k1")
    assert (again.status_code, again.content, again["Idempotent-Replayed"]) == (
        first.status_code,
        first.content,
        "true",
    )
    assert "Idempotent-Replayed" not in first
    assert written() == before


@pytest.mark.parametrize("work", WORKS)
def test_a_server_that_died_after_the_work_leaves_the_same_answer_to_be_had(work: str, program: Program, monkeypatch):
    """The kept answer is taken away, as a death before it was written would: claimed, not answered."""
    first = WORKS[work](program, "k1")
    KeptAnswer.objects.update(answered_at=None, status=0, body="")
    before = written()
    assert WORKS[work](program, "k1").status_code == 409
    monkeypatch.setenv("FAIRDUE_NOW", "2026-03-03T09:02:00+00:00")
    again = WORKS[work](program, "k1")
    assert again.status_code == first.status_code
    if work in {"copies", "list"}:
        assert again.content == first.content
    assert written() == before


def test_a_key_is_for_one_request(ours: House, program: Program):
    assert WORKS["books"](program, "k1").status_code == 200
    answer = program.post("/postings/batches/1/acknowledgement", {"outcome": "booked", "reference": "other"}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_used")
    assert WORKS["mail"](program, "k1").json()["code"] == "key_used"
    assert InboundMail.objects.count() == 0


def test_two_tokens_never_meet(ours: House, program: Program):
    WORKS["books"](program, "k1")
    told = WORKS["books"](ours.program("postings:ack"), "k1")
    assert "Idempotent-Replayed" not in told
    assert told.json()["repeated"] == ours.batch.needed


def test_a_refused_request_keeps_nothing_and_may_be_mended(ours: House, program: Program):
    bad = program.post("/postings/batches/1/acknowledgement", {"outcome": "booked", "merkle_root": "0" * 64}, key="k1")
    assert bad.status_code == 409
    assert not KeptAnswer.objects.exists()
    assert WORKS["books"](program, "k1").status_code == 200


def test_no_key_no_work(ours: House, program: Program):
    headers = {name: value for name, value in program.headers().items() if name != "Idempotency-Key"}
    path = "/api/v1/postings/batches/1/acknowledgement"
    for more in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 81}, {"Idempotency-Key": "a b"}):
        answer = program.client.post(
            path, '{"outcome": "booked"}', content_type="application/json", headers=headers | more
        )
        assert answer.status_code == 422, more
    assert Acknowledgement.objects.count() == 0


def test_kept_answers_go_after_a_week(ours: House, program: Program, monkeypatch):
    WORKS["mail"](program, "k1")
    KeptAnswer.objects.update(claimed_at=ours.actor.at - timedelta(days=8))
    WORKS["books"](program, "k2")
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["k2"]


def test_a_store_that_cannot_be_reached_is_told_and_the_key_stays_free(ours: House, program: Program, monkeypatch):
    from fairdue.ledger import store

    def gone(company_id: int, data: bytes) -> str:
        raise store.StoreUnreachable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", gone)
        answer = WORKS["copies"](program, "k1")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "store", "60")
    assert WORKS["copies"](program, "k1").status_code == 200
