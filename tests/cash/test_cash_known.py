"""Through which day money is known: the examples and rules 4 to 6 of docs/algorithms/bank-data-in-the-line.md."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.cash.actions.line import heed, note_waiting
from fairdue.cash.known import accounts_known, days_known
from fairdue.cash.matching.records import Part
from fairdue.cash.models import Account, BankLine, Statement
from fairdue.ledger.models import Fact

pytestmark = pytest.mark.django_db


def march(day: int) -> date:
    return date(2026, 3, day)


class Bank:
    """Accounts whose statements end on given days, each with one line of money in."""

    def __init__(self, actor) -> None:
        from fairdue.cash.models import BankFile

        self.actor, self.count = actor, 0
        self.file = BankFile.objects.create(
            company_id=actor.company_id,
            sha256="1" * 64,
            file_name="f",
            size_bytes=1,
            recorded_by="T",
            recorded_at=actor.at,
        )

    def account(self, name: str, currency: str = "EUR") -> Account:
        found, _ = Account.objects.get_or_create(
            company_id=self.actor.company_id, number=name, currency=currency,
            defaults={"recorded_by": "T", "recorded_at": self.actor.at},
        )  # fmt: skip
        return found

    def statement(
        self, name: str, on: date, *, currency: str = "EUR", number: str = "", amount: int = 5_00, told: str = "booked"
    ) -> BankLine:
        self.count += 1
        account = self.account(name, currency)
        made = Statement.objects.create(
            company_id=self.actor.company_id, file=self.file, account=account, ordinal=self.count, format="t", told=told,
            entries=1, net_minor=amount, last_on=on, place_number=number, place_year=on.year if number else 0,
        )  # fmt: skip
        return BankLine.objects.create(
            company_id=self.actor.company_id, account=account, statement=made, entry=1, part=0, key=f"c{self.count:040d}",
            announced_key=f"{self.count:040d}", occurrence=1 if told == "booked" else 0, amount_minor=amount, currency=currency,
            status="booked", booked_on=on,
        )  # fmt: skip

    def days(self) -> dict[str, date]:
        return days_known(accounts_known(self.actor.company_id))

    def look(self) -> None:
        """Look at every line: nobody is known."""
        from fairdue.cash.actions import do_propose
        from fairdue.cash.matching.records import Answer

        do_propose(self.actor, matcher=lambda _book, lines, _may: (Answer(one.id, "abstained", 0) for one in lines))


@pytest.fixture
def bank(actor) -> Bank:
    return Bank(actor)


def test_the_earliest_account_of_a_currency_counts(bank) -> None:
    bank.statement("one", march(3))
    bank.statement("two", march(5))
    bank.statement("three", march(6), currency="USD")
    bank.look()
    assert bank.days() == {"EUR": march(3), "USD": march(6)}
    published = dict(Fact.objects.filter(kind="bank_data_through").values_list("subject", "value"))
    own = f"company:{bank.actor.company_id}"
    assert published == {
        own: march(6).toordinal(),
        f"{own}:EUR": march(3).toordinal(),
        f"{own}:USD": march(6).toordinal(),
    }


@pytest.mark.parametrize(("last", "known"), [(date(2026, 1, 17), date(2026, 1, 17)), (date(2026, 1, 16), march(3))])
def test_a_silent_account_keeps_nobody_back(bank, last, known) -> None:
    bank.statement("one", march(3))
    bank.statement("two", last)
    bank.look()
    assert bank.days() == {"EUR": known}


def test_an_account_of_costs_keeps_nobody_back(bank) -> None:
    bank.statement("one", march(3))
    bank.statement("two", march(1), amount=-5_00)
    bank.look()
    assert bank.days() == {"EUR": march(3)}
    assert [(one.account.number, one.counts) for one in accounts_known(bank.actor.company_id)] == [
        ("one", True),
        ("two", False),
    ]


def test_a_missing_statement_and_when_it_comes(bank) -> None:
    bank.statement("one", march(2), number="11")
    bank.statement("one", march(4), number="13")
    bank.look()
    assert bank.days() == {"EUR": march(2)}
    bank.statement("one", march(3), number="12")
    bank.look()
    assert bank.days() == {"EUR": march(4)}


def test_an_old_gap_is_settled(bank) -> None:
    bank.statement("one", date(2026, 1, 2), number="2")
    bank.statement("one", date(2026, 1, 4), number="4")
    bank.statement("one", date(2026, 4, 4), number="5")
    bank.look()
    assert bank.days() == {"EUR": date(2026, 4, 4)}


def test_a_line_that_nobody_looked_at(bank) -> None:
    bank.statement("one", march(2))
    bank.look()
    bank.statement("one", march(4))
    assert bank.days() == {"EUR": march(3)}
    bank.look()
    assert bank.days() == {"EUR": march(4)}


def test_statements_during_the_day_tell_no_day(bank) -> None:
    bank.statement("one", march(2))
    bank.statement("one", march(4), told="intraday")
    bank.look()
    assert bank.days() == {"EUR": march(2)}


def test_what_is_to_be_posted_is_not_known_yet(desk, now) -> None:
    """Proposed for posting and not posted: the ledger does not know of the money, so the word stands."""
    item = desk.item(50_00)
    line = desk.line(50_00, on=march(1))
    desk.says(line, Part(item.pk, desk.customer(), 50_00))
    note_waiting(desk.actor, desk.file.pk)
    desk.propose()
    waiting = Fact.objects.filter(kind="bank_file_waiting")
    assert [one.value for one in waiting] == [1]
    assert not Fact.objects.filter(kind="bank_data_through").exists()
    desk.post()
    assert [one.value for one in waiting.all()] == [0]
    assert Fact.objects.filter(kind="bank_data_through").exists()


def test_a_day_never_goes_back(bank) -> None:
    bank.statement("one", march(4))
    bank.look()
    bank.statement("two", march(2))
    bank.look()
    subject = f"company:{bank.actor.company_id}:EUR"
    assert max(Fact.objects.filter(subject=subject).values_list("value", flat=True)) == march(4).toordinal()
    assert heed(bank.actor, changed=False).looked_at == 0
