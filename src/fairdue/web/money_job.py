"""Proposing and posting from a page: a process of its own, with progress, a stop and a way to go on.

1. The process asks again for the right of who started it. It proposes every line that is not decided, then posts what may post.
2. Both work in portions, each one transaction. Stopped or killed anywhere, it is begun again and comes to the same: what is posted
   stays, and no line posts twice.
3. What it says at the end is counted from what stands: posted since it began, and what waits now.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fairdue.web import jobs
from fairdue.web.kept_job import Kept, KeptJob, in_process

if TYPE_CHECKING:
    from fairdue.people.actor import Actor

PROPOSING, POSTING = "propose", "post"
Counted = tuple[tuple[str, str, int, int], ...]
"""State, currency, lines, value in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Kept):
    """Where the job stands."""

    after: int
    """The newest decision when it began."""
    what: str = ""
    done: int = 0
    of: int = 0
    counts: Counted = ()
    unfit: int = 0
    """Lines that did not fit any more, or were proposed under other settings."""
    off: bool = False


def _read(stored: dict[str, Any]) -> Progress:
    counts = tuple((str(state), str(money), int(lines), int(value)) for state, money, lines, value in stored["counts"])
    return Progress(**{**stored, "counts": counts})


JOB = KeptJob("money", "fairdue.web.money_job", _read)
progress_of, cancel = JOB.progress_of, JOB.cancel


def start(company_id: int, user_id: int, name: str, at: datetime, language: str) -> bool:
    """Start proposing and posting in a process of its own; False where one is at work."""
    from fairdue.cash.tally import newest_decision

    first = Progress(started_by=name, began_at=at.isoformat(), after=newest_decision(company_id))
    return JOB.begin(company_id, user_id, first, language)


def resume(company_id: int, user_id: int, language: str) -> bool:
    """Go on with a job that was stopped or killed; False where none is left or one is at work."""
    return JOB.resume(company_id, user_id, language, what="", done=0, of=0)


def work(company_id: int, user_id: int) -> Progress:
    """Propose and post, telling where it is; the last word is what became of it."""
    return JOB.work(company_id, user_id, _work)


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
            JOB.tell(self.company_id, told)
        if jobs.is_to_stop(JOB.kind, self.company_id):
            raise jobs.Stopped


def main(arguments: list[str]) -> int:
    """Run as a process of its own: company, user, language of messages."""
    company_id, user_id = in_process(arguments)
    return 1 if work(int(company_id), int(user_id)).ended == "failed" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
