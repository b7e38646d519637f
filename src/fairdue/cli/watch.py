"""A watched folder: bank files are taken in as they are dropped."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fairdue.cli import cash, cash_advices, start
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.cash.actions import Said, TakenIn, Took
    from fairdue.cash.watch import Folder, Outcome
    from fairdue.people.models import Company

WAIT_AFTER_ERROR_SECONDS = 30.0


def watch(
    folder: Annotated[Path, typer.Argument(help=_("The folder that files are dropped into"))],
    once: Annotated[
        bool, typer.Option("--once", help=_("Take what is ready now, and end: for cron or a systemd timer"))
    ] = False,
    settle: Annotated[
        float,
        typer.Option("--settle", help=_("Seconds for which a file must not have changed"), min=0.0, max=3600.0),
    ] = 10.0,
    new_account: Annotated[
        bool, typer.Option("--new-account", help=_("The account is the company's although it is not known yet"))
    ] = False,
    account: Annotated[
        str, typer.Option("--account", help=_("Number of the account, for a table that does not name it"))
    ] = "",
    currency: Annotated[
        str, typer.Option("--currency", help=_("Currency of the account, for a table that does not name it"))
    ] = "",
    advices: Annotated[
        bool, typer.Option("--advices", help=_("The folder is for remittance advices, not for bank files"))
    ] = False,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: cash.Code = None,
) -> None:
    """Take bank files in from a folder as they are dropped, each exactly once; with --advices remittance advices.

    What came in is matched to invoices at once, and posted where it is certain. A file that is still being written is left. What was
    taken in is moved to the folder "done" inside it, what is refused to "refused" with a text that says why. It may be stopped, even
    killed, at any time and started again.
    """
    start.start()
    chosen = start.company(company)
    start.actor(chosen, user=user)
    from fairdue.cash.actions import Said
    from fairdue.cash.watch import watched

    stopped = _Stop()
    with watched(folder, settle) as watching:
        doing = _Doing(watching, chosen, user, Said(account, currency), new_account, advices)
        if once:
            watching.ready(time.monotonic())
            stopped.wait(settle)
            if not doing.look(stopped):
                start.fail(_("Some files could not be read or taken in; they are tried again the next time."))
            return
        while not stopped.asked:
            fine = doing.look(stopped)
            stopped.wait(max(settle, 1.0) if fine else max(settle, WAIT_AFTER_ERROR_SECONDS))


class _Stop:
    """Whether a signal asked to end: the file in work is finished first."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, _number: int, _frame: Any) -> None:
        self.asked = True

    def wait(self, seconds: float) -> None:
        """Wait, at most a second longer than a signal."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))


class _Doing:
    """The looks at one folder, and who acts."""

    def __init__(
        self, folder: Folder, company: Company, user: str | None, said: Said, new_account: bool, advices: bool
    ) -> None:
        self.folder, self.company, self.user, self.said, self.new_account = folder, company, user, said, new_account
        self.advices = advices
        from fairdue.cash.actions.line import is_waiting

        self.unmatched = is_waiting(company.pk)

    def look(self, stopped: _Stop) -> bool:
        """Take in what is ready; False where something has to be tried again for a reason that is not the file's."""
        from django.db import DatabaseError, close_old_connections

        from fairdue.cash.watch import Ended
        from fairdue.ledger.store import StoreUnreachable

        fine = True
        for name in self.folder.ready(time.monotonic()):
            if stopped.asked:
                break
            close_old_connections()
            try:
                outcome = self._one(name)
                self.unmatched = self.unmatched or outcome.ended is Ended.TAKEN
                fine = fine and not (outcome.ended is Ended.LEFT and outcome.why)
            except (DatabaseError, OSError, StoreUnreachable) as error:
                start.errors.print(f"{name!a}: {start.told(error) or error}", highlight=False, markup=False)
                return False
        return self._matched() and fine

    def _matched(self) -> bool:
        """Match what came in, or was left unmatched by one that was killed; False where it has to be tried again."""
        from django.db import DatabaseError

        if not self.unmatched:
            return True
        try:
            cash.match_now(start.actor(self.company, user=self.user))
        except (DatabaseError, OSError) as error:
            start.errors.print(f"{start.told(error) or error}", highlight=False, markup=False)
            return False
        self.unmatched = False
        return True

    def _one(self, name: str) -> Outcome[Any]:
        from fairdue.cash.watch import Ended

        outcome: Outcome[Any]
        if self.advices:
            outcome = self.folder.take(name, self._advice, start.why)
            if outcome.done is not None:
                cash_advices.show(self.company, outcome.name, outcome.done)
        else:
            outcome = self.folder.take(name, self._bank_file, start.why)
            if outcome.done is not None:
                cash.show(outcome.name, outcome.done)
        if outcome.ended is Ended.REFUSED:
            start.errors.print(f"{outcome.name}: {_('refused')}: {outcome.why}", highlight=False, markup=False)
        elif outcome.why:
            start.errors.print(f"{outcome.name}: {outcome.why}", highlight=False, markup=False)
        return outcome

    def _bank_file(self, data: bytes, name: str) -> TakenIn:
        from fairdue.cash.actions import do_take_in

        acting = start.actor(self.company, user=self.user)
        return do_take_in(acting, data, name, new_account=self.new_account, said=self.said)

    def _advice(self, data: bytes, name: str) -> list[Took]:
        from fairdue.cash.actions import ToldAdvice, do_take_in_advice

        acting = start.actor(self.company, user=self.user)
        return do_take_in_advice(acting, data, name, told=ToldAdvice(currency=self.said.currency))
