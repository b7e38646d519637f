"""A ledger and bank lines to post: items and lines by a word each, a matcher that answers as told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

DAY = date(2026, 2, 27)


class Desk:
    """A company's ledger and one bank account; ``answers`` are what its matcher says by line."""

    def __init__(self, actor) -> None:
        from fairdue.cash.models import Account, BankFile, Statement

        self.actor, self.company_id = actor, actor.company_id
        self.answers: dict[int, object] = {}
        at = datetime(2026, 2, 28, tzinfo=UTC)
        common = {"company_id": self.company_id}
        self.account = Account.objects.create(
            **common, number=f"DE{self.company_id}", currency="EUR", recorded_by="T", recorded_at=at
        )
        self.file = BankFile.objects.create(
            **common, sha256=f"{self.company_id:064d}", file_name="f", size_bytes=1, recorded_by="T", recorded_at=at
        )
        self.statement = Statement.objects.create(
            **common, file=self.file, account=self.account, ordinal=1, format="t", told="booked", entries=1, net_minor=0,
            last_on=DAY,
        )  # fmt: skip
        self.customers: dict[str, int] = {}

    def customer(self, name: str = "Muster AG") -> int:
        from fairdue.ledger.models import Customer

        if name not in self.customers:
            number = f"{len(self.customers) + 1:04d}"
            made = Customer.objects.create(
                company_id=self.company_id,
                number=number,
                number_key=number.lstrip("0"),
                name=name,
                created_at=self.actor.at,
            )
            self.customers[name] = made.pk
        return self.customers[name]

    def item(
        self, amount: int, number: str = "", *, customer: str = "Muster AG", currency: str = "EUR", discount: int = 0
    ):
        from fairdue.ledger import actions
        from fairdue.ledger.models import Document

        number = number or f"R-{Document.objects.count() + 1}"
        document = actions.do_book_document(
            self.actor, customer_id=self.customer(customer), kind="invoice" if amount > 0 else "credit_note", number=number,
            issued_on=DAY - timedelta(days=20), currency=currency,
            maturities=[actions.Maturity(DAY - timedelta(days=1), abs(amount), DAY if discount else None, discount)],
        )  # fmt: skip
        return document.due_items.get()

    def line(
        self, amount: int, *, name: str = "Muster AG", text: str = "", account: str = "", mark: str = "", on: date = DAY
    ):
        from fairdue.cash.models import BankLine

        number = BankLine.objects.count() + 1
        return BankLine.objects.create(
            company_id=self.company_id, account=self.account, statement=self.statement, entry=number, part=0,
            key=f"c{number:040d}", announced_key=f"{number:040d}", occurrence=1, amount_minor=amount, currency="EUR",
            status="booked", booked_on=on, name=name, text=text, account_number=account, end_to_end=mark,
        )  # fmt: skip

    def says(self, line, *parts, state: str = "posted", evidence: str = "number", others=()) -> None:
        """Let the matcher answer a line."""
        from fairdue.cash.matching.records import Answer
        from fairdue.cash.reasons import CashReason
        from fairdue.kernel.reasons import because

        why = (because(CashReason.NO_ITEM, item=1),)
        self.answers[line.pk] = Answer(line.pk, state, 999_000, evidence, tuple(parts), why, tuple(others))

    def matcher(self, book, lines, allowed) -> Iterator[object]:
        from fairdue.cash.matching.records import Answer

        for line in lines:
            yield self.answers.get(line.id, Answer(line.id, "abstained", 0))

    def propose(self, **more):
        from fairdue.cash.actions import do_propose

        return do_propose(self.actor, matcher=self.matcher, **more)

    def post(self):
        from fairdue.cash.actions import do_post

        self.propose()
        return do_post(self.actor)

    def open(self) -> dict[int, int]:
        from fairdue.ledger.queries import open_amounts

        return open_amounts(self.company_id, date(2026, 12, 31))
