"""What a table of each kind may hold, and the words its columns go by."""

from __future__ import annotations

from fairdue.formats.fields.kinds import KINDS, Field, Kind, Type, fields_of
from fairdue.formats.fields.words import Word, is_familiar, normal, words_of

__all__ = ["KINDS", "Field", "Kind", "Type", "Word", "fields_of", "is_familiar", "normal", "words_of"]
