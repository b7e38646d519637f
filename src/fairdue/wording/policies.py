"""What a policy says, in the reader's words: its branches as sentences, and the section of the gate as named values.

The rules are ``docs/algorithms/strategy.md`` and ``docs/algorithms/pre-send-gate.md``; keys of the YAML are for those who edit it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from fairdue.dunning.policy.branches import Absent, Branch, Group, Sign, Test, Then, value_of
from fairdue.dunning.policy.shape import Origin, Stage
from fairdue.wording import names, words


def told(branch: Branch, stage: Stage | None = None) -> str:
    """Write a branch as a sentence: its tests, what it does, and what an unknown fact does where that is not to skip it.

    ``stage`` is the stage that holds the branch; None for one of the whole policy.
    """
    said = gettext("If %(tests)s: %(does)s.") % {"tests": _test(branch.when), "does": _does(branch.then, stage)}
    if branch.absent is Absent.TAKE:
        said = gettext("%(branch)s Where that is not known, the same.") % {"branch": said}
    return said


def _test(part: Test | Group) -> str:
    if isinstance(part, Test):
        return _one(part)
    inner = [_test(one) for one in part.parts]
    if part.kind == "any":
        return gettext(" or ").join(inner)
    joined = gettext(" and ").join(inner)
    return gettext("it is not so that %(tests)s") % {"tests": joined} if part.kind == "not" else joined


def _one(test: Test) -> str:
    if test.amounts:
        return _amount(test)
    if test.fact in _WORDS:
        return _WORDS[test.fact](test)
    if test.fact in _COUNTED:
        text = _COUNTED[test.fact](test.number)
        return text % {"n": words.count(test.number)}
    scaled = words.percent(test.number, 0) if test.fact in _PERCENT else words.count(test.number)
    text = _over(test.fact) if test.sign in {Sign.OVER, Sign.AT_LEAST} else _under(test.fact)
    return text % {"n": scaled}


_PERCENT = frozenset({"probability_late", "dispute_share"})


def _over(fact: str) -> str:
    return {
        "probability_late": gettext("the probability of paying late is over %(n)s"),
        "payment_index": gettext("the payment index is over %(n)s"),
        "days_beyond_terms": gettext("payments come more than %(n)s days after terms on average"),
        "days_overdue": gettext("the oldest item is more than %(n)s days overdue"),
        "dispute_share": gettext("more than %(n)s of the invoices of twelve months were disputed"),
    }[fact]


def _under(fact: str) -> str:
    return {
        "probability_late": gettext("the probability of paying late is under %(n)s"),
        "payment_index": gettext("the payment index is under %(n)s"),
        "days_beyond_terms": gettext("payments come less than %(n)s days after terms on average"),
    }[fact]


_COUNTED: dict[str, Callable[[int], str]] = {
    "silence": lambda n: ngettext(
        "nothing was heard after at least %(n)s contact", "nothing was heard after at least %(n)s contacts", n
    ),
    "disputes": lambda n: ngettext(
        "at least %(n)s dispute began in twelve months", "at least %(n)s disputes began in twelve months", n
    ),
    "unfounded_disputes": lambda n: ngettext(
        "at least %(n)s dispute of twelve months ended without a credit",
        "at least %(n)s disputes of twelve months ended without a credit",
        n,
    ),
    "broken_promises": lambda n: ngettext(
        "at least %(n)s promise was broken in twelve months", "at least %(n)s promises were broken in twelve months", n
    ),
}


def _amount(test: Test) -> str:
    amounts = words.joined(f"{words.amount(amount, currency)} {currency}" for currency, amount in test.amounts)
    if test.sign is Sign.OVER:
        return gettext("the amount asked for is over %(amounts)s") % {"amounts": amounts}
    return gettext("the amount asked for is under %(amounts)s") % {"amounts": amounts}


def _grade(test: Test) -> str:
    if test.word == "grade_or_better":
        return gettext("the grade is %(grade)s or better") % {"grade": value_of(test)}
    return gettext("the grade is %(grade)s or worse") % {"grade": value_of(test)}


def _either(codes: tuple[str, ...], name: Callable[[str], str]) -> str:
    return gettext(" or ").join(name(code) for code in codes)


_WORDS: dict[str, Callable[[Test], str]] = {
    "grade": _grade,
    "warning_level": lambda test: (
        gettext("the warning level is at least %(level)s") % {"level": names.warning_level(value_of(test))}
    ),
    "key_account": lambda test: (
        gettext("the customer is a key account") if test.number else gettext("the customer is no key account")
    ),
    "natural_person": lambda test: gettext("natural person: %(known)s") % {"known": _either(test.among, names.known)},
    "country": lambda test: gettext("the customer is in %(country)s") % {"country": _either(test.among, names.country)},
    "receipt": lambda test: (
        gettext("the receipt of an item stands at: %(receipt)s") % {"receipt": _either(test.among, names.receipt)}
    ),
}
"""Facts that are words."""


def _does(then: Then, stage: Stage | None) -> str:
    parts: list[str] = []
    if then.policy:
        parts.append(gettext("the policy %(policy)s is followed") % {"policy": then.policy})
    if then.skip:
        own = stage is not None and then.skip == (stage.code,)
        named = {"stages": words.joined(names.stage(code) for code in then.skip)}
        parts.append(gettext("this step is left out") if own else gettext("%(stages)s: left out") % named)
    if then.use:
        parts.append(gettext("%(stage)s comes instead") % {"stage": names.stage(then.use)})
    parts += [_change(name, value, stage) for name, value in then.changes()]
    return gettext("; ").join(parts)


def _change(name: str, value: object, stage: Stage | None) -> str:
    if name == "days" and isinstance(value, int):
        return gettext("it comes %(when)s") % {"when": when(value, stage)}
    if name == "deadline_days" and isinstance(value, int):
        text = ngettext("it gives %(n)s day", "it gives %(n)s days", value)
        return text % {"n": words.count(value)}
    if name == "channels" and isinstance(value, tuple):
        return gettext("it goes by %(channels)s") % {
            "channels": gettext(", else ").join(names.channel(one) for one in value)
        }
    code = str(value)
    return {
        "tone": gettext("the tone is %(tone)s") % {"tone": names.tone(code)},
        "sender": gettext("it comes from %(sender)s") % {"sender": names.sender(code)},
        "release": gettext("it is released %(release)s") % {"release": names.release(code)},
        "requires": gettext("only after %(stage)s") % {"stage": names.stage(code)},
    }[name]


def when(days: int, stage: Stage | None) -> str:
    """Say a day of a stage in words: “10 days before the due date”. Business days where the stage counts those."""
    origin = stage.when.origin if stage is not None else Origin.DUE_DATE
    business = stage is not None and stage.when.business
    anchor = names.anchor(origin)
    if days == 0:
        return gettext("on %(anchor)s") % {"anchor": anchor}
    n = abs(days)
    if business:
        length = ngettext("%(n)s business day", "%(n)s business days", n) % {"n": words.count(n)}
    else:
        length = ngettext("%(n)s day", "%(n)s days", n) % {"n": words.count(n)}
    text = gettext("%(length)s before %(anchor)s") if days < 0 else gettext("%(length)s after %(anchor)s")
    return text % {"length": length, "anchor": anchor}


def gate(section: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give what a policy asks of the gate as (name, value), in the section's order; a key without a name shows itself."""
    found: list[tuple[str, str]] = []
    for key, value in section.items():
        if key == "quiet_to_minute":
            continue
        found.append((_gate_name(key), _gate_value(key, value, section)))
    return found


def _gate_name(key: str) -> str:
    return {
        "bank_data_max_age_days": gettext("Bank data at most"),
        "contacts_per_week": gettext("Contacts a week at most"),
        "contacts_per_week_by_channel": gettext("Contacts a week at most, by channel"),
        "min_days_between": gettext("Between two contacts at least"),
        "quiet_from_minute": gettext("Quiet hours at the customer's place"),
        "business_days_only": gettext("Only on business days"),
        "quiet_channels": gettext("Channels that disturb"),
        "purposes": gettext("Who may be written to"),
        "in_transit_ignore_ppm": gettext("Unmatched money that holds nothing, up to"),
        "in_transit_short_ppm": gettext("May be short of an item by"),
        "in_transit_part_ppm": gettext("Counts as a part payment from"),
        "hold_while_importing": gettext("Hold while a file is written"),
        "internal_check": gettext("Internal check"),
        "law_uncertain": gettext("Where the law is not certain"),
        "posting_record_days": gettext("Letter without posting record: task after"),
    }.get(key, key)


def _gate_value(key: str, value: Any, section: Mapping[str, Any]) -> str:
    if key == "quiet_from_minute":
        return f"{_clock(value)} – {_clock(section.get('quiet_to_minute', 0))}"
    if key == "contacts_per_week_by_channel":
        return words.joined(f"{names.channel(code)} {words.count(count)}" for code, count in value.items())
    if key in {"quiet_channels", "purposes"}:
        name = names.channel if key == "quiet_channels" else names.purpose
        return words.joined(name(code) for code in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int):
        return _gate_number(key, value)
    return {
        ("internal_check", "finding"): gettext("holds by what it finds"),
        ("internal_check", "hold"): gettext("holds while it is open"),
        ("law_uncertain", "warn"): gettext("say so, and go on"),
        ("law_uncertain", "hold"): gettext("do not chase"),
    }.get((key, str(value)), str(value))


def _gate_number(key: str, value: int) -> str:
    if key.endswith("_ppm"):
        return words.percent(value)
    if key.startswith("contacts"):
        return words.count(value)
    return ngettext("%(n)s day", "%(n)s days", value) % {"n": words.count(value)}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
