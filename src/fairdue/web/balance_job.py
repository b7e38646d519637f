"""Asking many customers for their balance from a page: a process of its own, with progress, a stop and a way to go on.

1. Whom to ask is written down when it begins: who has a balance, or whose earlier message came back, may be others an hour later.
2. The process asks again for the right of who started it. It asks customers in batches, each a transaction.
3. Stopped or killed, it goes on with those of the list whom it has not asked: whoever has a confirmation for the day that was
   written since it began is left out, whatever became of its message. Nobody is asked twice.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from fairdue.web import jobs
from fairdue.web.kept_job import Kept, KeptJob, in_process

REASONS_KEPT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Kept):
    """Where the job stands."""

    as_of: str
    customer_ids: tuple[int, ...]
    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    reasons: tuple[dict[str, Any], ...] = ()
    """Why some were held back: the first few, as stored reasons, told in the words of who reads them."""

    @property
    def day(self) -> date:
        """Give the day whose balance is asked for."""
        return date.fromisoformat(self.as_of)

    @property
    def of(self) -> int:
        """Give how many customers were chosen."""
        return len(self.customer_ids)

    @property
    def held(self) -> int:
        """Give how many were held back or refused."""
        return self.counts.get("blocked", 0) + self.counts.get("refused", 0)


def _read(stored: dict[str, Any]) -> Progress:
    reasons = tuple(one for one in stored["reasons"] if isinstance(one, dict))
    return Progress(**{**stored, "customer_ids": tuple(stored["customer_ids"]), "reasons": reasons})


JOB = KeptJob("balances", "fairdue.web.balance_job", _read)
progress_of, resume, cancel = JOB.progress_of, JOB.resume, JOB.cancel


def start(
    company_id: int, user_id: int, name: str, as_of: date, customer_ids: Sequence[int], at: datetime, language: str
) -> bool:
    """Start asking these customers in a process of its own; False where one is at work."""
    first = Progress(
        started_by=name, began_at=at.isoformat(), as_of=as_of.isoformat(), customer_ids=tuple(customer_ids)
    )
    return JOB.begin(company_id, user_id, first, language)


def asked_since(company_id: int, progress: Progress) -> set[int]:
    """Give the customers of the list whom this job has asked already. One query."""
    from fairdue.dunning.balance.models import BalanceConfirmation

    rows = BalanceConfirmation.objects.filter(
        company_id=company_id, as_of=progress.day, recorded_at__gte=datetime.fromisoformat(progress.began_at)
    )
    return set(rows.values_list("customer_id", flat=True)) & set(progress.customer_ids)


def work(company_id: int, user_id: int) -> Progress:
    """Ask whoever is left of the list, telling where it is; the last word is what became of it."""
    return JOB.work(company_id, user_id, _ask)


def _ask(company_id: int, user_id: int, began: Progress) -> Progress:
    from fairdue.conf.clock import now
    from fairdue.dunning.actions.balance import BalanceError, do_send_confirmations
    from fairdue.people.actor import NotAllowed
    from fairdue.people.days import today_of
    from fairdue.people.models import User
    from fairdue.people.queries import actor_for

    actor = actor_for(User.objects.get(pk=user_id), company_id, now())
    before = asked_since(company_id, began)
    rest = [one for one in began.customer_ids if one not in before]
    is_time = jobs.Pace()

    def progress(done: int, of: int) -> None:
        nonlocal began
        began = replace(began, done=len(before) + done)
        if is_time(""):
            JOB.tell(company_id, began)
        if done < of and jobs.is_to_stop(JOB.kind, company_id):
            raise jobs.Stopped

    if actor is None:
        return replace(began, ended="failed", error="not_allowed")
    try:
        outcomes = do_send_confirmations(actor, rest, began.day, today_of(actor), progress=progress)
    except jobs.Stopped:
        return replace(began, ended="stopped")
    except NotAllowed:
        return replace(began, ended="failed", error="not_allowed")
    except BalanceError as error:
        return replace(began, ended="failed", error=str(error))
    counts = Counter(one.state for one in outcomes) + Counter(sent=len(before))
    held = (one for one in outcomes if one.state in ("blocked", "refused"))
    why = dict.fromkeys(reason for one in held for reason in one.reasons)
    told = tuple(reason.as_dict() for reason in why)[:REASONS_KEPT]
    return replace(began, done=began.of, ended="done", counts=dict(counts), reasons=told)


def main(arguments: list[str]) -> int:
    """Run as a process of its own: company, user, language of messages."""
    company_id, user_id = in_process(arguments)
    return 1 if work(int(company_id), int(user_id)).ended == "failed" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
