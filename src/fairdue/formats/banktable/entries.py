"""Rows into entries: sides, states, parties, references. Numbers in comments are those of docs/algorithms/bank-files.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from fairdue.formats.bank.reasons import BankError, BankFinding
from fairdue.formats.bank.records import Charge, Detail, Entry, Exchange, Finding, Party, Status, Structured
from fairdue.formats.bank.values import given
from fairdue.formats.banktable.cells import Amounts, Days
from fairdue.formats.banktable.layout import Layout
from fairdue.formats.banktable.lines import Row, fields_of
from fairdue.formats.banktable.words import meaning_of, words_of
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.mt940.details import sepa_keys
from fairdue.formats.tables.table import Cell, cell_text
from fairdue.formats.values.codes import boolean_of, currency_of, is_null
from fairdue.kernel.reasons import because

_STATES = {"booked": Status.BOOKED, "pending": Status.PENDING, "off": Status.INFORMATION}
_NOTHING_LENGTH_MAX = 8
"""A longer text is never a sign for nothing."""
_BEHIND = re.compile(r"\s*[(（].*")
_FEE = re.compile(r"服务费\s*[¥￥]?\s*(\d[\d,]*\.?\d*)")


class Columns:
    """The columns of a layout by role."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.places = layout.places
        self.headings = layout.headings

    def cell(self, cells: list[Cell], role: str) -> Cell:
        """Give the cell of a role, "" where there is none."""
        place = self.places.get(role, -1)
        return cells[place] if 0 <= place < len(cells) else ""

    def text(self, cells: list[Cell], role: str) -> str:
        """Give the text of a role; a sign for nothing is none."""
        place = self.places.get(role)
        return "" if place is None or place >= len(cells) else _said(cells[place])

    def heading(self, role: str) -> str:
        """Give the heading of a role, "" where it has none."""
        place = self.places.get(role, -1)
        return self.headings[place] if 0 <= place < len(self.headings) else ""

    def amount_headings(self) -> Iterator[tuple[str, str]]:
        """Give the columns of amounts."""
        roles = ("amount", "credit", "debit", "balance", "fee", "foreign_amount", "foreign_credit", "foreign_debit")
        return ((role, self.heading(role)) for role in roles if role in self.places)

    def day_headings(self) -> Iterator[tuple[str, str]]:
        """Give the columns of days."""
        return ((role, self.heading(role)) for role in ("booked", "valued") if role in self.places)


class Raw(NamedTuple):
    """A line as far as balances need it."""

    row: Row
    on: date | None
    amount_minor: int
    balance_minor: int | None
    status: Status
    side: str
    reversal: bool


class Maker:
    """Makes entries of rows, with what was judged over all of them."""

    def __init__(self, columns: Columns, amounts: Amounts, days: Days, rows: list[Row], currency: str) -> None:
        self.columns, self.amounts, self.days = columns, amounts, days
        self.fallback = columns.layout.currency or currency or self._only_sign(rows)
        self.findings: list[Finding] = []
        self.unread = 0
        self.sides = {self.side(row.cells) for row in rows} if "side" in columns.places else set()
        # 45: a minus in front of every debit repeats what the column or the side says; in front of some it takes back.
        minus = [one for row in rows if (one := self._minus(row.cells)) is not None]
        self.debits_signed = bool(minus) and all(minus)
        self.structured_kind = next((kind for word, kind in words_of("kind").items()
                                     if word == columns.heading("structured").casefold()), "").upper()  # fmt: skip

    def _only_sign(self, rows: list[Row]) -> str:
        """Give the one currency whose sign stands with amounts of the table."""
        roles = [role for role in ("amount", "credit", "debit", "balance") if role in self.columns.places]
        signs = {self.amounts.currency(self.columns.cell(row.cells, role)) for row in rows for role in roles} - {""}
        return signs.pop() if len(signs) == 1 else ""

    def _minus(self, cells: list[Cell]) -> bool | None:
        """Say whether an amount of money out has a minus; None where the row has no such amount."""
        if "debit" in self.columns.places:
            cell = self.columns.cell(cells, "debit")
        elif self._full_side(cells) == "out":
            cell = self.columns.cell(cells, "amount")
        else:
            return None
        text = cell_text(cell).strip().lstrip("'")
        return None if not text.strip("0.,- ") or is_null(text) else _negative(text)

    def own_account(self, row: Row) -> str:
        """Give the own account that a row names."""
        return self.columns.text(row.cells, "own_account")

    def currency(self, row: Row) -> str:
        """Give the currency of a line (44): its own column, a sign with its amount, a heading, what stands above, what a person says."""
        cell = self.columns.text(row.cells, "currency")
        if cell:
            code = _currency(cell)
            if code:
                return code
            if code is None or not self.fallback:
                field = self.columns.heading("currency")
                raise FormatError(BankError.CURRENCY, line=row.line, field=field, value=shorten(cell))
        for role in ("amount", "credit", "debit"):
            if found := self.amounts.currency(self.columns.cell(row.cells, role)):
                return found
        if not self.fallback:
            raise FormatError(BankError.NO_CURRENCY, line=row.line)
        return self.fallback

    def side(self, cells: list[Cell]) -> str:
        """Give ``in``, ``out``, ``none``, or "" where the row does not say."""
        cell = cell_text(self.columns.cell(cells, "side"))
        return meaning_of("side", cell) or ("?" if cell and not is_null(cell) else "")

    def raw(self, row: Row, currency: str) -> Raw:
        """Give day, amount, balance and state of a line."""
        cells, line = row.cells, row.line
        status = self._status(row)
        day = self.columns.cell(cells, "booked")
        on = None
        if not (isinstance(day, str) and meaning_of("status", day)):
            on = self.days.day(day, self.columns.heading("booked"), line)
            if on is None:
                raise FormatError(BankError.MISSING, line=line, field=self.columns.heading("booked"))
        amount, side, reversal = self._amount(row, currency)
        if side == "none":
            side, amount, status = self._neutral(row, amount, status)
        return Raw(row, on, amount, self._balance(row, currency), status, side, reversal)

    def _status(self, row: Row) -> Status:
        """Give how sure a line is (48): a state that nobody knows is not booked, and told."""
        day = self.columns.cell(row.cells, "booked")
        text = self.columns.text(row.cells, "status")
        if not text and isinstance(day, str) and meaning_of("status", day):
            text = day
        if not text:
            return Status.BOOKED
        meaning = meaning_of("status", text) or meaning_of("status", _BEHIND.sub("", text))
        if not meaning:
            self.findings.append(Finding(because(BankFinding.STATE, value=shorten(text)), row.line))
        return _STATES.get(meaning, Status.PENDING)

    def _amount(self, row: Row, currency: str) -> tuple[int, str, bool]:
        """Give the amount with its sign, the side it is on, and whether it takes something back (45)."""
        cells, line = row.cells, row.line
        read = {role: self.amounts.minor(self.columns.cell(cells, role), self.columns.heading(role), currency, line)
                for role in ("amount", "credit", "debit") if role in self.columns.places}  # fmt: skip
        credit, debit = read.get("credit"), read.get("debit")
        if credit or debit:
            if credit and debit:
                field = f"{self.columns.heading('credit')} / {self.columns.heading('debit')}"
                raise FormatError(BankError.SIDE, line=line, field=field, value=shorten(f"{credit} / {debit}"))
            if credit:
                return credit, "in" if credit > 0 else "out", credit < 0
            assert debit is not None
            moved = debit if self.debits_signed else -debit
            return moved, "out" if moved < 0 else "in", moved > 0
        amount = read.get("amount")
        if amount is None:
            if credit is None and debit is None:
                raise FormatError(BankError.MISSING, line=line, field=self.columns.heading("amount") or "amount")
            amount = 0
        return self._sided(row, amount)

    def _sided(self, row: Row, amount: int) -> tuple[int, str, bool]:
        if "side" not in self.columns.places:
            reversal = (
                bool(self.columns.text(row.cells, "reversal"))
                and boolean_of(self.columns.text(row.cells, "reversal")) is not False
            )
            return amount, "in" if amount >= 0 else "out", reversal
        side = self._full_side(row.cells)
        if side == "none":
            return amount, side, False
        if side not in ("in", "out"):
            value = shorten(cell_text(self.columns.cell(row.cells, "side")))
            raise FormatError(BankError.SIDE, line=row.line, field=self.columns.heading("side") or "side", value=value)
        if side == "in":
            return amount, side, amount < 0
        moved = amount if self.debits_signed else -amount
        return moved, side, moved > 0

    def _full_side(self, cells: list[Cell]) -> str:
        """Give the side of a row; where one side alone is ever written, nothing is the other."""
        side = self.side(cells)
        if not side and len(self.sides & {"in", "out"}) == 1:
            return "out" if "in" in self.sides else "in"
        return side

    def _neutral(self, row: Row, amount: int, status: Status) -> tuple[str, int, Status]:
        """Judge a line that a wallet counts to neither side (49): a refund, a top-up, a pay-out; any other only informs."""
        cells = row.cells
        texts = [self.columns.text(cells, "code"), *self._texts(row, "information"), *self._texts(row, "text")]
        for word, way in words_of("neutral").items():
            if any(text.startswith(word) for text in texts):
                return "none", amount if way == "in" else -amount, status
        return "none", amount, Status.INFORMATION

    def _balance(self, row: Row, currency: str) -> int | None:
        """Give the balance that stands with a line; one that cannot be read is told once."""
        if "balance" not in self.columns.places:
            return None
        try:
            heading = self.columns.heading("balance")
            return self.amounts.minor(self.columns.cell(row.cells, "balance"), heading, currency, row.line)
        except FormatError as error:
            if error.code is not BankError.AMOUNT:
                raise
            if not self.unread:
                value = shorten(cell_text(self.columns.cell(row.cells, "balance")))
                self.findings.append(Finding(because(BankFinding.UNREAD_BALANCE, value=value), row.line))
            self.unread += 1
            return None

    def take_findings(self) -> list[Finding]:
        """Give what was found since the last time."""
        found, self.findings = self.findings, []
        return found

    def entry(self, raw: Raw, ordinal: int, currency: str) -> Entry:
        """Give the entry of a line."""
        row, text = raw.row, self.columns.text
        cells = row.cells
        exchange = self._exchange(row, currency)
        detail = self._detail(raw, currency, exchange)
        valued = self.columns.cell(cells, "valued")
        return Entry(
            ordinal, row.line, raw.amount_minor, currency, raw.reversal, raw.status.value, raw.on,
            self.days.day(valued, self.columns.heading("valued"), row.line) if valued != "" else None,
            text(cells, "bank_reference"), text(cells, "reference"), text(cells, "code"),
            information=tuple(self._texts(row, "information")), charges=tuple(self._charges(row, currency)),
            exchange=exchange, details=(detail,), fields=fields_of(self.columns.headings, row),
        )  # fmt: skip

    def _detail(self, raw: Raw, currency: str, exchange: Exchange | None) -> Detail:
        row, text = raw.row, self.columns.text
        cells = row.cells
        lines = list(self._texts(row, "text"))
        keys = sepa_keys(" ".join(lines)) if any("+" in line for line in lines) else {}
        if keys:
            lines = [part for part in (keys.get("", "").strip(), keys.get("text", "")) if part]
        came_in = raw.amount_minor >= 0
        party = self._party(cells, keys, came_in)
        reference = text(cells, "structured")
        return Detail(
            raw.amount_minor, currency, given(text(cells, "end_to_end") or keys.get("end_to_end", "")),
            text(cells, "mandate") or keys.get("mandate", ""), keys.get("transaction", ""), "",
            text(cells, "bank_reference"), text(cells, "cheque"), debtor=party if came_in else None,
            creditor=None if came_in else party, text=tuple(lines),
            structured=(Structured(reference, self.structured_kind),) if reference else (),
            purpose=keys.get("purpose", ""), exchange=exchange,
        )  # fmt: skip

    def _party(self, cells: list[Cell], keys: dict[str, str], came_in: bool) -> Party | None:
        """Give the other side (50): the payer of what came in, the payee of what went out; a column of one of them stands for both."""
        text, places = self.columns.text, self.columns.places
        wanted, other = ("payer", "payee") if came_in else ("payee", "payer")
        name, account = text(cells, "name"), text(cells, "account")
        name = (
            name
            or text(cells, f"{wanted}_name")
            or ("" if f"{wanted}_name" in places else text(cells, f"{other}_name"))
        )
        account = account or text(cells, f"{wanted}_account")
        identifier = text(cells, "creditor_id") or keys.get("creditor_id", "")
        name, account, bank = name or keys.get("name", ""), account or keys.get("account", ""), text(cells, "bank")
        identifiers = (identifier,) if identifier else ()
        if not (name or account or bank or identifiers):
            return None
        return Party(name, "".join(account.split()), bank, identifiers)

    def _texts(self, row: Row, role: str) -> Iterator[str]:
        """Give the lines of text, those of rows that go on among them."""
        places = self.columns.layout.several.get(role, ())
        for cells in (row.cells, *(more for _line, more in row.more)):
            for place in places:
                if place < len(cells) and (said := _said(cells[place])):
                    yield said

    def _charges(self, row: Row, currency: str) -> Iterator[Charge]:
        heading = self.columns.heading("fee")
        fee = self.amounts.minor(self.columns.cell(row.cells, "fee"), heading, currency, row.line) if heading else None
        if fee:
            yield Charge(-abs(fee), currency, kind=heading)
        for text in self._texts(row, "text"):
            if found := _FEE.search(text):
                told = self.amounts.minor(found[1], "", currency, row.line)
                if told:
                    yield Charge(-told, currency, included=True, kind="服务费")

    def _exchange(self, row: Row, currency: str) -> Exchange | None:
        """Give the amount in the currency it was paid in, where that is another one."""
        code = currency_of(self.columns.text(row.cells, "foreign_currency")) or ""
        if not code or code == currency:
            return None
        for role in ("foreign_amount", "foreign_credit", "foreign_debit"):
            cell = self.columns.cell(row.cells, role)
            told = self.amounts.minor(cell, self.columns.heading(role), code, row.line)
            if told:
                return Exchange(abs(told), code, self.columns.text(row.cells, "rate"))
        return None


def _negative(text: str) -> bool:
    return text.startswith(("-", "(", "−")) or text.endswith("-")


def _said(cell: Cell) -> str:
    text = cell if isinstance(cell, str) else cell_text(cell).strip()
    return text if len(text) > _NOTHING_LENGTH_MAX or not _is_nothing(text) else ""


@lru_cache(maxsize=4096)
def _is_nothing(text: str) -> bool:
    return is_null(text)


@lru_cache(maxsize=256)
def _currency(text: str) -> str | None:
    return currency_of(text)
