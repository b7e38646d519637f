"""Reading PDFs from outside in a process of its own, so that a hostile one costs seconds and never the house."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
from types import TracebackType
from typing import IO, Any

from fairdue.formats.copies.pdf import PdfFacts
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError
from fairdue.intake.pdf_worker import LENGTH_BYTES

SECONDS_MAX = 20
"""Time for one file; a thousand pages of text take less."""
ANSWER_BYTES_MAX = 1024 * 1024
_CODES = {member.code: member for member in CopyReason}


class PdfProcess:
    """One reading process, started when the first file comes and again after one that ended it. Use as a context."""

    def __init__(self, seconds_max: int = SECONDS_MAX) -> None:
        self._seconds_max = seconds_max
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PdfProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, data: bytes) -> PdfFacts:
        """Read a PDF. Raises FormatError for one that is refused, among them one that takes too long or too much memory."""
        try:
            said = self._asked(data)
        except (OSError, ValueError, EOFError, TimeoutError):
            self._end()
            raise FormatError(CopyReason.TOO_SLOW, seconds=self._seconds_max) from None
        if "code" in said:
            code = _CODES.get(str(said["code"]), CopyReason.BROKEN)
            raise FormatError(code, **said["values"])
        return PdfFacts(int(said["pages"]), str(said["text"]))

    def _asked(self, data: bytes) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(self._seconds_max):
                raise TimeoutError
        size = int.from_bytes(_exactly(process.stdout, LENGTH_BYTES), "big")
        if size > ANSWER_BYTES_MAX:
            raise ValueError("an answer without end")
        said = json.loads(_exactly(process.stdout, size))
        return dict(said)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fairdue.intake.pdf_worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._process

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass
        self._process.wait()
        self._process = None


def _exactly(source: IO[bytes], size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise EOFError
    return data
