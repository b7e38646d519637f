"""What somebody wrote anew, apart from what their program quoted below or between. Pure; the marks are ``data/mail_quotes.csv``.

1. A line that only separates ("-----Original Message-----"), or the head of a quoted mail (a line "From:" with a line
   "Subject:", "Date:" or "To:" close below), ends the new text.
2. A line such as "On … wrote:" (over up to three lines) begins a quote. What follows is quoted to the end, unless lines marked
   with ``>`` follow: then only those are.
3. Lines that begin with ``>`` are quoted wherever they stand; what stands between them is new.
4. Where nothing is left as new text, all of it is: a reader sees too much rather than too little.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LINES_MAX = 6_000
LINE_CHARS_MAX = 400
"""Longer lines are prose: no mark of a quote is sought in them."""
HEAD_LINES = 7
WRAPPED_LINES = 3


@dataclass(frozen=True, slots=True)
class Split:
    """The new text, the quoted text, and whether the quoted one was forwarded rather than answered."""

    new: str
    quoted: str
    forwarded: bool = False


@cache
def _marks() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Give the marks by kind, each as its parts around ``…``, folded."""
    text = files("fairdue.contact").joinpath("data", "mail_quotes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for row in rows:
        found.setdefault(row["kind"], {})[tuple(_folded(part) for part in row["mark"].split("…"))] = None
    return {kind: tuple(marks) for kind, marks in found.items()}


@cache
def _words(kind: str) -> frozenset[str]:
    """Give the marks of a kind that are single names, such as "Von" in a quoted head."""
    return frozenset(parts[0] for parts in _marks()[kind] if len(parts) == 1)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _fits(line: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a folded line is these parts in this order with anything between; linear in its length."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return line == first
    if not line.startswith(first) or not line.endswith(last) or len(line) < len(first) + len(last):
        return False
    if first.isascii() and first and line[len(first)].isalpha():
        return False
    at, end = len(first), len(line) - len(last)
    for part in parts[1:-1]:
        at = line.find(part, at, end) + len(part)
        if at < len(part):
            return False
    return True


def _named(line: str, kind: str) -> bool:
    """Tell whether a line of a quoted head begins with a field of a kind, such as ``Von:``."""
    name, colon, _rest = line.replace("：", ":", 1).partition(":")
    return bool(colon) and _folded(name.strip("*> ")) in _words(kind)


def split(text: str) -> Split:
    """Part a plain text. Lines beyond ``LINES_MAX`` are dropped."""
    lines = text.split("\n")[:LINES_MAX]
    new: list[str] = []
    quoted: list[str] = []
    forwarded, at = False, 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith((">", "＞")):
            quoted.append(line)
            at += 1
        elif ends := _ends(lines, at):
            forwarded = ends == "forwarded"
            quoted += lines[at:]
            break
        elif length := _attribution(lines, at):
            after = next((one for one in lines[at + length :] if one.strip()), "")
            if not after.lstrip().startswith((">", "＞")) and any(one.strip() for one in new):
                quoted += lines[at:]
                break
            quoted += lines[at : at + length]
            at += length
        else:
            new.append(line)
            at += 1
    written = _trimmed(new)
    if not written and not forwarded:
        return Split(_trimmed(lines), "", forwarded)
    return Split(written, _trimmed(quoted), forwarded)


def _ends(lines: list[str], at: int) -> str:
    """Tell what ends the new text at a line: ``answered``, ``forwarded``, or nothing."""
    line = lines[at]
    if not line.strip() or len(line) > LINE_CHARS_MAX:
        return ""
    bare = _folded(line.strip(" \t>-_=*:："))
    for kind in ("forwarded", "answered"):
        if any(_fits(bare, parts) for parts in _marks()[kind]):
            return kind
    if _named(line, "from"):
        below = [one for one in lines[at + 1 : at + HEAD_LINES] if len(one) <= LINE_CHARS_MAX]
        if sum(1 for one in below if _named(one, "about")) >= 2:
            return "answered"
    return ""


def _attribution(lines: list[str], at: int) -> int:
    """Give over how many lines a line such as "On … wrote:" goes, 0 where none begins here."""
    if not lines[at].strip() or len(lines[at]) > LINE_CHARS_MAX:
        return 0
    joined = ""
    for length in range(1, WRAPPED_LINES + 1):
        if at + length > len(lines) or len(joined) > LINE_CHARS_MAX or not lines[at + length - 1].strip():
            return 0
        joined = f"{joined} {lines[at + length - 1].strip()}".strip()
        folded = _folded(joined)
        if joined.endswith((":", "：")) and any(_fits(folded, parts) for parts in _marks()["wrote"]):
            return length
    return 0


def _trimmed(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n ")
