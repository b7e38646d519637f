"""The baseline: an exact invoice number or structured reference, and the equal amount. Nothing else is looked at."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import Entry

_PRINTED = (
    re.compile(r"\+\+\+\d{3}/\d{4}/\d{5}\+\+\+"), re.compile(r"\bRF\d\d(?: ?[0-9A-Z]{1,4})+\b"), re.compile(r"\b\d\d(?: \d{5}){5}\b"),
)  # fmt: skip
_BETWEEN = re.compile(r"[\s,;+]+")


class Seen(NamedTuple):
    """What the baseline looks at in a line."""

    id: str
    amount_minor: int
    text: str
    references: tuple[str, ...] = ()


def seen(path: Path, form: str, currency: str) -> Iterator[Seen]:
    """Read the lines of one bank file."""
    if form == "csv":
        yield from _table(path, currency)
    elif form == "bai2":
        yield from _bai2(path)
    else:
        with path.open("rb") as file:
            for part in read_bank_file(file, path.name):
                if isinstance(part, Entry):
                    text = " ".join(line for one in part.details for line in one.text)
                    told = tuple(each.reference for one in part.details for each in one.structured if each.reference)
                    yield Seen(part.bank_reference, part.amount_minor, text, told)


def _table(path: Path, currency: str) -> Iterator[Seen]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield Seen(row["Referenz"], int(row["Betrag"].replace(",", "")), row["Verwendungszweck"])


def _bai2(path: Path) -> Iterator[Seen]:
    with path.open(encoding="ascii") as file:
        for line in file:
            if line.startswith("16,"):
                _, kind, amount, _, reference, _, text = line.rstrip("\n").split(",", 6)
                yield Seen(reference, int(amount) * (-1 if kind > "399" else 1), text)


def answer(folder: Path, path: Path) -> None:
    """Write the baseline's answers; a line that it cannot post is left out."""
    opened: dict[tuple[str, str], int] = {}
    number_of: dict[tuple[str, str], str] = {}
    with (folder / "items.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "invoice" and row["open_minor"] != "0":
                key = row["currency"], row["number"]
                opened[key] = int(row["open_minor"])
                number_of[key] = row["number"]
                if row["reference"]:
                    number_of[row["currency"], row["reference"]] = row["number"]
    with (folder / "accounts.csv").open(encoding="utf-8", newline="") as file, path.open("w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["line", "state", "probability_ppm", "item", "amount_minor", "kind"])
        for account in csv.DictReader(file):
            currency = account["currency"]
            for line in seen(folder / account["file"], account["format"], currency):
                named = {
                    (currency, number_of[currency, word]) for word in _words(line) if (currency, word) in number_of
                }
                if named and sum(opened.get(key, 0) for key in named) == line.amount_minor:
                    for key in sorted(named):
                        if key in opened:
                            table.writerow([line.id, "posted", 1_000_000, key[1], opened.pop(key), "payment"])


def _words(line: Seen) -> Iterator[str]:
    yield from line.references
    yield from _BETWEEN.split(line.text)
    for shape in _PRINTED:
        for found in shape.findall(line.text):
            yield re.sub(r"[ +/]", "", found)
