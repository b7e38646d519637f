"""Reasons: why something was decided, as a code with the numbers behind it.

A room declares its codes as a ``ReasonCode`` enum whose texts are marked with ``gettext_noop`` so that makemessages
finds them; the entrances translate the text and fill in the values. Codes are stored, texts are not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

Value = str | int | bool | None


def gettext_noop(text: str) -> str:
    """Mark a text for translation without translating it here (the name is what makemessages looks for)."""
    return text


class ReasonCode(Enum):
    """Base of each room's reasons: ``member = ("code", gettext_noop("Text with %(name)s"))``."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: the code and the values that fill its text. Amounts are minor units with their currency beside."""

    code: str
    values: tuple[tuple[str, Value], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Give the stored form ``{"code": …, "values": {…}}``."""
        return {"code": self.code, "values": dict(self.values)}


def because(code: ReasonCode, **values: Value) -> Reason:
    """Make a reason from a declared code; values are kept in sorted order so that equal reasons are equal bytes."""
    return Reason(code.code, tuple(sorted(values.items())))


def from_dict(stored: Mapping[str, object]) -> Reason:
    """Read the stored form back."""
    values = stored.get("values") or {}
    if not isinstance(values, Mapping):
        raise TypeError("values of a reason must be a mapping")
    return Reason(str(stored["code"]), tuple(sorted(values.items())))


def dump(reasons: Iterable[Reason]) -> str:
    """Write reasons as one canonical JSON text (sorted keys, no spaces): equal decisions are equal bytes."""
    return json.dumps(
        [reason.as_dict() for reason in reasons], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def load(text: str) -> list[Reason]:
    """Read what ``dump`` wrote."""
    return [from_dict(item) for item in json.loads(text or "[]")]


def text_index(*enums: type[ReasonCode]) -> dict[str, str]:
    """Give the untranslated text of every code of ``enums``; raises ValueError when two rooms use one code."""
    index: dict[str, str] = {}
    for enum in enums:
        for member in enum:
            if member.code in index:
                raise ValueError(f"reason code {member.code} is declared twice")
            index[member.code] = member.text
    return index
