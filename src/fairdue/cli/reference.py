"""The reference page of the command line, from the commands themselves: ``python -m fairdue.cli.reference``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from fairdue.cli.main import app

HEAD = """# Command line

Made from the commands by `python -m fairdue.cli.reference`; a test fails when this page is not what they say. Every command
also tells it by `--help`, in English or (`FAIRDUE_LANGUAGE=zh-hans`) in Chinese. Where there are several companies, name
one with `--company`. A command ends with 0 when all went well, 1 when it could not do its work, 2 when something waits for
a person or was called wrongly, 130 when it was interrupted. Settings are environment variables: see
[settings](settings.md).
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Give every command by its full name, such as ``policy diff``."""
    yield from _below(typer.main.get_command(app), "")


def _below(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _below(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def reference() -> str:
    """Give the page as Markdown."""
    return HEAD + "".join(_section(name, command) for name, command in commands())


def _section(name: str, command: Any) -> str:
    parameters = [one for one in command.params if one.name != "help"]
    arguments = " ".join(_argument(one) for one in parameters if one.param_type_name == "argument")
    head = f"\n## fairdue {name}\n\n    fairdue {name}{' [OPTIONS]' if parameters else ''}{' ' + arguments if arguments else ''}\n"
    rows = "".join(f"| {_written(one)} | {_help(one)} | {_default(one)} |\n" for one in parameters)
    table = f"\n| | | default |\n| --- | --- | --- |\n{rows}" if rows else ""
    return f"{head}\n{' '.join((command.help or '').split())}\n{table}"


def _argument(parameter: Any) -> str:
    name = parameter.name.upper()
    return name if parameter.required else f"[{name}]"


def _written(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_argument(parameter)}`"
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _help(parameter: Any) -> str:
    text = " ".join((parameter.help or "").split()).replace("|", "\\|")
    return f"{text} (required)" if parameter.required and parameter.param_type_name == "option" else text


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required or value in (None, "", (), [], False) or callable(value):
        return ""
    return "yes" if value is True else f"`{value}`"


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
