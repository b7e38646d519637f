"""The tone check: words that do not belong into a message a person wrote. Pure; the rule is ``docs/algorithms/tone.md``.

The lists are ``data/tone.csv`` (expressions), ``data/tone_negations.csv`` (words that turn a threat into its opposite) and
``data/third_parties.csv``. What is found can be explained (why, and what to write instead) and mostly be let pass by a person.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from fairdue.kernel.reasons import Reason, ReasonCode, because, gettext_noop

TEXT_CHARS_MAX = 20_000
"""Longer text is cut before it is searched; no letter comes near."""
CATEGORIES = (
    "threat", "violence", "criminal", "blame", "shaming", "insult", "pressure", "false_claim", "disclosure", "exposure",
)  # fmt: skip
ALWAYS_REFUSED = frozenset({"violence", "criminal", "disclosure", "exposure"})
"""Kinds of finding that nobody may let pass: force, the police as a means of pressure, telling others, family and employer."""
NEGATABLE = frozenset({"threat", "blame", "shaming", "disclosure", "exposure", "pressure"})
"""Kinds that a negation before the words turns into their opposite ("we will not inform your bank")."""
WORDS_BEFORE = 4
"""How far before the words a negation is looked for, inside the same clause."""
LETTERS_BEFORE = 6
"""The same in Chinese, which has no spaces."""
WORDS_AFTER = 2
"""How far behind the words one is looked for, where a language puts it there ("wir verklagen Sie nicht")."""
REACH_CHARS = 120


class Found(NamedTuple):
    """One finding: its category and the words as they were written."""

    category: str
    found: str


class ToneAdvice(ReasonCode):
    """Why a kind of words is refused, and what to write instead."""

    THREAT = (
        "tone_threat",
        gettext_noop(
            "A letter never announces what is not decided: it presses, and where nothing follows it is empty."
            " Instead: ask what stands in the way, offer a talk or instalments, name the new date."
        ),
    )
    VIOLENCE = (
        "tone_violence",
        gettext_noop(
            "Force and visits that frighten are forbidden everywhere. Instead: leave it out; name the amount, the date and whom to call."
        ),
    )
    CRIMINAL = (
        "tone_criminal",
        gettext_noop(
            "The police or a criminal complaint as a means to get money is an offence in many countries."
            " Instead: leave it out; a suspicion of fraud goes to counsel, never into a letter."
        ),
    )
    BLAME = (
        "tone_blame",
        gettext_noop(
            "Blame asks for a defence, not for money, and the cause may lie with us."
            " Instead: say what is open, and ask whether something is unclear."
        ),
    )
    SHAMING = (
        "tone_shaming",
        gettext_noop("Shaming ends the relationship and brings no payment. Instead: keep to invoice, amount and date."),
    )
    INSULT = (
        "tone_insult",
        gettext_noop(
            "An insult may be an offence and ends the relationship. Instead: keep to invoice, amount and date."
        ),
    )
    PRESSURE = (
        "tone_pressure",
        gettext_noop(
            "Hurry without a reason is pressure; a deadline is a date of 7 to 15 days. Instead: name the date and offer a talk."
        ),
    )
    FALSE_CLAIM = (
        "tone_false_claim",
        gettext_noop(
            "This claims a right or a consequence that the creditor does not have."
            " Instead: cite the accepted clause or the law that the letter names."
        ),
    )
    DISCLOSURE = (
        "tone_disclosure",
        gettext_noop(
            "A debt is told to nobody outside; data protection and secrecy forbid it. Instead: leave others out."
        ),
    )
    EXPOSURE = (
        "tone_exposure",
        gettext_noop(
            "Family, employer and colleagues have no part in the debt. Instead: write to the contact named, about the invoice."
        ),
    )


_ADVICE = {one.code.removeprefix("tone_"): one for one in ToneAdvice}


def advice(category: str) -> Reason:
    """Say why words of a category are refused, and what to write instead."""
    return because(_ADVICE[category])


def findings(text: str, language: str) -> tuple[Found, ...]:
    """Give each forbidden expression of the text's language and of English, in the order of the list.

    Case, accents, Arabic vowel signs, full-width letters, hidden characters and runs of spaces do not matter. English is
    always searched: people write it whatever the language of the letter. A negated threat is none.
    """
    plain, places = _mapped(text[:TEXT_CHARS_MAX])
    found: dict[Found, None] = {}
    for wanted in dict.fromkeys(("en", _language(language))):
        for category, pattern, loose in _patterns(wanted):
            for match in pattern.finditer(plain):
                if category not in NEGATABLE or not _negated(plain, match, wanted, loose):
                    found[Found(category, _words(text, places, match))] = None
                    break
    return tuple(_longest(found))


def _longest(found: dict[Found, None]) -> Iterator[Found]:
    """Leave out what is part of a longer finding of the same kind."""
    for one in found:
        longer = any(one != two and one.category == two.category and one.found in two.found for two in found)
        if not longer:
            yield one


def third_parties(text: str, language: str) -> tuple[str, ...]:
    """Give the words of a text that say somebody else collects (``data/third_parties.csv``); not of lawyers and courts."""
    plain, places = _mapped(text[:TEXT_CHARS_MAX])
    name = "third_parties.csv"
    patterns = _patterns("en", name) + (_patterns(_language(language), name) if not language.startswith("en") else ())
    found = (_words(text, places, match) for _, pattern, _ in patterns if (match := pattern.search(plain)))
    return tuple(dict.fromkeys(found))


def _language(language: str) -> str:
    return "zh_Hans" if language.replace("-", "_").lower().startswith("zh") else re.split("[-_]", language)[0]


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("fairdue.contact").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@cache
def _patterns(language: str, name: str = "tone.csv") -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    """Give category, pattern, and whether a negation may stand inside the match: between words that are none themselves."""
    rows = [row for row in _rows(name) if row["language"] == language]
    negation = _negations(language, "negation")
    return tuple(
        (
            row["category"],
            _pattern(row["expression"], language),
            "…" in row["expression"] and not negation.search(re.sub(r"[\[\]|{}*]", " ", _plain(row["expression"]))),
        )
        for row in rows
    )


def _pattern(expression: str, language: str) -> re.Pattern[str]:
    """Make a pattern: ``*`` begins or ends a stem, ``…`` stands for up to four words between, ``[a|b]`` for a choice,
    ``{a }`` for what may be missing.

    Chinese has no word borders, and ``…`` stands for up to eight characters of one clause. An Arabic word may carry "and",
    "so", "with", "for", "as", "will" and the article in front, and pronouns behind a stem that ends with ``*``.
    """
    text = _plain(expression)
    parts = re.escape(text).replace(r"\[", "(?:").replace(r"\]", ")").replace(r"\|", "|").replace(r"\*", r"\w*")
    parts = parts.replace(r"\{", "(?:").replace(r"\}", ")?")
    parts = parts.replace("\\ ", " ")
    if language == "zh_Hans":
        return re.compile(parts.replace(" ", r"\s*").replace("…", "[^,。.!?;:、]{0,8}"))
    parts = re.sub(r" ?… ?", "\x01", parts).replace(" ", r"\s+").replace("\x01", r",?\s+(?:[^\s.!?;]+\s+){0,4}")
    before = "(?:[وفبكلس]{0,2}(?:ال)?)" if language == "ar" else ""
    return re.compile(rf"(?<!\w){before}{parts}(?!\w)")


@cache
def _negations(language: str, kind: str) -> re.Pattern[str]:
    """Give the words of a kind: ``negation``, ``after``, ``seeming`` ("we will not hesitate to …"), ``subject``."""
    rows = [row for row in _rows("tone_negations.csv") if row["language"] == language and row["kind"] == kind]
    return re.compile("|".join(_pattern(row["expression"], language).pattern for row in rows) or "(?!)")


_CLAUSE = re.compile(r"[.,;:!?()،؛؟。、\n]|\s[–-]\s")


def _negated(plain: str, match: re.Match[str], language: str, loose: bool) -> bool:
    """Tell whether a match is negated in its own clause, with no new subject between; ``loose``: inside too."""
    before = _CLAUSE.split(plain[max(0, match.start() - REACH_CHARS) : match.start()])[-1]
    if _negations(language, "seeming").search(before + match.group(0)):
        return False
    subjects = list(_negations(language, "subject").finditer(before))
    near = before[subjects[-1].end() :] if subjects else before
    near = near[-LETTERS_BEFORE:] if language == "zh_Hans" else " ".join(near.split()[-WORDS_BEFORE:])
    after = _CLAUSE.split(plain[match.end() : match.end() + REACH_CHARS])[0].split()[:WORDS_AFTER]
    inside = match.group(0) if loose else ""
    return bool(
        _negations(language, "negation").search(f"{near} {inside}")
        or _negations(language, "after").search(" ".join(after))
    )


_HIDDEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u0640"))
_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "ة": "ه", "ى": "ي", "ٱ": "ا", "…": "\x00"})


def _plain(text: str) -> str:
    """Give the text without accents, vowel signs, case and hidden characters, with plain apostrophes.

    Arabic forms of alef, final yeh and teh marbuta are written in one way, since people mix them.
    """
    return _mapped(text)[0]


def _mapped(text: str) -> tuple[str, list[int]]:
    """Give the plain text, and for each of its characters the place in ``text`` that it comes from."""
    plain: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        same = char.translate(_HIDDEN).translate(_SAME)
        for part in unicodedata.normalize("NFKD", same).casefold() if same != "\x00" else "…":
            if not unicodedata.combining(part):
                plain.append(part)
                places.append(place)
    return "".join(plain), places


def _words(text: str, places: list[int], match: re.Match[str]) -> str:
    """Give the words of a match as they were written, with single spaces."""
    return " ".join(text[places[match.start()] : places[match.end() - 1] + 1].split())
