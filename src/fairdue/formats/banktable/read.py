"""A bank's table into records. Numbers in comments are those of docs/algorithms/bank-files.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from fairdue.formats.bank.checks import FINDINGS_MAX
from fairdue.formats.bank.reasons import BankError, BankFinding
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Begin,
    End,
    Finding,
    Part,
    Status,
    Told,
    Totals,
)  # fmt: skip
from fairdue.formats.bank.values import is_iban
from fairdue.formats.banktable.cells import Amounts, Days
from fairdue.formats.banktable.entries import Columns, Maker, Raw
from fairdue.formats.banktable.grid import LIMITS, grid_of
from fairdue.formats.banktable.layout import Layout, layout_of
from fairdue.formats.banktable.lines import Row, Sorted, Special, sort_rows
from fairdue.formats.banktable.preamble import Preamble, account_number, preamble_of
from fairdue.formats.banktable.running import Step, breaks, newest_first
from fairdue.formats.errors import FormatError
from fairdue.formats.tables.table import Cell
from fairdue.kernel.money import plain
from fairdue.kernel.reasons import because

Key = tuple[str, str]
"""Own account and currency: what makes a statement."""


def read_bank_table(stream: BinaryIO, currency: str = "") -> Iterator[Part]:
    """Give the statements of a table, one for each own account and currency, oldest line first (40 to 52).

    ``currency`` is what a person says where the file names none. Raises FormatError with the line.
    """
    grid = grid_of(stream.read(LIMITS.file_bytes + 1))
    layout = layout_of(grid)
    above = preamble_of(grid, layout.heading_at)
    found = sort_rows(grid, layout)
    if not found.rows:
        raise FormatError(BankError.NO_STATEMENT)
    yield from _Reading(grid.kind, layout, above, found, currency).parts()


class _Reading:
    """One table."""

    def __init__(self, kind: str, layout: Layout, above: Preamble, found: Sorted, currency: str) -> None:
        self.kind, self.layout, self.above, self.found = kind, layout, above, found
        self.columns = Columns(layout)
        rows = [row.cells for row in found.rows]
        self.amounts = Amounts({
            heading: {cell for cells in rows if (cell := self.columns.cell(cells, role)) != ""}
            for role, heading in self.columns.amount_headings()
        })  # fmt: skip
        self.days = Days(
            {
                heading: [self.columns.cell(cells, role) for cells in rows]
                for role, heading in self.columns.day_headings()
            },
            self.amounts.mark,
        )
        self.maker = Maker(self.columns, self.amounts, self.days, found.rows, above.currency or currency)

    def parts(self) -> Iterator[Part]:
        """Give each statement: where there are several, in the order in which they first stand in the table."""
        groups: dict[Key, list[Row]] = {}
        for row in self.found.rows:
            groups.setdefault((self.maker.own_account(row), self.maker.currency(row)), []).append(row)
        for place, ((number, currency), rows) in enumerate(groups.items()):
            yield from self._statement(number, currency, rows, place == 0, place == len(groups) - 1, len(groups) == 1)

    def _statement(
        self, number: str, currency: str, rows: list[Row], first: bool, last: bool, alone: bool
    ) -> Iterator[Part]:
        raws = [self.maker.raw(row, currency) for row in rows]
        steps = [
            Step(raw.on, raw.amount_minor if raw.status == Status.BOOKED else 0, raw.balance_minor) for raw in raws
        ]
        if newest_first(steps):
            raws.reverse()
            steps.reverse()
        days = sorted(raw.on for raw in raws if raw.on)
        told_from, told_to = (self.days.loose(text) for text in (self.above.from_on, self.above.to_on))
        account = account_number(number) or (self.above.account if alone else "")
        plain_number = account.replace(" ", "")
        iban = is_iban(plain_number)
        yield Begin(
            self.kind, Told.BOOKED,
            Account(plain_number if iban else account, iban, currency, owner=self.above.owner),
            from_on=told_from or (days[0] if days else None), to_on=told_to or (days[-1] if days else None),
            line=rows[0].line, fields=self.above.fields if first else (),
        )  # fmt: skip
        for ordinal, raw in enumerate(raws, start=1):
            yield self.maker.entry(raw, ordinal, currency)
        balances = self._balances(raws, steps, currency, alone)
        findings = self._running(raws, steps, currency) + self.maker.take_findings()
        if alone:
            findings += self._wallet(raws, currency)
        yield End(
            tuple(balances), self._totals(currency) if alone else Totals(), tuple(findings),
            tuple(self.found.notes) if last else (),
        )  # fmt: skip

    def _running(self, raws: list[Raw], steps: list[Step], currency: str) -> list[Finding]:
        found = []
        for one in breaks(steps)[:FINDINGS_MAX]:
            raw = raws[one.place]
            reason = because(
                BankFinding.RUNNING, ordinal=one.place + 1, told=_money(one.told_minor, currency),
                counted=_money(one.counted_minor, currency),
            )  # fmt: skip
            found.append(Finding(reason, raw.row.line))
        return found

    def _balances(self, raws: list[Raw], steps: list[Step], currency: str, alone: bool) -> Iterator[Balance]:
        """Give the opening and closing balance: what the table says of them, else what stands with the first and last line (47)."""
        ends = [place for place, step in enumerate(steps) if step.balance_minor is not None]
        days = [raw.on for raw in raws if raw.on]
        for kind, text in ((BalanceKind.OPENING, self.above.opening), (BalanceKind.CLOSING, self.above.closing)):
            told = self._told(kind, text, currency) if alone else None
            if told is None and ends:
                at = ends[0] if kind == BalanceKind.OPENING else ends[-1]
                told = steps[at].balance_minor or 0
                moved = steps[: at + 1] if kind == BalanceKind.OPENING else steps[at + 1 :]
                change = sum(step.amount_minor for step in moved)
                told += -change if kind == BalanceKind.OPENING else change
            if told is not None:
                on = (min(days) if kind == BalanceKind.OPENING else max(days)) if days else None
                yield Balance(kind, told, currency, on)

    def _told(self, kind: BalanceKind, above: str, currency: str) -> int | None:
        for special in self.found.specials:
            if special.kind == kind.value:
                return self._amount(special, currency)
        try:
            return self.amounts.minor(above, "", currency, 0) if above else None
        except FormatError:
            # What stands above is kept as text; nothing rests on it.
            return None

    def _amount(self, special: Special, currency: str) -> int | None:
        """Give the amount of a row that is a balance: the first that stands in it."""
        for role in ("balance", "amount", "credit", "debit"):
            cell = self.columns.cell(special.cells, role)
            if cell != "":
                found = self.amounts.minor(cell, self.columns.heading(role), currency, special.line)
                if found is not None and role == "amount" and self.maker.side(special.cells) == "out":
                    return -found
                if found is not None:
                    return found
        return None

    def _totals(self, currency: str) -> Totals:
        """Give what the table says its lines add up to, where it says so once."""
        totals = [one for one in self.found.specials if one.kind == "total"]
        if len(totals) != 1 or not {"credit", "debit"} <= self.layout.places.keys():
            return Totals(entries=self.above.entries)
        sums: list[int | None] = []
        for role in ("credit", "debit"):
            cell: Cell = self.columns.cell(totals[0].cells, role)
            try:
                sums.append(self.amounts.minor(cell, self.columns.heading(role), currency, totals[0].line))
            except FormatError:
                sums.append(None)
        credit, debit = sums
        return Totals(
            entries=self.above.entries, credit_minor=credit, debit_minor=None if debit is None else abs(debit)
        )

    def _wallet(self, raws: list[Raw], currency: str) -> list[Finding]:
        """Hold what a wallet says of each side against its lines, whatever became of them."""
        found = []
        for said in self.above.sums:
            wanted = {"收入": "in", "支出": "out"}[said.word]
            mine = [raw for raw in raws if raw.side == wanted]
            counted = sum(abs(raw.amount_minor) for raw in mine)
            told = self.amounts.minor(said.amount, "", currency, 0)
            if said.lines != len(mine):
                found.append(
                    Finding(because(BankFinding.CONTROL, record=said.word, told=said.lines, counted=len(mine)))
                )
            if told is not None and told != counted:
                values = {"told": _money(told, currency), "counted": _money(counted, currency)}
                found.append(Finding(because(BankFinding.CONTROL, record=said.word, **values)))
        return found


def _money(amount_minor: int, currency: str) -> str:
    return f"{plain(amount_minor, currency)} {currency}"
