"""Registers of bills and cheques taken in, on both databases. Numbers are those of docs/algorithms/instruments.md."""

from __future__ import annotations

from datetime import timedelta

import pytest
from instrument_registers import HEADINGS, many, owe, sheet, written

from fairdue.cash.actions.import_instruments import do_import_instruments
from fairdue.cash.actions.instruments import Step, Told, do_add_instrument, do_step, do_undo_step
from fairdue.cash.instrument_register import kind_of
from fairdue.cash.instruments import standing, states
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep
from fairdue.formats.errors import FormatError
from fairdue.ledger.models import AuditEntry, Hold
from fairdue.people.days import today_of

pytestmark = pytest.mark.django_db
PACKAGE = "1" + "0" * 28 + "7"


def counted(done) -> tuple[int, int, int, int]:
    return done.new, done.known, done.covers, len(done.refused)


def why(done) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.code.rpartition(".")[2]) for one in done.refused]


def kept() -> tuple:
    return (
        list(Instrument.objects.order_by("pk").values()), InstrumentStep.objects.count(),
        list(InstrumentCover.objects.order_by("pk").values()), Hold.objects.count(), AuditEntry.objects.count(),
    )  # fmt: skip


@pytest.mark.parametrize("as_sheet", [False, True])
def test_a_chinese_register_of_split_bills(desk, as_sheet) -> None:
    one, other = desk.item(600_00, "F-1", currency="CNY"), desk.item(900_00, "F-2", currency="CNY")
    due = today_of(desk.actor) + timedelta(days=90)
    day = due if as_sheet else due.strftime("%Y年%m月%d日")
    rows = [
        (PACKAGE, "电子银行承兑汇票", "1,000.00", "", day, "出票有限公司", "工商银行", "1-100000", "0001", "F-1、F-2"),
        (PACKAGE, "银票", "500.00", "", day, "出票有限公司", "工商银行", "100001-150000", "1", "F-2"),
        ("C-1", "支票", "12.00", "", day, "", "", "0", "0001", ""),
    ]
    data = sheet(HEADINGS, *rows) if as_sheet else written(HEADINGS, *rows)
    done = do_import_instruments(desk.actor, data, "登记簿", currency="CNY")
    assert (counted(done), why(done)) == ((3, 0, 3, 0), [])
    first, second, cheque = Instrument.objects.order_by("pk")
    assert (first.kind, first.number, first.sub_from, first.sub_to, first.amount_minor, first.currency) == (
        "bank_acceptance", PACKAGE, 1, 100_000, 1_000_00, "CNY",
    )  # fmt: skip
    assert (first.drawer, first.acceptor, first.matures_on, first.grace_days) == ("出票有限公司", "工商银行", due, 10)
    assert (cheque.kind, cheque.sub_from, cheque.grace_days) == ("cheque", None, 5)
    assert list(InstrumentCover.objects.order_by("pk").values_list("instrument", "due_item", "amount_minor", "open_minor")) == [
        (first.pk, one.pk, 600_00, 600_00), (first.pk, other.pk, 400_00, 900_00), (second.pk, other.pk, 500_00, 900_00),
    ]  # fmt: skip
    held = Hold.objects.order_by("pk").values_list("due_item", "amount_minor", "reason", "until")
    end = first.payable_on + timedelta(days=10)
    assert list(held) == [
        (one.pk, 600_00, "instrument", end), (other.pk, 400_00, "instrument", end), (other.pk, 500_00, "instrument", end),
    ]  # fmt: skip
    before = kept()
    assert counted(do_import_instruments(desk.actor, data, "登记簿", currency="CNY")) == (0, 3, 0, 0)
    assert kept() == before


def test_what_a_register_writes_is_what_a_person_writes(desk) -> None:
    for number in ("A", "B"):
        desk.item(100_00, number)
    day = today_of(desk.actor) + timedelta(days=40)
    do_import_instruments(
        desk.actor,
        written(("Nummer", "Art", "Betrag", "Verfall", "Kunde", "Rechnungen"),
                ("W-1", "Wechsel", "80,00", day.strftime("%d.%m.%Y"), "Muster AG", "A=70.00")),
        "wechsel.csv",
    )  # fmt: skip
    from fairdue.ledger.models import DueItem

    item = DueItem.objects.get(document__number="B")
    told = Told(desk.customer(), "trade_acceptance", "W-2", "EUR", 80_00, day)
    do_add_instrument(desk.actor, told, [(item.pk, 70_00)])
    one, other = standing(desk.company_id, today_of(desk.actor))
    ignored = {"id", "number", "_state", "recorded_at"}

    def plain(row) -> dict:
        return {name: value for name, value in vars(row).items() if name not in ignored}

    assert {**plain(one.instrument), "_": None}.keys() == {**plain(other.instrument), "_": None}.keys()
    assert {k: v for k, v in plain(one.instrument).items() if k != "customer"} == {
        k: v for k, v in plain(other.instrument).items() if k != "customer"
    }
    assert one[1:] == other[1:]
    steps = InstrumentStep.objects.order_by("pk").values(
        "kind", "recourse", "effective_on", "allocations", "reason", "cost_minor"
    )
    assert steps[0] == steps[1]
    holds = Hold.objects.order_by("pk").values(
        "customer", "reason", "amount_minor", "currency", "since", "until", "owner"
    )
    assert holds[0] == holds[1]
    do_step(desk.actor, one.instrument.pk, Step("dishonoured", reason="refused"))
    assert Hold.objects.filter(released_on=None).count() == 1
    do_undo_step(desk.actor, one.instrument.pk, reason="wrong")
    assert Hold.objects.filter(released_on=None).count() == 2


def test_bad_rows_are_told_and_good_ones_go_in(desk) -> None:
    desk.item(100_00, "R-1")
    desk.item(50_00, "R-2", customer="Other AG")
    desk.item(50_00, "U-1", currency="USD")
    today = today_of(desk.actor)
    soon, far = (today + timedelta(days=30)).isoformat(), (today + timedelta(days=1)).isoformat()
    head = ("Number", "Kind", "Amount", "Currency", "Maturity", "Issue date", "Received", "Customer", "Range", "Covers")
    head = tuple("Sub-bill range" if name == "Range" else name for name in head)
    rows = (
        ("G-1", "cheque", "60.00", "EUR", soon, "", "", "0001", "", "R-1"),
        ("X-1", "promise", "60.00", "EUR", soon, "", "", "0001", "", ""),
        ("X-2", "cheque", "-60.00", "EUR", soon, "", "", "0001", "", ""),
        ("X-3", "cheque", "60.001", "EUR", soon, "", "", "0001", "", ""),
        ("X-4", "cheque", "60.00", "XXQ", soon, "", "", "0001", "", ""),
        ("X-5", "cheque", "60.00", "EUR", "soon", "", "", "0001", "", ""),
        ("X-6", "cheque", "60.00", "EUR", soon, "", "", "0099", "", ""),
        ("X-7", "cheque", "60.00", "EUR", soon, "", "", "0001", "", "R-2"),
        ("X-8", "cheque", "60.00", "EUR", soon, "", "", "0001", "", "U-1"),
        ("X-9", "cheque", "60.00", "EUR", soon, "", "", "0001", "", "R-1=40.01"),
        ("X-10", "cheque", "60.00", "EUR", soon, "", far, "0001", "", ""),
        ("X-11", "cheque", "60.00", "EUR", today.isoformat(), soon, "", "0001", "", ""),
        ("X-12", "bank acceptance", "60.00", "CNY", soon, "", "", "0001", "1-6000", ""),
        (PACKAGE, "bank acceptance", "60.00", "CNY", soon, "", "", "0001", "1-6001", ""),
        ("G-1", "cheque", "61.00", "EUR", soon, "", "", "0001", "", ""),
        ("", "cheque", "60.00", "EUR", soon, "", "", "0001", "", ""),
        ("X-13", "cheque", "60.00", "EUR", soon, "", "", "", "", ""),
        ("G-2", "cheque", "40.00", "EUR", soon, "", "", "", "", "R-1"),
        ("X-14", "cheque", "40.00", "EUR", soon, "", "", "", "", "R-1"),
    )
    done = do_import_instruments(desk.actor, written(head, *rows), "r.csv")
    assert why(done) == [
        (3, "Kind", "register_kind"), (4, "Amount", "register_amount"), (5, "Amount", "amount_more_decimals"),
        (6, "Currency", "currency_unknown"), (7, "Maturity", "date_unreadable"), (8, "Customer", "register_customer"),
        (9, "Covers", "register_invoice"), (10, "Covers", "register_invoice"), (11, "Covers", "register_too_much"),
        (12, "Received", "instrument_future"), (13, "Maturity", "instrument_days"), (14, "Number", "instrument_digits"),
        (15, "Amount", "register_units"), (16, "Number", "register_other"), (17, "Number", "value_missing"),
        (18, "Customer", "register_several_customers"), (20, "Covers", "register_nothing_open"),
    ]  # fmt: skip
    assert all(one.remedy for one in done.refused)
    assert counted(done)[:3] == (2, 0, 2)
    assert list(Instrument.objects.order_by("pk").values_list("number", flat=True)) == ["G-1", "G-2"]
    assert list(InstrumentCover.objects.order_by("pk").values_list("amount_minor", flat=True)) == [60_00, 40_00]
    again = do_import_instruments(desk.actor, written(head, *rows), "r.csv")
    assert (counted(again)[:3], why(again)) == ((0, 2, 0), why(done))


def test_a_receipt_that_was_taken_back_is_not_known(desk) -> None:
    desk.item(100_00, "R-1")
    day = (today_of(desk.actor) + timedelta(days=30)).isoformat()
    data = written(("Number", "Amount", "Due", "Customer", "Invoice"), ("C-1", "60.00", day, "0001", "R-1"))
    assert counted(do_import_instruments(desk.actor, data, "r.csv", kind="cheque")) == (1, 0, 1, 0)
    do_undo_step(desk.actor, Instrument.objects.get().pk, reason="not ours")
    assert counted(do_import_instruments(desk.actor, data, "r.csv", kind="cheque")) == (1, 0, 1, 0)
    assert len(states(list(Instrument.objects.values_list("pk", flat=True)))) == 1


def test_files_without_their_columns_are_refused(desk) -> None:
    for head, missing in (
        (("Amount", "Due", "Customer", "Kind"), "number"), (("Number", "Due", "Customer", "Kind"), "amount"),
        (("Number", "Amount", "Customer", "Kind"), "matures_on"), (("Number", "Amount", "Due", "Kind"), "customer"),
        (("Number", "Amount", "Due", "Customer"), "kind"),
    ):  # fmt: skip
        with pytest.raises(FormatError) as caught:
            do_import_instruments(desk.actor, written(head, ("1", "2", "2026-12-01", "1")), "r.csv")
        assert dict(caught.value.reason.values)["field"] == missing
    assert Instrument.objects.count() == 0


def test_portions_and_progress(desk) -> None:
    from fairdue.ledger.models import Customer

    owe(desk.actor, 1_100)
    heard: list[tuple[int, int]] = []
    done = do_import_instruments(desk.actor, many(1_100), "r.csv", progress=lambda *at: heard.append(at))
    assert counted(done) == (1_100, 0, 1_100, 0)
    assert heard == [(500, 1_100), (1_000, 1_100), (1_100, 1_100)]
    assert Customer.objects.count() == 10
    assert AuditEntry.objects.filter(action="import_instruments").count() == 3
    assert Hold.objects.filter(reason="instrument", amount_minor=90_00).count() == 1_100


def test_nothing_of_another_company_is_seen(desk, other_desk) -> None:
    other_desk.item(100_00, "R-1")
    day = (today_of(desk.actor) + timedelta(days=30)).isoformat()
    data = written(("Number", "Amount", "Due", "Customer", "Invoice"), ("C-1", "60.00", day, "", "R-1"))
    assert why(do_import_instruments(desk.actor, data, "r.csv", kind="cheque")) == [
        (2, "Invoice", "register_several_customers")
    ]
    assert counted(do_import_instruments(other_desk.actor, data, "r.csv", kind="cheque")) == (1, 0, 1, 0)


def test_words_for_kinds() -> None:
    told = ("商业承兑汇票", "Scheck", "SEPA-Lastschrift", "银行卡", "Wechsel", "Kunde", "nothing")
    assert [kind_of(one) for one in told] == [
        "trade_acceptance",
        "cheque",
        "direct_debit",
        "card",
        "trade_acceptance",
        "",
        "",
    ]
