"""Who acts, for which company, with which rights, at which moment. Frozen and passed down to every action."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext, gettext_noop


class Right(StrEnum):
    """What a role may do. Least privilege: a role has only what its work needs."""

    VIEW = "view"
    IMPORT = "import"
    ALLOCATE = "allocate"
    RUN = "run"
    RELEASE = "release"
    HOLD = "hold"
    WAIVE = "waive"
    BOOK = "book"
    OVERRIDE = "override"
    POLICY = "policy"
    AUDIT = "audit"
    ADMINISTER = "administer"
    ERASE = "erase"


LABELS = {
    Right.VIEW: gettext_noop("see the ledger"),
    Right.IMPORT: gettext_noop("bring data in"),
    Right.ALLOCATE: gettext_noop("apply payments"),
    Right.RUN: gettext_noop("run the line"),
    Right.RELEASE: gettext_noop("release and send"),
    Right.HOLD: gettext_noop("hold, note and finish tasks"),
    Right.WAIVE: gettext_noop("waive or write off"),
    Right.BOOK: gettext_noop("exchange postings with the books"),
    Right.OVERRIDE: gettext_noop("let findings of the tone check pass"),
    Right.POLICY: gettext_noop("change policies"),
    Right.AUDIT: gettext_noop("check the audit log"),
    Right.ADMINISTER: gettext_noop("change users and companies"),
    Right.ERASE: gettext_noop("export or erase persons"),
}
"""Each right as a refusal names it."""

RIGHTS: dict[str, frozenset[Right]] = {
    "controller": frozenset(
        {Right.VIEW, Right.IMPORT, Right.ALLOCATE, Right.RUN, Right.RELEASE, Right.HOLD, Right.BOOK}
    ),
    "account_owner": frozenset({Right.VIEW, Right.HOLD}),
    "finance_lead": frozenset(Right) - {Right.ADMINISTER},
    "auditor": frozenset({Right.VIEW, Right.AUDIT}),
    "administrator": frozenset({Right.VIEW, Right.ADMINISTER, Right.POLICY, Right.ERASE}),
    "system": frozenset(
        {Right.VIEW, Right.IMPORT, Right.RUN, Right.RELEASE, Right.HOLD, Right.ALLOCATE, Right.POLICY, Right.BOOK}
    ),
}

SCOPES: dict[str, frozenset[Right]] = {
    "read": frozenset({Right.VIEW}),
    "files:write": frozenset({Right.IMPORT}),
    "imports:write": frozenset({Right.IMPORT}),
    "postings:ack": frozenset({Right.BOOK}),
    "inbox:write": frozenset({Right.HOLD}),
}
"""What a program's token may be made for, and the right that each scope gives. Two may share a right; each address names its scope."""
OF_SCOPE = "token:"
"""How the role of a scope begins: ``token:read``."""


SYSTEM = "system"
"""Name of the actor of scheduled work."""


class NotAllowed(PermissionError):
    """The actor's roles do not include the right that the action needs."""


def rights_of(role: str) -> frozenset[Right]:
    """Give the rights of a role, or of a token's scope; an unknown one has none."""
    if role.startswith(OF_SCOPE):
        return SCOPES.get(role.removeprefix(OF_SCOPE), frozenset())
    return RIGHTS.get(role, frozenset())


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts: a user, or the system on behalf of nobody (``user_id`` None, role ``system``).

    ``at`` is the moment of acting in UTC, given by the entrance; nothing below the entrances reads a clock. A program's token acts
    with ``token_id`` set, no user, and a role ``token:<scope>`` for each of its scopes.
    """

    company_id: int
    at: datetime
    user_id: int | None = None
    name: str = SYSTEM
    roles: frozenset[str] = field(default_factory=frozenset)
    release_limit_minor: int | None = None
    token_id: int | None = None
    zone: str = ""
    """The time zone of the company, where the entrance knows it (``people.days``)."""

    def may(self, right: Right) -> bool:
        """Tell whether one of the actor's roles has ``right``."""
        return any(right in rights_of(role) for role in self.roles)

    def need(self, right: Right) -> None:
        """Raise NotAllowed unless the actor has ``right``."""
        if not self.may(right):
            raise NotAllowed(
                gettext("%(name)s may not %(right)s.") % {"name": self.name, "right": gettext(LABELS[right])}
            )


def system_actor(company_id: int, at: datetime) -> Actor:
    """Give the actor for scheduled work."""
    return Actor(company_id=company_id, at=at, roles=frozenset({"system"}))
