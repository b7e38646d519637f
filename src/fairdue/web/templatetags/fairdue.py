"""Template tags: money, days, shares, reasons, icons. They write text; the style sheet decides how it looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fairdue.contact.models import Task, TimelineEvent
from fairdue.dunning.policy.branches import Branch
from fairdue.dunning.policy.shape import Stage, StageTask
from fairdue.kernel.reasons import Reason
from fairdue.letters.references import spaced
from fairdue.people.models import User
from fairdue.web import import_names
from fairdue.wording import names, policies, words
from fairdue.wording.summary import bucket_labels, bucket_of

register = template.Library()


@register.simple_tag
def money(amount_minor: int | None, currency: str = "") -> SafeString | str:
    """Write an exact amount with its currency."""
    if amount_minor is None:
        return "–"
    return format_html(
        '<span class="money">{}<span class="cur">{}</span></span>', words.amount(amount_minor, currency), currency
    )


@register.simple_tag
def figure(amount_minor: int, currency: str) -> SafeString:
    """Write an exact amount in a row that names its currency already."""
    return format_html('<span class="money">{}</span>', words.amount(amount_minor, currency))


@register.simple_tag
def money_rounded(amount_minor: int | None, currency: str = "") -> SafeString | str:
    """Write a headline amount without decimals, with its currency."""
    if amount_minor is None:
        return "–"
    return format_html(
        '<span class="money">{}<span class="cur">{}</span></span>',
        words.amount_rounded(amount_minor, currency),
        currency,
    )


@register.filter
def day(value: date | str | None) -> SafeString | str:
    """Write a day, readable by machines too."""
    if not value:
        return "–"
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return format_html('<time datetime="{}">{}</time>', found.isoformat(), words.day(found))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Write a moment in UTC, readable by machines too."""
    if not value:
        return "–"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.moment(value))


@register.filter
def number(value: int | None) -> str:
    """Write a whole number with grouping."""
    return "–" if value is None else words.count(value)


@register.filter
def share(ppm: int | None) -> str:
    """Write parts per million as percent with one decimal."""
    return "–" if ppm is None else words.percent(ppm)


@register.filter
def reason_list(stored: Iterable[Mapping[str, object]] | None) -> SafeString | str:
    """Write stored reasons as a list."""
    found = words.reasons(stored or ())
    if not found:
        return ""
    return format_html('<ul class="reasons">{}</ul>', format_html_join("", "<li>{}</li>", ((text,) for text in found)))


@register.filter
def told(reason: Reason) -> str:
    """Write one reason as a sentence."""
    return words.reason(reason)


@register.filter
def bucket(days_overdue: int) -> str:
    """Give the colour of days overdue on the ageing scale, as the style sheet names it."""
    return f"b{bucket_of(days_overdue)}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a symbol of the sprite; the text beside it says the same, so it is hidden from readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def row_url(name: str, pk: int) -> str:
    """Give the address of a row's page; in a list of fifty rows, looking each up anew is a seventh of the page's time."""
    return _row_url(get_script_prefix(), name, pk)


@register.filter
def person(user: User | None) -> str:
    """Give a user's name, else the name to sign in with; nothing for nobody."""
    return "" if user is None else user.get_full_name() or user.username


@register.filter
def grouped(iban: str) -> str:
    """Write an IBAN in groups of four, as it is read aloud."""
    return spaced(iban) if iban else ""


SUBJECT_PAGES = {
    "batch": "web:books-batch",
    "answer": "web:answer",
    "message": "web:outbox-message",
    "mail": "web:inbox-mail",
}


@register.simple_tag
def subject_url(subject: str) -> str:
    """Give the page of what an event or a task is about (``answer:12``), or nothing where it has none."""
    kind, _separator, number = subject.partition(":")
    if kind not in SUBJECT_PAGES or not number.isdecimal():
        return ""
    return _row_url(get_script_prefix(), SUBJECT_PAGES[kind], int(number))


@lru_cache(maxsize=20_000)
def _row_url(prefix: str, name: str, pk: int) -> str:
    return reverse(name, args=[pk])


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """Give the present query string with ``changes`` (None removes a name)."""
    asked: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return "?" + asked.urlencode()


@register.filter
def days_bar(days_overdue: int) -> str:
    """Write days overdue for a narrow column: before the due date with a minus sign of its own width."""
    return words.count(days_overdue).replace("-", "−")


@register.simple_tag
def scaled(number: int, places: int) -> str:
    """Write an integer that carries ``places`` decimals."""
    return words.scaled(number, places)


@register.simple_tag
def scaled_abs(number: int, places: int) -> str:
    """Write an integer that carries ``places`` decimals without its sign."""
    return words.scaled(abs(number), places)


@register.simple_tag
def ageing_bar(buckets: Sequence[int], currency: str) -> SafeString:
    """Draw open amounts by bucket as one bar with its key; credits (negative) take no width."""
    whole = sum(max(value, 0) for value in buckets)
    if not whole:
        return format_html("")
    start, parts = 0, []
    for place, value in enumerate(buckets):
        width = max(value, 0) * 10_000 // whole
        parts.append((place, start, width))
        start += width
    bar = format_html_join(
        "", '<rect class="fill-{}" x="{}" width="{}" y="0" height="10"></rect>', (part for part in parts if part[2])
    )
    key = format_html_join(
        "",
        '<span><span class="dot b{}"></span>{} <b class="num">{}</b></span>',
        (
            (place, label, words.amount(value, currency))
            for place, (value, label) in enumerate(zip(buckets, bucket_labels(), strict=True))
            if value
        ),
    )
    return format_html(
        '<svg class="ageing-bar" viewBox="0 0 10000 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
        '<div class="ageing-key">{}</div>',
        bar,
        key,
    )


EVENT_ICONS = {
    "message": "mail", "block": "pause", "bounce": "warn", "reply": "mail", "answer": "check", "call": "phone",
    "note": "note", "task": "list", "link": "send",
}  # fmt: skip


@register.filter
def event_icon(kind: str) -> str:
    """Give the symbol of a kind of event."""
    return EVENT_ICONS.get(kind, "clock")


@register.filter
def event_text(event: TimelineEvent) -> str:
    """Write what an event says in the page's language."""
    return words.reason(Reason(event.code, tuple(sorted(event.values.items())))) if event.code else ""


COUNTS = {
    "new": _("new"),
    "changed": _("changed"),
    "unchanged": _("unchanged"),
    "vanished": _("vanished"),
    "refused": _("refused"),
}


WORK = {
    "snapshot": _("Taking the snapshot"),
    "measures": _("Measuring"),
    "tie": _("Tying out with the books"),
    "decisions": _("Deciding"),
    "commit": _("Writing the proposals"),
    "worklist": _("Writing the worklist"),
}


@register.filter
def work_name(code: str) -> str:
    """Say what a run is at."""
    return str(WORK.get(code, code))


@register.filter
def row_counts(counts: Mapping[str, int]) -> str:
    """Write how many rows of an import were new, changed, unchanged, vanished, refused; what is zero is left out."""
    return words.joined(f"{words.count(counts[code])} {label}" for code, label in COUNTS.items() if counts.get(code))


@register.filter
def count_rows(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Give the kinds of rows of an import with their names and numbers, in one order."""
    return [(str(label), counts.get(code, 0)) for code, label in COUNTS.items()]


@register.filter
def pairs(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give names and values of stored details; in a template ``.items`` would find a value that is called "items"."""
    return list(values.items())


@register.filter
def step_name(key: str) -> str:
    """Name the step that a key such as ``33.EUR.i6100.formal_notice.1`` or ``balance/2026-10-31/33`` stands for."""
    return names.step(key)


@register.filter
def task_name(task: Task) -> str:
    """Name what a task asks for; one that waits for an answer nobody gave says so."""
    return names.asking(task.kind, task.key)


@register.filter
def policy_text(text: str) -> str:
    """Write a title or description of a shipped policy in the page's language."""
    return names.policy_text(text)


@register.filter
def actor(name: str, links: Mapping[int, date] | None = None) -> str:
    """Name who acted; a debtor by the day of the link where ``links`` knows it."""
    return names.actor(name, links)


@register.filter
def evidence(kept: Mapping[str, object]) -> list[tuple[str, str]]:
    """Give what is recorded of a hand-over, each with its name."""
    return names.evidence(kept)


@register.filter
def plain_value(value: object) -> str:
    """Write a value of an audit entry: lists by comma, yes or no, a dash for nothing; codes stay as they are stored."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return names.known("yes" if value else "no")
    if isinstance(value, list):
        return words.joined(plain_value(one) for one in value)
    return str(value)


@register.filter
def address(email: str) -> SafeString:
    """Write an e-mail address that a narrow column may break behind its “@”."""
    name, at, host = email.partition("@")
    return format_html("{}{}<wbr>{}", name, at, host)


@register.filter
def why_name(code: str) -> str:
    """Say by what a column was recognised."""
    return str(import_names.WHY.get(code, code))


for _filter, _names in (
    ("stage_name", names.stage),
    ("channel_name", names.channel),
    ("role_name", names.role),
    ("hold_name", names.hold),
    ("copy_name", names.copy_kind),
    ("effect_name", names.effect),
    ("country", names.country),
    ("law_name", names.law),
    ("condition_name", names.condition),
    ("confidence_name", names.confidence),
    ("language_name", names.language),
    ("origin_name", names.origin),
    ("state_name", names.proposal_state),
    ("claim_name", names.claim),
    ("release_name", names.release),
    ("branch_name", names.branch),
    ("receipt_name", names.receipt_short),
    ("kind_name", import_names.kind),
    ("field_name", import_names.field),
    ("option_name", import_names.option),
):
    register.filter(_filter, _names)


@register.simple_tag
def branch_text(branch: Branch, stage: Stage | None = None) -> str:
    """Write a branch, of a stage or of the whole policy, as a sentence."""
    return policies.told(branch, stage)


@register.simple_tag
def stage_task(task: StageTask) -> str:
    """Name a task that a stage makes beside its message."""
    return names.stage_task(task.kind, task.after_days)


@register.filter
def gate_pairs(section: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give what a policy asks of the gate, each with its name."""
    return policies.gate(section)
