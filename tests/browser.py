"""A real browser for tests: Chromium, driven over the WebDriver protocol with the standard library alone."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

MISSING = not (shutil.which("chromium") and shutil.which("chromedriver"))
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Down": "\ue015", "Up": "\ue013", "Backspace": "\ue003"}


class Browser:
    """One browser window. What it is asked waits for the page; ``wait`` waits for what a script does."""

    def __init__(self, driver: str, width: int = 1280, height: int = 900) -> None:
        self.driver = driver
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        arguments += [f"--window-size={width},{height}", "--lang=en"]
        options = {"args": arguments, "binary": shutil.which("chromium")}
        asked = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": asked}})
        self.session = f"/session/{made['sessionId']}"

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(
            f"{self.driver}{path}", data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def size(self, width: int, height: int) -> None:
        """Give the page itself this width, however narrow: a window of its own has a least width."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask(
            "POST", f"{self.session}/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics}
        )

    def open(self, address: str) -> None:
        self._ask("POST", f"{self.session}/url", {"url": address})

    def script(self, text: str, *arguments: Any) -> Any:
        """Run a script of the test's own; the driver does so whatever the page's policy allows."""
        return self._ask("POST", f"{self.session}/execute/sync", {"script": text, "args": list(arguments)})

    def cookie(self, name: str, value: str) -> None:
        self._ask("POST", f"{self.session}/cookie", {"cookie": {"name": name, "value": value, "path": "/"}})

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as hands do: a name of ``KEYS``, or text."""
        told = []
        for key in keys:
            for sign in KEYS.get(key, key):
                told += [{"type": "keyDown", "value": sign}, {"type": "keyUp", "value": sign}]
        actions = [{"type": "key", "id": "hands", "actions": told}]
        self._ask("POST", f"{self.session}/actions", {"actions": actions})

    @property
    def address(self) -> str:
        return str(self._ask("GET", f"{self.session}/url"))

    @property
    def text(self) -> str:
        return str(self.script("return document.body.innerText"))

    @property
    def focus(self) -> str:
        """Give what has the focus: its tag, id or name, and its text."""
        found = "const e = document.activeElement, own = e === document.body ? '' : e.innerText || '';"
        return str(self.script(found + "return [e.tagName, e.id || e.name || '', own].join('|')"))

    def wait(self, condition: str, seconds: int = 15) -> None:
        """Wait until a condition of the page's holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(AssertionError):  # a page on its way has no body yet
                if self.script(f"return !!({condition})"):
                    return
            time.sleep(0.05)
        raise AssertionError(f"never came true: {condition}\n{self.address}\n{self.text[:2000]}")

    def complaints(self) -> list[str]:
        """Give what the browser wrote into its log: refused scripts and styles, errors."""
        found = self._ask("POST", f"{self.session}/se/log", {"type": "browser"})
        return [one["message"] for one in found if one["level"] in ("SEVERE", "WARNING")]

    def picture(self) -> bytes:
        return base64.b64decode(self._ask("GET", f"{self.session}/screenshot"))

    def end(self) -> None:
        self._ask("DELETE", self.session)


@contextmanager
def browser(width: int = 1280, height: int = 900) -> Iterator[Browser]:
    """Give a browser, and end it and its driver."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["chromedriver", f"--port={port}", "--log-level=OFF"]
    driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        made = Browser(f"http://127.0.0.1:{port}", width, height)
        try:
            yield made
        finally:
            made.end()
    finally:
        driver.terminate()
        driver.wait(10)
