"""A progress bar for anything that lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from fairdue.cli.start import errors
from fairdue.cli.texts import _

Report = Callable[[str, int, int], None]
STEPS = {
    "snapshot": _("snapshot"),
    "measures": _("measures"),
    "tie": _("tying out"),
    "decisions": _("decisions"),
    "commit": _("commit"),
    "worklist": _("worklist"),
    "release": _("release"),
    "dispatch": _("dispatch"),
}
"""What the steps of the line call themselves; commands name their own work in the reader's language already."""


@contextmanager
def bar() -> Iterator[Report]:
    """Give a callable ``report(what, done, of)`` that draws one bar per ``what`` on standard error."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=False) as progress:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                _complete(progress, tasks.values())
                tasks[what] = progress.add_task(STEPS.get(what, what), total=of)
            progress.update(tasks[what], completed=done, total=of)

        yield report
        _complete(progress, tasks.values())


def _complete(progress: Progress, tasks: Iterable[TaskID]) -> None:
    """Fill the bars of what is over: a step tells every so many rows how far it is, and seldom of its last row."""
    for task in progress.tasks:
        if task.id in tasks and task.total is not None:
            progress.update(task.id, completed=task.total)


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Show on standard error that something is under way whose length nobody knows."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        progress.add_task(text, total=None)
        yield
