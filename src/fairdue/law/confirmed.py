"""Which rows of the data files nobody has confirmed yet, by country and topic. Pure; ``conduct.md``, "What is not confirmed"."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from fairdue.law.compensation import scales
from fairdue.law.conduct_table import RuleCode, conduct_rules
from fairdue.law.forms import form_rules
from fairdue.law.statutes import regimes

DOUBTS = ("not confirmed", "general knowledge", "unverified")
"""What the source of a row says anywhere that rests on general knowledge: a lawyer has not confirmed it yet."""
_SAYS_SO = re.compile(
    r"; (?:not confirmed|general knowledge, unverified)(?=;|$)| \(general knowledge(?:, unverified)?\)"
    r"|(?<=general knowledge), unverified"
)
"""The words of a source that are on how well it is known, and on nothing else."""


class Topic(StrEnum):
    """What of a country's law a person confirms at once: the parts on which a message may rest."""

    CONDUCT = "conduct"
    """Days, hours and contacts."""
    THIRD_PARTY = "third_party"
    FORM = "form"
    """What a demand is called, must state and how long it must leave."""
    FEE = "fee"
    INTEREST = "interest"
    COMPENSATION = "compensation"


_TOPICS = {
    RuleCode.THIRD_PARTY: Topic.THIRD_PARTY, RuleCode.THIRD_PARTY_CONTENT: Topic.THIRD_PARTY,
    RuleCode.NOTICE_DEADLINE_MIN: Topic.FORM, RuleCode.NOTICE_CONTENT: Topic.FORM,
    RuleCode.REMINDER_FEE_MAX: Topic.FEE, RuleCode.REMINDER_FEES_MAX: Topic.FEE, RuleCode.COLLECTION_FEE_MAX: Topic.FEE,
    RuleCode.COMPENSATION_MAX: Topic.COMPENSATION,
}  # fmt: skip


class Basis(NamedTuple):
    """A row on which a message rests: where it holds (DE, US-CA, EU), its topic, its source; ``printed``: its citation in a letter."""

    country: str
    topic: Topic
    source: str
    printed: str = ""


def topic_of(code: RuleCode) -> Topic:
    """Give the topic of a rule of conduct."""
    return _TOPICS.get(code, Topic.CONDUCT)


def is_confirmed(source: str) -> bool:
    """Tell whether a row's source says no word of not being confirmed, at its end or within."""
    return not any(doubt in source for doubt in DOUBTS)


def citation(source: str) -> str:
    """Give a source without the word on how well it is known: as a letter may print it."""
    return _SAYS_SO.sub("", source)


@cache
def unconfirmed_rows() -> tuple[Basis, ...]:
    """Give every row that nobody has confirmed and on which a message may rest, each once, by country and topic."""
    rows = [
        Basis(place, topic_of(rule.code), rule.source, citation(rule.source))
        for place, rules in conduct_rules().items()
        for rule in rules
        if rule.value
    ]
    rows += [Basis(place, Topic.FORM, rule.source) for place, rules in form_rules().items() for rule in rules]
    rows += [Basis(one.code, Topic.INTEREST, one.source, one.citation) for one in regimes().values()]
    known = regimes()
    for name, bands in scales().items():
        rows += [Basis(known[name].code, Topic.COMPENSATION, one.source, one.citation) for one in bands if one.citation]
    return tuple(sorted({row for row in rows if not is_confirmed(row.source)}))


@cache
def unconfirmed_topics() -> dict[tuple[str, Topic], tuple[str, ...]]:
    """Give what there is to confirm: country and topic, with the sources that a lawyer must look at."""
    found: dict[tuple[str, Topic], dict[str, None]] = {}
    for row in unconfirmed_rows():
        found.setdefault((row.country, row.topic), {})[citation(row.source)] = None
    return {key: tuple(sources) for key, sources in found.items()}


def charged_on(countries: frozenset[str], topic: Topic, printed: str) -> tuple[Basis, ...]:
    """Give the rows not confirmed behind a charge that a letter bases on a citation, in any of the countries."""
    rows = (row for row in unconfirmed_rows() if row.topic is topic and row.country in countries)
    return tuple(row for row in rows if row.printed == printed)
