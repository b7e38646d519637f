"""Branches taken and the plan that follows from them. Pure; the numbers are those of ``docs/algorithms/strategy.md``.

A plan is the policy as it holds for one account: stages left out, moved or changed. ``rules.decide`` follows it like any policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from fairdue.dunning.account import Account, Item
from fairdue.dunning.policy.branches import GRADES, Absent, Branch, Group, Sign, Test, value_of
from fairdue.dunning.policy.shape import Entry, Policy, Release, Sender, Stage
from fairdue.dunning.reasons import BranchReason as Why
from fairdue.dunning.rules import Decision, Proposed, decide, passed_in_episode
from fairdue.dunning.signals import Signals
from fairdue.kernel.reasons import Reason, because

Value = int | str | frozenset[str] | None
STORED = ("tone", "sender", "deadline_days", "release")
"""What of a changed stage the release asks for: it is stored with the proposal."""


class Taken(NamedTuple):
    """A branch that was taken: where it stands, by which facts it was met."""

    stage: str
    branch: Branch
    facts: tuple[Reason, ...]


class Effect(NamedTuple):
    """What one branch did to a stage, and no other overruled: a key of ``Then``, ``use`` for the stage that it put there."""

    target: str
    stage: str
    """Where the branch stands; empty on the policy."""
    branch: str
    key: str


class Planned(NamedTuple):
    """A policy with what branches did to it, and what of them took effect."""

    policy: Policy
    done: frozenset[Effect]


class Plan(NamedTuple):
    """The policy as one account follows it. ``code`` names the policy; ``notes`` tell what could not be followed."""

    code: str
    policy: Policy
    taken: tuple[Taken, ...] = ()
    notes: tuple[Reason, ...] = ()
    written: Policy | None = None
    """The policy as it is written, where a branch was taken."""
    done: frozenset[Effect] = frozenset()
    """What the branches taken did to a stage."""


class Planner:
    """Plans accounts under the policies of a company; a plan for the same branches of the same policy is made once."""

    def __init__(self, policies: Mapping[str, Policy], today: date) -> None:
        self._policies, self._today = policies, today
        self._made: dict[tuple[str, tuple[tuple[str, str], ...], frozenset[str]], Planned] = {}

    def plan(self, code: str, account: Account, signals: Signals) -> Plan:
        """Give the plan of an account that follows the policy ``code`` (13 to 18)."""
        policy = self._policies[code]
        if not policy.has_branches:
            return Plan(code, policy)
        facts = _Facts(account, signals, self._today)
        taken, notes = [], []
        for found in _taken("", policy.branches, facts):
            if not found.branch.then.policy:
                continue
            other = self._policies.get(found.branch.then.policy)
            if other is None:
                notes.append(because(Why.NO_POLICY, branch=found.branch.code, policy=found.branch.then.policy))
                continue
            code, policy = found.branch.then.policy, other
            taken.append(found)
            break
        taken += [one for one in _taken("", policy.branches, facts) if not one.branch.then.policy]
        for stage in policy.stages:
            if stage.branches:
                taken += _taken(stage.code, stage.branches, facts)
        if not taken:
            return Plan(code, policy, (), tuple(notes))
        behind = _behind(policy, account)
        key = (code, tuple((one.stage, one.branch.code) for one in taken), behind)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = planned(policy, taken, behind)
        return Plan(code, made.policy, tuple(taken), tuple(notes), policy, made.done)


def _behind(policy: Policy, account: Account) -> frozenset[str]:
    """Give the stages that the account has passed in this episode: said, or below one that was (20)."""
    steps = passed_in_episode(account)
    level = max((step.level for step in steps if step.is_message), default=0)
    once = [stage for stage in policy.works if not stage.repeat_every_days]
    codes = {step.stage_code for step in steps if not step.is_message}
    work = max((stage.level for stage in once if stage.code in codes), default=0)
    said = [stage for stage in policy.ladder if stage.level <= level]
    return frozenset(stage.code for stage in (*said, *(one for one in once if one.level <= work)))


def _taken(stage: str, branches: tuple[Branch, ...], facts: _Facts) -> Iterator[Taken]:
    for branch in branches:
        told: list[Reason] = []
        met = _met(branch.when, facts, told)
        if met or (met is None and branch.absent is Absent.TAKE):
            if met is None:
                told.append(because(Why.ABSENT, branch=branch.code))
            yield Taken(stage, branch, tuple(told))


class _Facts:
    """The facts of one account, each worked out when a test asks for it first."""

    def __init__(self, account: Account, signals: Signals, today: date) -> None:
        self.account, self.signals, self.today = account, signals, today

    def value(self, fact: str) -> Value:
        """Give a fact's value; None is absent."""
        if fact == "days_overdue":
            return max(((self.today - item.due_on).days for item in self._chased()), default=0)
        if fact == "receipt":
            held = (item for item in self.account.items if item.open_minor > item.held_minor)
            return frozenset(item.receipt for item in held if item.receipt)
        found: Value = getattr(self.signals, fact)
        return None if found == "" else found

    def amount(self) -> int:
        """Give what is overdue and not held, less credits; where nothing is overdue, what is open and not held (7)."""
        items = self.account.items
        if not (chased := self._chased()):
            return sum(item.open_minor - item.held_minor for item in items if item.open_minor > 0)
        credit: int = self.account.unapplied_minor - sum(item.open_minor for item in items if item.open_minor < 0)
        return sum((item.open_minor - item.held_minor for item in chased), -credit)

    def _chased(self) -> list[Item]:
        today = self.today
        return [item for item in self.account.items if item.due_on < today and item.open_minor > item.held_minor]


def _met(part: Test | Group, facts: _Facts, told: list[Reason]) -> bool | None:
    """Say whether tests are met, by Kleene's logic (12); the facts of what is met are added to ``told``."""
    if isinstance(part, Test):
        return _test(part, facts, told)
    inner: list[Reason] = []
    answers = [_met(one, facts, inner) for one in part.parts]
    if part.kind == "any":
        found = True if True in answers else None if None in answers else False
    else:
        found = False if False in answers else None if None in answers else True
    if part.kind == "not":
        found = None if found is None else not found
        inner = [_fact(test, facts) for test in _leaves(part)]
    if found:
        told += inner
    return found


def _leaves(part: Test | Group) -> Iterator[Test]:
    if isinstance(part, Test):
        yield part
    else:
        for one in part.parts:
            yield from _leaves(one)


def _test(test: Test, facts: _Facts, told: list[Reason]) -> bool | None:
    if test.fact == "amount":
        limit = dict(test.amounts).get(facts.account.currency)
        if limit is None:
            return None
        met = facts.amount() > limit if test.sign is Sign.OVER else facts.amount() < limit
    else:
        value = facts.value(test.fact)
        if value is None:
            return None
        met = _compare(test, value)
    if met:
        told.append(_fact(test, facts))
    return met


def _compare(test: Test, value: int | str | frozenset[str]) -> bool:
    if isinstance(value, frozenset):
        return not value.isdisjoint(test.among)
    if isinstance(value, str):
        return value in test.among
    return {
        Sign.OVER: value > test.number,
        Sign.UNDER: value < test.number,
        Sign.AT_LEAST: value >= test.number,
        Sign.AT_MOST: value <= test.number,
    }[test.sign]


def _fact(test: Test, facts: _Facts) -> Reason:
    """Tell a fact with its number and the number asked for."""
    if test.fact == "amount":
        currency = facts.account.currency
        limit = dict(test.amounts).get(currency)
        return because(
            Why.AMOUNT, amount=facts.amount(), limit_minor=limit, currency=currency, compared=test.sign.value
        )
    value = facts.value(test.fact)
    if isinstance(value, frozenset):
        value = ", ".join(sorted(value & set(test.among)))
    if test.fact in _SHARES:
        return because(_SHARES[test.fact], value_ppm=value, limit_ppm=test.number, compared=test.sign.value)
    if test.fact == "grade":
        grade = GRADES[value - 1] if isinstance(value, int) and 0 < value <= len(GRADES) else str(value)
        return because(Why.GRADE, grade=grade, limit=value_of(test), compared=test.word)
    if test.fact in _NAMES:
        told = ("yes" if value else "no") if test.fact == "key_account" else value
        return because(_TELLS[test.fact], **{_NAMES[test.fact]: told})
    return because(_TELLS[test.fact], value=value, limit=", ".join(test.among) or test.number, compared=test.sign.value)


_NAMES = {"key_account": "yes_no", "natural_person": "natural_person", "country": "country", "receipt": "receipt"}
"""Facts that are words, with the name by which their reason is worded."""
_SHARES = {"probability_late": Why.PROBABILITY_LATE, "dispute_share": Why.DISPUTE_SHARE}
_TELLS = {
    "warning_level": Why.WARNING_LEVEL,
    "payment_index": Why.PAYMENT_INDEX,
    "days_beyond_terms": Why.DAYS_BEYOND_TERMS,
    "days_overdue": Why.DAYS_OVERDUE,
    "silence": Why.SILENCE,
    "disputes": Why.DISPUTES,
    "unfounded_disputes": Why.UNFOUNDED_DISPUTES,
    "broken_promises": Why.BROKEN_PROMISES,
    "key_account": Why.KEY_ACCOUNT,
    "natural_person": Why.NATURAL_PERSON,
    "country": Why.COUNTRY,
    "receipt": Why.RECEIPT,
}


def planned(policy: Policy, taken: list[Taken], behind: frozenset[str] = frozenset()) -> Planned:
    """Give the policy with what the taken branches do to an account that has the stages ``behind`` it (14 to 20)."""
    skipped = {code for one in taken for code in one.branch.then.skip}
    gone = skipped - behind
    changed = {stage.code: stage for stage in policy.stages}
    done: set[Effect] = set()
    whole = [one for one in taken if not one.stage]
    for stage in policy.stages:
        changed[stage.code] = _changed(stage, whole + [one for one in taken if one.stage == stage.code], done)
    instead: dict[str, str] = {}
    for one in taken:
        if one.branch.then.use and one.stage not in gone | behind:
            _use(policy, one, changed, gone, instead, done)
    left = [
        replace(changed[s.code], requires=_required(s.code, changed, gone)) for s in policy.stages if s.code not in gone
    ]
    entry = tuple(Entry(rule.from_days_overdue, _standing(policy, rule.stage, gone, instead)) for rule in policy.entry)
    greeting = instead.get(policy.new_items_stage, policy.new_items_stage)
    made = replace(
        policy, stages=tuple(left), entry=tuple(rule for rule in entry if rule.stage),
        new_items_stage="" if greeting in gone | skipped else greeting,
    )  # fmt: skip
    return Planned(made, frozenset(done))


def _changed(stage: Stage, taken: list[Taken], done: set[Effect]) -> Stage:
    """Apply changes of a stage; the first that speaks of a key wins (17)."""
    found: dict[str, Any] = {}
    for one in taken:
        for name, value in one.branch.then.changes():
            if name not in found and (stage.is_message or name != "tone"):
                found[name] = value
                done.add(Effect(stage.code, one.stage, one.branch.code, name))
    days = found.pop("days", None)
    if days is not None:
        found["when"] = replace(stage.when, days=days)
    return replace(stage, **_typed(found)) if found else stage


def _typed(found: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {"sender": Sender, "release": Release, "channels": tuple}
    return {name: kinds[name](value) if name in kinds else value for name, value in found.items()}


def _use(
    policy: Policy,
    one: Taken,
    changed: dict[str, Stage],
    gone: set[str],
    instead: dict[str, str],
    done: set[Effect],
) -> None:
    """Put a later stage in the place of one, and leave out what lies between (15)."""
    ladder = policy.ladder if policy.by_code[one.stage].is_message else policy.works
    codes = [stage.code for stage in ladder]
    start, end = codes.index(one.stage), codes.index(one.branch.then.use)
    target = codes[end]
    gone.update(code for code in codes[start:end])
    if target not in gone:
        instead[one.stage] = target
        changed[target] = replace(changed[target], when=changed[one.stage].when)
        overruled = {effect for effect in done if effect.target == target and effect.key in ("days", "use")}
        done.difference_update(overruled)
        done.add(Effect(target, one.stage, one.branch.code, "use"))


def _required(code: str, changed: Mapping[str, Stage], gone: set[str]) -> str:
    """Give what a stage requires; what is left out is not required, but what that required is."""
    needed = changed[code].requires
    for _ in changed:
        if needed not in gone:
            break
        needed = changed[needed].requires
    return "" if needed in gone else needed


def _standing(policy: Policy, code: str, gone: set[str], instead: Mapping[str, str]) -> str:
    """Give the stage at which an account enters: the one put in its place, else the next that is not left out."""
    if code in instead:
        return instead[code]
    codes = [stage.code for stage in policy.ladder]
    return next((one for one in codes[codes.index(code) :] if one not in gone), "")


def decide_planned(account: Account, plan: Plan, today: date) -> Decision:
    """Decide an account under its plan; each step carries the branches that bear on it as reasons (22)."""
    found = decide(account, plan.policy, today)
    if not plan.taken and not plan.notes:
        return found
    message = found.message and _with_branches(found.message, plan, account)
    task = found.task and _with_branches(found.task, plan, account)
    return Decision(message, task, found.reasons)


def _with_branches(proposed: Proposed, plan: Plan, account: Account) -> Proposed:
    reasons = [*plan.notes]
    before = _before(proposed, plan, account)
    for one in plan.taken:
        if effects := list(_bearing(one, proposed.stage, before, plan.done)):
            reasons += [*effects, *one.facts]
    return proposed._replace(reasons=(*proposed.reasons, *reasons))


def _before(proposed: Proposed, plan: Plan, account: Account) -> frozenset[str]:
    """Give the stages that would have come before this one, had no branch left them out: same kind, not said yet.

    An account that enters where it would have entered anyway has none.
    """
    stage, written = proposed.stage, plan.written
    said = {step.stage_code for step in account.steps if account.overdue_since and step.on >= account.overdue_since}
    if written is None or (not said and _entry(written, proposed.days_overdue_max) == stage.code):
        return frozenset()
    codes = [one.code for one in written.stages]
    alike = (
        one for one in written.stages[: codes.index(stage.code)]
        if (one.is_message, one.before_due) == (stage.is_message, stage.before_due)
    )  # fmt: skip
    return frozenset(one.code for one in alike) - said - _behind(written, account)


def _entry(policy: Policy, days: int) -> str:
    return next((rule.stage for rule in reversed(policy.entry) if days >= rule.from_days_overdue), "")


def _bearing(one: Taken, stage: Stage, before: frozenset[str], done: frozenset[Effect]) -> Iterator[Reason]:
    """Tell what a branch did that bears on the step of ``stage``; nothing where it does not, or another overruled it."""
    then, code = one.branch.then, one.branch.code
    if then.policy:
        yield because(Why.FOLLOWS, branch=code, policy=then.policy)
    if Effect(stage.code, one.stage, code, "use") in done and one.stage in before:
        yield because(Why.USES, branch=code, stage=stage.code, instead=one.stage)
    yield from (because(Why.SKIPS, branch=code, stage=skipped) for skipped in then.skip if skipped in before)
    for name, value in then.changes():
        if Effect(stage.code, one.stage, code, name) in done:
            told = ", ".join(value) if isinstance(value, tuple) else value
            values: dict[str, Any] = {_NAMED.get(name, name): told}
            yield because(_CHANGES[name], branch=code, stage=stage.code, **values)


_CHANGES = {
    "days": Why.DAYS,
    "tone": Why.TONE,
    "channels": Why.CHANNELS,
    "sender": Why.SENDER,
    "deadline_days": Why.DEADLINE,
    "release": Why.RELEASE,
    "requires": Why.REQUIRES,
}
_NAMED = {"requires": "needed", "deadline_days": "days"}


def stage_changes(policy: Policy, stage: Stage) -> dict[str, Any]:
    """Give what a plan changed of a stage that the release has to know, as plain values; empty where nothing."""
    written = policy.by_code[stage.code]
    found = {name: getattr(stage, name) for name in STORED if getattr(stage, name) != getattr(written, name)}
    return {name: str(value) if isinstance(value, str) else value for name, value in found.items()}


def stage_of(policy: Policy, code: str, changes: Mapping[str, Any] | None) -> Stage:
    """Give a stage of a policy as a proposal carries it out: with what its plan had changed."""
    stage = policy.by_code[code]
    return replace(stage, **_typed(changes)) if changes else stage
