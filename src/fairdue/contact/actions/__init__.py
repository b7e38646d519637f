"""The room's only writers. Each: check the right, lock, decide, write, audit, note on the timeline; one transaction."""

from fairdue.contact.actions.clearances import do_confirm_third_party, do_withdraw_clearance
from fairdue.contact.actions.delivery import (
    do_open_posting_tasks,
    do_record_bounce,
    do_record_posting,
    do_record_reply,
    do_resolve_uncertain,
)
from fairdue.contact.actions.inbound import (
    At,
    Receipt,
    Received,
    do_assign_mail,
    do_dismiss_mail,
    do_receive,
    do_receive_many,
)
from fairdue.contact.actions.law import do_confirm_law, do_withdraw_law
from fairdue.contact.actions.messages import (
    Attachment,
    Blocked,
    ContactError,
    Outgoing,
    do_approve,
    do_block,
    do_block_many,
    do_cancel,
    do_queue,
    do_queue_many,
    do_requeue,
    do_store,
)
from fairdue.contact.actions.portal import (
    Answer,
    MadeLink,
    UploadRefused,
    do_make_link,
    do_record_answer,
    do_revoke_link,
)
from fairdue.contact.actions.reading import Finding, do_accept_change, do_read_mail, do_refuse_change
from fairdue.contact.actions.tasks import do_finish_task, do_note, do_record_call, do_task

__all__ = [
    "Answer",
    "At",
    "Attachment",
    "Blocked",
    "ContactError",
    "Finding",
    "MadeLink",
    "Outgoing",
    "Receipt",
    "Received",
    "UploadRefused",
    "do_accept_change",
    "do_approve",
    "do_assign_mail",
    "do_block",
    "do_block_many",
    "do_cancel",
    "do_confirm_law",
    "do_confirm_third_party",
    "do_dismiss_mail",
    "do_finish_task",
    "do_make_link",
    "do_note",
    "do_open_posting_tasks",
    "do_queue",
    "do_queue_many",
    "do_read_mail",
    "do_receive",
    "do_receive_many",
    "do_record_answer",
    "do_record_bounce",
    "do_record_call",
    "do_record_posting",
    "do_record_reply",
    "do_refuse_change",
    "do_requeue",
    "do_resolve_uncertain",
    "do_revoke_link",
    "do_store",
    "do_task",
    "do_withdraw_clearance",
    "do_withdraw_law",
]
