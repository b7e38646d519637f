"""Make one data set: line by line, in the order of days; memory grows with the shares and the names, not with the files."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

from bench.cash_application.cases import CASES, World
from bench.cash_application.files import ACCOUNTS, WRITERS, Line
from bench.cash_application.ledger import FIRST, Books
from bench.cash_application.shares import order

START = date(2026, 1, 5)
DAYS = 120
"""Bank days; five a week."""


def generate(folder: Path, seed: int, lines: int, items: int) -> None:
    """Write the ledger, the bank files and the truth into a folder."""
    (folder / "bank").mkdir(parents=True, exist_ok=True)
    rng = Random(f"cash application {seed}")
    span = (START - FIRST).days + DAYS * 7 // 5
    books = Books(rng, folder, max(items, 4 * lines), span)
    world = World(rng, books, lines)
    writers = {name: WRITERS[one.format](folder / one.path, name) for name, one in ACCOUNTS.items()}
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as out:
        truth = csv.writer(out, lineterminator="\n")
        truth.writerow(["line", "situation", "tie", "account", "item", "amount_minor", "kind", "difference"])
        for at, situation in enumerate(order(rng, lines)):
            week, day = divmod(at * DAYS // lines, 5)
            world.on = START + timedelta(7 * week + day)
            case = CASES[situation](world)
            writer = writers[case.account]
            line = Line(f"{ACCOUNTS[case.account].mark}{writer.count + 1:09d}", world.on, case)
            writer.add(line)
            for part in case.parts:
                truth.writerow([line.id, situation, int(case.tie), case.account, *part])
            if situation == "number_in_text":
                world.paid.append((world.on, case, _owner(world, case.iban)))
            _fill(world, items * (at + 1) // lines)
    for writer in writers.values():
        writer.close()
    books.close()
    _accounts(folder)


def _owner(world: World, number: str) -> str:
    return next(one.id for pool in world.pools.values() for one in pool if one.iban == number)


def _fill(world: World, wanted: int) -> None:
    """Add customers whose items nobody pays here, until the ledger has its size."""
    while world.books.count < wanted:
        one = world.fresh()
        for _ in range(min(world.rng.randrange(10, 41), wanted - world.books.count)):
            world.item(one, (1, 180))


def _accounts(folder: Path) -> None:
    with (folder / "accounts.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["account", "file", "format", "currency", "eur_ppm"])
        for name, one in ACCOUNTS.items():
            table.writerow([name, one.path, one.format, one.currency, one.eur_ppm])
