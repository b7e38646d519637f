"""Whether a short text surely fits on one line: then its row needs no measuring, which halves the time of a table."""

from __future__ import annotations

import re
from functools import lru_cache

MM_PER_POINT = 25.4 / 72
WIDE = frozenset("MWmw%@—…")
INVISIBLE = frozenset("\u200e\u200f\u061c\u2066\u2067\u2068\u2069")


class _Ems(dict[str, float]):
    """Upper bounds of the widths of characters in the letter faces, in ems, each worked out when first met."""

    def __missing__(self, character: str) -> float:
        self[character] = width = _em(character)
        return width


def _em(character: str) -> float:
    if character in INVISIBLE:
        return 0.0
    if character in WIDE:
        return 0.9
    code = ord(character)
    if code < 0x2E80:
        return 0.58 if character.islower() or not character.isalpha() else 0.68
    return 1.0


EMS = _Ems()


@lru_cache(maxsize=4096)
def fits(text: str, width_mm: float, size_points: float) -> bool:
    """Say whether ``text`` surely fits in ``width_mm`` at ``size_points``. A doubtful text is measured by Typst."""
    if "\n" in text:
        return False
    return sum(map(EMS.__getitem__, text)) * size_points * MM_PER_POINT <= width_mm


_RUN = re.compile(r"[^\s-]+-?|-")
"""What Typst sets on one line whatever its length: it breaks at spaces and behind hyphens only."""
_PIECE = re.compile(r"[@._/?&=+-]?[^@._/?&=+-]+|[@._/?&=+-]")


def broken(text: str, width_mm: float, size_points: float) -> str:
    """Break an address (e-mail, web) over lines where a run of it may be wider than ``width_mm``: before ``@``, ``.`` and the like.

    A piece that is still too wide is cut anywhere. A text that Typst breaks well enough stays as it is.
    """
    if all(fits(run, width_mm, size_points) for run in _RUN.findall(text)):
        return text
    lines = [""]
    for piece in _PIECE.findall(text):
        for part in [piece] if fits(piece, width_mm, size_points) else piece:
            if lines[-1] and not fits(lines[-1] + part, width_mm, size_points):
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)
