"""The home page's figures: what the latest run left in ``Run.summary``, read into frozen rows with words for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.numbers import format_compact_decimal
from django.utils.translation import gettext as _

from fairdue.kernel.money import to_decimal
from fairdue.ledger.measures import BUCKETS
from fairdue.wording import words


def bucket_labels() -> list[str]:
    """Name the ageing buckets (days overdue) in the page's language, in order; place n has the colour ``bn``."""
    named = {"not_due": _("Not due"), "over_120": _("Over 120")}
    return [named.get(bucket.code) or bucket.code.replace("_", "–") for bucket in BUCKETS]


def bucket_of(days_overdue: int) -> int:
    """Give the place of days overdue among the ageing buckets."""
    return sum(days_overdue > bucket.to_days for bucket in BUCKETS if bucket.to_days is not None)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One ageing bucket in the company's currency."""

    colour: str
    label: str
    open_minor: int
    items: int
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Kpi:
    """One key figure as the page shows it: the figure and its unit in words."""

    code: str
    label: str
    figure: str
    unit: str


def buckets(summary: Mapping[str, Any]) -> list[Bucket]:
    """Give all ageing buckets, empty ones too. Shares are of the sum of positive amounts."""
    found = {row["bucket"]: row for row in summary.get("ageing", ())}
    rows = [found.get(bucket.code, {}) for bucket in BUCKETS]
    amounts = [int(row.get("open_minor", 0)) for row in rows]
    whole = sum(max(value, 0) for value in amounts)
    return [
        Bucket(
            f"b{place}", label, amount, int(row.get("items", 0)), max(amount, 0) * 1_000_000 // whole if whole else 0
        )
        for place, (label, amount, row) in enumerate(zip(bucket_labels(), amounts, rows, strict=True))
    ]


def ageing_rows(rows: list[Bucket], currency: str) -> list[dict[str, Any]]:
    """Give the rows of the ageing chart."""
    return [
        {"bucket": row.colour, "label": row.label, "amount": _whole(row.open_minor, currency),
         "text": compact(row.open_minor, currency)}
        for row in rows
    ]  # fmt: skip


def due_rows(summary: Mapping[str, Any], as_of: date, currency: str) -> list[dict[str, Any]]:
    """Give the rows of the due chart: one per week, Monday's date as label."""
    this_week = as_of - timedelta(days=as_of.weekday())
    found = []
    for row in summary.get("due", ()):
        week = date.fromisoformat(row["week_on"])
        minor = int(row["open_minor"])
        found.append(
            {"label": words.day_short(week), "amount": _whole(minor, currency), "past": week < this_week,
             "text": words.amount_rounded(minor, currency), "week_on": week.isoformat()}
        )  # fmt: skip
    return found


def _whole(amount_minor: int, currency: str) -> int:
    return int(to_decimal(amount_minor, currency))


def compact(amount_minor: int, currency: str) -> str:
    """Write an amount shortly for a chart: 1.2M, 320K, 120万."""
    return str(format_compact_decimal(to_decimal(amount_minor, currency), locale=words.locale(), fraction_digits=1))


def kpis(summary: Mapping[str, Any], currency: str) -> list[Kpi]:
    """Give the key figures in the page's order; one that the run did not compute is left out."""
    given = {row["code"]: row for row in summary.get("kpis", ())}
    return [_kpi(code, label, given[code], currency) for code, label in _labels().items() if code in given]


def _labels() -> dict[str, str]:
    return {
        "open": _("Open"),
        "overdue": _("Overdue"),
        "overdue_share": _("Overdue share"),
        "dso": _("Days sales outstanding"),
        "best_possible_dso": _("Best possible DSO"),
        "cei": _("Collection effectiveness"),
        "add": _("Average days delinquent"),
        "turnover": _("Receivables turnover"),
    }


def period(summary: Mapping[str, Any]) -> str:
    """Write the period that the period figures cover, or nothing."""
    for row in summary.get("kpis", ()):
        if row.get("from") and row.get("to"):
            return f"{words.day(date.fromisoformat(row['from']))} – {words.day(date.fromisoformat(row['to']))}"
    return ""


def _kpi(code: str, label: str, row: Mapping[str, Any], currency: str) -> Kpi:
    value, unit = row.get("value"), row.get("unit", "count")
    if value is None:
        return Kpi(code, label, "–", _("not enough history"))
    if unit == "minor":
        return Kpi(code, label, words.amount_rounded(value, currency), currency)
    if unit == "ppm":
        return Kpi(code, label, words.percent(value), "")
    if unit == "days_e1":
        return Kpi(code, label, words.scaled(value, 1), _("days"))
    if unit == "times_e2":
        return Kpi(code, label, words.scaled(value, 2), _("times in the period"))
    return Kpi(code, label, words.count(value), "")
