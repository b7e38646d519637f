"""How JSON bodies are read: without characters that no database keeps. A refusal names the field. From forms NUL characters are dropped."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja.parser import Parser

from fairdue.api.problems import wrong

_SUSPECT = re.compile(rb"\x00|\\u0000|\\u[dD][89abAB]|\xed[\xa0-\xbf]")
"""Bytes without which no text of a JSON body holds a NUL character or half of a surrogate pair; UTF-16 and UTF-32 hold NUL bytes."""
_BAD = re.compile("[\0\ud800-\udfff]")


class CleanParser(Parser):
    """Reads bodies as ninja does; raises Problem (422) for a text with a NUL character or half a character, with its place."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Give the body's value."""
        found = json.loads(request.body)
        if _SUSPECT.search(request.body):
            _look_through(found)
        return found


def _look_through(value: Any) -> None:
    """Look at every text and every key. Not by recursion: what was read may be nested as deep as the reader goes."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, str):
            if found := _BAD.search(one):
                raise _refused(place, found[0])
        elif isinstance(one, dict):
            for key in one:
                if found := _BAD.search(key):
                    raise _refused(_under(place, _BAD.sub(_shown, key)), found[0])
            waiting += [(_under(place, key), part) for key, part in one.items()]
        elif isinstance(one, list):
            waiting += [(_under(place, str(number)), part) for number, part in enumerate(one)]


def _under(place: str, part: str) -> str:
    return f"{place}.{part}" if place else part


def _shown(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _refused(place: str, character: str) -> Exception:
    if character == "\0":
        return wrong(place, gettext("A NUL character stands in the text."), "characters")
    text = gettext("Half a character (U+%(code)s, a lone surrogate) stands in the text.")
    return wrong(place, text % {"code": f"{ord(character):04X}"}, "characters")
