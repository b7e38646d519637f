"""Dates and amounts judged over whole columns, exactly read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.formats.reasons import FormatCode
from fairdue.formats.values import amounts, codes, dates, keys

D = date(2020, 3, 1)


def read_date(text: object) -> object:
    return dates.parse(text, dates.judge([text]))  # type: ignore[arg-type,list-item]


@pytest.mark.parametrize(
    "cell",
    [
        "2020-03-01", "2020/3/1", "2020.03.01", "2020年3月1日", "20200301", "20200301.0", 20200301.0, "43891", 43891.0,
        "01.03.2020", "1.3.20", "2020-03-01 00:00:00", "2020-03-01T10:20:30Z", "2020-03-01T10:20:30.123+02:00",
        "1 Mar 2020", "01-MAR-20", "Mar 1, 2020", "March 1st, 2020", "1. März 2020", "Sun, 1 Mar 2020", "2020-Mar-01",
        "２０２０－０３－０１", "2020-03-01 下午 3:04", date(2020, 3, 1), datetime(2020, 3, 1, 12, 30), " 2020-03-01 ",
    ],
)  # fmt: skip
def test_writings_of_one_day(cell: object) -> None:
    assert read_date(cell) == D


@pytest.mark.parametrize("cell", ["", "00000000", "0000-00-00", "00.00.0000", "n/a", "-", "NaT", "无"])
def test_writings_of_no_day(cell: str) -> None:
    assert read_date(cell) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("soon", "date_unreadable"), ("31.02.2020", "date_unreadable"), ("2020-13-01", "date_unreadable"),
        ("9999-12-31", "date_out_of_range"), ("1900-01-01", "date_out_of_range"), ("03/04/2020", "date_order_unknown"),
        ("32/32/2020", "date_unreadable"), ("1.234,56", "date_unreadable"),
    ],
)  # fmt: skip
def test_refused_dates(cell: str, code: str) -> None:
    outcome = read_date(cell)
    assert isinstance(outcome, FormatCode)
    assert outcome.code == code


def test_one_late_day_decides_the_column() -> None:
    style = dates.judge(["03/04/2020", "05/06/2020", "13/06/2020"])
    assert (style.order, style.doubt) == (dates.Order.DMY, None)
    assert dates.parse("03/04/2020", style) == date(2020, 4, 3)
    style = dates.judge(["03/04/2020", "05/06/2020", "06/13/2020"])
    assert dates.parse("03/04/2020", style) == date(2020, 3, 4)


def test_undecidable_columns_are_decided_by_the_file_or_asked() -> None:
    open_, decided = dates.judge(["03/04/2020"]), dates.judge(["13/04/2020"])
    other = dates.judge(["13-04-2020"])
    assert dates.judge_together({"a": open_}, {})["a"].doubt is dates.Doubt.ORDER
    assert dates.judge_together({"a": open_, "b": decided}, {})["a"].order is dates.Order.DMY
    assert dates.judge_together({"a": open_, "b": other}, {})["a"].doubt is dates.Doubt.ORDER
    assert dates.judge_together({"a": open_}, {"date_order": "mdy"})["a"].order is dates.Order.MDY
    assert (
        dates.judge_together({"a": open_}, {"date_order:a": "dmy", "date_order": "mdy"})["a"].order is dates.Order.DMY
    )
    disagree = {"a": open_, "b": decided, "c": dates.judge(["04/13/2020"])}
    assert dates.judge_together(disagree, {})["a"].doubt is dates.Doubt.ORDER


def test_contradiction_is_a_doubt_and_a_slip_is_not() -> None:
    assert dates.judge(["13/04/2020", "04/13/2020"]).doubt is dates.Doubt.MIXED
    many = [f"{day:02}/{month:02}/{year}" for day in range(13, 29) for month in range(1, 13) for year in (2019, 2020)]
    style = dates.judge([*many, "04/13/2020"])
    assert style.order is dates.Order.DMY
    assert isinstance(dates.parse("04/13/2020", style), FormatCode)


def test_days_and_months_swapped_by_a_spreadsheet_are_seen() -> None:
    swapped = [datetime(2020, 3, day) for day in (1, 5, 9, 12)] + ["13/03/2020", "20/03/2020", "31/03/2020"]
    assert dates.judge(swapped).doubt is dates.Doubt.SWAPPED
    assert dates.judge([*swapped, datetime(2020, 3, 25)]).doubt is None


DAYS = st.dates(date(1990, 1, 1), date(2069, 12, 31))
STYLES = ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y%m%d", "%d-%b-%Y", "%Y年%m月%d日", "%d/%m/%y", "%m-%d-%y"]


@settings(max_examples=150, deadline=None)
@given(days=st.lists(DAYS, min_size=1, max_size=20), style=st.sampled_from(STYLES), late=st.integers(13, 28))
def test_columns_of_dates_are_read_back(days: list[date], style: str, late: int) -> None:
    days = [*days, date(2021, 7, late)]
    cells = [day.strftime(style) for day in days]
    judged = dates.judge(set(cells))
    assert [dates.parse(cell, judged) for cell in cells] == days


@settings(max_examples=150, deadline=None)
@given(days=st.lists(DAYS, min_size=1, max_size=20))
def test_an_undecided_column_is_never_guessed(days: list[date]) -> None:
    cells = {day.replace(day=min(day.day, 12)).strftime("%d/%m/%Y") for day in days}
    judged = dates.judge(cells)
    for cell in cells:
        outcome = dates.parse(cell, judged)
        assert isinstance(outcome, FormatCode) == any(c[:2] != c[3:5] for c in cells)


def read_amount(cell: object, mark: str = "") -> object:
    style = amounts.AmountStyle(mark) if mark else amounts.judge([cell])  # type: ignore[list-item]
    outcome = amounts.parse(cell, style)  # type: ignore[arg-type]
    return outcome.value if isinstance(outcome, amounts.Amount) else outcome


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56", "1234.56"), ("1\u202f234,56", "1234.56"),
        ("1'234.56", "1234.56"), ("1’234.56", "1234.56"), ("１，２３４．５６", "1234.56"), ("€ 12,50", "12.50"),
        ("$1,234,567", "1234567"), ("¥1,234.00", "1234.00"), ("￥99.50", "99.50"), ("1234.5-", "-1234.5"),
        ("(1,234.50)", "-1234.50"), ("($5.00)", "-5.00"), ("12,50 CR", "-12.50"), ("12,50 DR", "12.50"), ("5,00 H", "-5.00"),
        ("5,00 S", "5.00"), ("贷 5.00", "-5.00"), ("借 5.00", "5.00"), ("−7,25", "-7.25"), ("+7.25", "7.25"),
        ("-€5.00", "-5.00"), ("€-5.00", "-5.00"), ("USD 12.00", "12.00"), ("12.00 EUR", "12.00"), ("100.-", "100"),
        ("1'200.–", "1200"), ("12,34,567.89", "1234567.89"), (".5", "0.5"), (",50", "0.50"), ("0.125", "0.125"),
        ("1234.567", "1234.567"), ("500", "500"), ("5,00元", "5.00"), (5, "5"), (1234.56, "1234.56"), (0.1 + 0.2, "0.3"),
    ],
)  # fmt: skip
def test_writings_of_amounts(cell: object, value: str) -> None:
    assert read_amount(cell) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("abc", "amount_unreadable"), ("1.2.3,4,5", "amount_unreadable"), ("12 3", "amount_unreadable"),
        ("1.5E+05", "amount_exponent"), ("1.234", "decimal_mark_unknown"), ("--5", "amount_unreadable"),
        ("-5 CR", "amount_unreadable"), ("(5", "amount_unreadable"),
        ("9" * 21, "amount_too_large"), ("2020-03-01", "amount_unreadable"), (True, "amount_unreadable"),
        (1e15, "number_digits_lost"), ("1 " * 9 + "x!" * 20, "amount_unreadable"),
    ],
)  # fmt: skip
def test_refused_amounts(cell: object, code: str) -> None:
    outcome = read_amount(cell)
    assert isinstance(outcome, FormatCode)
    assert outcome.code == code


def test_one_sure_value_decides_the_column() -> None:
    style = amounts.judge(["1.234", "5.678", "9,50"])
    assert style.decimal == ","
    assert read_amount("1.234", ",") == Decimal(1234)
    assert read_amount("1.234", ".") == Decimal("1.234")
    assert amounts.judge(["1.234", "5.678"]).doubt
    assert amounts.judge(["1,234.50", "1.234,50"]).mixed
    settled = amounts.judge_together({"a": amounts.judge(["1.234"]), "b": style}, {})
    assert settled["a"].decimal == ","
    assert amounts.judge_together({"a": amounts.judge(["1.234"])}, {"decimal": "."})["a"].decimal == "."


def test_minor_units_are_exact_or_refused() -> None:
    assert amounts.minor_units(Decimal("12.5"), 2) == 1250
    assert amounts.minor_units(Decimal("12.500"), 2) == 1250
    assert amounts.minor_units(Decimal("1234"), 0) == 1234
    assert getattr(amounts.minor_units(Decimal("12.505"), 2), "code", "") == "amount_more_decimals"
    assert getattr(amounts.minor_units(Decimal(10**19), 2), "code", "") == "amount_too_large"


def written(minor: int, group: str, mark: str, negative: str) -> str:
    whole, fraction = divmod(abs(minor), 100)
    text = f"{whole:,}".replace(",", group) + f"{mark}{fraction:02}"
    if minor >= 0:
        return text
    return {"before": f"-{text}", "after": f"{text}-", "brackets": f"({text})", "credit": f"{text} CR"}[negative]


@settings(max_examples=200, deadline=None)
@given(
    minors=st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=30),
    style=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("\u202f", ","), ("", "."), ("", ",")]),
    negative=st.sampled_from(["before", "after", "brackets", "credit"]),
    sign=st.sampled_from(["", "€", "CHF ", "$"]),
)
def test_columns_of_amounts_are_read_back(minors: list[int], style: tuple[str, str], negative: str, sign: str) -> None:
    cells = [written(minor, style[0], style[1], negative) for minor in minors]
    cells = [cell if cell[0] in "-(" else sign + cell for cell in cells]
    judged = amounts.judge(set(cells))
    assert not judged.doubt
    for cell, minor in zip(cells, minors, strict=True):
        outcome = amounts.parse(cell, judged)
        assert isinstance(outcome, amounts.Amount)
        assert amounts.minor_units(outcome.value, 2) == minor


@settings(max_examples=300, deadline=None)
@given(st.integers(-(10**13), 10**13))
def test_binary_numbers_of_sheets_are_exact_to_the_cent(minor: int) -> None:
    outcome = amounts.parse(minor / 100, amounts.AmountStyle())
    assert isinstance(outcome, amounts.Amount)
    assert amounts.minor_units(outcome.value, 2) == minor


def test_identity_of_padded_numbers() -> None:
    cells = ["0200706844", "200706844", " 200706844 ", "２００７０６８４４"]
    assert {keys.identity(cell) for cell in cells} == {"200706844"}
    assert keys.identity("000") == "0"
    assert keys.identity("ccu 013") == "CCU013"
    assert keys.all_floats(["1930571429.0", "1930565277.0", ""])
    assert not keys.all_floats(["1.0", "2"])
    assert keys.key_text("1930571429.0", drop_zero_fraction=True) == "1930571429"
    assert keys.key_text("1.93E+09", drop_zero_fraction=True) is None
    assert keys.key_text(1930571429.0, drop_zero_fraction=False) == "1930571429"


def test_codes() -> None:
    assert [codes.currency_of(text) for text in ("eur", "€", "RMB", "人民币", "US$", "zł", "$", "¥", "XX", "banana")] == [
        "EUR", "EUR", "CNY", "CNY", "USD", "PLN", "", "", None, None,
    ]  # fmt: skip
    assert [codes.country_of(text) for text in ("de", "DEU", "Germany", "Deutschland", "德国", "USA", "UK", "818", "Utopia")] == [
        "DE", "DE", "DE", "DE", "DE", "US", "GB", None, None,
    ]  # fmt: skip
    assert codes.numeric_countries(["276", "818", "40"]) == {"276": "DE", "818": "EG", "40": "AT"}
    assert codes.numeric_countries(["391", "406", "770", "818", "897"]) is None
    assert [codes.side_of(text) for text in ("D", "CR", "S", "H", "借", "贷", "Haben", "?")] == [
        1,
        -1,
        1,
        -1,
        1,
        -1,
        -1,
        None,
    ]
    assert [codes.boolean_of(text) for text in ("Yes", "no", "是", "否", "1", "0.0", "x", "maybe")] == [
        True, False, True, False, True, False, True, None,
    ]  # fmt: skip
    assert codes.iban_of("DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert codes.iban_of("DE88 3704 0044 0532 0130 00") is None
    assert codes.email_of("a.b@example.com") == "a.b@example.com"
    assert codes.email_of("a@b") is None
