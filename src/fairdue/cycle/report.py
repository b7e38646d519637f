"""One page that says it all, with pictures, for those who have no server: written by file mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from fairdue.cycle.models import Run, WorklistRow
from fairdue.wording import charts, names, summary, words

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of how it came about: files read, answers taken for what they lack, what was left out."""

    letters: int = 0
    files: Sequence[tuple[str, str]] = ()
    answers: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    letter_files: Mapping[int, str] = field(default_factory=dict)
    """Where each proposal's letter lies beside the page, by the proposal's number."""


def write_report(run: Run, rows: Sequence[WorklistRow], told: Told | int) -> str:
    """Give the report of a run as one self-contained HTML page in the active language."""
    told = Told(told) if isinstance(told, int) else told
    currency = run.summary["currency"]
    buckets = summary.buckets(run.summary)
    due = summary.due_rows(run.summary, run.as_of, currency)
    lines = [
        {
            "rank": row.rank, "number": row.customer.number, "customer": row.customer.name,
            "action": names.stage(row.action), "channel": names.channel(row.channel) if row.channel else "",
            "amount": words.amount(row.amount_minor, row.currency) if row.currency else "", "currency": row.currency,
            "days": row.days_overdue, "why": words.reasons(row.reasons),
            "letter": told.letter_files.get(row.proposal_id or 0, ""),
        }
        for row in rows[:ROWS_MAX]
    ]  # fmt: skip
    return render_to_string(
        "cycle/report.html",
        {
            "company": run.company, "run": run, "day": words.day(run.as_of), "currency": currency,
            "kpis": summary.kpis(run.summary, currency), "buckets": buckets, "lines": lines, "total": len(rows),
            "letters": told.letters, "told": told, "colours": charts.COLOURS,
            "ageing_svg": charts.draw(charts.ageing_chart(summary.ageing_rows(buckets, currency))),
            "due_svg": charts.draw(charts.due_chart(due, "datum.label")), "shown": len(lines),
            "amounts": [(b.label, words.amount(b.open_minor, currency), b.items) for b in buckets],
        },
    )  # fmt: skip
