"""Balance confirmations: a customer is asked what was open on a day, confirms or differs, and people work it through."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.db import DatabaseError, connection, transaction

from fairdue.contact import links
from fairdue.contact.actions import UploadRefused
from fairdue.contact.models import OutboxMessage, PortalLink, Task
from fairdue.dunning.account import StepState
from fairdue.dunning.actions.balance import BalanceError, do_send_confirmations
from fairdue.dunning.actions.balance_answers import (
    Difference,
    Signed,
    Verdict,
    do_answer_by_link,
    do_close_confirmation,
    do_decide_difference,
    do_record_confirmation,
)
from fairdue.dunning.balance import rules
from fairdue.dunning.balance.models import (
    BalanceAnswer,
    BalanceConfirmation,
    BalanceDecision,
    BalanceDifference,
    BalanceLine,
)
from fairdue.dunning.balance.queries import customers_with_balance, limits_of, standings
from fairdue.ledger.models import AuditEntry, Hold
from fairdue.ledger.queries import open_items
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import Company

D = date
DUE = D(2026, 1, 15)
AS_OF = D(2026, 2, 28)
TODAY = D(2026, 3, 2)  # a Monday
SCAN = b"%PDF-1.7 signed and stamped"
PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "balance-confirmation.md"
CASES = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[1])


@pytest.mark.parametrize("case", CASES["states"], ids=lambda case: case["case"])
def test_where_a_confirmation_stands(case):
    handed = D(2026, 3, case["handed"]) if "handed" in case else None
    reminded = D(2026, 3, case["reminded"]) if "reminded" in case else None
    asked = rules.Asked(StepState(case["message"]), handed, reminded)
    assert rules.state(asked, case.get("answers", []), case.get("closed", False), D(2026, 3, 20)) == case["state"]


@pytest.mark.parametrize("case", CASES["holds"], ids=lambda case: case["case"])
def test_what_a_difference_holds(case):
    assert rules.held_minor(case["kind"], case["open"], case.get("amount")) == case["held"]


@pytest.fixture
def two_invoices(department):
    """A customer with two invoices due in January, and money that nobody has applied yet."""
    from fairdue.ledger.actions import do_book_payment

    customer = department.customer()
    first = department.invoice(customer, 100_000, DUE, number="R1")
    second = department.invoice(customer, 40_000, DUE + timedelta(days=10), number="R2")
    do_book_payment(
        department.actor(AS_OF), amount_minor=15_000, currency="EUR", effective_on=AS_OF, customer_id=customer.pk
    )
    return customer, first, second


def ask(department, customer, as_of=AS_OF, on=TODAY):
    (outcome,) = do_send_confirmations(department.actor(on), [customer.pk], as_of, on)
    assert outcome.state == "sent", outcome
    department.deliver(on)
    return BalanceConfirmation.objects.get(pk=outcome.confirmations[0])


def state_of(row, on):
    (found,) = standings([row], on)
    return found.state.value


def signed(*differences, on=TODAY, name="Petra Payables", role="Head of accounts payable"):
    return Signed(name, role, on, differences)


def held(customer, on):
    return {
        one.document_number: one.held_minor for one in open_items(customer.company_id, on, customer_ids=[customer.pk])
    }


def test_the_question_tells_the_day_as_it_was_with_credits_taken_off(department, two_invoices):
    customer, first, _ = two_invoices
    department.pay(first, 30_000, D(2026, 3, 1))
    row = ask(department, customer)
    lines = [(line.document_number, line.open_minor) for line in row.lines.order_by("id")]
    assert lines[:2] == [("R1", 100_000), ("R2", 40_000)]
    assert lines[2][1] == -15_000
    assert (row.open_minor, row.as_of, row.language) == (125_000, AS_OF, "de")
    message = OutboxMessage.objects.get()
    assert (message.kind, message.channel, message.claim_items) == ("statement", "email", [])
    assert message.subject == "Saldenbestätigung zum 28. Februar 2026"
    assert "1.250,00" in message.body_text
    assert "fordert zu keiner Zahlung auf" in " ".join(message.body_text.split())
    assert "http" in message.body_text
    assert message.attachments[0]["sha256"] == row.pdf_sha256


def test_asking_twice_for_a_day_changes_nothing(department, two_invoices):
    customer = two_invoices[0]
    row = ask(department, customer)
    (again,) = do_send_confirmations(department.actor(TODAY), [customer.pk], AS_OF, TODAY)
    assert (again.state, again.confirmations) == ("known", (row.pk,))
    assert (BalanceConfirmation.objects.count(), OutboxMessage.objects.count()) == (1, 1)


@pytest.mark.parametrize("state", ["bounced", "blocked", "cancelled"])
def test_what_came_back_has_asked_nothing_and_is_asked_again(state, department, two_invoices):
    customer = two_invoices[0]
    row = ask(department, customer)
    OutboxMessage.objects.filter(step_key=row.message_key).update(state=state)
    assert state_of(row, TODAY) == "failed"
    second = ask(department, customer)
    assert second.pk != row.pk
    assert (second.number, second.open_minor) == (f"{row.number}-2", row.open_minor)
    assert (BalanceConfirmation.objects.count(), OutboxMessage.objects.count()) == (2, 2)
    assert Task.objects.get(key=f"{row.message_key}/silent").outcome == "asked_again"
    assert not OutboxMessage.objects.get(step_key=row.message_key).on_silence
    (again,) = do_send_confirmations(department.actor(TODAY), [customer.pk], AS_OF, TODAY)
    assert (again.state, again.confirmations) == ("known", (second.pk,))


def test_what_came_back_and_was_answered_all_the_same_is_not_asked_again(department, two_invoices):
    row = ask(department, two_invoices[0])
    OutboxMessage.objects.filter(step_key=row.message_key).update(state="bounced")
    do_record_confirmation(department.actor(TODAY), row.pk, signed(), SCAN)
    (again,) = do_send_confirmations(department.actor(TODAY), [two_invoices[0].pk], AS_OF, TODAY)
    assert again.state == "known"


def test_two_currencies_leave_in_one_message(department):
    customer = department.customer()
    department.invoice(customer, 100_000, DUE)
    department.invoice(customer, 5_000, DUE, currency="USD")
    (outcome,) = do_send_confirmations(department.actor(TODAY), [customer.pk], AS_OF, TODAY)
    rows = BalanceConfirmation.objects.order_by("currency")
    assert [row.currency for row in rows] == ["EUR", "USD"]
    assert len(outcome.confirmations) == 2
    assert len(OutboxMessage.objects.get().attachments) == 2


def test_who_owes_nothing_is_not_asked_and_who_cannot_be_reached_is_told(department):
    settled, unreachable = department.customer("C1"), department.customer("C2", street="", city="", postal_code="")
    unreachable.contacts.all().delete()
    department.invoice(unreachable, 100, DUE)
    outcomes = do_send_confirmations(department.actor(TODAY), [settled.pk, unreachable.pk], AS_OF, TODAY)
    assert [(one.state, one.reasons[0].code) for one in outcomes] == [
        ("nothing", "balance.nothing_open"),
        ("blocked", "balance.no_recipient"),
    ]
    assert customers_with_balance(department.company.pk, AS_OF) == [unreachable.pk]
    assert not OutboxMessage.objects.exists()


def test_counting_customers_reads_no_item(department, two_invoices, django_assert_num_queries):
    customer = two_invoices[0]
    paid = department.customer("C8")
    department.pay(department.invoice(paid, 500, DUE), 500, AS_OF)
    with django_assert_num_queries(2):
        assert customers_with_balance(department.company.pk, AS_OF) == [customer.pk]


def test_a_day_to_come_is_refused(department, two_invoices):
    with pytest.raises(BalanceError):
        do_send_confirmations(department.actor(TODAY), [two_invoices[0].pk], TODAY + timedelta(days=1), TODAY)


def test_a_killed_send_goes_on_where_it_stopped(department, monkeypatch):
    from fairdue.dunning.actions import balance

    customers = [department.customer(f"C{n}") for n in range(4)]
    for one in customers:
        department.invoice(one, 10_000, DUE)
    monkeypatch.setattr(balance, "BATCH", 2)
    real = balance.accounts_of

    def dies(desk, customer_id):
        if customer_id == customers[3].pk:
            raise KeyboardInterrupt
        return real(desk, customer_id)

    monkeypatch.setattr(balance, "accounts_of", dies)
    with pytest.raises(KeyboardInterrupt):
        do_send_confirmations(department.actor(TODAY), [one.pk for one in customers], AS_OF, TODAY)
    assert BalanceConfirmation.objects.count() == 2
    monkeypatch.setattr(balance, "accounts_of", real)
    outcomes = do_send_confirmations(department.actor(TODAY), [one.pk for one in customers], AS_OF, TODAY)
    assert [one.state for one in outcomes] == ["known", "known", "sent", "sent"]
    assert OutboxMessage.objects.count() == 4


def test_silence_is_no_confirmation_and_makes_a_task(department, two_invoices):
    row = ask(department, two_invoices[0])
    message = OutboxMessage.objects.get(step_key=row.message_key)
    task = Task.objects.get(subject=f"message:{message.pk}")
    assert (task.kind, task.due_on, task.reasons[0]["code"]) == ("call", D(2026, 3, 16), "balance.silent")
    assert [state_of(row, D(2026, 3, day)) for day in (2, 15, 16)] == ["handed_over", "handed_over", "silent"]
    assert not BalanceAnswer.objects.exists()


def test_silence_counts_from_the_day_of_the_hand_over_at_the_companys_place(department, two_invoices):
    """17:00 UTC on 2 March is 1:00 on 3 March in Shanghai: fourteen days later is the 17th."""
    row = ask(department, two_invoices[0])
    department.company.time_zone = "Asia/Shanghai"
    department.company.save()
    OutboxMessage.objects.update(handed_over_at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
    assert [state_of(row, D(2026, 3, day)) for day in (16, 17)] == ["handed_over", "silent"]


def test_a_confirmation_by_scan_ends_the_waiting_and_keeps_who_signed(department, two_invoices):
    row = ask(department, two_invoices[0])
    answer = do_record_confirmation(department.actor(D(2026, 3, 6)), row.pk, signed(on=D(2026, 3, 5)), SCAN)
    assert (answer.kind, answer.way, answer.signed_name) == ("confirmed", "scan", "Petra Payables")
    assert state_of(row, D(2026, 4, 1)) == "confirmed"
    assert Task.objects.get(key=f"{row.message_key}/silent").outcome == "answered"
    assert not Hold.objects.exists()


def test_a_confirmation_through_the_page_needs_an_open_link_of_this_customer(department, two_invoices):
    row = ask(department, two_invoices[0])
    link = PortalLink.objects.get(step_key=row.message_key)
    at = department.actor(D(2026, 3, 6)).at
    other = department.customer("C9")
    foreign = PortalLink.objects.create(
        company=department.company,
        customer=other,
        token_hash="0" * 64,
        created_at=at,
        expires_on=links.last_day(at.date()),
    )
    with pytest.raises(BalanceError):
        do_answer_by_link(foreign.pk, department.company.pk, row.pk, signed(on=D(2026, 3, 6)), at)
    assert not BalanceAnswer.objects.exists()
    answer = do_answer_by_link(link.pk, department.company.pk, row.pk, signed(on=D(2026, 3, 6)), at)
    assert (answer.way, answer.link_id, answer.kind) == ("page", link.pk, "confirmed")
    late = department.actor(link.expires_on + timedelta(days=1)).at
    with pytest.raises(BalanceError):
        do_answer_by_link(link.pk, department.company.pk, row.pk, signed(on=late.date()), late)


def test_a_difference_holds_the_part_it_names_until_it_is_settled(department, two_invoices):
    customer, first, second = two_invoices
    row = ask(department, customer)
    lines = {line.due_item_id: line.pk for line in row.lines.all()}
    on = D(2026, 3, 6)
    told = signed(
        Difference("wrong_amount", lines[first.pk], 70_000, remark="20 pieces were short"),
        Difference("paid", lines[second.pk], 10_000),
        on=on,
    )
    answer = do_record_confirmation(department.actor(on), row.pk, told, SCAN)
    assert held(customer, on) == {"R1": 30_000, "R2": 10_000}
    assert sorted(Hold.objects.values_list("reason", flat=True)) == ["claims_paid", "dispute"]
    assert Task.objects.get(key=f"balance-answer:{answer.pk}").done_at is None
    short, paid = BalanceDifference.objects.order_by("id")

    do_decide_difference(department.actor(on), short.pk, Verdict("agreed", remedy="credit_note"))
    assert held(customer, on)["R1"] == 30_000, "an agreed difference still holds"
    with pytest.raises(BalanceError):
        do_close_confirmation(department.actor(on), row.pk, reason="done")

    later = D(2026, 3, 9)
    do_decide_difference(department.actor(later), short.pk, Verdict("corrected", reference="CN-77"))
    do_decide_difference(department.actor(later), paid.pk, Verdict("rejected", reason="the bank knows no such payment"))
    assert held(customer, later) == {"R1": 0, "R2": 0}
    assert not Task.objects.filter(done_at__isnull=True).exists()
    assert state_of(row, later) == "differs"
    do_close_confirmation(department.actor(later), row.pk, reason="reconciled")
    assert state_of(row, later) == "closed"
    with pytest.raises(BalanceError):
        do_record_confirmation(department.actor(later), row.pk, signed(on=later), SCAN)


def test_the_same_answer_recorded_twice_is_one_answer(department, two_invoices):
    customer, first, _ = two_invoices
    row, on = ask(department, customer), D(2026, 3, 6)
    told = signed(Difference("wrong_amount", row.lines.get(due_item=first).pk, 70_000), on=on)
    answers = [do_record_confirmation(department.actor(on), row.pk, told, SCAN).pk for _ in range(2)]
    assert answers[0] == answers[1]
    assert held(customer, on)["R1"] == 30_000
    assert AuditEntry.objects.filter(action="answer_balance").count() == 1


def test_a_newer_answer_takes_the_place_of_what_nobody_had_decided(department, two_invoices):
    customer, first, _ = two_invoices
    row, on, later = ask(department, customer), D(2026, 3, 6), D(2026, 3, 9)
    line = row.lines.get(due_item=first).pk
    old = do_record_confirmation(
        department.actor(on), row.pk, signed(Difference("wrong_amount", line, 70_000), on=on), SCAN
    )
    do_record_confirmation(
        department.actor(later), row.pk, signed(Difference("wrong_amount", line, 90_000), on=later), SCAN
    )
    assert held(customer, later)["R1"] == 10_000
    assert Task.objects.get(key=f"balance-answer:{old.pk}").outcome == "replaced"
    (standing,) = standings([row], later)
    assert (standing.open_differences, standing.differences) == (1, 2)
    with pytest.raises(BalanceError):
        do_decide_difference(department.actor(later), old.differences.get().pk, Verdict("rejected", reason="no"))
    do_record_confirmation(department.actor(later), row.pk, signed(on=later), SCAN)
    assert held(customer, later) == {"R1": 0, "R2": 0}
    assert state_of(row, later) == "confirmed"
    do_close_confirmation(department.actor(later), row.pk, reason="confirmed after all")


def test_what_was_agreed_stays_held_and_is_not_held_twice(department, two_invoices):
    customer, first, _ = two_invoices
    row, on, later = ask(department, customer), D(2026, 3, 6), D(2026, 3, 9)
    line = row.lines.get(due_item=first).pk
    do_record_confirmation(department.actor(on), row.pk, signed(Difference("wrong_amount", line, 70_000), on=on), SCAN)
    agreed = BalanceDifference.objects.get()
    do_decide_difference(department.actor(on), agreed.pk, Verdict("agreed", remedy="credit_note"))
    told = signed(Difference("wrong_amount", line, 60_000), on=later)
    do_record_confirmation(department.actor(later), row.pk, told, SCAN)
    assert held(customer, later)["R1"] == 40_000, "30,000 agreed and 10,000 beyond it"
    do_decide_difference(department.actor(later), agreed.pk, Verdict("corrected", reference="CN-1"))
    assert held(customer, later)["R1"] == 10_000


def test_a_held_part_is_not_chased_and_the_rest_is(department, two_invoices):
    from fairdue.dunning.models import Notice

    customer, first, _ = two_invoices
    row = ask(department, customer)
    line = row.lines.get(due_item=first)
    told = signed(Difference("wrong_amount", line.pk, 70_000), on=D(2026, 3, 6))
    do_record_confirmation(department.actor(D(2026, 3, 6)), row.pk, told, SCAN)
    department.day(D(2026, 3, 16))
    notice = Notice.objects.get()
    # 140,000 open, 15,000 unapplied, 30,000 disputed.
    assert (notice.disputed_minor, notice.payable_minor - notice.charges_minor) == (30_000, 95_000)


def test_a_missing_credit_without_a_line_is_held_on_the_oldest_items(department, two_invoices):
    customer, _, _ = two_invoices
    row = ask(department, customer)
    on = D(2026, 3, 6)
    told = signed(
        Difference("missing_credit", None, 110_000, "CN-5"), Difference("missing_item", None, 9_000, "R7"), on=on
    )
    do_record_confirmation(department.actor(on), row.pk, told, SCAN)
    assert held(customer, on) == {"R1": 100_000, "R2": 10_000}
    assert list(BalanceDifference.objects.order_by("id").values_list("held_minor", flat=True)) == [110_000, 0]


BAD = {
    "no name": lambda line: signed(name=" "),
    "no role": lambda line: signed(role=""),
    "signed before the day": lambda line: signed(on=AS_OF - timedelta(days=1)),
    "signed tomorrow": lambda line: signed(on=TODAY + timedelta(days=1)),
    "a line twice": lambda line: signed(Difference("unknown", line), Difference("paid", line)),
    "a line of nobody": lambda line: signed(Difference("unknown", line + 999)),
    "an unknown kind": lambda line: signed(Difference("angry", line)),
    "below zero": lambda line: signed(Difference("paid", line, -1)),
    "unknown without a line": lambda line: signed(Difference("unknown")),
}


@pytest.mark.parametrize("bad", BAD, ids=list(BAD))
def test_what_makes_no_sense_is_refused_and_nothing_is_written(bad, department, two_invoices):
    row = ask(department, two_invoices[0])
    entries = AuditEntry.objects.count()
    with pytest.raises(BalanceError):
        do_record_confirmation(department.actor(TODAY), row.pk, BAD[bad](row.lines.first().pk), SCAN)
    assert (BalanceAnswer.objects.count(), Hold.objects.count(), AuditEntry.objects.count()) == (0, 0, entries)


def test_a_scan_must_be_a_picture_or_pdf(department, two_invoices):
    row = ask(department, two_invoices[0])
    with pytest.raises(UploadRefused):
        do_record_confirmation(department.actor(TODAY), row.pk, signed(), b"MZ not a scan")
    assert not BalanceAnswer.objects.exists()


def test_an_auditor_neither_asks_nor_records_nor_decides(department, two_invoices):
    row = ask(department, two_invoices[0])
    auditor = Actor(department.company.pk, department.actor(TODAY).at, name="A", roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        do_send_confirmations(auditor, [two_invoices[0].pk], AS_OF, TODAY)
    with pytest.raises(NotAllowed):
        do_record_confirmation(auditor, row.pk, signed(), SCAN)
    with pytest.raises(NotAllowed):
        do_decide_difference(auditor, 1, Verdict("rejected", reason="no"))


def test_another_company_sees_and_answers_nothing(department, two_invoices):
    other_company = Company.objects.create(code="other", name="Other", country="FR", currency="EUR")
    row = ask(department, two_invoices[0])
    foreign = Actor(other_company.pk, department.actor(TODAY).at, name="X", roles=frozenset({"finance_lead"}))
    for act in (
        lambda: do_record_confirmation(foreign, row.pk, signed(), SCAN),
        lambda: do_close_confirmation(foreign, row.pk, reason="x"),
        lambda: do_send_confirmations(foreign, [two_invoices[0].pk], AS_OF, TODAY),
    ):
        with pytest.raises(BalanceError):
            act()
    assert state_of(row, TODAY) == "handed_over"


@pytest.mark.parametrize("verb", ["UPDATE {} SET company_id = company_id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [BalanceConfirmation, BalanceLine, BalanceAnswer, BalanceDifference, BalanceDecision])
def test_nothing_of_it_is_ever_changed(verb, model, department, two_invoices):
    row = ask(department, two_invoices[0])
    told = signed(Difference("unknown", row.lines.first().pk))
    do_record_confirmation(department.actor(TODAY), row.pk, told, SCAN)
    do_decide_difference(
        department.actor(TODAY), BalanceDifference.objects.get().pk, Verdict("rejected", reason="known")
    )
    table = model._meta.db_table
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))
    assert model.objects.exists()


class TestLimitation:
    """What a confirmation does to limitation, under the law of the seller (Germany: three years from the year's end, § 195 BGB)."""

    def limits(self, department, customer, on):
        return {one.item.document_number: one for one in limits_of(department.company, customer, on)}

    @pytest.fixture(autouse=True)
    def german_seller(self, department):
        department.company.country = "DE"
        department.company.save()

    def test_a_confirmed_invoice_begins_its_period_anew_and_says_why(self, department, two_invoices):
        customer = two_invoices[0]
        on = D(2026, 3, 6)
        assert self.limits(department, customer, on)["R1"].after.last_on == D(2029, 12, 31)
        row = ask(department, customer)
        do_record_confirmation(department.actor(on), row.pk, signed(on=on), SCAN)
        found = self.limits(department, customer, D(2026, 4, 1))["R1"]
        # Restarting on 6 March 2026 would end earlier than the year's end does: the later day holds.
        assert (found.law, found.after.last_on, found.renewed) == ("DE", D(2029, 12, 31), False)
        codes = [reason.code for reason in found.reasons]
        assert codes[-2:] == ["balance.acknowledged", "balance.authority"]
        assert "law.limitation_restarted" in codes
        assert "BGB" in found.source

    def test_an_old_invoice_gains_years(self, department):
        customer = department.customer()
        department.invoice(customer, 10_000, D(2023, 12, 1), number="OLD")
        row = ask(department, customer)
        do_record_confirmation(department.actor(TODAY), row.pk, signed(), SCAN)
        found = self.limits(department, customer, TODAY)["OLD"]
        assert (found.before.last_on, found.after.last_on) == (D(2026, 12, 31), D(2029, 3, 2))
        assert found.renewed

    def test_only_confirmed_items_are_acknowledged(self, department):
        customer = department.customer()
        old = department.invoice(customer, 10_000, D(2023, 12, 1), number="OLD")
        department.invoice(customer, 20_000, D(2023, 12, 1), number="OTHER")
        row = ask(department, customer)
        told = signed(Difference("unknown", row.lines.get(due_item=old).pk))
        do_record_confirmation(department.actor(TODAY), row.pk, told, SCAN)
        found = self.limits(department, customer, TODAY)
        assert (found["OLD"].renewed, found["OTHER"].renewed) == (False, True)

    def test_opening_asking_and_silence_acknowledge_nothing(self, department):
        customer = department.customer()
        department.invoice(customer, 10_000, D(2023, 12, 1), number="OLD")
        ask(department, customer)
        assert not self.limits(department, customer, D(2026, 4, 30))["OLD"].acknowledged

    def test_a_law_of_low_confidence_gives_no_date_however_much_was_signed(self, department):
        from fairdue.law.limitation import rules as rows

        weak = next(code for code, rule in rows().items() if not rule.confidence.usable and "-" not in code)
        department.company.country = weak
        department.company.save()
        customer = department.customer(country=weak)
        department.invoice(customer, 10_000, D(2023, 12, 1), number="OLD")
        row = ask(department, customer)
        do_record_confirmation(department.actor(TODAY), row.pk, signed(), SCAN)
        found = self.limits(department, customer, TODAY)["OLD"]
        assert (found.before.last_on, found.after.last_on) == (None, None)
