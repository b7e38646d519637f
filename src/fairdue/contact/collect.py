"""Collecting mail from a folder or a mailbox. Killed at any instruction and run again: nothing twice, nothing lost.

Mails are written some at a time, in one transaction that also records their places; only after it is a file moved away, if at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from django.db.models import Max
from django.utils.translation import gettext

from fairdue.contact.actions.inbound import At, Receipt, do_receive_many
from fairdue.contact.actions.tasks import do_finish_task, do_task
from fairdue.contact.inbox import folder as folders
from fairdue.contact.inbox.imap import Account, Mailbox, MailboxError, read_url
from fairdue.contact.inbox.lookup import lay_out
from fairdue.contact.models import MailPlace, Task, TaskKind
from fairdue.contact.reasons import EventReason
from fairdue.kernel.reasons import Reason, because
from fairdue.people.actor import Actor
from fairdue.people.days import today_of
from fairdue.people.models import Company

Progress = Callable[[int, int], None]
T = TypeVar("T")
MAILS_AT_ONCE, BYTES_AT_ONCE = 50, 16_000_000
"""Mails written in one transaction, by number and by size."""
SKIPPED = "skipped"
"""Counted apart: files whose place says that they were read."""
UNREAD, UNMOVED = "unread", "unmoved"
"""Counted apart: what could not be opened or fetched and is tried again; files that were read and could not be moved away."""
LOOK_BACK_UIDS = 10_000
"""Below the last mail that was read, as far as mails are sought that the server left out of an earlier answer."""


def from_folder(
    actor: Actor,
    folder: Path,
    *,
    move_to: Path | None = None,
    progress: Progress = lambda done, of: None,
    at_once: int = MAILS_AT_ONCE,
) -> Counter[str]:
    """Read the files of a folder that were not read yet; give how many of each outcome. ``move_to`` takes read files away.

    A file that is gone or may not be opened stops no other: it is counted as unread and tried again the next time.
    """
    place, files = folders.place_of(folder), folders.listed(folder)
    rows = MailPlace.objects.filter(company_id=actor.company_id, place=place[:300])
    known = set(rows.values_list("mark", flat=True))
    counts, done = Counter[str](), 0
    old, new = [file for file in files if file.mark in known], [file for file in files if file.mark not in known]
    counts[SKIPPED] += len(old)

    def finish(file: folders.MailFile) -> None:
        nonlocal done
        if move_to is not None:
            try:
                folders.move(file, move_to)
            except OSError:
                counts[UNMOVED] += 1
        done += 1
        progress(done, len(files))

    def opened() -> Iterator[tuple[folders.MailFile, bytes, At]]:
        for file in new:
            try:
                data = folders.content(file)
            except OSError:
                counts[UNREAD] += 1
                continue
            yield file, data, At("folder", place, file.mark)

    for file in old:
        finish(file)
    for file, receipt in _received(actor, opened(), at_once):
        counts[receipt.what.value] += 1
        finish(file)
    return +counts


def _received(actor: Actor, mails: Iterable[tuple[T, bytes, At]], at_once: int) -> Iterator[tuple[T, Receipt]]:
    """Write mails some at a time, each some in one transaction; give what came of each after that, in order."""
    desk = None
    for some in _parted(mails, at_once):
        desk = desk or lay_out(actor.company_id)
        receipts = do_receive_many(actor, [(data, at) for _, data, at in some], desk=desk)
        yield from zip((one for one, _, _ in some), receipts, strict=True)


def _parted(mails: Iterable[tuple[T, bytes, At]], at_once: int) -> Iterator[list[tuple[T, bytes, At]]]:
    some: list[tuple[T, bytes, At]] = []
    filled = 0
    for one in mails:
        some.append(one)
        filled += len(one[1])
        if len(some) >= at_once or filled >= BYTES_AT_ONCE:
            yield some
            some, filled = [], 0
    if some:
        yield some


def from_mailbox(actor: Actor, account: Account, *, progress: Progress = lambda done, of: None) -> Counter[str]:
    """Read the mails of a mailbox that are new since the last time; give how many of each outcome. Raises MailboxError.

    New is what lies above the last mail read, and what lies a little below it and was not read: servers leave out of an answer
    what they cannot open just then.
    """
    mailbox = Mailbox(account)
    try:
        place = mailbox.place[:300]
        rows = MailPlace.objects.filter(company_id=actor.company_id, place=place)
        last = rows.aggregate(last=Max("number"))["last"] or 0
        low = max(0, last - LOOK_BACK_UIDS)
        known = set(rows.filter(number__gt=low).values_list("number", flat=True))
        uids = [uid for uid in mailbox.uids_above(low) if uid not in known]
        counts = Counter[str]()
        read = (
            (one.uid, one.data, At("imap", place, str(one.uid), one.uid, one.head_of)) for one in mailbox.mails(uids)
        )
        for done, (_, receipt) in enumerate(_received(actor, read, MAILS_AT_ONCE), start=1):
            counts[receipt.what.value] += 1
            progress(done, len(uids))
        counts[UNREAD] = len(uids) - counts.total()
        return +counts
    finally:
        mailbox.close()


MAILBOX_TASK = "mailbox:"


def is_ours(actor: Actor, whose: str) -> bool:
    """Tell whether the mailbox that is set is this company's; ``whose`` is a company's code, empty where there is only one.

    Raises MailboxError where there are several companies and nothing says whose it is: a customer's mail must not go to another.
    """
    codes = dict(Company.objects.values_list("id", "code"))
    if not whose and len(codes) > 1:
        raise MailboxError(gettext("There are several companies; say in FAIRDUE_IMAP_COMPANY whose mailbox it is."))
    return not whose or codes.get(actor.company_id) == whose


def read_before(
    actor: Actor, url: str, *, token_from: str = "", whose: str = "", progress: Progress = lambda done, of: None
) -> Reason | None:
    """Read the mailbox before customers are chased, so that the gate knows what they answered; nothing where no address is set.
    Nothing either where it is another company's (``is_ours``).

    A mailbox that cannot be read stops nothing: it is a task of the day, and the reason is given. Read again, the task is done.
    """
    if not url:
        return None
    open_ones = Task.objects.filter(company_id=actor.company_id, key__startswith=MAILBOX_TASK, done_at__isnull=True)
    try:
        if not is_ours(actor, whose):
            return None
        from_mailbox(actor, read_url(url, token_from), progress=progress)
    except (MailboxError, OSError, ValueError) as error:
        why = because(EventReason.MAILBOX_FAILED, error=str(error)[:300])
        day = today_of(actor)
        do_task(
            actor,
            customer_id=None,
            kind=TaskKind.OTHER,
            key=f"{MAILBOX_TASK}{day.isoformat()}",
            due_on=day,
            reasons=[why],
        )
        return why
    for task_id in open_ones.order_by("id").values_list("id", flat=True):
        do_finish_task(actor, task_id, outcome=gettext("The mailbox was read."))
    return None
