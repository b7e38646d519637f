"""Compile the translation catalogues (``.po`` to ``.mo``), and check that they are complete.

``python -m fairdue.conf.catalogues`` compiles what is older than its source; ``--check`` fails on a text of the sources
that is missing, untranslated or fuzzy in a catalogue, and on a translation that does not keep its placeholders.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
_PLACEHOLDER = re.compile(
    r"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%[-#0+]*\d*(?:\.\d+)?[sdifr](?![a-zA-Z])|\{\w*(?:![rsa])?\}|</?\w+"
)


def sources() -> list[Path]:
    """Give every catalogue of the package."""
    return sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/*.po"))


def stale() -> list[Path]:
    """Give the catalogues whose compiled form is missing or older."""
    return [path for path in sources() if not _is_fresh(path, path.with_suffix(".mo"))]


def _is_fresh(path: Path, target: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= path.stat().st_mtime


def compile_all() -> int:
    """Compile the stale catalogues; give how many were written. The new file takes its place whole."""
    waiting = stale()
    if waiting:
        from babel.messages.mofile import write_mo

        from fairdue.conf.extract import read_catalogue

        for path in waiting:
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                write_mo(file, read_catalogue(path))
            part.replace(path.with_suffix(".mo"))
    return len(waiting)


def compile_if_stale() -> None:
    """Compile what is stale, where the package may be written; elsewhere the compiled files came with it."""
    with contextlib.suppress(OSError):
        compile_all()


def faults() -> Iterator[str]:
    """Name every text that a catalogue lacks or carries wrongly, as ``file: text: fault``."""
    from fairdue.conf.extract import DOMAINS, PACKAGE, read_catalogue, strings

    for domain in DOMAINS:
        texts = domain.texts()
        for language in domain.languages:
            path = domain.catalogue_path(language)
            where = path.relative_to(PACKAGE)
            known = read_catalogue(path)
            for text in texts:
                if not text.id:
                    continue
                message = known.get(strings(text.id)[0], text.context)
                fault = "missing" if message is None else _fault(message.id, message.string, fuzzy=message.fuzzy)
                if fault:
                    yield f"{where}: {strings(text.id)[0]!r}: {fault}"


def _fault(msgid: object, msgstr: object, *, fuzzy: bool) -> str:
    from fairdue.conf.extract import strings

    if fuzzy:
        return "fuzzy"
    if not all(strings(msgstr)):
        return "untranslated"
    return "" if placeholders_kept(strings(msgid), strings(msgstr)) else "placeholders differ"


def placeholders_kept(originals: tuple[str, ...], translations: tuple[str, ...]) -> bool:
    """Say whether the translations fill in what the originals fill in.

    A text without plural keeps every placeholder, as often as it stands there. With plural forms, a form may leave
    out a placeholder (the dual of Arabic needs no figure), but one form keeps all of the last original.
    """
    wanted = [placeholders(text) for text in originals]
    given = [placeholders(text) for text in translations]
    if len(wanted) == 1:
        return given == wanted
    allowed = set().union(*wanted)
    return all(set(form) <= allowed for form in given) and set(wanted[-1]) in [set(form) for form in given]


def placeholders(text: str) -> Counter[str]:
    """Count the placeholders and the HTML tags of a text: ``%(name)s``, ``%s``, ``{name}``, ``<b``."""
    return Counter(_PLACEHOLDER.findall(text.replace("%%", "")))


def main() -> int:
    """Run from the command line."""
    if "--check" not in sys.argv:
        compile_all()
        return 0
    lines = list(faults())
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
