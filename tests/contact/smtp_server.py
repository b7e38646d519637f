"""A real mail server for tests: aiosmtpd on a loopback port, with rules for what it refuses."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """What the server took, and what it answers: ``answers`` maps "mail", an address or "data" to a reply."""

    taken: list[bytes] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    close_before_data: bool = False
    close_after_data: bool = False

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "mail" in self.answers:
            return self.answers["mail"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "data" in self.answers:
            return self.answers["data"]
        self.taken.append(envelope.original_content)
        if self.close_after_data:
            server.transport.abort()
            return "250 never heard"
        return f"250 OK queued as {len(self.taken)}"

    def mails(self) -> list[Message]:
        return [message_from_bytes(data, policy=default) for data in self.taken]


def free_port() -> int:
    """Find a loopback port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server(Controller):
    """The server in its own thread, on a free port."""

    def __init__(self) -> None:
        self.box = Mailbox()
        super().__init__(self.box, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"
