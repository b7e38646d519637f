"""YAML with its marks: every value knows its line and key path, so that an error can say where and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import yaml

from fairdue.kernel.reasons import gettext_noop as _

BYTES_MAX = 200_000
"""A policy is a page or two; anything larger is refused before it is parsed."""
DEPTH_MAX = 50
SIMILAR = 0.6  # float: how alike two names must be to be suggested (difflib); no money
"""Brackets open at once; a YAML reader takes quadratic time over thousands of them."""
AT_LINE = _("line %(line)s: %(message)s. %(remedy)s")
AT_KEY = _("line %(line)s, %(key)s: %(message)s. %(remedy)s")
NOT_ALLOWED = _("%(what)r is not allowed")
ALLOWED = _("Allowed: %(allowed)s.")
UNREADABLE = _("the YAML cannot be read: %(error)s")
_INTEGER = re.compile(r"[+-]?\d{1,6}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a policy: where (line from 1, key path), what, and how to mend it.

    ``text`` and ``advice`` are texts of the catalogue with places for ``values``; ``translated`` gives the problem in
    another language.
    """

    line: int
    key: str
    text: str
    advice: str
    values: tuple[tuple[str, object], ...] = ()

    @property
    def message(self) -> str:
        """What is wrong."""
        return self.text % dict(self.values)

    @property
    def remedy(self) -> str:
        """How to mend it."""
        return self.advice % dict(self.values)

    def translated(self, translate: Callable[[str], str]) -> Problem:
        """Give the problem in the language of ``translate``."""
        return replace(self, text=translate(self.text), advice=translate(self.advice))

    def said(self, translate: Callable[[str], str] = str) -> str:
        """Say the whole problem on one line, in the language of ``translate``."""
        told = self.translated(translate)
        filled = {"line": self.line, "key": self.key, "message": told.message, "remedy": told.remedy}
        return translate(AT_KEY if self.key else AT_LINE) % filled

    def __str__(self) -> str:
        return self.said()


class PolicyError(ValueError):
    """A text that is no valid policy; ``problems`` lists everything found, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.key)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def compose(text: str) -> yaml.MappingNode:
    """Parse ``text`` into nodes. Raises PolicyError for broken YAML, aliases, repeated keys, or a text too large."""
    if len(text.encode()) > BYTES_MAX:
        raise PolicyError([Problem(1, "", _("the policy is larger than 200 kB"), _("Leave out what no stage needs."))])
    if _depth(text) > DEPTH_MAX:
        raise PolicyError([Problem(1, "", _("the YAML is nested too deeply"), _("Write lists one level deep."))])
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise PolicyError([Problem(line, "", _("YAML aliases are not read"), _("Write it out."))])
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        remedy = _("Check indentation, colons and quotes around this line.")
        values = (("error", error.problem or error.context),)
        raise PolicyError([Problem(mark.line + 1 if mark else 1, "", UNREADABLE, remedy, values)]) from None
    except RecursionError:
        raise PolicyError(
            [Problem(1, "", _("the YAML is nested too deeply"), _("Write lists one level deep."))]
        ) from None
    except yaml.YAMLError as error:
        raise PolicyError(
            [Problem(1, "", UNREADABLE, _("Save the file as UTF-8 text."), (("error", error),))]
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise PolicyError([Problem(1, "", _("a policy is a mapping of keys"), _("Start with “policy: my-policy”."))])
    return root


def _depth(text: str) -> int:
    """Give the most brackets that are open at once, wherever they stand."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


class Reader:
    """Reads one mapping: each key once, by type; what stays unread at the end is an unknown key.

    Problems are collected, not raised, so that an editor sees all of them at once.
    """

    def __init__(self, node: yaml.MappingNode, path: str, problems: list[Problem]) -> None:
        self.node, self.path, self.problems = node, path, problems
        self.values: dict[str, yaml.Node] = {}
        self.lines: dict[str, int] = {}
        self._known: list[str] = []
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in self.values:
                self.problem(name, _("%(what)s stands twice"), _("Keep one of the two."), line, what=name)
            self.values[name], self.lines[name] = value, line

    def at(self, name: str) -> str:
        """Give the key path of ``name``."""
        return f"{self.path}.{name}" if self.path else name

    def line(self, name: str = "") -> int:
        """Give the line of a key; of the mapping where the key is absent."""
        return self.lines.get(name, self.node.start_mark.line + 1)

    def problem(self, name: str, text: str, advice: str, line: int | None = None, **values: object) -> None:
        """Note what is wrong with ``name``; ``values`` fill the places of both texts."""
        where = self.at(name) if name else self.path
        self.problems.append(Problem(line or self.line(name), where, text, advice, tuple(values.items())))

    def has(self, name: str) -> bool:
        """Say whether a key is written (and note that it is a known one)."""
        self._known.append(name)
        return name in self.values

    def scalar(self, name: str) -> str | None:
        """Give the text of a single value, or None with a problem where it is a list or mapping."""
        node = self.values[name]
        if isinstance(node, yaml.ScalarNode):
            return str(node.value).strip()
        self.problem(name, _("a single value is expected here"), _("Write one value, not a list or mapping."))
        return None

    def text(self, name: str, default: str = "", *, required: bool = False, longest: int = 2000) -> str:
        """Read a text."""
        if not self.has(name):
            if required:
                self.problem(name, _("%(what)s is missing"), _("Add “%(what)s: …”."), what=name)
            return default
        value = self.scalar(name)
        if value is not None and len(value) > longest:
            self.problem(name, _("longer than %(most)s characters"), _("Shorten it."), most=longest)
            return default
        return default if value is None else value

    def code(self, name: str, *, required: bool = True) -> str:
        """Read a code: small letters, digits, ``_`` and ``-``."""
        value = self.text(name, required=required)
        if value and not re.fullmatch(r"[a-z][a-z0-9_-]{0,38}", value):
            advice = _("Use small letters, digits, - and _, at most 39 of them.")
            self.problem(name, _("%(what)r is no code"), advice, what=value)
        return value

    def choice(self, name: str, allowed: Iterable[str], default: str = "", *, required: bool = False) -> str:
        """Read one of the ``allowed`` words."""
        value = self.text(name, default, required=required)
        options = [option for option in allowed if option]
        if value and value not in options and value != default:
            self._not_allowed(name, value, options)
            return default
        return value

    def integer(self, name: str, default: int | None = None, *, low: int, high: int) -> int | None:
        """Read a whole number from ``low`` to ``high``."""
        if not self.has(name):
            return default
        value = self.scalar(name)
        if value is None:
            return default
        if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
            text = _("%(what)r is not a whole number from %(low)s to %(high)s")
            self.problem(name, text, _("Write such a number, no unit."), what=value, low=low, high=high)
            return default
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Read yes or no."""
        if not self.has(name):
            return default
        value = self.scalar(name)
        if value is None:
            return default
        if value.lower() not in {"yes", "no", "true", "false"}:
            self.problem(name, _("%(what)r is neither yes nor no"), _("Write yes or no."), what=value)
            return default
        return value.lower() in {"yes", "true"}

    def words(self, name: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Read a list of allowed words, each once."""
        options = list(allowed)
        found: list[str] = []
        for node in self.sequence(name):
            value = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
            line = node.start_mark.line + 1
            if value not in options:
                self._not_allowed(name, value, options, line)
            elif value in found:
                self.problem(name, _("%(what)r stands twice"), _("Keep one of the two."), line, what=value)
            else:
                found.append(value)
        return tuple(found)

    def sequence(self, name: str) -> list[yaml.Node]:
        """Read a list of nodes."""
        if not self.has(name):
            return []
        node = self.values[name]
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        advice = _("Write items under it, each on a line that begins with “- ”.")
        self.problem(name, _("a list is expected here"), advice)
        return []

    def mapping(self, name: str) -> Reader | None:
        """Read a mapping; None where the key is absent or something else."""
        if not self.has(name):
            return None
        node = self.values[name]
        if isinstance(node, yaml.MappingNode):
            return Reader(node, self.at(name), self.problems)
        advice = _("Write “key: value” lines under it, indented.")
        self.problem(name, _("keys with values are expected here"), advice)
        return None

    def done(self) -> None:
        """Note every key that nothing read."""
        for name in self.values:
            if name not in self._known:
                self._not_allowed(name, name, self._known, text=_("%(what)r is not a known key"))

    def _not_allowed(
        self, name: str, value: str, options: Iterable[str], line: int | None = None, text: str = NOT_ALLOWED
    ) -> None:
        """Note a word that is not one of ``options``, with the nearest one as advice."""
        listed = list(options)
        near = difflib.get_close_matches(value, listed, n=1, cutoff=SIMILAR)
        advice = _("Did you mean %(near)s? Allowed: %(allowed)s.") if near else ALLOWED
        meant = {"near": near[0]} if near else {}
        self.problem(name, text, advice, line, what=value, allowed=", ".join(listed), **meant)
