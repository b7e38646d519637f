"""Answers that are files to be saved."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


SANDBOX = "sandbox; default-src 'none'"
"""For a stranger's file, should a browser show it in spite of everything."""


def kept_file(content: bytes, file_name: str, media_type: str) -> HttpResponse:
    """Answer with a file from outside, to be saved and never shown here: nothing in it runs in our pages."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "no-store"
    return response


def download(content: bytes, file_name: str, media_type: str) -> HttpResponse:
    """Answer with a file to be saved; ``file_name`` is made of our own codes and dates only."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Passing(io.FileIO):
    """A file whose folder goes when it has been given out."""

    def __init__(self, path: Path, folder: tempfile.TemporaryDirectory[str]) -> None:
        super().__init__(path)
        self._folder = folder

    def close(self) -> None:
        super().close()
        self._folder.cleanup()


def passing_file(path: Path, folder: tempfile.TemporaryDirectory[str], media_type: str) -> FileResponse:
    """Answer with a file of any size, a block at a time; ``folder`` goes afterwards. Its name is made of our own codes and dates."""
    response = FileResponse(_Passing(path, folder), as_attachment=True, filename=path.name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response
