"""What programs do all day: walk lists, hand in copies, lists and mail, answer the books, ask why."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from api_sample import MAIL, OPEN_ITEMS, PNG, House, Program, upload
from django.db import connection

from fairdue.books.files import waiting_batches
from fairdue.books.models import Export
from fairdue.books.opening import OpeningError, do_open
from fairdue.contact.models import InboundMail
from fairdue.intake.models import Import
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Customer, DocumentFile, DueItem
from fairdue.ledger.queries import open_items


def invoices(house: House, count: int) -> None:
    for n in range(count):
        do_book_document(
            house.actor, customer_id=house.customer.pk, kind="invoice", number=f"L-{n}", issued_on=date(2026, 1, 5), currency="EUR",
            maturities=[Maturity(date(2026, 2, 4), 1_000 + n)],
        )  # fmt: skip


def walk(program: Program, path: str, limit: int) -> tuple[list[dict], int]:
    rows, cursor, pages = [], "", 0
    while cursor is not None:
        told = program.get(f"{path}{'&' if '?' in path else '?'}limit={limit}&cursor={cursor}").json()
        rows, cursor, pages = rows + told["items"], told["next"], pages + 1
    return rows, pages


def test_pages_give_every_open_item_once_as_the_ledger_has_it(ours: House, program: Program):
    invoices(ours, 11)
    rows, pages = walk(program, "/open-items", 5)
    known = {one.due_item_id: one for one in open_items(ours.company.pk, ours.actor.at.date())}
    assert (len(rows), pages, len({row["id"] for row in rows})) == (12, 3, 12)
    for row in rows:
        one = known[row["id"]]
        assert (row["open_minor"], row["held_minor"], row["due_on"], row["document"]) == (
            one.open_minor, one.held_minor, one.due_on.isoformat(), one.document_number,
        )  # fmt: skip
    assert rows[0]["hold_reasons"] == ["dispute"]
    assert (rows[0]["held_minor"], rows[0]["days_overdue"]) == (10_000, 27)


def test_a_row_that_comes_meanwhile_shifts_nothing(ours: House, program: Program):
    invoices(ours, 4)
    first = program.get("/open-items?limit=3").json()
    do_book_document(
        ours.actor, customer_id=ours.customer.pk, kind="invoice", number="late", issued_on=date(2025, 1, 5), currency="EUR",
        maturities=[Maturity(date(2025, 2, 4), 1)],
    )  # fmt: skip
    second = program.get(f"/open-items?limit=3&cursor={first['next']}").json()
    ids = [row["id"] for row in first["items"] + second["items"]]
    assert ids == sorted(set(ids))
    assert (len(ids), second["next"]) == (6, None)


def test_open_items_before_they_were_due_to_the_ledger(ours: House, program: Program):
    assert program.get("/open-items?as_of=2026-01-04").json()["items"] == []
    assert len(program.get("/open-items?customer=04711&as_of=2026-01-05").json()["items"]) == 1


@pytest.mark.parametrize("path", ["/open-items", "/customers", "/holds", "/documents/files", "/postings/batches"])
def test_a_page_costs_the_same_however_long(path: str, ours: House, program: Program, django_assert_max_num_queries):
    invoices(ours, 30)
    assert program.get(path).status_code == 200
    with django_assert_max_num_queries(8 if connection.vendor == "postgresql" else 5):
        assert program.get(path).status_code == 200


def test_why_is_data_with_codes_and_texts(ours: House, program: Program):
    told = program.get("/customers/4711/why").json()
    chinese = Program(program.token, "zh-hans").get("/customers/4711/why").json()
    assert (told["customer"], told["policy"], told["as_of"]) == ("4711", "flexible", "2026-03-03")
    checks = {check["check"]: check for case in told["cases"] for check in case["checks"]}
    assert "why_part_held" in [fact["code"] for fact in checks["holds"]["facts"]], sorted(checks)
    assert [one["code"] for one in told["cases"][0]["reasons"]] == [
        one["code"] for one in chinese["cases"][0]["reasons"]
    ]
    assert told["cases"][0]["reasons"] != chinese["cases"][0]["reasons"]


def test_a_copy_goes_to_its_document_and_is_listed_fetched_and_no_longer_missing(ours: House, program: Program):
    missing = program.get("/documents/missing?kind=delivery_proof").json()["items"]
    assert [(row["document"], row["open_minor"]) for row in missing] == [("R-Quernstein", 119_000)]
    sent = {"files": upload("proof.png", PNG), "document": "R-Quernstein", "kind": "delivery_proof"}
    told = program.post("/documents/files", sent, media="multipart").json()
    (file,) = told["files"]
    assert (told["new"], told["known"], file["kind"], file["new"]) == (1, 0, "delivery_proof", True)
    assert program.get("/documents/missing?kind=delivery_proof").json()["items"] == []
    assert [row["id"] for row in program.get("/documents/files?kind=delivery_proof&customer=4711").json()["items"]] == [
        file["id"]
    ]
    content = program.get(f"/documents/files/{file['id']}/content")
    assert (content.content, content["Content-Type"]) == (PNG, "image/png")
    assert content["Content-Disposition"].startswith("attachment")
    assert content["Content-Security-Policy"].startswith("sandbox")
    assert DocumentFile.objects.get(pk=file["id"]).origin == "api"


def test_a_zip_is_sorted_by_names_and_bad_members_come_back_with_a_remedy(ours: House, program: Program):
    do_book_document(
        ours.actor, customer_id=ours.customer.pk, kind="invoice", number="RE-202617", issued_on=date(2026, 1, 5), currency="EUR",
        maturities=[Maturity(date(2026, 2, 4), 1)],
    )  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("invoice_RE-202617.png", PNG)
        zipped.writestr("RE-202617.exe", b"MZ")
    told = program.post(
        "/documents/files", {"files": upload("copies.zip", packed.getvalue())}, media="multipart"
    ).json()
    assert (told["new"], [one["code"] for one in told["refused"]]) == (1, ["copy_not_known"])
    assert told["refused"][0]["remedy"]


def test_hostile_files_are_refused_and_nothing_is_kept(ours: House, program: Program):
    before = DocumentFile.objects.count()
    script = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>"
    for name, data in (
        ("R-Quernstein.exe", b"MZ\x90"),
        ("R-Quernstein.pdf", script),
        ("../../R-Quernstein.svg", b"<svg/>"),
    ):
        sent = {"files": upload(name, data), "document": "R-Quernstein"}
        answer = program.post("/documents/files", sent, media="multipart")
        assert (answer.status_code, answer.json()["code"]) == (422, "contents"), name
        assert answer.json()["errors"][0]["remedy"]
    assert DocumentFile.objects.count() == before


def test_the_books_fetch_a_batch_and_answer_line_by_line(ours: House):
    books = ours.program("postings:ack", name="ERP")
    (row,) = books.get("/postings/batches?unacknowledged=true").json()["items"]
    assert (row["number"], row["lines"], row["handed_out_at"]) == (1, ours.batch.lines, None)
    first = books.get("/postings/batches/1")
    assert (first.json()["merkle_root"], len(first.json()["lines"])) == (row["merkle_root"], row["lines"])
    assert books.get("/postings/batches/1", If_None_Match=first["ETag"]).status_code == 304
    assert not Export.objects.exists(), "reading counts for nothing, also for the books' own program"
    taken = books.post("/postings/batches/1/handout", {"format": "json"}, key="take-1")
    assert taken.json()["handed_out_at"] is not None
    assert books.post("/postings/batches/1/handout", {"format": "json"}, key="take-1")["Idempotent-Replayed"] == "true"
    assert list(Export.objects.values_list("by", "format")) == [("ERP", "json")]
    assert waiting_batches(ours.company.pk) == []
    table = list(csv.DictReader(io.StringIO(books.get("/postings/batches/1.csv").content.decode("utf-8-sig"))))
    assert [int(line["line"]) for line in table] == list(range(1, row["lines"] + 1))
    given = {
        "merkle_root": row["merkle_root"], "reference": "FI-1",
        "lines": [{"line": 1, "outcome": "refused", "reason": "period closed"}, {"line": 99, "outcome": "booked"},
                  {"line": 2, "outcome": "refused"}],
    }  # fmt: skip
    told = books.post("/postings/batches/1/acknowledgement", given).json()
    assert (told["refused"], [(one["line"], one["code"]) for one in told["errors"]]) == (
        1,
        [(2, "books_no_line"), (3, "books_no_reason")],
    )
    told = books.post("/postings/batches/1/acknowledgement", {"outcome": "booked", "reference": "FI-2"}).json()
    assert told["mended"] == 1
    assert books.get("/postings/batches?unacknowledged=true").json()["items"] == []


def test_books_that_answer_a_batch_had_it(ours: House):
    """A connector that reads and answers, and never says that it took the file: nobody hands the batch out again."""
    books = ours.program("postings:ack")
    assert [one.number for one in waiting_batches(ours.company.pk)] == [1]
    books.post("/postings/batches/1/acknowledgement", {"outcome": "booked"})
    assert waiting_batches(ours.company.pk) == []
    assert books.get("/postings/batches").json()["items"][0]["handed_out_at"] is not None
    with pytest.raises(OpeningError):
        do_open(ours.actor, ours.actor.at.date())


def test_the_opening_is_never_handed_out(ours: House):
    do_open(ours.actor, ours.actor.at.date())
    books = ours.program("postings:ack")
    answer = books.post("/postings/batches/1/handout", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "state")
    assert books.get("/postings/batches").json()["items"][0]["handed_out_at"] is None
    assert not Export.objects.exists()


def test_reading_a_batch_is_not_taking_it(ours: House):
    assert ours.program("read").get("/postings/batches/1").status_code == 200
    assert not Export.objects.exists()


def test_an_answer_for_another_batch_changes_nothing(ours: House, program: Program):
    answer = program.post("/postings/batches/1/acknowledgement", {"outcome": "booked", "merkle_root": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (409, "state")
    assert program.post("/postings/batches/1/acknowledgement", {}).status_code == 422
    assert program.get("/postings/batches").json()["items"][0]["booked"] == 0


def test_good_rows_go_in_and_bad_ones_come_back_by_field(ours: House, program: Program):
    table = OPEN_ITEMS + "C-2;Sued GmbH;R-10;2026-02-01;2026-03-01;12,x;EUR;DE\n"
    answer = program.post(
        "/imports", {"file": upload("items.csv", table.encode()), "source": "erp2"}, media="multipart"
    )
    told = answer.json()
    assert (answer.status_code, told["state"], told["kind"]) == (201, "written", "open_items")
    assert (told["counts"]["new"], told["counts"]["refused"]) == (1, 1)
    (row,) = told["refused"]
    assert (row["line"], row["field"], row["code"], bool(row["remedy"])) == (3, "amount", "amount_unreadable", True)
    assert program.get(f"/imports/{told['id']}").json()["refused"][0]["line"] == 3
    assert program.get(f"/imports/{told['id']}/refused.csv").content.startswith(b"\xef\xbb\xbf")
    assert DueItem.objects.get(document__number="R-9").amount_minor == 120_050
    assert Import.objects.get(pk=told["id"]).recorded_by == "Program"


def test_rows_as_json_are_the_same_list(ours: House, program: Program):
    rows = list(csv.DictReader(io.StringIO(OPEN_ITEMS), delimiter=";"))
    told = program.post("/imports/rows", {"source": "shop", "rows": rows}).json()
    assert (told["state"], told["counts"]["new"]) == ("written", 1)
    assert DueItem.objects.get(document__number="R-9").amount_minor == 120_050
    assert Customer.objects.get(company=ours.company, number="C-1").name == "Nord GmbH"
    answer = program.post("/imports/rows", {"source": "shop", "rows": [rows[0] | {"Amount": 1200.5}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "contents")


def test_what_a_table_leaves_open_is_asked_and_nothing_is_written(ours: House, program: Program):
    table = "Customer;Name;Invoice;Date;Due;Amount\nC-1;Nord;R-9;2026-02-01;2026-03-01;1200.50\n"
    answer = program.post("/imports", {"file": upload("a.csv", table.encode()), "source": "erp2"}, media="multipart")
    asked = answer.json()
    assert (answer.status_code, asked["code"]) == (422, "questions")
    assert "currency" in [one["field"] for one in asked["errors"]]
    assert not Import.objects.filter(source__code="erp2").exists()
    more = {"file": upload("a.csv", table.encode()), "source": "erp2", "defaults": "currency=EUR\ncountry=DE"}
    assert program.post("/imports", more, media="multipart").json()["state"] == "written"


def test_a_list_that_must_be_looked_at_waits_and_no_token_confirms_it(ours: House, program: Program):
    sent = {"file": upload("a.csv", OPEN_ITEMS.encode()), "source": "erp2", "control": "EUR=1.00"}
    told = program.post("/imports", sent, media="multipart").json()
    assert told["state"] == "waiting"
    assert not DueItem.objects.filter(document__number="R-9").exists()
    assert told["reasons"][0]["text"]


def test_a_mail_is_handed_in_once(ours: House, program: Program):
    mail = MAIL % b"one"
    told = program.post("/inbox", mail, media="message/rfc822").json()
    again = program.post("/inbox", mail, media="message/rfc822").json()
    assert (again["what"], again["mail_id"]) == ("known", told["mail_id"])
    assert InboundMail.objects.get().way == "api"
    assert program.post("/inbox", b" ", media="message/rfc822").status_code == 422
    assert program.post("/inbox", mail, media="text/plain").status_code == 415
