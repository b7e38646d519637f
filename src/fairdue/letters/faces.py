"""Which face draws what in a Chinese letter.

Cutting a Chinese face to the characters of a letter takes longer than setting the letter. Typst keeps the cut face for the next
letter, when that one uses the same characters, first met in the same order. So the first face draws the Chinese characters of
the words that letters of one kind and creditor share. What is the recipient's own (name, address, what a person wrote) is drawn
by a second face with the same outlines. Latin letters and figures have their own face, as in other languages.

In texts of the recipient's own that come late, the first face also draws the characters that it has surely drawn before: they
add nothing to its cut, and spare the second one. No choice of face changes what the letter says or how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairdue.letters.model import Letter

FIRST_IDEOGRAPH = "\u2e80"


def drawn_before(letter: Letter) -> dict[str, str | None]:
    """Give the character classes that the first face draws in the recipient's own texts: in the head, after the opening, in the foot.

    None stands for letters of other languages, whose faces do not share their work.
    """
    if letter.choice.language != "zh_Hans":
        return {"head": None, "opening": None, "foot": None}
    creditor = letter.creditor
    opening = [*(pair.label for pair in letter.info), *letter.opening]
    foot = [*opening, creditor.heading, creditor.name, *creditor.lines, *(pair.label for pair in creditor.pairs)]
    return {"head": "", "opening": character_class(opening), "foot": character_class(foot)}


def character_class(texts: Iterable[str]) -> str:
    """Give the regular expression that matches one Chinese character of ``texts``; empty where there is none."""
    found = sorted(character for character in set().union(*texts) if character >= FIRST_IDEOGRAPH)
    return f"[{''.join(found)}]" if found else ""
