"""What every page needs: the companies to choose from and the place in the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fairdue.people.actor import Actor, Right
from fairdue.people.models import Role
from fairdue.wording import words

THEMES = ("light", "dark")
LIT = {
    "customers": {"customer", "customers"},
    "runs": {"run", "runs"},
    "outbox": {"outbox", "notice"},
    "inbox": {"inbox", "answer", "answers", "balance", "balances"},
    "policies": {"policy", "policies"},
    "imports": {"import", "imports"},
    "money": {"money", "instrument", "instruments"},
    "countries": {"country", "countries"},
    "data-check": {"data"},
    "settings": {"settings", "third", "token", "tokens"},
}
"""Which pages (the first word of their name) light which line of the navigation, where it is not the line's own name alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. ``group`` is the heading above it, where a new group starts."""

    url: str
    label: str
    icon: str
    here: bool
    group: str = ""


def navigation(request: HttpRequest) -> dict[str, object]:
    """Give the template variables of the page frame: company, actor, theme, and the lines the actor's roles may open."""
    actor: Actor | None = getattr(request, "actor", None)
    theme = request.COOKIES.get("theme", "")
    found: dict[str, object] = {"theme": theme if theme in THEMES else ""}
    if actor is None:
        return found
    match = request.resolver_match
    section = (match.url_name or "").split("-")[0] if match is not None and match.app_name == "web" else ""
    return found | {
        "actor": actor,
        "company": request.company,  # type: ignore[attr-defined]
        "companies": request.companies,  # type: ignore[attr-defined]
        "entries": _entries(actor, section),
        "role_names": words.joined(str(label) for value, label in Role.choices if value in actor.roles),
        "may": {right.value: actor.may(right) for right in Right},
    }


def _entries(actor: Actor, section: str) -> list[Entry]:
    records = "" if actor.may(Right.IMPORT) else _("Records")
    lines: list[tuple[str, str, str, Right, str]] = [
        ("home", _("Home"), "home", Right.VIEW, ""),
        ("worklist", _("Worklist"), "list", Right.VIEW, ""),
        ("customers", _("Customers"), "people", Right.VIEW, ""),
        ("ageing", _("Ageing"), "ageing", Right.VIEW, ""),
        ("cover", _("Insurance"), "shield", Right.VIEW, ""),
        ("money", _("Money in"), "money", Right.VIEW, ""),
        ("runs", _("Runs and review"), "run", Right.VIEW, _("Dunning")),
        ("outbox", _("Outbox"), "send", Right.VIEW, ""),
        ("inbox", _("Replies"), "reply", Right.VIEW, ""),
        ("policies", _("Policies"), "rules", Right.VIEW, ""),
        ("imports", _("Import"), "import", Right.IMPORT, _("Records")),
        ("data-check", _("Data check"), "check", Right.VIEW, records),
        ("books", _("Books"), "export", Right.VIEW, ""),
        ("countries", _("Countries and law"), "rules", Right.VIEW, ""),
        ("audit", _("Audit"), "shield", Right.AUDIT, ""),
        ("personal", _("Personal data"), "people", Right.ERASE, ""),
        ("settings", _("Settings"), "gear", Right.VIEW, _("Company")),
    ]
    return [
        Entry(f"web:{name}", label, icon, section in LIT.get(name, {name}), group)
        for name, label, icon, right, group in lines
        if actor.may(right)
    ]
