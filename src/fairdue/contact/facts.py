"""What the gate is asked about: frozen facts, the step that wants to leave, and the policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from fairdue.kernel.reasons import Reason


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
    in_transit_ignore_ppm: int = 1_000
    """Unmatched money up to this share of the claim does not hold it (an old overpayment of a cent), unless it is exactly an item."""
    in_transit_short_ppm: int = 50_000
    """How much less than an item may still pay it: an early-payment discount or bank charges taken off."""
    in_transit_part_ppm: int = 100_000
    """Money that the text does not show and that is this share of the claim counts as a part payment, and holds it."""
    hold_while_importing: bool = True
    """Whether an import of items or payments that runs or waits for a person holds the company's dunning."""
    internal_check: str = "finding"
    """``finding``: an internal check holds by the hold that its finding sets; ``hold``: an open check holds too."""
    law_uncertain: str = "warn"
    """``warn``: say that the law is not certain; ``hold``: do not chase until it is."""
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
    document: str = ""
    """The number of its document, where the item is no longer open and the balances do not name it."""

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
class Unmatched:
    """Money received and not applied. ``suspected``: the payer is not known, and may be this customer.

    ``customers``: of how many customers it may be, where there are several.
    """

    currency: str
    amount_minor: int
    suspected: bool = False
    recorded_at: datetime | None = None
    customers: int = 0


@dataclass(frozen=True, slots=True)
class OpenImport:
    """An import of items or payments that is not in the ledger yet."""

    number: str
    as_of: date
    running: bool = False
    """Being written now, or stopped on the way; else it waits for a person."""
    bank: bool = False
    """A bank file whose lines are not matched yet."""


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """What an insurer or financier allows for a customer, from the ledger's facts; None: nothing is asked."""

    deadline_on: date | None = None
    """Last day of the duty that comes next: to tell the insurer of the overdue, or to file the claim."""
    extension_until: Mapping[int, date] = field(default_factory=dict)
    """By due item: the last day to which it may be extended, promised or planned without the insurer."""
    consent_needed: bool = False
    """A plan, an extension or a promise needs the insurer's consent first, and there is none in force."""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What holds for every message of a company at a moment."""

    bank_data_through: date | None = None
    handed_over_today: int = 0
    bank_data_by_currency: Mapping[str, date] = field(default_factory=dict)
    """The day of the accounts in a currency, where they are read apart."""
    today: date | None = None
    """The calendar day at the company's place."""
    law_confirmed: frozenset[tuple[str, str]] = frozenset()
    """What of the law a person has confirmed for that day: country (or part of one) and topic."""
    erased: frozenset[str] = frozenset()
    """Subjects (``customer:17``, ``contact:5``) that were erased and that a restored database holds again."""


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
    shared_history: Mapping[str, tuple[PastContact, ...]] = field(default_factory=dict)
    """Contacts of other customers by the same e-mail address (lower case): one address is one person."""
    unmatched: tuple[Unmatched, ...] = ()
    """Money received and not applied: this customer's, or suspected to be."""
    replied_at: datetime | None = None
    """When the customer last wrote or answered, automatic replies apart."""
    replies_unread: int = 0
    """Replies that no person has read yet."""
    checks_open: int = 0
    """Internal checks that nobody has finished."""
    imports_open: tuple[OpenImport, ...] = ()
    """Imports of the company's items or payments that are not in the ledger yet."""
    cover: CoverFacts = CoverFacts()
    customer_holds: tuple[str, ...] = ()
    """Reasons of holds on the whole customer."""
    items: Mapping[int, ItemState] | None = None
    withdrawn: frozenset[str] = frozenset()
    """Hashes of this customer's document files that were taken back and are in force nowhere else."""
    steps_done: frozenset[str] = frozenset()
    """Step keys with a recorded hand-over, as far as the step asks for them."""

    @property
    def today(self) -> date:
        """Give the day at the company's place; where that is not known, the day of the moment as it is given."""
        return self.company.today or self.at.date()


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
    written_at: datetime | None = None
    """When the text was made, or a person last looked at the message; None at the proposal."""
    grants: str = ""
    """What the text gives the customer: ``extension``, ``plan``, ``promise`` or ``wait``; empty: nothing."""
    grants_until: date | None = None
    """The last day that it gives."""
    law_doubts: tuple[Reason, ...] = ()
    """What the text leaves out or rests on because the law or its data are not certain."""
    missing_content: tuple[Reason, ...] = ()
    """What the law asks the text to state, without which nobody can act on it, and it does not: it never leaves so."""
    tone_overrides: frozenset[tuple[str, str]] = frozenset()
    """Findings of the tone check (category, words) that a person with the right let pass, with a reason."""
    released_by: int | None = None
    approved_by: int | None = None
