"""Which copies go along with a letter, which are shown on the debtor's page instead, and which are missing.

1. For each kind that the stage names, in its order, each document asked for needs a copy of its own; of a contract, one copy of
   the customer's serves all. Credit notes need none.
2. The newest copy in force counts. The same bytes go along once.
3. Copies are enclosed in that order while they fit ``most_mb`` and ``ENCLOSED_MAX`` files; each that does not fit is named as
   waiting on the debtor's page, which the same letter links to. What is missing is named nowhere in the letter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairdue.contact import blobs
from fairdue.dunning.policy.shape import Copies, Missing, Stage
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger.file_queries import Copy, copies_of, copy_for
from fairdue.ledger.models import CUSTOMER_WIDE, DueItem
from fairdue.letters.facts import CopyKind, Enclosure

ENCLOSED_MAX = 40
NAMED_MAX = 5
"""Documents named one by one where a copy is missing; the others are counted."""
MEGABYTE = 1024 * 1024
IDS_A_QUERY = 5_000
CREDIT = "credit_note"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that a letter asks for."""

    document_id: int
    number: str


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What becomes of the copies of one letter. ``missing``: (kind, numbers of the documents; none for the customer's)."""

    enclosed: tuple[Copy, ...] = ()
    online: tuple[Copy, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    must: bool = False
    """The policy lets nothing leave while something is missing."""

    @property
    def blocking(self) -> tuple[tuple[str, str], ...]:
        """Give what the gate is to hold the letter for."""
        return self.missing if self.must else ()

    def notes(self) -> list[Reason]:
        """Say what is missing to who reviews the letter; what blocks is said by the gate."""
        return [] if self.must else [_note(kind, lacking) for kind, lacking in self.missing]

    def enclosures(self) -> tuple[Enclosure, ...]:
        """Name the copies as the letter does."""
        parts = ((self.enclosed, False), (self.online, True))
        return tuple(
            Enclosure(copy.file_name, CopyKind(copy.kind), copy.number, online)
            for rows, online in parts
            for copy in rows
        )

    def as_list(self) -> list[dict[str, object]]:
        """Give what a notice keeps of its copies."""
        parts = ((self.enclosed, "enclosed"), (self.online, "online"))
        return [
            {"file": copy.file_id, "sha256": copy.sha256, "kind": copy.kind, "document": copy.number, "how": how}
            for rows, how in parts
            for copy in rows
        ]


def _note(kind: str, lacking: str) -> Reason:
    if lacking:
        return because(ReleaseReason.COPY_ABSENT, copy_kind=kind, documents=lacking)
    return because(ReleaseReason.COPY_ABSENT_WIDE, copy_kind=kind)


def plan(asked: Copies | None, kept: Sequence[Copy], papers: Iterable[Paper]) -> CopyPlan:
    """Plan the copies of one letter from what is kept of its customer (newest first). Pure."""
    if asked is None:
        return CopyPlan()
    documents = list({paper.document_id: paper for paper in papers}.values())
    chosen: dict[str, Copy] = {}
    missing: list[tuple[str, str]] = []
    for kind in asked.kinds:
        lacking = []
        for paper in documents:
            copy = copy_for(kept, kind, paper.document_id)
            if copy is None:
                lacking.append(paper.number)
            else:
                chosen.setdefault(copy.sha256, copy)
        if lacking:
            missing.append((kind, "" if kind in CUSTOMER_WIDE else _named(lacking)))
    enclosed, online = _fitted(list(chosen.values()), asked.most_mb * MEGABYTE)
    return CopyPlan(enclosed, online, tuple(missing), asked.missing is Missing.BLOCK)


def _named(numbers: Sequence[str]) -> str:
    more = len(numbers) - NAMED_MAX
    return ", ".join(numbers[:NAMED_MAX]) + (f" (+{more})" if more > 0 else "")


def _fitted(copies: Sequence[Copy], room: int) -> tuple[tuple[Copy, ...], tuple[Copy, ...]]:
    enclosed: list[Copy] = []
    online: list[Copy] = []
    for copy in copies:
        if copy.size_bytes <= room and len(enclosed) < ENCLOSED_MAX:
            enclosed.append(copy)
            room -= copy.size_bytes
        else:
            online.append(copy)
    return tuple(enclosed), tuple(online)


def bytes_of(company_id: int, copies: Iterable[Copy]) -> list[tuple[Copy, bytes]]:
    """Read enclosed copies, verified. Raises BlobError for bytes that are missing or changed, OSError for a store out of reach."""
    return [(copy, blobs.get(company_id, copy.sha256)) for copy in copies]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step whose policy blocks while a copy is missing: whose it is, what it asks for, and its due items."""

    customer_id: int
    stage: Stage
    due_item_ids: tuple[int, ...]


def blocking_copies(company_id: int, wanted: Mapping[str, Wanted]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Give the missing copies of steps that must not leave without them, by step key. A few queries, however many steps."""
    strict = {key: one for key, one in wanted.items() if one.stage.copies and one.stage.copies.missing is Missing.BLOCK}
    if not strict:
        return {}
    kept = copies_of(company_id, {one.customer_id for one in strict.values()})
    papers = _papers({item for one in strict.values() for item in one.due_item_ids})
    found = {}
    for key, one in strict.items():
        mine = [papers[item] for item in one.due_item_ids if item in papers]
        found[key] = plan(one.stage.copies, kept.get(one.customer_id, ()), mine).blocking
    return found


def _papers(due_item_ids: Collection[int]) -> dict[int, Paper]:
    ids, found = sorted(due_item_ids), dict[int, Paper]()
    for first in range(0, len(ids), IDS_A_QUERY):
        rows = DueItem.objects.filter(pk__in=ids[first : first + IDS_A_QUERY]).exclude(document__kind=CREDIT)
        for item_id, document_id, number in rows.values_list("id", "document_id", "document__number"):
            found[item_id] = Paper(document_id, number)
    return found
