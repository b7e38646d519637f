"""Reads on people: which companies a user belongs to, and the actor for a signed-in user."""

from __future__ import annotations

from datetime import datetime

from fairdue.people.actor import Actor
from fairdue.people.models import Company, Membership, User


def companies_of(user: User) -> list[Company]:
    """Give the companies of which ``user`` is a member, by name."""
    return list(Company.objects.filter(memberships__user=user).distinct().order_by("name", "id"))


def actor_for(user: User, company_id: int, at: datetime) -> Actor | None:
    """Give the user's actor in a company, or None where the user is no member."""
    mine = Membership.objects.filter(user=user, company_id=company_id)
    rows = list(mine.values_list("role", "release_limit_minor", "company__time_zone"))
    if not rows:
        return None
    limits = [limit for _, limit, _ in rows]
    return Actor(
        company_id=company_id,
        at=at,
        user_id=user.pk,
        name=user.get_full_name() or user.username,
        roles=frozenset(role for role, *_ in rows),
        zone=rows[0][2],
        release_limit_minor=None if None in limits else max(limit for limit in limits if limit is not None),
    )


def actors_of(user: User, at: datetime) -> list[tuple[Company, Actor]]:
    """Give each company of which ``user`` is a member with the user's actor there, by name. One query."""
    rows = Membership.objects.filter(user=user).select_related("company").order_by("company__name", "company_id", "id")
    held: dict[int, list[Membership]] = {}
    for row in rows:
        held.setdefault(row.company_id, []).append(row)
    return [(group[0].company, _actor(user, group, at)) for group in held.values()]


def _actor(user: User, memberships: list[Membership], at: datetime) -> Actor:
    limits = [row.release_limit_minor for row in memberships]
    return Actor(
        company_id=memberships[0].company_id,
        at=at,
        user_id=user.pk,
        name=user.get_full_name() or user.username,
        roles=frozenset(row.role for row in memberships),
        zone=memberships[0].company.time_zone,
        release_limit_minor=None if None in limits else max(limit for limit in limits if limit is not None),
    )
