"""Access tokens for a mailbox whose provider takes no passwords (OAuth 2.0): where one comes from, and how IMAP and SMTP are told of it.

Three sources, named by their beginning: ``file:PATH`` holds a token that another program renews, ``command:LINE`` prints one, and
``oauth:PATH`` is a JSON file with which one is asked for (RFC 6749: a refresh token, section 6, or an application's own
credentials, 4.4). A refresh token that the provider replaces is written back to the file before the token is used.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from django.utils.translation import gettext

TIMEOUT_S = 60
TOKEN_BYTES_MAX = 20_000
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
KINDS = ("file:", "command:", "oauth:")
ANSWERS = ("OAUTHBEARER", "XOAUTH2")
"""What may be said to a server, the standard (RFC 7628) before the older form that Microsoft and Google made."""


class TokenError(Exception):
    """No token can be had; the message says why and holds no secret."""


def access_token(source: str, setting: str = "FAIRDUE_IMAP_TOKEN") -> str:
    """Give an access token now; ``setting`` is what a person is told to look at. Raises TokenError."""
    kind, _, rest = source.partition(":")
    made = {"file": _from_file, "command": _from_command, "oauth": _from_provider}.get(kind)
    if made is None or not rest.strip():
        raise TokenError(gettext("%(setting)s must begin with file:, command: or oauth:") % {"setting": setting})
    token = made(rest.strip()).strip()
    if not token or not token.isascii() or any(char.isspace() or not char.isprintable() for char in token):
        raise TokenError(gettext("What %(setting)s names gives no token.") % {"setting": setting})
    return token


def _from_file(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(TOKEN_BYTES_MAX).decode("ascii", "replace")
    except OSError as error:
        raise TokenError(
            gettext("The token file cannot be read: %(error)s") % {"error": error.strerror or type(error).__name__}
        ) from None


def _from_command(line: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(line), capture_output=True, timeout=TIMEOUT_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise TokenError(gettext("The token command failed: %(error)s") % {"error": type(error).__name__}) from None
    if done.returncode:
        raise TokenError(gettext("The token command ended with %(code)s.") % {"code": done.returncode})
    return done.stdout[:TOKEN_BYTES_MAX].decode("ascii", "replace")


def _from_provider(path: str) -> str:
    """Ask the provider named in a JSON file: token_url, client_id, client_secret, scope, refresh_token (or none: credentials)."""
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
        url, client = str(told["token_url"]), str(told["client_id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TokenError(
            gettext("The OAuth file cannot be read: %(error)s") % {"error": type(error).__name__}
        ) from None
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise TokenError(gettext("token_url must be https://"))
    refresh = str(told.get("refresh_token") or "")
    form = {"client_id": client, "grant_type": "refresh_token" if refresh else "client_credentials"}
    form |= {"refresh_token": refresh} if refresh else {}
    form |= {name: str(told[name]) for name in ("client_secret", "scope") if told.get(name)}
    answer = _posted(url, form)
    token = answer.get("access_token")
    renewed = answer.get("refresh_token")
    if refresh and isinstance(renewed, str) and renewed and renewed != refresh:
        _kept(Path(path), told | {"refresh_token": renewed})
    return token if isinstance(token, str) else ""


def _posted(url: str, form: dict[str, str]) -> dict[str, Any]:
    request = Request(url, urlencode(form).encode(), {"Accept": "application/json"})  # noqa: S310 - https, held above
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            found = json.loads(answer.read(200_000))
    except HTTPError as error:
        raise TokenError(
            gettext("The provider gives no token: %(error)s") % {"error": _why(error.read(20_000)) or error.code}
        ) from None
    except (OSError, ValueError) as error:
        raise TokenError(
            gettext("The provider gives no token: %(error)s") % {"error": str(error)[:200] or type(error).__name__}
        ) from None
    return found if isinstance(found, dict) else {}


def _why(body: bytes) -> str:
    """Give the provider's reason (RFC 6749, 5.2), such as ``invalid_grant``."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return str(found.get("error", ""))[:80] if isinstance(found, dict) else ""


def _kept(path: Path, told: dict[str, Any]) -> None:
    """Put the new file in the old one's place at once, readable to its owner only: a kill leaves one or the other."""
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(told, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise TokenError(
            gettext("The renewed refresh token cannot be written to %(path)s: %(error)s")
            % {"path": path.name, "error": error.strerror or type(error).__name__}
        ) from None


def spoken(
    offered: tuple[str, ...], user: str, token: str, host: str, port: int
) -> tuple[str, Callable[[bytes], bytes]]:
    """Give the mechanism to use and what answers the server: the token first, then the empty word that ends a refusal.

    ``offered`` are the server's capabilities. Raises TokenError where it takes no tokens.
    """
    mechanism = next((one for one in ANSWERS if f"AUTH={one}" in offered), "")
    if not mechanism:
        raise TokenError(gettext("The server takes no OAuth tokens (it offers neither OAUTHBEARER nor XOAUTH2)."))
    if mechanism == "XOAUTH2":
        first, last = f"user={user}\x01auth=Bearer {token}\x01\x01", b""
    else:
        named = user.replace("=", "=3D").replace(",", "=2C")
        first, last = f"n,a={named},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01", b"\x01"
    said: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        said.append(challenge)
        return first.encode() if len(said) == 1 else last

    return mechanism, answer
