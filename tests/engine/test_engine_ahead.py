"""Items made ahead come in their order, stop with their reader, and fail where they fail."""

from __future__ import annotations

import threading
import time

import pytest

from fairdue.engine.ahead import ahead


def running() -> int:
    return sum(thread.name == "ahead" for thread in threading.enumerate())


def test_every_item_comes_once_and_in_order():
    assert list(ahead(range(1_000), 7)) == list(range(1_000))
    assert list(ahead([], 1)) == []
    assert list(ahead([None, None], 1)) == [None, None]
    assert running() == 0


def test_no_more_are_made_than_asked_for():
    made = []

    def items():
        for number in range(100):
            made.append(number)
            yield number

    reader = ahead(items(), 3)
    assert next(reader) == 0
    deadline = time.monotonic() + 5
    while len(made) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)
    assert len(made) == 5  # one is read, three wait, one waits to be put
    reader.close()
    assert running() == 0


def test_an_error_comes_after_what_came_before_it():
    def items():
        yield 1
        yield 2
        raise LookupError("third")

    reader = ahead(items(), 10)
    assert [next(reader), next(reader)] == [1, 2]
    with pytest.raises(LookupError, match="third"):
        next(reader)
    assert running() == 0


def test_a_reader_that_stops_early_stops_the_thread():
    def items():
        number = 0
        while True:
            yield number
            number += 1

    for item in ahead(items(), 2):
        if item == 5:
            break
    deadline = time.monotonic() + 5
    while running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running() == 0
