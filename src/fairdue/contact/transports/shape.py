"""What a transport is. Handing over has two halves, so that a crash is told apart from a delivery.

1. ``prepare`` does all that can still be undone: connect, name sender and recipient, build the bytes. Whatever fails here
   is known not to have left.
2. ``Prepared.hand_over`` does the one thing that cannot be undone. What fails here is either refused by the other side in
   so many words (``NotHandedOver``), or nobody can tell (``MaybeHandedOver``, and every unexpected error).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fairdue.kernel.reasons import Reason


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a message."""

    file_name: str
    media_type: str
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message with everything that leaves, read from the outbox and the stored files."""

    company_code: str
    step_key: str
    message_id: str
    dated: datetime
    language: str
    sender_name: str
    sender_email: str
    reply_to: str
    recipient_name: str
    recipient_email: str
    subject: str
    body_text: str
    body_html: str
    enclosures: tuple[Enclosure, ...]


class Outcome(StrEnum):
    """What follows when a message is known not to have been handed over."""

    LATER = "later"
    """Try again after a while (4xx, a lost connection)."""
    CHANNEL_DOWN = "channel_down"
    """Nothing leaves by this channel now (no server, wrong password, refused sender)."""
    REFUSED = "refused"
    """This message will never be taken (5xx on its content, a missing file)."""
    ADDRESS = "address"
    """The address does not take mail (5xx on the recipient): a bounce."""


class NotHandedOver(Exception):
    """The message is known not to have left."""

    def __init__(self, outcome: Outcome, reason: Reason) -> None:
        super().__init__(reason.code)
        self.outcome = outcome
        self.reason = reason


class MaybeHandedOver(Exception):
    """Nobody can tell whether the message left; a person has to find out. Never a second mail."""


class Prepared(Protocol):
    """A message about to be handed over."""

    def hand_over(self) -> dict[str, object]:
        """Hand over, once, and give the evidence. Raises NotHandedOver or MaybeHandedOver."""

    def abandon(self) -> None:
        """Undo the preparation; nothing leaves."""


class Transport(Protocol):
    """One way out of the house."""

    channel: str
    repeatable: bool
    """Handing over twice leaves one thing at the target, and the target can be looked at (``find``)."""

    def prepare(self, parcel: Parcel) -> Prepared:
        """Do all that can be undone. Raises NotHandedOver."""

    def find(self, parcel: Parcel) -> dict[str, object] | None:
        """Give the evidence that the message lies at its target, or None. Only for repeatable transports."""

    def close(self) -> None:
        """Give connections back."""
