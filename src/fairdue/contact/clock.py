"""The recipient's clock: local days, quiet hours, business days. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from fairdue.contact.facts import GatePolicy, Place
from fairdue.kernel.calendars import is_business_day

LOOK_AHEAD_DAYS = 21
"""How far an open moment is looked for: the longest run of holidays (Chinese New Year with bridge days) is shorter."""


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_day(at: datetime, place: Place) -> date:
    """Give the calendar day at a place (its first zone)."""
    return at.astimezone(_zone(place.zones[0])).date()


def rest_day(at: datetime, place: Place) -> date | None:
    """Give the local day when it is no business day in one of the place's zones, else None."""
    for name in place.zones:
        day = at.astimezone(_zone(name)).date()
        if not is_business_day(day, place.country, place.subdivision):
            return day
    return None


def quiet_zone(at: datetime, place: Place, policy: GatePolicy) -> tuple[str, str] | None:
    """Give (zone, local time) of the first zone in which the policy's quiet hours are running, else None."""
    for name in place.zones:
        local = at.astimezone(_zone(name))
        if _is_quiet(local.hour * 60 + local.minute, policy):
            return name, local.strftime("%H:%M")
    return None


def _is_quiet(minute: int, policy: GatePolicy) -> bool:
    start, end = policy.quiet_from_minute, policy.quiet_to_minute
    if start == end:
        return False
    return start <= minute < end if start < end else minute >= start or minute < end


def next_open_moment(at: datetime, place: Place, *policies: GatePolicy) -> datetime | None:
    """Give the next moment after ``at`` that suits all zones of a place and all ``policies``, or None in three weeks.

    Quiet ends at the same local minute every day, so only those minutes, one per policy, zone and day, can be the first.
    """
    first = local_day(at, place)
    moments = sorted(
        datetime.combine(first + timedelta(days=ahead), opens, _zone(name)).astimezone(at.tzinfo)
        for opens in {_opens(policy) for policy in policies}
        for ahead in range(LOOK_AHEAD_DAYS)
        for name in place.zones
    )
    business_days_only = any(policy.business_days_only for policy in policies)
    for moment in moments:
        closed = business_days_only and rest_day(moment, place)
        if moment > at and not closed and all(quiet_zone(moment, place, policy) is None for policy in policies):
            return moment
    return None


def _opens(policy: GatePolicy) -> time:
    if policy.quiet_from_minute == policy.quiet_to_minute:
        return time(0, 0)
    return time(policy.quiet_to_minute // 60 % 24, policy.quiet_to_minute % 60)
