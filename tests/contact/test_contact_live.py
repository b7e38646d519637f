"""One customer, read in one statement, equals the same customer read among all: random houses, both databases."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.db import connection

from fairdue.contact import live
from fairdue.contact.models import OutboxMessage, Task, TimelineEvent
from fairdue.contact.queries import ASKED, gate_facts
from fairdue.ledger.actions import (
    Maturity,
    do_allocate,
    do_book_document,
    do_book_payment,
    do_hold,
    do_publish_fact,
)
from fairdue.ledger.models import Contact, Customer, DocumentFile, FileWithdrawal, PaymentSuspect

pytestmark = pytest.mark.django_db

EMAILS = ("ap@one.example", "AP@One.example", "x@two.example", "ü@three.example", "")


class House:
    """A company in which things happen at random, all of them things that the gate asks about."""

    def __init__(self, actor, company, now, seed: int) -> None:
        self.actor, self.company, self.now, self.rng = actor, company, now, random.Random(seed)
        self.today = now.date()
        self.customers = [self._customer(number) for number in range(4)]
        self.items = [self._item(customer, number) for customer in self.customers for number in range(3)]
        for happens in (
            self._contact, self._message, self._event, self._task, self._hold, self._payment, self._file, self._fact,
        ):  # fmt: skip
            for number in range(9):
                happens(number)

    def _some(self) -> Customer:
        return self.rng.choice(self.customers)

    def _moment(self, days: int = 70) -> datetime:
        return self.now + timedelta(days=self.rng.randint(-days, 1), microseconds=self.rng.choice((0, 1, 500_000)))

    def _day(self, back: int = 20, ahead: int = 20):
        return self.today + timedelta(days=self.rng.randint(-back, ahead))

    def _customer(self, number: int) -> Customer:
        return Customer.objects.create(
            company=self.company, number=f"C{number}", number_key=f"C{number}", name='Ä "quoted" \\ AG', created_at=self.now,
            country=self.rng.choice(("DE", "US", "")), region=self.rng.choice(("", "CA")), city=self.rng.choice(("", "Köln")),
            street="Weg 1", language=self.rng.choice(("de", "")), time_zone=self.rng.choice(("", "Asia/Tokyo")),
            natural_person=self.rng.choice(("yes", "no", "unknown")),
        )  # fmt: skip

    def _item(self, customer: Customer, number: int):
        document = do_book_document(
            self.actor, customer_id=customer.pk, kind=self.rng.choice(("invoice", "invoice", "credit_note")),
            number=f"R{customer.pk}-{number}", issued_on=self.today - timedelta(days=40),
            currency=self.rng.choice(("EUR", "USD")),
            maturities=[Maturity(self.today - timedelta(days=9), self.rng.randint(1, 4) * 10_00)],
        )  # fmt: skip
        return document.due_items.get()

    def _contact(self, number: int) -> None:
        Contact.objects.create(
            company=self.company, customer=self._some(), email=self.rng.choice(EMAILS), name=f"P{number}",
            language=self.rng.choice(("", "fr")), active=self.rng.random() < 0.8,
            time_zone=self.rng.choice(("", "Europe/Paris")), bounced_on=self.rng.choice((None, self.today)),
            consent=self.rng.choice(("unknown", "refused")),
        )  # fmt: skip

    def _message(self, number: int) -> None:
        state = self.rng.choice(("queued", "claimed", "handed_over", "uncertain", "blocked"))
        left, claimed = state == "handed_over", state in ("claimed", "handed_over", "uncertain")
        OutboxMessage.objects.create(
            company=self.company, customer=self._some(), step_key=f"s{number}", channel="email", language="de", subject="S",
            message_id=f"<{number}@x>", content_sha256="0" * 64, currency="EUR", created_by="x", state=state,
            recipient_email=self.rng.choice(EMAILS), kind=self.rng.choice(("notice", "statement", "answer")),
            run_key=self.rng.choice(("", "run-1")), created_at=self._moment(), claimed_by="d" if claimed else "",
            claimed_at=self._moment() if claimed else None, lease_until=self.now if claimed else None,
            handing_at=self._moment() if claimed and not left else None, handed_over_at=self._moment() if left else None,
        )  # fmt: skip

    def _event(self, number: int) -> None:
        TimelineEvent.objects.create(
            company=self.company, customer=self._some(), at=self._moment(), actor="x",
            kind=self.rng.choice(("call", "reply", "answer", "note")),
            code=self.rng.choice(("reply_received", "answer_wrong", "reply_automatic")),
        )  # fmt: skip

    def _task(self, number: int) -> None:
        done = self.rng.random() < 0.4
        Task.objects.create(
            company=self.company, customer=self._some(), key=f"t{number}", due_on=self.today, created_at=self.now,
            kind=self.rng.choice(("reply", "internal_check", "call")), done_at=self.now if done else None,
        )  # fmt: skip

    def _hold(self, number: int) -> None:
        item = self.rng.choice(self.items)
        scope = self.rng.choice(({}, {"document_id": item.document_id}, {"due_item_id": item.pk}))
        since = self._day(20, 2)
        do_hold(
            self.actor, customer_id=item.customer_id, reason=self.rng.choice(("dispute", "promise", "mediation")), since=since,
            until=self.rng.choice((None, since + timedelta(days=9))), amount_minor=self.rng.choice((None, 5_00)), **scope,
        )  # fmt: skip

    def _payment(self, number: int) -> None:
        item = self.rng.choice(self.items)
        owner = self.rng.choice(("customer_id", "suspected_customer_id"))
        payment = do_book_payment(
            self.actor,
            amount_minor=5_00,
            currency=item.currency,
            effective_on=self._day(9, 20),
            **{owner: item.customer_id},
        )
        others = [one.pk for one in self.customers if one.pk != item.customer_id]
        chance = random.Random(number)
        for other in chance.sample(others, chance.randint(0, len(others))):
            PaymentSuspect.objects.create(company=self.company, payment=payment, customer_id=other)
        if owner == "customer_id" and item.document.kind == "invoice" and payment.effective_on <= self.today:
            do_allocate(
                self.actor,
                payment_id=payment.pk,
                due_item_id=item.pk,
                amount_minor=self.rng.choice((2_00, 5_00)),
                effective_on=payment.effective_on,
            )

    def _file(self, number: int) -> None:
        made = DocumentFile.objects.create(
            company=self.company, customer=self._some(), kind="invoice", file_name="a.pdf", size_bytes=1, turn=number,
            sha256=self.rng.choice("ab") * 64, media_type="application/pdf", origin="file", recorded_at=self.now,
            recorded_by="x",
        )  # fmt: skip
        if self.rng.random() < 0.7:
            FileWithdrawal.objects.create(
                company=self.company, file=made, reason="wrong", recorded_at=self.now, recorded_by="x"
            )

    def _fact(self, number: int) -> None:
        as_of, item = self._day(9, 1), self.rng.choice(self.items)
        until = self.rng.choice((None, self._day(9, 9)))
        kind, subject, value = self.rng.choice(
            (
                ("cover_deadline", f"customer:{item.customer_id}", self._day().toordinal()),
                ("cover_max_extension_until", f"due_item:{item.pk}", self._day().toordinal()),
                ("cover_consent_needed", f"customer:{item.customer_id}", self.rng.randint(0, 1)),
            )
        )
        do_publish_fact(
            self.actor, room="cover", kind=kind, subject=subject, as_of=as_of, value=value, valid_until=until,
            source_version=f"v{number}",
        )  # fmt: skip
        if number % 4 == 0:
            do_publish_fact(
                self.actor, room="intake", kind="import_waiting", subject=f"company:{self.company.pk}", as_of=self.today,
                value=self.rng.randint(0, 1), source_version=f"import:{number}",
            )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_one_customer_reads_the_same_alone_and_among_all(actor, company, now, seed):
    house = House(actor, company, now, seed)
    everyone = gate_facts(company.pk, None, now, with_items=True)
    some = gate_facts(company.pk, [one.pk for one in house.customers[:3]], now, with_items=True)
    for customer in house.customers:
        alone = gate_facts(company.pk, [customer.pk], now, with_items=True)
        assert alone == {customer.pk: everyone[customer.pk]}
        assert some.get(customer.pk, everyone[customer.pk]) == everyone[customer.pk]
        plain = gate_facts(company.pk, [customer.pk], now)[customer.pk]
        assert plain == gate_facts(company.pk, None, now)[customer.pk]


def test_the_houses_hold_what_the_gate_asks(actor, company, now):
    """The worlds are not empty: each list of the facts is filled in at least one of them."""
    house = House(actor, company, now, 0)
    facts = gate_facts(company.pk, [one.pk for one in house.customers], now, with_items=True).values()
    for name in (
        "contacts",
        "history",
        "shared_history",
        "unmatched",
        "customer_holds",
        "items",
        "imports_open",
        "withdrawn",
    ):
        assert any(getattr(one, name) for one in facts), name
    assert any(money.customers for one in facts for money in one.unmatched)
    assert any(one.replied_at for one in facts)
    assert any(one.replies_unread for one in facts)
    assert any(one.cover.deadline_on for one in facts)
    assert any(one.cover.extension_until for one in facts)


def test_nobody_of_another_company_is_read(actor, company, now):
    from fairdue.people.models import Company

    house = House(actor, company, now, 1)
    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")
    assert gate_facts(other.pk, [house.customers[0].pk], now, with_items=True) == {}


def test_messages_at_an_address_are_found_by_an_index_behind_the_wall(actor, company, customer, contact, now):
    """Row-level security bars an index whose comparison may leak: the whole outbox would be read for each message."""
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row-level security")
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            company=company, customer=customer, step_key=f"s{n}", channel="email", language="de", subject="S",
            message_id=f"<{n}@x>", content_sha256="0" * 64, created_by="x", state="handed_over", handed_over_at=now,
            recipient_email=f"a{n}@x.example", created_at=now,
        )
        for n in range(3_000)
    )  # fmt: skip
    gate_facts(company.pk, [customer.pk], now, with_items=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contact_outbox_message")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(
            f"EXPLAIN EXECUTE {live._name(ASKED)} ({company.pk}, {customer.pk}, '2026-03-02', '2026-03-16', '2026-01-01',"
            " '2026-03-02', '9999-01-01')"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "outbox_by_recipient_key" in plan
    assert "recipient_key)::text = addresses.address" in plan


def test_messages_of_a_few_customers_are_found_by_indexes_behind_the_wall(actor, company, customer, contact, now):
    """The same for two or more customers, which the gate reads at once: no message but theirs is looked at."""
    from django.db import connection

    from fairdue.contact import queries

    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row-level security")
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            company=company, customer=customer, step_key=f"s{n}", channel="email", language="de", subject="S",
            message_id=f"<{n}@x>", content_sha256="0" * 64, created_by="x", state="handed_over", handed_over_at=now,
            recipient_email=f"A{n}@x.example", created_at=now,
        )
        for n in range(3_000)
    )  # fmt: skip
    asked: list[tuple[str, tuple[object, ...]]] = []

    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contact_outbox_message")
    with connection.execute_wrapper(keep):
        found = list(queries._messages(company.pk, [-1, -2], ["a7@X.example", "a8@x.example"], now))
    assert sorted(one.email for one in found) == ["A7@x.example", "A8@x.example"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[0][0]}", asked[0][1])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "outbox_by_recipient_key" in plan
    assert "lower(" not in plan.lower()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite prepares nothing by name")
class TestThePreparedStatement:
    def test_it_is_prepared_again_where_the_server_has_forgotten_it(self, actor, company, now):
        house = House(actor, company, now, 1)
        (customer, *_) = house.customers
        before = gate_facts(company.pk, [customer.pk], now, with_items=True, company=company)
        for forget in ("DEALLOCATE ALL", "DISCARD PLANS"):
            with connection.cursor() as cursor:
                cursor.execute(forget)
            assert gate_facts(company.pk, [customer.pk], now, with_items=True, company=company) == before
            assert OutboxMessage.objects.exists()

    def test_one_that_another_client_of_the_same_server_session_prepared_is_used(self, actor, company, now):
        house = House(actor, company, now, 1)
        (customer, *_) = house.customers
        before = gate_facts(company.pk, [customer.pk], now, with_items=True, company=company)
        live._prepared.discard(connection.connection)
        assert gate_facts(company.pk, [customer.pk], now, with_items=True, company=company) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE %s", [f"{live.PREPARED}%"])
            assert cursor.fetchone() == (1,)
