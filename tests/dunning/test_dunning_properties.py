"""What must hold for any portfolio and any sequence of days: no step twice, no level down, sums that agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.dunning.account import Account, Item, Step, StepState
from fairdue.dunning.facts_reader import Book, in_order
from fairdue.dunning.policy import shipped
from fairdue.dunning.rules import decide

START = date(2026, 1, 5)


@dataclass
class Debt:
    """An item in a small model of the world: what is open falls by payments on given days."""

    number: int
    due_on: date
    amount: int
    payments: dict[int, int]
    held_until: int

    def open_on(self, day: int) -> int:
        return max(0, self.amount - sum(amount for on, amount in self.payments.items() if on <= day))


@dataclass
class World:
    """A ledger in memory: plays days, remembers what was said, gives the account as the snapshot would."""

    debts: list[Debt]
    policy_code: str
    said: list[tuple[int, object]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    told: dict[int, list[tuple[str, StepState]]] = field(default_factory=dict)

    def overdue_since(self, day: int) -> date | None:
        """The slow reference: walk back day by day while something is overdue."""
        last = None
        for back in range(day, -1, -1):
            on = START + timedelta(days=back)
            if not any(debt.open_on(back) > 0 and debt.due_on < on for debt in self.debts):
                break
            last = on
        return last

    def account(self, day: int) -> Account:
        items = []
        for debt in sorted(self.debts, key=lambda debt: (debt.due_on, debt.number)):
            opened = debt.open_on(day)
            if opened:
                held = opened if day <= debt.held_until else 0
                told = tuple(self.told.get(debt.number, ()))
                issued = debt.due_on - timedelta(days=20)
                items.append(Item(debt.number, issued, debt.due_on, opened, held, ("promise",) if held else (), told))
        return Account(7, "EUR", "DE", tuple(items), self.overdue_since(day), 0, tuple(self.steps))

    def play(self, day: int, arrives: bool) -> None:
        on = START + timedelta(days=day)
        decision = decide(self.account(day), shipped(self.policy_code), on)
        state = StepState.DONE if arrives else StepState.FAILED
        for proposed in (decision.message, decision.task):
            if proposed is None:
                continue
            message = proposed.stage.is_message
            result = state if message else StepState.DONE
            deadline = on + timedelta(days=proposed.stage.deadline_days) if proposed.stage.deadline_days else None
            self.steps.append(Step(proposed.stage.code, proposed.level, result, on, message, deadline))
            self.said.append((day, proposed, result))
            if message:
                for item in proposed.items:
                    self.told.setdefault(item.due_item_id, []).append((proposed.stage.code, result))


@st.composite
def worlds(draw):
    debts = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        amount = draw(st.integers(1_000, 90_000))
        payments = draw(st.dictionaries(st.integers(0, 130), st.integers(1, 90_000), max_size=2))
        due_on = START + timedelta(days=draw(st.integers(-60, 80)))
        debts.append(Debt(number, due_on, amount, payments, draw(st.sampled_from([-1, -1, -1, 20, 60]))))
    return World(debts, draw(st.sampled_from(["flexible", "brief", "public-sector"])))


@settings(max_examples=60, deadline=None)
@given(worlds(), st.sets(st.integers(0, 130), max_size=60), st.sets(st.integers(0, 130), max_size=10))
def test_no_step_twice_no_level_down_and_sums_that_agree(world, days_without_a_run, days_mail_fails):
    for day in range(131):
        if day not in days_without_a_run:
            world.play(day, day not in days_mail_fails)
    keys = [proposed.step_key for _, proposed, _ in world.said]
    assert len(keys) == len(set(keys))
    _check_levels(world)
    for day, proposed, _ in world.said:
        debts = {debt.number: debt for debt in world.debts}
        assert proposed.open_minor == sum(debts[item.due_item_id].open_on(day) for item in proposed.items)
        assert proposed.asked_minor == proposed.open_minor - proposed.held_minor - proposed.credit_minor
        assert proposed.asked_minor > 0
        assert all(item.open_minor > item.held_minor for item in proposed.items)


def _check_levels(world):
    by_episode = {}
    for day, proposed, result in world.said:
        if proposed.level and proposed.stage.is_message and result is StepState.DONE:
            by_episode.setdefault(world.overdue_since(day), []).append((day, proposed))
    for said in by_episode.values():
        levels = [proposed.level for _, proposed in said]
        assert levels == sorted(levels)
        days = [day for day, _ in said]
        assert len(days) == len(set(days)), "two messages on one day"
        once = [proposed.stage.code for _, proposed in said if "dunning.new_items" not in _codes(proposed)]
        assert len(once) == len(set(once)), "a stage said twice in one episode"


def _codes(proposed):
    return [reason.code for reason in proposed.reasons]


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 130))
def test_equal_facts_give_equal_decisions(world, day):
    on = START + timedelta(days=day)
    policy = shipped(world.policy_code)
    assert decide(world.account(day), policy, on) == decide(world.account(day), policy, on)


@given(st.permutations(range(12)))
def test_an_account_is_never_torn_apart_by_the_order_of_its_rows(order):
    rows = [(n % 3, "EUR", n, START, START + timedelta(days=n % 4), 100, 0, "") for n in range(12)]
    found = in_order([rows[n] for n in order])
    assert found == sorted(rows, key=lambda row: (row[0], row[1], row[4], row[2]))
    book = Book({}, {}, found, {}, {}, {}, {}, {})
    assert [(account.customer_id, len(account.items)) for account in book.accounts()] == [(0, 4), (1, 4), (2, 4)]


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_an_item_is_told_a_stage_before_its_due_date_once(world):
    for day in range(131):
        world.play(day, True)
    early = [
        (item.due_item_id, proposed.stage.code)
        for _, proposed, _ in world.said
        if proposed.level == 0
        for item in proposed.items
        if item.open_minor > 0
    ]
    assert len(early) == len(set(early))


def test_a_hundred_days_of_a_customer_who_pays_a_third_and_then_nothing():
    """Every single day of the flexible policy, from 30 days before the due date (Monday, 2 March 2026) to 100 after."""
    due_on = date(2026, 3, 2)
    day = (due_on - START).days
    debt = Debt(1, due_on, 90_000, {day + 4: 30_000}, -1)
    world = World([debt], "flexible")
    for number in range(day - 30, day + 101):
        world.play(number, True)
    messages = [(said - day, p.stage.code, p.asked_minor) for said, p, _ in world.said if p.stage.is_message]
    assert messages == [
        (-17, "receipt_confirmation", 90_000),
        (-7, "reminder", 90_000),
        (1, "overdue_notice", 90_000),
        (3, "payment_offer", 90_000),
        (7, "formal_notice", 60_000),
    ]
    tasks = [(said - day, p.stage.code) for said, p, _ in world.said if not p.stage.is_message]
    assert [task for task in tasks if task[1] != "weekly_call"] == [
        (7, "call"),
        (30, "choose_route"),
        (60, "hand_over"),
        (90, "decide_legal"),
    ]
    calls = [said for said, code in tasks if code == "weekly_call"]
    assert calls == [14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 98]


def test_a_policy_whose_stages_were_all_renamed_goes_on_above_the_level_reached():
    due_on = date(2026, 3, 2)
    told = (("old_first", StepState.DONE), ("old_second", StepState.DONE))
    steps = (
        Step("old_first", 1, StepState.DONE, date(2026, 3, 3)),
        Step("old_second", 2, StepState.DONE, date(2026, 3, 5)),
    )
    item = Item(1, date(2026, 1, 1), due_on, 10_000, told=told)
    account = Account(7, "EUR", "DE", (item,), date(2026, 3, 3), 0, steps)
    decision = decide(account, shipped("flexible"), date(2026, 3, 9))
    assert decision.message is not None
    assert decision.message.stage.code == "formal_notice"
