"""The master key of the installation: it wraps the keys of stored files, and marks erased persons so that they are known again.

It comes from ``FAIRDUE_MASTER_KEY`` (64 hex digits), else from what ``FAIRDUE_MASTER_KEY_COMMAND`` prints (a key service), else
from ``master.key`` in the data folder, made once and readable by its owner only. It is never in the database nor in a backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import shlex
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

KEY_BYTES = 32
NONCE_BYTES = 12
SEAL_BYTES = NONCE_BYTES + 16
"""What sealing adds: nonce and tag."""
COMMAND_SECONDS_MAX = 30


class KeyGone(Exception):
    """Bytes whose key was destroyed, or is another one: nobody can read them."""


def master_key() -> bytes:
    """Give the master key. Raises ImproperlyConfigured for one that is no 64 hex digits, or a command that fails."""
    return _master(settings.FAIRDUE_MASTER_KEY, settings.FAIRDUE_MASTER_KEY_COMMAND, str(settings.DATA_DIR))


@cache
def _master(given: str, command: str, folder: str) -> bytes:
    if given:
        return _read(given, "FAIRDUE_MASTER_KEY")
    if command:
        try:
            done = subprocess.run(
                shlex.split(command), capture_output=True, text=True, check=True, timeout=COMMAND_SECONDS_MAX
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ImproperlyConfigured(f"FAIRDUE_MASTER_KEY_COMMAND: {type(error).__name__}") from None
        return _read(done.stdout, "FAIRDUE_MASTER_KEY_COMMAND")
    path = Path(folder) / "master.key"
    if not path.exists():
        _make(path)
    return _read(path.read_text(encoding="ascii"), str(path))


def _make(path: Path) -> None:
    """Make the key file whole, once: of two that try at the same moment one wins, and both read what it wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".master-")  # readable by its owner only
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()


def _read(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(gettext("%(place)s must hold 64 hexadecimal digits.") % {"place": place})
    return key


def _derived(purpose: str) -> bytes:
    return hmac.new(master_key(), f"fairdue {purpose} v1".encode(), hashlib.sha256).digest()


def new_key() -> tuple[bytes, str]:
    """Give a fresh data key, and its wrapped form as hex for the database."""
    key = secrets.token_bytes(KEY_BYTES)
    return key, seal(_derived("wrap"), key).hex()


def unwrap(wrapped: str) -> bytes:
    """Give a data key from its wrapped form. Raises KeyGone where it was destroyed or wrapped by another master key."""
    if not wrapped:
        raise KeyGone(gettext("The key of the stored file was destroyed: its person was erased."))
    return unseal(_derived("wrap"), bytes.fromhex(wrapped))


def seal(key: bytes, data: bytes) -> bytes:
    """Encrypt with AES-256-GCM under a random nonce, which comes first."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, None)


def unseal(key: bytes, sealed: bytes) -> bytes:
    """Decrypt what ``seal`` made. Raises KeyGone for another key or changed bytes."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        raise KeyGone(gettext("The stored file cannot be opened with this installation's master key.")) from None


def hide(texts: tuple[str, ...]) -> str:
    """Seal texts by the master key, as hex for the database."""
    return seal(_derived("hide"), json.dumps(texts, ensure_ascii=False).encode()).hex()


def show(hidden: str) -> tuple[str, ...]:
    """Give what ``hide`` sealed; nothing for an empty text. Raises KeyGone for another master key."""
    return tuple(json.loads(unseal(_derived("hide"), bytes.fromhex(hidden)))) if hidden else ()


def mark(kind: str, text: str) -> str:
    """Give the keyed mark of something that names a person; without the master key nobody can try names against it."""
    folded = " ".join(text.split()).casefold()
    return hmac.new(_derived("mark"), f"{kind}|{folded}".encode(), hashlib.sha256).hexdigest()
