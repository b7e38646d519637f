"""Answers that are shown inside a frame of our own pages: stored letters, exactly as they are, harmless whatever they hold."""

from __future__ import annotations

from django.http import HttpResponse

SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
)
"""For HTML: an origin of its own, no script, no network. Letters carry their styles inline, as e-mail needs it."""


def framed(content: bytes, media_type: str, file_name: str, *, save: bool = False) -> HttpResponse:
    """Answer with stored bytes, unchanged, to be shown in a frame (or saved). Anything but PDF, HTML and text is saved."""
    shown = {"application/pdf", "text/html", "text/plain"}
    plain_type = media_type.partition(";")[0]
    kind = (
        media_type if "charset" in media_type or not plain_type.startswith("text/") else f"{plain_type}; charset=utf-8"
    )
    response = HttpResponse(content, content_type=kind)
    place = "attachment" if save or plain_type not in shown else "inline"
    safe_name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in file_name) or "file"
    response["Content-Disposition"] = f'{place}; filename="{safe_name}"'
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = "frame-ancestors 'self'" if plain_type == "application/pdf" else SANDBOX
    response["Cache-Control"] = "no-store"
    return response
