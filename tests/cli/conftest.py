"""The real command line in a process of its own, on a data folder of its own and with a clock of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

SEED_MOMENT = datetime.fromisoformat("2026-10-30T09:30:00+00:00")


@dataclass
class Commands:
    """Runs ``fairdue`` commands one after the other; each begins a minute after the one before."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    now: datetime = SEED_MOMENT

    def __call__(self, *arguments: str, code: int = 0, **env: str) -> str:
        """Run a command and give what it printed; the exit code must be ``code``."""
        done = self.run(*arguments, **env)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command and give how it ended."""
        self.now += timedelta(minutes=1)
        given = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "FAIRDUE_DATA_DIR": str(self.folder),
            "FAIRDUE_NOW": self.now.isoformat(), "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **self.env, **env,
        }  # fmt: skip
        command = [sys.executable, "-c", "from fairdue.cli.main import app; app()", *arguments]
        return subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=180)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory):
    """A demonstration with fifty customers, made once by the command itself."""
    folder = tmp_path_factory.mktemp("demo")
    made = Commands(folder)("demo", "--customers", "50", FAIRDUE_NOW="2026-10-30T07:30:00+00:00")
    assert "http://127.0.0.1:8000/" in made
    assert "password" in made
    return folder


@pytest.fixture
def fairdue(demo_folder, tmp_path):
    """The command line on a fresh copy of the demonstration."""
    folder = tmp_path / "data"
    shutil.copytree(demo_folder, folder)
    return Commands(folder)


@pytest.fixture(scope="session")
def acme_folder(tmp_path_factory):
    """An installation with one company that has no customers, made once."""
    folder = tmp_path_factory.mktemp("acme")
    Commands(folder)("company", "add", "acme", "--name", "Acme GmbH", "--country", "DE", "--currency", "EUR")
    return folder


@pytest.fixture
def acme(acme_folder, tmp_path):
    """The command line on a fresh copy of the installation with one company."""
    folder = tmp_path / "data"
    shutil.copytree(acme_folder, folder)
    return Commands(folder)


@pytest.fixture
def bare(tmp_path):
    """The command line on an empty data folder."""
    return Commands(tmp_path / "data")


class Mailbox:
    """A mail server on loopback that keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope.original_content)
        return "250 OK"


@pytest.fixture
def mailbox():
    from aiosmtpd.smtp import SMTP

    box, ready = Mailbox(), threading.Event()
    loop = asyncio.new_event_loop()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(loop.create_server(lambda: SMTP(box, hostname="127.0.0.1"), "127.0.0.1", 0))
        box.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    ready.wait(10)
    yield box
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
