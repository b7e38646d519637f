"""Remittance advices from files: taken in once, tied to their payment, free again, withdrawn. Numbers are the page's."""

from __future__ import annotations

from datetime import timedelta

import advice_samples
import pytest
from advice_samples import LISTED
from cash_desk import DAY
from django.db import DatabaseError, connection, transaction

from fairdue.cash import advising
from fairdue.cash.actions import (
    CashError,
    ToldAdvice,
    do_post,
    do_propose,
    do_take_in_advice,
    do_undo,
    do_withdraw_advice,
)
from fairdue.cash.models import Advice, AdviceLine, BankLine, Decision, Proposal
from fairdue.cash.plan import Misfit
from fairdue.formats.errors import FormatError
from fairdue.ledger import store
from fairdue.ledger.models import AuditEntry
from fairdue.people.actor import Actor, NotAllowed

pytestmark = pytest.mark.django_db
TOTAL = sum(minor for _, minor in LISTED)
FILES = {
    "avis.xlsx": advice_samples.workbook, "avis.pdf": advice_samples.pdf, "avis.csv": advice_samples.table,
    "avis.txt": lambda: advice_samples.words().encode(), "avis.eml": lambda: advice_samples.mail(advice_samples.words()),
    "pdf in mail.eml": lambda: advice_samples.mail(files=(("a.pdf", advice_samples.pdf()),)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def items(desk):
    """The items of the list, and others whose sums would fit as well."""
    found = [desk.item(minor, number) for number, minor in LISTED]
    for at in range(12):
        desk.item(10000 + at * 2500, f"RE-2026-02{at:02d}")
    return found


def take(desk, data: bytes, name: str = "avis", **more):
    (one,) = do_take_in_advice(desk.actor, data, name, told=ToldAdvice(**more))
    return one


def told(advice: Advice) -> list[tuple[str, int]]:
    rows = advice.lines.filter(amount_minor__isnull=False).order_by("place")
    return list(rows.values_list("number", "amount_minor"))


def states(desk) -> list[str]:
    return [one.state for one in advising.listed(desk.company_id)]


@pytest.mark.parametrize("name", FILES)
def test_a_lump_sum_without_any_reference_posts_to_the_items_of_its_advice(desk, items, name) -> None:
    line = desk.line(TOTAL, text="Zahlung Sammelueberweisung")
    do_propose(desk.actor)
    assert Proposal.objects.latest("pk").state != "posted"
    one = take(desk, FILES[name](), name)
    assert (told(one.advice), one.advice.agrees, one.advice.sure, one.unread) == (list(LISTED), True, True, 0)
    assert one.advice.customer_id == desk.customer()
    do_propose(desk.actor)
    proposal = Proposal.objects.latest("pk")
    assert (proposal.state, proposal.evidence_class, proposal.advice_id) == ("posted", "advice", one.advice.pk)
    assert proposal.evidence[0]["values"]["advice"] == one.advice.pk
    assert do_post(desk.actor).posted == 1
    opened = desk.open()
    assert [opened.get(item.pk, 0) for item in items] == [0, 0, 0, 0]
    assert sum(minor > 0 for minor in opened.values()) == 12
    (listed,) = advising.listed(desk.company_id)
    assert (listed.state, listed.line) == ("tied", line.pk)


def test_an_advice_books_nothing_by_itself(desk, items) -> None:
    before = desk.open()
    take(desk, advice_samples.table())
    assert do_propose(desk.actor).lines == 0
    assert (desk.open(), Decision.objects.count()) == (before, 0)


def test_taken_back_the_advice_is_open_again(desk, items) -> None:
    line = desk.line(TOTAL)
    one = take(desk, advice_samples.table())
    do_propose(desk.actor)
    do_post(desk.actor)
    with pytest.raises(Misfit, match=f"tied to line {line.pk}"):
        do_withdraw_advice(desk.actor, one.advice.pk, reason="typed wrong")
    assert advising.given(desk.company_id, DAY) == []
    do_undo(desk.actor, line.pk, reason="test", wrong=False)
    assert states(desk) == ["open"]
    (again,) = advising.given(desk.company_id, DAY)
    assert again.id == one.advice.pk
    do_propose(desk.actor)
    assert Proposal.objects.latest("pk").state == "waiting"  # A line that was taken back waits for a person.


def test_two_payments_do_not_share_an_advice(desk, items) -> None:
    desk.line(TOTAL)
    desk.line(TOTAL)
    take(desk, advice_samples.table())
    do_propose(desk.actor)
    assert Proposal.objects.filter(evidence_class="advice", state="posted").count() == 1


def test_the_same_bytes_change_nothing(desk, items) -> None:
    first = take(desk, advice_samples.table())
    again = take(desk, advice_samples.table(), "another name")
    assert (again.known, again.advice.pk) == (True, first.advice.pk)
    assert (Advice.objects.count(), AdviceLine.objects.count()) == (1, 4)
    assert store.get(desk.company_id, first.advice.sha256) == advice_samples.table()


def test_the_same_list_in_another_file_repeats_the_first(desk, items) -> None:
    first = take(desk, advice_samples.table())
    for name in ("avis.xlsx", "avis.pdf", "avis.eml"):
        again = take(desk, FILES[name](), name)
        assert (again.known, again.advice.repeats_id) == (False, first.advice.pk)
    assert states(desk) == ["repeats", "repeats", "repeats", "open"]
    assert len(advising.given(desk.company_id, DAY)) == 1


def test_another_number_or_much_later_it_is_another_advice(desk, items) -> None:
    listed = LISTED[:2]
    take(desk, advice_samples.words(listed).encode())
    other = advice_samples.words(listed).replace("wir haben", "Avis Nr. 2026-78: wir haben")
    second = take(desk, other.encode())
    assert (second.advice.number, second.advice.repeats_id is not None) == ("2026-78", True)
    third = take(desk, other.replace("-78", "-79").encode())
    assert third.advice.repeats_id is not None  # The first has no number, and says the same.
    late = take(desk, other.replace("-78", "-80").encode(), on=DAY + timedelta(days=90))
    assert late.advice.repeats_id is None


def test_withdrawn_it_counts_no_more_and_again_anew(desk, items) -> None:
    desk.line(TOTAL)
    first = take(desk, advice_samples.table())
    with pytest.raises(Misfit, match="reason is needed"):
        do_withdraw_advice(desk.actor, first.advice.pk, reason=" ")
    do_withdraw_advice(desk.actor, first.advice.pk, reason="of another customer")
    with pytest.raises(Misfit, match="no advice"):
        do_withdraw_advice(desk.actor, first.advice.pk, reason="twice")
    do_propose(desk.actor)
    assert not Proposal.objects.filter(evidence_class="advice").exists()
    again = take(desk, advice_samples.table())
    assert (again.known, again.advice.turn, again.advice.repeats_id) == (False, 2, None)
    assert states(desk) == ["open", "withdrawn"]


def test_lines_that_name_no_known_item_are_kept_and_make_it_unsure(desk) -> None:
    for number, minor in LISTED[:2]:
        desk.item(minor, number)
    desk.line(119000 + 20050)
    one = take(desk, b"RE-2026-0101;1190,00\nRE-2026-0102;200,50\nRE-2026-9999;77,00\n")
    assert (one.unread, one.advice.agrees, one.advice.sure) == (1, False, False)
    assert one.advice.lines.get(amount_minor=None).text == "RE-2026-9999\t77,00"
    do_propose(desk.actor)
    proposal = Proposal.objects.latest("pk")
    assert (proposal.state, proposal.evidence_class) == ("waiting", "advice_unsure")
    assert proposal.evidence[-1]["code"] == "cash.match.advice_unsure"


def test_whose_it_is(desk) -> None:
    for number, minor in LISTED[:2]:
        desk.item(minor, number, customer="Erste AG")
    desk.item(30500, "RE-2026-0103", customer="Zweite AG")
    first, second = desk.customers["Erste AG"], desk.customers["Zweite AG"]
    of_first = take(desk, b"RE-2026-0101;1190,00\nRE-2026-0102;200,50\n")
    assert (of_first.advice.customer_id, of_first.advice.owner) == (first, "items")
    both = take(desk, b"RE-2026-0101;1190,00\nRE-2026-0103;305,00\n")
    assert (both.advice.customer_id, both.advice.owner) == (None, "nobody")
    told_so = take(desk, b"RE-2026-0101;1190,00\nRE-2026-0103;305,00\n\n", customer=second)
    assert (told(told_so.advice), told_so.advice.owner, told_so.unread) == ([("RE-2026-0103", 30500)], "told", 1)


def test_the_currency_of_most_lines_counts(desk) -> None:
    desk.item(119000, "RE-2026-0101", currency="USD")
    desk.item(20050, "RE-2026-0102", currency="USD")
    desk.item(30500, "RE-2026-0103")
    data = b"RE-2026-0101;1190,00\nRE-2026-0102;200,50\nRE-2026-0103;305,00\n"
    one = take(desk, data)
    assert (one.advice.currency, len(told(one.advice)), one.unread) == ("USD", 2, 1)
    euro = take(desk, data, currency="eur")
    assert (euro.advice.currency, told(euro.advice)) == ("EUR", [("RE-2026-0103", 30500)])
    with pytest.raises(CashError, match="XXZ is no currency"):
        take(desk, data, currency="XXZ")


def test_the_column_of_what_was_paid_is_taken_by_its_heading(desk, items) -> None:
    one = take(desk, advice_samples.workbook(total=False))
    assert (told(one.advice), one.advice.agrees) == (list(LISTED), False)


@pytest.mark.parametrize(
    "data", [b"", b"Vielen Dank", b"RE-2026-0101", b"\x89PNG\r\n\x1a\n", b"<html>RE-2026-0101 1190,00</html>", b"%PDF-1.4 broken",
             b"PK\x03\x04rubbish", b"RE-2026-0101;1190,00\n" * 5001, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"x,y\n" + b"9" * 40_000],
)  # fmt: skip
def test_what_is_no_advice_is_refused_and_nothing_is_written(desk, items, data) -> None:
    entries = AuditEntry.objects.count()
    with pytest.raises(FormatError) as refused:
        take(desk, data, "file")
    assert refused.value.file == "file"
    assert (Advice.objects.count(), AuditEntry.objects.count()) == (0, entries)


def test_damaged_advices_are_read_or_refused(desk, items, record_property) -> None:
    """Bytes of the samples, changed, cut and doubled: an advice or a refusal, never another error."""
    import random

    from fairdue.cash.actions import advice_desk

    chance, ended = random.Random(11), {"read": 0, "refused": 0}
    with advice_desk(desk.actor, seconds_max=5) as table:
        for name, make in FILES.items():
            good = make()
            for _ in range(25):
                data = bytearray(good)
                for _ in range(chance.randrange(1, 12)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                data = data[: chance.randrange(1, len(data))] if chance.random() < 0.4 else data
                try:
                    do_take_in_advice(desk.actor, bytes(data), name, desk=table)
                    ended["read"] += 1
                except FormatError:
                    ended["refused"] += 1
    assert sum(ended.values()) == 25 * len(FILES)
    assert min(ended.values()) > 10
    assert Advice.objects.count() <= ended["read"]


def test_rights_and_walls(desk, other_desk, items) -> None:
    reader = Actor(desk.company_id, desk.actor.at, name="R", roles=frozenset({"account_owner"}))
    with pytest.raises(NotAllowed):
        do_take_in_advice(reader, advice_samples.table(), "x")
    with pytest.raises(FormatError):
        do_take_in_advice(other_desk.actor, advice_samples.table(), "x")
    one = take(desk, advice_samples.table())
    with pytest.raises(Misfit):
        do_withdraw_advice(other_desk.actor, one.advice.pk, reason="not mine")
    assert advising.listed(other_desk.company_id) == []


@pytest.mark.parametrize("table", ["cash_advice", "cash_advice_line"])
def test_what_was_told_is_never_changed(desk, items, table) -> None:
    take(desk, advice_samples.table())
    for statement in (f"UPDATE {table} SET id = id + 1000", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_reading_a_book_costs_the_same_with_many_advices(desk, items, django_assert_num_queries) -> None:
    for at in range(9):
        take(desk, f"RE-2026-02{at:02d};{100 + at * 25},00\n".encode())
    with django_assert_num_queries(2):
        assert len(advising.given(desk.company_id, DAY)) == 9
    assert BankLine.objects.count() == 0
