"""Branches: the worked cases of docs/algorithms/strategy.md, and stories of a policy that listens."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from fairdue.dunning.account import Account, Item, Step, StepState
from fairdue.dunning.policy import PolicyError, diff, load_yaml
from fairdue.dunning.policy.shape import Policy, Release, Sender
from fairdue.dunning.signals import NONE
from fairdue.dunning.strategy import Planner, decide_planned

DOC = Path(__file__).parents[2] / "docs" / "algorithms" / "strategy.md"
TODAY = date(2026, 3, 10)
STAGES = [
    {"code": "notice", "when": {"from": "due_date", "days": 1}, "document": "overdue_notice"},
    {"code": "offer", "when": {"from": "due_date", "days": 3}, "document": "payment_offer"},
    {"code": "call", "when": {"from": "due_date", "days": 5}, "action": "call"},
    {"code": "formal", "when": {"from": "due_date", "days": 7}, "document": "formal_notice", "requires": "notice"},
]


def policy_with(*branches: dict, **top: object) -> Policy:
    """Write the small policy with branches; one without ``stage`` stands on the policy."""
    stages = [dict(stage) for stage in STAGES]
    whole: list[dict] = []
    for branch in branches:
        rest = {key: value for key, value in branch.items() if key != "stage"}
        stage = next((one for one in stages if one["code"] == branch.get("stage")), None)
        (stage.setdefault("branches", []) if stage else whole).append(rest)
    more = {"branches": whole} if whole else {}
    return load_yaml(yaml.safe_dump({"policy": "small", "stages": stages, **more, **top}))


def account(
    days: int, passed: tuple[str, ...] = (), *, amount: int = 100_00, policy: Policy, **item: object
) -> Account:
    due = TODAY - timedelta(days=days)
    kind = {stage.code: stage for stage in policy.stages}
    steps = tuple(
        Step(code, kind[code].level, StepState.DONE, TODAY - timedelta(days=days - 1 - number), kind[code].is_message)
        for number, code in enumerate(passed)
    )
    return Account(1, "EUR", "DE", (Item(1, due, due, amount, **item),), due + timedelta(days=1), 0, steps)


def decided(policy: Policy, one: Account, others: tuple[Policy, ...] = (), **facts: object):
    planner = Planner({"": policy, **{other.code: other for other in others}}, TODAY)
    return decide_planned(one, planner.plan("", one, NONE._replace(**facts)), TODAY)


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons if reason.code.startswith("branch.")]


def cases() -> list[dict]:
    return yaml.safe_load(re.search(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)[1])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_worked_case(case):
    policy = policy_with(case["branch"])
    found = decided(policy, account(case["days"], tuple(case["passed"]), policy=policy), **case["facts"])
    assert (found.message.stage.code if found.message else None) == case["message"]


class TestWhatABranchDoes:
    def test_a_taken_branch_is_a_reason_with_its_numbers(self):
        policy = policy_with({"stage": "offer", "if": {"broken_promises_at_least": 2}, "then": {"use": "formal"}})
        found = decided(policy, account(3, ("notice",), policy=policy), broken_promises=3)
        told = [reason for reason in found.message.reasons if reason.code.startswith("branch.")]
        assert [(one.code, dict(one.values)) for one in told] == [
            ("branch.uses", {"branch": "offer-1", "stage": "formal", "instead": "offer"}),
            ("branch.broken_promises", {"value": 3, "limit": 2, "compared": "at_least"}),
        ]

    def test_the_formal_notice_keeps_its_level(self):
        policy = policy_with({"stage": "offer", "if": {"key_account": True}, "then": {"use": "formal"}})
        found = decided(policy, account(3, ("notice",), policy=policy), key_account=1)
        assert (found.message.stage.code, found.message.level) == ("formal", policy.by_code["formal"].level)

    def test_tone_sender_channel_and_deadline_change_and_are_stored(self):
        from fairdue.dunning.strategy import stage_changes, stage_of

        then = {
            "tone": "warm",
            "sender": "management",
            "channels": "letter",
            "deadline_days": 14,
            "release": "two_person",
        }
        policy = policy_with({"stage": "formal", "if": {"key_account": True}, "then": then})
        found = decided(policy, account(7, ("notice", "offer"), policy=policy), key_account=1)
        stage = found.message.stage
        assert (stage.tone, stage.sender, stage.channels, stage.deadline_days) == (
            "warm",
            Sender.MANAGEMENT,
            ("letter",),
            14,
        )
        stored = stage_changes(policy, stage)
        assert stored == {"tone": "warm", "sender": "management", "deadline_days": 14, "release": "two_person"}
        again = stage_of(policy, "formal", stored)
        assert (again.tone, again.sender, again.deadline_days, again.release) == (
            "warm", Sender.MANAGEMENT, 14, Release.TWO_PERSON,
        )  # fmt: skip

    def test_the_first_branch_wins_on_one_key_and_both_are_heard_on_two(self):
        policy = policy_with(
            {"stage": "formal", "if": {"key_account": True}, "then": {"tone": "warm"}},
            {
                "stage": "formal",
                "if": {"country": "DE"},
                "then": {"tone": "neutral", "deadline_days": 9},
                "absent": "skip",
            },
        )
        found = decided(policy, account(7, ("notice", "offer"), policy=policy), key_account=1, country="DE")
        assert (found.message.stage.tone, found.message.stage.deadline_days) == ("warm", 9)

    def test_a_stage_left_out_is_not_required_any_more(self):
        policy = policy_with({"if": {"key_account": True}, "then": {"skip": ["notice", "offer"]}})
        found = decided(policy, account(7, policy=policy), key_account=1)
        assert found.message.stage.code == "formal"
        assert codes(found.message.reasons) == ["branch.skips", "branch.skips", "branch.key_account"]

    def test_requires_makes_the_call_come_first(self):
        policy = policy_with({"stage": "formal", "if": {"key_account": True}, "then": {"requires": "call"}})
        waiting = decided(policy, account(7, ("notice", "offer"), policy=policy), key_account=1)
        assert (waiting.message, waiting.task.stage.code) == (None, "call")
        called = account(7, ("notice", "offer", "call"), policy=policy)
        assert decided(policy, called, key_account=1).message.stage.code == "formal"

    def test_another_policy_is_followed_once(self):
        other = load_yaml(yaml.safe_dump({
            "policy": "brief", "stages": [{"code": "only", "when": {"from": "due_date", "days": 2}, "document": "final_notice"}],
            "branches": [{"if": {"key_account": True}, "then": {"policy": "third"}}],
        }))  # fmt: skip
        policy = policy_with(
            {"code": "grave", "if": {"grade_or_worse": "C"}, "then": {"policy": "brief"}, "absent": "skip"}
        )
        found = decided(policy, account(3, policy=policy), (other,), grade=11, key_account=1)
        assert (found.message.stage.code, codes(found.message.reasons)) == ("only", ["branch.follows", "branch.grade"])

    def test_a_policy_that_is_not_in_force_changes_nothing_and_is_told(self):
        policy = policy_with({"if": {"key_account": True}, "then": {"policy": "brief"}})
        found = decided(policy, account(3, policy=policy), key_account=1)
        assert found.message.stage.code == "notice"
        assert codes(found.message.reasons) == ["branch.no_policy"]

    def test_an_account_that_enters_there_anyway_owes_it_to_no_branch(self):
        branch = {"stage": "notice", "if": {"key_account": True}, "then": {"use": "offer"}}
        policy = policy_with(branch, entry=[{"from_days_overdue": 30, "stage": "offer"}])
        late, early = (decided(policy, account(days, policy=policy), key_account=1).message for days in (40, 2))
        assert (late.stage.code, codes(late.reasons)) == ("offer", [])
        assert (early.stage.code, codes(early.reasons)) == ("offer", ["branch.uses", "branch.key_account"])

    def test_a_branch_on_another_stage_is_not_told(self):
        policy = policy_with({"stage": "formal", "if": {"key_account": True}, "then": {"tone": "warm"}})
        assert codes(decided(policy, account(1, policy=policy), key_account=1).message.reasons) == []

    def test_a_branch_settled_by_absence_says_so(self):
        policy = policy_with(
            {"stage": "notice", "if": {"grade_or_worse": "C"}, "then": {"use": "formal"}, "absent": "take"}
        )
        found = decided(policy, account(1, policy=policy))
        assert codes(found.message.reasons) == ["branch.uses", "branch.absent"]


LADDER = [
    {"code": "notice", "when": {"from": "due_date", "days": 1}, "document": "overdue_notice"},
    {"code": "offer", "when": {"from": "due_date", "days": 3}, "document": "payment_offer"},
    {"code": "formal", "when": {"from": "due_date", "days": 7}, "document": "formal_notice"},
    {"code": "final", "when": {"from": "due_date", "days": 14}, "document": "final_notice"},
]


def ladder_with(*branches: dict, code: str = "four", stages: list[dict] = LADDER, **top: object) -> Policy:
    """Write a policy of four messages with branches on it."""
    more = {"branches": list(branches)} if branches else {}
    return load_yaml(yaml.safe_dump({"policy": code, "stages": stages, **more, **top}))


class TestWhatWasSaidStays:
    def test_a_promise_that_breaks_after_the_offer_leaves_the_key_account_its_ten_days(self):
        from fairdue.dunning.policy import shipped

        policy = shipped("flexible")
        passed = ("overdue_notice", "payment_offer")
        facts = {"key_account": 1, "broken_promises": 1}
        told = tuple((code, StepState.DONE) for code in passed)
        for day in (6, 7, 9):
            assert decided(policy, account(day, passed, policy=policy, told=told), **facts).message is None
        formal = decided(policy, account(10, passed, policy=policy, told=told), **facts).message
        assert formal.stage.code == "formal_notice"
        told = [(one.code, dict(one.values)) for one in formal.reasons]
        assert ("branch.days", {"branch": "key_account", "stage": "formal_notice", "days": 10}) in told
        assert {"dunning.caught_up", "branch.uses", "branch.broken_promises"}.isdisjoint(code for code, _ in told)

    def test_what_another_branch_overruled_is_no_reason(self):
        from fairdue.dunning.policy import shipped

        policy = shipped("flexible")
        found = decided(
            policy, account(4, ("overdue_notice",), policy=policy), key_account=1, broken_promises=1
        ).message
        assert found.stage.code == "formal_notice"
        assert codes(found.reasons) == ["branch.uses", "branch.broken_promises"]

    def test_on_one_key_only_the_branch_that_won_is_told_and_the_policy_speaks_first(self):
        policy = policy_with(
            {"if": {"key_account": True}, "then": {"sender": "management"}},
            {"stage": "notice", "code": "later", "if": {"disputes_at_least": 1}, "then": {"sender": "finance"}},
        )
        found = decided(policy, account(1, policy=policy), key_account=1, disputes=1).message
        assert (found.stage.sender, codes(found.reasons)) == (
            Sender.MANAGEMENT,
            ["branch.sender", "branch.key_account"],
        )

    def test_after_the_formal_notice_no_offer_follows_when_a_branch_leaves_the_formal_notice_out(self):
        policy = ladder_with({"if": {"key_account": True}, "then": {"skip": ["formal"]}})
        one = account(9, ("notice", "formal"), policy=policy)
        assert decided(policy, one, key_account=1).message is None
        late = account(14, ("notice", "formal"), policy=policy)
        found = decided(policy, late, key_account=1).message
        assert (found.stage.code, found.level, codes(found.reasons)) == ("final", 4, [])

    def test_under_another_policy_the_next_message_stands_above_the_level_reached(self):
        words = ("notice", "talk", "ask", "last")
        stages = [
            {**stage, "code": code} | ({"requires": words[n - 1]} if n == 3 else {})
            for n, (stage, code) in enumerate(zip(LADDER, words, strict=True))
        ]
        other = ladder_with(code="other", stages=stages, new_items_stage="notice", new_items_gap_days=1)
        policy = ladder_with({"if": {"key_account": True}, "then": {"policy": "other"}})
        told = (("formal", StepState.DONE),)
        waits = account(9, ("notice", "formal"), policy=policy, told=told)
        assert decided(policy, waits, (other,), key_account=1).message is None
        late = account(15, ("notice", "formal"), policy=policy, told=told)
        found = decided(policy, late, (other,), key_account=1).message
        assert (found.stage.code, found.level) == ("last", 4)

    def test_an_account_that_was_written_to_does_not_enter_the_other_policy_anew(self):
        stages = [{"code": "call", "when": {"from": "due_date", "days": 1}, "action": "call"}, *LADDER[1:]]
        other = ladder_with(code="other", stages=stages, entry=[{"from_days_overdue": 10, "stage": "final"}])
        policy = ladder_with({"if": {"key_account": True}, "then": {"policy": "other"}})
        found = decided(policy, account(13, ("notice",), policy=policy), (other,), key_account=1).message
        assert (found.stage.code, codes(found.reasons)[0]) == ("offer", "branch.follows")

    def test_a_branch_that_leaves_out_what_was_said_keeps_it_from_greeting_new_items(self):
        branch = {"if": {"key_account": True}, "then": {"skip": ["notice"]}}
        policy = ladder_with(branch, new_items_stage="notice", new_items_gap_days=2)
        one = account(6, ("notice", "offer"), policy=policy, told=(("notice", StepState.DONE),))
        fresh = Item(2, TODAY - timedelta(days=2), TODAY - timedelta(days=2), 50_00)
        one = one._replace(items=(*one.items, fresh))
        assert decided(policy, one).message.stage.code == "notice"
        assert decided(policy, one, key_account=1).message is None

    def test_a_repeating_call_can_still_be_left_out_after_it_was_made(self):
        weekly = {"code": "weekly", "when": {"from": "due_date", "days": 2}, "action": "call", "repeat_every_days": 3}
        stages = [*LADDER, weekly | {"branches": [{"if": {"key_account": True}, "then": {"skip": True}}]}]
        policy = ladder_with(stages=stages)
        one = account(12, ("weekly",), policy=policy)
        assert decided(policy, one).task.stage.code == "weekly"
        assert decided(policy, one, key_account=1).task is None


class TestFacts:
    @pytest.mark.parametrize(
        ("tests", "facts", "taken"),
        [
            ({"probability_late_over": 40}, {"probability_late": 400_001}, True),
            ({"probability_late_over": 40}, {"probability_late": 400_000}, False),
            ({"warning_level_at_least": "orange"}, {"warning_level": 2}, True),
            ({"warning_level_at_least": "orange"}, {"warning_level": 1}, False),
            ({"payment_index_under": 60}, {"payment_index": 59}, True),
            ({"days_beyond_terms_over": 10}, {"days_beyond_terms": 11}, True),
            ({"days_beyond_terms_under": -5}, {"days_beyond_terms": -6}, True),
            ({"grade_or_better": "A-"}, {"grade": 3}, True),
            ({"grade_or_better": "A-"}, {"grade": 4}, False),
            ({"silent_contacts_at_least": 3}, {"silence": 3}, True),
            ({"disputes_at_least": 2}, {"disputes": 1}, False),
            ({"dispute_share_over": 20}, {"dispute_share": 250_000}, True),
            ({"unfounded_disputes_at_least": 1}, {"unfounded_disputes": 1}, True),
            ({"natural_person": ["yes", "unknown"]}, {"natural_person": "unknown"}, True),
            ({"country": ["DE", "NO"]}, {"country": "NO"}, True),
            ({"country": "DE"}, {"country": ""}, False),
            ({"days_overdue_over": 2}, {}, True),
            ({"days_overdue_over": 3}, {}, False),
            ({"amount_over": {"EUR": "99.99"}}, {}, True),
            ({"amount_under": {"EUR": 100}}, {}, False),
            ({"not": {"key_account": True}}, {}, True),
            ({"all": [{"key_account": True}, {"disputes_at_least": 1}]}, {"key_account": 1, "disputes": 1}, True),
            ({"any": [{"key_account": True}, {"disputes_at_least": 1}]}, {}, False),
        ],
    )  # fmt: skip
    def test_a_test_is_met_or_not(self, tests, facts, taken):
        policy = policy_with({"stage": "offer", "if": tests, "then": {"skip": True}, "absent": "skip"})
        found = decided(policy, account(3, ("notice",), policy=policy), **facts)
        assert (found.message is None) == taken

    def test_receipt_is_met_by_one_item(self):
        policy = policy_with({"stage": "offer", "if": {"receipt": ["rejected", "silent"]}, "then": {"skip": True}})
        assert decided(policy, account(3, ("notice",), policy=policy, receipt="silent")).message is None
        assert decided(policy, account(3, ("notice",), policy=policy, receipt="accepted")).message.stage.code == "offer"

    def test_the_amount_leaves_out_what_is_held_and_set_against(self):
        policy = policy_with(
            {"stage": "notice", "if": {"amount_over": {"EUR": 60}}, "then": {"skip": True}, "absent": "skip"}
        )
        held = account(1, policy=policy, held_minor=40_00)
        assert decided(policy, held).message.stage.code == "notice"
        credit = held._replace(unapplied_minor=-1_00, items=(held.items[0]._replace(held_minor=39_99),))
        assert decided(policy, credit).message is None


BAD = [
    ({"stage": "offer", "if": {"grade_or_worse": "C"}, "then": {"skip": True}}, "may be absent", "absent: skip"),
    ({"stage": "offer", "if": {"grade_or_worse": "E"}, "then": {"skip": True}, "absent": "skip"}, "'E' is not allowed", "A+"),
    ({"stage": "offer", "if": {"key_acount": True}, "then": {"skip": True}}, "'key_acount' is not a known key", "key_account"),
    ({"stage": "offer", "if": {}, "then": {"skip": True}}, "there is no test", "key_account: yes"),
    ({"stage": "offer", "then": {"skip": True}}, "if is missing", "if: {"),
    ({"stage": "offer", "if": {"key_account": True}}, "then is missing", "then: {"),
    ({"stage": "offer", "if": {"key_account": True}, "then": {}}, "nothing is done", "skip: yes"),
    ({"stage": "offer", "if": {"key_account": True}, "then": {"use": "notice"}}, "names 'notice'", "formal"),
    ({"stage": "formal", "if": {"key_account": True}, "then": {"days": 0}}, "across the due date", "its side"),
    ({"stage": "offer", "if": {"key_account": True}, "then": {"requires": "call"}}, "names 'call'", "Allowed: notice."),
    ({"stage": "call", "if": {"key_account": True}, "then": {"tone": "warm"}}, "changes the words of a call", "Remove tone"),
    ({"if": {"key_account": True}, "then": {"skip": ["nothing"]}}, "names 'nothing'", "notice, offer"),
    ({"if": {"key_account": True}, "then": {"policy": "small"}}, "leads to its own policy", "another policy"),
    ({"if": {"probability_late_over": "0.4"}, "then": {"skip": ["call"]}, "absent": "skip"}, "whole number from 0 to 100", "no unit"),
    ({"if": {"country": ["Germany"]}, "then": {"skip": ["call"]}, "absent": "skip"}, "is no country", "two letters"),
]  # fmt: skip


@pytest.mark.parametrize(("branch", "what", "remedy"), BAD)
def test_a_mistake_is_told_with_its_line_and_a_remedy(branch, what, remedy):
    with pytest.raises(PolicyError) as caught:
        policy_with(branch)
    said = [problem for problem in caught.value.problems if what in problem.message]
    assert said, caught.value
    assert remedy in said[0].remedy
    assert said[0].line > 1 or "branches" in said[0].key or said[0].key == "stages"


def test_the_diff_tells_a_branch_on_one_line():
    before = policy_with()
    after = policy_with(
        {
            "stage": "offer",
            "if": {"amount_under": {"EUR": 50}, "key_account": False},
            "then": {"skip": True},
            "absent": "take",
        }
    )
    assert [(change.key, change.before, change.after) for change in diff(before, after)] == [
        ("stages.offer.branches.offer-1", None, "amount_under: EUR 50.00, key_account: no → skip: offer (absent: take)")
    ]


# Stories on the database: the facts are read from a run's snapshot.

DUE = date(2026, 3, 2)
LISTENS = """
policy: flexible
stages:
  - code: notice
    when: {from: due_date, days: 1}
    document: overdue_notice
  - code: offer
    when: {from: due_date, days: 3}
    document: payment_offer
    branches:
      - code: weak
        if: {grade_or_worse: C}
        then: {use: formal}
        absent: skip
  - code: formal
    when: {from: due_date, days: 7}
    document: formal_notice
    branches:
      - code: silent
        if: {silent_contacts_at_least: 2}
        then: {channels: [letter], sender: management}
"""


def publish(department, customer, kind: str, value: int, on: date, **more) -> None:
    from fairdue.ledger.actions import do_publish_fact
    from fairdue.ledger.facts import KINDS

    do_publish_fact(
        department.actor(on), room=KINDS[kind].writer, kind=kind, subject=f"customer:{customer.pk}", as_of=on, value=value,
        source_version="test", **more,
    )  # fmt: skip


def signals(department, on: date, *facts: str):
    """Read what branches would see of the one account on a day."""
    from fairdue.dunning.facts_reader import read_book
    from fairdue.dunning.snapshot import SOURCES
    from fairdue.engine.snapshot import Snapshot
    from fairdue.ledger import snapshot

    department.runs += 1
    folder = department.folder / f"signals{department.runs}"
    snapshot.take(department.company.pk, on, department.actor(on).at + timedelta(hours=12), folder, more=SOURCES)
    book = read_book(Snapshot.open(folder), on, frozenset(facts))
    (found,) = book.accounts()
    return book.signals_of(found)


@pytest.mark.django_db
class TestAPolicyThatListens:
    def test_a_new_grade_replans_the_next_step_and_never_one_already_sent(self, department):
        from fairdue.dunning.models import Notice

        department.adopt(text=LISTENS)
        customer = department.customer()
        department.invoice(customer, 1_000_00, DUE)
        department.day(date(2026, 3, 3))
        (before,) = department.run(date(2026, 3, 5))
        assert (before.stage_code, before.state) == ("offer", "proposed")
        sent = Notice.objects.get()
        publish(department, customer, "grade", 8, date(2026, 3, 6))
        (after,) = department.run(date(2026, 3, 6))
        before.refresh_from_db()
        assert (before.state, after.stage_code) == ("superseded", "formal")
        assert {
            "code": "branch.grade",
            "values": {"grade": "C", "limit": "C", "compared": "grade_or_worse"},
        } in after.reasons
        assert Notice.objects.get() == sent
        publish(department, customer, "grade", 2, date(2026, 3, 7))
        (again,) = department.run(date(2026, 3, 7))
        assert (again.stage_code, [one["code"] for one in again.reasons if "branch" in one["code"]]) == ("offer", [])

    def test_what_a_branch_changed_reaches_the_letter(self, department):
        from fairdue.dunning.actions import do_release
        from fairdue.dunning.models import Notice

        department.adopt(text=LISTENS)
        department.invoice(department.customer(), 1_000_00, DUE)
        for day in (3, 5):
            department.day(date(2026, 3, day))
        (formal,) = department.run(date(2026, 3, 9))
        assert (formal.action, formal.stage_changes) == ("letter", {"sender": "management"})
        do_release(department.actor(date(2026, 3, 9)), [formal.pk], date(2026, 3, 9))
        assert Notice.objects.order_by("-id").first().facts["sender"]["name"] == department.company.name

    def test_why_tells_the_branch(self, department):
        from fairdue.dunning.why import why

        department.adopt(text=LISTENS)
        customer = department.customer()
        department.invoice(customer, 1_000_00, DUE)
        department.day(date(2026, 3, 3))
        publish(department, customer, "grade", 11, date(2026, 3, 4))
        found = why(department.company, customer.pk, date(2026, 3, 5), department.actor(date(2026, 3, 5)).at)
        (case,) = found.cases
        assert (case.stage, [one.code for one in case.reasons if "branch" in one.code]) == (
            "formal", ["branch.uses", "branch.grade"],
        )  # fmt: skip

    def test_a_fact_counts_while_it_is_valid(self, department):
        customer = department.customer()
        department.invoice(customer, 1_000_00, DUE)
        publish(department, customer, "grade", 8, date(2026, 3, 1), valid_until=date(2026, 3, 10))
        publish(department, customer, "grade", 2, date(2026, 2, 1))
        assert signals(department, date(2026, 3, 10), "grade").grade == 8
        assert signals(department, date(2026, 3, 11), "grade").grade == 2
        assert signals(department, date(2026, 1, 31), "grade").grade is None

    def test_silence_counts_contacts_since_the_last_sign(self, department):
        from fairdue.contact.actions import do_record_call
        from fairdue.ledger.actions import do_book_payment

        customer = department.customer()
        department.invoice(customer, 1_000_00, DUE)
        department.adopt(text=LISTENS)
        for day in (3, 5):
            department.day(date(2026, 3, day))
        do_record_call(department.actor(date(2026, 3, 6)), customer_id=customer.pk, text="nobody answered")
        assert signals(department, date(2026, 3, 6), "silence").silence == 3
        do_book_payment(
            department.actor(date(2026, 3, 5)), amount_minor=1_00, currency="EUR", effective_on=date(2026, 3, 5),
            customer_id=customer.pk,
        )  # fmt: skip
        assert signals(department, date(2026, 3, 6), "silence").silence == 1

    def test_an_automatic_reply_is_no_sign(self, department):
        from fairdue.contact.actions import do_record_reply

        customer = department.customer()
        department.invoice(customer, 1_000_00, DUE)
        department.adopt(text=LISTENS)
        department.day(date(2026, 3, 3))
        for number, automatic in enumerate((True, False)):
            do_record_reply(
                department.actor(date(2026, 3, 4)), customer_id=customer.pk, reply_id=f"<{number}@x>", subject="Re", text="",
                out_of_office=automatic,
            )  # fmt: skip
            assert signals(department, date(2026, 3, 5), "silence").silence == (1 if automatic else 0)

    def test_disputes_count_their_share_and_those_that_ended_without_a_credit(self, department):
        from fairdue.ledger.actions import do_allocate, do_hold, do_release_hold

        customer = department.customer()
        items = [department.invoice(customer, 100_00, DUE + timedelta(days=number)) for number in range(4)]
        actor = department.actor(date(2026, 3, 10))
        for item in items[:2]:
            hold = do_hold(
                actor, customer_id=customer.pk, due_item_id=item.pk, reason="dispute", since=date(2026, 3, 8)
            )
            do_release_hold(actor, hold.pk, on=date(2026, 3, 10), reason="looked at")
        note = department.invoice(customer, 30_00, date(2026, 3, 9), kind="credit_note")
        do_allocate(
            actor,
            amount_minor=30_00,
            effective_on=date(2026, 3, 10),
            due_item_id=items[0].pk,
            credit_item_id=note.pk,
            kind="credit",
        )
        found = signals(department, date(2026, 3, 12), "disputes")
        assert (found.disputes, found.unfounded_disputes, found.dispute_share) == (2, 1, 500_000)
        later = signals(department, date(2027, 4, 1), "disputes")
        assert (later.disputes, later.unfounded_disputes, later.dispute_share) == (0, 0, None)

    def test_the_live_book_sees_the_same_signals_as_the_run(self, department):
        from fairdue.dunning.live import live_book

        facts = ("grade", "silence", "disputes", "broken_promises", "key_account", "payment_index")
        customer = department.customer(key_account=True)
        department.invoice(customer, 1_000_00, DUE)
        department.adopt(text=LISTENS)
        department.day(date(2026, 3, 3))
        publish(department, customer, "grade", 8, date(2026, 3, 1))
        book = live_book(department.company.pk, customer.pk, date(2026, 3, 4), frozenset(facts))
        (account,) = book.accounts()
        found = signals(department, date(2026, 3, 4), *facts)
        assert (book.signals_of(account), found.grade, found.silence, found.key_account) == (found, 8, 1, 1)
