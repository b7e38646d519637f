"""Bank data in the line: what a bank file tells is heeded by notices that wait. docs/algorithms/bank-data-in-the-line.md."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from gate_house import House

from fairdue.cash.actions import do_post, do_propose, do_take_in
from fairdue.cash.actions.line import is_waiting
from fairdue.contact.models import GateBlock
from fairdue.contact.recheck import do_recheck
from fairdue.ledger.models import Fact
from fairdue.people.models import BankAccount

pytestmark = pytest.mark.django_db
OWN = "DE89370400440532013000"


def camt(amount: str, text: str, on: date, *, reference: str = "B1") -> bytes:
    """Make a statement of one day with one line of money in."""
    balance = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{value}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
        for kind, value in (("OPBD", "0.00"), ("CLBD", amount))
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>'
        f"<CreDtTm>{on}T06:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S{reference}</Id><Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f'{balance}<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt>'
        f"</BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Muster AG</Nm></Pty></Dbtr>"
        f"</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    ).encode()


@pytest.fixture
def bank(house: House) -> House:
    BankAccount.objects.create(company=house.company, currency="EUR", holder="Acme", iban=OWN)
    return house


def state(message) -> str:
    message.refresh_from_db()
    return str(message.state)


def test_a_file_that_is_not_matched_lets_no_notice_leave(bank: House) -> None:
    message = bank.queue()
    do_take_in(bank.actor, camt("7.00", "something else", bank.today), "day.xml")
    sent = bank.send(bank.now)
    assert sent.waiting == {"gate_bank_file_waiting": 1}
    assert state(message) == "queued"
    assert is_waiting(bank.company.pk)


def test_who_has_paid_is_not_reminded(bank: House) -> None:
    message = bank.queue()
    do_take_in(bank.actor, camt("100.00", "Rechnung R-1", bank.today), "day.xml")
    do_propose(bank.actor)
    posted = do_post(bank.actor)
    assert posted.posted + sum(posted.rechecked.held_back.values()) >= 1
    assert state(message) == "blocked"
    assert not is_waiting(bank.company.pk)
    assert bank.send(bank.now).handed_over == 0


def test_money_of_somebody_else_holds_nobody(bank: House) -> None:
    message = bank.queue()
    do_take_in(bank.actor, camt("7.13", "Grüße", bank.today).replace(b"Muster AG", b"Fremd Ltd"), "day.xml")
    do_propose(bank.actor)
    do_post(bank.actor)
    assert state(message) == "queued"
    assert bank.send(bank.now).handed_over == 1


def test_a_message_is_held_back_once_and_a_claimed_one_is_left(bank: House) -> None:
    first, second = bank.queue("step-1"), bank.queue("step-2")
    bank.change(second, state="claimed", claimed_by="somebody")
    bank.pay(100_00)
    done = do_recheck(bank.later(minutes=1))
    assert sum(done.held_back.values()) == 1
    assert (state(first), state(second)) == ("blocked", "claimed")
    assert do_recheck(bank.later(minutes=2)).looked_at == 0
    assert GateBlock.objects.filter(company=bank.company).count() == 1


def test_what_only_waits_stays_queued(bank: House) -> None:
    message = bank.queue()
    Fact.objects.filter(kind="bank_data_through").delete()
    done = do_recheck(bank.actor)
    assert (done.looked_at, sum(done.held_back.values())) == (1, 0)
    assert (state(message), message.attempt) == ("queued", 0)


def test_the_number_of_queries_does_not_grow(bank: House, django_assert_max_num_queries) -> None:
    for number in range(20):
        bank.queue(f"step-{number}", run_key=f"run-{number}")
    with django_assert_max_num_queries(20):
        assert do_recheck(bank.actor).looked_at == 20


def test_bank_data_move_the_day(bank: House) -> None:
    Fact.objects.filter(kind="bank_data_through").delete()
    message = bank.queue()
    assert bank.send(bank.now).waiting == {"gate_bank_data_unknown": 1}
    yesterday = bank.today - timedelta(days=1)
    do_take_in(bank.actor, camt("7.13", "x", yesterday).replace(b"Muster AG", b"Fremd Ltd"), "day.xml")
    do_propose(bank.actor)
    days = dict(Fact.objects.filter(kind="bank_data_through").values_list("subject", "value"))
    assert days == dict.fromkeys(
        (f"company:{bank.company.pk}", f"company:{bank.company.pk}:EUR"), yesterday.toordinal()
    )
    assert bank.send(bank.now).handed_over == 1
    assert state(message) == "handed_over"
