"""What changed between two versions of a policy, in the reader's words: where, what, before and after.

1. What is compared are the values of the policies, never their words: a value that says the same in another spelling is no change.
2. A stage that only one version has is one line; it is not told key by key.
3. The same change of several stages is one line that names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, pgettext

from fairdue.contact.models import TaskKind
from fairdue.dunning.policy.shape import BalancePlan, Copies, Entry, Fee, Policy, Stage, StageTask
from fairdue.wording import names, policies, words

NOTHING = "–"
SET = "added"
"""Stands for a stage as a whole, where only one version has it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change: ``where`` is empty for the whole policy; ``before`` or ``after`` is a dash where there was nothing."""

    where: str
    what: str
    before: str
    after: str


def told(before: Policy, after: Policy) -> list[Told]:
    """Give every difference between two policies in words: of the whole policy first, then in the order of the new one's stages."""
    both = before.by_code.keys() & after.by_code.keys()
    found = _differing(_of_policy(before, both), _of_policy(after, both))
    whole = [_told("", key, was, now) for key, was, now in found]
    return [*whole, *_of_stages(before, after)]


def _of_stages(before: Policy, after: Policy) -> Iterator[Told]:
    grouped: dict[tuple[str, str, str], tuple[list[str], Told]] = {}
    for code in dict.fromkeys([*after.by_code, *before.by_code]):
        old, new = before.by_code.get(code), after.by_code.get(code)
        if old is None or new is None:
            yield _told(names.stage(code), "stage", _there(old), _there(new))
            continue
        for key, was, now in _differing(_of_stage(old), _of_stage(new)):
            one = _told("", key, was, now)
            stages, _first = grouped.setdefault((one.what, one.before, one.after), ([], one))
            stages.append(names.stage(code))
    for stages, one in grouped.values():
        yield Told(words.joined(stages), one.what, one.before, one.after)


def _there(stage: Stage | None) -> tuple[object, str]:
    return (None, NOTHING) if stage is None else (SET, stage_line(stage))


def stage_line(stage: Stage) -> str:
    """Write a stage on one line: its day and what it does."""
    return f"{policies.when(stage.when.days, stage)} · {names.channel(stage.action)}"


Said = Mapping[str, tuple[object, str]]
"""By key: the value, and its words."""


def _differing(before: Said, after: Said) -> Iterator[tuple[str, tuple[object, str], tuple[object, str]]]:
    nothing: tuple[object, str] = (None, NOTHING)
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key, nothing), after.get(key, nothing)
        if was[0] != now[0]:
            yield key, was, now


def _told(where: str, key: str, was: tuple[object, str], now: tuple[object, str]) -> Told:
    kind, _separator, name = key.partition(":")
    what = {"branch": gettext("Branch “%(name)s”") % {"name": name}, "gate": name}.get(kind) or _labels()[kind]
    return Told(where, what, was[1] or NOTHING, now[1] or NOTHING)


def _of_policy(policy: Policy, both: Collection[str]) -> Said:
    order = [stage.code for stage in policy.stages if stage.code in both]
    gate = policies.gate(policy.gate or {})
    found: dict[str, tuple[object, str]] = {
        "title": (policy.title, names.policy_text(policy.title)),
        "description": (policy.description, names.policy_text(policy.description)),
        "order": (order, " → ".join(names.stage(code) for code in order)),
        "entry": (policy.entry, words.joined(_entry(one) for one in policy.entry)),
        "new_items": (policy.new_items_stage, names.stage(policy.new_items_stage) if policy.new_items_stage else ""),
        "new_items_gap": (policy.new_items_gap_days, _days(policy.new_items_gap_days)),
        "compensation_per": (policy.compensation_per, _per(policy.compensation_per)),
        "two_person": (_plain(policy.two_person_above_minor), _amounts(policy.two_person_above_minor)),
        "daily_cap": (policy.daily_cap, "" if policy.daily_cap is None else words.count(policy.daily_cap)),
        "dry_run": (policy.dry_run, _yes(policy.dry_run)),
        "balance": (policy.balance, "" if policy.balance is None else _balance(policy.balance)),
    }
    found |= {f"gate:{name}": (value, value) for name, value in gate}
    return found | {f"branch:{names.branch(one.code)}": (one, policies.told(one)) for one in policy.branches}


def _of_stage(stage: Stage) -> Said:
    found: dict[str, tuple[object, str]] = {
        "when": (stage.when, policies.when(stage.when.days, stage)),
        "tasks": (stage.tasks, words.joined(_task(one) for one in stage.tasks)),
        "fee": (stage.fee, "" if stage.fee is None else _fee(stage.fee)),
        "copies": (stage.copies, "" if stage.copies is None else _copies(stage.copies)),
        "minimum": (_plain(stage.minimum_minor), _amounts(stage.minimum_minor)),
        "channels": (stage.channels, gettext(", else ").join(names.channel(one) for one in stage.channels)),
        "effects": (stage.effects, words.joined(names.effect(one) for one in stage.effects)),
        "consequences": (stage.consequences, " ".join(names.consequence(one) for one in stage.consequences)),
        "catch_up_days": (stage.catch_up_days, _days(stage.catch_up_days)),
    }
    for key, name in _CODES.items():
        value = getattr(stage, key)
        found[key] = (value, name(str(value)) if value else "")
    for key in _DAYS:
        found[key] = (getattr(stage, key), _days(getattr(stage, key)))
    for key in _FLAGS:
        found[key] = (getattr(stage, key), _yes(getattr(stage, key)))
    parts = stage.instalment_offer
    found["instalment_offer"] = (parts, "" if parts is None else words.count(parts))
    return found | {f"branch:{names.branch(one.code)}": (one, policies.told(one, stage)) for one in stage.branches}


_CODES: Mapping[str, Callable[[str], str]] = {
    "title": names.policy_text,
    "action": names.channel,
    "document": names.stage,
    "sender": names.sender,
    "tone": names.tone,
    "requires": names.stage,
    "task_kind": names.stage,
    "interest": names.claim,
    "compensation": names.claim,
    "release": names.release,
}
_DAYS = ("min_gap_days", "deadline_days", "repeat_every_days")
_FLAGS = ("wait_for_deadline", "catch_up", "while_overdue", "cite_clause", "legal_stage", "third_party")


def _labels() -> Mapping[str, str]:
    return {
        "stage": gettext("Stage"),
        "title": gettext("Title"),
        "description": gettext("Description"),
        "order": gettext("Order of the stages"),
        "entry": gettext("Entry of accounts nobody wrote to"),
        "new_items": gettext("Items newly overdue after a notice"),
        "new_items_gap": gettext("Notice on newly overdue items keeps from the last one"),
        "compensation_per": gettext("Compensation is charged"),
        "two_person": gettext("Two persons above"),
        "daily_cap": gettext("Messages a day at most"),
        "dry_run": gettext("Dry run"),
        "balance": gettext("Balance confirmations"),
        "when": gettext("When"),
        "tasks": gettext("Tasks beside it"),
        "fee": gettext("Fee"),
        "copies": gettext("Copies that go along"),
        "minimum": gettext("Least amount"),
        "channels": gettext("Channels"),
        "effects": gettext("Consequences for others"),
        "consequences": gettext("What the letter says may follow"),
        "catch_up_days": gettext("May come late by"),
        "action": gettext("What is done"),
        "document": gettext("Letter"),
        "sender": gettext("By"),
        "tone": gettext("Tone"),
        "requires": gettext("Only after"),
        "task_kind": gettext("Kind of task"),
        "interest": gettext("Interest"),
        "compensation": gettext("Compensation"),
        "release": gettext("Release"),
        "min_gap_days": gettext("After the last message at least"),
        "deadline_days": gettext("Deadline"),
        "repeat_every_days": gettext("Comes again every"),
        "wait_for_deadline": gettext("Waits for the last deadline"),
        "catch_up": gettext("Caught up when a later stage is due too"),
        "while_overdue": gettext("Comes even while something is overdue"),
        "cite_clause": gettext("Cites the accepted clause"),
        "legal_stage": gettext("May announce legal steps"),
        "third_party": gettext("Somebody else acts"),
        "instalment_offer": gettext("Instalments offered"),
    }


def _plain(amounts: Mapping[str, int] | None) -> object:
    return None if amounts is None else dict(amounts)


def _amounts(amounts: Mapping[str, int] | None) -> str:
    return words.joined(f"{words.amount(amount, currency)} {currency}" for currency, amount in (amounts or {}).items())


def _yes(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


def _days(value: int | None) -> str:
    return "" if value is None else ngettext("%(n)s day", "%(n)s days", value) % {"n": words.count(value)}


def _entry(rule: Entry) -> str:
    named = {"n": words.count(rule.from_days_overdue), "stage": names.stage(rule.stage)}
    return gettext("from %(n)s days overdue: %(stage)s") % named


def _per(code: str) -> str:
    return {"notice": gettext("once per notice"), "item": gettext("for each invoice")}.get(code, code)


def _task(task: StageTask) -> str:
    named = names.stage_task(task.kind, task.after_days)
    if task.after_days and task.kind != TaskKind.ANSWER:
        return gettext("%(task)s, %(days)s later") % {"task": named, "days": _days(task.after_days)}
    return named


def _fee(fee: Fee) -> str:
    kind = {"reminder": gettext("Reminder fee"), "collection": gettext("Collection fee")}.get(fee.kind, fee.kind)
    return f"{kind}: {_amounts(fee.amounts_minor)}"


def _copies(copies: Copies) -> str:
    kinds = words.joined(names.copy_kind(one) for one in copies.kinds)
    missing = gettext("say so, and go on") if copies.missing == "warn" else gettext("hold the letter back")
    return gettext("%(kinds)s; where one is missing: %(missing)s; up to %(size)s MB") % {
        "kinds": kinds, "missing": missing, "size": words.count(copies.most_mb),
    }  # fmt: skip


def _balance(plan: BalancePlan) -> str:
    every = {
        "month": pgettext("how often", "every month"),
        "quarter": pgettext("how often", "every quarter"),
        "half-year": pgettext("how often", "every half-year"),
        "year": pgettext("how often", "every year"),
    }[plan.every]
    if plan.minimum_minor:
        every = gettext("%(every)s, from %(amounts)s") % {"every": every, "amounts": _amounts(plan.minimum_minor)}
    if not plan.remind_after:
        return gettext("%(every)s, no reminder") % {"every": every}
    text = ngettext("%(every)s, reminder after %(n)s day", "%(every)s, reminder after %(n)s days", plan.remind_after)
    return text % {"every": every, "n": words.count(plan.remind_after)}
