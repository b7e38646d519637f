"""Answers that are files to be saved."""

from __future__ import annotations

from django.http import HttpResponse

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(content: bytes, file_name: str, media_type: str) -> HttpResponse:
    """Answer with a file to be saved; ``file_name`` is made of our own codes and dates only."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
