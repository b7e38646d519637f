"""Whole cells of the long tables. A page of fifty rows drawn tag by tag spends most of its time in the template language;
a cell drawn in one go reads as well and takes a third of it. Everything is escaped here as it is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from fairdue.ledger.models import Customer
from fairdue.web.ageing import Line
from fairdue.web.queries import Balance
from fairdue.web.templatetags.fairdue import bucket, days_bar, money, reason_list, row_url
from fairdue.wording import names, words

register = template.Library()
NONE = format_html('<span class="muted">{}</span>', "–")


@register.simple_tag
def party_cell(label: str, customer: Customer, page: str, pk: int, place: int | None = None) -> SafeString:
    """Draw who it is about: the name, which leads to the row's page, with number and country beneath.

    ``place`` names the row for the box that marks it.
    """
    under = f"{customer.number} · {names.country(customer.country)}" if customer.country else customer.number
    named = format_html(' id="row-{}"', place) if place else ""
    return format_html(
        '<td data-label="{}"><span><a class="who" data-row href="{}"{}>{}</a><span class="under">{}</span></span></td>',
        label, row_url(page, pk), named, customer.name, under,
    )  # fmt: skip


@register.simple_tag
def step_cell(label: str, stage: str, way: str, language: str = "", pk: int | None = None) -> SafeString:
    """Draw what is to be done: the stage (leading to its proposal), by which way and in which language."""
    told = " · ".join(part for part in (names.channel(way) if way else "", names.language(language)) if part)
    name = names.stage(stage)
    lead = format_html('<a href="{}">{}</a>', row_url("web:runs-proposal", pk), name) if pk else name
    under = format_html('<span class="under">{}</span>', told) if told else ""
    return format_html('<td class="stage" data-label="{}"><span>{}{}</span></td>', label, lead, under)


@register.simple_tag
def money_cell(label: str, amount_minor: int, currency: str, held_minor: int = 0) -> SafeString:
    """Draw an amount, with the part on hold beneath."""
    amount = money(amount_minor, currency) if currency else "–"
    held = (
        format_html('<span class="under">{} {}</span>', gettext("held"), money(held_minor, currency))
        if held_minor
        else ""
    )
    return format_html('<td class="n" data-label="{}"><span>{}{}</span></td>', label, amount, held)


@register.simple_tag
def days_cell(label: str, days_overdue: int, items: int | None = None) -> SafeString:
    """Draw days overdue with their colour, and beneath them of how many items they are the oldest's."""
    beneath: SafeString | str = ""
    if items is not None:
        said = ngettext("%(n)s item", "%(n)s items", items) % {"n": words.count(items)}
        beneath = format_html('<span class="under">{}</span>', said)
    return format_html(
        '<td class="n" data-label="{}"><span><span class="dot {}"></span>{}{}</span></td>',
        label, bucket(days_overdue), days_bar(days_overdue), beneath,
    )  # fmt: skip


@register.simple_tag
def why_cell(
    label: str,
    reasons: Sequence[Mapping[str, Any]],
    blocks: Sequence[Mapping[str, Any]] = (),
    note: str = "",
    customer_id: int | None = None,
) -> SafeString:
    """Draw why: the reasons, what holds it back, and what a person wrote.

    Where the gate holds it, a link leads to the customer's page of checks.
    """
    is_held = blocks or any(str(reason.get("code", "")).startswith("gate_") for reason in reasons)
    asked = (
        format_html(
            '<a class="small" href="{}">{}</a>',
            row_url("web:customer-why", customer_id),
            gettext("Why, check by check"),
        )
        if is_held and customer_id
        else ""
    )
    held = format_html('<span class="blocked">{}</span>', reason_list(blocks)) if blocks else ""
    told = format_html('<span class="under">{}</span>', note) if note else ""
    return format_html(
        '<td class="why" data-label="{}"><span>{}{}{}{}</span></td>', label, reason_list(reasons), held, asked, told
    )


@register.simple_tag
def balance_cells(opened: str, overdue: str, oldest: str, owed: Sequence[Balance]) -> SafeString:
    """Draw what a customer owes, a line for each currency: open, overdue, days of the oldest."""
    if not owed:
        return format_html(
            '<td class="n" data-label="{}"><span class="muted">0</span></td><td class="n" data-label="{}">–</td>'
            '<td class="n" data-label="{}">–</td>',
            opened, overdue, oldest,
        )  # fmt: skip
    cell = '<td class="n" data-label="{}"><span>{}</span></td>'
    line = "<div>{}</div>"
    return format_html(
        cell * 3,
        opened, format_html_join("", line, ((money(row.open_minor, row.currency),) for row in owed)),
        overdue, format_html_join("", line, ((_overdue(row),) for row in owed)),
        oldest, format_html_join("", line, ((_oldest(row.days_overdue_max),) for row in owed)),
    )  # fmt: skip


def _overdue(row: Balance) -> SafeString | str:
    return money(row.overdue_minor, row.currency) if row.overdue_minor else NONE


def _oldest(days: int) -> SafeString:
    if not days:
        return NONE
    return format_html('<span class="dot {}"></span>{}', bucket(days), words.count(days))


@register.simple_tag
def ageing_cells(line: Line, columns: Sequence[tuple[str, str, str]]) -> SafeString:
    """Draw a line's amounts by age, empty for nothing."""
    cells = (
        (label, words.amount(amount, line.currency) if amount else "")
        for amount, (_code, label, _order) in zip(line.amounts, columns, strict=True)
    )
    return format_html_join("", '<td class="n" data-label="{}">{}</td>', cells)
