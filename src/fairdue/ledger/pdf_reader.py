"""Reading PDFs from outside in a process of its own, so that a hostile one costs seconds and never the house."""

from __future__ import annotations

import base64
import json
import selectors
import subprocess
import sys
from types import TracebackType
from typing import IO, Any

from fairdue.formats.copies.pdf import PdfFacts
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FormatCode
from fairdue.ledger.pdf_worker import LENGTH_BYTES

SECONDS_MAX = 20
"""Time for one file; a thousand pages of text take less."""
ANSWER_BYTES_MAX = {"text": 1024 * 1024, "list": 4 * 1024 * 1024, "invoice": 64 * 1024 * 1024}
"""By what is asked for; an invoice may carry files of its own."""
_CODES: dict[str, FormatCode] = {member.code: member for one in (CopyReason, EInvoiceError) for member in one}


class PdfProcess:
    """One reading process, started when the first file comes and again after one that ended it. Use as a context."""

    def __init__(self, seconds_max: int = SECONDS_MAX, *, wants: str = "text") -> None:
        """Make a process that reads texts, one that lays lists out (``wants="list"``), or one that takes e-invoices out (``"invoice"``)."""
        self._seconds_max, self._wants = seconds_max, wants
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PdfProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, data: bytes) -> PdfFacts:
        """Read a PDF. Raises FormatError for one that is refused, among them one that takes too long or too much memory."""
        said = self._answer(data)
        return PdfFacts(int(said["pages"]), str(said["text"]))

    def invoice(self, data: bytes) -> bytes:
        """Take the e-invoice out of a PDF; only of a process made for it. Raises FormatError as ``read`` does, or where there is none."""
        return base64.b64decode(str(self._answer(data)["xml"]))

    def _answer(self, data: bytes) -> dict[str, Any]:
        try:
            said = self._asked(data)
        except (OSError, ValueError, EOFError, TimeoutError):
            self._end()
            raise FormatError(CopyReason.TOO_SLOW, seconds=self._seconds_max) from None
        if "code" in said:
            code = _CODES.get(str(said["code"]), CopyReason.BROKEN)
            raise FormatError(code, **said["values"])
        return said

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
        if size > ANSWER_BYTES_MAX[self._wants]:
            raise ValueError("an answer without end")
        said = json.loads(_exactly(process.stdout, size))
        return dict(said)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fairdue.ledger.pdf_worker", self._wants],
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
