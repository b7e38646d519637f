"""Columns to fields, from headings and values, in three languages and on the real sets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fairdue.formats.fields import Kind, normal, words_of
from fairdue.formats.headings import Mapping, recognise
from fairdue.formats.tables import Table, read_table
from fairdue.formats.values.records import Records, read_records

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def table_of(text: str) -> Table:
    return read_table(text.encode(), "in.csv")


def shared(name: str) -> Table:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the outside data are not beside the project")
    return read_table(path.read_bytes(), path.name)


def keys(mapping: Mapping) -> list[str]:
    return [question.key for question in mapping.questions]


def read(text: str, **defaults: str) -> Records:
    table = table_of(text)
    answers = {key.replace("__", ":"): value for key, value in defaults.items()}
    return read_records(table, recognise(table, answers=answers))


def test_headings_are_compared_without_case_width_and_punctuation() -> None:
    assert normal("Invoice-No.") == normal("invoiceNo") == normal("INVOICE_NO") == normal("ＩＮＶＯＩＣＥ＿ＮＯ")
    assert normal("Fälligkeit") == normal("Faelligkeit") == normal("FÄLLIGKEIT")
    for heading, field in {
        "BUKRS": "company_code", "KUNNR": "customer_number", "BELNR": "document_number", "DMBTR": "amount", "WRBTR": "amount",
        "FAEDT": "due_on", "ZFBDT": "baseline_on", "Amount (EUR)": "amount", "Betrag EUR": "amount", "金额（元）": "amount",
        "due_in_date": "due_on", "SettledDate": "settled_on", "客户编号": "customer_number", "Fälligkeit": "due_on",
    }.items():  # fmt: skip
        assert field in {word.field for word in words_of(heading)}, heading


@pytest.mark.parametrize(
    ("text", "kind", "headings"),
    [
        (
            "Invoice No,Customer ID,Customer name,Invoice date,Due date,Amount,Open amount,Currency\n"
            "1,C1,ACME Ltd,2025-01-01,2025-01-31,10.00,5.00,EUR\n",
            Kind.OPEN_ITEMS,
            {"document_number": "Invoice No", "customer_number": "Customer ID", "customer_name": "Customer name",
             "issued_on": "Invoice date", "due_on": "Due date", "amount": "Amount", "open_amount": "Open amount",
             "currency": "Currency"},
        ),
        (
            "发票号码,客户编号,客户名称,开票日期,到期日,发票金额,未收金额,币种\n"
            "00001,K1,上海电力股份有限公司,2025年1月1日,2025年1月31日,10.00,5.00,人民币\n",
            Kind.OPEN_ITEMS,
            {"document_number": "发票号码", "customer_number": "客户编号", "customer_name": "客户名称", "issued_on": "开票日期",
             "due_on": "到期日", "amount": "发票金额", "open_amount": "未收金额", "currency": "币种"},
        ),
        (
            "Belegnummer;Kundennummer;Firma;Belegdatum;Fälligkeit;Betrag;Restbetrag;Währung\n"
            "1;4711;Müller GmbH;01.01.2025;31.01.2025;10,00;5,00;EUR\n",
            Kind.OPEN_ITEMS,
            {"document_number": "Belegnummer", "customer_number": "Kundennummer", "customer_name": "Firma",
             "issued_on": "Belegdatum", "due_on": "Fälligkeit", "amount": "Betrag", "open_amount": "Restbetrag",
             "currency": "Währung"},
        ),
        (
            "Payment date,Payer,Amount received,Currency,Invoice number,Reference\n2025-01-05,ACME Ltd,10.00,EUR,1,RF18\n",
            Kind.PAYMENTS,
            {"paid_on": "Payment date", "customer_name": "Payer", "paid_amount": "Amount received", "currency": "Currency",
             "document_number": "Invoice number", "reference": "Reference"},
        ),
        (
            "Kundennummer;Firma;Straße;PLZ;Ort;Land;E-Mail\n4711;Müller GmbH;Hauptstr. 1;80331;München;DE;a@example.com\n",
            Kind.CUSTOMERS,
            {"customer_number": "Kundennummer", "customer_name": "Firma", "street": "Straße", "postcode": "PLZ", "city": "Ort",
             "country": "Land", "email": "E-Mail"},
        ),
        (
            "客户编号,联系人,职务,邮箱,电话\nK1,王芳,财务经理,w@example.cn,13800000000\n",
            Kind.CONTACTS,
            {"customer_number": "客户编号", "contact_name": "联系人", "role": "职务", "email": "邮箱", "phone": "电话"},
        ),
    ],
)  # fmt: skip
def test_kinds_and_columns_in_three_languages(text: str, kind: Kind, headings: dict[str, str]) -> None:
    mapping = recognise(table_of(text))
    assert mapping.kind is kind
    assert mapping.headings() == headings
    assert [question.key for question in mapping.questions if question.blocking] == []
    assert mapping.complete


def test_mapping_is_data() -> None:
    mapping = recognise(
        table_of("Invoice No,Customer,Due date,Amount\n1,C1,03/04/2025,1.234\n"), answers={"country": "DE"}
    )
    assert Mapping.from_dict(mapping.as_dict()) == mapping
    assert set(keys(mapping)) == {"date_order:Due date", "decimal:Amount", "currency"}
    assert not mapping.complete


def test_remembered_mapping_and_answers_win() -> None:
    text = "A,B,C,D\nx1,ACME,2025-01-31,10.00\n"
    taught = recognise(
        table_of(text), Kind.OPEN_ITEMS, answers={"column:document_number": "A", "column:customer_name": "B",
                                                  "column:due_on": "C", "column:amount": "D", "currency": "EUR"}
    )  # fmt: skip
    assert taught.headings() == {"document_number": "A", "customer_name": "B", "due_on": "C", "amount": "D"}
    again = recognise(table_of(text), remembered=Mapping.from_dict(taught.as_dict()))
    assert again.headings() == taught.headings()
    assert read_records(table_of(text), again).columns["amount_minor"] == [1000]


def test_columns_without_known_headings_are_confirmed() -> None:
    mapping = recognise(
        table_of("Ref Z,Wer,Wann,Wieviel,Mail to\nx1,ACME Ltd,2025-01-31,10.50,a@example.com\n"), Kind.OPEN_ITEMS
    )
    assert mapping.columns["due_on"].why == "guess"
    assert mapping.columns["amount"].heading == "Wieviel"
    assert mapping.columns["email"].why == "values"
    assert "column:due_on" in keys(mapping)


def test_a_heading_whose_values_do_not_fit_is_not_taken() -> None:
    mapping = recognise(
        table_of("Invoice No,Customer,Due date,Due,Amount\n1,C1,soon,2025-01-01,5.00\n2,C2,later,2025-01-02,6.00\n")
    )
    assert mapping.columns["due_on"].heading == "Due"


def test_ambiguous_dates_follow_another_column_even_an_unmapped_one() -> None:
    records = read("Invoice No,Customer,Due date,Checked,Amount,Currency\n1,C1,03/04/2025,25/12/2024,5.00,EUR\n")
    assert records.columns["due_on"] == [date(2025, 4, 3)]


def test_undecided_columns_refuse_their_rows_until_answered() -> None:
    text = "Invoice No,Customer,Due date,Amount,Currency\n1,C1,03/04/2025,5.00,EUR\n2,C1,03/03/2025,5.00,EUR\n"
    records = read(text)
    assert (records.count, [(one.line, one.field, one.code) for one in records.refusals]) == (
        0,
        [(2, "due_on", "date_order_unknown"), (3, "due_on", "date_order_unknown")],
    )
    assert read(text, date_order="mdy").columns["due_on"] == [date(2025, 3, 4), date(2025, 3, 3)]


def test_rows_are_refused_with_line_field_and_value_and_the_others_stay() -> None:
    records = read(
        "Invoice No,Customer,Due date,Amount,Currency\n"
        "1,C1,2025-01-31,5.00,EUR\n2,C1,2025-02-30,5.00,EUR\n3,C1,2025-01-31,five,EUR\n4,C1,2025-01-31,5.005,EUR\n"
        "5,C1,2025-01-31,5,JPY\n6,C1,2025-01-31,5.5,JPY\n7,C1,2025-01-31,5.00,XXY\n8,,2025-01-31,5.00,EUR\n"
        "9,C1,2025-01-31,,EUR\n10,C1,,5.00,EUR\n11,C1,2025-01-31,-5.00,EUR\n12,C1,2025-01-31,1.234,KWD\n"
    )
    assert records.columns["document_number"] == ["1", "5", "11", "12"]
    assert records.columns["amount_minor"] == [500, 5, -500, 1234]
    assert records.columns["document_kind"] == ["invoice", "invoice", "credit_note", "invoice"]
    assert records.lines == [2, 6, 12, 13]
    assert [(one.line, one.field, one.value, one.code) for one in records.refusals] == [
        (3, "due_on", "2025-02-30", "date_unreadable"),
        (4, "amount", "five", "amount_unreadable"),
        (5, "amount", "5.005", "amount_more_decimals"),
        (7, "amount", "5.5", "amount_more_decimals"),
        (8, "currency", "XXY", "currency_unknown"),
        (9, "customer_number", "", "value_missing"),
        (10, "amount", "", "value_missing"),
        (11, "due_on", "", "value_missing"),
    ]


def test_debit_and_credit_columns() -> None:
    records = read("Beleg;Debitor;Fälligkeit;Soll;Haben;Währung\n1;4711;31.01.2025;10,00;;EUR\n2;4711;31.01.2025;;4,00;EUR\n"
                   "3;4711;31.01.2025;1,00;1,00;EUR\n")  # fmt: skip
    assert records.columns["amount_minor"] == [1000, -400]
    assert records.columns["document_kind"] == ["invoice", "credit_note"]
    assert [one.code for one in records.refusals] == ["amount_two_sides"]


@pytest.mark.parametrize(("debit", "credit"), [("S", "H"), ("借", "贷"), ("D", "C"), ("Dr", "Cr")])
def test_a_column_of_sides(debit: str, credit: str) -> None:
    records = read(
        f"BELNR,KUNNR,FAEDT,SHKZG,WRBTR,WAERS\n1,9,2025-01-31,{debit},10.00,EUR\n2,9,2025-01-31,{credit},4.00,EUR\n"
    )
    assert records.columns["amount_minor"] == [1000, -400]


def test_credit_notes_without_a_sign_are_negated_together() -> None:
    text = "Invoice No,Customer,Due date,Document type,Amount,Currency\n1,C1,2025-01-31,Invoice,5.00,EUR\n"
    both = read(text + "2,C1,2025-01-31,Credit note,5.00,EUR\n")
    assert both.columns["amount_minor"] == [500, -500]
    assert [note.code for note in both.notes] == ["credits_negated"]
    signed = read(text + "2,C1,2025-01-31,Credit note,-5.00,EUR\n")
    assert signed.columns["amount_minor"] == [500, -500]


def test_currency_from_sign_heading_and_default() -> None:
    assert read("Invoice No,Customer,Due date,Amount\n1,C1,2025-01-31,€5.00\n").columns["currency"] == ["EUR"]
    assert read("发票号,客户名称,到期日,金额(元)\n1,上海电力,2025-01-31,¥5.00\n").columns["currency"] == ["CNY"]
    assert read("Invoice No,Customer,Due date,Amount USD\n1,C1,2025-01-31,5.00\n").columns["currency"] == ["USD"]
    dollars = "Invoice No,Customer,Due date,Amount\n1,C1,2025-01-31,$5.00\n"
    assert keys(recognise(table_of(dollars), answers={"country": "US"})) == ["currency_sign:$"]
    assert read(dollars).refusals[0].code == "currency_unknown"
    assert read(dollars, **{"currency_sign__$": "CAD"}).columns["currency"] == ["CAD"]
    assert read(dollars, currency="AUD").columns["currency"] == ["AUD"]
    assert read(dollars, currency="EUR").refusals[0].code == "currency_unknown"
    assert read("Invoice No,Customer,Due date,Amount\n1,C1,2025-01-31,5.00\n").refusals[0].code == "currency_missing"
    differs = read("Invoice No,Customer,Due date,Amount,Currency\n1,C1,2025-01-31,€5.00,USD\n")
    assert differs.refusals[0].code == "amount_currency_differs"


def test_payments_received_are_positive() -> None:
    records = read(
        "交易日期,支出,收入,币种,对方户名\n2025-01-01,67.00,,人民币,甲公司\n2025-01-02,,99.00,人民币,乙公司\n"
    )
    assert (records.kind, records.columns["amount_minor"]) == (Kind.PAYMENTS, [-6700, 9900])


def test_only_the_wanted_companies_are_read() -> None:
    text = "BUKRS,BELNR,KUNNR,FAEDT,WRBTR,WAERS\nU001,1,9,2025-01-31,10.00,USD\nCA02,2,9,2025-01-31,5.00,CAD\n"
    assert "company_code" in keys(recognise(table_of(text)))
    records = read(text, company_code="CA02")
    assert (records.columns["document_number"], records.refusals) == (["2"], ())


def test_ibm_set() -> None:
    table = shared("ibm-receivables/receivables_raw_dmy.csv")
    mapping = recognise(table)
    assert mapping.kind is Kind.CLOSED_ITEMS
    assert mapping.headings() == {
        "customer_number": "customerID", "document_number": "invoiceNumber", "issued_on": "InvoiceDate", "due_on": "DueDate",
        "amount": "InvoiceAmount", "disputed": "Disputed", "settled_on": "SettledDate",
    }  # fmt: skip
    assert dict(mapping.unmapped) == {
        "PaperlessDate": "ignored", "PaperlessBill": "ignored", "DaysToSettle": "ignored", "DaysLate": "ignored",
        "countrycode": "rejected:country",
    }  # fmt: skip
    assert keys(mapping) == ["currency", *(f"country_code:{code}" for code in (391, 406, 770, 818, 897)), "country"]
    records = read_records(table, mapping, {"currency": "USD", "country": "US"})
    assert (records.count, records.refusals) == (1972, ())
    assert records.row(0) == {
        "document_number": "280670965", "document_key": "280670965", "customer_number": "3993-QUNVJ",
        "customer_key": "3993-QUNVJ", "issued_on": date(2012, 1, 3), "due_on": date(2012, 2, 2), "settled_on": date(2012, 1, 23),
        "disputed": False, "amount_minor": 5039, "open_minor": 0, "currency": "USD", "document_kind": "invoice", "country": "US",
    }  # fmt: skip
    answered = recognise(table, answers={f"country_code:{code}": "DE" for code in (391, 406, 770, 818, 897)})
    assert answered.headings()["country"] == "countrycode"


def test_raw_days_equal_the_iso_days_of_the_ibm_set() -> None:
    raw, iso = shared("ibm-receivables/receivables_raw_dmy.csv"), shared("ibm-receivables/closed_train.csv")
    left = read_records(raw, recognise(raw), {"currency": "USD"})
    right = read_records(iso, recognise(iso), {"currency": "USD"})
    rows = [sorted(map(str, (one.row(i) for i in range(one.count)))) for one in (left, right)]
    assert rows[0] == rows[1]


def test_raw_sap_export() -> None:
    table = shared("b2b-invoices/open_full_columns_raw.csv")
    mapping = recognise(table)
    assert mapping.kind is Kind.OPEN_ITEMS
    headings = mapping.headings()
    assert {name: headings[name] for name in ("document_number", "customer_number", "due_on", "open_amount", "currency")} == {
        "document_number": "doc_id", "customer_number": "cust_number", "due_on": "due_in_date",
        "open_amount": "total_open_amount", "currency": "invoice_currency",
    }  # fmt: skip
    ignored = {heading for heading, why in mapping.unmapped if why == "ignored"}
    assert ignored == {"key_0", "posting_id", "Day_due", "Delay_predict", "Payment_date_predict", "Aging_bucket"}
    assert [question.key for question in mapping.questions if question.blocking] == []
    records = read_records(table, mapping)
    assert (records.count, records.refusals) == (9700, ())
    first = records.row(0)
    assert (first["document_number"], first["customer_number"], first["customer_key"]) == (
        "1930571429",
        "0200706844",
        "200706844",
    )
    assert (first["amount_minor"], first["currency"], first["due_on"]) == (873471, "USD", date(2020, 3, 13))
    assert len(set(records.columns["customer_number"])) > len(set(records.columns["customer_key"]))


@pytest.mark.parametrize(("name", "rows"), [("closed_train.csv", 32000), ("later_open.csv", 8000)])
def test_b2b_sets_without_document_numbers(name: str, rows: int) -> None:
    table = shared(f"b2b-invoices/{name}")
    mapping = recognise(table)
    assert mapping.headings()["document_number"] == "row"
    assert keys(mapping) == ["currency", "country"]
    records = read_records(table, mapping, {"currency": "USD"})
    assert (records.count, records.refusals) == (rows, ())


def test_no_column_is_surer_than_sure_and_a_needed_field_still_wins() -> None:
    table = read_table(b"Customer number,Invoice,Due date,Amount,Currency\n1,R1,2026-02-04,10.00,EUR\n", "items.csv")
    mapping = recognise(table)
    assert mapping.kind is Kind.OPEN_ITEMS
    sure = {name: match.confidence for name, match in mapping.columns.items()}
    assert max(sure.values()) == 95
    assert sure["amount"] == sure["currency"] == 95
    stored = mapping.as_dict()
    stored["columns"]["amount"]["confidence"] = 107
    assert Mapping.from_dict(stored).columns["amount"].confidence == 100


@pytest.mark.parametrize(
    ("headings", "values"),
    [
        ("customer number,name,natural person,public body,company size,subcontract", "yes,no,small,unknown"),
        ("客户编号,客户名称,是否自然人,公共机构,企业规模,分包", "是,否,小型,未知"),
        (
            "Kundennummer,Name,Natürliche Person,Öffentlicher Auftraggeber,Unternehmensgröße,Unterauftrag",
            "ja,nein,klein,unbekannt",
        ),
        (
            "customer number,name,personne physique,organisme public,taille de l'entreprise,sous-traitance",
            "oui,non,petite,inconnu",
        ),
        (
            "customer number,name,persona física,organismo público,tamaño de la empresa,subcontratación",
            "sí,no,pequeña,desconocido",
        ),
    ],
)
def test_facts_of_law_are_read_in_five_languages(headings: str, values: str) -> None:
    records = read(f"{headings}\n7,Kunde AG,{values}\n8,Kundin AG,,,,\n")
    found = {name: records.columns[name] for name in ("natural_person", "public_body", "size", "subcontract")}
    assert found == {
        "natural_person": ["yes", None], "public_body": ["no", None], "size": ["small", None],
        "subcontract": ["unknown", None],
    }  # fmt: skip


def test_a_size_that_is_no_size_of_a_business_is_not_taken() -> None:
    records = read("customer number,name,country,size\n7,Kunde AG,DE,250\n8,Kundin AG,DE,12\n")
    assert "size" not in records.columns
    assert records.count == 2
