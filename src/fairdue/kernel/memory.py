"""Bulk work makes millions of small objects that all stay: looking for garbage among them again and again finds none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Pause the collector of cycles for a block of bulk work, which makes none (measured: a fifth to a quarter of its CPU time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
