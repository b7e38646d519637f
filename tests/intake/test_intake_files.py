"""Whole files: real exports with automatic mapping, the same file twice, refused rows mended and brought again."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.db.models import Sum

from fairdue.contact import blobs
from fairdue.intake import bring
from fairdue.intake.models import Import
from fairdue.ledger import audit_texts, queries
from fairdue.ledger.models import AuditEntry, Contact, Customer, DueItem, Source

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def lines(*texts: str) -> str:
    return "".join(text + "\n" for text in texts)


def give(
    actor,
    data: bytes,
    *,
    source: str = "erp",
    day: date = DAY,
    answers: dict[str, str] | None = None,
    kind=None,
    **more,
) -> Import:
    known = Source.objects.filter(company_id=actor.company_id, code=source).first()
    reading = bring.read_for(known, data, "file.csv", as_of=day, kind=kind, answers=answers)
    return bring.do_bring(actor, source, reading, as_of=day, **more)


CUT = 1_000
"""Rows of the large real sets read here; ``bench/intake.py`` reads them whole."""
REAL = [
    ("b2b-invoices/closed_train.csv", {"currency": "USD"}, 1_000, {"USD": 3066514320}, {}),
    ("b2b-invoices/later_open.csv", {"currency": "USD"}, 1_000, {"USD": 3797217215}, None),
    ("b2b-invoices/open_full_columns_raw.csv", {}, 1_000, {"USD": 2445093726, "CAD": 446173776}, None),
    ("ibm-receivables/receivables_raw_dmy.csv", {"currency": "USD"}, 1_972, {"USD": 11772678}, {}),
    ("ibm-receivables/later_open.csv", {"currency": "USD"}, 494, {"USD": 2997640}, None),
]
"""File, answers, rows, booked minor units by currency as added up from the file apart from the product, and what is open
(None: all of it)."""


@pytest.mark.shared
@pytest.mark.parametrize(("path", "answers", "rows", "booked", "still_open"), REAL, ids=[row[0] for row in REAL])
def test_real_exports_load_with_automatic_mapping(actor, shared: Path, path, answers, rows, booked, still_open):
    data = (shared / path).read_bytes()
    if rows == CUT:
        data = b"".join(data.splitlines(keepends=True)[: CUT + 1])
    day = date(2020, 6, 1)
    done = give(actor, data, day=day, answers=answers)
    assert (done.state, done.counts["new"], done.counts["refused"]) == ("written", rows, 0)
    assert dict(DueItem.objects.values_list("currency").annotate(total=Sum("amount_minor"))) == booked
    found: dict[str, int] = {}
    for item in queries.open_items(actor.company_id, day):
        found[item.currency] = found.get(item.currency, 0) + item.open_minor
    assert found == (booked if still_open is None else still_open)
    again = give(actor, data, day=day)
    assert (again.counts["new"], again.counts["unchanged"], again.counts["changed"]) == (0, rows, 0)
    assert DueItem.objects.count() == rows


ITEMS = """customer no;customer name;invoice no;invoice date;due date;currency;open amount
0017;Muster AG;R1;01.02.2026;03.03.2026;EUR;1.234,50
0017;Muster AG;R2;15.02.2026;17.03.2026;EUR;abc
0018;Beispiel KG;R3;31.02.2026;17.03.2026;EUR;10,00
0018;Beispiel KG;R4;20.02.2026;22.03.2026;EUR;-99,00
"""


def test_good_rows_go_in_and_refused_rows_come_back_mended(actor):
    first = give(actor, ITEMS.encode())
    assert first.counts == {"new": 2, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 2}
    refused = list(csv.DictReader(io.StringIO(first.refused_csv)))
    assert [row["fairdue_line"] for row in refused] == ["3", "4"]
    assert all(row["fairdue_reason"] and row["fairdue_remedy"] for row in refused)
    mended = first.refused_csv.replace(",abc,", ',"20,00",').replace("31.02.2026", "28.02.2026")
    second = give(actor, mended.encode("utf-8-sig"))
    assert second.counts == {"new": 2, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 0}
    open_now = {item.document_number: item.open_minor for item in queries.open_items(actor.company_id, DAY)}
    assert open_now == {"R1": 1234_50, "R2": 20_00, "R3": 10_00, "R4": -99_00}


def test_a_row_against_the_ledger_is_refused_with_its_line(actor):
    give(actor, ITEMS.encode())
    other = ITEMS.replace("R1;01.02.2026;03.03.2026;EUR", "R1;01.02.2026;03.03.2026;USD")
    done = give(actor, other.encode())
    refused = {row["fairdue_line"]: row["fairdue_reason"] for row in csv.DictReader(io.StringIO(done.refused_csv))}
    assert refused["2"] == "R1 is in EUR in the ledger and in USD in the file."
    assert done.counts["unchanged"] == 1


def test_questions_are_asked_once_and_the_answer_is_remembered(actor):
    table = ITEMS.replace(";currency", "").replace(";EUR", "")
    reading = bring.read_for(None, table.encode(), "x.csv", as_of=DAY)
    assert [q.key for q in reading.mapping.questions if q.blocking] == ["currency"]
    with pytest.raises(bring.actions.IntakeError, match="currency"):
        bring.do_bring(actor, "erp", reading, as_of=DAY)
    assert (Import.objects.count(), Customer.objects.count()) == (0, 0)
    give(actor, table.encode(), answers={"currency": "CHF"})
    done = give(actor, table.encode())
    assert (done.defaults["currency"], done.counts["unchanged"]) == ("CHF", 2)


def test_chinese_and_german_headings_in_their_encodings(actor):
    chinese = "客户编号,客户名称,发票号码,开票日期,到期日,币种,未清金额\n"
    chinese += '1001,上海某某有限公司,FP001,2026年1月5日,2026年2月4日,CNY,"12,345.60"\n'
    done = give(actor, chinese.encode("gb18030"), source="cn")
    assert done.counts["new"] == 1
    german = lines(
        "Kundennummer;Name;Belegnummer;Belegdatum;Fälligkeit;Währung;Offener Betrag",
        "2001;Öl & Gas GmbH;B1;05.01.2026;04.02.2026;EUR;99,90",
    )
    assert give(actor, german.encode("cp1252"), source="de").counts["new"] == 1
    assert Customer.objects.get(number="1001").name == "上海某某有限公司"
    assert Customer.objects.get(number="2001").name == "Öl & Gas GmbH"


def test_customers_and_contacts_are_brought_up_to_date(actor):
    customers = lines(
        "customer number,name,street,postcode,city,country,language,email",
        "7,Dupont SARL,1 rue A,75001,Paris,FR,French,pay@dupont.example",
    )
    assert give(actor, customers.encode(), source="crm").counts["new"] == 1
    moved = customers.replace("1 rue A", "2 rue B")
    assert give(actor, moved.encode(), source="crm").counts == {
        "new": 0,
        "changed": 1,
        "unchanged": 0,
        "vanished": 0,
        "refused": 0,
    }
    customer = Customer.objects.get()
    assert (customer.street, customer.language, customer.country) == ("2 rue B", "fr", "FR")
    contacts = lines(
        "customer number,contact name,role,email,phone",
        "7,Anne Petit,Purchasing manager,anne@dupont.example,+33 1",
        "9,Nobody,Accounts payable,x@y.example,",
    )
    done = give(actor, contacts.encode(), source="crm")
    assert done.counts == {"new": 1, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 1}
    assert "There is no customer 9" in done.refused_csv
    assert sorted(Contact.objects.values_list("email", flat=True)) == ["anne@dupont.example", "pay@dupont.example"]


def test_a_dispute_in_the_list_holds_until_the_list_drops_it(actor):
    table = lines(
        "customer,invoice,issued,due,currency,amount,disputed",
        "7,R1,2026-01-05,2026-02-04,EUR,100.00,yes",
        "7,R2,2026-01-05,2026-02-04,EUR,50.00,no",
    )
    give(actor, table.encode())
    assert {i.document_number: i.held_minor for i in queries.open_items(actor.company_id, actor.at.date())} == {
        "R1": 100_00,
        "R2": 0,
    }
    give(actor, table.replace("yes", "no").encode())
    assert {i.held_minor for i in queries.open_items(actor.company_id, actor.at.date())} == {0}


def test_a_dispute_named_again_holds_again_and_a_partial_list_touches_only_what_it_names(actor):
    table = "customer,invoice,issued,due,currency,amount,disputed\n7,R1,2026-01-05,2026-02-04,EUR,100.00,yes\n"
    held = lambda: [i.held_minor for i in queries.open_items(actor.company_id, actor.at.date())]  # noqa: E731
    give(actor, table.encode())
    give(actor, table.replace("7,R1", "7,R9").replace("yes", "no").encode())
    assert sorted(held()) == [0, 100_00]
    give(actor, table.replace(",disputed", "").replace(",yes", "").encode())
    assert sorted(held()) == [0, 100_00]
    give(actor, table.replace("yes", "no").encode())
    assert held() == [0, 0]
    give(actor, table.encode())
    assert sorted(held()) == [0, 100_00]


LIST = """customer no;customer name;invoice no;invoice date;due date;currency;open amount
0017;Muster AG;R1;01.02.2026;03.03.2026;EUR;100,00
0017;Muster AG;R2;13.02.2026;17.03.2026;EUR;200,00
0018;Beispiel KG;R3;20.02.2026;22.03.2026;EUR;300,00
"""


def test_a_refused_row_of_a_full_list_never_settles_its_item_and_mended_rows_are_no_whole_list(actor):
    give(actor, LIST.encode(), full=True)
    broken = LIST.replace("R2;13.02.2026;17.03.2026;EUR;200,00", "R2;02.02.2026;03.03.2026;EUR;abc")
    broken = broken.replace("0018;Beispiel KG;R3;20.02.2026;22.03.2026;EUR;300,00\n", "")
    first = give(actor, broken.encode())
    assert first.counts == {"new": 0, "changed": 0, "unchanged": 1, "vanished": 1, "refused": 1}
    open_now = {item.document_number: item.open_minor for item in queries.open_items(actor.company_id, DAY)}
    assert open_now == {"R1": 100_00, "R2": 200_00}
    assert {"code": "intake_refused_may_list", "values": {"count": 1}} in first.reasons
    # The one mended row cannot prove by itself that its dates are day first; its list did.
    second = give(actor, first.refused_csv.replace(",abc,", ',"150,00",').encode("utf-8-sig"))
    assert second.counts == {"new": 0, "changed": 1, "unchanged": 0, "vanished": 0, "refused": 0}
    open_now = {item.document_number: item.open_minor for item in queries.open_items(actor.company_id, DAY)}
    assert open_now == {"R1": 100_00, "R2": 150_00}
    assert queries.open_items(actor.company_id, DAY)[0].due_on == date(2026, 3, 3)
    assert [done.complete for done in Import.objects.order_by("id")] == [True, True, False]


def test_refused_rows_of_a_workbook_come_back_mended(actor):
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, heading in enumerate(
        ("Customer no", "Invoice no", "Invoice date", "Due date", "Currency", "Open amount")
    ):
        sheet.write(0, column, heading)
    for line, (number, amount) in enumerate(
        [("R1", 1234.5), ("R2", "abc"), ("=cmd", "x"), ("R4", 1.25), ("R5", 2.5)], 1
    ):
        sheet.write_row(line, 0, [17.0])
        sheet.write_string(line, 1, number)
        sheet.write_datetime(line, 2, date(2026, 2, 3), day)
        sheet.write_datetime(line, 3, date(2026, 3, 4), day)
        sheet.write_row(line, 4, ["EUR", amount])
    book.close()
    first = give(actor, out.getvalue())
    assert (first.counts["new"], first.counts["refused"]) == (3, 2)
    assert "'=cmd" in first.refused_csv
    mended = first.refused_csv.replace(",abc,", ",20.25,").replace(",x,", ",30.75,")
    second = give(actor, mended.encode("utf-8-sig"))
    assert (second.counts["new"], second.counts["refused"]) == (2, 0)
    found = {i.document_number: i.open_minor for i in queries.open_items(actor.company_id, DAY)}
    assert found == {"R1": 1234_50, "R2": 20_25, "=cmd": 30_75, "R4": 1_25, "R5": 2_50}
    days = {(i.issued_on, i.due_on) for i in queries.open_items(actor.company_id, DAY)}
    assert days == {(date(2026, 2, 3), date(2026, 3, 4))}
    assert Customer.objects.get().number == "17"


def test_customers_by_name_only_are_one_and_meet_a_known_customer_of_that_name(actor):
    table = lines(
        "customer name,invoice,issued,due,currency,amount",
        "Muster AG,R1,2026-01-05,2026-02-04,EUR,10.00",
        "MUSTER  AG,R2,2026-01-05,2026-02-04,EUR,20.00",
    )
    table += "A" * 80 + ",R3,2026-01-05,2026-02-04,EUR,1.00\n" + "A" * 79 + "B,R4,2026-01-05,2026-02-04,EUR,1.00\n"
    give(actor, table.encode())
    assert Customer.objects.count() == 3
    assert give(actor, table.encode()).counts["unchanged"] == 4
    give(actor, LIST.encode(), source="other")
    named = "customer name,invoice,issued,due,currency,amount\nBeispiel KG,R8,2026-01-05,2026-02-04,EUR,10.00\n"
    give(actor, named.encode(), source="third")
    assert DueItem.objects.get(document__number="R8").customer.number == "0018"
    assert give(actor, named.encode(), source="third").counts["unchanged"] == 1


def test_rows_without_a_number_stay_the_same_whatever_day_the_file_is_said_to_be_of(actor):
    table = "customer,due date,currency,open amount\n7,2026-05-01,EUR,10.00\n7,2026-01-01,EUR,20.00\n"
    give(actor, table.encode(), full=True)
    again = give(actor, table.encode(), day=date(2026, 3, 3))
    assert (again.counts["unchanged"], again.counts["new"], again.counts["vanished"]) == (2, 0, 0)


def test_an_email_in_the_list_becomes_a_payables_contact_once(actor):
    table = lines(
        "customer,invoice,issued,due,currency,amount,email",
        "7,R1,2026-01-05,2026-02-04,EUR,1.00,Pay@x.example",
        "7,R2,2026-01-05,2026-02-04,EUR,1.00,pay@x.example",
    )
    give(actor, table.encode())
    give(actor, table.replace("R2", "R3").encode())
    assert list(Contact.objects.values_list("purpose", "channel")) == [("payables", "email")]


def test_company_codes_are_filtered_by_an_answer_and_another_answer_waits(actor):
    table = lines(
        "company code,customer,invoice,issued,due,currency,amount",
        "DE01,7,R1,2026-01-05,2026-02-04,EUR,1.00",
        "US01,7,R2,2026-01-05,2026-02-04,EUR,2.00",
    )
    first = give(actor, table.encode(), full=True, answers={"company_code": "DE01"})
    assert (first.counts["new"], sum(queries.open_amounts(actor.company_id, DAY).values())) == (1, 1_00)
    assert give(actor, table.encode()).counts["unchanged"] == 1
    other = give(actor, table.encode(), answers={"company_code": "US01"})
    assert (other.state, other.reasons[0]["code"]) == ("waiting", "intake_other_companies")
    assert sum(queries.open_amounts(actor.company_id, DAY).values()) == 1_00


def test_a_waiting_file_is_kept_by_its_hash_and_confirmed_or_dropped_later(actor):
    give(actor, LIST.encode(), full=True)
    late = LIST.replace("100,00", "50,00").encode()
    waiting = give(actor, late, day=date(2026, 2, 1))
    assert (waiting.state, waiting.reasons[0]["code"]) == ("waiting", "intake_older_file")
    assert give(actor, late, day=date(2026, 2, 1)).pk == waiting.pk
    written = bring.do_confirm(actor, waiting.pk)
    assert (written.pk, written.state, written.counts["changed"]) == (waiting.pk, "written", 1)
    with pytest.raises(bring.actions.IntakeError):
        bring.actions.do_drop(actor, waiting.pk)
    other = give(actor, late.replace(b"200", b"20"), day=date(2026, 2, 1))
    assert bring.actions.do_drop(actor, other.pk).state == "dropped"
    assert blobs.get(waiting.company_id, waiting.file_sha256) == late


def test_the_wait_for_vanishing_follows_the_share_set_for_the_source(actor):
    many = "customer,invoice,issued,due,currency,amount\n" + "".join(
        f"7,R{n},2026-01-05,2026-02-04,EUR,1.00\n" for n in range(20)
    )
    give(actor, many.encode(), full=True)
    source = Source.objects.get(code="erp")
    bring.actions.do_set_vanished_share(actor, source, "open_items", 0)
    waiting = give(actor, many.rsplit("7,R19", 1)[0].encode())
    assert (waiting.state, waiting.reasons[0]["values"]) == ("waiting", {"open": 20, "vanished": 1})
    bring.actions.do_set_vanished_share(actor, source, "open_items", 50_000)
    assert bring.do_confirm(actor, waiting.pk).counts["vanished"] == 1


PAID = "payment date,customer number,invoice number,amount,currency,payment number\n"


def test_payments_find_padded_numbers_and_invoices_of_the_only_customer_that_has_them(actor):
    table = lines(
        "customer,invoice,issued,due,currency,amount",
        "0017,000123,2026-01-05,2026-02-04,EUR,100.00",
        "18,R7,2026-01-05,2026-02-04,EUR,50.00",
        "19,R7,2026-01-05,2026-02-04,EUR,50.00",
    )
    give(actor, table.encode())
    paid = PAID + lines(
        "2026-02-01,17,123,40.00,EUR,P1",
        "2026-02-01,,000123,10.00,EUR,P2",
        "2026-02-01,,R7,50.00,EUR,P3",
        "2026-02-01,17,R7,50.00,EUR,P4",
        "2026-02-01,17,,-5.00,EUR,P5",
    )
    done = give(actor, paid.encode(), source="bank", kind="payments")
    assert (done.counts["new"], done.counts["refused"]) == (4, 1)
    found = sorted((i.document_number, i.open_minor) for i in queries.open_items(actor.company_id, DAY))
    assert found == [("000123", 50_00), ("R7", 50_00), ("R7", 50_00)]
    again = give(
        actor, (PAID + "2026-02-01,17,123,40.00,EUR,P1\n2026-02-02,17,123,40.00,EUR,P1\n").encode(), source="bank"
    )
    assert (again.counts["unchanged"], again.counts["new"]) == (1, 1)


def test_a_control_total_of_payments_that_differs_waits(actor):
    paid = (PAID + "2026-02-01,17,123,40.00,EUR,P1\n").encode()
    waiting = give(actor, paid, source="bank", totals={"EUR": 41_00})
    assert (waiting.state, queries.unapplied_payments(actor.company_id, DAY)) == ("waiting", [])


def test_a_row_that_its_file_calls_closed_is_settled_even_in_a_partial_list(actor):
    table = lines(
        "customer,invoice,issued,due,currency,amount,isOpen",
        "7,R1,2026-01-05,2026-02-04,EUR,10.00,1",
        "7,R2,2026-01-05,2026-02-04,EUR,20.00,0",
    )
    give(actor, table.encode())
    assert [i.document_number for i in queries.open_items(actor.company_id, DAY)] == ["R1"]
    done = give(actor, table.replace("10.00,1", "10.00,0").encode(), day=date(2026, 3, 3))
    assert (done.counts["changed"], done.counts["unchanged"]) == (1, 1)
    assert queries.open_items(actor.company_id, date(2026, 3, 3)) == []
    assert give(actor, table.replace("10.00,1", "10.00,0").encode(), day=date(2026, 3, 3)).counts["unchanged"] == 2


def overtaken(actor, monkeypatch, times: int) -> list[int]:
    """Let somebody pay R1 between an import's plan and its writing, so many times; give the moments as a list."""
    from fairdue.ledger.actions import do_allocate, do_book_payment

    moments: list[int] = []
    real = bring.refused_file

    def meanwhile(reading, more=()):
        if len(moments) < times:
            moments.append(len(moments))
            item = DueItem.objects.get(document__number="R1")
            paid = do_book_payment(
                actor, amount_minor=30_00, currency="EUR", effective_on=DAY, customer_id=item.customer_id
            )
            do_allocate(actor, amount_minor=30_00, effective_on=DAY, due_item_id=item.pk, payment_id=paid.pk)
        return real(reading, more)

    monkeypatch.setattr(bring, "refused_file", meanwhile)
    return moments


LISTED = "customer,invoice,issued,due,currency,amount\n17,R1,2026-01-05,2026-02-04,EUR,100.00\n"


def test_a_file_that_is_overtaken_is_planned_and_written_once_more(actor, monkeypatch):
    give(actor, (LISTED + "17,R2,2026-01-05,2026-02-04,EUR,5.00\n").encode(), full=True)
    moments = overtaken(actor, monkeypatch, 1)
    rest = LISTED.replace("R1", "R2").replace("100.00", "5.00")
    done = give(actor, rest.encode(), full=True, confirmed=True)
    assert len(moments) == 1
    assert (done.state, done.counts["vanished"]) == ("written", 1)
    assert [(i.document_number, i.open_minor) for i in queries.open_items(actor.company_id, DAY)] == [("R2", 5_00)]


def test_a_file_that_is_overtaken_twice_asks_for_another_import_and_changes_nothing(actor, monkeypatch):
    give(actor, (LISTED + "17,R2,2026-01-05,2026-02-04,EUR,5.00\n").encode(), full=True)
    overtaken(actor, monkeypatch, 2)
    rest = LISTED.replace("R1", "R2").replace("100.00", "5.00")
    with pytest.raises(bring.actions.IntakeError, match="import the file again"):
        give(actor, rest.encode(), full=True, confirmed=True)
    assert Import.objects.count() == 1
    assert sorted((i.document_number, i.open_minor) for i in queries.open_items(actor.company_id, DAY)) == [
        ("R1", 100_00),
        ("R2", 5_00),
    ]


def test_a_customers_list_brings_the_facts_that_law_asks_for_with_their_source(actor):
    listed = lines(
        "customer number,name,country,Natural person,Public sector,Company size,agri food",
        "7,Dupont SARL,FR,no,yes,small,",
        "8,Jean Petit,FR,oui,non,micro,unknown",
        "9,Müller,DE,,,,",
    )
    give(actor, listed.encode(), source="crm")
    dupont, petit, mueller = Customer.objects.order_by("number")
    assert (dupont.natural_person, dupont.public_body, dupont.size, dupont.agri_food) == (
        "no",
        "yes",
        "small",
        "unknown",
    )
    assert (petit.natural_person, petit.public_body, petit.size) == ("yes", "no", "micro")
    assert (mueller.natural_person, mueller.size) == ("unknown", "unknown")
    told = AuditEntry.objects.filter(action="set_party_facts").order_by("id")
    assert [entry.subject for entry in told] == [f"customer:{dupont.pk}", f"customer:{petit.pk}"]
    assert told[0].detail["natural_person"] == "no"
    assert audit_texts.said(told[0], list(told[0].texts.all()))["found_in"] == "file.csv"
    empty = listed.replace("FR,no,yes,small,", "FR,,,,").replace("oui,non,micro,unknown", "unknown,,,")
    give(actor, empty.encode(), source="crm")
    dupont.refresh_from_db()
    petit.refresh_from_db()
    assert (dupont.natural_person, dupont.public_body, dupont.size) == ("no", "yes", "small"), "empty changes nothing"
    assert (petit.natural_person, petit.size) == ("unknown", "micro"), "unknown takes a fact back"
    assert AuditEntry.objects.filter(action="set_party_facts").count() == 3
