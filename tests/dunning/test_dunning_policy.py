"""Policies as data: the shipped ones say what the domain says, and errors tell where, what and how to mend it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.dunning.gate import gate_policy
from fairdue.dunning.policy import PolicyError, diff, load_yaml, shipped, shipped_yaml
from fairdue.dunning.policy.shipped import CODES

GOOD = """
policy: small
stages:
  - code: notice
    when: {from: due_date, days: 1}
    document: overdue_notice
"""


def problems(text):
    with pytest.raises(PolicyError) as caught:
        load_yaml(text)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def test_flexible_is_the_table_of_the_domain():
    stages = shipped("flexible").stages
    found = [
        (
            stage.code,
            stage.when.origin.value,
            stage.when.days,
            stage.when.business,
            stage.action.value,
            stage.sender.value,
        )
        for stage in stages
    ]
    assert found == [
        ("receipt_confirmation", "issue", 3, False, "message", "account_owner"),
        ("reminder", "due_date", -7, False, "message", "account_owner"),
        ("overdue_notice", "due_date", 1, False, "message", "account_owner"),
        ("payment_offer", "due_date", 3, False, "message", "account_owner"),
        ("call", "due_date", 5, True, "call", "account_owner"),
        ("formal_notice", "due_date", 7, False, "message", "finance"),
        ("weekly_call", "due_date", 14, False, "call", "finance"),
        ("choose_route", "due_date", 30, False, "task", "finance"),
        ("hand_over", "due_date", 60, False, "task", "neutral"),
        ("decide_legal", "due_date", 90, False, "task", "management"),
    ]
    assert [stage.level for stage in stages] == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert all(7 <= stage.deadline_days <= 15 for stage in stages if stage.deadline_days)


@pytest.mark.parametrize("code", CODES)
def test_every_shipped_policy_is_valid_and_can_be_stored(code):
    policy = shipped(code)
    assert policy.code == code
    assert json.loads(json.dumps(policy.as_dict()))["code"] == code
    for stage in policy.stages:
        gate_policy(policy, stage)


def test_money_is_exact_in_every_currency():
    text = GOOD + "minimum: {EUR: 12.30, JPY: 500, KWD: 1.234}\n"
    assert load_yaml(text).stages[0].minimum_minor == {"EUR": 1230, "JPY": 500, "KWD": 1234}


def test_too_many_decimals_are_refused():
    assert problems(GOOD + "minimum: {JPY: 5.50}\n") == [(7, "minimum.JPY", "5.50 has more decimals than JPY has (0)")]


def test_an_unknown_key_suggests_the_nearest():
    with pytest.raises(PolicyError, match=r"line 7, relase: .* Did you mean release\?"):
        load_yaml(GOOD + "relase: person\n")


def test_all_problems_come_at_once_in_the_order_of_lines():
    text = "policy: Small\nstages:\n  - code: a\n    when: {from: due, days: 1}\n    document: remider\n    deadline_days: 3\n"
    assert [(line, key) for line, key, _ in problems(text)] == [
        (1, "policy"),
        (4, "stages[1].when.from"),
        (5, "stages[1].document"),
        (6, "stages[1].deadline_days"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a policy is a mapping of keys"),
        ("- a\n", "a policy is a mapping of keys"),
        ("policy: a\n", "a policy needs at least one stage"),
        ("a: &x 1\nb: *x\n", "YAML aliases are not read"),
        ("policy: [\n", "the YAML cannot be read"),
        (GOOD + "policy: again\n", "policy stands twice"),
        (GOOD + "entry:\n  - {from_days_overdue: 30, stage: nothing}\n", "entry[1]: 'nothing' is no notice"),
        (GOOD + "new_items_stage: nothing\n", "'nothing' is no notice"),
        (GOOD.replace("days: 1", "days: 1, business_days: 2"), "exactly one of days and business_days is needed"),
        (GOOD.replace("due_date", "previous_notice"), "no notice comes before this stage"),
        (GOOD.replace("from: due_date, days: 1", "from: issue, days: -1"), "negative days are not allowed from issue"),
        (GOOD + "gate:\n  quiet_hours: {from: 25:00, to: '08:00'}\n", "'25:00' is no time of day"),
        (GOOD + "gate:\n  contacts: 3\n", "'contacts' is not a known key"),
        (GOOD + "    requires: later\n", "'later' is no earlier stage"),
        (GOOD + "    repeat_every_days: 7\n", "only calls and tasks repeat"),
    ],
)
def test_what_is_wrong_is_said(text, message):
    found = problems(text)
    assert any(said.startswith(message) for _, _, said in found), found


def test_stages_must_stand_in_the_order_of_their_days():
    text = GOOD + "  - code: early\n    when: {from: due_date, days: 0}\n    document: reminder\n"
    load_yaml(text)
    late = GOOD.replace("days: 1", "days: 9") + (
        "  - code: second\n    when: {from: due_date, days: 5}\n    document: formal_notice\n"
    )
    assert "second (+5) stands after notice (+9)" in problems(late)[0][2]


def test_the_gate_section_becomes_contacts_policy():
    text = GOOD + (
        "daily_cap: 9\ndry_run: yes\ngate:\n  contacts_per_week: 2\n  quiet_hours: {from: '19:00', to: '07:30'}\n"
        "  purposes: [management]\n  contacts_per_week_by_channel: {call: 1}\n"
    )
    policy = load_yaml(text)
    gate = gate_policy(policy, policy.stages[0])
    assert (gate.contacts_per_week, gate.quiet_from_minute, gate.quiet_to_minute) == (2, 1140, 450)
    assert (gate.purposes, gate.daily_cap, gate.dry_run) == (("management",), 9, True)
    assert gate.contacts_per_week_by_channel == {"call": 1}


def test_a_diff_matches_stages_by_code():
    flexible = shipped_yaml("flexible")
    changed = flexible.replace("min_gap_days: 3", "min_gap_days: 4").replace("release: person", "release: automatic")
    found = {change.key: (change.before, change.after) for change in diff(load_yaml(flexible), load_yaml(changed))}
    assert found["stages.formal_notice.min_gap_days"] == ("3", "4")
    assert found["stages.reminder.release"] == ("person", "automatic")
    assert diff(load_yaml(flexible), load_yaml(flexible)) == []


def found_in(text):
    try:
        load_yaml(text)
    except PolicyError as error:
        return error.problems
    return ()


def test_bottomless_nesting_is_refused():
    assert [problem.line for problem in found_in("[" * 50_000)] == [1]


@given(st.text(max_size=300))
def test_any_text_is_a_policy_or_a_policy_error(text):
    assert all(problem.message and problem.remedy for problem in found_in(text))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3000), st.sampled_from(["[", "}", "- ", ": ", "\t", "é", "policy", "9"]))
def test_a_damaged_policy_is_never_a_crash(place, garbage):
    text = shipped_yaml("flexible")
    place %= len(text)
    assert all(problem.line >= 1 for problem in found_in(text[:place] + garbage + text[place + 1 :]))
