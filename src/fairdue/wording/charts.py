"""Charts as Vega-Lite specifications, drawn to SVG on the server: no script in the page, no network, one definition.

Colours in a specification are real colours; in the drawing they become the style sheet's variables, so that one drawing
serves light and dark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import vl_convert
from django.utils.safestring import SafeString, mark_safe

COLOURS = {
    "b0": "#6f9fa3",
    "b1": "#d3b04a",
    "b2": "#dd8d3c",
    "b3": "#cc6434",
    "b4": "#ad3b33",
    "b5": "#762336",
    "ink": "#17211f",
    "muted": "#5a6864",
    "line": "#dfe4e1",
}
"""The light values of the style sheet's variables; a test holds the two together."""

Spec = dict[str, Any]


@lru_cache(maxsize=256)
def _drawn(spec_text: str) -> str:
    svg = vl_convert.vegalite_to_svg(json.loads(spec_text))
    for name, colour in COLOURS.items():
        svg = svg.replace(f'"{colour}"', f'"var(--{name})"')
    return re.sub(r'(<svg [^>]*?) width="[\d.]+" height="[\d.]+"', r"\1", svg, count=1)


def draw(spec: Spec) -> SafeString:
    """Draw a specification as an SVG element for the page. The same specification is drawn once per process."""
    return mark_safe(_drawn(json.dumps(spec, sort_keys=True, ensure_ascii=False)))  # noqa: S308 - vega escapes its texts


def _frame(width: int, height: int) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 2},
        "background": None,
        "config": {
            "view": {"stroke": None},
            "font": "sans-serif",
            "axis": {
                "labelColor": COLOURS["muted"],
                "labelFontSize": 12.5,
                "domainColor": COLOURS["line"],
                "gridColor": COLOURS["line"],
                "ticks": False,
                "labelPadding": 7,
                "title": None,
            },
        },
    }


def ageing_chart(rows: Sequence[dict[str, Any]]) -> Spec:
    """Bars of open amounts by bucket; rows: bucket (b0 … b5), label, amount (whole units), text (amount as written)."""
    order = [row["label"] for row in rows]
    x = {"field": "label", "type": "nominal", "sort": order, "axis": {"labelAngle": 0, "labelOverlap": False}}
    y = {"field": "amount", "type": "quantitative", "axis": None, "scale": {"nice": False, "zero": True}}
    return _frame(420, 220) | {
        "data": {"values": list(rows)},
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 3, "width": {"band": 0.72}},
                "encoding": {
                    "color": {
                        "field": "bucket",
                        "type": "nominal",
                        "scale": {
                            "domain": [f"b{i}" for i in range(6)],
                            "range": [COLOURS[f"b{i}"] for i in range(6)],
                        },
                        "legend": None,
                    }
                },
            },
            {
                "mark": {"type": "text", "dy": -8, "fontSize": 12.5, "color": COLOURS["ink"]},
                "encoding": {"text": {"field": "text"}},
            },
        ],
    }


def due_chart(rows: Sequence[dict[str, Any]], axis_unit: str) -> Spec:
    """Bars of open amounts by week of the due date; rows: label, amount, past (whether the week is before today's), text."""
    order = [row["label"] for row in rows]
    return _frame(420, 220) | {
        "data": {"values": list(rows)},
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "width": {"band": 0.78}},
        "encoding": {
            "x": {
                "field": "label",
                "type": "ordinal",
                "sort": order,
                # Every third week is named: the drawing program misjudges how wide Chinese labels are.
                "axis": {"labelAngle": 0, "labelOverlap": False, "values": order[::3]},
            },
            "y": {
                "field": "amount",
                "type": "quantitative",
                "axis": {"tickCount": 4, "domain": False, "labelExpr": axis_unit, "minExtent": 46},
            },
            "color": {
                "field": "past",
                "type": "nominal",
                "scale": {"domain": [True, False], "range": [COLOURS["b2"], COLOURS["b0"]]},
                "legend": None,
            },
        },
    }


def rates_chart(rows: Sequence[dict[str, Any]]) -> Spec:
    """Lines of shares by month, statement or account; rows: label, code (lines, parts), name, ppm, text (share as written)."""
    order = list(dict.fromkeys(row["label"] for row in rows))
    names = list(dict.fromkeys(row["name"] for row in rows))
    step = max(1, len(order) // 6)
    return _frame(640, 220) | {
        "data": {"values": list(rows)},
        "encoding": {
            "x": {
                "field": "label",
                "type": "ordinal",
                "sort": order,
                "axis": {"labelAngle": 0, "labelOverlap": False, "values": order[::step], "labelLimit": 110},
            },
            "y": {
                "field": "ppm",
                "type": "quantitative",
                "scale": {"domain": [0, 1_000_000]},
                "axis": {
                    "values": [0, 250_000, 500_000, 750_000, 1_000_000],
                    "domain": False,
                    "labelExpr": "datum.value / 10000 + '%'",
                },
            },
            "color": {
                "field": "name",
                "type": "nominal",
                "sort": names,
                "scale": {"domain": names, "range": [COLOURS["b0"], COLOURS["b2"]]},
                "legend": {"title": None, "orient": "top", "labelColor": COLOURS["muted"], "labelFontSize": 12.5},
            },
        },
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}},
            {"mark": {"type": "point", "filled": True, "size": 55}},
        ],
    }
