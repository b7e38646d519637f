"""Currencies that stand in a heading ("Betrag EUR", "金额（人民币）") or beside the amounts ("€ 12.50")."""

from __future__ import annotations

import re

from fairdue.formats.tables.table import Table
from fairdue.formats.values import amounts, codes

_STYLES = (amounts.AmountStyle("."), amounts.AmountStyle(","))
_SIGN = re.compile(r"[^\d\s.,'+\-()]")
_PARTS = re.compile(r"[\s(（\[【)）\]】/_,:：]+")


def currency_hint(heading: str) -> str:
    """Give the one currency a heading names, else "" (three-letter words that are codes, or signs such as €)."""
    parts = [part for part in _PARTS.split(heading) if part]
    found = {
        code
        for part in parts[1:] + ([part for part in parts[:1] if not part.isascii()])
        if (part.isupper() or not part.isascii()) and (code := codes.currency_of(part))
    }
    return found.pop() if len(found) == 1 else ""


def marks_in(table: Table, heading: str) -> set[str]:
    """Give the currency signs written beside the amounts of a column."""
    column = table.position(heading)
    found: set[str] = set()
    if column is None:
        return found
    texts = [cell for cell in table.distinct(column) if isinstance(cell, str)]
    # One search over all cells first: most columns have no sign at all, and a line end is none.
    if not _SIGN.search("\n".join(texts)):
        return found
    for cell in texts:
        if _SIGN.search(cell):
            parsed = next((p for style in _STYLES if isinstance(p := amounts.parse(cell, style), amounts.Amount)), None)
            if parsed and parsed.mark:
                found.add(parsed.mark)
    return found
