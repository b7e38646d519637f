"""Reads of this room: batches with what became of them, lines with their answers, what the books have not answered by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from fairdue.books.models import Acknowledgement, Answer, Export, Posting, PostingBatch
from fairdue.ledger.queries import moment

OPENING = "opening/"
"""How the key of an answer begins that marks a batch as the opening: the books had it before the first batch was handed out."""


class Standing(NamedTuple):
    """What is known of a line: its posting, whether it needs an answer, and the answers it had."""

    posting_id: int
    needed: bool
    booked: bool
    refused: bool


def standing_of(batch: PostingBatch) -> dict[int, Standing]:
    """Give what is known of every line of a batch. Two queries."""
    answers = Answer.objects.filter(company_id=batch.company_id, posting__batch=batch)
    said: dict[int, set[str]] = {}
    for posting_id, outcome in answers.values_list("posting_id", "outcome"):
        said.setdefault(posting_id, set()).add(outcome)
    rows = Posting.objects.filter(batch=batch).values_list("line", "id", "origin")
    return {
        line: Standing(pk, origin == Posting.Origin.LEDGER, "booked" in said.get(pk, ()), "refused" in said.get(pk, ()))
        for line, pk, origin in rows
    }


def batches(company_id: int, *, unanswered: bool = False) -> QuerySet[Any]:
    """Give batches with ``booked_lines``, ``refused_lines`` (not booked since), ``waiting_lines`` and ``exported_at``, newest first.

    ``exported_at`` is when it was first handed out; books that answered it had it, whether or not that was recorded.
    """
    answers = Acknowledgement.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
    first = Export.objects.filter(batch=OuterRef("pk")).order_by("id").values("at")[:1]
    said = Acknowledgement.objects.filter(batch=OuterRef("pk")).exclude(key__startswith=OPENING)
    found = PostingBatch.objects.filter(company_id=company_id).annotate(
        booked_lines=Coalesce(Subquery(answers.annotate(n=Sum(F("booked") + F("mended"))).values("n")), 0),
        refused_lines=Coalesce(Subquery(answers.annotate(n=Sum(F("refused") - F("mended"))).values("n")), 0),
        exported_at=Coalesce(Subquery(first), Subquery(said.order_by("id").values("at")[:1])),
    )
    found = found.annotate(waiting_lines=F("needed") - F("booked_lines") - F("refused_lines")).order_by("-number")
    return found.filter(needed__gt=F("booked_lines")) if unanswered else found


@dataclass(frozen=True, slots=True)
class Late:
    """Batches that wait for the books' answer too long: how many, and the oldest's id, number and age in days."""

    count: int
    oldest_id: int
    number: int
    days: int


def late_batches(company_id: int, at: datetime, days_max: int) -> Late | None:
    """Give the batches cut ``days_max`` days before ``at`` or earlier that are not answered whole; None for none, or where 0 asks
    for nothing. One query.
    """
    if days_max <= 0:
        return None
    rows = batches(company_id, unanswered=True).filter(cut_at__lte=at - timedelta(days=days_max))
    found = list(rows.order_by("number").values_list("id", "number", "cut_at"))
    return Late(len(found), found[0][0], found[0][1], (at - found[0][2]).days) if found else None


def unanswered_lines(batch: PostingBatch) -> int:
    """Count the lines of a batch that need an answer and are not booked: waiting or refused."""
    found = Acknowledgement.objects.filter(batch=batch).aggregate(n=Sum(F("booked") + F("mended")))["n"]
    return batch.needed - int(found or 0)


def is_opening(batch: PostingBatch) -> bool:
    """Tell whether a batch is of the opening: the books have it, and it is never handed out."""
    return Acknowledgement.objects.filter(batch=batch, key__startswith=OPENING).exists()


def lines(batch: PostingBatch) -> QuerySet[Any]:
    """Give the lines of a batch with ``is_booked``, ``is_refused`` (and not booked since), ``refusal`` and ``booking``."""
    of = Answer.objects.filter(posting=OuterRef("pk"))
    said_no, said_yes = of.filter(outcome="refused"), of.filter(outcome="booked")
    return (
        Posting.objects.filter(batch=batch)
        .annotate(is_booked=Exists(said_yes), is_refused=Exists(said_no) & ~Exists(said_yes))
        .annotate(refusal=Subquery(said_no.values("reason")[:1]), booking=Subquery(said_yes.values("reference")[:1]))
        .order_by("line")
    )


@dataclass(slots=True)
class Untied:
    """What this ledger did to an item and its source may not have, in minor units that lower what is open (credits: raise).

    ``booked_minor``: the books say that they have it. ``waiting_minor``: in no batch yet, or not answered. ``refused_minor``: refused.
    """

    booked_minor: int = 0
    waiting_minor: int = 0
    refused_minor: int = 0


_BY_ITEM = """
SELECT {side}, SUM(CASE WHEN x.outcome = 2 THEN a.amount_minor ELSE 0 END), SUM(CASE WHEN x.outcome = 1 THEN a.amount_minor ELSE 0 END),
  SUM(CASE WHEN COALESCE(x.outcome, 0) = 0 THEN a.amount_minor ELSE 0 END)
FROM ledger_allocation a LEFT JOIN (
  SELECT p.row_id AS row_id, MAX(CASE WHEN w.outcome = 'booked' THEN 2 ELSE 1 END) AS outcome
  FROM books_posting p JOIN books_answer w ON w.posting_id = p.id
  AND (w.at < %(before)s OR w.acknowledgement_id IN (
    SELECT k.id FROM books_acknowledgement k WHERE k.company_id = %(company)s AND k.key LIKE 'opening/%%'))
  WHERE p.company_id = %(company)s AND p.fact = 'allocation' GROUP BY p.row_id) x ON x.row_id = a.id
WHERE a.company_id = %(company)s AND a.kind <> 'source_settlement' AND a.{side} IS NOT NULL AND a.effective_on <= %(as_of)s
GROUP BY {side}
"""


def untied_by_item(company_id: int, as_of: date) -> dict[int, Untied]:
    """Give by due item what the ledger applied up to ``as_of``, by what the books had answered at the end of that day. Two queries."""
    end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    day: Any = as_of if connection.vendor == "postgresql" else as_of.isoformat()
    values = {"company": company_id, "as_of": day, "before": moment(end)}
    found: dict[int, Untied] = {}
    with connection.cursor() as cursor:
        for side in ("due_item_id", "credit_item_id"):
            cursor.execute(_BY_ITEM.format(side=side), values)
            for item_id, booked, refused, waiting in cursor.fetchall():
                found[item_id] = Untied(int(booked), int(waiting), int(refused))
    return found


_OWN = """
SELECT i.id, MAX(CASE WHEN w.outcome = 'booked' THEN 2 WHEN w.outcome = 'refused' THEN 1 ELSE 0 END)
FROM ledger_due_item i LEFT JOIN books_posting p ON p.company_id = %(company)s AND p.fact = 'item' AND p.row_id = i.id
  LEFT JOIN books_answer w ON w.posting_id = p.id AND (w.at < %(before)s OR w.acknowledgement_id IN (
    SELECT k.id FROM books_acknowledgement k WHERE k.company_id = %(company)s AND k.key LIKE 'opening/%%'))
WHERE i.company_id = %(company)s AND i.source_id IS NULL AND i.effective_on <= %(as_of)s GROUP BY i.id
"""


def own_documents(company_id: int, as_of: date) -> dict[int, str]:
    """Give for every item booked here what the books had said of it at the end of a day: waiting, refused, booked. One query."""
    end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    day: Any = as_of if connection.vendor == "postgresql" else as_of.isoformat()
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"company": company_id, "as_of": day, "before": moment(end)})
        return {item_id: ("waiting", "refused", "booked")[state] for item_id, state in cursor.fetchall()}
