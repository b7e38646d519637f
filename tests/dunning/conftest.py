"""A small credit department for the scenarios: book, pay, let a day pass, read what went out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fairdue.people.actor import Actor


@dataclass
class Department:
    """One company with its ledger; ``day`` runs the nightly line for one day and releases what it may."""

    company: object
    folder: Path
    policy: str = "flexible"
    runs: int = 0
    log: list[tuple[date, str, str]] = field(default_factory=list)

    def actor(self, on: date, *, user_id: int | None = None, name: str = "Lea Lead") -> Actor:
        at = datetime(on.year, on.month, on.day, 9, 30, tzinfo=UTC)
        return Actor(self.company.pk, at, user_id=user_id, name=name, roles=frozenset({"finance_lead"}))

    def customer(self, number="C1", **more):
        from fairdue.ledger.models import Contact, Customer

        fields = {
            "name": f"Kunde {number} AG", "street": "Marktweg 2", "postal_code": "10115", "city": "Berlin",
            "country": "DE", "language": "de", "created_at": self.actor(date(2025, 1, 1)).at,
        } | more  # fmt: skip
        made = Customer.objects.create(company=self.company, number=number, number_key=number, **fields)
        Contact.objects.create(
            company=self.company, customer=made, purpose="payables", name="Petra Payables", channel="email",
            email=f"{number.lower()}@kunde.example", language=made.language,
        )  # fmt: skip
        return made

    def invoice(self, customer, amount_minor, due_on, *, issued_on=None, currency="EUR", kind="invoice", number=None):
        from fairdue.ledger.actions import Maturity, do_book_document
        from fairdue.ledger.models import Document, DueItem

        issued_on = issued_on or due_on - timedelta(days=30)
        number = number or f"R{Document.objects.count() + 1}"
        document = do_book_document(
            self.actor(issued_on), customer_id=customer.pk, kind=kind, number=number, issued_on=issued_on,
            currency=currency, maturities=[Maturity(due_on, amount_minor)],
        )  # fmt: skip
        return DueItem.objects.get(document=document)

    def pay(self, item, amount_minor, on):
        from fairdue.ledger.actions import do_allocate, do_book_payment

        payment = do_book_payment(
            self.actor(on), amount_minor=amount_minor, currency=item.currency, effective_on=on,
            customer_id=item.customer_id,
        )  # fmt: skip
        do_allocate(
            self.actor(on), amount_minor=amount_minor, effective_on=on, due_item_id=item.pk, payment_id=payment.pk
        )

    def bank_read(self, on: date):
        from fairdue.ledger.actions import do_publish_fact

        do_publish_fact(
            self.actor(on), room="ledger", kind="bank_data_through", subject=f"company:{self.company.pk}", as_of=on,
            value=on.toordinal(), source_version="test",
        )  # fmt: skip

    def propose(self, on: date):
        """Take a snapshot and decide; write nothing."""
        from fairdue.dunning.queries import policies_in_force
        from fairdue.dunning.run import propose
        from fairdue.dunning.snapshot import SOURCES
        from fairdue.engine.snapshot import Snapshot
        from fairdue.ledger import snapshot

        self.runs += 1
        folder = self.folder / f"run{self.runs}"
        snapshot.take(self.company.pk, on, self.actor(on).at + timedelta(hours=12), folder, more=SOURCES)
        return propose(Snapshot.open(folder), self.company.pk, policies_in_force(self.company.pk), on)

    def run(self, on: date):
        """The nightly line up to the commit; gives the proposals of this run."""
        from fairdue.dunning.actions import do_commit
        from fairdue.dunning.models import Proposal

        self.bank_read(on)
        decisions = self.propose(on)
        key = f"run-{on}-{self.runs}"
        do_commit(self.actor(on), key, decisions)
        return list(Proposal.objects.filter(company_id=self.company.pk, run_key=key).order_by("id"))

    def day(self, on: date):
        """The whole day: run, release everything the gate allows, hand over every message."""
        from fairdue.dunning.actions import do_release

        proposals = self.run(on)
        outcomes = do_release(self.actor(on), [proposal.pk for proposal in proposals], on)
        self.deliver(on)
        released = {outcome.proposal_id for outcome in outcomes if outcome.state == "released"}
        for proposal in proposals:
            if proposal.pk in released:
                self.log.append((on, proposal.currency, proposal.stage_code))
        return outcomes

    def days(self, first: date, last: date):
        for offset in range((last - first).days + 1):
            self.day(first + timedelta(days=offset))

    def deliver(self, on: date, state: str = "handed_over"):
        from fairdue.contact.actions.tasks import begin_silence
        from fairdue.contact.models import OutboxMessage

        fields = {"state": state, "claimed_by": "test"}
        if state == "handed_over":
            fields["handed_over_at"] = self.actor(on).at
        queued = OutboxMessage.objects.filter(company=self.company, state="queued")
        pks = list(queued.order_by("id").values_list("pk", flat=True))
        queued.update(**fields)
        if state == "handed_over":
            for message in OutboxMessage.objects.filter(pk__in=pks).order_by("id"):
                begin_silence(self.actor(on), message)

    def said(self, currency="EUR"):
        return [(on.isoformat(), stage) for on, code, stage in self.log if code == currency]

    def adopt(self, code="flexible", text=None, on=date(2025, 1, 1), **more):
        from fairdue.dunning.actions import do_adopt_policy
        from fairdue.dunning.policy import shipped_yaml

        return do_adopt_policy(self.actor(on), code, text or shipped_yaml(code), **more)


@pytest.fixture
def department(company, tmp_path, settings):
    from fairdue.people.models import BankAccount

    settings.DATA_DIR = tmp_path / "data"
    company.email, company.phone, company.time_zone = "ar@acme.example", "+49 40 1", "UTC"
    company.save()
    for currency, iban in (("EUR", "DE89370400440532013000"), ("USD", "")):
        BankAccount.objects.create(
            company=company, currency=currency, holder=company.name, iban=iban, bank_name="Bank",
            account_number="" if iban else "12345678",
        )  # fmt: skip
    made = Department(company, tmp_path / "runs")
    made.folder.mkdir()
    made.adopt()
    return made
