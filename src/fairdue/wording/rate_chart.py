"""The rate of late interest through time as a drawing: plain SVG in the style sheet's colours, no script, a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from fairdue.law.country import RatePoint
from fairdue.wording import words

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 220, 52, 12, 12, 26
STEP_PPM = 10_000
"""Lines of the grid stand at whole per cents."""
LINES_MAX = 5
LABELS_MAX = 8


def rate_chart(title: str, points: Sequence[RatePoint], until: date) -> str:
    """Draw the whole rate (thick) and its reference (thin) as steps up to ``until``; empty where fewer than two rates are known.

    ``points`` stand newest first; a point without a figure breaks the line. All coordinates are whole numbers.
    """
    known = [one for one in points if one.rate_ppm is not None and one.from_on <= until]
    if len(known) < 2:
        return ""
    rising = [one for one in reversed(points) if known[-1].from_on <= one.from_on <= until]
    first, most = rising[0].from_on, max(one.rate_ppm or 0 for one in known)
    step = STEP_PPM * (1 + most // (STEP_PPM * LINES_MAX))
    top = step * (1 + most // step)
    low = step * (min(0, *(one.reference_ppm or 0 for one in rising)) // step)
    days = max(1, (until - first).days)

    def x(on: date) -> int:
        return LEFT + (WIDTH - LEFT - RIGHT) * (min(on, until) - first).days // days

    def y(ppm: int) -> int:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (ppm - low) // (top - low)

    parts = [_grid(ppm, y(ppm)) for ppm in range(low, top + 1, step)]
    years = range(first.year + 1, until.year + 1)
    every = 1 + len(years) // LABELS_MAX
    parts += [_year(year, x(date(year, 1, 1))) for year in years if (until.year - year) % every == 0]
    ends = [*(one.from_on for one in rising[1:]), until]
    spans = list(zip(rising, ends, strict=True))
    parts.append(
        _path(
            [(x(o.from_on), x(e), None if o.reference_ppm is None else y(o.reference_ppm)) for o, e in spans], thin=True
        )
    )
    parts.append(
        _path([(x(o.from_on), x(e), None if o.rate_ppm is None else y(o.rate_ppm)) for o, e in spans], thin=False)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _grid(ppm: int, at: int) -> str:
    return (
        f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="var(--line)" fill="none"/>'
        f'<text x="{LEFT - 6}" y="{at + 4}" font-size="11" text-anchor="end" fill="var(--muted)">{escape(words.percent(ppm, 0))}</text>'
    )


def _year(year: int, at: int) -> str:
    return f'<text x="{at}" y="{HEIGHT - 8}" font-size="11" text-anchor="middle" fill="var(--muted)">{year}</text>'


def _path(spans: Sequence[tuple[int, int, int | None]], *, thin: bool) -> str:
    """Draw steps: across at each rate, straight to the next; what is not known is left open."""
    told, before = [], None
    for begin, end, at in spans:
        if at is not None:
            told.append(f"{'M' if before is None else 'L'}{begin} {at}H{end}")
        before = at
    look = (
        'stroke="var(--muted)" stroke-width="1.5" stroke-dasharray="4 3"'
        if thin
        else 'stroke="var(--accent)" stroke-width="2.5"'
    )
    return f'<path d="{"".join(told)}" fill="none" {look}/>'
