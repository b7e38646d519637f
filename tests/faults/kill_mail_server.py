"""A mail server in its own process. What it accepts is on disk before it says so; every so often it hangs up instead."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP

HANG_UP_EVERY = 37
"""The server accepts every 37th mail and is never heard saying so: an uncertain hand-over without any kill."""


class Log:
    """Takes mail and writes one line for each: its Message-ID and recipient."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._taken = 0

    async def handle_DATA(self, server, session, envelope):
        found = re.search(rb"(?im)^message-id:\s*(\S+)", envelope.original_content)
        line = (found.group(1) if found else b"?") + b" " + ",".join(envelope.rcpt_tos).encode() + b"\n"
        os.write(self._handle, line)
        os.fsync(self._handle)
        self._taken += 1
        if self._taken % HANG_UP_EVERY == 0:
            server.transport.abort()
        return "250 OK"


async def main(log: Path, port_file: Path) -> None:
    keeper = Log(log)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, hostname="127.0.0.1"), "127.0.0.1", 0)
    part = port_file.with_suffix(".part")
    part.write_text(str(server.sockets[0].getsockname()[1]))
    part.replace(port_file)
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
