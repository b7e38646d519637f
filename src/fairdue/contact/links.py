"""Tokens of portal links: signed, so that a forged one never reaches the database; known there by their hash only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core import signing

from fairdue.contact.models import PortalLink
from fairdue.ledger.behind import subjects_behind
from fairdue.people.days import company_day
from fairdue.people.models import Company
from fairdue.people.scope import set_scope

SALT = "fairdue.portal"
NONCE_BYTES = 18
TOKEN_CHARS_MAX = 200


BY_LINK = "debtor by link "
"""How the name of a debtor who acts through a link begins; the number of the link follows."""
DIRECTION_MARKS = "\u2066\u2067\u2068\u2069\u200e\u200f"
"""Marks that a mail program may take along when it cuts an address out of right-to-left text."""


def new_token(company_id: int) -> str:
    """Make a token: the company and 144 random bits, signed with the installation's key."""
    return signing.dumps([company_id, secrets.token_urlsafe(NONCE_BYTES)], salt=SALT)


def actor_name(link_id: int) -> str:
    """Give the name under which a debtor acts through a link, as records and the audit log keep it."""
    return f"{BY_LINK}{link_id}"


def link_of(actor: str) -> int | None:
    """Give the number of the link by which an actor of this name acted, or None where it was no debtor."""
    number = actor.removeprefix(BY_LINK)
    return int(number) if actor.startswith(BY_LINK) and number.isdecimal() else None


def days_made(company: Company, actors: Iterable[str]) -> dict[int, date]:
    """Give the days on which the links behind names of actors were made. One query, none where no debtor is among them."""
    numbers = {number for actor in actors if (number := link_of(actor)) is not None}
    if not numbers:
        return {}
    rows = PortalLink.objects.filter(company_id=company.pk, pk__in=numbers).values_list("pk", "created_at")
    return {pk: company_day(company, at) for pk, at in rows}


def token_hash(token: str) -> str:
    """Give what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def company_of(token: str) -> int | None:
    """Give the company of a token with a right signature, else None; asks no database."""
    if len(token) > TOKEN_CHARS_MAX:
        return None
    try:
        company_id, _ = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return company_id if isinstance(company_id, int) else None


def last_day(today: date) -> date:
    """Give the last day on which a link made today opens, by the installation's setting."""
    return today + timedelta(days=settings.FAIRDUE_LINK_DAYS)


def resolve(token: str, at: datetime) -> PortalLink | None:
    """Give the link behind a token at a moment, or None where it is forged, unknown, expired or revoked. Changes no row.

    The connection is scoped to the token's company, which the signature vouches for; the caller closes the scope.
    """
    token = token.strip(DIRECTION_MARKS)
    company_id = company_of(token)
    if company_id is None:
        return None
    set_scope([company_id])
    link = (
        PortalLink.objects.select_related("company", "customer", "contact")
        .filter(company_id=company_id, token_hash=token_hash(token))
        .first()
    )
    if link is None or not is_open(link, company_day(link.company, at)):
        return None
    # What a restored database opens again stays closed to who was erased since.
    mine = {f"customer:{link.customer_id}", f"contact:{link.contact_id}"}
    return None if mine & subjects_behind(company_id) else link


def is_open(link: PortalLink, today: date) -> bool:
    """Tell whether a link opens on a day: not revoked, not expired, and its contact is still there."""
    if link.contact is not None and not link.contact.active:
        return False
    return link.revoked_at is None and today <= link.expires_on
