"""Reading branches from YAML; every mistake is told with its line and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import yaml

from fairdue.dunning.policy.branches import GRADES, LEVELS, Absent, Branch, Group, Sign, Test, Then, tests_of
from fairdue.dunning.policy.nodes import Reader
from fairdue.dunning.policy.shape import Origin, Policy, Release, Sender, Stage
from fairdue.kernel.reasons import gettext_noop as _
from fairdue.letters.facts import Tone

BRANCHES_MAX = 20
DEPTH_MAX = 4
PPM_PER_PERCENT = 10_000
RECEIPTS = ("sent", "handed_over", "received", "accepted", "rejected", "silent")
KNOWN = ("yes", "no", "unknown")
NUMBERS: Mapping[str, tuple[str, Sign, int, int]] = {
    "probability_late_over": ("probability_late", Sign.OVER, 0, 100),
    "probability_late_under": ("probability_late", Sign.UNDER, 0, 100),
    "payment_index_over": ("payment_index", Sign.OVER, 0, 100),
    "payment_index_under": ("payment_index", Sign.UNDER, 0, 100),
    "days_beyond_terms_over": ("days_beyond_terms", Sign.OVER, -365, 3650),
    "days_beyond_terms_under": ("days_beyond_terms", Sign.UNDER, -365, 3650),
    "days_overdue_over": ("days_overdue", Sign.OVER, 0, 3650),
    "silent_contacts_at_least": ("silence", Sign.AT_LEAST, 1, 100),
    "disputes_at_least": ("disputes", Sign.AT_LEAST, 1, 1000),
    "dispute_share_over": ("dispute_share", Sign.OVER, 0, 100),
    "unfounded_disputes_at_least": ("unfounded_disputes", Sign.AT_LEAST, 1, 1000),
    "broken_promises_at_least": ("broken_promises", Sign.AT_LEAST, 1, 1000),
}
"""Tests on whole numbers: fact, sign, least and greatest number."""
AMOUNTS = {"amount_over": Sign.OVER, "amount_under": Sign.UNDER}
MAY_BE_ABSENT = frozenset(
    {
        "grade",
        "probability_late",
        "warning_level",
        "payment_index",
        "days_beyond_terms",
        "dispute_share",
        "amount",
        "country",
    }
)
WORDS = (
    "all", "any", "not", "grade_or_worse", "grade_or_better", "warning_level_at_least", *NUMBERS, *AMOUNTS, "key_account",
    "natural_person", "country", "receipt",
)  # fmt: skip
SCALES = {"probability_late": PPM_PER_PERCENT, "dispute_share": PPM_PER_PERCENT}

Amounts = Callable[[Reader, str], dict[str, int] | None]
ThenReader = Callable[[Reader], Then]


def read_branches(reader: Reader, then: ThenReader, amounts: Amounts, prefix: str) -> tuple[Branch, ...]:
    """Read the ``branches`` of a policy or stage. ``then`` reads what is done, ``amounts`` a table of amounts."""
    found: list[Branch] = []
    nodes = reader.sequence("branches")
    if len(nodes) > BRANCHES_MAX:
        reader.problem("branches", _("more than %(most)s branches"), _("Merge some of them."), most=BRANCHES_MAX)
    for index, node in enumerate(nodes[:BRANCHES_MAX], start=1):
        if not isinstance(node, yaml.MappingNode):
            advice = _("Write “- if: {key_account: yes}” and, under it, “then: {skip: yes}”.")
            reader.problem("branches", _("a branch is a mapping"), advice, node.start_mark.line + 1)
            continue
        found.append(
            _branch(
                Reader(node, f"{reader.at('branches')}[{index}]", reader.problems), then, amounts, f"{prefix}-{index}"
            )
        )
    codes = [branch.code for branch in found]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        reader.problem("branches", _("two branches are called %(what)r"), _("Give each its own code."), what=code)
    return tuple(found)


def _branch(reader: Reader, then: ThenReader, amounts: Amounts, fallback: str) -> Branch:
    code = reader.code("code", required=False) or fallback
    when = Group("all", ())
    tests = reader.mapping("if")
    if tests is not None:
        when = Group("all", _tests(tests, amounts, 1))
        tests.done()
    elif "if" not in reader.values:
        reader.problem("", _("%(what)s is missing"), _("Add “if: {…}” with at least one test."), what="if")
    done = Then()
    wanted = reader.mapping("then")
    if wanted is not None:
        done = then(wanted)
        wanted.done()
        if done == Then() and not any(problem.key.startswith(wanted.path) for problem in reader.problems):
            wanted.problem("", _("nothing is done"), _("Write what is done otherwise, such as “skip: yes”."))
    elif "then" not in reader.values:
        reader.problem("", _("%(what)s is missing"), _("Add “then: {…}”, such as “then: {skip: yes}”."), what="then")
    absent = reader.choice("absent", list(Absent))
    unsure = sorted({test.fact for test in tests_of(when)} & MAY_BE_ABSENT)
    if unsure and not absent and "absent" not in reader.values:
        reader.problem(
            "", _("%(facts)s may be absent, and the branch does not say what then"),
            _("Add “absent: skip” (not taken) or “absent: take”."), facts=", ".join(unsure),
        )  # fmt: skip
    reader.done()
    return Branch(code, when, done, Absent(absent or Absent.SKIP))


def _tests(reader: Reader, amounts: Amounts, depth: int) -> tuple[Test | Group, ...]:
    """Read the tests of a mapping, in the order of the text."""
    found: list[Test | Group] = []
    if not reader.values:
        reader.problem("", _("there is no test"), _("Write one, such as “key_account: yes”."))
    for word in list(reader.values):
        if word in ("all", "any", "not"):
            found.append(_group(reader, word, amounts, depth))
        elif word in WORDS and (test := _test(reader, word, amounts)) is not None:
            found.append(test)
    for word in WORDS:
        reader.has(word)
    return tuple(found)


def _group(reader: Reader, word: str, amounts: Amounts, depth: int) -> Group:
    if depth >= DEPTH_MAX:
        reader.problem(word, _("the tests are nested too deeply"), _("Write several branches instead."))
        reader.has(word)
        return Group("all", ())
    if word == "not":
        inner = reader.mapping("not")
        if inner is None:
            return Group("not", ())
        parts = _tests(inner, amounts, depth + 1)
        inner.done()
        return Group("not", parts)
    parts_of: list[Test | Group] = []
    for index, node in enumerate(reader.sequence(word), start=1):
        if not isinstance(node, yaml.MappingNode):
            advice = _("Write “- {key_account: yes}”.")
            reader.problem(word, _("a test is a mapping"), advice, node.start_mark.line + 1)
            continue
        inner = Reader(node, f"{reader.at(word)}[{index}]", reader.problems)
        tests = _tests(inner, amounts, depth + 1)
        inner.done()
        parts_of.append(tests[0] if len(tests) == 1 else Group("all", tests))
    return Group(word, tuple(parts_of))


def _test(reader: Reader, word: str, amounts: Amounts) -> Test | None:
    if word in NUMBERS:
        fact, sign, low, high = NUMBERS[word]
        number = reader.integer(word, None, low=low, high=high)
        return None if number is None else Test(word, fact, sign, number * SCALES.get(fact, 1))
    if word in AMOUNTS:
        table = amounts(reader, word)
        return Test(word, "amount", AMOUNTS[word], amounts=tuple((table or {}).items()))
    if word in ("grade_or_worse", "grade_or_better"):
        grade = reader.choice(word, GRADES)
        sign = Sign.AT_LEAST if word == "grade_or_worse" else Sign.AT_MOST
        return Test(word, "grade", sign, GRADES.index(grade) + 1) if grade else None
    if word == "warning_level_at_least":
        level = reader.choice(word, LEVELS)
        return Test(word, "warning_level", Sign.AT_LEAST, LEVELS.index(level) + 1) if level else None
    if word == "key_account":
        return Test(word, word, Sign.AT_LEAST, 1) if reader.flag(word) else Test(word, word, Sign.AT_MOST, 0)
    if word == "country":
        return _among(reader, word, _countries(reader, word))
    return _among(reader, word, _listed(reader, word, KNOWN if word == "natural_person" else RECEIPTS))


def _among(reader: Reader, word: str, words: Iterable[str]) -> Test | None:
    listed = tuple(words)
    return Test(word, word, Sign.AMONG, among=listed) if listed else None


def _listed(reader: Reader, word: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Read one word or a list of words."""
    if isinstance(reader.values.get(word), yaml.ScalarNode):
        found = reader.choice(word, allowed)
        return (found,) if found else ()
    return reader.words(word, allowed)


def _countries(reader: Reader, word: str) -> tuple[str, ...]:
    node = reader.values[word]
    texts = [node] if isinstance(node, yaml.ScalarNode) else reader.sequence(word)
    reader.has(word)
    found = []
    for one in texts:
        code = str(one.value).strip().upper() if isinstance(one, yaml.ScalarNode) else ""
        if len(code) == 2 and code.isalpha():
            found.append(code)
        else:
            advice = _("Write two letters, in quotes where it is “NO”.")
            reader.problem(word, _("%(what)r is no country"), advice, one.start_mark.line + 1, what=code)
    return tuple(found)


def policy_then(reader: Reader) -> Then:
    """Read what a branch of a policy does."""
    return Then(
        policy=reader.code("policy", required=False),
        skip=tuple(str(node.value) for node in reader.sequence("skip") if isinstance(node, yaml.ScalarNode)),
        tone=reader.choice("tone", list(Tone)),
        sender=reader.choice("sender", list(Sender)),
        release=reader.choice("release", list(Release)),
    )


def stage_then(code: str, channels: tuple[str, ...], deadline_days: tuple[int, int]) -> ThenReader:
    """Give the reader of what a branch of the stage ``code`` does."""

    def read(reader: Reader) -> Then:
        return Then(
            skip=(code,) if reader.flag("skip") else (),
            use=reader.text("use"),
            days=reader.integer("days", None, low=-365, high=3650),
            tone=reader.choice("tone", list(Tone)),
            channels=_listed(reader, "channels", channels),
            sender=reader.choice("sender", list(Sender)),
            deadline_days=reader.integer("deadline_days", None, low=deadline_days[0], high=deadline_days[1]),
            release=reader.choice("release", list(Release)),
            requires=reader.text("requires"),
        )

    return read


def check_branches(root: Reader, policy: Policy) -> None:
    """Check what can only be seen on the whole policy: stages named, ladders, days."""
    codes = [stage.code for stage in policy.stages]
    for branch in policy.branches:
        for code in branch.then.skip:
            if code not in codes:
                _unknown(root, branch, code, codes)
        if branch.then.policy == policy.code:
            advice = _("Name another policy, or change the stages.")
            root.problem("branches", _("branch %(branch)r leads to its own policy"), advice, branch=branch.code)
    for stage in policy.stages:
        for branch in stage.branches:
            _check_branch(root, policy, stage, branch)


def _check_branch(root: Reader, policy: Policy, stage: Stage, branch: Branch) -> None:
    then = branch.then
    if then.use:
        ladder = policy.ladder if stage.is_message else policy.works
        allowed = [] if stage.before_due else [one.code for one in ladder[ladder.index(stage) + 1 :]]
        if then.use not in allowed:
            _unknown(root, branch, then.use, allowed)
    if then.requires:
        earlier = [one.code for one in policy.stages[: policy.stages.index(stage)]]
        if then.requires not in earlier:
            _unknown(root, branch, then.requires, earlier)
        elif not policy.by_code[then.requires].catch_up:
            advice = _("Use “days” to come after it, or give it “catch_up: yes”.")
            text = _("branch %(branch)r waits for %(what)r, which may give way and never come")
            root.problem("branches", text, advice, branch=branch.code, what=then.requires)
    if then.days is not None and stage.when.origin is Origin.DUE_DATE and (then.days <= 0) != stage.before_due:
        advice = _("Keep a stage on its side of the due date.")
        root.problem(
            "stages",
            _("branch %(branch)r moves %(stage)s across the due date"),
            advice,
            branch=branch.code,
            stage=stage.code,
        )
    if then.days is not None and then.days < 0 and stage.when.origin is not Origin.DUE_DATE:
        advice = _("Only due_date can be counted backwards.")
        root.problem("stages", _("branch %(branch)r has negative days"), advice, branch=branch.code)
    if not stage.is_message and (then.tone or then.channels or then.deadline_days):
        advice = _("Remove tone, channels and deadline_days, or use “action: message”.")
        root.problem(
            "stages",
            _("branch %(branch)r changes the words of a %(action)s"),
            advice,
            branch=branch.code,
            action=stage.action,
        )


def _unknown(root: Reader, branch: Branch, what: str, allowed: Iterable[str]) -> None:
    advice = _("Allowed: %(allowed)s.")
    root.problem(
        "branches",
        _("branch %(branch)r names %(what)r"),
        advice,
        branch=branch.code,
        what=what,
        allowed=", ".join(allowed),
    )
