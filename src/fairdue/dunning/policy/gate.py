"""The ``gate`` section of a policy: what contact's gate asks before anything leaves."""

from __future__ import annotations

import re
from typing import Any

from fairdue.dunning.policy.nodes import Reader
from fairdue.kernel.reasons import gettext_noop as _

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
_NUMBERS = {
    "bank_data_max_age_days": (0, 60),
    "contacts_per_week": (1, 50),
    "min_days_between": (0, 60),
    "in_transit_ignore_ppm": (0, 1_000_000),
    "in_transit_short_ppm": (0, 500_000),
    "in_transit_part_ppm": (1, 1_000_000),
    "posting_record_days": (1, 60),
}
"""Whole numbers of the section with their bounds; the names are those of contact's GatePolicy."""
CHOICES = {"internal_check": ("finding", "hold"), "law_uncertain": ("warn", "hold")}
"""Words of the section, each with what it may be; the first is contact's default."""
PURPOSES = ("payables", "counterpart", "management")
CHANNELS = ("email", "letter", "file", "call")


def read_gate(root: Reader) -> dict[str, Any]:
    """Read the section as the stored form of contact's GatePolicy; absent keys take contact's defaults."""
    section = root.mapping("gate")
    if section is None:
        return {}
    found: dict[str, Any] = {}
    for name, (low, high) in _NUMBERS.items():
        value = section.integer(name, None, low=low, high=high)
        if value is not None:
            found[name] = value
    for name in ("business_days_only", "hold_while_importing"):
        if section.has(name):
            found[name] = section.flag(name, True)
    for name, words in CHOICES.items():
        if word := section.choice(name, words):
            found[name] = word
    for name, allowed in (("purposes", PURPOSES), ("quiet_channels", CHANNELS)):
        if section.has(name):
            found[name] = list(section.words(name, allowed))
    found |= _quiet_hours(section)
    if (channels := section.mapping("contacts_per_week_by_channel")) is not None:
        counts = {name: channels.integer(name, None, low=1, high=50) for name in CHANNELS}
        found["contacts_per_week_by_channel"] = {name: count for name, count in counts.items() if count}
        channels.done()
    section.done()
    return found


def _quiet_hours(section: Reader) -> dict[str, int]:
    hours = section.mapping("quiet_hours")
    if hours is None:
        return {}
    found: dict[str, int] = {}
    for name, target in (("from", "quiet_from_minute"), ("to", "quiet_to_minute")):
        text = hours.text(name, required=True)
        if text and not _CLOCK.fullmatch(text):
            advice = _("Write hours and minutes in quotes, such as “18:00”.")
            hours.problem(name, _("%(what)r is no time of day"), advice, what=text)
        elif text:
            hour, minute = text.split(":")
            found[target] = int(hour) * 60 + int(minute)
    hours.done()
    return found
