"""Every night the ledger is held against its sources' last lists, and posting can begin in mid-life."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting

from fairdue.books import files
from fairdue.books.actions import do_cut
from fairdue.books.models import Posting, PostingBatch
from fairdue.books.opening import OpeningError, do_open
from fairdue.contact.models import Task
from fairdue.cycle import line
from fairdue.cycle.tie import do_tie, open_books, tie_out
from fairdue.intake import bring
from fairdue.ledger.actions import do_allocate, do_book_payment
from fairdue.ledger.models import Allocation, DueItem, Source

pytestmark = pytest.mark.django_db
HEAD = "customer no;customer name;invoice no;invoice date;due date;currency;amount;open amount\n"
LIST = (
    HEAD
    + "17;Muster AG;R1;01.02.2026;03.03.2026;EUR;1000,00;1000,00\n18;Beispiel KG;R3;20.02.2026;22.03.2026;EUR;300,00;300,00\n"
)


def bring_list(company, text: str, on: date) -> Source:
    reading = bring.read_for(Source.objects.filter(code="erp").first(), text.encode(), f"{on}.csv", as_of=on)
    bring.do_bring(acting(company, on), "erp", reading, as_of=on, full=True)
    return Source.objects.get(code="erp")


def pay(company, number: str, amount_minor: int, on: date) -> Allocation:
    item = DueItem.objects.get(document__number=number, currency="EUR")
    paid = do_book_payment(
        acting(company, on), amount_minor=amount_minor, currency="EUR", effective_on=on, customer_id=item.customer_id
    )
    return do_allocate(
        acting(company, on), due_item_id=item.pk, payment_id=paid.pk, amount_minor=amount_minor, effective_on=on
    )


@pytest.fixture
def erp(company, data_dir) -> Source:
    return bring_list(company, LIST, DAY)


def findings() -> list[Task]:
    return list(Task.objects.filter(key__startswith="tie/", done_at__isnull=True).order_by("id"))


def test_what_the_books_have_booked_and_the_list_still_shows_is_a_finding_until_it_ties(erp, company):
    """100.00 paid, told to the books and booked; the ERP's next list still shows 1,000.00."""
    from fairdue.books.actions import do_acknowledge
    from fairdue.books.rules import Given

    pay(company, "R1", 100_00, DAY)
    assert do_tie(acting(company), DAY).differing == 0, "what the books were not asked for yet is no finding"
    for batch in do_cut(acting(company)):
        do_acknowledge(acting(company), batch.number, [Given(None, True)], key=f"b{batch.number}")
    later = DAY + timedelta(days=1)
    bring_list(company, LIST.replace("300,00;300,00", "300,00;300,00"), later)
    found = do_tie(acting(company, later), later)
    assert (found.sources, found.differing, found.opened) == (1, 1, 1)
    assert found.as_dict() == {"sources": 1, "differing": 1, "unexplained": [["EUR", 100_00]]}
    (task,) = findings()
    (reason,) = task.reasons
    assert (reason["code"], reason["values"]["at_risk_minor"], reason["values"]["currency"]) == (
        "tie.differs",
        100_00,
        "EUR",
    )
    assert task.customer.number == "17"
    assert do_tie(acting(company, later), later).opened == 0, "the same night again changes nothing"
    assert len(findings()) == 1
    bring_list(company, LIST.replace("1000,00;1000,00", "1000,00;900,00"), later + timedelta(days=1))
    assert do_tie(acting(company, later), later + timedelta(days=1)).ended == 1
    assert findings() == []


def test_the_nightly_line_puts_findings_into_its_own_worklist(ready):
    from fairdue.intake.models import Import

    bring_list(ready, LIST, DAY)
    # Somebody changed the ledger's side without the books: an item that only the ledger has from this source.
    item = DueItem.objects.get(document__number="R1")
    pay(ready, "R1", 100_00, DAY)
    from fairdue.books.actions import do_acknowledge
    from fairdue.books.rules import Given

    for batch in do_cut(acting(ready)):
        do_acknowledge(acting(ready), batch.number, [Given(None, True)], key=f"b{batch.number}")
    assert Import.objects.exists()
    run = line.go(acting(ready), DAY)
    assert run.summary["tie"]["differing"] >= 1
    row = run.worklist.get(customer_id=item.customer_id, action="other")
    assert (row.currency, row.amount_minor) == ("EUR", 100_00)


def test_posting_begins_in_mid_life_and_nothing_of_before_is_handed_out(erp, company, data_dir):
    """A year of payments is in the ledger and in the ERP. The opening marks them; the next payment is the first line handed out."""
    pay(company, "R1", 100_00, DAY)
    reading = bring.read_for(erp, LIST.replace("1000,00;1000,00", "1000,00;900,00").encode(), "now.csv", as_of=DAY)
    opened, (tied,) = open_books(acting(company), DAY, [(erp, reading)])
    assert tied.agrees
    assert opened.lines == Posting.objects.count() == 2
    assert files.waiting_batches(company.pk) == []
    with pytest.raises(files.BooksError):
        files.hand_out(acting(company), "acme", PostingBatch.objects.get(), "csv")
    assert tie_out(erp, reading, DAY).agrees
    pay(company, "R3", 50_00, DAY + timedelta(days=1))
    after = acting(company, DAY + timedelta(days=1))
    do_cut(after)
    (batch,) = files.waiting_batches(company.pk)
    assert [(one.kind, one.amount_minor) for one in batch.postings.order_by("line")] == [
        ("payment", 50_00), ("payment_applied", 50_00),
    ]  # fmt: skip


def test_an_opening_that_does_not_tie_needs_a_reason_and_writes_nothing_without(erp, company):
    pay(company, "R1", 100_00, DAY)
    with pytest.raises(OpeningError, match="1"):
        open_books(acting(company), DAY, [(erp, None)])
    assert not PostingBatch.objects.exists()
    opened, _ = open_books(
        acting(company), DAY, [(erp, None)], accepted="the bank line of today, booked tomorrow by hand"
    )
    assert (opened.lines, opened.known) == (2, False)
    assert do_open(acting(company), DAY) == type(opened)(opened.batches, 2, known=True)
    with pytest.raises(OpeningError):
        do_open(acting(company), DAY + timedelta(days=1))


def test_what_counts_after_the_day_is_not_opened(erp, company):
    pay(company, "R1", 100_00, DAY)
    pay(company, "R3", 50_00, DAY + timedelta(days=1))
    opened = do_open(acting(company, DAY + timedelta(days=1)), DAY)
    assert opened.lines == 2
    (batch,) = do_cut(acting(company, DAY + timedelta(days=1)))
    assert batch.lines == 2
    assert files.waiting_batches(company.pk) == [batch]


def test_what_was_handed_out_is_never_opened(erp, company, data_dir):
    pay(company, "R1", 100_00, DAY)
    (batch,) = do_cut(acting(company))
    files.hand_out(acting(company), "acme", batch, "csv")
    with pytest.raises(OpeningError, match="handed out"):
        do_open(acting(company), DAY)
