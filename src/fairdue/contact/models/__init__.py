"""What contact stores: messages and their files, blocks of the gate, the timeline, tasks, links and answers, mail that came in."""

from fairdue.contact.models.blobs import StoredBlob
from fairdue.contact.models.clearances import Basis, ThirdPartyClearance
from fairdue.contact.models.inbound import (
    Change,
    ChangeProposal,
    ChangeState,
    InboundMail,
    MailKind,
    MailOutcome,
    MailPlace,
    MailState,
    MessageReference,
)
from fairdue.contact.models.law import LawConfirmation
from fairdue.contact.models.messages import GateBlock, GateStage, MessageKind, MessageState, OutboxMessage
from fairdue.contact.models.portal import AnswerKind, PortalAnswer, PortalLink
from fairdue.contact.models.timeline import EventKind, Task, TaskKind, TimelineEvent

__all__ = [
    "AnswerKind",
    "Basis",
    "Change",
    "ChangeProposal",
    "ChangeState",
    "EventKind",
    "GateBlock",
    "GateStage",
    "InboundMail",
    "LawConfirmation",
    "MailKind",
    "MailOutcome",
    "MailPlace",
    "MailState",
    "MessageKind",
    "MessageReference",
    "MessageState",
    "OutboxMessage",
    "PortalAnswer",
    "PortalLink",
    "StoredBlob",
    "Task",
    "TaskKind",
    "ThirdPartyClearance",
    "TimelineEvent",
]
