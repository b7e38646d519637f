"""What a message carries for the gate beside its text: what it grants, which law it doubts, which findings a person let pass. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fairdue.kernel.reasons import Reason, from_dict


@dataclass(frozen=True, slots=True)
class Override:
    """A finding of the tone check that a person let pass: which, who, and why."""

    category: str
    found: str
    reason: str
    by: str

    def as_dict(self) -> dict[str, str]:
        """Give the stored form."""
        return {"category": self.category, "found": self.found, "reason": self.reason, "by": self.by}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Override:
        """Read the stored form."""
        return cls(str(stored["category"]), str(stored["found"]), str(stored["reason"]), str(stored["by"]))


@dataclass(frozen=True, slots=True)
class GateNotes:
    """The notes of one message. ``grants`` and ``grants_until`` are those of ``facts.Step``."""

    grants: str = ""
    grants_until: date | None = None
    law_doubts: tuple[Reason, ...] = ()
    tone_overrides: tuple[Override, ...] = ()

    def as_dict(self) -> dict[str, Any] | None:
        """Give the stored form (JSON values only); None where there is nothing to say."""
        found: dict[str, Any] = {}
        if self.grants and self.grants_until is not None:
            found |= {"grants": self.grants, "grants_until": self.grants_until.isoformat()}
        if self.law_doubts:
            found["law_doubts"] = [reason.as_dict() for reason in self.law_doubts]
        if self.tone_overrides:
            found["tone_overrides"] = [one.as_dict() for one in self.tone_overrides]
        return found or None

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> GateNotes:
        """Read the stored form; None and absent keys say nothing."""
        known = stored or {}
        until = known.get("grants_until")
        return cls(
            str(known.get("grants", "")),
            date.fromisoformat(until) if until else None,
            tuple(from_dict(one) for one in known.get("law_doubts", [])),
            tuple(Override.from_dict(one) for one in known.get("tone_overrides", [])),
        )
