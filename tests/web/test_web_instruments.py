"""The pages of bills and cheques: the ladder, the list, one with its steps, what a person does, and the company's own only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.actions.instruments import Step, Told, do_add_instrument, do_step
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Charge, DueItem, Hold
from fairdue.people.days import today_of


def invoice(of: Sample, number: str = "RE-500", amount: int = 900_00) -> DueItem:
    document = do_book_document(
        of.actor, customer_id=of.customer.pk, kind="invoice", number=number, issued_on=date(2026, 1, 2), currency="EUR",
        maturities=[Maturity(date(2026, 2, 1), amount)],
    )  # fmt: skip
    return document.due_items.get()


def bill(of: Sample, number: str = "W-1", days: int = 20, amount: int = 500_00, covers=()) -> Instrument:
    told = Told(of.customer.pk, "bank_acceptance", number, "EUR", amount, today_of(of.actor) + timedelta(days=days))
    return do_add_instrument(of.actor, told, covers)


def page(client: Client, name: str, *args: object, **asked: str) -> str:
    return client.get(reverse(f"web:{name}", args=args), asked).content.decode()


def test_the_ladder_and_the_list(ours: Sample, lead: Client):
    item = invoice(ours)
    bill(ours, covers=[(item.pk, 300_00)])
    do_step(ours.actor, bill(ours, "W-2", 200).pk, Step("discounted", recourse=True))
    bill(ours, "W-3", 3)
    text = page(lead, "instruments")
    for told in ("8 to 30 days", "later", "300.00", "we answer for it", "W-1", "W-2", "W-3", "present it"):
        assert told in text, told
    assert "W-1" not in page(lead, "instruments", show="todo")
    assert "W-3" in page(lead, "instruments", show="todo")
    assert "W-2" in page(lead, "instruments", show="away")
    assert "None is like that" in page(lead, "instruments", show="ended")
    assert "W-2" not in page(lead, "instruments", q="w-1")


def test_however_many_there_are_it_asks_as_often(ours: Sample, lead: Client):
    bill(ours)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(lead, "instruments")
    for n in range(20):
        bill(ours, f"X-{n}")
    with CaptureQueriesContext(connection) as many:
        page(lead, "instruments")
    assert len(many) == len(few)


def test_one_is_typed_covered_stepped_and_taken_back(ours: Sample, lead: Client):
    invoice(ours)
    typed = {"customer": ours.customer.number, "kind": "cheque", "number": "C-7", "amount": "400.00", "currency": "eur",
             "matures": "2026-12-01", "covers": "RE-500 = 250.00"}  # fmt: skip
    assert (
        "There is no customer"
        in lead.post(reverse("web:instrument-add"), typed | {"customer": "none"}).content.decode()
    )
    refused = lead.post(reverse("web:instrument-add"), typed | {"covers": "RE-500 = 901.00"})
    assert refused.status_code == 400
    assert not Instrument.objects.exists()
    answer = lead.post(reverse("web:instrument-add"), typed, follow=True).content.decode()
    (kept,) = Instrument.objects.all()
    assert "C-7" in answer
    assert Hold.objects.get(reason="instrument").amount_minor == 250_00
    invoice(ours, "RE-501")
    lead.post(reverse("web:instrument-cover", args=[kept.pk]), {"covers": "RE-501=150.00"})
    assert InstrumentCover.objects.count() == 2
    too_much = lead.post(reverse("web:instrument-cover", args=[kept.pk]), {"covers": "RE-501=1"})
    assert too_much.status_code == 400
    step = reverse("web:instrument-step", args=[kept.pk])
    assert lead.post(step, {"kind": "dishonoured", "cost": "7.5x", "reason": "no funds"}).status_code == 400
    lead.post(step, {"kind": "dishonoured", "cost": "7.50", "reason": "no funds"})
    assert Charge.objects.get().amount_minor == 7_50
    assert not Hold.objects.filter(reason="instrument", released_on=None).exists()
    text = page(lead, "instrument", kept.pk)
    assert "no funds" in text
    assert "dishonoured" in text
    lead.post(reverse("web:instrument-undo", args=[kept.pk]), {"reason": "wrong bill"})
    assert Hold.objects.filter(reason="instrument", released_on=None).count() == 2
    assert 'name="kind"' in page(lead, "instrument", kept.pk)


def test_a_register_goes_in_and_refused_rows_are_told(ours: Sample, lead: Client):
    lines = ["number,kind,amount,currency,maturity,customer", f"R-1,cheque,10.00,EUR,2026-12-01,{ours.customer.number}",
             "R-2,cheque,10.00,EUR,2026-12-01,nobody"]  # fmt: skip
    file = SimpleUploadedFile("register.csv", "\n".join(lines).encode())
    text = lead.post(reverse("web:instrument-register"), {"file": file}, follow=True).content.decode()
    assert Instrument.objects.get().number == "R-1"
    assert "register.csv:3" in text
    broken = SimpleUploadedFile("register.csv", b"a\nb\n")
    assert lead.post(reverse("web:instrument-register"), {"file": broken}).status_code == 400


def test_another_companys_are_not_there(ours: Sample, theirs: Sample, lead: Client):
    kept = bill(theirs)
    assert kept.number not in page(lead, "instruments")
    assert lead.get(reverse("web:instrument", args=[kept.pk])).status_code == 404
    for name in ("instrument-step", "instrument-cover", "instrument-undo"):
        assert (
            lead.post(reverse(f"web:{name}", args=[kept.pk]), {"kind": "presented", "reason": "x"}).status_code == 404
        )
    assert InstrumentStep.objects.count() == 1


@pytest.mark.parametrize("name", ["instrument-add", "instrument-register"])
def test_who_may_not_allocate_takes_nothing_in(ours: Sample, as_role, name):
    assert as_role("auditor").post(reverse(f"web:{name}"), {}).status_code == 403
    assert "Type one" not in page(as_role("auditor"), "instruments")
