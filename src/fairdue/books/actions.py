"""The only writers of this room: cut batches, record exports, take answers. One transaction each.

Order of locks: company, batch. A cut locks the company's row against other cuts only (``FOR NO KEY UPDATE``): people go on booking.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from fairdue.books import gather, queries
from fairdue.books.models import Acknowledgement, Answer, Export, Posting, PostingBatch, commitment_of
from fairdue.books.reasons import BooksReason
from fairdue.books.rules import LINES_MAX, Given
from fairdue.contact.actions.tasks import open_task
from fairdue.contact.models import Task, TaskKind
from fairdue.formats.errors import FormatError, Refusal
from fairdue.kernel import chain
from fairdue.kernel.reasons import Value, because
from fairdue.ledger import audit
from fairdue.ledger.bulk import insert_rows, reserve_ids
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

LATE = "books/late/"
"""How the key of a task begins that asks for a batch's answer; the batch's number follows."""
WHYS_SHOWN = 3


@transaction.atomic
def do_cut(
    actor: Actor, *, cut_key: str = "", size: int = LINES_MAX, through: date | None = None
) -> list[PostingBatch]:
    """Put every fact and effect that no batch tells into batches of at most ``size`` lines; give them, none where nothing is new.

    ``cut_key`` names what cuts, such as a run: the same key cuts once and then gives the same batches.
    ``through`` takes only what counts up to that day.
    """
    actor.need(Right.RUN)
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    mine = PostingBatch.objects.filter(company_id=actor.company_id)
    if cut_key and (known := list(mine.filter(cut_key=cut_key).order_by("number"))):
        return known
    count = gather.count_untold(actor.company_id, actor.at, through)
    if not count:
        return []
    ids = list(reserve_ids(PostingBatch, -(-count // size)))
    gather.take(actor.company_id, actor.at, ids, size, through)
    last = mine.aggregate(last=Max("number"))["last"] or 0
    made = []
    for batch_id in ids:
        rows = list(contents(batch_id))
        if not rows:
            continue
        last += 1
        needed = Posting.objects.filter(batch_id=batch_id, origin=Posting.Origin.LEDGER).count()
        batch = PostingBatch.objects.create(
            pk=batch_id, company_id=actor.company_id, number=last, cut_key=cut_key, cut_at=actor.at, cut_by=actor.name[:120],
            lines=len(rows), needed=needed, merkle_root=root_of(rows),
        )  # fmt: skip
        audit.record(
            actor, "cut_batch", f"batch:{batch.pk}", number=last, lines=len(rows), needed=needed,
            merkle_root=batch.merkle_root,
        )  # fmt: skip
        made.append(batch)
    return made


def contents(batch_id: int) -> Iterator[list[Value]]:
    """Give the lines of a batch: the columns of ``gather.told_columns`` in their order, then salt and commitment."""
    columns = (*gather.told_columns(), "salt", "commitment")
    rows = Posting.objects.filter(batch_id=batch_id).order_by("line").values_list(*columns)
    texts: dict[object, str] = {}
    for row in rows.iterator(chunk_size=5_000):
        yield [value if not isinstance(value, date) else _text(texts, value) for value in row]


def _text(texts: dict[object, str], value: date) -> str:
    found = texts.get(value)
    if found is None:
        moment = isinstance(value, datetime)
        found = value.astimezone(UTC).isoformat(timespec="microseconds") if moment else value.isoformat()  # type: ignore[attr-defined]
        texts[value] = found
    return found


_LEAF = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def root_of(rows: Iterable[list[Value]]) -> str:
    """Give the Merkle root over lines as ``contents`` gives them: each is a leaf, written as a JSON list without spaces.

    What may name a person stands in a leaf by its salted commitment, last in the list. Lines of before there were salts (November
    2026) are leaves as they are.
    """
    names = gather.told_columns()
    texts = [names.index(name) for name in Posting.PERSONAL]
    plain = [place for place in range(len(names)) if place not in texts]
    return chain.merkle_root(_leaf(row, plain, texts) for row in rows)


def _leaf(row: list[Value], plain: list[int], texts: list[int]) -> bytes:
    salt, kept = row[-2], row[-1]
    if salt is None:
        return _LEAF(row[:-2]).encode()
    covered = commitment_of(str(salt), [str(row[place]) for place in texts]) if salt else kept
    return _LEAF([*(row[place] for place in plain), covered]).encode()


def is_whole(batch: PostingBatch) -> bool:
    """Tell whether the stored lines are those that were cut."""
    return root_of(contents(batch.pk)) == batch.merkle_root


@transaction.atomic
def do_record_export(actor: Actor, batch: PostingBatch, *, kind: str, file_name: str, sha256: str) -> Export:
    """Record that a batch was handed out as a file with these bytes."""
    actor.need(Right.BOOK)
    made = Export.objects.create(
        company_id=actor.company_id, batch=batch, format=kind, file_name=file_name, sha256=sha256, at=actor.at,
        by=actor.name[:120],
    )  # fmt: skip
    audit.record(
        actor, "export_batch", f"batch:{batch.pk}", number=batch.number, format=kind, file=file_name, sha256=sha256
    )
    return made


@dataclass(slots=True)
class Taken:
    """What became of an answer. ``repeated`` counts lines that said what was known; ``known``: the whole answer was."""

    number: int
    booked: int = 0
    refused: int = 0
    mended: int = 0
    repeated: int = 0
    known: bool = False
    faults: list[Refusal] = field(default_factory=list)


@transaction.atomic
def do_acknowledge(
    actor: Actor, number: int, given: Sequence[Given], *, key: str, reference: str = "", root: str = ""
) -> Taken:
    """Take the books' answer to a batch, whole or by line; good lines count, bad ones come back as faults.

    The same ``key`` with the same lines changes nothing and gives the first result. A refusal makes a task. Raises FormatError where
    there is no such batch, ``root`` is another batch's, or the key was used for another answer.
    """
    actor.need(Right.BOOK)
    batch = (
        PostingBatch.objects.select_for_update(no_key=True).filter(company_id=actor.company_id, number=number).first()
    )
    if batch is None:
        raise FormatError(BooksReason.NO_BATCH, number=number)
    if root and root != batch.merkle_root:
        raise FormatError(BooksReason.OTHER_BATCH, number=number, given=root[:80])
    sha256 = chain.digest("fairdue books answer v1", chain.canonical([number, reference, _listed(given)]))
    if (before := Acknowledgement.objects.filter(company_id=actor.company_id, key=key).first()) is not None:
        if before.content_sha256 != sha256:
            raise FormatError(BooksReason.KEY_USED, value=key)
        return Taken(number, before.booked, before.refused, before.mended, known=True)
    return _take(actor, batch, given, key, reference[:120], sha256)


def _listed(given: Sequence[Given]) -> list[list[Value]]:
    return [[one.line, one.booked, one.reference, one.reason] for one in given]


def _take(actor: Actor, batch: PostingBatch, given: Sequence[Given], key: str, reference: str, sha256: str) -> Taken:
    taken = Taken(batch.number)
    standing = queries.standing_of(batch)
    rows: list[tuple[int, Given]] = []
    for line, one in _by_line(batch, given, standing, taken).items():
        posting_id, needed, was_booked, was_refused = standing[line]
        if not needed or (was_booked and one.booked) or (was_refused and not one.booked):
            taken.repeated += 1
        elif was_booked:
            if one.line is None:
                taken.repeated += 1
            else:
                taken.faults.append(_fault(BooksReason.BOOKED_BEFORE, one, line=line, number=batch.number))
        else:
            rows.append((posting_id, one))
            taken.booked += one.booked and not was_refused
            taken.mended += one.booked and was_refused
            taken.refused += not one.booked
    made = Acknowledgement.objects.create(
        company_id=actor.company_id, batch=batch, key=key, content_sha256=sha256, reference=reference, booked=taken.booked,
        refused=taken.refused, mended=taken.mended, at=actor.at, by=actor.name[:120], user_id=actor.user_id,
    )  # fmt: skip
    insert_rows(
        Answer,
        ("company_id", "acknowledgement_id", "posting_id", "outcome", "reference", "reason", "at"),
        [
            (actor.company_id, made.pk, posting_id, "booked" if one.booked else "refused", one.reference[:120],
             one.reason[:300], actor.at)
            for posting_id, one in rows
        ],
    )  # fmt: skip
    leaves = [chain.canonical([posting_id, one.booked, one.reference, one.reason]) for posting_id, one in rows]
    audit.record_bulk(
        actor, "answer_batch", f"batch:{batch.pk}", leaves, number=batch.number, booked=taken.booked, refused=taken.refused,
        mended=taken.mended, reference=reference,
    )  # fmt: skip
    _follow(actor, batch, made.pk, taken, [one.reason for _, one in rows if not one.booked])
    return taken


def _by_line(
    batch: PostingBatch, given: Sequence[Given], standing: dict[int, queries.Standing], taken: Taken
) -> dict[int, Given]:
    """Give the answer of each line; a line named by itself goes before an answer for the whole batch."""
    whole = next((one for one in given if one.line is None), None)
    found: dict[int, Given] = {}
    clashing = set()
    for one in given:
        if not one.booked and not one.reason:
            taken.faults.append(_fault(BooksReason.NO_REASON, one))
        elif one.line is None:
            continue
        elif one.line not in standing:
            taken.faults.append(_fault(BooksReason.NO_LINE, one, number=batch.number, line=one.line, lines=batch.lines))
        elif (before := found.get(one.line)) is not None and before.booked != one.booked:
            clashing.add(one.line)
            taken.faults.append(_fault(BooksReason.TWO_ANSWERS, one, number=batch.number, line=one.line))
        else:
            found[one.line] = one
    if whole is not None and (whole.booked or whole.reason):
        # What a faulty row wanted to say of its line is not overruled by the rest.
        spoken = {one.line for one in given}
        found |= {line: whole for line in standing if line not in spoken}
    return {line: one for line, one in found.items() if line not in clashing}


def _fault(code: BooksReason, one: Given, **values: Value) -> Refusal:
    field_name = "reason" if code is BooksReason.NO_REASON else "line"
    return Refusal(
        one.place, field_name, "" if one.line is None else str(one.line), because(code, **values), code.remedy
    )


def _follow(actor: Actor, batch: PostingBatch, acknowledgement_id: int, taken: Taken, whys: Iterable[str]) -> None:
    """Open a task for what was refused, and close the one that asked for the answer where nothing is missing any more."""
    if taken.refused:
        why = "; ".join(sorted(set(whys))[:WHYS_SHOWN])[:300]
        told = because(BooksReason.LINES_REFUSED, count=taken.refused, number=batch.number, why=why)
        open_task(
            actor, customer_id=None, kind=TaskKind.OTHER, key=f"books/refused/{acknowledgement_id}", due_on=today_of(actor),
            reasons=[told], subject=f"batch:{batch.pk}",
        )  # fmt: skip
    if queries.unanswered_lines(batch) == 0:
        late = Task.objects.filter(company_id=actor.company_id, key=f"{LATE}{batch.number}", done_at__isnull=True)
        for task_id in late.values_list("id", flat=True):
            Task.objects.filter(pk=task_id).update(done_at=actor.at, done_by=actor.name[:120], outcome="answered")
            audit.record(actor, "finish_task", f"task:{task_id}", outcome="answered")


@transaction.atomic
def do_remind(actor: Actor, days_max: int) -> Task | None:
    """Ask a person where the oldest unanswered batch is older than ``days_max`` days; 0 asks for nothing.

    One task a batch, and only for the oldest: books that do not answer at all make one task, not one a day.
    """
    actor.need(Right.RUN)
    oldest = queries.batches(actor.company_id, unanswered=True).order_by("number").first()
    if days_max <= 0 or oldest is None or actor.at - oldest.cut_at < timedelta(days=days_max):
        return None
    cut_on = oldest.cut_at.date().isoformat()
    told = because(BooksReason.LATE, number=oldest.number, cut_on=cut_on, count=queries.unanswered_lines(oldest))
    return open_task(
        actor, customer_id=None, kind=TaskKind.OTHER, key=f"{LATE}{oldest.number}", due_on=today_of(actor), reasons=[told],
        subject=f"batch:{oldest.pk}",
    )  # fmt: skip
