"""What pages say is said in the reader's words: branches of a policy, the gate's values, rules of law."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from fairdue.dunning.policy import load_yaml, shipped
from fairdue.dunning.policy.branches import Branch
from fairdue.dunning.policy.shape import Policy, Stage
from fairdue.kernel.money import MoneyError
from fairdue.kernel.reasons import Reason
from fairdue.wording import names, policies, words

SHIPPED = {
    "likely_late": (
        "If the probability of paying late is over 60%: it comes 10 days before the due date.",
        "若逾期付款概率高于60%：则改为到期日前10天进行。",
    ),
    "broken_promise": (
        "If at least 1 promise was broken in twelve months: Formal notice comes instead.",
        "若十二个月内至少有1项付款承诺未兑现：则改为进行“正式催款函”。",
    ),
    "silent": (
        "If nothing was heard after at least 3 contacts: it goes by Letter, else E-mail.",
        "若至少3次联系后未获任何回音：则改以信函，其次电子邮件发送。",
    ),
    "weak_grade": (
        "If the grade is C or worse: it comes 21 days after the due date.",
        "若信用等级为C或更差：则改为到期日后21天进行。",
    ),
}


def branches_of(policy: Policy) -> dict[str, tuple[Branch, Stage]]:
    return {branch.code: (branch, stage) for stage in policy.stages for branch in stage.branches}


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_branch_is_a_sentence_in_both_languages(code):
    branch, stage = branches_of(shipped("flexible"))[code]
    told = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told.append(policies.told(branch, stage))
    assert tuple(told) == SHIPPED[code]


def test_a_small_amount_names_its_currencies():
    branch, stage = branches_of(shipped("flexible"))["small_amount"]
    told = policies.told(branch, stage)
    assert "100.00 EUR" in told
    assert "15,000 JPY" in told
    assert told.endswith(": this step is left out.")


EVERY = """
policy: own
branches:
  - code: whole
    if: {any: [{warning_level_at_least: orange}, {not: {key_account: yes}}], country: [DE, FR]}
    then: {tone: warm, sender: finance, release: two_person}
    absent: take
  - code: another
    if: {dispute_share_over: 20, natural_person: [yes, unknown], days_overdue_over: 30}
    then: {policy: brief}
    absent: skip
stages:
  - code: first
    when: {from: due_date, days: 1}
    document: overdue_notice
    branches:
      - code: waits
        if: {amount_over: {EUR: 5000}, receipt: [silent, rejected], payment_index_under: 70, days_beyond_terms_over: 12}
        then: {deadline_days: 10, days: 4}
        absent: skip
      - code: out
        if: {unfounded_disputes_at_least: 2, probability_late_under: 5, grade_or_better: A}
        then: {skip: yes}
        absent: skip
gate: {contacts_per_week: 3, min_days_between: 2, quiet_hours: {from: "18:00", to: "08:00"}, business_days_only: yes,
  in_transit_ignore_ppm: 50000, internal_check: hold, law_uncertain: warn, purposes: [payables]}
"""


def test_every_test_and_change_has_words_and_none_shows_its_key():
    policy = load_yaml(EVERY)
    stages = branches_of(policy)
    whole, another = policy.branches
    assert policies.told(whole) == (
        "If the warning level is at least orange (warning) or it is not so that the customer is a key account and the "
        "customer is in Germany or France: the tone is warm; it comes from Finance; it is released by two persons. "
        "Where that is not known, the same."
    )
    assert policies.told(another) == (
        "If more than 20% of the invoices of twelve months were disputed and natural person: yes or unknown and the oldest "
        "item is more than 30 days overdue: the policy brief is followed."
    )
    assert policies.told(*stages["waits"]) == (
        "If the amount asked for is over 5,000.00 EUR and the receipt of an item stands at: no answer or rejected and the "
        "payment index is under 70 and payments come more than 12 days after terms on average: it comes 4 days after the "
        "due date; it gives 10 days."
    )
    assert "this step is left out" in policies.told(*stages["out"])


def test_the_gates_section_has_names_and_units():
    told = dict(policies.gate(load_yaml(EVERY).gate))
    assert told["Contacts a week at most"] == "3"
    assert told["Between two contacts at least"] == "2 days"
    assert told["Quiet hours at the customer's place"] == "18:00 – 08:00"
    assert told["Only on business days"] == "yes"
    assert told["Unmatched money that holds nothing, up to"] == "5.0%"
    assert told["Internal check"] == "holds while it is open"
    assert not [name for name in told if "_" in name]


def test_a_rule_of_law_is_named_by_place_and_reference():
    taken = Reason("law.rule_taken", (("citation", "BGB § 288(2)"), ("regime", "DE_BGB288")))
    assert words.reason(taken) == "Rule Germany (late interest) applies: BGB § 288(2)."
    assert words.reason(Reason("law.no_rate", (("regime", "DE_BGB288"),))).startswith(
        "The rate of rule BGB § 288(2) (Germany) is"
    )
    assert names.regime("XX_UNKNOWN") == "XX_UNKNOWN"


def test_the_policy_page_shows_no_key_of_the_yaml(ours, lead):
    page = (
        lead.get(reverse("web:policy", args=["flexible"]))
        .content.decode()
        .partition("<main")[2]
        .partition("<details")[0]
    )
    assert "Formal notice comes instead" in page
    for key in ("broken_promises_at_least", "absent", "gate.", "likely_late", "use:"):
        assert key not in page, key


@pytest.mark.parametrize(
    ("language", "text", "minor"),
    [
        ("en", "1,500", 150_000), ("en", "1500.5", 150_050), ("en", "1.5", 150), ("zh-hans", "1,500.00", 150_000),
        ("de", "1.500", 150_000), ("de", "1.234,56", 123_456), ("fr", "1 500,50", 150_050),
        ("en", "1.234,56", None), ("en", "1.000", None), ("en", "1,5", None), ("de", "1,500", None),
        ("en", "1e3", None), ("en", "NaN", None), ("en", "1_000", None), ("en", "", None), ("en", "9" * 41, None),
    ],
)  # fmt: skip
def test_a_typed_amount_is_read_as_its_language_writes_it_or_refused(language: str, text: str, minor: int | None):
    with translation.override(language):
        if minor is None:
            with pytest.raises(MoneyError):
                words.typed_amount(text, "EUR")
        else:
            assert words.typed_amount(text, "EUR") == minor


def test_a_step_is_named_by_its_stage_and_never_by_its_key():
    assert names.step("33.EUR.i6100.formal_notice.1") == "Formal notice"
    assert names.step("balance/2026-10-31/33") == "Balance confirmation"
    assert (names.step(""), names.step("own")) == ("–", "own")
