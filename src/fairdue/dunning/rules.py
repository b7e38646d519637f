"""Which step is due and not yet done? Pure: frozen facts of one account in, proposals with reasons out.

The numbers in the comments are those of ``docs/algorithms/dunning.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fairdue.dunning.account import Account, Item, Step, StepState
from fairdue.dunning.days import reached_on
from fairdue.dunning.policy.shape import Origin, Policy, Stage, StageAction
from fairdue.dunning.reasons import DunningReason as Why
from fairdue.kernel.reasons import Reason, because

__all__ = ["Decision", "Proposed", "decide"]


class Proposed(NamedTuple):
    """One step to take. ``step_key`` is unique in the company; ``asked_minor`` is net of credits and held parts."""

    stage: Stage
    step_key: str
    level: int
    items: tuple[Item, ...]
    open_minor: int
    held_minor: int
    credit_minor: int
    asked_minor: int
    days_overdue_max: int
    reasons: tuple[Reason, ...]


class Decision(NamedTuple):
    """What to do for one account: at most one message and one task. ``reasons`` say why something does not happen."""

    message: Proposed | None
    task: Proposed | None
    reasons: tuple[Reason, ...]


class _View(NamedTuple):
    """The account as of today: what is overdue and chased, what was said in this episode."""

    account: Account
    policy: Policy
    today: date
    chased: tuple[Item, ...]
    open_minor: int
    held_minor: int
    credit_minor: int
    asked_minor: int
    days_max: int
    said: tuple[Step, ...]
    passed: frozenset[str]
    last: Step | None


_NOTHING = Decision(None, None, ())


def decide(account: Account, policy: Policy, today: date) -> Decision:
    """Give the steps of ``policy`` that are due for ``account`` on ``today`` and not yet done, with the reasons.

    Deterministic: equal facts, policy and day give equal decisions. Raises nothing for any portfolio.
    """
    view = _look(account, policy, today)
    waits = next((step for step in account.steps if step.state is StepState.WAITING and step.is_message), None)
    if waits is not None:  # 8
        return Decision(None, _work(view) if view.asked_minor > 0 else None, (_waiting(waits),))
    notes: list[Reason] = []
    message = task = None
    if view.chased and _worth(view, notes):
        message = _ladder(view, notes)
        task = _work(view)
    elif view.days_max and not view.chased:
        notes.append(because(Why.ALL_HELD, holds=_holds(account.items, today)))
    if message is None:
        message = _before_due(view)
    if message is None and task is None and not notes:
        return _NOTHING
    return Decision(message, task, tuple(notes))


def _look(account: Account, policy: Policy, today: date) -> _View:
    chased: list[Item] = []
    opened = held = credit = days_max = 0
    for item in account.items:
        amount = item.open_minor
        if amount < 0:
            credit -= amount
        elif item.due_on < today:
            days_max = max(days_max, (today - item.due_on).days)
            if amount > item.held_minor:  # 2
                chased.append(item)
                opened += amount
                held += item.held_minor
    credit += account.unapplied_minor
    said = said_in_episode(account)
    passed = frozenset(step.stage_code for step in said if step.state in _PASSED)
    last = None
    for step in account.steps:
        if step.is_message and step.state is StepState.DONE and (last is None or step.on >= last.on):
            last = step
    asked = opened - held - credit  # 3
    return _View(account, policy, today, tuple(chased), opened, held, credit, asked, days_max, said, passed, last)


_PASSED = (StepState.DONE, StepState.DROPPED, StepState.OPEN)


def _worth(view: _View, notes: list[Reason]) -> bool:
    """Say whether anything is left to ask for (4)."""
    if view.asked_minor > 0:
        return True
    notes.append(because(Why.COVERED_BY_CREDIT, amount=view.credit_minor, currency=view.account.currency))
    return False


def _ladder(view: _View, notes: list[Reason]) -> Proposed | None:
    """Find the next message after the due date (14 to 18)."""
    ladder = view.policy.ladder
    reached = reached_level(view.account)
    index = max(_next_index(ladder, view.passed), _index_above(reached, ladder))
    reasons: list[Reason] = []
    entered = False
    if not reached:
        index, entered = _entry_index(view, ladder)
    if index < len(ladder):
        while (
            index + 1 < len(ladder) and not ladder[index].catch_up and _days_since(view, ladder[index + 1], False) >= 0
        ):
            notes.append(because(Why.SKIPPED, stage=ladder[index].code))
            index += 1
        stage = ladder[index]
        late = 0 if entered else _days_since(view, stage, index == 0)
        if late >= 0:
            if not _may(view, stage, notes):
                return None
            if entered:
                reasons.append(because(Why.ENTERED, stage=stage.code, days=_oldest_days(view)))
            else:
                reasons.append(because(Why.STAGE_REACHED, stage=stage.code, days=_oldest_days(view)))
                if late > 0:
                    reasons.append(because(Why.CAUGHT_UP, stage=stage.code, days=late))
            return _proposed(view, stage, stage.level, reasons)
    return _new_items(view, notes)


def _next_index(stages: tuple[Stage, ...], passed: frozenset[str]) -> int:
    for index in range(len(stages) - 1, -1, -1):
        if stages[index].code in passed:
            return index + 1
    return 0


def _index_above(reached: int, ladder: tuple[Stage, ...]) -> int:
    """Give the first stage above the level reached, whether or not the policy knows the stages that were said (14)."""
    return sum(1 for stage in ladder if stage.level <= reached)


def said_in_episode(account: Account) -> tuple[Step, ...]:
    """Give the steps after the due date that were taken in the present episode (6)."""
    since = account.overdue_since
    return tuple(step for step in account.steps if step.level and step.on >= since) if since else ()


def passed_in_episode(account: Account) -> tuple[Step, ...]:
    """Give those of them that count as passed (8 to 10)."""
    return tuple(step for step in said_in_episode(account) if step.state in _PASSED)


def reached_level(account: Account) -> int:
    """Give the highest level of a message passed in the present episode; 0 where none was."""
    return max((step.level for step in passed_in_episode(account) if step.is_message), default=0)


def _entry_index(view: _View, ladder: tuple[Stage, ...]) -> tuple[int, bool]:
    """Give the stage at which an account enters to which nothing was said (15)."""
    days = _oldest_days(view)
    code = ""
    for rule in view.policy.entry:
        if days >= rule.from_days_overdue:
            code = rule.stage
    for index, stage in enumerate(ladder):
        if stage.code == code and index:
            return index, True
    return 0, False


def _oldest_days(view: _View) -> int:
    return (view.today - view.chased[0].due_on).days


def _days_since(view: _View, stage: Stage, first: bool) -> int:
    """Give the days since ``stage`` was reached; negative when it is not (12, 13)."""
    if stage.when.origin is Origin.PREVIOUS_NOTICE:
        base = max((step.on for step in view.said if step.is_message and step.state in _PASSED), default=None)
        if base is None:
            return 0 if first else -1
        return (view.today - reached_on(stage.when, base, base, view.account.country)).days
    oldest = view.chased[0]
    if stage.when.origin is Origin.DUE_DATE and not stage.when.business:
        return (view.today - oldest.due_on).days - stage.when.days
    return (view.today - reached_on(stage.when, oldest.issued_on, oldest.due_on, view.account.country)).days


def _may(view: _View, stage: Stage, notes: list[Reason]) -> bool:
    """Say whether a reached stage may go now, and note why not (4, 10, 17)."""
    account = view.account
    for step in view.said:
        if step.state is StepState.POSTPONED and step.stage_code == stage.code and step.on > view.today:
            notes.append(because(Why.POSTPONED, stage=stage.code, until=step.on.isoformat()))
            return False
    minimum = (stage.minimum_minor or {}).get(account.currency, 0)
    if view.asked_minor < minimum:
        notes.append(because(Why.BELOW_MINIMUM, amount=view.asked_minor, currency=account.currency, minimum=minimum))
        return False
    if stage.requires and not _has_passed(view, stage.requires):
        notes.append(because(Why.REQUIRES, stage=stage.code, needed=stage.requires))
        return False
    if stage.is_message and not _gap_is_over(view, stage, max(stage.min_gap_days, 1), notes):
        return False
    if stage.wait_for_deadline and (until := _deadline(view)) is not None and until >= view.today:
        notes.append(because(Why.DEADLINE_RUNS, until=until.isoformat()))
        return False
    return True


def _gap_is_over(view: _View, stage: Stage, days: int, notes: list[Reason]) -> bool:
    last = view.last
    if last is None or (view.today - last.on).days >= (days if last in view.said else 1):
        return True
    notes.append(because(Why.GAP, stage=stage.code, last=last.on.isoformat(), days=days))
    return False


def _has_passed(view: _View, code: str) -> bool:
    """Say whether a stage, or a later one of its ladder, was passed: who enters high has passed the lower ones."""
    stage = view.policy.by_code[code]
    if code in view.passed or (stage.is_message and 0 < stage.level <= reached_level(view.account)):
        return True
    ladder = view.policy.ladder if stage.is_message else view.policy.works
    codes = [stage.code for stage in ladder]
    return code in codes and any(later in view.passed for later in codes[codes.index(code) + 1 :])


def _deadline(view: _View) -> date | None:
    given = (step.deadline_on for step in view.said if step.state is StepState.DONE and step.deadline_on)
    return max(given, default=None)


def _new_items(view: _View, notes: list[Reason]) -> Proposed | None:
    """Greet items that became overdue after the last notice (18)."""
    if not view.policy.new_items_stage or not view.passed:
        return None
    stage = view.policy.by_code[view.policy.new_items_stage]
    told_by = {ladder.code for ladder in view.policy.ladder} | {
        step.stage_code for step in view.said if step.is_message
    }
    fresh = [item for item in view.chased if not any(code in told_by for code, _ in item.told)]
    country = view.account.country
    if not fresh or reached_on(stage.when, fresh[0].issued_on, fresh[0].due_on, country) > view.today:
        return None
    if not _may(view, stage, notes) or not _gap_is_over(view, stage, view.policy.new_items_gap_days, notes):
        return None
    level = max((step.level for step in view.said if step.is_message), default=stage.level)
    return _proposed(view, stage, max(level, stage.level), [because(Why.NEW_ITEMS, items=len(fresh))])


def _proposed(view: _View, stage: Stage, level: int, reasons: list[Reason]) -> Proposed:
    account = view.account
    attempt = 1 + sum(1 for s in view.said if s.stage_code == stage.code and s.state is not StepState.POSTPONED)
    failed = sum(1 for s in view.said if s.stage_code == stage.code and s.state is StepState.FAILED)
    if failed:
        reasons.append(because(Why.AGAIN, attempt=failed + 1))
    if account.promise_broken_on:
        reasons.append(because(Why.PROMISE_BROKEN, until=account.promise_broken_on.isoformat()))
    if view.held_minor:
        holds = _holds(view.chased, view.today)
        reasons.append(because(Why.PART_HELD, amount=view.held_minor, currency=account.currency, holds=holds))
    if view.credit_minor:
        reasons.append(because(Why.CREDIT_SET_AGAINST, amount=view.credit_minor, currency=account.currency))
    since = account.overdue_since or view.today
    key = f"{account.customer_id}.{account.currency}.{since:%Y%m%d}.{stage.code}.{attempt}"
    shown = tuple(item for item in account.items if item.open_minor < 0)
    return Proposed(
        stage, key, level, view.chased + shown, view.open_minor, view.held_minor, view.credit_minor,
        view.asked_minor, _oldest_days(view), tuple(reasons),
    )  # fmt: skip


def _work(view: _View) -> Proposed | None:
    """Find the next call or task after the due date (14, 16, 17, 19)."""
    if not view.chased or not view.policy.works:
        return None
    once = [stage for stage in view.policy.works if not stage.repeat_every_days]
    notes: list[Reason] = []
    for index in range(_next_index(tuple(once), view.passed), len(once)):
        stage = once[index]
        gives_way = not stage.catch_up and _later_reached(view, stage)
        if gives_way:
            continue
        if _days_since(view, stage, False) >= 0 and _may(view, stage, notes) and _work_gap(view, stage):
            reasons = [because(Why.STAGE_REACHED, stage=stage.code, days=_oldest_days(view))]
            return _proposed(view, stage, stage.level, reasons)
        break
    for stage in view.policy.works:
        if stage.repeat_every_days and _comes_again(view, stage, notes):
            reasons = [because(Why.REPEATED, stage=stage.code, days=stage.repeat_every_days)]
            return _proposed(view, stage, stage.level, reasons)
    return None


def _later_reached(view: _View, stage: Stage) -> bool:
    works = view.policy.works
    return any(_days_since(view, later, False) >= 0 for later in works[works.index(stage) + 1 :])


def _work_gap(view: _View, stage: Stage) -> bool:
    """Say whether the gap after the last one-time task is over; repeating calls keep no other task waiting."""
    repeating = {work.code for work in view.policy.works if work.repeat_every_days}
    own = (step for step in view.said if not step.is_message and step.stage_code not in repeating)
    last = max((step.on for step in own if step.state in _PASSED), default=None)
    return last is None or (view.today - last).days >= stage.min_gap_days


def _comes_again(view: _View, stage: Stage, notes: list[Reason]) -> bool:
    if _days_since(view, stage, False) < 0 or not _may(view, stage, notes):
        return False
    own = [step for step in view.said if step.stage_code == stage.code and step.state is not StepState.POSTPONED]
    if any(step.state is StepState.OPEN for step in own):
        return False
    last = max((step.on for step in own), default=None)
    return last is None or (view.today - last).days >= (stage.repeat_every_days or 0)


def _before_due(view: _View) -> Proposed | None:
    """Find the message before the due date that most items wait for, the latest stage first (20, 21)."""
    today, account = view.today, view.account
    if view.last is not None and view.last.on >= today:
        return None
    upcoming = [item for item in account.items if item.open_minor > item.held_minor and item.due_on >= today]
    if not upcoming:
        return None
    later: list[str] = []
    for stage in view.policy.before:
        later.append(stage.code)
        if view.chased and not stage.while_overdue:
            continue
        items = tuple(item for item in upcoming if _early(item, stage, later, today, account.country))
        asked = sum(item.open_minor - item.held_minor for item in items)
        if stage.when.origin is not Origin.ISSUE:
            asked -= view.credit_minor
        if items and asked > 0 and asked >= (stage.minimum_minor or {}).get(account.currency, 0):
            return _early_step(view, stage, items, asked)
    return None


def _early(item: Item, stage: Stage, codes: list[str], today: date, country: str) -> bool:
    reached = reached_on(stage.when, item.issued_on, item.due_on, country)
    if reached > today or (stage.catch_up_days is not None and (today - reached).days > stage.catch_up_days):
        return False
    return not any(code in codes and state is not StepState.FAILED for code, state in item.told)


def _early_step(view: _View, stage: Stage, items: tuple[Item, ...], asked_minor: int) -> Proposed:
    account = view.account
    first = min(items, key=lambda item: item.due_item_id)
    attempt = 1 + sum(1 for code, state in first.told if code == stage.code and state is StepState.FAILED)
    key = f"{account.customer_id}.{account.currency}.i{first.due_item_id}.{stage.code}.{attempt}"
    reasons = [because(Why.BEFORE_DUE, stage=stage.code, items=len(items))]
    opened = sum(item.open_minor for item in items)
    held = sum(item.held_minor for item in items)
    credit = 0 if stage.when.origin is Origin.ISSUE else view.credit_minor
    shown = items if not credit else items + tuple(item for item in account.items if item.open_minor < 0)
    days = (view.today - min(item.due_on for item in items)).days
    return Proposed(stage, key, 0, shown, opened, held, credit, asked_minor, days, tuple(reasons))


def _holds(items: tuple[Item, ...], today: date) -> str:
    found = {reason for item in items if item.held_minor and item.due_on < today for reason in item.hold_reasons}
    return ", ".join(sorted(found))


def _waiting(step: Step) -> Reason:
    return because(Why.WAITING, stage=step.stage_code)


def actions_of(stage: Stage, channel: str) -> str:
    """Give the action code of a proposal: the channel of a message, else call or task."""
    return channel if stage.action is StageAction.MESSAGE else stage.action.value


def reasons_by_step(decisions: Mapping[int, Decision]) -> dict[str, tuple[Reason, ...]]:
    """Give the reasons of every proposed step by its key, for explanations."""
    return {p.step_key: p.reasons for d in decisions.values() for p in (d.message, d.task) if p is not None}
