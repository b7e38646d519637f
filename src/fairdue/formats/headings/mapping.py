"""A mapping of columns to fields, as data: it can be shown, corrected, stored and used again."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import Any

from fairdue.formats.fields import Kind
from fairdue.kernel.reasons import Reason, from_dict


@dataclass(frozen=True, slots=True)
class Match:
    """One column taken for a field: how sure (0 to 100) and why ("heading", "values", "chosen")."""

    field: str
    heading: str
    confidence: int
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the file leaves open. ``key`` is the name under which an answer is given back.

    ``options`` are the answers offered (empty: free); ``samples`` are values of the file. A ``blocking`` question left
    open makes rows refused; another one only leaves something out.
    """

    key: str
    reason: Reason
    options: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    blocking: bool = True


@dataclass(frozen=True)
class Mapping:
    """What is read from where. ``answers`` are defaults and decisions, remembered with the columns.

    Keys of ``answers``: ``currency``, ``country``, ``date_order``, ``date_order:HEADING`` (dmy, mdy), ``decimal``,
    ``decimal:HEADING`` (point or comma), ``currency_sign:SIGN``, ``country_code:CODE``, ``company_code`` (codes to read,
    separated by spaces), ``kind``, ``column:FIELD`` (a heading, or empty for none).
    """

    kind: Kind
    columns: dict[str, Match]
    unmapped: tuple[tuple[str, str], ...] = ()
    """Headings not read, each with why: "unknown", "ignored", "second:FIELD", "rejected:FIELD", "index"."""
    missing: tuple[tuple[str, ...], ...] = ()
    """Groups of fields of which at least one is needed and none was found."""
    questions: tuple[Question, ...] = ()
    notes: tuple[Reason, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Tell whether rows can be read: nothing needed is missing and no blocking question is open."""
        return not self.missing and not any(question.blocking for question in self.questions)

    def headings(self) -> dict[str, str]:
        """Give the heading of each mapped field."""
        return {name: match.heading for name, match in self.columns.items()}

    def as_dict(self) -> dict[str, Any]:
        """Give the stored form: what a person confirmed, not what is asked again of each file."""
        return {
            "kind": self.kind.value,
            "columns": {
                name: {"heading": match.heading, "confidence": match.confidence, "why": match.why}
                for name, match in sorted(self.columns.items())
            },
            "unmapped": [list(pair) for pair in self.unmapped],
            "missing": [list(group) for group in self.missing],
            "questions": [
                {
                    "key": question.key,
                    "reason": question.reason.as_dict(),
                    "options": list(question.options),
                    "samples": list(question.samples),
                    "blocking": question.blocking,
                }
                for question in self.questions
            ],
            "notes": [note.as_dict() for note in self.notes],
            "answers": dict(sorted(self.answers.items())),
        }

    @staticmethod
    def from_dict(stored: MappingABC[str, Any]) -> Mapping:
        """Read the stored form back."""
        return Mapping(
            kind=Kind(stored["kind"]),
            columns={
                name: Match(name, str(match["heading"]), min(int(match["confidence"]), 100), str(match["why"]))
                for name, match in stored["columns"].items()
            },
            unmapped=tuple((str(pair[0]), str(pair[1])) for pair in stored.get("unmapped", ())),
            missing=tuple(tuple(group) for group in stored.get("missing", ())),
            questions=tuple(
                Question(
                    str(item["key"]),
                    from_dict(item["reason"]),
                    tuple(item.get("options", ())),
                    tuple(item.get("samples", ())),
                    bool(item.get("blocking", True)),
                )
                for item in stored.get("questions", ())
            ),
            notes=tuple(from_dict(note) for note in stored.get("notes", ())),
            answers={str(key): str(value) for key, value in stored.get("answers", {}).items()},
        )
