"""Refused rows go out as a file, are mended and come back."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.formats.guard import guard, unguard
from fairdue.formats.headings import recognise
from fairdue.formats.reasons import ALL_REASONS
from fairdue.formats.refused import write_refused
from fairdue.formats.tables import read_table
from fairdue.formats.values.records import read_records
from fairdue.kernel.reasons import text_index

SOURCE = (
    "Invoice No,Customer,Due date,Amount,Currency,Text\n"
    "1,C1,2025-01-31,5.00,EUR,fine\n"
    '2,C1,2025-02-30,5.00,EUR,"=HYPERLINK(""http://x"",""y"")"\n'
    "3,C1,2025-01-31,-5.x,EUR,'quoted\n"
    "4,C1,2025-01-31,-6.00,EUR,@cmd,extra\n"
)


def written(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_round_trip_of_refused_rows() -> None:
    table = read_table(SOURCE.encode(), "in.csv")
    mapping = recognise(table)
    records = read_records(table, mapping)
    assert (records.columns["document_number"], [one.line for one in records.refusals]) == (["1"], [3, 4, 5])

    out = write_refused(table, records.refusals)
    rows = written(out)
    assert rows[0] == [*table.headings, "fairdue_line", "fairdue_reason", "fairdue_remedy"]
    assert rows[1] == [
        "2", "C1", "2025-02-30", "5.00", "EUR", "'=HYPERLINK(\"http://x\",\"y\")", "3", "due_on is not a date: 2025-02-30",
        "Write it as YYYY-MM-DD.",
    ]  # fmt: skip
    assert rows[2][3:6] == ["'-5.x", "EUR", "''quoted"]
    assert rows[3][3:7] == ["-6.00", "EUR", "'@cmd | extra", "5"]

    back = read_table(out, "refused.csv")
    assert back.guarded
    assert back.row_text(0)[5] == '=HYPERLINK("http://x","y")'
    assert back.row_text(1)[3:6] == ("-5.x", "EUR", "'quoted")
    again = recognise(back, remembered=mapping)
    assert again.headings() == mapping.headings()
    assert {heading for heading, why in again.unmapped if why == "ignored"} == {
        "fairdue_line",
        "fairdue_reason",
        "fairdue_remedy",
    }

    mended = out.decode("utf-8-sig").replace("2025-02-30,5.00", "2025-02-28,5.00").replace("'-5.x", "-5.00")
    good = read_records(read_table(mended.encode(), "mended.csv"), again)
    assert good.refusals == ()
    assert good.columns["document_number"] == ["2", "3", "4"]
    assert good.columns["amount_minor"] == [500, -500, -600]


def test_refused_again_keeps_one_set_of_own_columns() -> None:
    table = read_table(SOURCE.encode(), "in.csv")
    records = read_records(table, recognise(table))
    back = read_table(write_refused(table, records.refusals), "refused.csv")
    second = write_refused(back, read_records(back, recognise(back)).refusals)
    assert written(second)[0].count("fairdue_line") == 1


def test_reasons_are_translated_with_their_field() -> None:
    table = read_table(SOURCE.encode(), "in.csv")
    refusals = read_records(table, recognise(table)).refusals
    words = {"due_on": "到期日", "%(field)s is not a date: %(value)s": "%(field)s不是日期：%(value)s"}
    rows = written(write_refused(table, refusals, lambda text: words.get(text, text)))
    assert rows[1][7] == "到期日不是日期：2025-02-30"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20))
def test_guard_is_reversible_and_leaves_nothing_that_runs(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in ("=", "@", "\t", "\r")


def test_signed_numbers_are_not_guarded() -> None:
    assert [guard(text) for text in ("-12.50", "+1,5", "-1 200,00")] == ["-12.50", "+1,5", "-1 200,00"]
    assert [guard(text) for text in ("-2+3", "+49 (30) 1", "-", "=1")] == ["'-2+3", "'+49 (30) 1", "'-", "'=1"]


def test_each_reason_has_one_code_and_every_refusal_a_remedy() -> None:
    texts = text_index(*ALL_REASONS)
    assert len(texts) == sum(len(enum) for enum in ALL_REASONS)
    for enum in ALL_REASONS[:2]:
        assert all(member.remedy for member in enum)
