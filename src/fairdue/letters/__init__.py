"""Letters: wording and drawing. Facts go in; PDF/A, e-mail HTML, plain text and subject come out. Pure.

Start at :func:`render`. ``facts.py`` says what a letter is made from, ``compose.py`` puts it into words, and ``pdf.py``,
``html.py`` and ``text.py`` draw the same composed letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fairdue.letters.catalogue import languages
from fairdue.letters.compose import compose, language_choice
from fairdue.letters.facts import Document, LetterFacts, LettersError
from fairdue.letters.html import draw_html
from fairdue.letters.pdf import draw_many, draw_pdf
from fairdue.letters.requirements import missing_fields, required_fields
from fairdue.letters.text import draw_text

__all__ = [
    "Document",
    "LetterFacts",
    "LetterResult",
    "LettersError",
    "language_choice",
    "languages",
    "missing_fields",
    "render",
    "render_html",
    "render_many",
    "render_pdf",
    "render_text",
    "required_fields",
    "subject",
]


@dataclass(frozen=True, slots=True)
class LetterResult:
    """One letter in all its forms, and the language it came out in."""

    subject: str
    pdf: bytes
    html: str
    text: str
    language_used: str
    fallback_used: bool
    missing: tuple[str, ...]
    """Required fields that the facts left empty."""


def render(facts: LetterFacts) -> LetterResult:
    """Give the letter in every form. Raises LettersError when the facts contradict themselves."""
    letter = compose(facts)
    return LetterResult(
        subject=letter.subject,
        pdf=draw_pdf(letter, facts.written_on),
        html=draw_html(letter),
        text=draw_text(letter),
        language_used=letter.choice.language,
        fallback_used=letter.choice.fallback_used,
        missing=missing_fields(facts),
    )


def render_pdf(facts: LetterFacts) -> bytes:
    """Give the letter as PDF/A-2b; equal facts give equal bytes."""
    return draw_pdf(compose(facts), facts.written_on)


def render_html(facts: LetterFacts) -> str:
    """Give the letter as one self-contained HTML page."""
    return draw_html(compose(facts))


def render_text(facts: LetterFacts) -> str:
    """Give the letter as plain text."""
    return draw_text(compose(facts))


def subject(facts: LetterFacts) -> str:
    """Give the subject line, on one line."""
    return " ".join(compose(facts).subject.split())


def render_many(many: Iterable[LetterFacts]) -> Iterator[bytes]:
    """Give the PDFs of many letters in their order, lazily, on one compiler."""
    return draw_many((compose(facts), facts.written_on) for facts in many)
