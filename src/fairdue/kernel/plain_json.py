"""The one way in which values are written as JSON: sorted keys, no spaces, every sign as it is. Equal values are equal texts."""

from __future__ import annotations

import json


class Json(str):
    """A value that is written as JSON already."""

    __slots__ = ()


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def as_json(value: object) -> Json:
    """Write a value; what is written stays. Raises TypeError for what JSON does not know."""
    return value if isinstance(value, Json) else Json(_WRITER.encode(value))
