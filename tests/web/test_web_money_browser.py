"""The queue worked in a real browser with the keyboard alone, under the pages' own content security policy, on both databases."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from browser import MISSING, Browser, browser  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.skipif(MISSING, reason="no browser")]
DESK = str(HERE / "money_desk.py")


@dataclass
class Desk:
    """A company with three lines, its pages served by a process, and a browser signed in as its head of finance."""

    house: Any
    made: dict[str, Any]
    page: Browser
    base: str

    def path(self, place: int) -> str:
        return f"/money/{self.made['lines'][place]}"

    def look(self) -> list[dict[str, Any]]:
        return json.loads(self.house.python(DESK, "look", str(self.made["company"])))


@pytest.fixture
def desk(house) -> Iterator[Desk]:
    house.env |= {"FAIRDUE_NOW": "2026-03-03T09:00:00+00:00", "PGOPTIONS": "-c fairdue.companies=1,2,3"}
    house.env["PYTHONPATH"] += f":{HERE}"
    made = json.loads(house.python(DESK, "make"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = house.start("-c", "from fairdue.cli.main import app; app()", "serve", "--port", str(port))
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        with browser() as page:
            page.open(f"http://127.0.0.1:{port}/sign-in")
            page.script("document.querySelector('[name=username]').focus()")
            page.press(made["user"], "Tab", made["password"], "Enter")
            page.wait("location.pathname == '/'")
            yield Desk(house, made, page, f"http://127.0.0.1:{port}")
    finally:
        server.send_signal(signal.SIGKILL)
        server.communicate(timeout=20)


def tab_to(page: Browser, text: str, most: int = 40) -> None:
    """Press Tab until what has the focus says ``text``."""
    for _ in range(most):
        if text in page.focus:
            return
        page.press("Tab")
    raise AssertionError(f"{text} is never reached")


def focus_is_visible(page: Browser) -> bool:
    style = "const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth, s.boxShadow]"
    outline, width, shadow = page.script(style)
    return (outline != "none" and width != "0px") or shadow != "none"


def left(page: Browser) -> str:
    return str(page.script("return document.querySelector('[data-left]').textContent"))


def test_the_whole_queue_is_worked_with_the_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    page.open(f"{desk.base}/money")
    for key, place in (("j", 0), ("Down", 1), ("j", 2), ("k", 1), ("Up", 0)):
        page.press(key)
        assert page.script("return new URL(document.activeElement.href).pathname") == desk.path(place)
        assert focus_is_visible(page)
    page.press("?")
    assert page.script("return document.querySelector('details.keys').open")
    page.press("?", "j", "Enter")
    page.wait(f"location.pathname == '{desk.path(0)}'")
    page.press("j")
    page.wait(f"location.pathname == '{desk.path(1)}'")
    page.press("k")
    page.wait(f"location.pathname == '{desk.path(0)}'")
    page.press("Enter")  # nothing is chosen: the first explanation
    page.wait(f"location.pathname == '{desk.path(1)}'")

    page.press("Enter")  # a tie has no first: nothing happens
    page.press("2")
    assert "Confirm, next one" in page.focus
    assert focus_is_visible(page)
    page.press("Enter")
    page.wait(f"location.pathname == '{desk.path(2)}'")

    page.press("s")
    page.wait("document.activeElement.id == 'split-words'")
    page.press("S-8", "Enter")
    page.wait("document.querySelectorAll('.found li').length == 1")
    tab_to(page, "S-8")
    page.press("Enter")
    page.wait("document.activeElement.name && document.activeElement.name.startsWith('paid-')")
    assert left(page) == "1.00"
    page.script("document.activeElement.select()")
    page.press("6.50")
    assert left(page) == "2.50"
    page.press("x")
    assert left(page) == "–"
    page.press("Backspace")
    tab_to(page, "|id_customer|")
    page.press("4711")
    tab_to(page, "Decide, next one")
    page.press("Enter")
    page.wait("location.pathname == '/money'")
    assert "Every line is decided." in page.text
    lines = desk.made["lines"]
    assert desk.look() == [
        {"line": lines[0], "how": "confirmed", "parts": [["on_account", 12_34]], "paid": [], "undone": False},
        {"line": lines[1], "how": "assigned", "parts": [["payment", 55_00]], "paid": ["T-2"], "undone": False},
        {
            "line": lines[2],
            "how": "assigned",
            "parts": [["payment", 6_50], ["on_account", 2_50]],
            "paid": ["S-8"],
            "undone": False,
        },
    ]

    page.press("u")
    page.wait(f"location.pathname == '{desk.path(2)}' && document.activeElement.name == 'reason'")
    page.press("typed wrong", "Enter")
    page.wait("document.body.innerText.includes('The line waits for a person')")
    assert [one["undone"] for one in desk.look()] == [False, False, True]
    page.press("/")
    page.wait("document.activeElement.id == 'split-words'")
    page.press("Escape", "q")
    page.wait("location.pathname == '/money'")
    page.press("/")
    assert page.script("return document.activeElement.type") == "search"
    assert page.complaints() == []


def test_the_job_runs_from_the_button_and_pages_fit_a_telephone(desk: Desk) -> None:
    page = desk.page
    page.open(f"{desk.base}/money")
    tab_to(page, "Propose and post", 60)
    page.press("Enter")
    page.wait("document.body.innerText.includes('Proposed and posted')", 60)
    page.size(390, 844)
    for language in ("en", "zh-hans"):
        page.cookie("django_language", language)
        for path in ("/money", desk.path(1), "/money/files", f"/money/files/{desk.made['file']}", "/money/settings"):
            page.open(desk.base + path)
            assert page.script("return document.documentElement.scrollWidth") <= 390, (language, path)
    assert page.complaints() == []
