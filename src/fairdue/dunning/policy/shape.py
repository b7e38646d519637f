"""What a policy says: frozen values, pure. ``docs/reference/policy.md`` explains each key to those who edit policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from fairdue.dunning.policy.branches import Branch
from fairdue.law.fees import FeeKind


class Origin(StrEnum):
    """The day from which a stage is counted."""

    ISSUE = "issue"
    DUE_DATE = "due_date"
    END_OF_MONTH = "end_of_month"
    """The last day of the month of the due date."""
    PREVIOUS_NOTICE = "previous_notice"
    """The day on which the previous notice of this episode was handed over."""


class StageAction(StrEnum):
    """What a stage does."""

    MESSAGE = "message"
    CALL = "call"
    TASK = "task"


class Sender(StrEnum):
    """Who speaks."""

    ACCOUNT_OWNER = "account_owner"
    FINANCE = "finance"
    NEUTRAL = "neutral"
    MANAGEMENT = "management"


class Claiming(StrEnum):
    """What a letter does with interest or compensation."""

    CHARGE = "charge"
    MENTION = "mention"
    WAIVE = "waive"
    NONE = "none"


class Release(StrEnum):
    """Who lets a proposal go."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    TWO_PERSON = "two_person"


@dataclass(frozen=True, slots=True)
class Timing:
    """``days`` (business days of the customer's country if ``business``) after ``origin``; negative is before."""

    origin: Origin
    days: int
    business: bool = False


class Missing(StrEnum):
    """What a missing copy means for a letter that should take it along."""

    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies that a letter takes along: ``kinds`` of document files, up to ``most_mb`` megabytes; the rest is shown online."""

    kinds: tuple[str, ...]
    missing: Missing = Missing.WARN
    most_mb: int = 8


@dataclass(frozen=True, slots=True)
class Fee:
    """What a letter costs the customer, in minor units by currency, before the cap of the customer's country."""

    kind: FeeKind
    amounts_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StageTask:
    """A task that a stage makes beside its message, ``after_days`` later."""

    kind: str
    after_days: int = 0


@dataclass(frozen=True)
class Stage:
    """One step of a policy. ``level`` is its place among the stages after the due date (1, 2, …); 0 before it."""

    code: str
    when: Timing
    action: StageAction
    level: int
    title: str = ""
    document: str = ""
    channels: tuple[str, ...] = ()
    sender: Sender = Sender.ACCOUNT_OWNER
    tone: str = "neutral"
    min_gap_days: int = 0
    minimum_minor: Mapping[str, int] | None = None
    deadline_days: int | None = None
    wait_for_deadline: bool = False
    requires: str = ""
    repeat_every_days: int | None = None
    catch_up: bool = True
    catch_up_days: int | None = None
    while_overdue: bool = False
    effects: tuple[str, ...] = ()
    tasks: tuple[StageTask, ...] = ()
    task_kind: str = ""
    consequences: tuple[str, ...] = ()
    interest: Claiming = Claiming.NONE
    compensation: Claiming = Claiming.NONE
    fee: Fee | None = None
    instalment_offer: int | None = None
    cite_clause: bool = False
    legal_stage: bool = False
    copies: Copies | None = None
    release: Release = Release.PERSON
    third_party: bool = False
    """Somebody else acts for the creditor, or the text says that somebody else will."""
    branches: tuple[Branch, ...] = ()

    @cached_property
    def before_due(self) -> bool:
        """Say whether the stage speaks about an item that is not overdue yet."""
        return self.when.origin is Origin.ISSUE or (self.when.origin is Origin.DUE_DATE and self.when.days <= 0)

    @cached_property
    def is_message(self) -> bool:
        """Say whether the stage leaves the house as a message."""
        return self.action is StageAction.MESSAGE


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a customer enters that nobody has written to while it was overdue for ``from_days_overdue`` days or more."""

    from_days_overdue: int
    stage: str


class Period(StrEnum):
    """How often something is asked; a period ends with the last day of its months."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


@dataclass(frozen=True)
class BalancePlan:
    """When customers are asked to confirm their balance; ``minimum_minor`` by currency, of the balance without its sign.

    ``remind_after`` days after the hand-over who said nothing is reminded, once; 0 never.
    """

    every: Period
    minimum_minor: Mapping[str, int] | None = None
    remind_after: int = 14


@dataclass(frozen=True)
class Policy:
    """A checked policy. ``gate`` is the section that contact's gate reads; ``new_items_stage`` greets items that became
    overdue after the last notice (empty: they wait for the next stage)."""

    code: str
    title: str
    stages: tuple[Stage, ...]
    entry: tuple[Entry, ...] = ()
    description: str = ""
    new_items_stage: str = ""
    new_items_gap_days: int = 7
    compensation_per: str = "notice"
    two_person_above_minor: Mapping[str, int] | None = None
    daily_cap: int | None = None
    dry_run: bool = False
    gate: Mapping[str, Any] | None = None
    branches: tuple[Branch, ...] = ()
    balance: BalancePlan | None = None

    @cached_property
    def has_branches(self) -> bool:
        """Say whether any branch stands in the policy or its stages."""
        return bool(self.branches) or any(stage.branches for stage in self.stages)

    @cached_property
    def by_code(self) -> dict[str, Stage]:
        """Give the stages by their code."""
        return {stage.code: stage for stage in self.stages}

    @cached_property
    def before(self) -> tuple[Stage, ...]:
        """Give the message stages before the due date, the last one in time first."""
        rank = {Origin.ISSUE: 0, Origin.DUE_DATE: 1}
        found = [stage for stage in self.stages if stage.before_due]
        return tuple(sorted(found, key=lambda stage: (rank[stage.when.origin], stage.when.days), reverse=True))

    @cached_property
    def ladder(self) -> tuple[Stage, ...]:
        """Give the message stages after the due date, in order."""
        return tuple(stage for stage in self.stages if stage.is_message and not stage.before_due)

    @cached_property
    def works(self) -> tuple[Stage, ...]:
        """Give the calls and tasks after the due date, in order."""
        return tuple(stage for stage in self.stages if not stage.is_message)

    def as_dict(self) -> dict[str, Any]:
        """Give the policy as plain values for storing (enums as their text)."""
        return asdict(self)
