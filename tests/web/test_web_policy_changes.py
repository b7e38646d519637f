"""What changed between two versions of a policy is told in words, nothing left out and nothing twice."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from web_sample import Sample

from fairdue.dunning import policy as rules
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.policy import load_yaml, shipped_yaml
from fairdue.dunning.policy.shape import Policy, Stage
from fairdue.web.queries import Balance
from fairdue.web.templatetags.cells import balance_cells, days_cell
from fairdue.web.templatetags.fairdue import plain_value
from fairdue.wording import names
from fairdue.wording.policy_changes import Told, _of_policy, _of_stage, told
from fairdue.wording.summary import kpis

TEXT = shipped_yaml("flexible")


def edited(*pairs: tuple[str, str]) -> Policy:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return load_yaml(text)


EDITS = [
    (("daily_cap: 2000", "daily_cap: 1500"), Told("", "Messages a day at most", "2,000", "1,500")),
    (("daily_cap: 2000", "dry_run: yes\ndaily_cap: 2000"), Told("", "Dry run", "no", "yes")),
    (("contacts_per_week: 4", "contacts_per_week: 3"), Told("", "Contacts a week at most", "4", "3")),
    (("title: Flexible collection", "title: Ours"), Told("", "Title", "Flexible collection", "Ours")),
    (
        ("from_days_overdue: 30", "from_days_overdue: 45"),
        Told("", "Entry of accounts nobody wrote to", "from 30 days overdue: Formal notice", "from 45 days overdue: Formal notice"),
    ),
    (
        ("daily_cap: 2000", "balance: {every: quarter, minimum: {EUR: 1000}}\ndaily_cap: 2000"),
        Told("", "Balance confirmations", "–", "every quarter, from 1,000.00 EUR, reminder after 14 days"),
    ),
    (("deadline_days: 10", "deadline_days: 14"), Told("Formal notice", "Deadline", "10 days", "14 days")),
    (
        ("when: {from: due_date, days: 3}", "when: {from: due_date, days: 4}"),
        Told("Reminder with instalment offer", "When", "3 days after the due date", "4 days after the due date"),
    ),
    (
        ("after_days: 5", "after_days: 4"),
        Told("Receipt confirmation", "Tasks beside it", "no answer after 5 days: task", "no answer after 4 days: task"),
    ),
    (
        ("missing: warn", "missing: block"),
        Told(
            "Formal notice", "Copies that go along",
            "Invoice, Contract; where one is missing: say so, and go on; up to 8 MB",
            "Invoice, Contract; where one is missing: hold the letter back; up to 8 MB",
        ),
    ),
    (
        ("interest: mention", "interest: charge"),
        Told("Notice of overdue payment, Reminder with instalment offer, Formal notice", "Interest", "mentioned", "charged"),
    ),
    (
        ("consequences: [interest_continues, terms_reviewed]", "consequences: [interest_continues]"),
        Told(
            "Formal notice", "What the letter says may follow",
            "Late interest continues to run until the day of payment. The credit limit and the payment terms may be reviewed.",
            "Late interest continues to run until the day of payment.",
        ),
    ),
    (
        ("{broken_promises_at_least: 1}", "{broken_promises_at_least: 2}"),
        Told(
            "Reminder with instalment offer", "Branch “Broken promise”",
            "If at least 1 promise was broken in twelve months: Formal notice comes instead.",
            "If at least 2 promises were broken in twelve months: Formal notice comes instead.",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), EDITS)
def test_a_change_is_told_once_in_words(edit: tuple[str, str], expected: Told) -> None:
    with translation.override("en"):
        assert told(load_yaml(TEXT), edited(edit)) == [expected]


def test_a_stage_of_one_version_only_is_one_line() -> None:
    last = TEXT.index("  - code: decide_legal")
    with translation.override("en"):
        gone = told(load_yaml(TEXT), load_yaml(TEXT[:last]))
        back = told(load_yaml(TEXT[:last]), load_yaml(TEXT))
    line = "90 days after the due date · Task"
    assert gone == [Told("Decide court, claim or write-off", "Stage", line, "–")]
    assert back == [Told("Decide court, claim or write-off", "Stage", "–", line)]


def test_the_same_policy_in_another_spelling_is_no_change() -> None:
    assert told(load_yaml(TEXT), load_yaml("# another remark\n" + TEXT)) == []


def test_every_field_of_a_policy_and_a_stage_is_told() -> None:
    policy = load_yaml(TEXT)
    renamed = {"new_items_stage": "new_items", "new_items_gap_days": "new_items_gap", "minimum_minor": "minimum"}
    renamed |= {"two_person_above_minor": "two_person", "stages": "order", "branches": "branch", "gate": "gate"}
    whole = {key.partition(":")[0] for key in _of_policy(policy, policy.by_code)} | {"branch"}
    stage = {key.partition(":")[0] for key in _of_stage(policy.by_code["formal_notice"])}
    fields = {renamed.get(one.name, one.name) for one in dataclasses.fields(Policy)} - {"code"}
    assert whole == fields
    assert stage == {renamed.get(one.name, one.name) for one in dataclasses.fields(Stage)} - {"code", "level"}


@pytest.mark.parametrize("other", ["brief", "public-sector"])
def test_whatever_differs_is_told(other: str) -> None:
    before, after = load_yaml(TEXT), load_yaml(shipped_yaml(other))
    assert rules.diff(before, after)
    found = told(before, after)
    assert len(found) == len(set(found))
    assert {one.where for one in found} >= {names.stage(code) for code in before.by_code.keys() ^ after.by_code.keys()}


def test_the_page_tells_changes_in_words_and_no_key(ours: Sample, lead: Client) -> None:
    code = ours.policy.policy.code
    text = ours.policy.yaml.replace("deadline_days: 10", "deadline_days: 14")
    made = do_adopt_policy(ours.actor, code, text)
    page = lead.get(reverse("web:policy", args=[code]), {"version": made.number}).content.decode()
    changes = page.partition("Changes from version")[2].partition("</section>")[0]
    assert "<del>10 days</del>" in changes
    assert "<ins>14 days</ins>" in changes
    assert "deadline_days" not in changes
    assert "stages." not in changes


def test_who_acted_is_named_in_words() -> None:
    made = {7: date(2026, 3, 2)}
    with translation.override("en"):
        told = [names.actor(name, made) for name in ("system", "debtor by link 7", "debtor by link 8", "Anne Ohm")]
    assert told == ["Fairdue", "Debtor, by the link of Mar 2, 2026", "Debtor, by link 8", "Anne Ohm"]


def test_the_evidence_of_a_hand_over_is_named_in_words() -> None:
    kept = {"kind": "smtp", "server": "mx:25", "to": "a@b.example", "reply": "250 Ok", "found": True, "queue_id": "4F"}
    with translation.override("en"):
        told = names.evidence(kept)
    assert told == [
        ("Handed over by", "mail server"), ("Mail server", "mx:25"), ("Recipient", "a@b.example"),
        ("Answer of the server", "250 Ok"), ("Found there afterwards", "yes"), ("Queue id", "4F"),
    ]  # fmt: skip


def test_a_debtors_answer_stands_on_timeline_and_audit_page_with_the_day_of_its_link(
    ours: Sample, lead: Client
) -> None:
    timeline = lead.get(reverse("web:customer-timeline", args=[ours.customer.pk])).content.decode()
    audit = lead.get(reverse("web:audit")).content.decode()
    for page in (timeline, audit):
        assert "Debtor, by the link of " in page
        assert "debtor by link" not in page


def test_only_who_may_release_has_a_limit_for_it(ours: Sample, lead: Client) -> None:
    page = lead.get(reverse("web:settings")).content.decode()
    rows = {role: row for row in page.split("<tr>") for role in ("Auditor", "Head of finance") if f">{role}<" in row}
    assert "releases nothing" in rows["Auditor"]
    assert "no limit" in rows["Head of finance"]


def test_the_turnover_is_told_for_its_period_not_for_a_year() -> None:
    summary = {
        "kpis": [{"code": "turnover", "value": 156, "unit": "times_e2", "from": "2026-08-02", "to": "2026-10-30"}]
    }
    with translation.override("en"):
        (kpi,) = kpis(summary, "EUR")
    assert (kpi.figure, kpi.unit) == ("1.56", "times in the period")


def test_values_of_the_audit_log_are_written_plainly() -> None:
    with translation.override("en"):
        told = [plain_value(one) for one in (None, True, False, ["read", "imports:write"], 17, "reply")]
    assert told == ["–", "yes", "no", "read, imports:write", "17", "reply"]


def test_nothing_overdue_is_a_dash_and_items_are_counted_in_words() -> None:
    owed = [
        Balance(
            "EUR",
            open_minor=12_00,
            overdue_minor=0,
            held_minor=0,
            items=1,
            days_overdue_max=0,
            buckets=(12_00, 0, 0, 0, 0, 0),
        )
    ]
    with translation.override("en"):
        cells = balance_cells("Open", "Overdue", "Oldest", owed)
        days = [days_cell("Days", 3, items) for items in (1, 5)]
    assert "12.00" in cells
    assert "0.00" not in cells.replace("12.00", "")
    assert [one.partition('<span class="under">')[2].partition("<")[0] for one in days] == ["1 item", "5 items"]


def test_the_list_of_policies_says_what_each_does(ours: Sample, lead: Client) -> None:
    page = lead.get(reverse("web:policies")).content.decode()
    assert load_yaml(ours.policy.yaml).description in page.replace("&#x27;", "'")


def test_an_answer_on_the_page_names_no_channel_beside_its_kind(ours: Sample, lead: Client) -> None:
    page = lead.get(reverse("web:customer-timeline", args=[ours.customer.pk])).content.decode()
    assert "Answer on the portal</strong>" in page
    assert "· Portal" not in page
