"""The form that a country asks of a notice: its name, what it must say beyond the claim, and how it must be sent. Pure.

The facts are ``data/forms.csv``; how rows are chosen is ``docs/algorithms/conduct.md``. Texts are keys: what they say in each
language is the letters' part.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from fairdue.law.conduct import NaturalPerson
from fairdue.law.conduct_table import UNION, AppliesTo
from fairdue.law.eu import is_eu
from fairdue.law.tables import Confidence, LawDataError, Row, read

COLUMNS = (
    "country", "rule", "documents", "applies_to", "part", "text", "only_with", "basis", "source", "confidence", "note",
)  # fmt: skip


class AskedBy(StrEnum):
    """Whose rules ask: the law that governs the debt, or the rules at the debtor's place."""

    LAW = "law"
    PLACE = "place"


class Part(StrEnum):
    """What a row is about."""

    NAME = "name"
    """How the letter is called, so that a reader and a court know it."""
    STATEMENT = "statement"
    REPLY = "reply"
    """A form to answer on, printed in the letter."""
    PROOF = "proof"
    """How it must be sent; nothing is printed."""
    ENCLOSURE = "enclosure"
    """What a person must enclose; nothing is printed."""


class OnlyWith(StrEnum):
    """A statement that is true only in some letters."""

    ALWAYS = ""
    INTEREST = "interest"
    """Late interest is claimed or named in the letter."""
    COMPENSATION = "compensation"
    COURT = "court"
    """The letter announces that the claim may go to court: a threat that nobody means to carry out is none of ours."""


@dataclass(frozen=True, slots=True)
class FormRule:
    """One row of ``forms.csv``. ``basis`` may be printed; ``source`` and ``note`` are for those who check it."""

    country: str
    asked_by: AskedBy
    documents: frozenset[str]
    applies_to: AppliesTo
    part: Part
    text: str
    only_with: OnlyWith
    basis: str
    source: str
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a notice must be called and say, with the row behind each part. ``unsure`` rows are too weak to print."""

    name: FormRule | None = None
    statements: tuple[FormRule, ...] = ()
    reply: FormRule | None = None
    besides: tuple[FormRule, ...] = ()
    """Proofs and enclosures: for the person who releases the letter."""
    unsure: tuple[FormRule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.name or self.statements or self.reply or self.besides)


def form_rule(row: Row) -> FormRule:
    """Read one row strictly. Raises ValueError that says what is wrong with it."""
    if list(row) != list(COLUMNS) or None in row.values():
        raise LawDataError(f"columns must be {', '.join(COLUMNS)}")
    if not row["source"] or not row["documents"] or not row["text"]:
        raise LawDataError(f"{row['country']}: a row needs documents, a text key and a source")
    confidence = Confidence(row["confidence"])
    if confidence is Confidence.GAP:
        raise LawDataError(f"{row['text']} of {row['country']}: a form that was not found is no row")
    return FormRule(
        row["country"], AskedBy(row["rule"]), frozenset(row["documents"].split()), AppliesTo(row["applies_to"]),
        Part(row["part"]), row["text"], OnlyWith(row["only_with"]), row["basis"], row["source"], confidence, row["note"],
    )  # fmt: skip


@cache
def form_rules() -> dict[str, tuple[FormRule, ...]]:
    """Give every row by country, in the file's order. Raises LawDataError for a row that stands twice."""
    found: dict[str, list[FormRule]] = {}
    seen: set[tuple[str, AskedBy, AppliesTo, Part, str]] = set()
    for rule in read("forms.csv", form_rule):
        key = (rule.country, rule.asked_by, rule.applies_to, rule.part, rule.text)
        if key in seen:
            raise LawDataError(f"law/data/forms.csv: {rule.part.value} {rule.text} of {rule.country} stands twice")
        seen.add(key)
        found.setdefault(rule.country, []).append(rule)
    return {country: tuple(own) for country, own in found.items()}


@cache
def form_of(law: str, place: str, document: str, natural_person: str = "unknown", *, court: bool = True) -> Form:
    """Give the form of a document under the governing ``law`` (DE, US-NY), to a debtor at ``place`` (a country).

    1. Rows of the law come from the law's country, rows of the place from the debtor's country and, in a member state, from the
    Union. 2. Whoever is not known to be a company counts as a natural person. 3. The place names the letter; where it has no
    name for it, the law does. 4. Statements of the law come first, then those of the place; the same text is said once. 5. A row
    of low confidence is never printed and stands in ``unsure``. 6. Rows that announce a court (a letter before claim, a demand
    before suit) belong to letters that do (``court``). Raises ValueError for another word than yes, no, unknown.
    """
    kind = AppliesTo.COMPANY if NaturalPerson(natural_person) is NaturalPerson.NO else AppliesTo.NATURAL_PERSON
    rows = [one for one in form_rules().get(law.split("-")[0], ()) if one.asked_by is AskedBy.LAW]
    here = [*form_rules().get(place, ()), *(form_rules().get(UNION, ()) if is_eu(place) else ())]
    rows += [one for one in here if one.asked_by is AskedBy.PLACE]
    rows = [one for one in rows if document in one.documents and one.applies_to in (kind, AppliesTo.BOTH)]
    rows = [one for one in rows if court or one.only_with is not OnlyWith.COURT]
    usable = [one for one in rows if one.confidence.usable]
    names = sorted((one for one in usable if one.part is Part.NAME), key=lambda one: one.asked_by is AskedBy.LAW)
    said = {one.text: one for one in reversed(usable) if one.part is Part.STATEMENT}
    return Form(
        name=names[0] if names else None,
        statements=tuple(one for one in usable if said.get(one.text) is one),
        reply=next((one for one in usable if one.part is Part.REPLY), None),
        besides=tuple(one for one in usable if one.part in (Part.PROOF, Part.ENCLOSURE)),
        unsure=tuple(one for one in rows if not one.confidence.usable),
    )
