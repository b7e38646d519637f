"""From one database URL to Django's settings and to the address that the bulk readers use."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000;"
    " PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
)


def django_database(url: str, data_dir: Path) -> dict[str, Any]:
    """Give Django's DATABASES entry for ``url``; an empty URL is SQLite in ``data_dir``. Raises ValueError for others."""
    if not url:
        url = f"sqlite:///{data_dir / 'fairdue.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.removeprefix("sqlite:///")),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS, "timeout": 30},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or 5432),
            "CONN_MAX_AGE": 60,
        }
    raise ValueError(f"FAIRDUE_DATABASE_URL must start with sqlite:/// or postgresql://, not {parts.scheme!r}")
