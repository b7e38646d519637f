"""A total booked in one file, its parts told in another: matched as its parts, counted once, whatever comes when."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from batch_files import OWN, camt, entry
from cash_desk import Desk
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fairdue.cash import book, queries, queue
from fairdue.cash.actions import do_assign, do_post, do_propose, do_take_in, do_undo
from fairdue.cash.matching.records import Answer, Kind, Part
from fairdue.cash.models import BankLine
from fairdue.cash.plan import Misfit
from fairdue.cash.rates import rates
from fairdue.cash.totals import Entry, Told, Total, expanded
from fairdue.ledger.queries import unapplied_payments
from fairdue.people.actor import Actor
from fairdue.people.models import Company

PARTS = ((100_00, "Muster AG", "R-1"), (60_00, "Zweite AG", "R-2"), (60_00, "Zweite AG", "R-3"))
TOTAL = sum(minor for minor, _, _ in PARTS)
END = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


def take(desk: Desk, data: bytes) -> None:
    do_take_in(desk.actor, data, "f.xml", new_account=True)


def short(reference: str = "B1", batch: str = "", **more) -> bytes:
    return camt("Stmt", entry(TOTAL, reference=reference, batch=batch), closing=TOTAL, **more)


def notice(reference: str = "B1", batch: str = "", element: str = "Ntfctn", parts=PARTS, **more) -> bytes:
    return camt(element, entry(sum(one[0] for one in parts), parts, reference=reference, batch=batch, **more))


def waiting(desk: Desk) -> Counter[tuple[int, str]]:
    return Counter(book.undecided(desk.company_id).values_list("amount_minor", "text"))


AS_PARTS = Counter((minor, text) for minor, _, text in PARTS)


@pytest.mark.django_db
@pytest.mark.parametrize("element", ["Ntfctn", "Rpt"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("reference", "batch"), [("B1", ""), ("", "P1"), ("B1", "P1")])
def test_the_parts_are_matched_and_the_total_is_not(desk, element, first, reference, batch) -> None:
    files = [notice(reference, batch, element), short(reference, batch)]
    for data in files if first else reversed(files):
        take(desk, data)
    assert waiting(desk) == {(TOTAL, ""): 1}
    assert do_propose(desk.actor).expanded == 1
    assert waiting(desk) == AS_PARTS
    assert queries.newest(desk.company_id, None, announced=True, number=9) == []
    total = BankLine.objects.get(part=0)
    with pytest.raises(Misfit, match="told in 3 parts"):
        queue.line_with_all(desk.company_id, total.pk)
    (one,) = rates(desk.company_id, "account")
    assert (one.lines, one.value_minor) == (3, TOTAL)
    assert do_propose(desk.actor).expanded == 0


@pytest.mark.django_db
def test_the_same_statement_in_more_detail(desk) -> None:
    """Told once more with its parts it is the same statement (9), which now tells the parts."""
    take(desk, short())
    take(desk, camt("Stmt", entry(TOTAL, PARTS, reference="B1"), closing=TOTAL, salt=1))
    do_propose(desk.actor)
    assert waiting(desk) == AS_PARTS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [
        notice("B2"), notice("", ""), notice(day="2026-02-26"), notice(parts=PARTS[:2]), notice("", "P1"),
        camt("Ntfctn", entry(TOTAL, PARTS, reference="B1"), iban="DE02120300000000202051"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_not_expanded(desk, data) -> None:
    take(desk, short())
    take(desk, data)
    assert do_propose(desk.actor).expanded == 0
    assert waiting(desk) == {(TOTAL, ""): 1}


@pytest.mark.django_db
def test_two_lists_that_differ_expand_nothing(desk) -> None:
    take(desk, short())
    take(desk, notice())
    take(desk, notice(parts=((110_00, "A", "x"), (110_00, "B", "y"))))
    assert do_propose(desk.actor).expanded == 0


@pytest.mark.django_db
def test_a_list_told_again_after_it_was_used_expands_no_twin(desk) -> None:
    """One statement holds the total twice: the list is of one of them, however often it comes."""
    take(desk, camt("Stmt", entry(TOTAL, reference="B1"), entry(TOTAL, reference="B1"), closing=2 * TOTAL))
    take(desk, notice())
    assert do_propose(desk.actor).expanded == 1
    take(desk, camt("Rpt", entry(TOTAL, PARTS, reference="B1"), salt=7))
    assert do_propose(desk.actor).expanded == 0
    assert waiting(desk) == AS_PARTS + Counter({(TOTAL, ""): 1})


def suspecting(desk: Desk):
    """A matcher that thinks all money is one customer's, and is not sure."""
    customer = desk.customer()

    def matcher(book, lines, allowed):
        for line in lines:
            part = Part(None, customer, line.amount_minor, Kind.ON_ACCOUNT)
            yield Answer(line.id, "waiting", 1000, "payer_only", (part,), ())

    return matcher


def money(desk: Desk) -> Counter[int]:
    return Counter(one.rest_minor for one in unapplied_payments(desk.company_id, END) if one.rest_minor)


@pytest.mark.django_db
def test_suspected_money_of_the_total_makes_room_for_its_parts(desk) -> None:
    take(desk, short())
    do_propose(desk.actor, matcher=suspecting(desk))
    assert money(desk) == {TOTAL: 1}
    take(desk, notice())
    do_propose(desk.actor, matcher=suspecting(desk))
    assert money(desk) == {100_00: 1, 60_00: 2}


@pytest.mark.django_db
def test_a_decided_total_stays_until_it_is_taken_back(desk) -> None:
    take(desk, short())
    line = BankLine.objects.get()
    do_assign(desk.actor, line.pk, [Part(None, desk.customer(), TOTAL, Kind.ON_ACCOUNT)])
    take(desk, notice())
    assert do_propose(desk.actor).expanded == 0
    assert money(desk) == {TOTAL: 1}
    do_undo(desk.actor, line.pk, reason="it is a batch", wrong=True)
    assert do_propose(desk.actor, matcher=suspecting(desk)).expanded == 1
    assert money(desk) == {100_00: 1, 60_00: 2}


@pytest.mark.django_db
def test_parts_post_to_their_items(desk) -> None:
    items = [desk.item(minor, f"RE-2026-77{at}", customer=name) for at, (minor, name, _) in enumerate(PARTS)]
    parts = tuple((minor, name, f"RE-2026-77{at}") for at, (minor, name, _) in enumerate(PARTS))
    take(desk, short())
    take(desk, notice(parts=parts))
    do_propose(desk.actor)
    assert do_post(desk.actor).posted == 3
    assert [desk.open().get(item.pk, 0) for item in items] == [0, 0, 0]
    assert waiting(desk) == {}


@pytest.mark.django_db
def test_batches_are_never_changed_and_stay_within_their_company(desk, other_desk) -> None:
    take(desk, short())
    take(desk, notice())
    do_propose(desk.actor)
    assert do_propose(other_desk.actor).expanded == 0
    for statement in ("UPDATE cash_batch SET parts_count = 1", "DELETE FROM cash_batch"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


NEXT = {"opening": TOTAL, "closing": TOTAL + 5_00, "day": "2026-02-28"}
FILES = {
    "short": short("B1", "P1"),
    "notice": notice("B1", "P1"),
    "again": camt("Ntfctn", entry(TOTAL, PARTS, reference="B1", batch="P1"), salt=5),
    "intraday": notice("B1", "P1", "Rpt"),
    "whole": camt("Stmt", entry(TOTAL, PARTS, reference="B1", batch="P1"), closing=TOTAL, salt=6),
    "single": camt("Stmt", entry(5_00, text="alone", reference="B9", day="2026-02-28"), **NEXT),
}
ORDERS = st.lists(st.tuples(st.sampled_from(sorted(FILES)), st.booleans()), max_size=6)


class AnyOrder(TestCase):
    """Hypothesis rolls each example back."""

    @given(ORDERS, st.permutations(sorted(FILES)))
    @settings(max_examples=25)
    def test_any_order_repetition_and_proposing_between_gives_the_same_lines_and_money(self, before, rest):
        company = Company.objects.create(code="acme", name="A", country="DE", currency="EUR", language="de")
        desk = Desk(Actor(company.pk, datetime(2026, 3, 2, 9, tzinfo=UTC), name="T", roles=frozenset({"finance_lead"})))
        matcher = suspecting(desk)
        for name, propose in [*before, *((one, False) for one in rest)]:
            take(desk, FILES[name])
            if propose:
                do_propose(desk.actor, matcher=matcher)
        do_propose(desk.actor, matcher=matcher)
        lines = book.undecided(company.pk).filter(account__number=OWN)
        assert Counter(lines.values_list("amount_minor", flat=True)) == {100_00: 1, 60_00: 2, 5_00: 1}
        assert money(desk) == {100_00: 1, 60_00: 2, 5_00: 1}


def made(day: int, reference: str, batch: str, minor: int = 100) -> Entry:
    return Entry(1, "EUR", minor, date(2026, 3, day), None, reference, batch)


ENTRIES = st.builds(made, st.integers(1, 2), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "p"]))


@given(
    st.lists(ENTRIES, max_size=4),
    st.lists(st.tuples(ENTRIES, st.sampled_from([("x", "y"), ("x", "z")])), max_size=5),
    st.randoms(),
)
def test_what_is_expanded_hangs_on_no_order_and_no_repetition(totals, lists, chance) -> None:
    def told(chosen, of):
        found = expanded(
            [Total(at, one) for at, one in enumerate(of)], [Told(at, 1, *one) for at, one in enumerate(chosen)]
        )
        assert len({line for line, _ in found}) == len(found) == len({one.content for _, one in found})
        return Counter((of[line], one.content) for line, one in found)

    again = lists + chance.choices(lists, k=2) if lists else []
    mixed = list(totals)
    chance.shuffle(again)
    chance.shuffle(mixed)
    assert told(lists, totals) == told(again, mixed)
