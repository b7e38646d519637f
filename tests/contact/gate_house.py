"""Muster AG's letter, released and ready, and everything that may happen to it while a dispatcher is about to hand it over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from fairdue.contact.actions import Answer, do_make_link, do_queue, do_record_answer, do_record_reply, do_requeue
from fairdue.contact.dispatch import Summary, dispatch
from fairdue.contact.facts import ClaimItem, GatePolicy
from fairdue.contact.models import OutboxMessage
from fairdue.contact.notes import GateNotes
from fairdue.ledger import actions as ledger
from fairdue.ledger.models import Contact, Customer, DueItem
from fairdue.people.actor import Actor

POLICY = GatePolicy(
    bank_data_max_age_days=3, contacts_per_week=2, min_days_between=2, minimum_by_currency={"EUR": 20_00},
)  # fmt: skip


@dataclass
class House:
    """One customer with one open invoice of 100.00 EUR, and the means to act on it."""

    company: Any
    actor: Actor
    now: datetime
    customer: Customer
    contact: Contact
    item: DueItem
    outgoing: Callable[..., Any]
    transports: list[Any]
    box: Any
    kept: dict[str, Any] = field(default_factory=dict)
    """What a fault leaves for whoever mends it."""

    @property
    def today(self) -> date:
        return self.now.date()

    def later(self, **delta: int) -> Actor:
        """Give the actor a while later."""
        return replace(self.actor, at=self.actor.at + timedelta(**delta))

    def queue(self, step_key: str = "step-1", **changes: Any) -> OutboxMessage:
        """Release the letter: it claims the invoice as it stands."""
        values = {
            "run_key": "run-1", "claim_items": (ClaimItem(self.item.pk, 100_00),), "policy": POLICY, **changes,
        }  # fmt: skip
        return do_queue(self.actor, self.outgoing(step_key, **values))

    def send(self, at: datetime, checkpoint: Callable[[str], None] | None = None, **options: Any) -> Summary:
        """Let the dispatcher do its work at a moment."""
        more = {"checkpoint": checkpoint} if checkpoint else {}
        return dispatch(self.company.pk, at, self.transports, **more, **options)

    def change(self, row: Any, **values: Any) -> None:
        """Change a row behind everybody's back, as another process does."""
        type(row).objects.filter(pk=row.pk).update(**values)

    def bank_read(self, on: date, currency: str = "") -> None:
        """Let payments be known through a day; of one currency's account, where named."""
        subject = f"company:{self.company.pk}" + (f":{currency}" if currency else "")
        ledger.do_publish_fact(
            self.actor, room="ledger", kind="bank_data_through", subject=subject, as_of=on, value=on.toordinal(),
            source_version="test",
        )  # fmt: skip

    def publish(self, room: str, kind: str, subject: str, value: int, version: str = "test") -> None:
        """Publish a fact of another room."""
        ledger.do_publish_fact(
            self.actor, room=room, kind=kind, subject=subject, as_of=self.today, value=value, source_version=version
        )

    def hold(self, reason: str, *, item: bool = True) -> None:
        """Hold the invoice, or the whole customer."""
        self.kept["hold"] = ledger.do_hold(
            self.actor, customer_id=self.customer.pk, due_item_id=self.item.pk if item else None, reason=reason,
            since=self.today,
        )  # fmt: skip

    def release_hold(self) -> None:
        """End every hold that stands."""
        from fairdue.ledger.models import Hold

        for hold in Hold.objects.filter(company=self.company, released_on__isnull=True):
            ledger.do_release_hold(self.actor, hold.pk, on=self.today, reason="settled")

    def allocate(self, amount_minor: int, **more: Any) -> None:
        """Take an amount off the invoice."""
        self.kept["allocation"] = ledger.do_allocate(
            self.actor, amount_minor=amount_minor, effective_on=self.today, due_item_id=self.item.pk, **more
        )

    def pay(self, amount_minor: int) -> None:
        """Book a payment and apply it."""
        payment = ledger.do_book_payment(
            self.actor, amount_minor=amount_minor, currency="EUR", effective_on=self.today, customer_id=self.customer.pk
        )
        self.kept["payment"] = payment
        self.allocate(amount_minor, payment_id=payment.pk)

    def money(self, amount_minor: int, **whose: Any) -> None:
        """Receive money that nobody has applied."""
        self.kept["payment"] = ledger.do_book_payment(
            self.later(minutes=1), amount_minor=amount_minor, currency="EUR", effective_on=self.today, **whose
        )

    def reverse(self) -> None:
        """Take the last allocation back."""
        ledger.do_reverse(self.actor, self.kept["allocation"].pk, effective_on=self.today, reason="wrong invoice")

    def answer(self, kind: str, *, items: bool = True) -> None:
        """Let the debtor answer on the portal."""
        link = do_make_link(self.actor, customer_id=self.customer.pk)
        wanted = (self.item.pk,) if items else ()
        answer = Answer(kind, due_item_ids=wanted, text="please look")
        do_record_answer(link.link.pk, self.company.pk, answer, self.later(minutes=1).at)

    def reply(self, **more: Any) -> None:
        """Let a mail come in."""
        do_record_reply(
            self.later(minutes=1),
            customer_id=self.customer.pk,
            reply_id="<1@muster>",
            subject="Re",
            text="wait",
            **more,
        )

    def finish_tasks(self) -> None:
        """Let a person do everything that waits."""
        from fairdue.contact.actions import do_finish_task
        from fairdue.contact.models import Task

        for task in Task.objects.filter(company=self.company, done_at__isnull=True):
            do_finish_task(self.later(minutes=2), task.pk, outcome="done", release_holds=True)

    def left(self, days_ago: int, *, customer: Customer | None = None, email: str = "", **more: Any) -> OutboxMessage:
        """Record a message of another room that left."""
        other = customer or self.customer
        values = {"customer_id": other.pk, "contact_id": None, "channel": "file", "kind": "statement", **more}
        row = do_queue(self.actor, self.outgoing(f"other-{OutboxMessage.objects.count()}", **values))
        self.kept["left"] = row
        self.change(
            row, state="handed_over", handed_over_at=self.now - timedelta(days=days_ago),
        )  # fmt: skip
        if email:
            self.kept["email"] = email
        return row

    def requeue(self, message: OutboxMessage) -> None:
        """Let a person look at a held-back message and queue it again."""
        message.refresh_from_db()
        if message.state == "blocked":
            do_requeue(self.later(minutes=5), message.pk, reason="looked at")


def notes(grants: str, until: date) -> GateNotes:
    """Give what a letter carries that gives time."""
    return GateNotes(grants, until)
