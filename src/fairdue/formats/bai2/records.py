"""BAI2 as logical records: continuations joined, several records on a line parted.

1. A record begins with its code and a comma, and ends with ``/`` or with the line. Banks put several on one line: a ``/`` that a code and
   a comma follow ends one; any other ``/`` belongs to a text.
2. A record 88 continues the one before: its values follow on, and in a transaction whose values are complete it is a line of its text.
3. A line without a code goes on with the text of the transaction before, where no ``/`` has ended it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.errors import FormatError, shorten

CODES = frozenset({"01", "02", "03", "16", "49", "88", "98", "99"})
LINE_MAX = 65_536
CONTINUED_MAX = 10_000
_PARTED = re.compile(r"/\s+(?=(?:01|02|03|16|49|88|98|99),)")
_PADDING = "\x00\x1a \t\r\n\ufeff"


class Record(NamedTuple):
    """One logical record: its code, its line, and what follows the code: the record's own text, then that of each continuation."""

    code: str
    line: int
    texts: list[str]
    physical: int
    """How many records of the file it is: the controls count continuations."""


def records(stream: BinaryIO) -> Iterator[Record]:
    """Give the logical records of a file. Raises FormatError with the line of what is none."""
    open_: Record | None = None
    for code, text, line in _physical(stream):
        if not code:
            if open_ is None or open_.code not in ("16", "88"):
                raise FormatError(BankError.RECORD, line=line, value=shorten(text))
            open_.texts[-1] += f" {text}"
            if len(open_.texts[-1]) > 4 * LINE_MAX:
                raise FormatError(BankError.RECORD, line=line, value=f"> {4 * LINE_MAX}")
        elif code != "88":
            if open_ is not None:
                yield open_
            open_ = Record(code, line, [text], 1)
        elif open_ is None or open_.code in ("49", "98", "99"):
            raise FormatError(BankError.RECORD, line=line, value=f"88,{shorten(text)}")
        else:
            if len(open_.texts) >= CONTINUED_MAX:
                raise FormatError(BankError.RECORD, line=line, value=f"88 > {CONTINUED_MAX}")
            open_.texts.append(text)
            open_ = open_._replace(physical=open_.physical + 1)
    if open_ is not None:
        yield open_


def _physical(stream: BinaryIO) -> Iterator[tuple[str, str, int]]:
    """Give code, text and line of each record of the file; a line that only goes on with a text has no code (3)."""
    number = 0
    ended = True
    while raw := stream.readline(LINE_MAX + 1):
        number += 1
        if len(raw) > LINE_MAX:
            raise FormatError(BankError.RECORD, line=number, value=f"> {LINE_MAX}")
        for part in _PARTED.split(_decoded(raw).strip(_PADDING)):
            if not part:
                continue
            code, comma, text = part[:2], part[2:3], part[3:]
            if code not in CODES or comma not in (",", "/"):
                if ended:
                    raise FormatError(BankError.RECORD, line=number, value=shorten(part))
                code, text = "", part
            ended = part.endswith("/")
            yield code, text.rstrip().removesuffix("/"), number


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
