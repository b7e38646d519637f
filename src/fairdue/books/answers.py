"""The books' answer as a file, CSV or JSON: read, checked line by line, taken batch by batch. Bad lines come back with their remedy."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairdue.books.actions import Taken, do_acknowledge
from fairdue.books.reasons import BooksReason
from fairdue.books.rules import Given
from fairdue.formats.errors import FormatError, Refusal
from fairdue.formats.guard import unguard
from fairdue.formats.reasons import FileReason
from fairdue.kernel.reasons import because
from fairdue.people.actor import Actor

BYTES_MAX = 50 * 1024 * 1024
LINES_MAX = 500_000
NEEDED = ("batch", "line", "outcome")
BOOKED = frozenset({"booked", "acknowledged", "ok", "yes", "已入账", "已确认"})
REFUSED = frozenset({"refused", "rejected", "error", "no", "已拒绝"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_ODD = re.compile("[\\x00\\ud800-\\udfff]")
"""Neither databases nor the audit log hold them: NUL, and halves of a pair that stand alone."""
Row = tuple[int, dict[str, str]]


@dataclass(slots=True)
class Read:
    """What an answer file says by batch, and the lines that cannot be read. ``roots``: the Merkle root a JSON answer names."""

    given: dict[int, list[Given]] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    sha256: str = ""


def read(content: bytes, name: str = "") -> Read:
    """Read an answer. Raises FormatError where the file as a whole is none; single bad lines are in ``refused``."""
    if len(content) > BYTES_MAX:
        raise FormatError(FileReason.TOO_LARGE, file=name, size=len(content), limit=BYTES_MAX)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormatError(BooksReason.UNREADABLE, file=name, value="UTF-8") from None
    found = Read(sha256=hashlib.sha256(content).hexdigest())
    rows = _of_json(text, name, found) if text.lstrip().startswith(("{", "[")) else _of_csv(text, name)
    for count, (place, row) in enumerate(rows):
        if count >= LINES_MAX:
            raise FormatError(BooksReason.TOO_LONG, file=name, limit=LINES_MAX)
        _row(place, row, found)
    return found


def _of_csv(text: str, name: str) -> Iterator[Row]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headings = [cell.strip().casefold() for cell in next(reader, [])]
        if missing := [one for one in NEEDED if one not in headings]:
            raise FormatError(BooksReason.COLUMNS, file=name, line=1, value=", ".join(missing))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(headings, (unguard(cell.strip()) for cell in cells), strict=False))
    except csv.Error as error:
        raise FormatError(BooksReason.UNREADABLE, file=name, line=reader.line_num, value=str(error)) from None


def _of_json(text: str, name: str, found: Read) -> Iterator[Row]:
    """Read ``{"batch", "merkle_root"?, "outcome"?, "reference"?, "reason"?, "lines"?: [{"line", "outcome", …}]}``, or a list of such."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(BooksReason.UNREADABLE, file=name, value=str(error)[:80]) from None
    place = 0
    for one in given if isinstance(given, list) else [given]:
        if not isinstance(one, dict) or not isinstance(one.get("lines", []), list):
            raise FormatError(BooksReason.UNREADABLE, file=name, value="JSON")
        shared = _texts(one)
        if shared.get("merkle_root") and _NUMBER.fullmatch(shared.get("batch", "")):
            found.roots[int(shared["batch"])] = _shown(shared["merkle_root"])
        if one.get("outcome") or "lines" not in one:
            place += 1
            yield place, shared
        for line in one.get("lines", []):
            if not isinstance(line, dict):
                raise FormatError(BooksReason.UNREADABLE, file=name, value="JSON")
            place += 1
            # A line of a batch always names itself: one without a number must not stand for the whole batch.
            yield place, {"batch": shared.get("batch", ""), "line": "?", **_texts(line)}


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {
        key: "" if value is None else str(value) for key, value in values.items() if not isinstance(value, list | dict)
    }


def _shown(value: str) -> str:
    """Write a value for a person, without the characters that no column holds."""
    return _ODD.sub("\ufffd", value)[:80]


def _row(place: int, row: dict[str, str], found: Read) -> None:
    for name, value in row.items():
        if _ODD.search(value) or _ODD.search(name):
            told = because(BooksReason.CHARACTERS, column=_shown(name), value=_shown(value))
            found.refused.append(Refusal(place, _shown(name), _shown(value), told, BooksReason.CHARACTERS.remedy))
            return
    batch, line, outcome = row.get("batch", ""), row.get("line", ""), row.get("outcome", "").casefold()
    for name, value, wanted in (("batch", batch, True), ("line", line, bool(line))):
        if wanted and not _NUMBER.fullmatch(value):
            found.refused.append(
                Refusal(
                    place, name, value[:80], because(BooksReason.NUMBER, value=value[:80]), BooksReason.NUMBER.remedy
                )
            )
            return
    if outcome not in BOOKED | REFUSED:
        told = because(BooksReason.OUTCOME, value=outcome[:80])
        found.refused.append(Refusal(place, "outcome", outcome[:80], told, BooksReason.OUTCOME.remedy))
        return
    given = Given(
        int(line) if line else None,
        outcome in BOOKED,
        row.get("reference", "")[:120],
        row.get("reason", "")[:300],
        place,
    )
    found.given.setdefault(int(batch), []).append(given)


@dataclass(slots=True)
class Result:
    """What became of an answer file: by batch what was taken, and every line that was not, in the order of the file."""

    taken: list[Taken] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def take(actor: Actor, found: Read) -> Result:
    """Take what an answer says, each batch in a transaction of its own: killed in between, the same file goes on.

    The key is the file's own hash, so that the same file twice changes nothing. A batch that does not exist is a refused line.
    """
    result = Result(refused=list(found.refused))
    for number, given in sorted(found.given.items()):
        root = found.roots.get(number, "")
        try:
            taken = do_acknowledge(actor, number, given, key=f"file:{found.sha256}:{number}", root=root)
        except FormatError as error:
            result.refused += _all_of(given, number, error)
            continue
        result.taken.append(taken)
        result.refused += taken.faults
    result.refused.sort(key=lambda one: one.line)
    return result


def _all_of(given: Iterable[Given], number: int, error: FormatError) -> Iterator[Refusal]:
    return (Refusal(one.place, "batch", str(number), error.reason, error.remedy) for one in given)


def whole(numbers: Sequence[int], reference: str = "") -> Read:
    """Give the answer of one who says by hand that whole batches are booked."""
    found = Read(sha256=hashlib.sha256(json.dumps([sorted(numbers), reference]).encode()).hexdigest())
    for number in numbers:
        found.given[number] = [Given(None, True, reference[:120])]
    return found
