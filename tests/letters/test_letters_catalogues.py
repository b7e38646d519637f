"""The catalogues: complete, with the same placeholders, and with the right plural forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import fairdue.letters
from fairdue.letters.catalogue import choose, languages
from fairdue.letters.wording import words

ROOM = Path(fairdue.letters.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TRANSLATED = [language for language in languages() if language != "en"]
FORMS = {"zh_Hans": 1, "de": 2, "fr": 2, "es": 2, "ar": 6}


def messages() -> set[str | tuple[str, ...]]:
    """Give every message of the room's source."""
    found = extract_from_dir(ROOM, method_map=[("**.py", "python")], keywords={"_": None, "many": (1, 2)})
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def entries(language: str) -> Iterator[tuple[str | tuple[str, ...], tuple[str, ...]]]:
    catalogue = read_po(BytesIO((ROOM / "locale" / language / "LC_MESSAGES" / "letters.po").read_bytes()))
    for message in catalogue:
        if message.id:
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            yield message.id, texts


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_is_complete(language: str) -> None:
    translated = dict(entries(language))
    assert set(translated) == messages()
    assert [key for key, texts in translated.items() if not all(texts)] == []
    assert {len(texts) for key, texts in translated.items() if isinstance(key, tuple)} == {FORMS[language]}


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_agree(language: str) -> None:
    for key, texts in entries(language):
        wanted = set(PLACEHOLDER.findall(key if isinstance(key, str) else key[-1]))
        for text in texts:
            found = set(PLACEHOLDER.findall(text))
            assert found == wanted or (isinstance(key, tuple) and found < wanted), (key, text)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {1: "1 day", 2: "2 days"}),
        ("de", {1: "1 Tag", 0: "0 Tage"}),
        ("fr", {0: "0 jour", 1: "1 jour", 2: "2 jours"}),
        ("zh-Hans", {1: "1天", 5: "5天"}),
        ("ar", {0: "0 يوم", 1: "يوم واحد", 2: "يومان", 3: "3 أيام", 11: "11 يومًا", 100: "100 يوم", 103: "103 أيام"}),
    ],
)
def test_plural_forms(language: str, forms: dict[int, str]) -> None:
    w = words(choose(language))
    assert {count: w.days(count) for count in forms} == forms


@pytest.mark.parametrize(
    ("tag", "language", "locale", "fallback"),
    [
        ("de-AT", "de", "de_AT", False),
        ("en", "en", "en_GB", False),
        ("en_US", "en", "en_US", False),
        ("zh-Hans-CN", "zh_Hans", "zh_Hans", False),
        ("zh", "zh_Hans", "zh_Hans", False),
        ("zh-TW", "en", "en_GB", True),
        ("pt-BR", "en", "en_GB", True),
        ("not a tag", "en", "en_GB", True),
    ],
)
def test_choice(tag: str, language: str, locale: str, fallback: bool) -> None:
    choice = choose(tag)
    assert (choice.language, str(choice.locale), choice.fallback_used) == (language, locale, fallback)


def test_unwritten_fallback_is_refused() -> None:
    with pytest.raises(ValueError, match="no letters are written"):
        choose("pl", "it")
