"""From YAML text to a checked policy. Every error names line, key path, what is allowed and what to do."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import yaml

from fairdue.dunning.policy.balance import read_balance
from fairdue.dunning.policy.copies import read_copies
from fairdue.dunning.policy.fee import read_fee
from fairdue.dunning.policy.gate import read_gate
from fairdue.dunning.policy.nodes import ALLOWED, PolicyError, Problem, Reader, compose
from fairdue.dunning.policy.read_branches import check_branches, policy_then, read_branches, stage_then
from fairdue.dunning.policy.shape import (
    Claiming,
    Entry,
    Origin,
    Policy,
    Release,
    Sender,
    Stage,
    StageAction,
    StageTask,
    Timing,
)
from fairdue.kernel.money import MoneyError, to_minor
from fairdue.kernel.reasons import gettext_noop as _
from fairdue.letters.facts import Consequence, Document, Tone

STAGES_MAX = 40
DEADLINE_DAYS = (7, 15)
"""A deadline given to a customer lies within these days (domain: 7 to 15); a country's longer minimum wins at release."""
UNASKED = frozenset({Document.STATEMENT, Document.BALANCE_CONFIRMATION})
"""Documents that no stage of a policy sends."""
DOCUMENTS = tuple(document.value for document in Document if document not in UNASKED)
CHANNELS = ("email", "letter", "file")
EFFECTS = ("sales_block", "delivery_stop", "limit_review")
TASK_KINDS = ("internal_check", "call", "decision", "answer", "other")
CLAIMS_INTEREST = (Claiming.CHARGE, Claiming.MENTION, Claiming.WAIVE)
CLAIMS_COMPENSATION = (Claiming.CHARGE, Claiming.MENTION, Claiming.NONE)


def load_yaml(text: str) -> Policy:
    """Read and check a policy. Raises PolicyError with every problem found, each with line, key and remedy."""
    problems: list[Problem] = []
    root = Reader(compose(text), "", problems)
    policy = _policy(root)
    root.done()
    _check_whole(root, policy)
    if problems:
        raise PolicyError(problems)
    return policy


def _policy(root: Reader) -> Policy:
    defaults = _Defaults(root)
    code = root.code("policy")
    stages: list[Stage] = []
    nodes = root.sequence("stages")
    if not nodes:
        root.problem("stages", _("a policy needs at least one stage"), _("Add “stages:” with a list of them."))
    if len(nodes) > STAGES_MAX:
        root.problem("stages", _("more than %(most)s stages"), _("Merge some of them."), most=STAGES_MAX)
    for index, node in enumerate(nodes[:STAGES_MAX]):
        if isinstance(node, yaml.MappingNode):
            stages.append(_stage(Reader(node, f"stages[{index + 1}]", root.problems), defaults, stages))
        else:
            advice = _("Write “- code: …” and its keys.")
            root.problem("stages", _("a stage is a mapping"), advice, node.start_mark.line + 1)
    return Policy(
        code=code,
        title=root.text("title", code, longest=200),
        description=root.text("description"),
        stages=tuple(stages),
        entry=_entry(root),
        new_items_stage=root.text("new_items_stage"),
        new_items_gap_days=root.integer("new_items_gap_days", 7, low=1, high=90) or 7,
        compensation_per=root.choice("compensation_per", ("notice", "item"), "notice"),
        two_person_above_minor=_amounts(root, "two_person_above"),
        daily_cap=root.integer("daily_cap", None, low=1, high=999_999),
        dry_run=root.flag("dry_run"),
        gate=read_gate(root),
        branches=read_branches(root, policy_then, _amounts, code),
        balance=read_balance(root, _amounts),
    )


class _Defaults:
    """Keys that a policy may set once for all stages."""

    def __init__(self, root: Reader) -> None:
        self.release = Release(root.choice("release", list(Release), Release.PERSON) or Release.PERSON)
        self.interest = Claiming(root.choice("interest", CLAIMS_INTEREST, Claiming.MENTION))
        self.compensation = Claiming(root.choice("compensation", CLAIMS_COMPENSATION, Claiming.MENTION))
        self.minimum_minor = _amounts(root, "minimum")
        self.channels = root.words("channels", CHANNELS) or ("email", "letter")


def _stage(reader: Reader, defaults: _Defaults, before: list[Stage]) -> Stage:
    code = reader.code("code")
    when = _timing(reader)
    action = StageAction(reader.choice("action", list(StageAction), StageAction.MESSAGE) or StageAction.MESSAGE)
    message = action is StageAction.MESSAGE
    early = when.origin is Origin.ISSUE or (when.origin is Origin.DUE_DATE and when.days <= 0)
    claims = message and not early
    minimum = _amounts(reader, "minimum")
    stage = Stage(
        code=code,
        when=when,
        action=action,
        level=0 if early else 1 + sum(1 for stage in before if stage.level),
        title=reader.text("title", longest=200),
        document=reader.choice("document", DOCUMENTS, required=message),
        channels=(reader.words("channels", CHANNELS) or defaults.channels) if message else (),
        sender=Sender(reader.choice("sender", list(Sender), Sender.ACCOUNT_OWNER)),
        tone=reader.choice("tone", list(Tone), Tone.NEUTRAL.value),
        min_gap_days=reader.integer("min_gap_days", 0, low=0, high=90) or 0,
        minimum_minor=minimum if minimum is not None else defaults.minimum_minor,
        deadline_days=reader.integer("deadline_days", None, low=DEADLINE_DAYS[0], high=DEADLINE_DAYS[1]),
        wait_for_deadline=reader.flag("wait_for_deadline"),
        requires=reader.text("requires"),
        repeat_every_days=reader.integer("repeat_every_days", None, low=1, high=90),
        catch_up=reader.flag("catch_up", True),
        catch_up_days=reader.integer("catch_up_days", None, low=0, high=365),
        while_overdue=reader.flag("while_overdue"),
        effects=reader.words("effects", EFFECTS),
        tasks=_tasks(reader),
        task_kind=reader.choice("task_kind", TASK_KINDS, "decision" if action is StageAction.TASK else ""),
        consequences=reader.words("consequences", list(Consequence)),
        interest=Claiming(reader.choice("interest", CLAIMS_INTEREST, defaults.interest if claims else Claiming.NONE)),
        compensation=Claiming(
            reader.choice("compensation", CLAIMS_COMPENSATION, defaults.compensation if claims else Claiming.NONE)
        ),
        fee=read_fee(reader, _amounts),
        instalment_offer=reader.integer("instalment_offer", None, low=2, high=12),
        cite_clause=reader.flag("cite_clause"),
        legal_stage=reader.flag("legal_stage"),
        copies=read_copies(reader),
        third_party=reader.flag("third_party"),
        release=Release(reader.choice("release", list(Release), defaults.release) or defaults.release),
        branches=read_branches(reader, stage_then(code, CHANNELS, DEADLINE_DAYS), _amounts, code),
    )
    reader.done()
    _check_stage(reader, stage, before)
    return stage


def _timing(reader: Reader) -> Timing:
    fallback = Timing(Origin.DUE_DATE, 1)
    when = reader.mapping("when")
    if when is None:
        if "when" not in reader.values:
            advice = _("Add “when: {from: due_date, days: 1}”.")
            reader.problem("when", _("%(what)s is missing"), advice, what="when")
        return fallback
    origin = Origin(when.choice("from", list(Origin), Origin.DUE_DATE))
    days = when.integer("days", None, low=-365, high=3650)
    business = when.integer("business_days", None, low=-250, high=2500)
    when.done()
    if (days is None) == (business is None):
        if not any(problem.key.startswith(when.path) for problem in reader.problems):
            when.problem("", _("exactly one of days and business_days is needed"), _("Keep one of the two."))
        return fallback
    count = days if days is not None else business
    assert count is not None
    if count < 0 and origin is not Origin.DUE_DATE:
        advice = _("Only due_date can be counted backwards.")
        when.problem("days", _("negative days are not allowed from %(origin)s"), advice, origin=origin)
    return Timing(origin, count, business is not None)


def _tasks(reader: Reader) -> tuple[StageTask, ...]:
    found = []
    for index, node in enumerate(reader.sequence("tasks")):
        if not isinstance(node, yaml.MappingNode):
            advice = _("Write “- kind: internal_check”.")
            reader.problem("tasks", _("a task is a mapping"), advice, node.start_mark.line + 1)
            continue
        task = Reader(node, f"{reader.at('tasks')}[{index + 1}]", reader.problems)
        kind = task.choice("kind", TASK_KINDS, required=True)
        found.append(StageTask(kind, task.integer("after_days", 0, low=0, high=90) or 0))
        task.done()
    return tuple(found)


def _amounts(reader: Reader, name: str) -> dict[str, int] | None:
    """Read amounts by currency, written in whole units with decimals (“EUR: 5.00”), as minor units."""
    table = reader.mapping(name)
    if table is None:
        return None
    found: dict[str, int] = {}
    for currency in table.values:
        text = table.text(currency)
        try:
            found[currency] = to_minor(Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else text, currency)
            if found[currency] < 0:
                table.problem(currency, _("an amount here is never negative"), _("Write 0 or more."))
        except MoneyError as error:
            advice = _("Write a currency code and an amount, such as “EUR: 5.00”.")
            table.problem(currency, error.code.text, advice, None, **dict(error.reason.values))
    return dict(sorted(found.items()))


def _entry(root: Reader) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for index, node in enumerate(root.sequence("entry")):
        if not isinstance(node, yaml.MappingNode):
            advice = _("Write “- {from_days_overdue: 30, stage: formal_notice}”.")
            root.problem("entry", _("an entry rule is a mapping"), advice, node.start_mark.line + 1)
            continue
        rule = Reader(node, f"entry[{index + 1}]", root.problems)
        days = rule.integer("from_days_overdue", None, low=1, high=3650)
        if days is None and "from_days_overdue" not in rule.values:
            advice = _("Add it: the days overdue from which the rule holds.")
            rule.problem("", _("%(what)s is missing"), advice, what="from_days_overdue")
        found.append(Entry(days or 1, rule.text("stage", required=True)))
        rule.done()
    if [rule.from_days_overdue for rule in found] != sorted({rule.from_days_overdue for rule in found}):
        advice = _("Sort them; keep one rule for each number.")
        root.problem("entry", _("entry rules must rise by from_days_overdue"), advice)
    return tuple(found)


def _check_stage(reader: Reader, stage: Stage, before: list[Stage]) -> None:
    if stage.code in {other.code for other in before}:
        advice = _("Give each stage its own code.")
        reader.problem("code", _("the code %(what)s stands twice"), advice, what=stage.code)
    if stage.when.origin is Origin.PREVIOUS_NOTICE and not any(s.is_message and s.level for s in before):
        reader.problem("when", _("no notice comes before this stage"), _("Count the first stage from due_date."))
    if not stage.is_message:
        _only_messages(reader, stage)
    elif stage.before_due and stage.deadline_days:
        reader.problem("deadline_days", _("no deadline is given before the due date"), _("Remove it."))
    if stage.before_due and stage.fee:
        reader.problem("fee", _("no fee is charged before the due date"), _("Remove it."))
    if stage.requires and stage.requires not in {other.code for other in before}:
        advice = _("Name a stage that stands above.")
        reader.problem("requires", _("%(what)r is no earlier stage"), advice, what=stage.requires)
    if stage.repeat_every_days and stage.is_message:
        reader.problem(
            "repeat_every_days", _("only calls and tasks repeat"), _("Write a further stage for a further letter.")
        )


def _only_messages(reader: Reader, stage: Stage) -> None:
    if stage.before_due:
        reader.problem(
            "when", _("calls and tasks come after the due date"), _("Use a positive number of days from due_date.")
        )
    for name in (
        "document",
        "deadline_days",
        "channels",
        "cite_clause",
        "instalment_offer",
        "interest",
        "compensation",
        "fee",
        "copies",
    ):
        if name in reader.values:
            advice = _("Remove the key, or use “action: message”.")
            reader.problem(name, _("a %(action)s has no %(what)s"), advice, action=stage.action, what=name)


def _check_whole(root: Reader, policy: Policy) -> None:
    codes = policy.by_code
    for index, rule in enumerate(policy.entry):
        stage = codes.get(rule.stage)
        if rule.stage and (stage is None or not stage.is_message or stage.before_due):
            allowed = ", ".join(stage.code for stage in policy.ladder)
            text = _("entry[%(index)s]: %(what)r is no notice")
            root.problem("entry", text, ALLOWED, index=index + 1, what=rule.stage, allowed=allowed)
    if policy.new_items_stage and policy.new_items_stage not in {stage.code for stage in policy.ladder}:
        allowed = ", ".join(stage.code for stage in policy.ladder)
        what = policy.new_items_stage
        root.problem("new_items_stage", _("%(what)r is no notice"), ALLOWED, what=what, allowed=allowed)
    check_branches(root, policy)
    _check_order(root, [stage for stage in policy.ladder if stage.when.origin is Origin.DUE_DATE])
    _check_order(root, [s for s in policy.works if s.when.origin is Origin.DUE_DATE and not s.repeat_every_days])


def _check_order(root: Reader, stages: list[Stage]) -> None:
    """Stages counted in calendar days from the due date must stand in the order of their days."""
    plain = [stage for stage in stages if not stage.when.business]
    for first, second in itertools.pairwise(plain):
        if second.when.days < first.when.days:
            root.problem(
                "stages", _("%(second)s (+%(second_days)s) stands after %(first)s (+%(first_days)s)"),
                _("Put the stages in the order of their days."), second=second.code, second_days=second.when.days,
                first=first.code, first_days=first.when.days,
            )  # fmt: skip
