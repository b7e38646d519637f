"""Ledger against source: what differs by customer and currency, and what explains it."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.contact import blobs
from fairdue.intake import bring
from fairdue.intake.reconcile import reconcile
from fairdue.ledger.actions import Maturity, do_allocate, do_book_document, do_book_payment
from fairdue.ledger.models import Customer, DueItem, Source

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
LIST = """customer no;customer name;invoice no;invoice date;due date;currency;amount;open amount
0017;Muster AG;R1;01.02.2026;03.03.2026;EUR;120,00;100,00
0017;Muster AG;R2;13.02.2026;17.03.2026;USD;200,00;200,00
0018;Beispiel KG;R3;20.02.2026;22.03.2026;EUR;300,00;300,00
0018;Beispiel KG;G1;20.02.2026;22.03.2026;EUR;-40,00;-40,00
"""


def give(actor, text: str, *, full: bool = True):
    source = Source.objects.filter(code="erp").first()
    reading = bring.read_for(source, text.encode(), "list.csv", as_of=DAY)
    bring.do_bring(actor, "erp", reading, as_of=DAY, full=full)
    return Source.objects.get(code="erp")


def table(found) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (o.customer_number, o.currency): (
            o.ledger_minor,
            o.source_minor,
            o.difference_minor,
            o.only_ledger_minor,
            o.only_file_minor,
            o.ledger_payment_minor,
            o.unexplained_minor,
        )
        for o in found
    }


def test_after_a_full_list_ledger_and_source_agree(actor):
    found = reconcile(give(actor, LIST))
    assert found.agrees
    assert table(found.lines) == {
        ("0017", "EUR"): (100_00, 100_00, 0, 0, 0, 0, 0),
        ("0017", "USD"): (200_00, 200_00, 0, 0, 0, 0, 0),
        ("0018", "EUR"): (260_00, 260_00, 0, 0, 0, 0, 0),
    }
    assert table(found.totals) == {
        ("", "EUR"): (360_00, 360_00, 0, 0, 0, 0, 0),
        ("", "USD"): (200_00, 200_00, 0, 0, 0, 0, 0),
    }
    assert (found.as_of, found.file_name, found.differing()) == (DAY, "list.csv", [])


def test_each_difference_is_explained_by_its_part(actor):
    source = give(actor, LIST)
    item = DueItem.objects.get(document__number="R1")
    payment = do_book_payment(actor, amount_minor=30_00, currency="EUR", effective_on=DAY, customer_id=item.customer_id)
    do_allocate(actor, due_item_id=item.pk, payment_id=payment.pk, amount_minor=30_00, effective_on=DAY)
    do_book_document(
        actor,
        customer_id=Customer.objects.get(number="0018").pk,
        kind="invoice",
        number="M1",
        issued_on=DAY,
        currency="EUR",
        maturities=[Maturity(DAY, 7_00)],
    )
    assert table(reconcile(source).lines) == {
        ("0017", "EUR"): (70_00, 100_00, -30_00, 0, 0, -30_00, 0),
        ("0017", "USD"): (200_00, 200_00, 0, 0, 0, 0, 0),
        ("0018", "EUR"): (267_00, 260_00, 7_00, 7_00, 0, 0, 0),
    }
    later = LIST.replace("R3;20.02.2026;22.03.2026;EUR;300,00;300,00", "R3;20.02.2026;22.03.2026;EUR;300,00;250,00")
    later += "0019;Neu GmbH;R9;20.02.2026;22.03.2026;EUR;5,00;5,00\n0019;Neu GmbH;R8;20.02.2026;22.03.2026;EUR;x;y\n"
    reading = bring.read_for(source, later.encode(), "later.csv", as_of=DAY)
    found = reconcile(source, reading, DAY)
    assert table(found.differing()) == {
        ("0018", "EUR"): (267_00, 210_00, 57_00, 7_00, 0, 0, 50_00),
        ("0017", "EUR"): (70_00, 100_00, -30_00, 0, 0, -30_00, 0),
        ("0019", "EUR"): (0, 5_00, -5_00, 0, -5_00, 0, 0),
    }
    assert (found.refused, found.agrees) == (1, False)
    for line in (*found.lines, *found.totals):
        parts = line.only_ledger_minor + line.only_file_minor + line.ledger_payment_minor + line.unexplained_minor
        assert parts == line.difference_minor


def test_a_source_without_a_full_list_or_with_a_changed_file_says_so(actor, data_dir):
    source = give(actor, LIST, full=False)
    with pytest.raises(bring.actions.IntakeError, match="no full list"):
        reconcile(source)
    give(actor, LIST)
    stored = next(path for path in (data_dir / "blobs").rglob("*") if path.is_file())
    stored.write_bytes(LIST.replace("300", "400").encode())
    with pytest.raises(blobs.BlobError, match="was changed"):
        reconcile(Source.objects.get(code="erp"))
