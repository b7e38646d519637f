"""Work for a company that is stopped, gone on with and given up from a page; ``jobs`` says how its process is started and watched.

A job stands as a record of plain values beside its lock. It ends done, stopped, failed or dropped; one that was killed has no ending
and no process, and may be gone on with like a stopped one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, TypeVar

from fairdue.web import jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What every such job tells. ``ended`` is empty while it works or after a kill."""

    started_by: str
    began_at: str
    ended: str = ""
    error: str = ""
    alive: bool = False

    @property
    def left(self) -> bool:
        """Say whether it ended before its end and may go on."""
        return not self.alive and self.ended not in ("done", "dropped")


P = TypeVar("P", bound=Kept)


class KeptJob(Generic[P]):
    """One kind of such work: ``module`` is run as the process, ``read`` makes the record of what was written down."""

    def __init__(self, kind: str, module: str, read: Callable[[dict[str, Any]], P]) -> None:
        self.kind, self.command, self.read = kind, (sys.executable, "-m", module), read

    def progress_of(self, company_id: int) -> P | None:
        """Give where the company's latest job stands, or None where none was ever started here."""
        stored = jobs.latest(self.kind, company_id)
        try:
            return self.read(stored) if stored else None
        except (KeyError, TypeError, ValueError):
            return None

    def tell(self, company_id: int, progress: P) -> None:
        """Write down where it stands."""
        jobs.tell(self.kind, company_id, asdict(progress))

    def begin(self, company_id: int, user_id: int, progress: P, language: str) -> bool:
        """Start it in a process of its own; False where one is at work."""
        arguments = [str(company_id), str(user_id), language]
        return jobs.begin(self.kind, company_id, asdict(progress), lambda lock: self.launch(arguments, lock))

    def launch(self, arguments: list[str], lock: int) -> None:
        """Start the process with the company's lock."""
        jobs.launch([*self.command, *arguments], lock)

    def resume(self, company_id: int, user_id: int, language: str, **anew: Any) -> bool:
        """Go on with one that was stopped or killed, ``anew`` set back; False where none is left or one is at work."""
        found = self.progress_of(company_id)
        if found is None or not found.left:
            return False
        return self.begin(company_id, user_id, replace(found, ended="", error="", **anew), language)

    def cancel(self, company_id: int) -> None:
        """Ask the process to stop before its next portion; one that was stopped before is given up."""
        found = self.progress_of(company_id)
        if found is None:
            return
        if found.alive:
            jobs.ask_to_stop(self.kind, company_id)
        elif found.left:
            self.tell(company_id, replace(found, ended="dropped"))

    def work(self, company_id: int, user_id: int, do: Callable[[int, int, P], P]) -> P:
        """Do it, from company, user and where it stands; the last word is what became of it."""
        from fairdue.people.scope import company_scope

        began = self.progress_of(company_id)
        if began is None:
            raise LookupError("no such job")
        with company_scope(company_id):
            ended = do(company_id, user_id, began)
        self.tell(company_id, ended)
        return ended


def in_process(arguments: list[str]) -> list[str]:
    """Begin a process of a job, in the language that is told last; give the other arguments."""
    import django

    django.setup()
    from django.utils import translation

    *others, language = arguments
    translation.activate(language)
    return others
