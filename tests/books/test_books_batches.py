"""What flows back to the books: every decision once, the same batch for ever, answers line by line."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from books_sample import DAY, invoice
from django.db import DatabaseError, transaction

from fairdue.books import answers, files, queries, rules
from fairdue.books.actions import do_acknowledge, do_cut, do_remind, is_whole
from fairdue.books.models import Acknowledgement, Answer, Export, Posting, PostingBatch
from fairdue.books.rules import Given
from fairdue.contact.models import Task
from fairdue.formats.errors import FormatError
from fairdue.ledger.actions import (
    do_allocate,
    do_charge,
    do_hold,
    do_lift_effect,
    do_release_hold,
    do_reverse,
    do_set_effect,
)
from fairdue.ledger.models import Allocation, AuditEntry
from fairdue.people.actor import Actor, NotAllowed

pytestmark = pytest.mark.django_db


def told(*batches: PostingBatch) -> list[tuple[str, str, str, str, int | None]]:
    """Give what batches say, short: kind, what or document, debit, credit, amount."""
    rows = Posting.objects.filter(batch__in=batches).order_by("batch__number", "line")
    return [(p.kind, p.what or p.document_number, p.debit, p.credit, p.amount_minor) for p in rows]


def test_every_decision_leaves_once_with_its_two_accounts(actor, ledger):
    item = ledger.invoice
    do_allocate(actor, due_item_id=item.pk, payment_id=ledger.paid.pk, amount_minor=600_00, effective_on=DAY)
    do_allocate(actor, kind="write_off", due_item_id=item.pk, amount_minor=1_00, effective_on=DAY, reason="small rest")
    charge = do_charge(
        actor, customer_id=ledger.customer.pk, kind="interest", amount_minor=12_34, currency="EUR", effective_on=DAY,
        basis={}, due_item_id=item.pk,
    )  # fmt: skip
    do_allocate(actor, kind="waiver", charge_id=charge.pk, amount_minor=12_34, effective_on=DAY, reason="goodwill")
    note = invoice(actor, ledger.customer, ledger.source, "G-1", -30_00)
    do_allocate(actor, kind="credit", due_item_id=item.pk, credit_item_id=note.pk, amount_minor=30_00, effective_on=DAY)
    do_allocate(actor, kind="source_settlement", due_item_id=item.pk, amount_minor=9_00, effective_on=DAY)
    do_set_effect(actor, customer_id=ledger.customer.pk, kind="sales_block", since=DAY, cause="step 5")
    do_hold(
        actor, customer_id=ledger.customer.pk, reason="dispute", since=DAY, due_item_id=item.pk, note="wrong colour"
    )
    do_hold(actor, customer_id=ledger.customer.pk, reason="promise", since=DAY)
    (batch,) = do_cut(actor)
    assert told(batch) == [
        ("invoice", "M-1", "receivable", "documents", 50_00),
        ("payment", "", "bank", "unapplied", 600_00),
        ("charge", "interest", "charges", "interest", 12_34),
        ("payment_applied", "R-1", "unapplied", "receivable", 600_00),
        ("write_off", "R-1", "write_off", "receivable", 1_00),
        ("waiver", "interest", "waiver", "charges", 12_34),
        ("credit_applied", "R-1", "receivable", "receivable", 30_00),
        ("source_settlement", "R-1", "settled_in_source", "receivable", 9_00),
        ("effect_set", "sales_block", "", "", None),
        ("hold_set", "dispute", "", "", None),
    ]
    assert (batch.number, batch.lines, batch.needed) == (1, 10, 9)
    paid = Posting.objects.get(kind="payment_applied")
    assert (paid.source_code, paid.source_key, paid.means, paid.customer_number) == ("erp", "R-1", "SEPA 1", "=7")
    assert do_cut(actor) == []
    assert AuditEntry.objects.get(action="cut_batch").detail["merkle_root"] == batch.merkle_root


def test_a_reversal_turns_the_accounts_and_names_what_it_takes_back(actor, ledger):
    made = do_allocate(
        actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=5_00, effective_on=DAY
    )
    do_cut(actor)
    do_reverse(actor, made.pk, effective_on=DAY, reason="wrong invoice")
    (batch,) = do_cut(actor)
    assert told(batch) == [("payment_applied", "R-1", "receivable", "unapplied", 5_00)]
    assert Posting.objects.get(batch=batch).reverses_id == made.pk


def test_a_block_is_told_again_when_it_is_lifted_and_only_then(actor, ledger):
    effect = do_set_effect(actor, customer_id=ledger.customer.pk, kind="delivery_stop", since=DAY, cause="x")
    hold = do_hold(actor, customer_id=ledger.customer.pk, reason="insolvency", since=DAY, until=DAY)
    do_cut(actor)
    assert do_cut(actor) == []
    do_lift_effect(actor, effect.pk, on=DAY, reason="paid")
    do_release_hold(actor, hold.pk, on=DAY, reason="closed")
    (batch,) = do_cut(actor)
    assert [(p.kind, p.what, p.revision, p.until) for p in Posting.objects.filter(batch=batch).order_by("line")] == [
        ("effect_lifted", "delivery_stop", 2, DAY),
        ("hold_released", "insolvency", 2, DAY),
    ]
    do_lift_effect(actor, effect.pk, on=DAY + timedelta(days=9), reason="not yet")
    (batch,) = do_cut(actor)
    assert [(p.kind, p.revision, p.until) for p in Posting.objects.filter(batch=batch)] == [
        ("effect_lifted", 3, DAY + timedelta(days=9))
    ]


def test_large_cuts_are_parted_and_the_same_key_cuts_once(actor, ledger):
    for n in range(1, 6):
        do_allocate(actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=n, effective_on=DAY)
    made = do_cut(actor, cut_key="2026-03-02", size=3)
    assert [(batch.number, batch.lines) for batch in made] == [(1, 3), (2, 3), (3, 1)]
    assert [amount for *_, amount in told(*made)] == [50_00, 600_00, 1, 2, 3, 4, 5]
    do_allocate(actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=6, effective_on=DAY)
    assert [batch.pk for batch in do_cut(actor, cut_key="2026-03-02", size=3)] == [batch.pk for batch in made]
    assert told(*do_cut(actor, cut_key="2026-03-03")) == [("payment_applied", "R-1", "unapplied", "receivable", 6)]


def test_what_is_recorded_later_than_the_cut_waits(actor, ledger):
    before = replace(actor, at=actor.at - timedelta(seconds=1))
    assert do_cut(before) == []
    assert len(told(*do_cut(actor))) == 2


def test_batches_are_never_changed(actor, ledger):
    (batch,) = do_cut(actor)
    for rows in (Posting.objects.all(), PostingBatch.objects.all()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(company_id=actor.company_id)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(DatabaseError), transaction.atomic():
        Posting.objects.create(**_again(batch))
    assert is_whole(batch)


def _again(batch: PostingBatch) -> dict:
    row = Posting.objects.filter(batch=batch).values().first()
    return {**row, "id": None, "line": 99}


def test_the_file_is_the_same_every_time_and_no_spreadsheet_runs_it(actor, company, ledger, tmp_path):
    (batch,) = do_cut(actor)
    first = files.hand_out(actor, company.code, batch, "csv", tmp_path)
    assert first.name == f"postings-acme-000001-{batch.merkle_root[:12]}.csv"
    assert (tmp_path / first.name).read_bytes() == first.content == files.as_bytes(company.code, batch, "csv")
    rows = list(csv.DictReader(io.StringIO(first.content.decode("utf-8-sig"))))
    assert [(r["line"], r["key"], r["customer"], r["amount"], r["debit"], r["credit"], r["answer"]) for r in rows] == [
        ("1", f"item:{ledger.own.pk}", "'=7", "50.00", "receivable", "documents", "needed"),
        ("2", f"payment:{ledger.paid.pk}", "'=7", "600.00", "bank", "unapplied", "needed"),
    ]
    given = json.loads(files.as_bytes(company.code, batch, "json"))
    assert (given["format"], given["batch"], given["count"], given["merkle_root"]) == (
        "fairdue postings v1", 1, 2, batch.merkle_root,
    )  # fmt: skip
    assert list(given["lines"][0]) == sorted(files.COLUMNS)
    assert [line["amount"] for line in given["lines"]] == ["50.00", "600.00"]
    assert Export.objects.get().sha256 == first.sha256
    assert files.waiting_batches(company.pk) == []


def test_an_answer_for_the_whole_batch_books_it_once(actor, ledger):
    do_cut(actor)
    done = do_acknowledge(actor, 1, [Given(None, True)], key="run 1", reference="FI-4711")
    assert (done.booked, done.refused, done.known) == (2, 0, False)
    again = do_acknowledge(actor, 1, [Given(None, True)], key="run 1", reference="FI-4711")
    assert (again.booked, again.known) == (2, True)
    third = do_acknowledge(actor, 1, [Given(None, True)], key="run 2")
    assert (third.booked, third.repeated) == (0, 2)
    assert (Acknowledgement.objects.count(), Answer.objects.count()) == (2, 2)
    assert list(queries.batches(actor.company_id, unanswered=True)) == []
    with pytest.raises(FormatError, match="used for another answer"):
        do_acknowledge(actor, 1, [Given(1, True)], key="run 1")
    with pytest.raises(FormatError, match="no batch 9"):
        do_acknowledge(actor, 9, [Given(None, True)], key="run 9")
    with pytest.raises(FormatError, match="other lines than ours"):
        do_acknowledge(actor, 1, [Given(None, True)], key="run 10", root="0" * 64)


def test_a_refused_line_is_a_task_and_stays_visible_until_it_is_booked(actor, ledger):
    do_cut(actor)
    given = [Given(1, True), Given(2, False, reason="period closed")]
    done = do_acknowledge(actor, 1, given, key="a")
    assert (done.booked, done.refused) == (1, 1)
    task = Task.objects.get()
    assert (task.reasons[0]["code"], task.reasons[0]["values"]["why"]) == ("books_lines_refused", "period closed")
    (batch,) = queries.batches(actor.company_id, unanswered=True)
    assert (batch.booked_lines, batch.refused_lines, batch.waiting_lines) == (1, 1, 0)
    assert [(p.is_booked, p.is_refused, p.refusal) for p in queries.lines(batch)] == [
        (True, False, None), (False, True, "period closed"),
    ]  # fmt: skip
    done = do_acknowledge(actor, 1, [Given(2, True, "FI-9")], key="b")
    assert (done.booked, done.mended) == (0, 1)
    (batch,) = queries.batches(actor.company_id)
    assert (batch.booked_lines, batch.refused_lines, batch.waiting_lines) == (2, 0, 0)
    assert [(p.is_booked, p.is_refused, p.booking) for p in queries.lines(batch)][1] == (True, False, "FI-9")


def test_bad_lines_of_an_answer_come_back_and_good_ones_count(actor, ledger):
    do_allocate(actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=5, effective_on=DAY)
    do_cut(actor)
    text = (
        b"batch;line;outcome;reference;reason\n1;1;booked;FI-1;\n1;7;booked;;\n1;2;refused;;\n1;3;perhaps;;\nx;1;booked;;\n"
        b"8;1;booked;;\n1;3;booked;;\n1;3;refused;;no\n"
    )
    result = answers.take(actor, answers.read(text, "answer.csv"))
    assert [(one.line, one.field, one.code) for one in result.refused] == [
        (3, "line", "books_no_line"), (4, "reason", "books_no_reason"), (5, "outcome", "books_outcome"),
        (6, "batch", "books_number"), (7, "batch", "books_no_batch"), (9, "line", "books_two_answers"),
    ]  # fmt: skip
    assert all(one.remedy for one in result.refused)
    assert [(one.number, one.booked, one.refused) for one in result.taken] == [(1, 1, 0)]
    again = answers.take(actor, answers.read(text, "answer.csv"))
    assert [(one.known, one.booked) for one in again.taken] == [(True, 1)]
    assert Answer.objects.count() == 1
    late = b"batch,line,outcome,reason\n1,1,refused,too late\n"
    assert [one.code for one in answers.take(actor, answers.read(late)).refused] == ["books_booked_before"]


def test_an_answer_in_json_names_the_batch_it_means(actor, ledger):
    (batch,) = do_cut(actor)
    given = {
        "batch": 1, "merkle_root": batch.merkle_root, "outcome": "booked", "reference": "FI-1",
        "lines": [{"line": 2, "outcome": "refused", "reason": "unknown payer"}, {"outcome": "booked"}],
    }  # fmt: skip
    result = answers.take(actor, answers.read(json.dumps(given).encode()))
    assert [(one.number, one.booked, one.refused) for one in result.taken] == [(1, 1, 1)]
    assert [one.code for one in result.refused] == ["books_number"]
    other = json.dumps({**given, "merkle_root": "1" * 64, "reference": "x"}).encode()
    assert {one.code for one in answers.take(actor, answers.read(other)).refused} == {
        "books_other_batch", "books_number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"number,ok\n1,yes\n", "lacks the column"),
        (b"\xff\xfe\x00", "neither CSV nor JSON"),
        (b"{", "neither CSV nor JSON"),
        (b"[1]", "neither CSV nor JSON"),
        (b'batch,line,outcome\n1,1,"booked\n', "neither CSV nor JSON"),
        (b"", "lacks the column"),
        (b"[" * 100_000, "neither CSV nor JSON"),
    ],
)
def test_what_is_no_answer_is_refused_whole(content: bytes, why: str):
    with pytest.raises(FormatError, match=why):
        answers.read(content, "answer.csv")


def test_the_oldest_unanswered_batch_is_a_task_until_it_is_answered(actor, ledger):
    do_cut(actor)
    later = replace(actor, at=actor.at + timedelta(days=3))
    assert do_remind(replace(actor, at=actor.at + timedelta(days=2)), 3) is None
    assert do_remind(later, 0) is None
    task = do_remind(later, 3)
    assert task is not None
    assert do_remind(later, 3).pk == task.pk
    assert (task.reasons[0]["values"]["number"], task.reasons[0]["values"]["count"]) == (1, 2)
    do_acknowledge(later, 1, [Given(None, True)], key="a")
    task.refresh_from_db()
    assert (task.done_at, task.outcome) == (later.at, "answered")


def test_who_may_not_exchange_postings_is_refused(actor, company, ledger):
    (batch,) = do_cut(actor)
    auditor = Actor(company.pk, actor.at, roles=frozenset({"auditor"}))
    for act in (
        lambda: do_cut(auditor),
        lambda: do_acknowledge(auditor, 1, [Given(None, True)], key="x"),
        lambda: files.hand_out(auditor, company.code, batch, "csv"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (Acknowledgement.objects.count(), Export.objects.count()) == (0, 0)


def test_the_accounts_in_the_statement_are_those_of_the_rule(actor, ledger):
    """The statement that cuts and the rule of the journal must name the same accounts for every kind of allocation."""
    item, paid = ledger.invoice, ledger.paid
    charge = do_charge(
        actor, customer_id=ledger.customer.pk, kind="fee", amount_minor=900, currency="EUR", effective_on=DAY, basis={}
    )
    note = invoice(actor, ledger.customer, ledger.source, "G-1", -900)
    for sides in (
        {"kind": "payment", "due_item_id": item.pk, "payment_id": paid.pk},
        {"kind": "payment", "charge_id": charge.pk, "payment_id": paid.pk},
        {"kind": "credit", "due_item_id": item.pk, "credit_item_id": note.pk},
        {"kind": "credit", "charge_id": charge.pk, "credit_item_id": note.pk},
        {"kind": "source_settlement", "due_item_id": item.pk},
        {"kind": "source_settlement", "credit_item_id": note.pk},
        *({"kind": kind, "due_item_id": item.pk, "reason": "r"} for kind in ("discount", "write_off", "waiver")),
        *({"kind": kind, "charge_id": charge.pk, "reason": "r"} for kind in ("discount", "write_off", "waiver")),
    ):
        made = do_allocate(actor, **sides, amount_minor=7, effective_on=DAY)
        do_reverse(actor, made.pk, effective_on=DAY, reason="test")
    Allocation.objects.create(
        company_id=actor.company_id, customer=ledger.customer, kind="source_settlement", payment=paid, currency="EUR",
        amount_minor=7, effective_on=DAY, recorded_at=actor.at,
    )  # fmt: skip
    do_cut(actor)
    for row in Allocation.objects.all():
        posting = Posting.objects.get(fact="allocation", row_id=row.pk)
        expected = rules.sides_of_allocation(
            row.kind, item=row.due_item_id is not None, charge=row.charge_id is not None,
            payment=row.payment_id is not None, reversal=row.amount_minor < 0,
        )  # fmt: skip
        assert (posting.debit, posting.credit) == (expected.debit, expected.credit), row.kind
    assert Posting.objects.filter(fact="allocation").count() == 25
