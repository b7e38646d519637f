"""Gettext catalogues of the letters: one ``.po`` per language, compiled in memory when first used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
LANGUAGES = ("en", "zh_Hans", "de", "fr", "es", "ar")
"""The languages letters are written in. English is the source; each other one has a catalogue."""
HOME_LOCALES = {"en": "en_GB"}
"""Locale that writes dates and numbers when the tag names no region: day before month, understood everywhere."""
RTL_LANGUAGES = frozenset({"ar"})
LANGUAGE_TAGS = {"zh_Hans": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a language tag came to: the wording, the locale that writes figures, and whether it was the fallback."""

    language: str
    locale: Locale
    fallback_used: bool

    @property
    def tag(self) -> str:
        """The BCP 47 tag of the wording, for HTML."""
        return LANGUAGE_TAGS.get(self.language, self.language)

    @property
    def rtl(self) -> bool:
        """Whether the script runs from right to left."""
        return self.language in RTL_LANGUAGES


def languages() -> tuple[str, ...]:
    """Give the languages in which every letter is complete."""
    return LANGUAGES


@cache
def choose(tag: str, fallback: str = SOURCE_LANGUAGE) -> Choice:
    """Give wording and locale for a language tag; an unknown or unwritten language takes ``fallback``, visibly.

    Traditional Chinese is not Simplified: ``zh-Hant``, ``zh-TW`` and ``zh-HK`` take the fallback. Raises ValueError
    when the fallback itself is not one of ``languages()``.
    """
    found = _match(tag)
    if found is not None:
        return Choice(*found, fallback_used=False)
    substitute = _match(fallback)
    if substitute is None:
        raise ValueError(f"no letters are written in the fallback language {fallback!r}")
    return Choice(*substitute, fallback_used=True)


def _match(tag: str) -> tuple[str, Locale] | None:
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return None
    language = locale.language
    if language == "zh":
        traditional = locale.script == "Hant" or (locale.script is None and locale.territory in ("TW", "HK", "MO"))
        return None if traditional else ("zh_Hans", Locale.parse("zh_Hans"))
    if language not in LANGUAGES:
        return None
    if locale.territory is None:
        locale = Locale.parse(HOME_LOCALES.get(language, language))
    return language, locale


@cache
def translations(language: str) -> NullTranslations:
    """Give the compiled catalogue of ``language``; English is the source and needs none.

    The ``.po`` file is the only copy: compiling it here means that no build step can be forgotten.
    """
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    path = files("fairdue.letters") / "locale" / language / "LC_MESSAGES" / "letters.po"
    catalogue = read_po(BytesIO(path.read_bytes()), locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
