"""Collecting mail from a folder or a mailbox. Killed at any instruction and run again: nothing twice, nothing lost.

Each mail is one transaction that also records its place; only after it is committed is a file moved away, if at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.db.models import Max

from fairdue.contact.actions.inbound import At, do_receive
from fairdue.contact.inbox import folder as folders
from fairdue.contact.inbox.imap import Account, Mailbox
from fairdue.contact.inbox.lookup import lay_out
from fairdue.contact.models import MailPlace
from fairdue.people.actor import Actor

Progress = Callable[[int, int], None]
SKIPPED = "skipped"
"""Counted apart: files whose place says that they were read."""


def from_folder(
    actor: Actor, folder: Path, *, move_to: Path | None = None, progress: Progress = lambda done, of: None
) -> Counter[str]:
    """Read the files of a folder that were not read yet; give how many of each outcome. ``move_to`` takes read files away."""
    place, files = folders.place_of(folder), folders.listed(folder)
    rows = MailPlace.objects.filter(company_id=actor.company_id, place=place[:300])
    known = set(rows.values_list("mark", flat=True))
    desk, counts = lay_out(actor.company_id), Counter[str]()
    for done, file in enumerate(files, start=1):
        if file.mark in known:
            counts[SKIPPED] += 1
        else:
            receipt = do_receive(actor, folders.content(file), at=At("folder", place, file.mark), desk=desk)
            counts[receipt.what.value] += 1
        if move_to is not None:
            folders.move(file, move_to)
        progress(done, len(files))
    return counts


def from_mailbox(actor: Actor, account: Account, *, progress: Progress = lambda done, of: None) -> Counter[str]:
    """Read the mails of a mailbox that are new since the last time; give how many of each outcome. Raises MailboxError."""
    mailbox = Mailbox(account)
    try:
        place = mailbox.place[:300]
        rows = MailPlace.objects.filter(company_id=actor.company_id, place=place)
        last = rows.aggregate(last=Max("number"))["last"] or 0
        uids = mailbox.uids_above(last)
        desk, counts = lay_out(actor.company_id), Counter[str]()
        for done, (uid, data) in enumerate(mailbox.mails(uids), start=1):
            receipt = do_receive(actor, data, at=At("imap", place, str(uid), uid), desk=desk)
            counts[receipt.what.value] += 1
            progress(done, len(uids))
        return counts
    finally:
        mailbox.close()
