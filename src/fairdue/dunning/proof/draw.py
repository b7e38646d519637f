"""The pages of a proof file: PDF/A-3b with the evidence inside. The words come finished; nothing here chooses them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typst

from fairdue.letters.fonts import families, font_folders
from fairdue.letters.pdf import COMPACT, TEMPLATES

STANDARD: Final = "a-3b"
MEDIA = {
    "json": "application/json",
    "pdf": "application/pdf",
    "html": "text/html",
    "txt": "text/plain",
    "yaml": "application/yaml",
}
"""Kinds of files inside, by the ending of their names; any other is ``application/octet-stream``."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the pages: pairs of label and value, or a table with its columns; ``note`` stands under it."""

    heading: str
    pairs: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProofPages:
    """What the pages say. ``language`` is ``en`` or ``zh_Hans``."""

    language: str
    title: str
    lead: str
    author: str
    sections: tuple[Section, ...]


def draw_proof(pages: ProofPages, files: Mapping[str, bytes], written_at: datetime) -> bytes:
    """Set the pages and put the files inside. Equal pages, files and moment give equal bytes.

    Names of files are letters, digits, dots, hyphens and underscores.
    """
    data: dict[str, Any] = asdict(pages) | {
        "fonts": [name for name in families(pages.language) if "Mono" not in name],
        "lang": pages.language[:2],
        "region": "cn" if pages.language == "zh_Hans" else None,
        "files": [
            {"name": name, "mime": MEDIA.get(name.rpartition(".")[2], "application/octet-stream")} for name in files
        ],
    }
    with TemporaryDirectory(prefix="fairdue-proof-") as folder:
        root = Path(folder)
        for name, content in files.items():
            (root / name).write_bytes(content)
        (root / "data.json").write_text(json.dumps(data, **COMPACT), encoding="utf-8")
        compiler = typst.Compiler((TEMPLATES / "proof.typ").read_bytes(), root=folder, font_paths=_fonts())
        pdf = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=written_at)
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler gave no single file")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in font_folders()]
    )
