"""The master key of the installation: it wraps the keys of stored files, and marks erased persons so that they are known again.

It comes from ``FAIRDUE_MASTER_KEY`` (64 hex digits), else from what ``FAIRDUE_MASTER_KEY_COMMAND`` prints (a key service), else
from ``master.key`` in the data folder, made once and readable by its owner only. It is never in the database nor in a backup.

The database knows a check value of its master key (``KeyCheck``): where another key is found, nothing is sealed under it, and where
none is found none is made. What the right key sealed would else be lost a second time.
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
from django.db import DatabaseError
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
        _refuse_second(path)
        _make(path)
    return _read(path.read_text(encoding="ascii"), str(path))


def _refuse_second(path: Path) -> None:
    """Raise ImproperlyConfigured where the database was sealed under a key already: a new one would open nothing of it."""
    from fairdue.ledger.models import KeyCheck

    try:
        known = KeyCheck.objects.exists()
    except DatabaseError:  # before the first migration there is nothing to lose
        return
    if known:
        told = gettext(
            "%(place)s is missing, and this database was sealed with a master key. Put the key back (backups leave it out),"
            " or give it by FAIRDUE_MASTER_KEY."
        )
        raise ImproperlyConfigured(told % {"place": path})


def hold() -> None:
    """Hold the master key against the database's check value, which the first one sets. Called before anything is sealed.

    Raises ImproperlyConfigured for another key than the one this database was sealed with.
    """
    from fairdue.ledger.models import KeyCheck

    value = check_value()
    known = KeyCheck.objects.order_by("pk").values_list("value", flat=True).first()
    if known is None:
        KeyCheck.objects.bulk_create([KeyCheck(pk=1, value=value)], ignore_conflicts=True)
        known = KeyCheck.objects.values_list("value", flat=True).get(pk=1)
    elif not known:
        KeyCheck.objects.filter(pk=1, value="").update(value=value)
        known = value
    if not hmac.compare_digest(known, value):
        raise ImproperlyConfigured(other_key())


def check_value() -> str:
    """Give what the database keeps of its master key: from it nobody gets the key."""
    return _derived("check").hex()


def other_key() -> str:
    """Say that the master key is another one than the database's, and what to do."""
    return gettext(
        "This is not the master key that this database was sealed with. Put the right one back: master.key in the data"
        " folder, FAIRDUE_MASTER_KEY or FAIRDUE_MASTER_KEY_COMMAND."
    )


def opens(wrapped: str) -> bool:
    """Tell whether a wrapped key is there and opens with this master key."""
    try:
        unwrap(wrapped)
    except KeyGone:
        return False
    return True


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
