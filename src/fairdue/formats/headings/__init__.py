"""Recognition: which column of a table holds which field, from its heading and from its values."""

from __future__ import annotations

from fairdue.formats.headings.mapping import Mapping, Match, Question
from fairdue.formats.headings.recognise import recognise

__all__ = ["Mapping", "Match", "Question", "recognise"]
