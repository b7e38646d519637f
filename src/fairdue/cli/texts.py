"""The command line's own language, known before anything else starts: ``FAIRDUE_LANGUAGE``, else what the terminal says."""

from __future__ import annotations

import gettext
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import typer

from fairdue.conf.catalogues import compile_if_stale

CATALOGUES = Path(__file__).resolve().parent / "locale"
CATALOGUES_OF_PAGES = Path(__file__).resolve().parent.parent / "conf" / "locale"
DOMAIN = "cli"


def gettext_noop(text: str) -> str:
    """Mark a text for translation without translating it here."""
    return text


OF_TYPER = (
    gettext_noop("Arguments"),
    gettext_noop("Options"),
    gettext_noop("Commands"),
    gettext_noop("Error"),
    gettext_noop("Aborted."),
    gettext_noop("(dynamic)"),
    gettext_noop("(deprecated) "),
    gettext_noop("[default: {}]"),
    gettext_noop("[env var: {}]"),
    gettext_noop("[required]"),
    gettext_noop("Try [blue]'{command_path} {help_option}'[/] for help."),
    gettext_noop("Missing command."),
    gettext_noop("No such command {name!r}."),
)
"""What typer prints through gettext; its other messages are English only."""


SAYS = ("FAIRDUE_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where the wish for a language is looked for, in the order of the system's own programs."""


def language() -> str:
    """Give ``zh-hans`` for a Chinese terminal, else ``en``: the first of ``SAYS`` that is set decides."""
    wanted = next((found for name in SAYS if (found := os.environ.get(name))), "en")
    return "zh-hans" if wanted.lower().startswith("zh") else "en"


def _translation() -> gettext.NullTranslations:
    compile_if_stale()
    if language() != "zh-hans":
        return gettext.NullTranslations()
    # Typer asks the standard gettext for its own words: it finds them in this catalogue, in this language.
    os.environ["LANGUAGE"] = "zh_Hans"
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)
    return gettext.translation(DOMAIN, localedir=str(CATALOGUES), languages=["zh_Hans"], fallback=True)


_ = _translation().gettext
"""Translate a text of the command line."""


def of_pages(text: str) -> str:
    """Translate a text that the pages show too, before Django has started or without it."""
    if language() != "zh-hans":
        return text
    known = gettext.translation("django", localedir=str(CATALOGUES_OF_PAGES), languages=["zh_Hans"], fallback=True)
    return known.gettext(text)


def help_texts(app: typer.Typer) -> Iterator[tuple[str, str]]:
    """Give the docstrings that serve as help of the commands of ``app`` and below, each with its file."""
    for info in app.registered_commands:
        if info.callback is not None and (text := inspect.getdoc(info.callback)):
            yield info.callback.__module__.replace(".", "/").removeprefix("fairdue/") + ".py", text
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from help_texts(group.typer_instance)


def translate_help(app: typer.Typer) -> None:
    """Put the translated docstring of every command of ``app`` and below in the place of the help."""
    for info in app.registered_commands:
        if info.callback is not None and (text := inspect.getdoc(info.callback)):
            info.help = _(text)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            translate_help(group.typer_instance)
