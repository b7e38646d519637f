"""Texts whose bytes stand sealed in the database, each under a key of its own in the key store: bodies of messages, mail that came
in, what a letter says. Python sees plain values; a dump, a replica or a backup of the database holds sealed ones.

1. A value is sealed when it is saved, never when it is looked for; the empty value stays empty.
2. Changing a value seals the new one under a new key. The old key goes by ``keystore.destroy`` after the change is committed
   (``names_in`` gives the names): from then on every copy of the old value, wherever it lies, is closed.
3. A value whose key is gone reads as erased. Values of before this rule stand plain and are read as they are.
4. Keys are made in blocks and handed out one by one: a write to the key store for every value would cost a disk flush each.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import models

from fairdue.ledger import keys, keystore
from fairdue.ledger.audit_texts import ERASED_TEXT

PREFIX: Final = "sealed:1:"
NAME_RE: Final = re.compile(r"sealed:1:([0-9a-f]{32}):")
BLOCK: Final = 64
"""Keys made at once. What a process does not use is swept."""
FRESH_SECONDS: Final = 600
"""A block is used no longer than this: the sweeper takes keys of nothing for lost after a day."""


class _Block:
    """Keys made ahead, of this process: a fork starts anew, and so does another key store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: object = None
        self._until = 0
        self._keys: list[tuple[str, bytes]] = []

    def take(self) -> tuple[str, bytes]:
        """Give a name and its key, which is in the key store."""
        store = keystore.opened()
        of = (os.getpid(), store.url, settings.FAIRDUE_MASTER_KEY, str(settings.DATA_DIR))
        with self._lock:
            if self._of != of or not self._keys or int(time.monotonic()) > self._until:
                keys.hold()
                made = [(secrets.token_hex(16), *keys.new_key()) for _ in range(BLOCK)]
                store.put((name, wrapped) for name, _key, wrapped in made)
                self._keys = [(name, key) for name, key, _wrapped in made]
                self._of, self._until = of, int(time.monotonic()) + FRESH_SECONDS
            return self._keys.pop()

    def forget(self) -> None:
        """Throw away what is left, where keys that no row names are about to be swept."""
        with self._lock:
            self._keys = []


_block = _Block()
forget_block = _block.forget


def seal(plain: str) -> str:
    """Give the sealed writing of a text, under a new key."""
    name, key = _block.take()
    return f"{PREFIX}{name}:{base64.b64encode(keys.seal(key, plain.encode())).decode()}"


def unseal(stored: str) -> str | None:
    """Give the text; None where its key is gone. What is not sealed comes back as it is."""
    match = NAME_RE.match(stored)
    if match is None:
        return stored
    wrapped = keystore.opened().get(match[1])
    if not wrapped:
        return None
    return keys.unseal(keys.unwrap(wrapped), base64.b64decode(stored[match.end() :])).decode()


def names_in(texts: Iterable[str]) -> list[str]:
    """Give the names of the keys under which stored values are sealed."""
    return [match[1] for text in texts for match in NAME_RE.finditer(text)]


if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class SealedTextField(_Text):
    """A text that stands sealed in the database."""

    def deconstruct(self) -> Any:
        """Stand in migrations as the plain field: the column is the same."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Seal what is saved."""
        return seal(value) if isinstance(value, str) and value else super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        """Open what is read; a text whose key is gone reads ``[erased]``."""
        if not isinstance(value, str) or not value.startswith(PREFIX):
            return value
        plain = unseal(value)
        return ERASED_TEXT if plain is None else plain


class SealedJSONField(models.JSONField):
    """A JSON value that stands sealed in the database, as a JSON text."""

    def deconstruct(self) -> Any:
        """Stand in migrations as the plain field: the column is the same."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, options

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Seal what is saved."""
        if value not in (None, {}, []) and not hasattr(value, "resolve_expression"):
            value = seal(json.dumps(value, cls=self.encoder, ensure_ascii=False))
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Open what is read; a value whose key is gone reads as an empty object."""
        found = super().from_db_value(value, expression, connection)
        if not isinstance(found, str) or not found.startswith(PREFIX):
            return found
        plain = unseal(found)
        return {} if plain is None else json.loads(plain, cls=self.decoder)


def sealed_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Give the sealed fields of a model."""
    return [one for one in model._meta.concrete_fields if isinstance(one, SealedTextField | SealedJSONField)]
