"""What the gate is asked about: frozen facts, the step that wants to leave, and the policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum


class Stage(StrEnum):
    """When the gate is asked. The clock (quiet hours, holidays, daily cap, second person) counts at sending only."""

    PROPOSAL = "proposal"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What the creditor allows. Absent limits (None) are no limits. Stored with each message as JSON."""

    bank_data_max_age_days: int | None = None
    """Days since the last day whose payments were read; None: not asked."""
    contacts_per_week: int | None = None
    contacts_per_week_by_channel: Mapping[str, int] = field(default_factory=dict)
    min_days_between: int = 0
    quiet_from_minute: int = 18 * 60
    """Minute of the local day at which quiet begins; equal to ``quiet_to_minute``: no quiet hours."""
    quiet_to_minute: int = 8 * 60
    business_days_only: bool = True
    quiet_channels: tuple[str, ...] = ("email", "call")
    """Channels that ring or ping at the customer's; a letter printed at night disturbs nobody."""
    purposes: tuple[str, ...] = ("payables", "counterpart")
    minimum_by_currency: Mapping[str, int] = field(default_factory=dict)
    """Least amount in minor units worth a notice; below it, a statement only."""
    in_transit_ignore_ppm: int = 0
    """Unmatched money up to this share of the claim does not hold it (an old overpayment of a cent)."""
    daily_cap: int | None = None
    dry_run: bool = False
    two_person_release: bool = False
    posting_record_days: int = 7
    """Days after which a letter without a recorded posting becomes a task."""

    def as_dict(self) -> dict[str, object]:
        """Give the stored form (JSON values only)."""
        return {
            one.name: dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
            for one in fields(self)
            for value in (getattr(self, one.name),)
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> GatePolicy:
        """Read the stored form; absent keys take their defaults. Raises ValueError for an unknown key."""
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(stored) - known):
            raise ValueError(f"the gate knows no {', '.join(unknown)}; it knows {', '.join(sorted(known))}")
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
        return cls(**values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """What a message claims of one due item: its open amount at release and the part left out because it is held."""

    due_item_id: int
    open_minor: int
    held_minor: int = 0

    def claimed_minor(self) -> int:
        """Give the part that is claimed."""
        return self.open_minor - self.held_minor


@dataclass(frozen=True, slots=True)
class ItemState:
    """A due item as it stands now (at sending) or in the snapshot (at the proposal)."""

    open_minor: int
    held_minor: int = 0
    hold_reasons: tuple[str, ...] = ()
    currency: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is. Several zones (a large country, city unknown): a moment must be right in all of them."""

    country: str | None
    zones: tuple[str, ...]
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A contact; language and place are already the customer's where the contact has none of its own."""

    contact_id: int
    purpose: str
    channel: str
    language: str
    email: str
    consent: str
    bounced_on: date | None
    active: bool
    place: Place
    name: str = ""


@dataclass(frozen=True, slots=True)
class PastContact:
    """A contact that counts against the budget: a message that left (or is leaving), or a call."""

    on: date
    channel: str
    key: str
    """The run, so that two currencies of one run are one contact; else the step or event."""
    kind: str = "notice"
    """The kind of message, or ``call``: the law counts days between notices only."""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What holds for every message of a company at a moment."""

    bank_data_through: date | None = None
    handed_over_today: int = 0


@dataclass(frozen=True, slots=True)
class GateFacts:
    """One customer at a moment. ``items`` None means "not read": the sending stage refuses to judge without them."""

    customer_id: int
    at: datetime
    company: CompanyFacts = CompanyFacts()
    place: Place = Place(None, ("UTC",))
    natural_person: str = "unknown"
    """``yes``, ``no`` or ``unknown``, which counts as yes: whose rules of conduct hold."""
    language: str = ""
    address_complete: bool = False
    contacts: tuple[ContactFacts, ...] = ()
    history: tuple[PastContact, ...] = ()
    unmatched_minor: Mapping[str, int] = field(default_factory=dict)
    """Money received and not applied, by currency: this customer's, or suspected to be."""
    customer_holds: tuple[str, ...] = ()
    """Reasons of holds on the whole customer."""
    items: Mapping[int, ItemState] | None = None
    withdrawn: frozenset[str] = frozenset()
    """Hashes of this customer's document files that were taken back and are in force nowhere else."""
    steps_done: frozenset[str] = frozenset()
    """Step keys with a recorded hand-over, as far as the step asks for them."""


@dataclass(frozen=True, slots=True)
class Step:
    """What wants to leave."""

    step_key: str
    channel: str
    currency: str
    kind: str = "notice"
    """One of ``models.MessageKind``; only a notice chases."""
    run_key: str = ""
    contact_id: int | None = None
    recipient_email: str | None = None
    """The address written into the message, at sending; None at the proposal."""
    language: str = ""
    items: tuple[ClaimItem, ...] = ()
    edited_text: str = ""
    legal_stage: bool = False
    earliest_on: date | None = None
    requires: tuple[str, ...] = ()
    missing_copies: tuple[tuple[str, str], ...] = ()
    """Copies without which the policy lets nothing leave: (kind of file, documents that lack it; none: the customer)."""
    enclosed: tuple[str, ...] = ()
    """Hashes of the files that go along."""
    third_party: bool = False
    """Somebody else acts for the creditor, or the text says that somebody else will."""
    third_party_cleared: bool = False
    """A person has confirmed the licence, registration or mandate that the country asks for."""
    released_by: int | None = None
    approved_by: int | None = None
