"""What lies in a letter folder, for the print shop: one CSV a day, always made anew from the records; and the day as ZIP."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from fairdue.contact.blobs import write_atomically
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.contact.transports import PrintFolder, Transport
from fairdue.formats.guard import guard
from fairdue.ledger.models import Channel

NAME = "manifest.csv"
COLUMNS = ("file", "sha256", "step", "customer", "name", "street", "postal_code", "city", "country", "handed_over_at")
LOOK_BACK = timedelta(days=7)
"""A dispatcher that was ended before it wrote the list is made good for by the next one within a week."""
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_all(company_id: int, at: datetime, transports: Iterable[Transport]) -> list[Path]:
    """Write the list of every letter folder that changed lately; gives the lists that were written."""
    written = []
    for transport in transports:
        if isinstance(transport, PrintFolder):
            for folder, rows in _rows(company_id, at).items():
                path, data = transport.root / folder / NAME, _csv(rows)
                if path.parent.is_dir() and not (path.exists() and path.read_bytes() == data):
                    write_atomically(path, data)
                    written.append(path)
    return written


def _rows(company_id: int, at: datetime) -> dict[str, list[tuple[str, ...]]]:
    """Give the lines of each folder in which a letter was handed over lately, in the order the letters were made."""
    letters = OutboxMessage.objects.filter(
        company_id=company_id, channel=Channel.LETTER, state=MessageState.HANDED_OVER
    ).order_by("id")
    recent = letters.filter(handed_over_at__gte=at - LOOK_BACK).values_list("created_at", flat=True)
    days = {moment.date() for moment in recent}
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in letters.filter(created_at__date__in=days).select_related("customer").defer("body_text", "body_html"):
        folder, _, name = str(row.hand_over_evidence.get("path", "")).rpartition("/")
        if folder:
            who = row.customer
            moment = row.handed_over_at.isoformat() if row.handed_over_at else ""
            found[folder].append((
                name, str(row.hand_over_evidence.get("sha256", "")), row.step_key, who.number, row.recipient_name or who.name,
                who.street, who.postal_code, who.city, who.country, moment,
            ))  # fmt: skip
    return found


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def zip_day(folder: Path) -> bytes:
    """Give a day's letters and their list as one ZIP; the same folder gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith(".")):
            archive.writestr(zipfile.ZipInfo(path.name, ZIP_EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
