"""Advices in mail that came in: looked at once, from known senders sure, from strangers not. Numbers are the page's."""

from __future__ import annotations

import advice_samples
import pytest
from advice_samples import LISTED

from fairdue.cash import advising
from fairdue.cash.actions import do_look_for_advices, do_post, do_propose
from fairdue.cash.models import Advice, AdviceLook, Proposal
from fairdue.contact import blobs
from fairdue.contact.actions import do_receive
from fairdue.contact.models import InboundMail
from fairdue.ledger.models import Contact
from fairdue.ledger.store import StoreUnreachable

pytestmark = pytest.mark.django_db
TOTAL = sum(minor for _, minor in LISTED)
FILES = {"a.xlsx": advice_samples.workbook, "a.pdf": advice_samples.pdf, "a.csv": advice_samples.table}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def items(desk):
    made = [desk.item(minor, number) for number, minor in LISTED]
    Contact.objects.create(
        company_id=desk.company_id,
        customer_id=desk.customer(),
        name="Buchhaltung",
        email="ap@muster.example",
        purpose="ap",
    )
    for at in range(12):
        desk.item(10000 + at * 2500, f"RE-2026-02{at:02d}")
    return made


def receive(desk, *args, **more) -> InboundMail:
    return InboundMail.objects.get(pk=do_receive(desk.actor, advice_samples.mail(*args, **more)).mail_id)


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_a_mail_ties_to_its_payment(desk, items, name) -> None:
    desk.line(TOTAL, text="Zahlung")
    mail = receive(desk, files=((name, FILES[name]()),))
    assert do_propose(desk.actor).advices == 1
    (one,) = advising.listed(desk.company_id)
    assert (one.advice.mail_id, one.advice.owner, one.advice.sure, one.advice.file_name) == (
        mail.pk,
        "sender",
        True,
        name,
    )
    assert do_post(desk.actor).posted == 1
    assert [desk.open().get(item.pk, 0) for item in items] == [0, 0, 0, 0]
    assert advising.listed(desk.company_id)[0].state == "tied"


def test_the_text_of_a_mail_is_an_advice_where_no_file_is(desk, items) -> None:
    receive(desk, advice_samples.words())
    assert do_look_for_advices(desk.actor).advices == 1
    (one,) = advising.listed(desk.company_id)
    assert (one.advice.kind, one.lines, one.advice.agrees, one.advice.sure) == ("mail", 4, True, True)
    receive(desk, advice_samples.words(), files=(("a.xlsx", advice_samples.workbook()),))
    assert do_look_for_advices(desk.actor).advices == 1
    assert [(each.advice.kind, each.state) for each in advising.listed(desk.company_id)] == [
        ("table", "repeats"), ("mail", "open"),
    ]  # fmt: skip


def test_each_mail_is_looked_at_once(desk, items) -> None:
    receive(desk, advice_samples.words())
    receive(desk, "Guten Tag, wir melden uns.", subject="Frage")
    assert (lambda done: (done.mails, done.advices))(do_look_for_advices(desk.actor)) == (2, 1)
    assert (lambda done: (done.mails, done.advices))(do_look_for_advices(desk.actor)) == (0, 0)
    assert sorted(AdviceLook.objects.values_list("advices", flat=True)) == [0, 1]


def test_a_stranger_s_advice_waits_for_a_person(desk, items) -> None:
    desk.line(TOTAL)
    receive(desk, advice_samples.words(), sender="someone@elsewhere.example")
    do_propose(desk.actor)
    assert Advice.objects.get().sure is False
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.evidence_class) == ("waiting", "advice_unsure")


def test_items_of_another_customer_than_the_sender_s_are_not_sure(desk, items) -> None:
    desk.item(4000, "RE-2026-0900", customer="Fremde AG")
    desk.item(6000, "RE-2026-0901", customer="Fremde AG")
    receive(desk, advice_samples.words((("RE-2026-0900", 4000), ("RE-2026-0901", 6000))))
    do_look_for_advices(desk.actor)
    advice = Advice.objects.get()
    assert (advice.owner, advice.customer_id, advice.sure) == ("items", desk.customers["Fremde AG"], False)


def test_who_writes_that_an_invoice_is_wrong_advises_nothing(desk, items) -> None:
    receive(
        desk,
        "Die Rechnung RE-2026-0101 über 1.190,00 EUR ist falsch.",
        subject="Re: Payment reminder, remittance advice",
    )
    assert do_look_for_advices(desk.actor).advices == 0


def test_a_single_item_in_words_is_not_sure(desk, items) -> None:
    receive(desk, "RE-2026-0101 über 1.190,00 EUR haben wir heute überwiesen.")
    do_look_for_advices(desk.actor)
    assert (Advice.objects.get().sure, Advice.objects.get().total_minor) == (False, 119000)


def test_our_own_file_that_comes_back_is_none(desk, items, monkeypatch) -> None:
    mail = receive(desk, "Wir haben überwiesen, siehe Anlage.", files=(("a.xlsx", advice_samples.workbook()),))
    sent = {one["sha256"] for one in mail.attachments}
    monkeypatch.setattr("fairdue.cash.actions.mail_advices._ours", lambda company, mails: sent)
    assert do_look_for_advices(desk.actor).advices == 0


def test_a_forwarded_mail_is_looked_into(desk, items) -> None:
    inner = advice_samples.mail(files=(("a.csv", advice_samples.table()),))
    receive(desk, "Zur Info, unser Zahlungsavis.", files=(("weiter.eml", inner),))
    assert do_look_for_advices(desk.actor).advices == 1
    assert Advice.objects.get().file_name == "a.csv"


def test_what_cannot_be_read_stops_nothing(desk, items, monkeypatch) -> None:
    broken = (("x.pdf", b"%PDF-1.7 rubbish"), ("y.xlsx", b"PK\x03\x04rubbish"), ("z.csv", advice_samples.table()))
    receive(desk, files=broken)
    receive(desk, "Gone", files=(("lost.csv", advice_samples.table(LISTED[:2])),))
    lost = InboundMail.objects.latest("pk").attachments[0]["sha256"]
    blobs.remove(desk.company_id, lost)
    done = do_look_for_advices(desk.actor)
    assert (done.mails, done.advices) == (2, 1)


def test_files_out_of_reach_are_looked_at_later(desk, items, monkeypatch) -> None:
    receive(desk, files=(("a.csv", advice_samples.table()),))
    with monkeypatch.context() as patched:

        def away(company_id, sha256):
            raise StoreUnreachable("away")

        patched.setattr("fairdue.contact.blobs.get", away)
        assert do_propose(desk.actor).advices == 0
    assert AdviceLook.objects.count() == 0
    assert do_propose(desk.actor).advices == 1


def test_old_mail_is_left(desk, items) -> None:
    from dataclasses import replace
    from datetime import timedelta

    receive(desk, advice_samples.words())
    late = replace(desk.actor, at=desk.actor.at + timedelta(days=91))
    assert do_look_for_advices(late).mails == 0


def test_looking_costs_the_same_for_many_mails(desk, items, django_assert_max_num_queries) -> None:
    for at in range(9):
        receive(desk, f"Frage {at}", subject="Frage")
    with django_assert_max_num_queries(12):
        assert do_look_for_advices(desk.actor).mails == 9
