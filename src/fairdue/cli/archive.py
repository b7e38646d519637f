"""Backup and restore: one ZIP with the database, stored files and a manifest of SHA-256 sums."""

from __future__ import annotations

import errno
import hashlib
import json
import lzma
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from fairdue import __version__
from fairdue.cli.texts import _

KEPT_FOLDERS = ("blobs", "snapshots", "outbox")
"""Stored letters and uploads, runs with their audit heads, and what was written for the printer. The key file stays out."""
MANIFEST = "backup.json"
CHUNK = 1 << 20
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    KeyError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What reading a damaged ZIP raises: by its parts, by what is packed, by a method or a password it does not have."""

Progress = Callable[[int, int], None]


class ArchiveError(RuntimeError):
    """A backup that cannot be written or is not what it says; the message names the remedy."""


def write_backup(target: Path, progress: Progress | None = None) -> int:
    """Write the backup beside ``target`` and move it there when whole; give the number of files in it.

    The database is copied first: a file that is stored meanwhile is too many in the backup, never one too few.
    """
    data = Path(settings.DATA_DIR)
    part = target.with_name(target.name + ".part")
    sums: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            files = [_dump(Path(scratch)), *_kept(data)]
            for number, (name, path) in enumerate(files, start=1):
                sums[name] = _add(archive, name, path)
                if progress:
                    progress(number, len(files))
            body = {"fairdue": __version__, "database": connection.vendor, "files": sums}
            archive.writestr(MANIFEST, json.dumps(body, sort_keys=True, indent=1))
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return len(sums)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Pack a file and give the SHA-256 of the very bytes that were packed."""
    sha = hashlib.sha256()
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as packed:
        while chunk := file.read(CHUNK):
            sha.update(chunk)
            packed.write(chunk)
    return sha.hexdigest()


def _dump(scratch: Path) -> tuple[str, Path]:
    """Copy the database as of one moment, while others may go on writing."""
    if connection.vendor == "sqlite":
        path = scratch / "fairdue.sqlite3"
        source = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))
        with sqlite3.connect(path) as copy:
            source.backup(copy)
        copy.close()
        source.close()
        return "database.sqlite3", path
    path = scratch / "database.dump"
    # An ordinary role sees the rows of the companies in its scope only: the dump's session is given all of them.
    _run(
        ["pg_dump", "--format=custom", "--enable-row-security", f"--file={path}", *_address()],
        PGOPTIONS=f"-c fairdue.companies={','.join(str(pk) for pk in _companies())}",
    )
    return "database.dump", path


def _companies() -> list[int]:
    from fairdue.people.models import Company

    return list(Company.objects.order_by("pk").values_list("pk", flat=True))


def _address() -> list[str]:
    entry = settings.DATABASES["default"]
    return [
        f"--host={entry['HOST']}",
        f"--port={entry['PORT']}",
        f"--username={entry['USER']}",
        f"--dbname={entry['NAME']}",
    ]


def _run(command: list[str], **more: str) -> None:
    if shutil.which(command[0]) is None:
        raise ArchiveError(_("%(tool)s is missing; install PostgreSQL's client programs") % {"tool": command[0]})
    secret = {**os.environ, "PGPASSWORD": str(settings.DATABASES["default"].get("PASSWORD") or ""), **more}
    done = subprocess.run(command, env=secret, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ArchiveError(f"{command[0]}: {done.stderr.strip()[:500]}")


def _kept(data: Path) -> Iterator[tuple[str, Path]]:
    for folder in KEPT_FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_file() and not path.name.endswith((".part", ".lock")):
                yield str(path.relative_to(data)), path


def read_backup(source: Path, *, force: bool) -> int:
    """Check every sum, then put the files in place of what is there; nothing is touched when anything is wrong.

    Raises ArchiveError for a damaged or foreign file, and where there is data already that ``force`` does not give up.
    """
    data = Path(settings.DATA_DIR)
    if not force and _is_used():
        raise ArchiveError(_("There is a database already; use --force to replace it"))
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data, prefix="restore-") as scratch:
        folder = Path(scratch)
        body = unpack(source, folder)
        if body["database"] != connection.vendor:
            raise ArchiveError(_("The backup is of another kind of database: %(kind)s") % {"kind": body["database"]})
        connections.close_all()
        if connection.vendor == "sqlite":
            database = Path(str(settings.DATABASES["default"]["NAME"]))
            for rest in ("-wal", "-shm"):
                Path(f"{database}{rest}").unlink(missing_ok=True)
            os.replace(folder / "database.sqlite3", database)
        else:
            dump = str(folder / "database.dump")
            _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", *_address(), dump])
        for name in KEPT_FOLDERS:
            _swap(folder / name, data / name, folder / f"{name}.before")
        return len(body["files"])


def _is_used() -> bool:
    """Tell whether the database that would be replaced holds a company."""
    from django.db import DatabaseError

    if connection.vendor == "sqlite" and not Path(str(settings.DATABASES["default"]["NAME"])).exists():
        return False
    try:
        return bool(_companies())
    except DatabaseError:
        return False


def _swap(new: Path, place: Path, aside: Path) -> None:
    """Put a restored folder in the place of the present one, which goes: it belongs to another database."""
    if place.exists():
        place.rename(aside)
    if new.exists():
        new.rename(place)


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into ``folder``, each file checked against its SHA-256; give the manifest.

    Raises ArchiveError for anything that is not what was packed, wherever the damage sits.
    """
    foreign = _("%(file)s is damaged or no backup of Fairdue") % {"file": source.name}
    with _told_as(foreign), zipfile.ZipFile(source) as archive:
        body = json.loads(archive.read(MANIFEST))
        if not isinstance(body, dict) or not isinstance(body.get("files"), dict) or "database" not in body:
            raise ArchiveError(foreign)
        for name, wanted in body["files"].items():
            _unpack_one(archive, name, str(wanted), folder)
    return body


@contextmanager
def _told_as(message: str) -> Iterator[None]:
    """Tell whatever a damaged ZIP raises as one ArchiveError; a full disk stays what it is."""
    try:
        yield
    except ArchiveError:
        raise
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        raise ArchiveError(message) from None
    except DAMAGE:
        raise ArchiveError(message) from None


def _unpack_one(archive: zipfile.ZipFile, name: str, wanted: str, folder: Path) -> None:
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise ArchiveError(_("The backup holds a path outside its folder: %(name)s") % {"name": name})
    target.parent.mkdir(parents=True, exist_ok=True)
    sha = hashlib.sha256()
    damaged = _("%(name)s differs from its checksum; the backup is damaged") % {"name": name}
    with _told_as(damaged), archive.open(name) as packed, target.open("wb") as file:
        while chunk := packed.read(CHUNK):
            sha.update(chunk)
            file.write(chunk)
    if sha.hexdigest() != wanted:
        raise ArchiveError(damaged)
