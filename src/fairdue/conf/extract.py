"""Collect the texts that a person reads from the sources into the catalogues (``.po``), without GNU gettext.

``python -m fairdue.conf.extract [DOMAIN …]`` brings the catalogues up to date: translations are kept, new texts are
added empty, texts that left the sources are dropped. ``docs/how-to/translate.md`` shows the way from a new text to a
compiled catalogue.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract as babel_extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
Keyword = tuple[int | tuple[int, str], ...]
KEYWORDS: dict[str, Keyword | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "many": (1, 2),
}
"""Calls whose arguments are texts: Django's and Python's names, and the letters' own ``many(one, more, count)``."""
LETTER_LANGUAGES = ("zh_Hans", "de", "fr", "es", "ar")
HEADER = """# {title}
msgid ""
msgstr ""
"Project-Id-Version: fairdue {domain}\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural};\\n"

"""
Found = tuple[str, str | tuple[str, ...], str | None]
"""A text where it stands: file (relative to the package), msgid (with its plural), context."""


@dataclass(frozen=True, slots=True)
class Domain:
    """One catalogue: its name, the folder that holds ``locale/``, its languages, and which sources feed it."""

    name: str
    room: str
    languages: tuple[str, ...]
    rooms: tuple[str, ...] = ()
    besides: Callable[[], Iterator[Found]] | None = None

    def catalogue_path(self, language: str) -> Path:
        """Give the file that holds ``language``."""
        return PACKAGE / self.room / "locale" / language / "LC_MESSAGES" / f"{self.name}.po"

    def sources(self) -> Iterator[Path]:
        """Give the Python files and templates whose texts belong here, in one order."""
        own = {domain.room for domain in DOMAINS if domain.rooms}
        for path in sorted(PACKAGE.rglob("*")):
            relative = path.relative_to(PACKAGE).parts
            belongs = relative[0] in self.rooms if self.rooms else relative[0] not in own
            if belongs and path.suffix in READERS and not {"migrations", "node_modules"} & set(relative):
                yield path

    def texts(self) -> Catalog:
        """Collect the texts of the sources, in the order of the files."""
        catalogue = Catalog()
        for path in self.sources():
            for where, message, context in READERS[path.suffix](path):
                _add(catalogue, where, message, context)
        for where, message, context in self.besides() if self.besides else ():
            _add(catalogue, where, message, context)
        return catalogue


def _add(catalogue: Catalog, where: str, message: str | tuple[str, ...], context: str | None) -> None:
    if message and message != ("",):
        catalogue.add(message, locations=[(where, 0)], context=context)


def _python(path: Path) -> Iterator[Found]:
    """Read a module by its syntax tree, which also sees the calls inside f-strings on every version of Python."""
    where = path.relative_to(PACKAGE).as_posix()
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = str(getattr(call.func, "attr", "") or getattr(call.func, "id", ""))
        yield from ((where, message, context) for message, context in _messages(call, KEYWORDS.get(name, ())))


def _messages(call: ast.Call, keyword: Keyword | None) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Give the texts of one call: one for each branch where the argument is a choice between two texts."""
    wanted = (1,) if keyword is None else keyword
    places = [place if isinstance(place, int) else place[0] for place in wanted]
    if not places or max(places) > len(call.args):
        return
    choices = [_constants(call.args[place - 1]) for place in places]
    for texts in product(*choices):
        context = next((text for text, place in zip(texts, wanted, strict=True) if not isinstance(place, int)), None)
        message = tuple(text for text, place in zip(texts, wanted, strict=True) if isinstance(place, int))
        yield (message if len(message) > 1 else message[0]), context


def _constants(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return _constants(node.body) + _constants(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _template(path: Path) -> Iterator[Found]:
    """Read a template as the calls it amounts to; the lines lose their indent, which means nothing here."""
    where = path.relative_to(PACKAGE).as_posix()
    calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    code = BytesIO("\n".join(line.strip() for line in calls.splitlines()).encode())
    for _line, message, _comments, context in babel_extract("python", code, KEYWORDS, (), {"encoding": "utf-8"}):
        yield where, message, context


READERS: dict[str, Callable[[Path], Iterator[Found]]] = {".py": _python, ".html": _template, ".txt": _template}


def _command_help() -> Iterator[Found]:
    """Give the docstrings that the command line prints as help."""
    from fairdue.cli.main import app
    from fairdue.cli.texts import help_texts

    for where, text in help_texts(app):
        yield where, text, None


def _shipped_policies() -> Iterator[Found]:
    """Give the titles and descriptions of the policies that come with the product."""
    for path in sorted((PACKAGE / "dunning" / "policies").glob("*.yaml")):
        where = path.relative_to(PACKAGE).as_posix()
        policy = yaml.safe_load(path.read_text(encoding="utf-8"))
        for part in (policy, *policy["stages"]):
            yield from ((where, str(part[key]), None) for key in ("title", "description") if part.get(key))


def _law_notes() -> Iterator[Found]:
    """Give what the law's data files say in words: notes, names of series, and sources that are no citation."""
    for name, columns in LAW_TEXTS.items():
        path = PACKAGE / "law" / "data" / name
        lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        for row in csv.DictReader(lines):
            yield from ((path.relative_to(PACKAGE).as_posix(), row[column], None) for column in columns if row[column])


LAW_TEXTS = {
    "conduct.csv": ("note",), "forms.csv": ("note",), "routes.csv": ("note",), "ways_to_pay.csv": ("note",),
    "series.csv": ("name",),
}  # fmt: skip
"""Columns of the law's data files that a page shows as words."""


def _besides() -> Iterator[Found]:
    yield from _shipped_policies()
    yield from _law_notes()


DOMAINS = (
    Domain("django", "conf", ("zh_Hans",), besides=_besides),
    Domain("cli", "cli", ("zh_Hans",), ("cli",), _command_help),
    Domain("portal", "portal", LETTER_LANGUAGES, ("portal",)),
    Domain("letters", "letters", LETTER_LANGUAGES, ("letters",)),
)
"""The catalogues. The first takes every room that has none of its own."""


def read_catalogue(path: Path) -> Catalog:
    """Read a catalogue; its language is its folder's name."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def merge(domain: Domain, language: str, texts: Catalog) -> int:
    """Bring one catalogue up to date with the sources; give how many texts are still to be translated."""
    path = domain.catalogue_path(language)
    known = read_catalogue(path) if path.exists() else Catalog(locale=language)
    known.update(texts, no_fuzzy_matching=True)
    known.obsolete.clear()
    body = BytesIO()
    write_po(body, known, width=0, omit_header=True, include_lineno=False)
    header = HEADER.format(
        title=f"Fairdue: texts of the domain {domain.name}, {language}.", domain=domain.name, language=language,
        plural=known.plural_forms.rstrip("; "),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + body.getvalue().decode(), encoding="utf-8")
    return sum(1 for message in known if message.id and not all(strings(message.string)))


def strings(value: object) -> tuple[str, ...]:
    """Give the forms of a msgid or msgstr as a tuple, whether it has plural forms or not."""
    return tuple(str(form or "") for form in value) if isinstance(value, list | tuple) else (str(value or ""),)


def main() -> int:
    """Run from the command line: update the named domains, or all."""
    wanted = sys.argv[1:] or [domain.name for domain in DOMAINS]
    for domain in DOMAINS:
        if domain.name not in wanted:
            continue
        texts = domain.texts()
        for language in domain.languages:
            empty = merge(domain, language, texts)
            sys.stdout.write(f"{domain.name} {language}: {len(texts)} texts, {empty} to translate\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
