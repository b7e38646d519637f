"""Bank files taken in: whole or not at all, once, whatever comes when, on both databases."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from fairdue.cash import look, queries
from fairdue.cash.actions import CashError, Said, TakenIn, UnknownAccount, do_take_in
from fairdue.cash.models import Account, BankFile, BankLine, Statement
from fairdue.formats.errors import FormatError
from fairdue.ledger.models import AuditEntry
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import BankAccount, Company

pytestmark = pytest.mark.django_db
OWN = "DE89370400440532013000"


@pytest.fixture(autouse=True)
def own_account(company, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    BankAccount.objects.create(company=company, currency="EUR", holder="Acme", iban=OWN)


def entry(amount: str, text: str = "", reference: str = "", day: str = "2026-03-02", status: str = "BOOK") -> str:
    reference = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    side = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount.lstrip('-')}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{reference}<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Kunde</Nm></Pty></Dbtr>"
        f"</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def balance(kind: str, amount: int, day: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def statement(*entries: str, number: int = 0, opening: int = 0, closing: int = 0, day: str = "2026-03-02", iban: str = OWN,
              element: str = "Stmt") -> str:  # fmt: skip
    numbered = f"<ElctrncSeqNb>{number}</ElctrncSeqNb>" if number else ""
    balances = balance("OPBD", opening, day) + balance("CLBD", closing, day) if element == "Stmt" else ""
    return (
        f"<{element}><Id>S</Id>{numbered}<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}"
        f"{''.join(entries)}</{element}>"
    )


def camt(*statements: str, salt: int = 0) -> bytes:
    kind, message = ("052", "BkToCstmrAcctRpt") if "<Rpt>" in statements[0] else ("053", "BkToCstmrStmt")
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08'><{message}><GrpHdr><MsgId>{salt}</MsgId></GrpHdr>"
        f"{''.join(statements)}</{message}></Document>"
    ).encode()


def take(actor: Actor, *statements: str, salt: int = 0) -> TakenIn:
    return do_take_in(actor, camt(*statements, salt=salt), f"{salt}.xml")


def counted() -> Counter[tuple[int, str]]:
    rows = BankLine.objects.filter(occurrence__gt=0)
    return Counter(rows.values_list("amount_minor", "text"))


def codes(found: Statement) -> list[str]:
    return [one["code"] for one in found.findings]


def test_a_statement_with_its_lines(actor) -> None:
    done = take(actor, statement(entry("100.00", "RE 1", "B1"), entry("-30.00", "Miete"), number=7, closing=70))
    (kept,) = done.statements
    assert (done.new, done.announced, done.repeated, done.known) == (2, 0, 0, False)
    assert (kept.number, kept.opening_minor, kept.closing_minor, kept.entries, kept.net_minor) == (
        "7",
        0,
        70_00,
        2,
        70_00,
    )
    assert (kept.first_on, kept.last_on, kept.findings) == (date(2026, 3, 2), date(2026, 3, 2), [])
    first, second = BankLine.objects.order_by("entry")
    assert (first.amount_minor, first.text, first.name, first.bank_reference) == (100_00, "RE 1", "Kunde", "B1")
    assert (second.amount_minor, second.occurrence) == (-30_00, 1)
    assert Account.objects.get().number == OWN
    assert AuditEntry.objects.filter(action="take_in_bank_file").get().detail["lines"] == 2


def test_the_same_bytes_change_nothing(actor) -> None:
    one = statement(entry("100.00", "RE 1"), closing=100)
    take(actor, one)
    again = take(actor, one)
    assert (again.known, again.new) == (True, 0)
    assert (BankFile.objects.count(), BankLine.objects.count()) == (1, 1)


def test_the_same_statement_in_another_file_is_kept_and_counts_nothing(actor) -> None:
    take(actor, statement(entry("100.00", "RE 1"), number=7, closing=100))
    again = take(actor, statement(entry("100.00", "anders gesagt"), number=8, closing=100), salt=1)
    assert (again.new, again.repeated) == (0, 1)
    assert again.statements[0].repeats_id is not None
    assert codes(again.statements[0]) == ["cash_repeats"]
    assert counted() == {(100_00, "RE 1"): 1}


def test_true_twins_both_count(actor) -> None:
    take(actor, statement(entry("50.00", "RE 1"), entry("50.00", "RE 1"), closing=100))
    assert counted() == {(50_00, "RE 1"): 2}
    assert sorted(BankLine.objects.values_list("occurrence", flat=True)) == [1, 2]
    take(actor, statement(entry("50.00", "RE 1"), number=9, opening=100, closing=150), salt=1)
    assert counted() == {(50_00, "RE 1"): 2}
    take(actor, statement(entry("50.00", "RE 1"), entry("50.00", "RE 1"), number=10, opening=150, closing=250), salt=2)
    assert counted() == {(50_00, "RE 1"): 3}


def test_an_overlapping_download_adds_the_rest(actor) -> None:
    take(actor, statement(entry("50.00", "a", day="2026-03-01"), entry("60.00", "b"), closing=110))
    more = take(
        actor, statement(entry("60.00", "b"), entry("70.00", "c", day="2026-03-03"), opening=50, closing=180), salt=1
    )
    assert (more.new, more.repeated) == (1, 1)
    assert dict(more.statements[0].findings[0])["code"] == "cash_known_lines"
    assert counted() == {(50_00, "a"): 1, (60_00, "b"): 1, (70_00, "c"): 1}


def test_any_order_and_repetition_gives_the_same_lines(actor) -> None:
    """The same five statements in many orders, some twice, into accounts of their own: the same lines count."""
    days = [
        [entry("1.00", "x", "B1", "2026-03-02"), entry("2.00", "y", day="2026-03-02")],
        [
            entry("2.00", "y", day="2026-03-02"),
            entry("2.00", "y", day="2026-03-02"),
            entry("3.00", "z", day="2026-03-03"),
        ],
        [entry("3.00", "z", day="2026-03-03")],
        [entry("1.00", "x", "B1", "2026-03-02")],
        [entry("4.00", "w", day="2026-03-04")],
    ]
    numbers = [1, 0, 2, 0, 3]
    chance = random.Random(4)
    orders = list(itertools.permutations(range(5)))
    results = []
    for run, order in enumerate(chance.sample(orders, 12)):
        iban = f"DE{run:020d}"
        Account.objects.create(
            company_id=actor.company_id, number=iban, currency="EUR", recorded_by="t", recorded_at=actor.at
        )
        for salt, place in enumerate([*order, *chance.sample(order, 2)]):
            told = statement(*days[place], number=numbers[place], opening=place * 10, closing=place * 10 + 5, iban=iban)
            take(actor, told, salt=run * 100 + salt)
        rows = BankLine.objects.filter(account__number=iban, occurrence__gt=0)
        results.append(Counter(rows.values_list("amount_minor", "text")))
    assert results[0] == {(1_00, "x"): 1, (2_00, "y"): 2, (3_00, "z"): 1, (4_00, "w"): 1}
    assert all(result == results[0] for result in results)


def test_what_is_announced_counts_when_it_is_booked(actor) -> None:
    announced = take(
        actor, statement(entry("80.00", "RE 5", "X1"), entry("80.00", "RE 6"), element="Rpt"), salt=1
    )  # fmt: skip
    assert (announced.new, announced.announced) == (0, 2)
    assert counted() == {}
    assert len(queries.newest(actor.company_id, None, announced=True, number=9)) == 2
    booked = statement(
        entry("80.00", "RE 5, gebucht", "X1", "2026-03-03"),
        entry("80.00", "RE 6", day="2026-03-03"),
        number=3,
        closing=160,
    )
    take(actor, booked, salt=2)
    assert counted() == {(80_00, "RE 5, gebucht"): 1, (80_00, "RE 6"): 1}
    by = dict(BankLine.objects.filter(occurrence=1).values_list("text", "announced_by__text"))
    assert by == {"RE 5, gebucht": "RE 5", "RE 6": "RE 6"}
    assert queries.newest(actor.company_id, None, announced=True, number=9) == []


def test_an_account_of_somebody_else_is_refused(actor) -> None:
    other = statement(entry("1.00", "x"), iban="DE02120300000000202051")
    with pytest.raises(UnknownAccount, match="DE02120300000000202051 EUR is not known"):
        take(actor, statement(entry("9.00", "mine"), closing=9), other)
    assert (Account.objects.count(), BankFile.objects.count(), BankLine.objects.count()) == (0, 0, 0)
    do_take_in(actor, camt(other), "x.xml", new_account=True)
    assert Account.objects.get().number == "DE02120300000000202051"


def test_a_broken_end_takes_back_what_came_before(actor) -> None:
    data = camt(statement(entry("9.00", "good"), closing=9), statement(entry("1e3", "bad")))
    with pytest.raises(FormatError, match="no amount: 1e3"):
        do_take_in(actor, data, "broken.xml")
    assert (BankFile.objects.count(), Statement.objects.count(), BankLine.objects.count()) == (0, 0, 0)


def test_work_that_is_stopped_leaves_nothing(actor, monkeypatch) -> None:
    monkeypatch.setattr("fairdue.cash.actions.take_in.PROGRESS_EVERY", 2)

    def stop(seen: int) -> None:
        raise InterruptedError(seen)

    with pytest.raises(InterruptedError, match="2"):
        do_take_in(actor, camt(statement(*(entry("1.00", str(n)) for n in range(5)))), "x.xml", progress=stop)
    assert BankFile.objects.count() == 0


def test_missing_statements_are_named(actor) -> None:
    take(actor, statement(entry("10.00", "a"), number=1, closing=10), salt=1)
    take(
        actor,
        statement(entry("10.00", "b", day="2026-03-05"), number=3, opening=20, closing=30, day="2026-03-05"),
        salt=2,
    )
    (account,) = Account.objects.all()
    assert [gap.code for gap in queries.gaps(account)] == ["cash_number_skipped"]
    take(
        actor,
        statement(entry("10.00", "c", day="2026-03-03"), number=2, opening=10, closing=20, day="2026-03-03"),
        salt=3,
    )
    assert queries.gaps(account) == []
    take(actor, statement(entry("1.00", "d", day="2026-03-09"), opening=31, closing=32, day="2026-03-09"), salt=4)
    assert [gap.code for gap in queries.gaps(account)] == ["cash_balance_gap"]


def test_what_does_not_add_up_is_kept_with_the_statement(actor) -> None:
    done = take(actor, statement(entry("10.00", "a"), closing=11))
    assert codes(done.statements[0]) == ["bank_balance_differs"]


def test_every_value_of_a_line_is_reached(actor) -> None:
    take(actor, statement(entry("1.00", "x")), statement(entry("2.00", "y"), entry("3.00", "z", "B9"), number=4))
    line = BankLine.objects.get(amount_minor=3_00)
    told = look.all_fields(line)
    assert [record for record, _ in told] == ["statement", "entry", "part 1"]
    assert ("AcctSvcrRef", "B9") in told[1][1]
    assert ("RmtInf/Ustrd", "z") in told[2][1]
    assert ("ElctrncSeqNb", "4") in told[0][1]


def test_who_may_not_bring_data_in_may_not_take_a_file_in(company, now) -> None:
    reader = Actor(company_id=company.pk, at=now, name="Reader", roles=frozenset({"account_owner"}))
    with pytest.raises(NotAllowed):
        take(reader, statement(entry("1.00", "x")))


def test_companies_do_not_meet(actor, now) -> None:
    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")
    other_actor = Actor(company_id=other.pk, at=now, name="T", roles=frozenset({"finance_lead"}))
    one = statement(entry("100.00", "RE 1"), closing=100)
    take(actor, one)
    with pytest.raises(UnknownAccount):
        take(other_actor, one)
    do_take_in(other_actor, camt(one), "x.xml", new_account=True)
    assert set(BankLine.objects.values_list("company_id", "occurrence")) == {(actor.company_id, 1), (other.pk, 1)}
    assert len(queries.newest(actor.company_id, None, announced=False, number=9)) == 1


@pytest.mark.parametrize("table", ["cash_account", "cash_file", "cash_statement", "cash_line"])
def test_what_the_bank_said_is_never_changed(actor, table: str) -> None:
    take(actor, statement(entry("1.00", "x")))
    for statement_ in (f"UPDATE {table} SET company_id = company_id + 1", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement_)


TABLE = "Date,Amount,Text\n2026-03-02,10.00,RE-1\n2026-03-03,-4.00,fee\n"


def test_a_table_without_an_account_needs_a_person_to_say_which(actor) -> None:
    data = TABLE.encode()
    for said, error, words in (
        (Said(), FormatError, "--currency"),
        (Said(currency="EUR"), UnknownAccount, "--account"),
        (Said("12345678", "EUR"), UnknownAccount, "--new-account"),
        (Said("12345678", "EURO"), CashError, "EURO"),
    ):
        with pytest.raises(error, match=words):
            do_take_in(actor, data, "t.csv", said=said)
        assert not BankFile.objects.exists()
    done = do_take_in(actor, data, "t.csv", said=Said("de89 3704 0044 0532 0130 00", "eur"))
    assert (done.new, done.statements[0].account.number) == (2, OWN)
    line = BankLine.objects.get(amount_minor=1_000)
    # The kept file is read again with what was said of it.
    assert ("entry", (("Date", "2026-03-02"), ("Amount", "10.00"), ("Text", "RE-1"))) in look.all_fields(line)
    # The account's currency is known now; its lines do not count twice.
    again = do_take_in(actor, (TABLE + "2026-03-04,1.00,RE-2\n").encode(), "t2.csv", said=Said(OWN))
    assert (again.new, again.repeated) == (1, 2)


def test_what_a_person_says_must_not_contradict_the_file(actor) -> None:
    with pytest.raises(UnknownAccount, match="not of 12345678"):
        do_take_in(actor, camt(statement(entry("1.00"))), "a.xml", said=Said("12345678"))
    assert not BankFile.objects.exists()
