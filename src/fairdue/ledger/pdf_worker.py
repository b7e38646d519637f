"""The process that reads PDFs: ``python -m fairdue.ledger.pdf_worker``. Bounded in memory; ended from outside when it takes too long.

It takes frames on standard input (eight bytes of length, then the file) and answers each with a frame of JSON: ``pages`` and ``text``,
or ``code`` and ``values`` of the refusal. With the argument ``invoice`` it answers with ``xml``: the e-invoice inside; with ``list`` the
text is laid out as on the page, of up to a hundred pages.
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import IO

from fairdue.formats.copies.pdf import read_pdf
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.einvoice.pdf import invoice_in
from fairdue.formats.errors import FormatError

MEMORY_BYTES = 1024 * 1024 * 1024
LENGTH_BYTES = 8
Answering = Callable[[bytes], dict[str, object]]


def answer(data: bytes, *, laid_out: bool = False) -> dict[str, object]:
    """Read one file and give the answer to it."""
    try:
        found = read_pdf(data, laid_out=laid_out)
    except FormatError as error:
        return {"code": error.code.code, "values": dict(error.reason.values)}
    except MemoryError:
        return {"code": CopyReason.TOO_SLOW.code, "values": {"seconds": 0}}
    return {"pages": found.pages, "text": found.text}


def invoice(data: bytes) -> dict[str, object]:
    """Take the e-invoice out of one file, as base64."""
    try:
        return {"xml": base64.b64encode(invoice_in(data)).decode()}
    except FormatError as error:
        return {"code": error.code.code, "values": dict(error.reason.values)}
    except MemoryError:
        return {"code": CopyReason.TOO_SLOW.code, "values": {"seconds": 0}}


def serve(source: IO[bytes], target: IO[bytes], answer: Answering = answer) -> None:
    """Answer frames until the input ends."""
    while len(head := source.read(LENGTH_BYTES)) == LENGTH_BYTES:
        data = source.read(int.from_bytes(head, "big"))
        said = json.dumps(answer(data)).encode()
        target.write(len(said).to_bytes(LENGTH_BYTES, "big") + said)
        target.flush()


def _limit() -> None:
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows: the time limit alone holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    logging.disable(logging.CRITICAL)
    answers: dict[str, Answering] = {"invoice": invoice, "list": partial(answer, laid_out=True)}
    serve(sys.stdin.buffer, sys.stdout.buffer, answers.get(sys.argv[1] if sys.argv[1:] else "", answer))
