"""Columns to fields. See docs/algorithms/table-recognition.md, "Columns"."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass

from fairdue.formats.fields import KINDS, Field, Kind, Type, fields_of, normal, words_of
from fairdue.formats.fields.words import is_repeated
from fairdue.formats.headings.mapping import Mapping, Match
from fairdue.formats.headings.profile import Profile, fits, profile
from fairdue.formats.headings.questions import ask, confirm_column, kind_question
from fairdue.formats.reasons import NoteReason
from fairdue.formats.tables.table import Table
from fairdue.kernel.reasons import Reason, because

HEADING_CONFIDENCE = 95
RANK_COST_MAX = 20
"""Each further synonym of a field costs one point: earlier ones say more exactly what is meant."""
REPEATED_COST = 15
NEEDED_BONUS = 12
"""A heading that may mean two fields means the one that every row needs."""
VALUES_CONFIDENCE = 60
"""A column recognised by its values alone."""
GUESS_CONFIDENCE = 40
"""The only column of the needed type; asked before use."""
KIND_MARGIN = 6
"""Two kinds closer than this in score are asked."""
_TELLING = {
    Kind.OPEN_ITEMS: ("due_on", "open_amount", "terms", "baseline_on", "issued_on"),
    Kind.CLOSED_ITEMS: ("due_on", "settled_on", "terms", "baseline_on", "issued_on"),
    Kind.PAYMENTS: ("payment_number", "payer_iban", "paid_on", "credit"),
    Kind.CUSTOMERS: ("street", "postcode", "city", "vat_id", "registration_number", "credit_limit", "group_number"),
    Kind.CONTACTS: ("contact_name", "role", "phone", "channel", "email"),
}
"""Fields that tell one kind from the others count three times."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A column that may hold a field: ``score`` ranks it among the others, ``confidence`` (0 to 100) says how sure it is."""

    score: int
    field: str
    column: int
    confidence: int


def recognise(
    table: Table,
    kind: Kind | None = None,
    *,
    remembered: Mapping | None = None,
    answers: MappingABC[str, str] | None = None,
) -> Mapping:
    """Find kind and columns of a table.

    1. A heading's synonyms propose fields; the values must fit the field's type or the proposal is dropped.
    2. Each field takes its best column, each column serves once, best pairs first; ties go to the earlier column.
    3. Needed fields still missing are looked for among the other columns by values alone, and then confirmed.
    4. The kind with most (telling) fields wins; a close second is asked.
    ``remembered`` columns win where the heading is still there; ``answers`` (see ``Mapping``) win over everything.
    Raises nothing: what is missing or open stands in the result.
    """
    given = {**(remembered.answers if remembered else {}), **(answers or {})}
    known = remembered.headings() if remembered else {}
    chosen = {key.removeprefix("column:"): value for key, value in given.items() if key.startswith("column:")}
    wanted = kind or (Kind(given["kind"]) if given.get("kind") in set(Kind) else None)
    wanted = wanted or (remembered.kind if remembered else None)
    shapes = [profile(table, column) for column in range(len(table.headings))]
    tried = {one: _assign(table, shapes, one, {**known, **chosen}) for one in ([wanted] if wanted else list(Kind))}
    scores = {one: _kind_score(one, columns) for one, columns in tried.items()}
    ranked = sorted(tried, key=lambda one: (-scores[one], list(Kind).index(one)))
    best = ranked[0]
    questions = []
    if not wanted and len(ranked) > 1 and scores[best] - scores[ranked[1]] < KIND_MARGIN:
        questions.append(kind_question([one.value for one in ranked if scores[best] - scores[one] < KIND_MARGIN]))
    columns = tried[best]
    questions += [confirm_column(match) for match in columns.values() if match.why == "guess"]
    unmapped, notes = _others(table, shapes, best, columns)
    missing = tuple(group for group in KINDS[best].one_of if not any(name in columns for name in group))
    asked, dropped = ask(table, best, columns, missing, given)
    for name in dropped:
        unmapped = (*unmapped, (columns[name].heading, f"rejected:{name}"))
        columns = {field: match for field, match in columns.items() if field != name}
    return Mapping(best, columns, unmapped, missing, tuple(questions) + asked, notes, given)


def _assign(table: Table, shapes: list[Profile], kind: Kind, chosen: MappingABC[str, str]) -> dict[str, Match]:
    fields = fields_of(kind)
    taken: dict[str, Match] = {}
    used: set[int] = set()
    for name, heading in chosen.items():
        column = table.position(heading)
        if name in fields and column is not None:
            taken[name] = Match(name, heading, 100, "chosen")
            used.add(column)
    barred = {name for name, heading in chosen.items() if heading == ""}
    for candidate in _candidates(table, shapes, fields):
        if candidate.field not in taken and candidate.column not in used and candidate.field not in barred:
            heading = table.headings[candidate.column]
            taken[candidate.field] = Match(candidate.field, heading, candidate.confidence, "heading")
            used.add(candidate.column)
    for candidate, why in _by_values(table, shapes, kind, fields, taken, used):
        if candidate.field not in taken and candidate.column not in used and candidate.field not in barred:
            heading = table.headings[candidate.column]
            taken[candidate.field] = Match(candidate.field, heading, candidate.confidence, why)
            used.add(candidate.column)
    return taken


def _candidates(table: Table, shapes: list[Profile], fields: MappingABC[str, Field]) -> list[_Candidate]:
    found = []
    for column, heading in enumerate(table.headings):
        for word in words_of(heading):
            if word.field not in fields:
                continue
            fit = fits(fields[word.field].type, shapes[column])
            cost = min(word.rank, RANK_COST_MAX) + (REPEATED_COST if is_repeated(heading) else 0)
            confidence = (HEADING_CONFIDENCE - cost) * fit // 100
            if confidence > 0:
                score = confidence + (NEEDED_BONUS if fields[word.field].needed else 0)
                found.append(_Candidate(score, word.field, column, confidence))
    return sorted(found, key=lambda one: (-one.score, one.column, one.field))


def _by_values(
    table: Table,
    shapes: list[Profile],
    kind: Kind,
    fields: MappingABC[str, Field],
    taken: MappingABC[str, Match],
    used: set[int],
) -> list[tuple[_Candidate, str]]:
    """Propose columns without a known heading: certain types at once, needed ones when only one column can be meant."""
    free = [
        column
        for column in range(len(table.headings))
        if column not in used and not _is_ignored(table.headings[column]) and not shapes[column].counts_up
    ]
    sure: list[tuple[_Candidate, str]] = []
    for name, test in (("email", "email"), ("payer_iban", "iban"), ("currency", "currency")):
        if name in fields and name not in taken:
            hits = [c for c in free if shapes[c].count and getattr(shapes[c], test) >= 95]
            sure += [(_Candidate(VALUES_CONFIDENCE, name, c, VALUES_CONFIDENCE), "values") for c in hits[:1]]
    unknown = [c for c in free if not words_of(table.headings[c]) and shapes[c].count]
    for group in KINDS[kind].one_of:
        if any(name in taken for name in group):
            continue
        wanted = fields[group[0]]
        if hit := _only_column(wanted, unknown, shapes):
            sure.append((_Candidate(GUESS_CONFIDENCE, wanted.name, hit - 1, GUESS_CONFIDENCE), "guess"))
    return sure


def _only_column(wanted: Field, free: list[int], shapes: list[Profile]) -> int:
    """Give 1 + the only column whose values can be ``wanted``, or 0."""
    if wanted.type is Type.DATE:
        hits = [c for c in free if shapes[c].date >= 90]
    elif wanted.type is Type.AMOUNT:
        hits = [c for c in free if shapes[c].amount >= 95 and shapes[c].fraction >= 50]
    elif wanted.type is Type.KEY:
        hits = [c for c in free if shapes[c].code >= 90 and shapes[c].date < 50 and shapes[c].fraction < 10]
        hits = [c for c in hits if shapes[c].unique < 90] or hits
    else:
        hits = [c for c in free if shapes[c].word >= 90 and shapes[c].count > 1]
    return hits[0] + 1 if len(hits) == 1 else 0


def _kind_score(kind: Kind, columns: MappingABC[str, Match]) -> int:
    score = sum(_weight(kind, match) * (3 if name in _TELLING[kind] else 1) // 10 for name, match in columns.items())
    lacking = sum(1 for group in KINDS[kind].one_of if not any(name in columns for name in group))
    if kind is Kind.CLOSED_ITEMS and "settled_on" in columns:
        score += 10
    return score - 40 * lacking


def _weight(kind: Kind, match: Match) -> int:
    """Give what a match counts for its kind: a heading of a needed field counts its bonus, as in the choice of columns."""
    needed = match.why == "heading" and fields_of(kind)[match.field].needed
    return match.confidence + (NEEDED_BONUS if needed else 0)


def _is_ignored(heading: str) -> bool:
    return any(word.field == "ignored" for word in words_of(heading))


def _others(
    table: Table, shapes: list[Profile], kind: Kind, columns: MappingABC[str, Match]
) -> tuple[tuple[tuple[str, str], ...], tuple[Reason, ...]]:
    """Say of each column not taken why."""
    used = {match.heading for match in columns.values()}
    fields = fields_of(kind)
    unmapped: list[tuple[str, str]] = []
    notes: list[Reason] = []
    for column, heading in enumerate(table.headings):
        if heading in used:
            continue
        meant = [word.field for word in words_of(heading)]
        second = next((name for name in meant if name in columns), "")
        rejected = next((name for name in meant if name in fields), "")
        if "ignored" in meant:
            unmapped.append((heading, "ignored"))
        elif second:
            unmapped.append((heading, f"second:{second}"))
            chosen = columns[second].heading
            if normal(heading) != normal(chosen):
                notes.append(because(NoteReason.SECOND_COLUMN, heading=heading, field=second, chosen=chosen))
        elif shapes[column].counts_up:
            unmapped.append((heading, "index"))
        else:
            unmapped.append((heading, f"rejected:{rejected}" if rejected else "unknown"))
    return tuple(unmapped), tuple(notes)
