"""What a file is, by its first bytes; its name is not believed."""

from __future__ import annotations

MAGIC = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"


def media_type(data: bytes) -> str:
    """Give the media type of a file that may be a copy of a document, or the empty text."""
    return next((media for magic, media, _ in MAGIC if data.startswith(magic)), "")


def ending(media: str) -> str:
    """Give the ending of a media type's file names."""
    return next((end for _, known, end in MAGIC if known == media), "")


def with_ending(name: str, media: str) -> str:
    """Give a file name the ending of what the file is, so that no reader's program takes it for something else."""
    wanted = ending(media)
    alike = {".jpg": (".jpg", ".jpeg")}.get(wanted, (wanted,))
    return name if name.lower().endswith(alike) else f"{name}{wanted}"


def is_zip(data: bytes) -> bool:
    """Tell whether a file is a ZIP."""
    return data.startswith((ZIP, EMPTY_ZIP))
