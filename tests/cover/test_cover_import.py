"""Lists of limits as insurers and brokers send them: good rows go in, the others come back with line and remedy."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter
from cover_department import Department

from fairdue.cover.actions import do_import_limits
from fairdue.cover.models import BuyerLimit, CoverPolicy
from fairdue.cover.row_reasons import RowReason
from fairdue.formats.errors import FormatError
from fairdue.formats.refused import write_refused
from fairdue.formats.tables import read_table
from fairdue.people.actor import NotAllowed

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 15)


@pytest.fixture
def policy(department: Department) -> CoverPolicy:
    for name in ("A", "B", "0017"):
        department.customer(name.lstrip("0"), group="G")
    return department.policy(max_extension_days=60)


def load(department: Department, policy: CoverPolicy, text: str, name: str = "limits.csv"):
    return do_import_limits(department.actor(DAY), policy.pk, text.encode(), name)


def limits() -> list[tuple[object, ...]]:
    rows = BuyerLimit.objects.order_by("id")
    return list(rows.values_list("customer__number", "group__code", "limit_minor", "effect_on", "until", "share_ppm"))


def test_an_english_list(department, policy):
    done = load(
        department, policy,
        "Buyer number,Credit limit,Currency,From,To,Insured percentage,Reference\n"
        "A,\"100,000.00\",EUR,2026-01-01,,90%,L-1\n0017,25000,EUR,2026-02-01,2026-12-31,,L-2\nB,0,EUR,2026-01-10,,,L-3\n",
    )  # fmt: skip
    assert (done.new, done.known, done.refused) == (3, 0, ())
    assert limits() == [
        ("A", None, 100_000_00, date(2026, 1, 1), None, 900_000),
        ("17", None, 25_000_00, date(2026, 2, 1), date(2026, 12, 31), None),
        ("B", None, 0, date(2026, 1, 10), None, None),
    ]


def test_a_german_list_with_a_group(department, policy):
    load(
        department,
        policy,
        "Konzern;Limit;Gültig ab;Deckungsquote\nG;1.250.000,50;13.01.2026;85 %\nG;900.000,00;02.02.2026;\n",
    )
    assert limits() == [
        (None, "G", 1_250_000_50, date(2026, 1, 13), None, 850_000),
        (None, "G", 900_000_00, date(2026, 2, 2), None, None),
    ]


def test_a_chinese_workbook(department, policy):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["客户编号", "信用限额", "生效日期", "承保比例"])
    sheet.write_row(1, 0, ["A", 50000.5, "2026-01-01", "90"])
    book.close()
    do_import_limits(department.actor(DAY), policy.pk, out.getvalue(), "限额.xlsx")
    assert limits() == [("A", None, 50_000_50, date(2026, 1, 1), None, 900_000)]


def test_the_same_list_twice_changes_nothing_and_a_changed_row_is_a_new_decision(department, policy):
    text = "customer,limit,from\nA,1000,2026-01-01\nB,2000,2026-01-01\n"
    load(department, policy, text)
    again = load(department, policy, text)
    assert (again.new, again.known) == (0, 2)
    changed = load(department, policy, text.replace("1000", "800"))
    assert (changed.new, changed.known) == (1, 1)
    assert [row[2] for row in limits()] == [1000_00, 2000_00, 800_00]


BAD = """customer,group,limit,currency,from,until,share
A,,1000,EUR,2026-01-01,,
,,1000,EUR,2026-01-01,,
A,G,1000,EUR,2026-01-01,,
Nobody,,1000,EUR,2026-01-01,,
A,,,EUR,2026-01-01,,
A,,-5,EUR,2026-01-01,,
A,,1000,USD,2026-01-01,,
A,,1000,EUR,,,
A,,1000,EUR,2026-13-01,,
A,,1000,EUR,2026-02-01,2026-01-31,
A,,1000,EUR,2026-01-01,,120
A,,1000,EUR,2026-01-01,,much
A,,12.345,EUR,2026-01-01,,
"""


def test_bad_rows_come_back_and_good_ones_go_in(department, policy):
    done = load(department, policy, BAD)
    assert (done.new, len(limits())) == (1, 1)
    assert [one.line for one in done.refused] == list(range(3, 15))
    codes = [one.code for one in done.refused]
    assert codes[:6] == [
        "cover_one_buyer", "cover_one_buyer", "cover_unknown_buyer", "cover_no_amount", "cover_negative", "cover_other_currency",
    ]  # fmt: skip
    assert codes[8:11] == ["cover_ends_before", "cover_share", "cover_share"]
    assert all(one.remedy for one in done.refused)


def test_mended_rows_can_be_read_in_again(department, policy):
    done = load(department, policy, "customer,limit,from\nA,1000,2026-01-01\n=B,2000,2026-01-01\n")
    back = write_refused(done.file.table, done.refused, more=(RowReason,))
    assert b"'=B" in back
    mended = back.replace(b"'=B", b"B")
    assert read_table(mended, "x.csv").guarded
    assert do_import_limits(department.actor(DAY), policy.pk, mended, "x.csv").new == 1
    assert [row[0] for row in limits()] == ["A", "B"]


def test_a_list_without_its_columns_is_refused_whole(department, policy):
    for text in ("customer,from\nA,2026-01-01\n", "limit,from\n1,2026-01-01\n", ""):
        with pytest.raises(FormatError):
            load(department, policy, text)
    assert limits() == []


def test_only_who_may_import_imports(department, policy):
    with pytest.raises(NotAllowed):
        do_import_limits(
            department.actor(DAY, "account_owner"), policy.pk, b"customer,limit,from\nA,1,2026-01-01\n", "x"
        )
    assert limits() == []
