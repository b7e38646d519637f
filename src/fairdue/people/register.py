"""The register of personal data: which field holds what about whom, why, how long, and what erasure makes of it.

The register is a data file (``data/personal_fields.csv``). A field of a model that stands in none of its rows fails a test,
so that nobody adds a place where persons stand and forgets to say how they leave it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext_noop


class Erased(StrEnum):
    """What erasure makes of a field."""

    FREE = "free"
    """Nothing: it says nothing about a person."""
    EMPTY = "empty"
    WORD = "word"
    """The word that says so stands in its place."""
    NUMBER = "number"
    """A pseudonym stands in its place where it was made from a name."""
    SCRUB = "scrub"
    """The person's name, addresses and numbers are taken out of the text."""
    COMMITMENT = "commitment"
    """The text goes, its salted commitment stays in the chain."""
    KEY = "key"
    """The key goes, the bytes stay and say nothing."""
    FILE = "file"
    """The file goes."""
    LAPSE = "lapse"
    """It cannot be changed from here; it lapses."""


PURPOSES = {
    "claim": gettext_noop("keeping and collecting what is owed"),
    "contact": gettext_noop("writing to and talking with the customer"),
    "dispute": gettext_noop("settling what the customer says"),
    "proof": gettext_noop("proving what was done"),
    "account": gettext_noop("signing in"),
}
BASES = {
    "contract": gettext_noop("contract (GDPR art. 6(1)(b); PIPL art. 13(2))"),
    "duty": gettext_noop("legal duty (GDPR art. 6(1)(c); PIPL art. 13(3))"),
    "interest": gettext_noop("legitimate interest (GDPR art. 6(1)(f)); in China consent or contract"),
}
RETENTIONS = {
    "relation": gettext_noop("36 months after the last business"),
    "letter": gettext_noop("the country's duty to keep business letters"),
    "book": gettext_noop("the country's duty to keep accounting records"),
    "import": gettext_noop("3 months after the file came"),
    "account": gettext_noop("while the user works here"),
    "backup": gettext_noop("as long as backups are kept"),
}
SUBJECTS = {
    "customer": gettext_noop("customer"),
    "contact": gettext_noop("contact"),
    "user": gettext_noop("user"),
    "any": gettext_noop("whoever is named"),
}
ERASED_WORDS = {
    Erased.FREE: gettext_noop("nothing personal"),
    Erased.EMPTY: gettext_noop("is emptied"),
    Erased.WORD: gettext_noop("the word [erased]"),
    Erased.NUMBER: gettext_noop("a pseudonym where it was made from the name"),
    Erased.SCRUB: gettext_noop("the person is taken out of the text"),
    Erased.COMMITMENT: gettext_noop("the text goes, its commitment stays in the chain"),
    Erased.KEY: gettext_noop("its key is destroyed"),
    Erased.FILE: gettext_noop("the file goes"),
    Erased.LAPSE: gettext_noop("lapses with the backup"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the register. ``rows`` says how a row is tied to its person; empty words stand at ``free`` fields."""

    table: str
    name: str
    subject: str
    rows: str
    purpose: str
    basis: str
    retention: str
    erased: Erased
    note: str

    @property
    def personal(self) -> bool:
        """Tell whether the field may say something about a person."""
        return self.erased is not Erased.FREE


class RegisterError(ValueError):
    """The register contradicts itself; the message names the row."""


@cache
def fields() -> tuple[Field, ...]:
    """Give the whole register, in its order. Raises RegisterError for an unknown word or a field named twice."""
    text = files("fairdue.people").joinpath("data", "personal_fields.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    found: dict[tuple[str, str], Field] = {}
    for row in csv.DictReader(lines):
        for name in row["fields"].split():
            if (row["table"], name) in found:
                raise RegisterError(f"{row['table']}.{name} stands twice in the register")
            found[row["table"], name] = _field(row, name)
    return tuple(found.values())


def _field(row: dict[str, str], name: str) -> Field:
    erased = Erased(row["erased"])
    known = (("purpose", PURPOSES), ("basis", BASES), ("retention", RETENTIONS))
    for column, words in known:
        if erased is not Erased.FREE and row[column] not in words:
            raise RegisterError(f"{row['table']}.{name}: {column} {row[column]!r} is unknown")
    return Field(
        row["table"], name, row["subject"], row["rows"], row["purpose"], row["basis"], row["retention"], erased,
        row["note"] or "",
    )  # fmt: skip


def personal_fields(table: str = "") -> tuple[Field, ...]:
    """Give the fields that may say something about a person, of one table or of all."""
    return tuple(one for one in fields() if one.personal and table in {"", one.table})
