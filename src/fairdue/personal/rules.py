"""What of a person may go today, what must stay, and why. Pure.

1. A legal hold refuses everything.
2. A customer with an open claim cannot be erased; a contact can, for the claim does not need this person.
3. A message being sent, or of which nobody knows whether it left, has to be settled first.
4. A customer that is recorded as no natural person is none; *unknown* counts as yes.
5. What no duty holds goes at once. Letters stay until the duty to keep business letters ends, counted from the last letter;
   accounting records until theirs ends, counted from the last document or payment. Where there never was one, nothing holds.
6. What stays is named with its day and its law, and the erasure is asked again on the first such day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fairdue.kernel.reasons import Reason, because
from fairdue.law.retention import Retention
from fairdue.personal.reasons import PersonalReason

AT_ONCE = ("relation", "import", "account")
"""Clocks that a person's wish ends."""
RELATION_MONTHS = 36
IMPORT_DAYS = 92


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides on one person. ``kind`` is customer, contact or user; days are None where there never was such a record."""

    kind: str
    label: str
    letter: Retention
    book: Retention
    last_letter_on: date | None = None
    last_book_on: date | None = None
    legal_hold: bool = False
    open_items: int = 0
    being_sent: int = 0
    natural_person: str = "unknown"
    may_sign_in: bool = False
    waiting_imports: int = 0


@dataclass(frozen=True, slots=True)
class Stay:
    """One clock that still runs: until which day, by which law, and how sure that is."""

    clock: str
    until: date
    source: str

    def as_dict(self) -> dict[str, str]:
        """Give the stored form."""
        return {"clock": self.clock, "until": self.until.isoformat(), "source": self.source}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``refused`` says why nothing goes; else ``clocks`` go now and ``stays`` are kept."""

    refused: tuple[Reason, ...]
    clocks: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()

    @property
    def next_on(self) -> date | None:
        """Give the first day on which more may go."""
        return min((one.until + timedelta(days=1) for one in self.stays), default=None)


def judge(facts: Facts, today: date) -> Verdict:
    """Say what of a person may go today."""
    refused = tuple(_refusals(facts))
    if refused:
        return Verdict(refused)
    stays = []
    clocks = list(AT_ONCE)
    for clock, duty, last_on in (
        ("letter", facts.letter, facts.last_letter_on),
        ("book", facts.book, facts.last_book_on),
    ):
        if last_on is not None and duty.until(last_on) >= today:
            stays.append(Stay(clock, duty.until(last_on), duty.source))
        else:
            clocks.append(clock)
    return Verdict((), tuple(clocks), tuple(stays))


def _refusals(facts: Facts) -> list[Reason]:
    found = []
    if facts.kind == "customer" and facts.natural_person == "no":
        found.append(because(PersonalReason.NO_PERSON, customer=facts.label))
    if facts.legal_hold:
        found.append(because(PersonalReason.LEGAL_HOLD, customer=facts.label))
    if facts.kind == "customer" and facts.open_items:
        found.append(because(PersonalReason.OPEN_CLAIM, count=facts.open_items))
    if facts.being_sent:
        found.append(because(PersonalReason.BEING_SENT, count=facts.being_sent))
    if facts.waiting_imports:
        found.append(because(PersonalReason.WAITING_IMPORT, count=facts.waiting_imports))
    if facts.kind == "user" and facts.may_sign_in:
        found.append(because(PersonalReason.STILL_WORKS, user=facts.label))
    return found
