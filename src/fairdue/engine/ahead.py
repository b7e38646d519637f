"""Work on the next while the last is used: an iterator that another thread runs ahead of its reader."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")
_WAIT = 1
"""Seconds after which a full queue is tried again: only to notice that nobody reads any more."""


def ahead(items: Iterable[T], size: int) -> Iterator[T]:
    """Give ``items`` in their order, at most ``size`` of them made before they are asked for.

    What ``items`` raises is raised here, after what came before it. A reader that stops early stops the thread. Worth it where the
    reader waits for something outside the process, such as a database, and making the items does not.
    """
    made: Queue[tuple[T | None, BaseException | None, bool]] = Queue(size)
    left = threading.Event()

    def put(entry: tuple[T | None, BaseException | None, bool]) -> bool:
        while not left.is_set():
            try:
                made.put(entry, timeout=_WAIT)
            except Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not put((item, None, False)):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where it is read
            put((None, error, True))
        else:
            put((None, None, True))

    worker = threading.Thread(target=make, name="ahead", daemon=True)
    worker.start()
    try:
        while True:
            item, error, over = made.get()
            if error is not None:
                raise error
            if over:
                return
            yield item  # type: ignore[misc]
    finally:
        left.set()
        while True:
            try:
                made.get_nowait()
            except Empty:
                break
        worker.join()
