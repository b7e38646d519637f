"""Separator and quoting of a text table, judged over the whole file."""

from __future__ import annotations

import re
from collections import Counter

from fairdue.formats.tables.table import Dialect

DELIMITERS = (";", "\t", "|", ",")
"""In order of preference where two explain a file equally well: the comma also stands inside amounts."""
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_DATA_LIKE = re.compile(r'\d\d|""|@|^\s*$|^[\d.,]+$')


def detect(text: str) -> Dialect:
    """Give the dialect in which most lines have one and the same number of cells, a heading among them.

    1. Quoted parts are taken out, so that separators and line ends inside them do not count.
    2. For each separator the commonest number per line, and the share of lines that have it, is found.
    3. A separator whose first such line does not look like a heading loses half a point: a decimal comma is absent
       from the heading, so its first line is a data row.
    4. The highest score wins; at a tie the one with more cells, then the order of ``DELIMITERS``.
    A table of one column gets the comma.
    """
    quoted = '"' in text
    bare = _QUOTED.sub('""', text) if quoted else text
    lines = [line for line in bare.splitlines() if line.strip()]
    best: tuple[float, int, int] = (0.0, 0, 0)
    chosen = ","
    for rank, delimiter in enumerate(DELIMITERS):
        score, cells = _score(lines, delimiter)
        if (score, cells, -rank) > best:
            best, chosen = (score, cells, -rank), delimiter
    return Dialect(chosen, '"' if not quoted or _quoting_holds(text, chosen) else "")


def _score(lines: list[str], delimiter: str) -> tuple[float, int]:
    counts = [line.count(delimiter) for line in lines]
    tally = Counter(counts)
    tally.pop(0, None)
    if not tally:
        return 0.0, 0
    common, times = max(tally.items(), key=lambda item: (item[1], item[0]))
    first = lines[counts.index(common)].split(delimiter)
    heading = sum(1 for cell in first if not _DATA_LIKE.search(cell.strip())) >= 0.6 * len(first)
    return round(times / len(lines), 1) - (0.0 if heading else 0.5), common


def _quoting_holds(text: str, delimiter: str) -> bool:
    """Tell whether quotation marks enclose cells at all: one opens a line or a cell and one closes it."""
    opens = text.count(delimiter + '"') + text.count('\n"') + text.startswith('"')
    return opens > 0 and text.count('"') >= 2
