"""Totals and the parts that tell them elsewhere. Pure; the numbers are those of docs/algorithms/bank-entries.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from fairdue.kernel import chain


class Entry(NamedTuple):
    """An entry of an account: a counted total, or one with parts. ``reference`` is the bank's own, ``batch`` that of the batch."""

    account: int
    currency: str
    amount_minor: int
    booked_on: date | None
    valued_on: date | None
    reference: str
    batch: str


class Total(NamedTuple):
    """A counted line that is an entry as a whole."""

    line: int
    entry: Entry


class Told(NamedTuple):
    """An entry with parts that do not count themselves: where it stands, and the keys of its parts."""

    statement: int
    place: int
    entry: Entry
    keys: tuple[str, ...]

    @property
    def content(self) -> str:
        """Give the hash of what it says: lists that say the same are one (13)."""
        one = self.entry
        days = [on.isoformat() if on else "" for on in (one.booked_on, one.valued_on)]
        told = [one.account, one.currency, one.amount_minor, *days, one.reference, one.batch, sorted(self.keys)]
        return chain.digest("fairdue bank batch v1", chain.canonical(told))[:40]


def fits(total: Entry, told: Entry) -> bool:
    """Say whether an entry with parts tells a total (12)."""
    if (total.account, total.currency, total.amount_minor) != (told.account, told.currency, told.amount_minor):
        return False
    if total.booked_on and told.booked_on:
        same_day = total.booked_on == told.booked_on
    else:
        same_day = total.valued_on is not None and total.valued_on == told.valued_on
    referred = (total.reference and total.reference == told.reference) or (total.batch and total.batch == told.batch)
    return same_day and bool(referred)


def expanded(totals: Iterable[Total], told: Sequence[Told], used: Collection[str] = ()) -> list[tuple[int, Told]]:
    """Give the totals that are told by parts, each with its parts (12 to 14). ``used``: contents that tell a total already."""
    lists: dict[str, Told] = {}
    for one in sorted(told, key=lambda one: (one.statement, one.place)):
        lists.setdefault(one.content, one)
    alike: defaultdict[tuple[int, str, int], list[str]] = defaultdict(list)
    for content, one in lists.items():
        alike[one.entry.account, one.entry.currency, one.entry.amount_minor].append(content)
    of_entry: defaultdict[Entry, list[int]] = defaultdict(list)
    for total in sorted(totals):
        of_entry[total.entry].append(total.line)
    fitting: dict[Entry, list[str]] = {}
    claimed: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in of_entry:
        found = [
            one for one in alike[entry.account, entry.currency, entry.amount_minor] if fits(entry, lists[one].entry)
        ]
        fitting[entry] = found
        for content in found:
            claimed[content].append(entry)
    return [
        (of_entry[entry][0], lists[found[0]])
        for entry, found in fitting.items()
        if len(found) == 1 and len(claimed[found[0]]) == 1 and found[0] not in used
    ]
