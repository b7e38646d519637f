"""How often signing in may fail: by user name at an address, by user name, by address, within a sliding window."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from fairdue.web.models import SignInFailure

WINDOW = timedelta(minutes=15)
PAIR_LIMIT = 5
"""One person guessing one password."""
NAME_LIMIT = 30
"""Many addresses guessing one password; high, so that a stranger does not easily lock the owner out."""
ADDRESS_LIMIT = 50
"""One address guessing many names; high, because an office shares one address."""


def _limits(username: str, address: str) -> dict[str, int]:
    """Give each key under which a failure counts, with its limit. The name counts as typed, without case."""
    name = username.strip().casefold()
    return {
        _key("pair", f"{name}@{address}"): PAIR_LIMIT,
        _key("name", name): NAME_LIMIT,
        _key("address", address): ADDRESS_LIMIT,
    }


def _key(kind: str, value: str) -> str:
    return salted_hmac("fairdue.web.throttle", f"{kind}:{value}", algorithm="sha256").hexdigest()


def is_blocked(username: str, address: str, now: datetime) -> bool:
    """Tell whether a limit is reached within the window before ``now``. One query."""
    limits = _limits(username, address)
    recent = SignInFailure.objects.filter(key__in=list(limits), at__gt=now - WINDOW).values_list("key", flat=True)
    found = list(recent[: sum(limits.values())])
    return any(found.count(key) >= limit for key, limit in limits.items())


def note_failure(username: str, address: str, now: datetime) -> None:
    """Count a failed sign-in and forget those that no window reaches."""
    SignInFailure.objects.filter(at__lt=now - 2 * WINDOW).delete()
    SignInFailure.objects.bulk_create(SignInFailure(key=key, at=now) for key in _limits(username, address))


def forgive(username: str, address: str) -> None:
    """Forget the failures of a user name at an address after its owner signed in there."""
    SignInFailure.objects.filter(key=_key("pair", f"{username.strip().casefold()}@{address}")).delete()
