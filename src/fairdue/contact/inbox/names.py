"""Names of customers in the words of a mail. Pure; an index made once finds them in one pass over the text.

A name is found where all its words stand in a row, the legal form too; it needs two words and eight letters, or four Chinese or
Japanese characters. A shorter one is found too often in words that mean something else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fairdue.contact.inbox.expressions import plain_text

LETTERS_MIN, CHARACTERS_MIN = 8, 4
_WORD = re.compile(r"\w+")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{4,}")


@dataclass(slots=True)
class Names:
    """Customers by name. ``words`` by the first two words of a name, ``runs`` by its first four characters."""

    words: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]] = field(default_factory=lambda: defaultdict(list))
    runs: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))

    def found(self, text: str) -> dict[str, frozenset[int]]:
        """Give the customers that a text names, by name as it is compared."""
        made: dict[str, set[int]] = defaultdict(set)
        for name, customer_id in (*self._of_words(text), *self._of_runs(text)):
            made[name].add(customer_id)
        longest = [one for one in made if not any(one != other and one in other for other in made)]
        return {one: frozenset(made[one]) for one in sorted(longest)}

    def _of_words(self, text: str) -> Iterator[tuple[str, int]]:
        words = _WORD.findall(plain_text(text))
        for at in range(len(words) - 1):
            for name, customer_id in self.words.get((words[at], words[at + 1]), ()):
                if tuple(words[at : at + len(name)]) == name:
                    yield " ".join(name), customer_id

    def _of_runs(self, text: str) -> Iterator[tuple[str, int]]:
        for run in _IDEOGRAPHS.findall(text):
            for at in range(len(run) - CHARACTERS_MIN + 1):
                for name, customer_id in self.runs.get(run[at : at + CHARACTERS_MIN], ()):
                    if run.startswith(name, at):
                        yield name, customer_id


def names_of(customers: Iterable[tuple[int, str]]) -> Names:
    """Index (customer, name) pairs. Names too short to tell anything are left out."""
    made = Names()
    for customer_id, name in customers:
        run = _IDEOGRAPHS.fullmatch(name.strip())
        if run is not None:
            made.runs[run.group(0)[:CHARACTERS_MIN]].append((run.group(0), customer_id))
            continue
        words = tuple(_WORD.findall(plain_text(name)))
        if len(words) > 1 and sum(map(len, words)) >= LETTERS_MIN:
            made.words[words[0], words[1]].append((words, customer_id))
    return made
