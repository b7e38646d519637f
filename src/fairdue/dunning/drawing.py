"""Drafts drawn: letters as bytes, several of one customer as one message, facts as plain values for keeping."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fairdue.letters import LetterFacts, LetterResult, render

BODY_END = "</body>"
TEXT_BREAK = "\n\n" + "=" * 72 + "\n\n"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter in all its forms with the hashes that its notice keeps."""

    result: LetterResult
    pdf_sha256: str
    html_sha256: str
    text_sha256: str


def draw(facts: LetterFacts) -> Drawn:
    """Draw a letter. Raises LettersError when its facts contradict themselves."""
    result = render(facts)
    return Drawn(result, _sha256(result.pdf), _sha256(result.html.encode()), _sha256(result.text.encode()))


def joined_html(pages: Sequence[str]) -> str:
    """Give several pages of one language as one: the bodies of the later ones follow the first."""
    first, *others = pages
    bodies = "".join(_body(page) for page in others)
    return first.replace(BODY_END, f"{bodies}{BODY_END}") if bodies else first


def _body(page: str) -> str:
    start = page.index(">", page.index("<body")) + 1
    return page[start : page.rindex(BODY_END)]


def joined_text(texts: Sequence[str]) -> str:
    """Give several texts as one, parted by a line."""
    return TEXT_BREAK.join(texts)


def plain(value: Any) -> Any:
    """Give a value of letter facts as JSON keeps it: days and rates as text, empty parts left out."""
    if isinstance(value, LetterFacts):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, "", (), [])}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
