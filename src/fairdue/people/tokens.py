"""Tokens of programs: made, shown once, found by their hash, revoked. The rules stand in ``docs/algorithms/programs.md``."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from fairdue.people.actor import OF_SCOPE, SCOPES, Actor, Right
from fairdue.people.models import ApiToken

PREFIX = "fairdue_"
"""What every token begins with, so that scanners for leaked secrets know one."""
RANDOM_BYTES = 32
DAYS, DAYS_MAX = 90, 730
USE_KEPT_TO = timedelta(minutes=1)
"""How exactly the last use is kept: one write a minute, not one a call."""


class TokenError(ValueError):
    """A token that cannot be made or revoked as asked; nothing was written."""


def hash_of(token: str) -> str:
    """Give what is kept of a token. Its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def do_make_token(actor: Actor, *, name: str, scopes: Collection[str], days: int = DAYS) -> tuple[ApiToken, str]:
    """Make a token that ends after ``days``; give its row and the token, which nobody can read again. The entrance writes the audit entry.

    Raises TokenError for an empty name, no or unknown scopes, and a time of less than a day or more than two years.
    """
    actor.need(Right.ADMINISTER)
    wanted = sorted(set(scopes))
    if not name.strip():
        raise TokenError(gettext("A token needs a name: which program uses it?"))
    if not wanted or set(wanted) - SCOPES.keys():
        unknown = ", ".join(one for one in wanted if one not in SCOPES) or "–"
        raise TokenError(
            gettext("There is no scope %(unknown)s; there are: %(known)s.")
            % {"unknown": unknown, "known": ", ".join(SCOPES)}
        )
    if not 1 <= days <= DAYS_MAX:
        raise TokenError(gettext("A token lives for 1 to %(days)s days.") % {"days": DAYS_MAX})
    token = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    made = ApiToken.objects.create(
        company_id=actor.company_id, name=name.strip()[:100], sha256=hash_of(token), scopes=wanted, made_at=actor.at,
        made_by=actor.name[:120], expires_at=actor.at + timedelta(days=days),
    )  # fmt: skip
    return made, token


@transaction.atomic
def do_revoke_token(actor: Actor, token_id: int) -> tuple[ApiToken, bool]:
    """Refuse a token from now on; give its row and whether this changed anything. Raises TokenError for one of nobody here."""
    actor.need(Right.ADMINISTER)
    found = ApiToken.objects.select_for_update().filter(company_id=actor.company_id, pk=token_id).first()
    if found is None:
        raise TokenError(gettext("There is no token %(number)s.") % {"number": token_id})
    if found.revoked_at is not None:
        return found, False
    found.revoked_at, found.revoked_by = actor.at, actor.name[:120]
    found.save(update_fields=["revoked_at", "revoked_by"])
    return found, True


def find_token(token: str, at: datetime) -> ApiToken | None:
    """Give the row of a token that lets in at a moment, with its company; None for every other. One query."""
    if not token.startswith(PREFIX) or len(token) > 100 or not token.isascii():
        return None
    found = ApiToken.objects.select_related("company").filter(sha256=hash_of(token)).first()
    return found if found is not None and found.is_open(at) else None


def note_use(token: ApiToken, at: datetime) -> None:
    """Keep the moment of use, at most once a minute."""
    if token.last_used_at is None or at - token.last_used_at >= USE_KEPT_TO:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at.replace(second=0, microsecond=0))


def actor_of(token: ApiToken, at: datetime) -> Actor:
    """Give the actor that acts by a token: the rights of its scopes, and no other."""
    roles = frozenset(f"{OF_SCOPE}{scope}" for scope in token.scopes)
    return Actor(token.company_id, at, name=token.name, roles=roles, token_id=token.pk, zone=token.company.time_zone)
