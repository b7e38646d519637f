"""A run started from a page: a process of its own does it, so that the pages stay quick and a restart of them harms nothing.

1. ``jobs`` starts the process and says whether it lives.
2. The process asks again who started it and whether that person may still do so, then runs the line up to the commit.
   Nothing leaves the house: release and dispatch are for a person.
3. A killed run goes on where it was.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from datetime import date

from fairdue.web import jobs
from fairdue.web.kept_job import in_process

KIND = "run"
COMMAND = (sys.executable, "-m", "fairdue.web.run_job")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. ``run_id`` is set when it is done, ``error`` when it failed; ``alive`` tells whether one works."""

    as_of: str
    started_by: str
    what: str = ""
    done: int = 0
    of: int = 0
    run_id: int | None = None
    error: str = ""
    alive: bool = False

    @property
    def day(self) -> date:
        """Give the day that the run is for."""
        return date.fromisoformat(self.as_of)


def _tell(company_id: int, progress: Progress) -> None:
    jobs.tell(KIND, company_id, asdict(progress))


def progress_of(company_id: int) -> Progress | None:
    """Give where the company's latest job stands, or None where none was ever started here."""
    stored = jobs.stored(KIND, company_id)
    try:
        return Progress(**{**stored, "alive": jobs.alive(KIND, company_id)}) if stored else None
    except TypeError:
        return None


def start(company_id: int, user_id: int, name: str, as_of: date, language: str) -> bool:
    """Start a run of a company in a process of its own; False where one is at work."""
    arguments = [str(company_id), str(user_id), as_of.isoformat(), language]
    first = asdict(Progress(as_of.isoformat(), name))
    return jobs.begin(KIND, company_id, first, lambda lock: launch(arguments, lock))


def launch(arguments: list[str], lock: int) -> None:
    """Start the process with the company's lock."""
    jobs.launch([*COMMAND, *arguments], lock)


def work(company_id: int, user_id: int, as_of: date) -> Progress:
    """Run the line for who asked, telling where it is; the last word is what became of it."""
    from fairdue.conf.clock import now
    from fairdue.people.models import User
    from fairdue.people.queries import actor_for
    from fairdue.people.scope import company_scope

    with company_scope(company_id):
        actor = actor_for(User.objects.get(pk=user_id), company_id, now())
        name = actor.name if actor is not None else ""
        began = Progress(as_of.isoformat(), name)
        if actor is None:
            ended = Progress(began.as_of, name, error="not_allowed")
        else:
            from fairdue.cycle import line
            from fairdue.cycle.lock import RunBusy
            from fairdue.people.actor import NotAllowed

            try:
                run = line.go(actor, as_of, line.Watch(report=_Teller(company_id, began)))
                ended = Progress(began.as_of, name, run_id=run.pk)
            except NotAllowed:
                ended = Progress(began.as_of, name, error="not_allowed")
            except (RunBusy, line.RunError, ValueError) as error:
                ended = Progress(began.as_of, name, error=str(error))
    _tell(company_id, ended)
    return ended


class _Teller:
    """Writes progress down, a few times a second at most."""

    def __init__(self, company_id: int, began: Progress) -> None:
        self.company_id, self.began, self.is_time = company_id, began, jobs.Pace()

    def __call__(self, what: str, done: int, of: int) -> None:
        if self.is_time(what):
            _tell(self.company_id, Progress(self.began.as_of, self.began.started_by, what, done, of))


def main(arguments: list[str]) -> int:
    """Run as a process of its own: company, user, day, language of messages."""
    company_id, user_id, as_of = in_process(arguments)
    return 1 if work(int(company_id), int(user_id), date.fromisoformat(as_of)).error else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
