"""What the tests of cover say in one line: a buyer, an invoice, a limit, a payment, a night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from fairdue.contact.models import Task
from fairdue.cover.actions import LimitValues, TermsValues, do_add_policy, do_record, do_set_limit, do_set_terms
from fairdue.cover.actions.nightly import do_commit
from fairdue.cover.measures import look
from fairdue.cover.models import BuyerLimit, CoverPolicy, CoverRecord
from fairdue.cover.standing import Deadline, Standing, deadlines, standings
from fairdue.ledger.actions import Maturity, do_allocate, do_book_document, do_book_payment
from fairdue.ledger.models import Customer, CustomerGroup, DueItem, Effect, Fact
from fairdue.people.actor import Actor
from fairdue.people.models import Company

START = date(2025, 7, 1)


class Department:
    """One insured seller in Hamburg."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def actor(self, on: date, *roles: str) -> Actor:
        at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
        return Actor(self.company.pk, at, name="Lea Lead", roles=frozenset(roles or {"finance_lead"}))

    def policy(self, number: str = "P-1", currency: str = "EUR", **terms: int) -> CoverPolicy:
        found = CoverPolicy.objects.filter(company=self.company, number=number).first()
        policy = found or do_add_policy(self.actor(START), insurer="Hanse Kredit", number=number, currency=currency)
        values = {"valid_from": START, "insured_share_ppm": 900_000, **terms}
        do_set_terms(self.actor(START), policy.pk, TermsValues(**values))
        return policy

    def customer(self, name: str, group: str = "") -> Customer:
        made = {"name": f"{name} AG", "country": "DE", "created_at": self.actor(START).at, "number_key": name}
        found, _ = Customer.objects.get_or_create(company=self.company, number=name, defaults=made)
        if group:
            found.group, _ = CustomerGroup.objects.get_or_create(company=self.company, code=group, name=group)
            found.save()
        return found

    def limit(
        self, buyer: str, amount_minor: int, effect_on: date, *, group: bool = False, **more: object
    ) -> BuyerLimit:
        policy = CoverPolicy.objects.get(company=self.company, number="P-1")
        who = (
            {"group_id": CustomerGroup.objects.get(company=self.company, code=buyer).pk}
            if group
            else {"customer_id": self.customer(buyer).pk}
        )
        values = LimitValues(effect_on=effect_on, limit_minor=amount_minor, **who, **more)
        return do_set_limit(self.actor(effect_on), policy.pk, values)

    def invoice(
        self, name: str, number: str, amount_minor: int, due_on: date, *, issued_on: date | None = None,
        delivered_on: date | None = None, currency: str = "EUR",
    ) -> DueItem:  # fmt: skip
        issued = issued_on or due_on - timedelta(days=30)
        document = do_book_document(
            self.actor(issued), customer_id=self.customer(name).pk, kind="invoice", number=number, issued_on=issued,
            currency=currency, maturities=[Maturity(due_on, amount_minor)], delivered_on=delivered_on,
        )  # fmt: skip
        return document.due_items.get()

    def pay(self, item: DueItem, on: date, amount_minor: int | None = None) -> None:
        amount = amount_minor or item.amount_minor
        actor = self.actor(on)
        payment = do_book_payment(
            actor, amount_minor=amount, currency=item.currency, effective_on=on, customer_id=item.customer_id
        )
        do_allocate(actor, amount_minor=amount, effective_on=on, due_item_id=item.pk, payment_id=payment.pk)

    def tell(self, name: str, kind: str, on: date, **more: object) -> CoverRecord:
        asked = {"reference": "HK-77", **more}
        return do_record(self.actor(on), customer_id=self.customer(name).pk, kind=kind, on=on, **asked)

    def state(self, item: DueItem, on: date) -> str:
        results, _ = look(self.company.pk, on, self.actor(on).at)
        return {row["due_item_id"]: row["state"] for row in results["cover_items"].to_pylist()}[item.pk]

    def dates(self, item: DueItem, on: date) -> tuple[date | None, date | None, date | None]:
        results, _ = look(self.company.pk, on, self.actor(on).at)
        row = next(row for row in results["cover_items"].to_pylist() if row["due_item_id"] == item.pk)
        return row["extend_until"], row["notify_by"], row["claim_by"]

    def deadlines(self, on: date) -> list[Deadline]:
        results, rates = look(self.company.pk, on, self.actor(on).at)
        return deadlines(results, rates, on, "DE")

    def standing(self, on: date) -> list[Standing]:
        results, rates = look(self.company.pk, on, self.actor(on).at)
        return standings(results, rates, on)

    def night(self, on: date) -> None:
        actor = self.actor(on, "system")
        do_commit(actor, on, *look(self.company.pk, on, actor.at))

    def open_tasks(self) -> list[Task]:
        return list(Task.objects.filter(company=self.company, done_at__isnull=True).order_by("id"))

    def stops(self, on: date) -> list[Effect]:
        found = Effect.objects.filter(company=self.company, kind="delivery_stop", since__lte=on).order_by("id")
        return [one for one in found if one.until is None or one.until > on]

    def fact(self, kind: str, subject: str) -> int | None:
        found = Fact.objects.filter(company=self.company, kind=kind, subject=subject).order_by(
            "as_of", "recorded_at", "id"
        )
        last = found.last()
        return last.value if last else None
