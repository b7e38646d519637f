"""Proposing and posting from a page: a process of its own, with progress, a stop and a way to go on.

1. The process asks again for the right of who started it. It proposes every line that is not decided, then posts what may post.
2. Both work in portions, each one transaction. Stopped or killed anywhere, it is begun again and comes to the same: what is posted
   stays, and no line posts twice.
3. What it says at the end is counted from what stands: posted since it began, and what waits now.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from fairdue.web import jobs

if TYPE_CHECKING:
    from fairdue.people.actor import Actor

KIND = "money"
COMMAND = (sys.executable, "-m", "fairdue.web.money_job")
PROPOSING, POSTING = "propose", "post"
Counted = tuple[tuple[str, str, int, int], ...]
"""State, currency, lines, value in minor units."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the job stands. ``ended`` is empty while it works or after a kill, else ``done``, ``stopped``, ``failed`` or ``dropped``."""

    started_by: str
    began_at: str
    after: int
    """The newest decision when it began."""
    what: str = ""
    done: int = 0
    of: int = 0
    ended: str = ""
    error: str = ""
    counts: Counted = ()
    unfit: int = 0
    """Lines that did not fit any more, or were proposed under other settings."""
    off: bool = False
    alive: bool = False

    @property
    def left(self) -> bool:
        """Say whether it ended before its end and may go on."""
        return not self.alive and self.ended not in ("done", "dropped")


def progress_of(company_id: int) -> Progress | None:
    """Give where the company's latest job stands, or None where none was ever started here."""
    found = jobs.latest(KIND, company_id)
    try:
        counts = (
            tuple((str(state), str(money), int(lines), int(value)) for state, money, lines, value in found["counts"])
            if found
            else ()
        )
        return Progress(**{**found, "counts": counts}) if found else None
    except (KeyError, TypeError, ValueError):
        return None


def _tell(company_id: int, progress: Progress) -> None:
    jobs.tell(KIND, company_id, asdict(progress))


def start(company_id: int, user_id: int, name: str, at: datetime, language: str) -> bool:
    """Start proposing and posting in a process of its own; False where one is at work."""
    from fairdue.cash.tally import newest_decision

    return _begin(company_id, user_id, Progress(name, at.isoformat(), newest_decision(company_id)), language)


def resume(company_id: int, user_id: int, language: str) -> bool:
    """Go on with a job that was stopped or killed; False where none is left or one is at work."""
    found = progress_of(company_id)
    if found is None or not found.left:
        return False
    return _begin(company_id, user_id, replace(found, ended="", error="", what="", done=0, of=0), language)


def _begin(company_id: int, user_id: int, progress: Progress, language: str) -> bool:
    arguments = [str(company_id), str(user_id), language]
    return jobs.begin(KIND, company_id, asdict(progress), lambda lock: launch(arguments, lock))


def launch(arguments: list[str], lock: int) -> None:
    """Start the process with the company's lock."""
    jobs.launch([*COMMAND, *arguments], lock)


def cancel(company_id: int) -> None:
    """Ask the process to stop before its next portion; one that was stopped before is given up."""
    found = progress_of(company_id)
    if found is None:
        return
    if found.alive:
        jobs.ask_to_stop(KIND, company_id)
    elif found.left:
        _tell(company_id, replace(found, ended="dropped"))


def work(company_id: int, user_id: int) -> Progress:
    """Propose and post, telling where it is; the last word is what became of it."""
    from fairdue.people.scope import company_scope

    began = progress_of(company_id)
    if began is None:
        raise LookupError("no such job")
    with company_scope(company_id):
        ended = _work(company_id, user_id, began)
    _tell(company_id, ended)
    return ended


def _work(company_id: int, user_id: int, began: Progress) -> Progress:
    from fairdue.cash.actions import do_post, do_propose
    from fairdue.conf.clock import now
    from fairdue.people.actor import NotAllowed
    from fairdue.people.models import User
    from fairdue.people.queries import actor_for

    actor: Actor | None = actor_for(User.objects.get(pk=user_id), company_id, now())
    if actor is None:
        return replace(began, ended="failed", error="not_allowed")
    teller = _Teller(company_id, began)
    try:
        do_propose(actor, progress=teller(PROPOSING))
        posted = do_post(actor, progress=teller(POSTING))
    except jobs.Stopped:
        return replace(teller.told, ended="stopped", counts=_counts(company_id, began))
    except NotAllowed:
        return replace(began, ended="failed", error="not_allowed")
    return replace(
        teller.told, ended="done", counts=_counts(company_id, began), unfit=len(posted.left), off=posted.off
    )  # fmt: skip


def _counts(company_id: int, began: Progress) -> Counted:
    """Count what was posted since the job began, and what waits now (3)."""
    from fairdue.cash.tally import of_queue, posted_since

    posted = posted_since(company_id, began.after)
    return tuple(tuple(one) for one in (*posted, *(one for one in of_queue(company_id) if one.state != "posted")))  # type: ignore[misc]


class _Teller:
    """Writes progress down, a few times a second at most, and stops the work where somebody asked for it."""

    def __init__(self, company_id: int, began: Progress) -> None:
        self.company_id, self.told, self.is_time = company_id, began, jobs.Pace()

    def __call__(self, what: str) -> Callable[[int, int], None]:
        self._tell(replace(self.told, what=what, done=0, of=0))

        def progress(done: int, of: int) -> None:
            self._tell(replace(self.told, done=done, of=of))

        return progress

    def _tell(self, told: Progress) -> None:
        self.told = told
        if self.is_time(told.what):
            _tell(self.company_id, told)
        if jobs.is_to_stop(KIND, self.company_id):
            raise jobs.Stopped


def main(arguments: list[str]) -> int:
    """Run as a process of its own: company, user, language of messages."""
    import django

    django.setup()
    from django.utils import translation

    company_id, user_id, language = arguments
    translation.activate(language)
    return 1 if work(int(company_id), int(user_id)).ended == "failed" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
