"""Who paid: the customers that a line points to, each with its strongest evidence (rules 5 to 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from fairdue.cash.matching.index import Index
from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Line
from fairdue.kernel.reasons import Reason, because


class Strength(IntEnum):
    """How strongly a line points to a customer; more is stronger."""

    NAME_PAID = 1
    NAME_CUT = 2
    NAME = 3
    NAME_WHOLE = 4
    """With its legal form: it tells namesakes apart."""
    ALIAS = 5
    ACCOUNT = 6


class Who(NamedTuple):
    """A customer that a line points to."""

    strength: Strength
    reason: Reason


_BEHALF = re.compile(
    r"(?:on behalf of|o\.?b\.?o\.?|in behalf of|payment for|paid for|for account of|f/?a/?o|i\.\s?a\.|im auftrag (?:von|der)?|für|"
    r"pour (?:le )?compte de|pour|p[ ./]?o\.?|per conto di|por cuenta de|namens|w imieniu|za|for|代付|代|为)\s*[:：]?\s*(?P<name>.{4,})",
    re.IGNORECASE,
)


def who(index: Index, line: Line) -> dict[int, Who]:
    """Give the customers that a line points to. A customer has its strongest evidence only."""
    found: dict[int, Who] = {}
    if line.account:
        _add(found, index.accounts.get(line.account, ()), Strength.ACCOUNT, because(MatchReason.ACCOUNT))
        alias = because(MatchReason.ALIAS, name=line.account)
        _add(found, index.alias_accounts.get(line.account, ()), Strength.ACCOUNT, alias)
    if line.name:
        _by_name(index, found, line.name)
    if line.ultimate:
        _add(found, _named(index, line.ultimate), Strength.NAME, because(MatchReason.ULTIMATE, name=line.ultimate))
    if line.text and (told := _BEHALF.search(line.text)) is not None:
        name = told.group("name").strip()
        _add(found, _named(index, name), Strength.ALIAS, because(MatchReason.ON_BEHALF, name=name))
    return found


def _by_name(index: Index, found: dict[int, Who], name: str) -> None:
    keys = index.told_keys(name)
    for key in index.told_wholes(name):
        _add(found, index.wholes.get(key, ()), Strength.NAME_WHOLE, because(MatchReason.NAME, name=name))
    for key in keys:
        _add(found, index.alias_names.get(key, ()), Strength.ALIAS, because(MatchReason.ALIAS, name=name))
        code = MatchReason.NAME_SCRIPT if key.startswith("=") else MatchReason.NAME
        _add(found, index.names.get(key, ()), Strength.NAME, because(code, name=name))
    if not any(one.strength >= Strength.NAME for one in found.values()) or not any(
        index.names.get(key) for key in keys
    ):
        begun = index.begins_with(name)
        if len(begun) == 1:
            _add(found, begun, Strength.NAME_CUT, because(MatchReason.NAME_CUT, name=name))
    for key in keys[:1]:
        _add(found, index.paid_names.get(key, ()), Strength.NAME_PAID, because(MatchReason.NAME_PAID, name=name))


def _named(index: Index, name: str) -> set[int]:
    found = set[int]()
    for key in index.told_keys(name):
        found |= index.names.get(key, set())
    return found


def _add(found: dict[int, Who], customers: Iterable[int], strength: Strength, reason: Reason) -> None:
    for customer in customers:
        held = found.get(customer)
        if held is None or held.strength < strength:
            found[customer] = Who(strength, reason)


def strongest(found: dict[int, Who]) -> list[list[int]]:
    """Give the customers by strength, the strongest first, each step in the order of ids."""
    steps: dict[Strength, list[int]] = {}
    for customer, one in sorted(found.items()):
        steps.setdefault(one.strength, []).append(customer)
    return [steps[strength] for strength in sorted(steps, reverse=True)]
