"""Isolates: foreign text inside a right-to-left letter keeps its own order, and does not disturb its neighbours."""

from __future__ import annotations

LEFT_TO_RIGHT, FIRST_STRONG, END = "\u2066", "\u2068", "\u2069"


def ltr_run(text: str) -> str:
    """Isolate ``text`` as left to right: numbers in groups, IBANs, telephone numbers, net addresses."""
    return f"{LEFT_TO_RIGHT}{text}{END}" if text else text


def ltr_line(text: str) -> str:
    """Make ``text``, alone on its line or last on it, run from left to right, isolated only where it needs to be.

    ASCII from a letter to a letter or digit is one run already (UAX #9, W7 and N1); an isolate would add two more.
    """
    alone = text.isascii() and text[:1].isalpha() and text[-1:].isalnum()
    return text if alone else ltr_run(text)


def own_run(text: str) -> str:
    """Isolate ``text`` in the direction of its first letter: names and addresses."""
    return f"{FIRST_STRONG}{text}{END}" if text else text
