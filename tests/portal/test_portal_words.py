"""The portal's words are complete in all languages of the letters."""

from __future__ import annotations

import re
from importlib.resources import files
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from fairdue.letters.catalogue import LANGUAGES, SOURCE_LANGUAGE, choose
from fairdue.portal.words import ANSWERS, BALANCE_ANSWERS, CHARGES, COPIES, DIFFERENCES, TEXTS, THANKS, Words

ALL = {
    *CHARGES.values(),
    *DIFFERENCES.values(),
    *BALANCE_ANSWERS.values(),
    *TEXTS.values(),
    *ANSWERS.values(),
    *COPIES.values(),
    *THANKS.values(),
}


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != SOURCE_LANGUAGE])
def test_every_text_is_translated_with_the_same_values(language: str):
    path = files("fairdue.portal") / "locale" / language / "LC_MESSAGES" / "portal.po"
    catalogue = read_po(BytesIO(path.read_bytes()), locale=language)
    found = {message.id: message.string for message in catalogue if message.id}
    assert set(found) == ALL
    for source, text in found.items():
        assert text, source
        assert re.findall(r"%\(\w+\)s", source) == re.findall(r"%\(\w+\)s", text)


def test_unknown_words_are_errors():
    with pytest.raises(AttributeError):
        _ = Words(choose("en")).nothing
