"""The day that counts is the day at the company's place: an evening in New York, a morning in Shanghai."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest

from fairdue.contact.actions import (
    Answer,
    Finding,
    do_assign_mail,
    do_confirm_third_party,
    do_make_link,
    do_queue,
    do_read_mail,
    do_receive,
    do_record_answer,
    do_record_reply,
)
from fairdue.contact.dispatch import dispatch
from fairdue.contact.facts import ClaimItem, GatePolicy
from fairdue.contact.models import PortalLink, Task
from fairdue.contact.queries import gate_facts
from fairdue.ledger.actions import do_publish_fact
from fairdue.ledger.models import Hold
from fairdue.people.days import today_of
from fairdue.people.models import Company

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
"""Half past eight in the evening of 2 March in New York."""
MORNING = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
"""Six in the morning of 2 March in Shanghai."""
TODAY = date(2026, 3, 2)


@pytest.fixture
def new_york(company):
    Company.objects.filter(pk=company.pk).update(time_zone="America/New_York")
    company.refresh_from_db()
    return company


@pytest.fixture
def shanghai(company):
    Company.objects.filter(pk=company.pk).update(time_zone="Asia/Shanghai")
    company.refresh_from_db()
    return company


@pytest.fixture
def item(book, customer):
    made = book()
    type(customer).objects.filter(pk=customer.pk).update(time_zone="America/New_York")
    return made


def held(company, customer, item, at):
    return gate_facts(company.pk, [customer.pk], at, with_items=True, company=company)[customer.pk].items[item.pk]


class TestAnEveningInNewYork:
    def test_the_company_s_day_is_not_the_day_in_utc(self, new_york, actor):
        evening = replace(actor, at=EVENING)
        assert (EVENING.date(), today_of(evening)) == (date(2026, 3, 3), TODAY)

    def test_a_reply_read_as_a_dispute_holds_the_item_the_same_evening(self, new_york, actor, customer, item):
        evening = replace(actor, at=EVENING)
        mail = EmailMessage()
        mail["From"], mail["Subject"], mail["Message-ID"] = "ap@muster.example", "Wrong goods", "<1@muster.example>"
        mail.set_content("The goods were wrong.")
        row = do_receive(evening, mail.as_bytes())
        do_assign_mail(evening, row.mail_id, customer_id=customer.pk)
        do_read_mail(evening, row.mail_id, Finding("dispute", due_item_ids=(item.pk,)))
        assert Hold.objects.get(reason="dispute").since == TODAY
        assert held(new_york, customer, item, EVENING).held_minor == 100_00

    def test_a_letter_that_waits_does_not_leave_after_the_dispute(
        self, new_york, actor, customer, item, outgoing, smtp, mail_server
    ):
        policy = GatePolicy(quiet_channels=(), business_days_only=False)
        message = do_queue(actor, outgoing(claim_items=(ClaimItem(item.pk, 100_00),), policy=policy))
        made = do_make_link(actor, customer_id=customer.pk)
        do_record_answer(made.link.pk, new_york.pk, Answer("wrong", due_item_ids=(item.pk,)), EVENING)
        Task.objects.update(done_at=EVENING)
        summary = dispatch(new_york.pk, EVENING + timedelta(minutes=5), [smtp])
        message.refresh_from_db()
        assert (summary.handed_over, message.state, len(mail_server.box.taken)) == (0, "blocked", 0)

    def test_a_reply_and_an_answer_hold_and_ask_from_that_day(self, new_york, actor, customer, item):
        evening = replace(actor, at=EVENING)
        do_record_reply(evening, customer_id=customer.pk, reply_id="<1@x>", subject="Re", text="wait")
        made = do_make_link(evening, customer_id=customer.pk)
        do_record_answer(made.link.pk, new_york.pk, Answer("already_paid", due_item_ids=(item.pk,)), EVENING)
        assert set(Hold.objects.values_list("since", flat=True)) == {TODAY}
        assert set(Task.objects.values_list("due_on", flat=True)) == {TODAY}
        assert PortalLink.objects.get().expires_on == TODAY + timedelta(days=60)

    def test_a_link_opens_through_the_evening_of_its_last_day(self, new_york, actor, customer):
        from fairdue.contact import links

        made = do_make_link(actor, customer_id=customer.pk, expires_on=TODAY)
        assert links.resolve(made.token, EVENING) is not None
        assert links.resolve(made.token, EVENING + timedelta(hours=4)) is None

    def test_bank_data_are_not_a_day_older_in_the_evening(self, new_york, actor, customer, contact, outgoing, item):
        from fairdue.contact.dispatch import dispatch as rehearse

        do_publish_fact(
            actor, room="ledger", kind="bank_data_through", subject=f"company:{new_york.pk}", as_of=date(2026, 2, 27),
            value=date(2026, 2, 27).toordinal(), source_version="test",
        )  # fmt: skip
        facts = gate_facts(new_york.pk, [customer.pk], EVENING, with_items=True, company=new_york)[customer.pk]
        assert facts.today == TODAY
        policy = GatePolicy(bank_data_max_age_days=3, quiet_channels=(), business_days_only=False)
        do_queue(actor, outgoing(claim_items=(ClaimItem(item.pk, 100_00),), policy=policy))
        assert rehearse(new_york.pk, EVENING, [_Mail()], dry_run=True).waiting == {}

    def test_a_clearance_holds_through_the_evening_of_its_last_day(self, new_york, actor, customer):
        from fairdue.contact.queries import cleared_countries

        facts = gate_facts(new_york.pk, [customer.pk], EVENING, company=new_york)[customer.pk]
        do_confirm_third_party(
            actor, country="DE", basis="registration", third_party="Inkasso Nord GmbH", reason="register 12",
            valid_from=date(2026, 1, 1), valid_until=TODAY,
        )  # fmt: skip
        assert cleared_countries(new_york.pk, facts.today) == {"DE"}


class TestAMorningInShanghai:
    def test_the_line_is_run_for_that_morning(self, shanghai, settings, monkeypatch):
        from fairdue.cli import start

        monkeypatch.setattr(start, "moment", lambda: MORNING)
        start.company(shanghai.code)
        assert (MORNING.date(), start.day(None), start.day("2026-01-05")) == (date(2026, 3, 1), TODAY, date(2026, 1, 5))

    def test_holds_and_tasks_are_of_that_morning(self, shanghai, actor, customer):
        do_record_reply(
            replace(actor, at=MORNING), customer_id=customer.pk, reply_id="<1@x>", subject="Re", text="wait"
        )
        assert (Hold.objects.get().since, Task.objects.get().due_on) == (TODAY, TODAY)


class _Mail:
    """A way out that nobody takes: a rehearsal only asks the gate."""

    channel, repeatable = "email", False
