"""Tables of banks, Alipay and WeChat Pay. See docs/algorithms/bank-files.md, 40 to 53. All data are made up."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from babel import Locale
from babel.localedata import locale_identifiers

from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import BalanceKind, Statement, statements
from fairdue.formats.errors import FormatError

GERMAN = (
    "Buchungstag;Valuta;Auftraggeber;IBAN;Verwendungszweck;Kundenreferenz;Betrag;Währung;Saldo;Referenz\r\n"
    '02.11.2026;03.11.2026;Ahorn GmbH;DE02120300000000202051;"RE-4711; RE-4712";E2E-1;1.234,50;EUR;1.334,50;B1\r\n'
    "02.11.2026;02.11.2026;Birke AG;DE02500105170137075030;Miete;;-34,50;EUR;1.300,00;B2\r\n"
    "03.11.2026;03.11.2026;Ahorn GmbH;DE02120300000000202051;RE-4713;;0,01;EUR;1.300,01;B3\r\n"
)


def read(data: bytes | str, currency: str = "") -> list[Statement]:
    raw = data.encode() if isinstance(data, str) else data
    return list(statements(read_bank_file(io.BytesIO(raw), "t.csv", currency=currency)))


def one(data: bytes | str, currency: str = "") -> Statement:
    (found,) = read(data, currency)
    return found


def codes(statement: Statement) -> list[str]:
    return [finding.reason.code for finding in statement.end.findings]


def refused(data: bytes | str, currency: str = "") -> FormatError:
    with pytest.raises(FormatError) as caught:
        read(data, currency)
    assert caught.value.remedy
    return caught.value


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(at, place, value, day)
            elif value is not None:
                sheet.write(at, place, value)
    book.close()
    return out.getvalue()


def test_every_column_finds_its_place() -> None:
    statement = one(GERMAN)
    first, second, third = statement.entries
    assert (first.amount_minor, first.currency, first.booked_on, first.valued_on) == (
        123_450,
        "EUR",
        date(2026, 11, 2),
        date(2026, 11, 3),
    )
    assert (first.bank_reference, first.line, first.ordinal, third.line) == ("B1", 2, 1, 4)
    (detail,) = first.details
    assert detail.debtor is not None
    assert (detail.debtor.name, detail.debtor.account) == ("Ahorn GmbH", "DE02120300000000202051")
    assert (detail.end_to_end, detail.text, detail.creditor) == ("E2E-1", ("RE-4711; RE-4712",), None)
    # Money that goes out has a payee; the one column of names stands for both.
    assert second.amount_minor == -3_450
    assert second.details[0].creditor is not None
    assert second.details[0].creditor.name == "Birke AG"
    balances = {balance.kind: balance.amount_minor for balance in statement.end.balances}
    assert balances == {BalanceKind.OPENING: 10_000, BalanceKind.CLOSING: 130_001}
    assert codes(statement) == []
    assert statement.begin.account.number == ""
    assert ("Verwendungszweck", "RE-4711; RE-4712") in first.fields
    assert len(first.fields) == 10


def test_newest_first_is_turned_and_gives_the_same_entries() -> None:
    head, *rows = GERMAN.splitlines(keepends=True)
    turned = one(head + "".join(reversed(rows)))
    assert [entry._replace(line=0) for entry in turned.entries] == [
        entry._replace(line=0) for entry in one(GERMAN).entries
    ]
    assert turned.end.balances == one(GERMAN).end.balances
    assert codes(turned) == []


def test_lines_of_one_day_are_ordered_by_their_balances() -> None:
    head = "Date,Amount,Balance,Currency\n"
    up = "2026-11-02,10.00,110.00,EUR\n2026-11-02,5.00,115.00,EUR\n2026-11-02,-1.00,114.00,EUR\n"
    for rows in (up, "".join(reversed(up.splitlines(keepends=True)))):
        found = one(head + rows)
        assert [entry.amount_minor for entry in found.entries] == [1_000, 500, -100]
        assert codes(found) == []


def test_a_balance_that_does_not_run_on_is_told_with_its_line() -> None:
    statement = one(GERMAN.replace("1.300,00;B2", "1.299,00;B2"))
    told = [(finding.reason.code, finding.line) for finding in statement.end.findings]
    assert told == [("bank_running_differs", 3), ("bank_running_differs", 4)]
    values = dict(statement.end.findings[0].reason.values)
    assert values == {"ordinal": 2, "counted": "1300.00 EUR", "told": "1299.00 EUR"}
    missing = one(GERMAN.replace("02.11.2026;02.11.2026;Birke", "#").splitlines()[0] + "\n" + GERMAN.splitlines()[1]
                  + "\n" + GERMAN.splitlines()[3] + "\n")  # fmt: skip
    assert codes(missing) == ["bank_running_differs", "bank_balance_differs"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(encoding: str) -> None:
    assert one(GERMAN.encode(encoding)).entries == one(GERMAN).entries


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators(mark: str) -> None:
    rows = [["Booking date", "Amount", "Currency", "Counterparty name"], ["2026-11-02", "12.00", "USD", "Oak, Inc; x"]]
    text = "\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows) + "\n"
    (entry,) = one(text).entries
    assert (entry.amount_minor, entry.details[0].debtor.name) == (1_200, "Oak, Inc; x")  # type: ignore[union-attr]


def test_a_czech_table_whose_encoding_only_the_headings_tell() -> None:
    text = "Datum zaúčtování;Zaúčtovaná částka;Měna účtu;Id transakce\n27.05.2026;-1,00;CZK;77\n"
    statement = one(text.encode("cp1250"))
    assert (statement.entries[0].amount_minor, statement.entries[0].bank_reference) == (-100, "77")


@pytest.mark.parametrize(
    ("heading", "cells", "amounts"),
    [
        ("Debit,Credit", ["5.00,", ",7.00"], [-500, 700]),
        ("Debit,Credit", ["-5.00,", ",7.00"], [-500, 700]),
        ("Debit,Credit", ["5.00,0.00", "0.00,7.00"], [-500, 700]),
        # Some debits with a minus take back; a credit with one takes back, too.
        ("Debit,Credit", ["5.00,", "-5.00,", ",-7.00"], [-500, 500, -700]),
        ("Amount,D/C", ["5.00,D", "7.00,C"], [-500, 700]),
        ("Amount,D/C", ["-5.00,D", "7.00,C"], [-500, 700]),
        ("Amount,D/C", ["5.00,DR", "7.00,CR"], [-500, 700]),
        ("Amount,D/C", ["5.00,", "7.00,CR"], [-500, 700]),
        ("借方发生额,贷方发生额", ["5.00,", ",7.00"], [-500, 700]),
        ("支出,收入", ["5.00,0.00", "0.00,7.00"], [-500, 700]),
        ("交易金额,借贷标志", ["5.00,借", "7.00,贷"], [-500, 700]),
        ("Amount,Note", ["5.00 DR,x", "7.00 CR,x"], [-500, 700]),
        ("Bedrag,Af Bij", ['"5,00",Af', '"7,00",Bij'], [-500, 700]),
        ("Soll,Haben", ['"5,00",', ',"1.007,00"'], [-500, 100_700]),
        ("Amount,Note", ["(5.00),x", "7.00,x"], [-500, 700]),
    ],
)
def test_sides(heading: str, cells: list[str], amounts: list[int]) -> None:
    text = f"Date,{heading},Currency\n" + "".join(f"2026-11-02,{cell},EUR\n" for cell in cells)
    statement = one(text)
    assert [entry.amount_minor for entry in statement.entries] == amounts
    assert [entry.reversal for entry in statement.entries] == [
        place > 0 and len(cells) == 3 for place in range(len(cells))
    ]


def test_both_sides_at_once_and_unknown_sides_are_refused() -> None:
    both = refused("Date,Debit,Credit,Currency\n2026-11-02,5.00,7.00,EUR\n")
    assert (both.code.code, both.line) == ("bank_side", 2)
    odd = refused("Date,Amount,D/C,Currency\n2026-11-02,5.00,X,EUR\n2026-11-02,5.00,D,EUR\n")
    assert (odd.code.code, odd.line) == ("bank_side", 2)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("Date,Note,Amount (SGD)\n2026-11-02,x,1.00\n", "SGD"),
        ("Date,Note,Amount\n2026-11-02,x,£1.00\n", "GBP"),
        ("Částka CZK;Datum;Popis\n1,00;02.11.2026;x\n", "CZK"),
        ("交易日期,备注,金额(元)\n2026-11-02,x,1.00\n", "CNY"),
        ("Währung: EUR;;\nBuchungstag;Text;Betrag\n02.11.2026;x;1,00\n", "EUR"),
        ("日期,收入,币种\n2026-11-02,1.00,人民币\n", "CNY"),
    ],
)
def test_where_the_currency_stands(text: str, currency: str) -> None:
    assert one(text).begin.account.currency == currency


def test_without_a_currency_a_person_says_it() -> None:
    text = "Date,Note,Amount\n2026-11-02,x,1.00\n"
    assert refused(text).code.code == "bank_no_currency"
    assert one(text, "CHF").entries[0].currency == "CHF"
    # What the file says goes before what a person says.
    assert one("Date,Amount,Currency\n2026-11-02,1.00,USD\n", "CHF").entries[0].currency == "USD"
    assert refused("Date,Amount,Currency\n2026-11-02,1.00,ZZZ\n", "CHF").code.code == "bank_currency"


def test_each_own_account_and_currency_is_a_statement() -> None:
    text = (
        "Account;Date;Amount;Currency;Counterparty name\n"
        "111222333;2026-11-02;1.00;EUR;A\n444555666;2026-11-02;2.00;EUR;B\n111222333;2026-11-03;3.00;USD;C\n111222333;2026-11-03;4.00;EUR;D\n"
    )
    found = [
        (one.begin.account.number, one.begin.account.currency, [entry.amount_minor for entry in one.entries])
        for one in read(text)
    ]
    assert found == [
        ("111222333", "EUR", [100, 400]),
        ("444555666", "EUR", [200]),
        ("111222333", "USD", [300]),
    ]


def test_what_stands_above_and_below() -> None:
    text = (
        "Account Number : DE89 3704 0044 0532 0130 00,Account Name : Fairdue Ltd,,,\n"
        "Download start date : 01/10/2026,Download end date : 31/10/2026,,,\n,,,,\n"
        "Opening balance,,,,10.00\n"
        "Date,Details,Debit,Credit,Currency\n"
        "13/10/2026,first,,5.00,EUR\n,goes on,,,\n14/10/2026,second,2.00,,EUR\n"
        "Total,,2.00,5.00,\nClosing balance,,,13.00,\n*** end ***\n"
    )
    statement = one(text)
    assert statement.begin.account.number == "DE89370400440532013000"
    assert statement.begin.account.iban
    assert statement.begin.account.owner == "Fairdue Ltd"
    assert (statement.begin.from_on, statement.begin.to_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert [entry.details[0].text for entry in statement.entries] == [("first", "goes on"), ("second",)]
    assert [balance.amount_minor for balance in statement.end.balances] == [1_000, 1_300]
    assert (statement.end.totals.credit_minor, statement.end.totals.debit_minor) == (500, 200)
    assert codes(statement) == []
    assert ("below/11", "*** end ***") in statement.end.fields
    assert codes(one(text.replace("Total,,2.00", "Total,,2.50"))) == ["bank_total_differs"]
    assert codes(one(text.replace("Closing balance,,,13.00", "Closing balance,,,13.01"))) == ["bank_balance_differs"]


def test_balances_and_turnovers_among_the_lines() -> None:
    text = (
        '"Account No","","Date","Beneficiary","Details","Amount","Currency","D/K","Record ID"\n'
        '"LT357300000000000000","10","2026-10-01","","Opening balance","100.00","EUR","K",""\n'
        '"LT357300000000000000","20","2026-10-01","Oak","Closing balance","15.00","EUR","D","R1"\n'
        '"LT357300000000000000","82","2026-10-06","","Turnover","15.00","EUR","D",""\n'
        '"LT357300000000000000","86","2026-10-06","","Closing balance","85.00","EUR","K",""\n'
    )
    statement = one(text)
    # A payment to somebody is one, whatever its text says.
    assert [(entry.amount_minor, entry.bank_reference) for entry in statement.entries] == [(-1_500, "R1")]
    assert [balance.amount_minor for balance in statement.end.balances] == [10_000, 8_500]
    assert codes(statement) == []


def test_masked_numbers_are_no_account() -> None:
    text = "账号：,6222****1234\n币种：,人民币\n记账日,收入,支出,账户余额\n20261102,5.00,0.00,15.00\n"
    statement = one(text.encode("gb18030"))
    assert (statement.begin.account.number, statement.begin.account.currency) == ("", "CNY")
    assert ("above/1", "6222****1234") in statement.begin.fields


def test_balances_that_cannot_be_read_are_told_once() -> None:
    statement = one("Date,Amount,Balance,Currency\n2026-11-02,1.00,xx,EUR\n2026-11-03,1.00,xx,EUR\n")
    assert codes(statement) == ["bank_balance_unread", "bank_no_balance"]


def test_keys_of_sepa_inside_the_text() -> None:
    text = "Buchungstag;Verwendungszweck;Betrag;Waehrung\n02.11.26;EREF+E-1MREF+M-1CRED+DE98ZZZ09999999999SVWZ+Rechnung 12;-1,00;EUR\n"
    (detail,) = one(text).entries[0].details
    assert (detail.end_to_end, detail.mandate, detail.text) == ("E-1", "M-1", ("Rechnung 12",))
    assert detail.creditor is not None
    assert detail.creditor.identifiers == ("DE98ZZZ09999999999",)


def test_payer_and_payee_in_columns_of_their_own() -> None:
    text = "交易时间,付款人名称,付款人账号,收款人名称,收款人账号,收入,支出,币种,附言\n" + (
        "2026-11-02 10:00:00,甲公司,111,我公司,999,5.00,,CNY,货款\n2026-11-02 11:00:00,我公司,999,乙公司,222,,6.00,CNY,采购\n"
    )
    came, went = one(text).entries
    assert (came.details[0].debtor.name, came.details[0].debtor.account) == ("甲公司", "111")  # type: ignore[union-attr]
    assert (went.details[0].creditor.name, went.details[0].creditor.account) == ("乙公司", "222")  # type: ignore[union-attr]


ALIPAY = """------------------------------------------------------------------------------------
导出信息：
姓名：示例
支付宝账户：shop@example.com
起始时间：[2026-10-01 00:00:00]    终止时间：[2026-10-31 23:59:59]
共6笔记录
收入：2笔 130.00元
支出：2笔 30.00元
不计收支：2笔 15.00元

------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------
交易时间            ,交易分类    ,交易对方  ,对方账号  ,商品说明  ,收/支  ,金额  ,收/付款方式  ,交易状态  ,交易订单号  ,商家订单号  ,备注  ,
2026-10-31 09:00:00 ,商业服务    ,甲        ,a***@x.cn ,发票 2026-17 ,收入 ,100.00 ,余额 ,交易成功 ,20261031A\t,T1\t, ,
2026-10-30 09:00:00 ,商业服务    ,乙        ,/         ,发票 2026-18 ,收入 ,30.00  ,余额 ,等待确认收货 ,20261030B\t,T2\t, ,
2026-10-29 09:00:00 ,日用百货    ,丙        ,/         ,文具      ,支出 ,20.00  ,余额 ,交易成功 ,20261029C\t,\t, ,
2026-10-28 09:00:00 ,退款        ,丙        ,/         ,退款-文具 ,不计收支 ,5.00 ,余额 ,退款成功 ,20261028D\t,\t, ,
2026-10-27 09:00:00 ,日用百货    ,丁        ,/         ,纸        ,支出 ,10.00  ,余额 ,交易关闭 ,20261027E\t,\t, ,
2026-10-26 09:00:00 ,投资理财    ,余额宝    ,/         ,转入      ,不计收支 ,10.00 ,余额 ,交易成功 ,20261026F\t,\t, ,
"""


def test_alipay_books_only_what_succeeded() -> None:
    statement = one(ALIPAY.encode("gb18030"))
    assert statement.begin.account.number == "shop@example.com"
    assert statement.begin.account.owner == "示例"
    assert (statement.begin.from_on, statement.begin.to_on) == (date(2026, 10, 1), date(2026, 10, 31))
    told = [(entry.bank_reference, entry.amount_minor, entry.status) for entry in statement.entries]
    assert told == [
        ("20261026F", 1_000, "information"),
        ("20261027E", -1_000, "information"),
        ("20261028D", 500, "booked"),
        ("20261029C", -2_000, "booked"),
        ("20261030B", 3_000, "pending"),
        ("20261031A", 10_000, "booked"),
    ]
    assert statement.entries[-1].reference == "T1"
    # Its own counts and sums agree.
    assert codes(statement) == ["bank_no_balance"]
    assert "bank_control_differs" in codes(one(ALIPAY.replace("收入：2笔 130.00元", "收入：2笔 130.01元")))
    assert "bank_count_differs" in codes(one(ALIPAY.replace("共6笔记录", "共7笔记录")))


WECHAT = """微信支付账单明细,,,,,,,,,,
微信昵称：[示例],,,,,,,,,,
起始时间：[2026-10-01 00:00:00] 终止时间：[2026-10-31 23:59:59],,,,,,,,,,
共4笔记录,,,,,,,,,,
收入：1笔 88.00元,,,,,,,,,,
支出：1笔 12.50元,,,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
2026-10-30 12:45:27,二维码收款,用户甲,收款方备注:发票 17,收入,¥88.00,零钱,已收钱,4200A\t,/\t,/
2026-10-29 12:45:27,商户消费,某店,/,支出,¥12.50,零钱,已退款(￥12.50),4200B\t,M2\t,/
2026-10-28 12:45:27,零钱提现,某银行,/,/,¥100.10,某银行,提现已到账,4200C\t,/\t,服务费¥0.10
2026-10-27 12:45:27,购买理财通,理财通,/,/,¥50.00,零钱,支付成功,4200D\t,/\t,/
"""


def test_wechat_pay_as_text_and_as_a_workbook() -> None:
    rows = [row.split(",") for row in WECHAT.splitlines()]
    for data in (WECHAT.encode(), WECHAT.encode("utf-8-sig"), workbook([list(row) for row in rows])):
        statement = one(data)
        told = [(entry.bank_reference, entry.amount_minor, entry.status) for entry in statement.entries]
        assert told == [
            ("4200D", 5_000, "information"),
            ("4200C", -10_010, "booked"),
            ("4200B", -1_250, "booked"),
            ("4200A", 8_800, "booked"),
        ]
        (charge,) = statement.entries[1].charges
        assert (charge.amount_minor, charge.included) == (-10, True)
        assert codes(statement) == ["bank_no_balance"]


def test_the_fund_bill_of_a_wechat_merchant() -> None:
    text = (
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n"
        "`2026-10-01 10:00:00,`50001,`70001,`交易,`交易,`收入,`100.00,`200.00,`system,`无,`V1\n"
        "`2026-10-01 10:00:00,`50001,`70002,`交易,`扣除交易手续费,`支出,`0.60,`199.40,`system,`无,`V1\n"
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`2,`1,`100.00,`1,`0.60\n"
    )
    statement = one(text)
    assert [entry.amount_minor for entry in statement.entries] == [10_000, -60]
    assert codes(statement) == []


def test_an_unknown_state_is_not_booked_and_told() -> None:
    statement = one("Date,Amount,Currency,Status\n2026-11-02,1.00,EUR,Completed\n2026-11-03,2.00,EUR,Frobbed\n")
    assert [entry.status for entry in statement.entries] == ["booked", "pending"]
    assert ("bank_state_unknown", 3) in [(found.reason.code, found.line) for found in statement.end.findings]


def test_workbooks_are_exact() -> None:
    rows: list[list[object]] = [["Date", "Amount", "Balance", "Currency", "Description"]]
    balance = Decimal(0)
    for cents in (10, 20, 1_999_999_999_999, 7):
        balance += Decimal(cents) / 100
        rows.append([date(2026, 11, 2), float(Decimal(cents) / 100), float(balance), "EUR", 4711])
    statement = one(workbook(rows))
    assert statement.begin.format == "xlsx"
    assert [entry.amount_minor for entry in statement.entries] == [10, 20, 1_999_999_999_999, 7]
    assert statement.entries[0].details[0].text == ("4711",)
    assert codes(statement) == []
    # 0.1 + 0.2 is a sheet's sum; it shows 0.3.
    assert one(workbook([rows[0], [date(2026, 11, 2), 0.1 + 0.2, None, "EUR", "x"]])).entries[0].amount_minor == 30


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Name,City,Country\nOak,Ulm,DE\n", "bank_no_headings", 1),
        ("Date,Amount,Currency\n", "bank_no_statement", 0),
        ("Date,Amount,Currency\n2026-11-02,=1+1,EUR\n", "bank_amount", 2),
        ("Date,Amount,Currency\n2026-11-02,1.005,EUR\n2026-11-02,1.00,EUR\n", "bank_decimals", 2),
        ("Date,Amount,Currency\n2026-11-02,,EUR\n", "bank_missing", 2),
        ("Date,Amount,Currency\n,1.00,EUR\n2026-11-02,1.00,EUR\n", "bank_missing", 2),
        ("Date,Amount,Currency\n2026-13-02,1.00,EUR\n", "bank_day", 2),
        ("Date,Amount,Currency\n02/03/2026,1.00,EUR\n", "date_order_unknown", 2),
        ("Date,Amount,Currency\n2026-11-02,\"1,234\",EUR\n", "decimal_mark_unknown", 2),
        ("Date,Amount,Currency\n2026-11-02,1,00,EUR\n", "row_long", 2),
        ("Date,Amount,Currency\n2026-11-02,1.00,EUR\n2026-11-03,1.0", "bank_cut_off", 3),
        ("Date,Amount,Currency\n2026-11-02,1\x00.00,EUR\n", "nul_byte", 2),
        ('Date,Amount,Currency\n2026-11-02,"1.00,EUR\n2026-11-02,1.00,EUR\n', "bank_amount", 2),
        ("Date,Amount,Currency\n2026-11-02,1.00,EUR," + "x" * 40_000 + "\n", "cell_too_long", 2),
        ("Date,Amount,Currency" + "," * 300 + "\n2026-11-02,1.00,EUR\n", "too_many_columns", 1),
    ],
)  # fmt: skip
def test_refused(text: str, code: str, line: int) -> None:
    found = refused(text)
    assert (found.code.code, found.line) == (code, line), str(found)


def test_bombs_and_mixed_encodings_are_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    assert refused(bomb.getvalue()).code.code == "zip_bomb"
    mixed = GERMAN.replace("Miete", "Größe Öl für Äpfel").encode("utf-8") * 20 + "Größe".encode("cp1252") + b"\n"
    assert refused(mixed).code.code == "encoding_broken"
    assert refused(b"PK\x03\x04" + b"xl/workbook.xml" * 40).remedy


def test_days_of_either_order_are_settled_by_a_decimal_comma_or_by_the_lines() -> None:
    comma = one("Date;Amount;Currency\n01/04/26;-50,00;EUR\n02/04/26;1300,00;EUR\n")
    assert [entry.booked_on for entry in comma.entries] == [date(2026, 4, 1), date(2026, 4, 2)]
    rows = "".join(f"{day},1.00,USD\n" for day in ("01/10/2026", "05/10/2026", "02/11/2026"))
    back = one("Date,Amount,Currency\n" + rows)
    assert [entry.booked_on for entry in back.entries] == [date(2026, 10, 1), date(2026, 10, 5), date(2026, 11, 2)]


def test_no_known_language_writes_the_month_first_and_a_decimal_comma() -> None:
    found = set()
    for name in locale_identifiers():
        locale = Locale.parse(name)
        pattern = re.sub(r"'[^']*'", "", locale.date_formats["short"].pattern)
        numbers = locale.number_symbols.get("latn", {})
        if pattern.find("M") < pattern.find("d") < pattern.find("y") and numbers.get("decimal") == ",":
            found.add(locale.language)
    # Anii, in which no bank writes.
    assert found <= {"blo"}
