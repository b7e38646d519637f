"""Amounts of records: sides, signs, currency per row, exact minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fairdue.formats.fields import Kind
from fairdue.formats.headings.questions import amount_styles
from fairdue.formats.reasons import CellReason, FormatCode, NoteReason
from fairdue.formats.tables.table import Cell, cell_text
from fairdue.formats.values import amounts, codes
from fairdue.formats.values.money_columns import currency_hint
from fairdue.kernel.money import MINOR_MAX, exponents
from fairdue.kernel.reasons import because

if TYPE_CHECKING:
    from fairdue.formats.values.records import Reading

MONEY_KINDS = (Kind.OPEN_ITEMS, Kind.CLOSED_ITEMS, Kind.PAYMENTS)
_AMOUNT_FIELDS = ("amount", "open_amount", "paid_amount", "debit", "credit")
Values = list[Decimal | None]


class MoneyReader:
    """Reads the amounts of one table.

    1. Each amount column is judged and parsed once per distinct cell; the sign written with an amount is applied.
    2. The row's currency: its own column, else the sign beside the amount, else the heading, else the default.
    3. Debit and credit columns become one: what customers owe is positive; for payments, what came in is positive.
    4. A column of sides (D/C, S/H, 借/贷) signs unsigned amounts.
    5. Credit notes listed without a sign are negated when all of them are unsigned.
    6. Minor units are exact, or the row is refused.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.rows = reading.table.row_count
        self.styles = amount_styles(reading.table, reading.mapping.kind, reading.mapping.columns, reading.answers)
        self.marks: dict[str, list[str]] = {}

    def read(self) -> None:
        """Put ``amount_minor``, ``open_minor``, ``currency`` and ``document_kind`` among the columns."""
        parsed = {name: self._parse(name) for name in _AMOUNT_FIELDS if self.reading.position(name) is not None}
        currency = self._currencies()
        payments = self.reading.mapping.kind is Kind.PAYMENTS
        main = parsed.get("paid_amount") if payments else parsed.get("amount")
        open_ = parsed.get("open_amount")
        if "debit" in parsed or "credit" in parsed:
            both = self._one_side(parsed.get("debit"), parsed.get("credit"), payments)
            main = both if main is None else main
        main, open_ = self._sided(main, payments), self._sided(open_, payments)
        if not payments:
            main, open_ = self._kinds(main, open_)
        first = main if main is not None else open_ or [None] * self.rows
        self.reading.columns["amount_minor"] = self._minor(
            first, currency, "amount", needed=open_ is None or main is None
        )
        if not payments:
            self.reading.columns["open_minor"] = self._open(main, open_, currency)
            self._fill_amount()
        self.reading.columns["currency"] = currency
        self.reading.columns.pop("side", None)

    def read_limits(self) -> None:
        """Put ``credit_limit_minor`` and ``currency`` among the columns of customers."""
        if self.reading.position("credit_limit") is None:
            if self.reading.position("currency") is not None:
                self.reading.columns["currency"] = self._own_currency() or [None] * self.rows
            return
        parsed = self._parse("credit_limit")
        currency = self._currencies()
        self.reading.columns["credit_limit_minor"] = self._minor(parsed, currency, "credit_limit", needed=False)
        self.reading.columns["currency"] = currency

    def _parse(self, name: str) -> Values:
        column = self.reading.position(name)
        assert column is not None
        table = self.reading.table
        heading = table.headings[column]
        style = self.styles[heading]
        distinct = table.distinct(column)
        plain = amounts.parse_plain(distinct, style)
        if plain is not None and len(plain) == len(distinct):
            return [plain[cell] for cell in table.columns[column]]
        found = {cell: amounts.parse(cell, style) for cell in distinct}
        bad = {cell: outcome for cell, outcome in found.items() if isinstance(outcome, FormatCode)}
        values: dict[Cell, Decimal | None] = {}
        marks: dict[Cell, str] = {}
        for cell, outcome in found.items():
            values[cell] = outcome.value if isinstance(outcome, amounts.Amount) else None
            if isinstance(outcome, amounts.Amount) and outcome.mark:
                marks[cell] = outcome.mark
            if isinstance(outcome, amounts.Amount) and outcome.rest_cut:
                self.reading.note(because(NoteReason.BINARY_REST, field=name))
        cells = table.columns[column]
        if bad:
            for row, cell in enumerate(cells):
                if cell in bad:
                    self.reading.refuse(row, name, cell_text(cell), bad[cell])
        if marks:
            self.marks[name] = [marks.get(cell, "") for cell in cells]
        return [values[cell] for cell in cells]

    def _own_currency(self) -> list[str | None] | None:
        column = self.reading.position("currency")
        if column is None:
            return None
        table = self.reading.table
        found = {cell: self._code(cell_text(cell).strip()) for cell in table.distinct(column)}
        for row, cell in enumerate(table.columns[column]):
            if found[cell] == "":
                self.reading.refuse(row, "currency", cell_text(cell), CellReason.CURRENCY)
        return [found[cell] or None for cell in table.columns[column]]

    def _code(self, text: str) -> str | None:
        """Give the code of a sign, None for an empty cell, "" for what is not known."""
        if codes.is_null(text):
            return None
        code = codes.currency_of(text) or self.reading.answers.get(f"currency_sign:{text}", "")
        if not code and (known := self._fallback(note=False)) and codes.may_stand_for(text, known):
            code = known
        return code if code in exponents() else ""

    def _currencies(self) -> list[str | None]:
        own = self._own_currency()
        beside = self._beside(own)
        fallback = self._fallback()
        chosen: list[str | None] = [None] * self.rows
        for row in range(self.rows):
            code = (own[row] if own else None) or beside.get(row) or fallback
            if code is None:
                self.reading.refuse(row, "currency", "", CellReason.CURRENCY_MISSING)
            chosen[row] = code
        return chosen

    def _fallback(self, *, note: bool = True) -> str | None:
        """Give the currency the headings of the amounts agree on, else the default."""
        columns = self.reading.mapping.columns
        hints = {
            currency_hint(columns[name].heading) for name in (*_AMOUNT_FIELDS, "credit_limit") if name in columns
        } - {""}
        if len(hints) == 1:
            return hints.pop()
        default = self.reading.answers.get("currency", "").upper()
        if default not in exponents():
            return None
        if note and self.reading.position("currency") is None and not self.marks:
            self.reading.note(because(NoteReason.DEFAULT_USED, field="currency", value=default))
        return default

    def _beside(self, own: list[str | None] | None) -> dict[int, str]:
        """Give the currencies of signs beside amounts; a sign that contradicts the row's own currency refuses the row.

        A shared sign ($, ¥) beside an own currency is no contradiction.
        """
        beside: dict[int, str] = {}
        for name, marks in self.marks.items():
            known = {mark: (codes.currency_of(mark), self._code(mark)) for mark in set(marks) if mark}
            for row, mark in enumerate(marks):
                if not mark:
                    continue
                sign, code = known[mark]
                mine = own[row] if own else None
                if sign is None or (not code and not mine):
                    self.reading.refuse(row, name, mark, CellReason.CURRENCY)
                elif mine and sign and sign != mine:
                    self.reading.refuse(row, name, mark, CellReason.AMOUNT_CURRENCY, symbol=mark, currency=mine)
                elif code:
                    beside[row] = code
        return beside

    def _one_side(self, debit: Values | None, credit: Values | None, payments: bool) -> Values:
        """Make one signed column of two; a bank's signed debits keep their meaning by taking the absolute value."""
        sign = -1 if payments else 1
        both: Values = []
        for row in range(self.rows):
            left = (debit[row] if debit else None) or None
            right = (credit[row] if credit else None) or None
            if left and right:
                self.reading.refuse(row, "debit", f"{left} / {right}", CellReason.AMOUNT_TWO_SIDES)
            if left:
                both.append(sign * abs(left))
            elif right:
                both.append(-sign * (abs(right) if payments else right))
            else:
                both.append(
                    Decimal(0) if (debit and debit[row] is not None) or (credit and credit[row] is not None) else None
                )
        return both

    def _sided(self, values: Values | None, payments: bool) -> Values | None:
        sides = self.reading.columns.get("side")
        if values is None or sides is None or any(value is not None and value < 0 for value in values):
            # Amounts that carry signs of their own are not signed a second time.
            return values
        sign = -1 if payments else 1
        return [
            value * side * sign if value is not None and side else value
            for value, side in zip(values, sides, strict=True)
        ]

    def _kinds(self, main: Values | None, open_: Values | None) -> tuple[Values | None, Values | None]:
        """Settle what each document is, and the sign of credits."""
        types = self.reading.columns.get("document_type") or [None] * self.rows
        known = {text: codes.document_kind_of(text) if text else "" for text in set(types)}
        lead: Values = main if main is not None else open_ or [None] * self.rows
        credits_ = {kind for kind in known.values() if kind in ("credit_note", "payment")}
        if credits_:
            of_credits = [value for value, text in zip(lead, types, strict=True) if value and known[text] in credits_]
            if of_credits and min(of_credits) > 0:
                self.reading.note(because(NoteReason.CREDITS_NEGATED))
                main = self._negated(main, types, known)
                open_ = self._negated(open_, types, known)
                lead = main if main is not None else open_ or lead
        self.reading.columns["document_kind"] = [
            known[text] or ("credit_note" if value is not None and value < 0 else "invoice")
            for value, text in zip(lead, types, strict=True)
        ]
        return main, open_

    def _negated(self, values: Values | None, types: list[str | None], known: dict[str | None, str]) -> Values | None:
        if values is None:
            return None
        return [
            -value if value is not None and known[text] in ("credit_note", "payment") else value
            for value, text in zip(values, types, strict=True)
        ]

    def _minor(self, values: Values, currency: list[str | None], name: str, *, needed: bool) -> list[int | None]:
        places = exponents()
        minor: list[int | None] = []
        for row, (value, code) in enumerate(zip(values, currency, strict=True)):
            if value is None or code is None:
                if value is None and needed:
                    self.reading.refuse(row, name, "", CellReason.MISSING)
                minor.append(None)
                continue
            # The ordinary case of ``amounts.minor_units``, without a call a row.
            scaled = value.scaleb(places[code])
            whole = int(scaled)
            if whole == scaled and -MINOR_MAX <= whole <= MINOR_MAX:
                minor.append(whole)
                continue
            outcome = amounts.minor_units(value, places[code])
            if isinstance(outcome, FormatCode):
                self.reading.refuse(row, name, str(value), outcome, currency=code)
                minor.append(None)
            else:
                minor.append(outcome)
        return minor

    def _open(self, main: Values | None, open_: Values | None, currency: list[str | None]) -> list[int | None]:
        """Give the open amount: the file's own; else nothing for what is settled, and the whole amount otherwise."""
        if open_ is not None and self.reading.mapping.kind is Kind.OPEN_ITEMS:
            return self._minor(open_, currency, "open_amount", needed=main is None)
        settled = self.reading.columns.get("settled_on") or [None] * self.rows
        whole = self.reading.columns["amount_minor"]
        left = self._minor(open_, currency, "open_amount", needed=False) if open_ is not None else whole
        return [0 if paid is not None else value for paid, value in zip(settled, left, strict=True)]

    def _fill_amount(self) -> None:
        """Where only one of the two amounts of a row is filled, it is both."""
        columns = self.reading.columns
        pairs = list(zip(columns["amount_minor"], columns["open_minor"], strict=True))
        columns["amount_minor"] = [open_ if amount is None else amount for amount, open_ in pairs]
        columns["open_minor"] = [amount if open_ is None else open_ for amount, open_ in pairs]
        for row, (amount, open_) in enumerate(pairs):
            if amount is None and open_ is None:
                self.reading.refuse(row, "amount", "", CellReason.MISSING)
