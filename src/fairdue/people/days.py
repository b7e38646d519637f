"""The day at the company's place: the one "today" of entrances and actions.

A moment is UTC everywhere; the day that counts for holds, tasks, deadlines and letters is the calendar day in the company's time
zone. On an evening in New York the UTC day is tomorrow, on a morning in Shanghai it is yesterday.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company


@cache
def zone_of(name: str) -> tzinfo:
    """Give the time zone of this name; one that does not exist is UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def day_in(zone: str, at: datetime) -> date:
    """Give the calendar day of a moment in a time zone."""
    return at.astimezone(zone_of(zone)).date()


def company_day(company: Company, at: datetime) -> date:
    """Give the calendar day of a moment at the company's place."""
    return day_in(company.time_zone, at)


def today_of(actor: Actor) -> date:
    """Give the day on which an actor acts: that of the company's place. One query where the actor does not know the zone."""
    return day_of(actor, actor.at)


def day_of(actor: Actor, at: datetime) -> date:
    """Give the calendar day of a moment at the place of the actor's company."""
    # Commands name this module before Django is set up, so the models are asked for here.
    from fairdue.people.models import Company

    zone = actor.zone or Company.objects.filter(pk=actor.company_id).values_list("time_zone", flat=True).first()
    return day_in(zone or "UTC", at)
