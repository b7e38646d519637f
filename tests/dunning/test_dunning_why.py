"""Why something would go out today, or why not: one fault at a time is put in, and the check that holds is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fairdue.contact.why import Verdict
from fairdue.dunning.why import Outcome, remedies_of

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 3, 3)
DUE = TUESDAY - timedelta(days=1)


def moment(on: date, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)


@pytest.fixture
def ask(department):
    """Ask why about a customer, by default on the morning of a working day."""

    def asked(customer, on: date = TUESDAY, at: datetime | None = None):
        from fairdue.dunning.why import why

        return why(department.company, customer.pk, on, at or moment(on))

    return asked


@pytest.fixture
def owing(department):
    """A company with an invoice one day overdue, and bank data of today."""
    customer = department.customer(natural_person="no")
    department.invoice(customer, 100_00, DUE, number="R1")
    department.bank_read(TUESDAY)
    return customer


def only(found):
    assert len(found.cases) == 1, [case.outcome for case in found.cases]
    return found.cases[0]


def holding(case) -> dict[str, tuple[str, ...]]:
    """Give the checks that hold, with their reasons' codes."""
    held = {check.check: tuple(reason.code for reason in check.reasons) for check in case.checks if check.reasons}
    named = {c.check for c in case.checks if c.verdict in {Verdict.HOLDS, Verdict.WAITS}}
    assert named == set(held)
    return held


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


def fact(case, check: str) -> dict[str, object]:
    """Give all values that stand behind a check."""
    one = next(found for found in case.checks if found.check == check)
    return {name: value for reason in one.facts for name, value in reason.values}


def verdicts(case) -> dict[str, str]:
    return {check.check: check.verdict.value for check in case.checks}


def hold(department, customer, reason: str, **more) -> None:
    from fairdue.ledger.actions import do_hold

    do_hold(department.actor(TUESDAY), customer_id=customer.pk, reason=reason, since=TUESDAY, **more)


def contact_of(customer):
    return customer.contacts.get()


def changed(row, **values) -> None:
    type(row).objects.filter(pk=row.pk).update(**values)


# Nothing wrong: the step is named, and every check answers.


def test_a_step_that_is_due_waits_for_a_person_only(owing, ask):
    case = only(ask(owing))
    assert (case.outcome, case.stage, case.channel, case.due_minor) == (
        Outcome.RELEASE,
        "overdue_notice",
        "email",
        100_00,
    )
    assert codes(case.reasons) == ["dunning.stage_reached"]
    assert codes(case.standing) == ["why_not_proposed", "why_by_person"]
    assert holding(case) == {}
    found = verdicts(case)
    assert {"balance", "in_transit", "bank_data", "holds", "budget", "quiet", "recipient", "small_balance"} <= {
        name for name, verdict in found.items() if verdict == "passes"
    }
    assert (found["tone"], found["legal_clock"]) == ("not_asked", "passes")
    assert fact(case, "legal_clock") == {"country": "DE"}
    assert fact(case, "bank_data")["through"] == "2026-03-03"
    assert fact(case, "recipient")["contact"] == "Petra Payables"
    assert fact(case, "quiet")["local_time"] == "10:30"


def test_a_proposal_of_a_run_is_named(owing, department, ask):
    (proposal,) = department.run(TUESDAY)
    case = only(ask(owing))
    assert (case.proposal_id, codes(case.standing)) == (proposal.pk, ["why_by_person"])


# The faults, one by one.


def test_paid_a_second_ago_before_the_release(owing, department, ask):
    department.pay(owing.due_items.get(), 100_00, TUESDAY)
    found = ask(owing)
    assert (found.cases, codes(found.reasons)) == ((), ["why_nothing_open"])


def queued(department, on: date = TUESDAY):
    from fairdue.contact.models import OutboxMessage
    from fairdue.dunning.actions import do_release

    proposals = department.run(on)
    outcomes = do_release(department.actor(on), [proposal.pk for proposal in proposals], on)
    assert [outcome.state for outcome in outcomes] == ["released"]
    return OutboxMessage.objects.get(company=department.company, state="queued")


def test_paid_a_second_ago_while_the_message_is_queued(owing, department, ask):
    message = queued(department)
    department.pay(owing.due_items.get(), 100_00, TUESDAY)
    case = only(ask(owing))
    assert (case.message_id, case.stage, case.outcome) == (message.pk, "overdue_notice", Outcome.HELD)
    assert holding(case)["balance"] == ("gate_item_settled",)


def test_paid_in_part_while_the_message_is_queued(owing, department, ask):
    queued(department)
    department.pay(owing.due_items.get(), 40_00, TUESDAY)
    case = ask(owing).cases[0]
    assert holding(case) == {"balance": ("gate_balance_changed",)}
    balance = next(check for check in case.checks if check.check == "balance")
    assert [(remedy.page, remedy.command) for remedy in remedies_of(balance)] == [("runs", "fairdue run")]


def test_a_queued_message_with_nothing_wrong_goes(owing, department, ask):
    message = queued(department)
    first, second = ask(owing).cases
    assert (first.outcome, first.message_id, codes(first.standing)) == (Outcome.GOES, message.pk, ["why_queued"])
    assert (second.outcome, codes(second.reasons), second.coming) == (Outcome.NOTHING, ["dunning.waiting"], None)


def test_a_message_that_may_have_left_is_a_persons_task(owing, department, ask):
    message = queued(department)
    changed(message, state="uncertain", handing_at=moment(TUESDAY), claimed_by="x", claimed_at=moment(TUESDAY))
    case = ask(owing).cases[0]
    assert (case.outcome, codes(case.standing), case.checks) == (Outcome.HELD, ["why_uncertain"], ())


def test_wholly_disputed(owing, department, ask):
    hold(department, owing, "dispute", due_item_id=owing.due_items.get().pk)
    case = only(ask(owing))
    assert (case.outcome, codes(case.reasons), case.coming) == (Outcome.NOTHING, ["dunning.all_held"], None)
    assert [remedy.page for remedy in case.remedies] == ["customer"]


def test_disputed_in_part_chases_the_rest(owing, department, ask):
    item = owing.due_items.get()
    hold(department, owing, "dispute", due_item_id=item.pk, amount_minor=30_00, currency="EUR")
    case = only(ask(owing))
    assert (case.outcome, case.due_minor, case.held_minor, holding(case)) == (Outcome.RELEASE, 70_00, 30_00, {})
    assert (fact(case, "holds")["held_minor"], fact(case, "balance")["claimed_minor"]) == (30_00, 70_00)


def test_disputed_while_the_message_is_queued(owing, department, ask):
    queued(department)
    hold(department, owing, "dispute", due_item_id=owing.due_items.get().pk)
    assert holding(ask(owing).cases[0])["holds"] == ("gate_item_held",)


@pytest.mark.parametrize("reason", ["promise", "internal_check", "reply", "plan", "legal"])
def test_the_whole_customer_is_held(owing, department, ask, reason):
    hold(department, owing, reason)
    case = only(ask(owing))
    assert (case.outcome, codes(case.reasons)) == (Outcome.NOTHING, ["dunning.all_held"])
    assert dict(case.reasons[0].values)["holds"] == reason


@pytest.mark.parametrize("reason", ["promise", "internal_check", "reply"])
def test_a_hold_that_came_after_the_release_stops_the_queued_message(owing, department, ask, reason):
    queued(department)
    hold(department, owing, reason)
    case = ask(owing).cases[0]
    assert case.outcome is Outcome.HELD
    assert "gate_customer_held" in holding(case)["holds"]


def test_the_only_contact_bounced(owing, ask):
    changed(contact_of(owing), bounced_on=DUE)
    case = only(ask(owing))
    assert case.channel == "letter"
    assert case.outcome is Outcome.RELEASE


def test_the_contact_bounced_while_the_message_is_queued(owing, department, ask):
    queued(department)
    changed(contact_of(owing), bounced_on=TUESDAY)
    case = ask(owing).cases[0]
    assert (case.outcome, holding(case)) == (Outcome.HELD, {"recipient": ("gate_bounced",)})
    recipient = next(check for check in case.checks if check.check == "recipient")
    assert [remedy.page for remedy in remedies_of(recipient)] == ["contacts"]


def test_nobody_of_the_right_role_and_no_address(owing, ask):
    changed(contact_of(owing), purpose="owner")
    changed(owing, street="", postal_code="")
    case = only(ask(owing))
    assert case.outcome is Outcome.HELD
    assert "dunning.no_recipient" in codes(case.reasons)
    assert holding(case) == {"recipient": ("gate_no_recipient",)}


def test_the_role_changed_while_the_message_is_queued(owing, department, ask):
    queued(department)
    changed(contact_of(owing), purpose="owner")
    assert holding(ask(owing).cases[0]) == {"recipient": ("gate_wrong_purpose",)}


def test_opted_out_while_the_message_is_queued(owing, department, ask):
    queued(department)
    changed(contact_of(owing), consent="refused")
    assert holding(ask(owing).cases[0]) == {"recipient": ("gate_opted_out",)}


def test_opted_out_and_no_address_reaches_nobody(owing, ask):
    changed(contact_of(owing), consent="refused")
    changed(owing, city="")
    assert "recipient" in holding(only(ask(owing)))


def test_language_unknown(owing, ask):
    changed(owing, language="")
    changed(contact_of(owing), language="")
    case = only(ask(owing))
    assert (case.outcome, holding(case)) == (Outcome.HELD, {"recipient": ("gate_language_unknown",)})


def test_stale_bank_data(owing, ask):
    later = TUESDAY + timedelta(days=6)
    case = only(ask(owing, later))
    assert case.outcome is Outcome.WAITS
    assert holding(case) == {"bank_data": ("gate_bank_data_old",)}
    assert fact(case, "bank_data") == {"through": "2026-03-03", "max_days": 3}
    bank = next(check for check in case.checks if check.check == "bank_data")
    assert [(remedy.page, remedy.command) for remedy in remedies_of(bank)] == [("imports", "fairdue cash import FILE")]


def test_bank_data_never_read(department, ask):
    customer = department.customer()
    department.invoice(customer, 100_00, DUE)
    assert holding(only(ask(customer))) == {"bank_data": ("gate_bank_data_unknown",)}


def test_an_import_that_waits_is_no_bank_data(owing, department, ask):
    """A bank file that was looked at and not written has told nothing: the day before counts."""
    from fairdue.intake.models import Import
    from fairdue.ledger.models import Source

    later = TUESDAY + timedelta(days=6)
    source = Source.objects.create(company=department.company, code="bank")
    Import.objects.create(
        company=department.company, source=source, kind="payments", file_name="camt.xml", file_sha256="1" * 64, as_of=later,
        state="waiting", counts={}, recorded_by="Test", recorded_at=moment(later),
    )  # fmt: skip
    case = only(ask(owing, later))
    assert case.outcome in {Outcome.WAITS, Outcome.HELD}
    assert holding(case)["bank_data"] == ("gate_bank_data_old",)


def test_payment_in_transit(owing, department, ask):
    from fairdue.ledger.actions import do_book_payment

    do_book_payment(
        department.actor(TUESDAY), amount_minor=99_00, currency="EUR", effective_on=TUESDAY,
        suspected_customer_id=owing.pk,
    )  # fmt: skip
    case = only(ask(owing))
    assert (case.outcome, holding(case)) == (Outcome.HELD, {"in_transit": ("gate_in_transit",)})
    assert fact(case, "in_transit")["amount_minor"] == 99_00


def test_quiet_hours_name_the_next_open_moment_at_the_customers_place(owing, ask):
    case = only(ask(owing, at=moment(TUESDAY, 5, 0)))
    assert (case.outcome, holding(case)) == (Outcome.WAITS, {"quiet": ("gate_quiet_hours",)})
    told = next(check for check in case.checks if check.check == "quiet").facts
    assert dict(told[0].values)["local_time"] == "06:00"
    assert {key: dict(told[1].values)[key] for key in ("opens_on", "local_time", "zone")} == {
        "opens_on": "2026-03-03", "local_time": "08:00", "zone": "Europe/Berlin",
    }  # fmt: skip


def test_a_rest_day_waits(owing, department, ask):
    saturday = date(2026, 3, 7)
    department.bank_read(saturday)
    assert holding(only(ask(owing, saturday))) == {"quiet": ("gate_no_business_day",)}


def called(department, customer, on: date, hour: int) -> None:
    from fairdue.contact.models import TimelineEvent

    TimelineEvent.objects.create(
        company=department.company, customer=customer, at=moment(on, hour), kind="call", code="call", actor="Test"
    )


def test_the_contact_budget_is_used_up(owing, department, ask):
    for days in (2, 3, 4, 5):
        called(department, owing, TUESDAY - timedelta(days=days), 10)
    case = only(ask(owing))
    assert (case.outcome, holding(case)) == (Outcome.WAITS, {"budget": ("gate_contacts_per_week",)})
    assert (fact(case, "budget")["used"], fact(case, "budget")["limit"]) == (4, 4)


def test_the_law_holds_what_the_policy_would_let_go(owing, department, ask):
    """Who may be a person is called on less often than the policy allows."""
    changed(owing, natural_person="unknown")
    for days in (2, 3, 4):
        called(department, owing, TUESDAY - timedelta(days=days), 10)
    case = only(ask(owing))
    assert (case.outcome, set(holding(case))) == (Outcome.WAITS, {"legal_clock"})
    clock = next(check for check in case.checks if check.check == "legal_clock")
    assert clock.reasons[0].code.startswith("gate_law_")
    assert len(remedies_of(clock)) == 1


def test_the_budget_tells_what_is_used_also_where_it_passes(owing, department, ask):
    for days in (2, 3):
        called(department, owing, TUESDAY - timedelta(days=days), 10)
    case = only(ask(owing))
    used = fact(case, "budget")
    assert (verdicts(case)["budget"], used["used"], used["limit"], used["last_on"]) == ("passes", 2, 4, "2026-03-01")


def test_spoken_to_today(owing, department, ask):
    called(department, owing, TUESDAY, 8)
    assert holding(only(ask(owing))) == {"budget": ("gate_min_days_between",)}


def test_small_balance(department, ask):
    customer = department.customer()
    department.invoice(customer, 4_99, DUE)
    department.bank_read(TUESDAY)
    case = only(ask(customer))
    assert (case.outcome, codes(case.reasons)) == (Outcome.NOTHING, ["dunning.below_minimum"])
    assert case.remedies[0].command == "fairdue statement {customer}"


def test_small_after_a_part_payment_while_queued(owing, department, ask):
    queued(department)
    department.pay(owing.due_items.get(), 96_00, TUESDAY)
    assert set(holding(ask(owing).cases[0])) == {"balance", "small_balance"}


def test_edited_text_that_threatens(owing, department, ask):
    (proposal,) = department.run(TUESDAY)
    changed(proposal, edited_text="Please pay, or else.", state="edited")
    case = only(ask(owing))
    assert (case.outcome, holding(case)) == (Outcome.HELD, {"tone": ("gate_tone_threat",)})
    tone = next(check for check in case.checks if check.check == "tone")
    assert [remedy.page for remedy in remedies_of(tone)] == ["proposal"]


def test_nothing_overdue_names_the_day_of_the_next_step(department, ask):
    customer = department.customer()
    department.invoice(customer, 100_00, TUESDAY + timedelta(days=20), issued_on=TUESDAY - timedelta(days=20))
    case = only(ask(customer))
    assert (case.outcome, codes(case.reasons)) == (Outcome.NOTHING, ["dunning.nothing_due"])
    assert (case.coming.on, case.coming.stage) == (date(2026, 3, 16), "reminder")


def test_stage_done_names_the_next_one(owing, department, ask):
    department.day(TUESDAY)
    wednesday = TUESDAY + timedelta(days=1)
    department.bank_read(wednesday)
    case = only(ask(owing, wednesday))
    assert case.outcome is Outcome.NOTHING
    assert (case.coming.on, case.coming.stage) == (date(2026, 3, 5), "payment_offer")


def test_a_minimum_gap_says_so(owing, department, ask):
    thursday = TUESDAY + timedelta(days=2)
    department.day(thursday - timedelta(days=1))
    case = only(ask(owing, thursday))
    assert (case.outcome, codes(case.reasons)) == (Outcome.NOTHING, ["dunning.gap"])


def test_covered_by_credit(owing, department, ask):
    from fairdue.ledger.actions import do_book_payment

    do_book_payment(
        department.actor(TUESDAY), amount_minor=100_00, currency="EUR", effective_on=TUESDAY, customer_id=owing.pk
    )
    case = only(ask(owing))
    assert (case.outcome, codes(case.reasons)) == (Outcome.NOTHING, ["dunning.covered_by_credit"])


def test_currencies_are_told_apart(owing, department, ask):
    department.invoice(owing, 200_00, DUE, currency="USD", number="U1")
    hold(department, owing, "dispute", due_item_id=owing.due_items.get(document__number="R1").pk)
    found = {case.currency: (case.outcome, case.due_minor) for case in ask(owing).cases}
    assert found == {"EUR": (Outcome.NOTHING, 0), "USD": (Outcome.RELEASE, 200_00)}


def test_no_policy_plans_nothing(owing, department, ask):
    from fairdue.dunning.models import Policy

    Policy.objects.filter(company=department.company).update(is_default=False)
    found = ask(owing)
    assert (found.cases, codes(found.reasons)) == ((), ["why_no_policy"])


# What it stands on.


def rows() -> dict[str, list[tuple[object, ...]]]:
    from django.apps import apps

    ours = [model for model in apps.get_models() if model.__module__.startswith("fairdue.")]
    return {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in ours}


def test_asking_changes_no_row(owing, department, ask):
    queued(department)
    department.invoice(owing, 200_00, DUE, currency="USD", number="U1")
    before = rows()
    assert len(ask(owing).cases) == 3
    assert rows() == before


def test_the_live_book_is_the_runs_book(owing, department):
    from fairdue.dunning.facts_reader import read_book
    from fairdue.dunning.live import live_book
    from fairdue.dunning.snapshot import SOURCES
    from fairdue.engine.snapshot import Snapshot
    from fairdue.ledger import snapshot

    other = department.customer("C2")
    department.invoice(other, 300_00, DUE - timedelta(days=40), number="O1")
    department.invoice(owing, 5_00, DUE, kind="credit_note", number="G1")
    department.day(TUESDAY)
    department.pay(owing.due_items.get(document__number="R1"), 10_00, TUESDAY)
    hold(department, owing, "promise", until=TUESDAY + timedelta(days=1))
    on = TUESDAY + timedelta(days=7)
    folder = department.folder / "whole"
    snapshot.take(department.company.pk, on, moment(on), folder, more=SOURCES)
    whole = read_book(Snapshot.open(folder), on)
    for customer in (owing, other):
        mine = live_book(department.company.pk, customer.pk, on)
        assert mine.rows == [row for row in whole.rows if row[0] == customer.pk]
        assert list(mine.accounts()) == [one for one in whole.accounts() if one.customer_id == customer.pk]
        assert mine.customers == {customer.pk: whole.customers[customer.pk]}
        assert mine.recipients == {customer.pk: whole.recipients[customer.pk]}


def test_the_findings_are_the_gates_own_blocks(owing, department, ask):
    from fairdue.contact.facts import GatePolicy, Stage
    from fairdue.contact.queries import gate_facts, step_of
    from fairdue.contact.rules import check

    message = queued(department)
    department.pay(owing.due_items.get(), 96_00, TUESDAY)
    changed(contact_of(owing), bounced_on=TUESDAY)
    at = moment(TUESDAY, 22)
    facts = gate_facts(department.company.pk, [owing.pk], at, with_items=True)[owing.pk]
    blocks = check(step_of(message, facts), facts, GatePolicy.from_dict(message.gate_policy), Stage.SENDING).blocks
    found = ask(owing, at=at).cases[0]
    assert tuple(reason for one in found.checks for reason in one.reasons) == blocks
    assert len(blocks) == 4


CHECKS_NAMED = (
    "balance", "in_transit", "bank_data", "holds", "budget", "quiet", "recipient", "small_balance", "legal_clock", "tone",
    "documents", "release",
)  # fmt: skip


def test_a_check_without_a_name_of_its_own_shows_its_code():
    from fairdue.contact.why import name_of

    assert dict(name_of("cover_deadline").values) == {"name": "cover deadline"}


def test_every_check_of_the_gate_has_a_name_and_every_block_a_remedy():
    from fairdue.contact.reasons import GateReason
    from fairdue.contact.remedies import _MENDS, PAGES, remedies
    from fairdue.contact.rules import CHECKS
    from fairdue.contact.why import name_of
    from fairdue.kernel.reasons import because

    named = {one.__name__.strip("_") for one in CHECKS if name_of(one.__name__.strip("_")).code != "check_other"}
    assert named >= set(CHECKS_NAMED)
    found = {member: remedies((because(member),)) for member in GateReason}
    assert {member for member, ways in found.items() if len(ways) != 1 or ways[0].page not in PAGES} == set()
    assert {page for _, page, _ in _MENDS.values()} <= set(PAGES)


def test_many_items_take_no_more_queries(owing, department, ask):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        ask(owing)
    for number in range(30):
        department.invoice(owing, 10_00, DUE, number=f"M{number}")
    with CaptureQueriesContext(connection) as many:
        ask(owing)
    assert len(many) == len(few) <= 17


def test_the_terminal_says_once_through_which_day_payments_are_known(owing, department, ask, capsys):
    from fairdue.cli.gate import _print

    department.invoice(owing, 50_00, DUE, number="U1", currency="USD")
    answer = ask(owing)
    behind = [reason for case in answer.cases for check in case.checks for reason in check.facts]
    assert [reason.code for reason in behind].count("why_bank_through") == 2
    _print(answer, owing)
    told = capsys.readouterr().out
    assert told.count("Payments are known through") == 1
    assert told.count("Age of the bank data") == 2
