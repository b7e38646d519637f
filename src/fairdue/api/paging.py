"""Pages of a list by cursor: the key of the last row, opaque to programs."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.utils.translation import gettext

from fairdue.api.problems import wrong

LIMIT, LIMIT_MAX = 100, 500
Row = TypeVar("Row")


def cursor_of(*key: int | str) -> str:
    """Write the key of a row."""
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *shape: type[int] | type[str]) -> tuple[int | str, ...] | None:
    """Read what ``cursor_of`` wrote, of this shape; None for an empty one. Raises Problem for any other text."""
    if not cursor:
        return None
    try:
        found = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        found = None
    whole = isinstance(found, list) and len(found) == len(shape)
    fits = whole and all(type(one) is kind for one, kind in zip(found, shape, strict=True))
    if not fits or not all(isinstance(one, str) or 0 <= one < 2**63 for one in found):
        raise wrong("cursor", gettext("This cursor is none: take it from “next” of the page before."), "cursor")
    return tuple(found)


def after(cursor: str) -> int:
    """Read a cursor that is one number; 0 before the first row."""
    found = read_cursor(cursor, int)
    return int(found[0]) if found else 0


def cut(
    rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[int | str, ...]]
) -> tuple[Sequence[Row], str | None]:
    """Part ``limit`` rows from one more that was read to see whether there is more; give them and the next cursor."""
    kept = rows[:limit]
    return kept, cursor_of(*key(kept[-1])) if len(rows) > limit else None
