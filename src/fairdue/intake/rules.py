"""What a list of items means for the ledger. Pure: known state and listed rows in, plan out; nothing is written here.

The numbered rules, with worked examples that run as tests, stand in ``docs/algorithms/intake.md``; R numbers refer to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from fairdue.formats.values.keys import identity
from fairdue.intake.matching import paired, sign_of
from fairdue.intake.reasons import IntakeReason
from fairdue.intake.rows import ItemRow, RefusedCells
from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import PPM

VANISHED_COUNT_MIN = 10
"""Below this many known open items a share says nothing; such small lists never wait for vanishing alone."""
AHEAD_MAX = timedelta(days=1)
"""A file may speak for tomorrow: the company's day may have begun before UTC's."""


class Settlement(NamedTuple):
    """A source settlement in the ledger that can be reversed: its allocation, item, amount in minor units, and day."""

    allocation_id: int
    due_item_id: int
    amount_minor: int
    on: date


class Member(NamedTuple):
    """One due item of a known identity (the first, and its supplements). Amounts are absolute minor units.

    ``open_minor`` is what remains as a file of its day may know it: money that the ledger applied after that day is left
    out. ``free_minor`` is what remains now: no more can be settled.
    """

    due_item_id: int
    amount_minor: int
    open_minor: int
    free_minor: int


@dataclass(slots=True)
class Known:
    """What the ledger holds for an identity. Amounts are absolute; ``sign`` is −1 for a credit note.

    ``due_on`` is the due date that the source stated last; what a person agreed since stays beside it.
    """

    key: str
    occurrence: int
    customer_key: str
    document_id: int
    customer_id: int
    document_number: str
    currency: str
    sign: int
    due_on: date
    effective_on: date
    members: list[Member] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    @property
    def open_minor(self) -> int:
        """What remains, over all members."""
        return sum(member.open_minor for member in self.members)

    @property
    def amount_minor(self) -> int:
        """The booked amount, over all members."""
        return sum(member.amount_minor for member in self.members)

    @property
    def due_ordinal(self) -> int:
        """The due date as a number, for matching."""
        return self.due_on.toordinal()


class New(NamedTuple):
    """A row to be booked under an identity, with the part that its source already settled (absolute minor units)."""

    row: ItemRow
    occurrence: int
    amount_minor: int
    settled_minor: int
    settled_on: date | None


class Settle(NamedTuple):
    """Book a source settlement on an item (absolute minor units)."""

    due_item_id: int
    customer_id: int
    currency: str
    credit: bool
    amount_minor: int
    on: date


class Reversal(NamedTuple):
    """Take a source settlement back, from a day on that is never before its own."""

    allocation_id: int
    on: date


class Supplement(NamedTuple):
    """Book a rise of an item's amount as an item of its own."""

    known: Known
    amount_minor: int
    row: ItemRow
    on: date


class Redate(NamedTuple):
    """Record a due date that the source changed."""

    due_item_id: int
    due_on: date
    on: date


class RefusedRow(NamedTuple):
    """A row that contradicts the ledger."""

    line: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a file may speak.

    ``settles``: a smaller residual is a settlement (the source is full). ``complete``: what is not listed has vanished;
    not so for the mended rows of such a list. ``refused``: rows of the file that could not be read. ``last_as_of``: the
    day of the last complete list written. ``today`` is the day of writing.
    """

    as_of: date
    settles: bool
    complete: bool
    vanished_share_max_ppm: int = 300_000
    control_totals: Mapping[str, int] = field(default_factory=dict)
    refused: Sequence[RefusedCells] = ()
    last_as_of: date | None = None
    company_codes: tuple[str, str] = ("", "")
    """Company codes read by the last complete list, and by this one."""
    today: date | None = None


@dataclass(slots=True)
class Plan:
    """What writing the file would do, and what keeps it from being written at once."""

    new: list[New] = field(default_factory=list)
    settle: list[Settle] = field(default_factory=list)
    reverse: list[Reversal] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)
    redate: list[Redate] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    disputed: dict[int, int] = field(default_factory=dict)
    """Known items that the file calls disputed: due item id to customer id. New ones carry it in their row."""
    undisputed: set[int] = field(default_factory=set)
    """Known items of which the file says that they are not disputed, or that are gone."""
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    open_before: int = 0
    notes: list[Reason] = field(default_factory=list)
    waits: list[Reason] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Give the counts a person sees before writing."""
        return {
            "new": len(self.new),
            "changed": self.changed,
            "unchanged": self.unchanged,
            "vanished": self.vanished,
            "refused": len(self.refused),
        }

    def steps(self) -> int:
        """Count what would be written on known items."""
        return len(self.settle) + len(self.reverse) + len(self.supplements) + len(self.redate)


def plan_items(rows: Iterable[ItemRow], known: Mapping[str, Sequence[Known]], scope: Scope) -> Plan:
    """Hold listed items against the ledger. ``known`` are the source's items by key."""
    plan = Plan(open_before=sum(1 for some in known.values() for item in some if item.open_minor))
    groups: dict[str, list[ItemRow]] = {}
    for row in rows:
        if row.key in groups:
            groups[row.key].append(row)
        else:
            groups[row.key] = [row]
    noted = {"lower": 0, "paid": 0, "later": 0}
    missing: list[Known] = []
    for key, listed in groups.items():
        held = known.get(key, ())
        plain = _plain(listed, held)
        pairs = [(listed[0], held[0] if held else None)] if plain else paired(listed, held)
        occurrence = max(item.occurrence for item in held) if held else 0
        for row, item in pairs:
            occurrence += item is None
            if outcome := _plan_row(plan, row, item, occurrence, scope):
                noted[outcome] += 1
        if held and not plain:
            met = {id(item) for _, item in pairs}
            missing += [item for item in held if id(item) not in met]
    missing += [item for key, some in known.items() if key not in groups for item in some]
    if scope.complete:
        _plan_vanished(plan, known, missing, scope)
    for outcome, code in _NOTES.items():
        if noted[outcome]:
            plan.notes.append(because(code, count=noted[outcome]))
    plan.waits += standing_waits(scope) + total_waits(totals_of(r for some in groups.values() for r in some), scope)
    return plan


def _plain(listed: Sequence[ItemRow], held: Sequence[Known]) -> bool:
    """Tell whether pairing has nothing to choose: the common case of one row and one item at most."""
    if len(listed) > 1 or len(held) > 1:
        return False
    return not held or (held[0].currency == listed[0].currency and held[0].sign == sign_of(listed[0]))


_NOTES = {
    "lower": IntakeReason.PARTIAL_LOWER,
    "paid": IntakeReason.LEDGER_KNOWS_PAYMENT,
    "later": IntakeReason.SETTLED_LATER,
}


def totals_of(rows: Iterable[ItemRow]) -> dict[str, int]:
    """Add up what remains, by currency, in minor units."""
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.open_minor
    return totals


def total_waits(totals: Mapping[str, int], scope: Scope) -> list[Reason]:
    """Say which control totals differ; a currency that the file lacks adds up to nothing (R12)."""
    return [
        because(IntakeReason.CONTROL_TOTAL, currency=currency, wanted_minor=wanted, found_minor=totals.get(currency, 0))
        for currency, wanted in sorted(scope.control_totals.items())
        if totals.get(currency, 0) != wanted
    ]


def standing_waits(scope: Scope) -> list[Reason]:
    """Say why a file waits whatever it lists: its day, or other company codes than before (R12)."""
    waits = []
    if scope.today is not None and scope.as_of > scope.today + AHEAD_MAX:
        waits.append(because(IntakeReason.FUTURE_DAY, day=scope.as_of.isoformat()))
    if scope.complete and scope.last_as_of is not None:
        if scope.as_of < scope.last_as_of:
            days = {"day": scope.as_of.isoformat(), "last": scope.last_as_of.isoformat()}
            waits.append(because(IntakeReason.OLDER_FILE, **days))
        before, now = scope.company_codes
        if before != now:
            waits.append(because(IntakeReason.OTHER_COMPANIES, before=before or "*", now=now or "*"))
    return waits


def _plan_row(plan: Plan, row: ItemRow, item: Known | None, occurrence: int, scope: Scope) -> str:
    """Plan one listed row; give the kind of note that it needs, or an empty text."""
    reason = _contradiction(item, row)
    if reason is not None:
        plan.refused.append(RefusedRow(row.line, reason))
        return ""
    rest = 0 if row.settled_on else abs(row.open_minor)
    if item is None:
        amount = abs(row.open_minor if row.amount_minor is None else row.amount_minor)
        settled_on = row.settled_on or (scope.as_of if rest < amount else None)
        plan.new.append(New(row, occurrence, amount, amount - rest, settled_on))
        return ""
    before = plan.steps()
    outcome = _plan_known(plan, item, row, rest, scope)
    if plan.steps() > before:
        plan.changed += 1
    else:
        plan.unchanged += 1
    if row.disputed and rest:
        plan.disputed[item.members[0].due_item_id] = item.customer_id
    elif row.disputed is not None:
        plan.undisputed.add(item.members[0].due_item_id)
    return outcome


def _contradiction(item: Known | None, row: ItemRow) -> Reason | None:
    """Say what makes a row impossible: in itself (R3), or against what the ledger holds (R4)."""
    document = row.document_number or row.key
    amount = row.amount_minor
    if amount is not None and not row.settled_on:
        if abs(row.open_minor) > abs(amount):
            return because(IntakeReason.OPEN_ABOVE_AMOUNT, document=document)
        if amount * row.open_minor < 0:
            return because(IntakeReason.OPEN_OTHER_SIGN, document=document)
    if item is None:
        return None
    if item.currency != row.currency:
        return because(IntakeReason.CURRENCY_CHANGED, document=document, known=item.currency, given=row.currency)
    if item.customer_key != row.customer_key:
        return because(
            IntakeReason.CUSTOMER_CHANGED, document=document, known=item.customer_key, given=row.customer_key
        )
    if (row.open_minor or row.amount_minor) and sign_of(row) != item.sign:
        return because(IntakeReason.SIGN_CHANGED, document=document)
    return None


def _plan_known(plan: Plan, item: Known, row: ItemRow, rest: int, scope: Scope) -> str:
    if item.due_on != row.due_on:
        plan.redate.append(Redate(item.members[0].due_item_id, row.due_on, scope.as_of))
    remains = item.open_minor
    if rest < remains:
        if not scope.settles and not row.settled_on:
            return "lower"
        _settle_down(plan, item, remains - rest, row.settled_on or scope.as_of)
    elif rest > remains:
        return _raise_up(plan, item, row, rest, scope)
    if row.settled_on:
        _date_back(plan, item, row.settled_on)
    return ""


def _settle_down(plan: Plan, item: Known, amount: int, on: date) -> int:
    """Settle ``amount`` over the members, supplements first, and give what was settled; never more than remains now."""
    left = amount
    for member in reversed(item.members):
        part = min(left, member.open_minor, member.free_minor)
        if part > 0:
            plan.settle.append(Settle(member.due_item_id, item.customer_id, item.currency, item.sign < 0, part, on))
            left -= part
    return amount - left


def _date_back(plan: Plan, item: Known, on: date) -> None:
    """Move settlements that were only noticed later to the day that the history gives (R9)."""
    for one in item.settlements:
        if one.on > on:
            plan.reverse.append(Reversal(one.allocation_id, one.on))
            credit = item.sign < 0
            plan.settle.append(Settle(one.due_item_id, item.customer_id, item.currency, credit, one.amount_minor, on))


def _raise_up(plan: Plan, item: Known, row: ItemRow, wanted: int, scope: Scope) -> str:
    """Bring an item up to ``wanted``: reverse settlements, then supplement; name the note where something stands (R7)."""
    missing = wanted - item.open_minor
    later = 0
    for one in sorted(item.settlements, key=lambda s: (s.on, s.allocation_id), reverse=True):
        if missing <= 0:
            break
        if one.on > scope.as_of and not scope.complete:
            later += one.amount_minor
            continue
        on = max(scope.as_of, one.on)
        plan.reverse.append(Reversal(one.allocation_id, on))
        missing -= one.amount_minor
        if missing < 0:
            plan.settle.append(Settle(one.due_item_id, item.customer_id, item.currency, item.sign < 0, -missing, on))
            missing = 0
    rise = min(missing, max(wanted, abs(row.amount_minor or 0)) - item.amount_minor)
    if rise > 0:
        plan.supplements.append(Supplement(item, rise, row, scope.as_of))
        missing -= rise
    return "" if missing <= 0 else "later" if later else "paid"


def _plan_vanished(plan: Plan, known: Mapping[str, Sequence[Known]], missing: Iterable[Known], scope: Scope) -> None:
    """Settle what a complete list no longer names (R8); what a refused row may have named is left alone."""
    shielded = _shield([item for some in known.values() for item in some], scope.refused)
    kept = 0
    for item in sorted(missing, key=lambda i: (i.key, i.occurrence)):
        if item.effective_on > scope.as_of:
            continue
        if item.open_minor and shielded(item):
            kept += 1
            continue
        plan.undisputed.add(item.members[0].due_item_id)
        if item.open_minor and _settle_down(plan, item, item.open_minor, scope.as_of):
            plan.vanished += 1
    if kept:
        plan.notes.append(because(IntakeReason.REFUSED_MAY_LIST, count=kept))
    if plan.open_before >= VANISHED_COUNT_MIN and plan.vanished * PPM > scope.vanished_share_max_ppm * plan.open_before:
        plan.waits.append(because(IntakeReason.MANY_VANISHED, vanished=plan.vanished, open=plan.open_before))


def _shield(known: Sequence[Known], refused: Sequence[RefusedCells]) -> Callable[[Known], bool]:
    """Tell which known items a refused row may have listed.

    A refused row with a readable document number stands for that document. Another stands for the known documents that
    its cells name, and where they name none, for all items of the customers that they name.
    """
    if not refused:
        return lambda item: False
    numbers: Collection[str] = {identity(item.document_number) for item in known if item.document_number}
    documents: set[str] = set()
    customers: set[str] = set()
    for row in refused:
        named = {row.document_key} if row.document_key else row.cells & set(numbers)
        documents |= named
        if not named:
            customers |= row.cells
    return lambda item: (
        (bool(item.document_number) and identity(item.document_number) in documents) or item.customer_key in customers
    )
