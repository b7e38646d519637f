"""The balance confirmation on the debtor's page: what it shows, and what a sent form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.numbers import NumberFormatError, parse_decimal

from fairdue.dunning.actions.balance_answers import Difference, Signed
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.queries import to_answer
from fairdue.dunning.balance.rules import Kind
from fairdue.kernel.money import MoneyError, to_minor
from fairdue.letters.figures import Figures
from fairdue.portal.words import Words

LINES_MAX = 250
"""Lines shown with fields of their own; a form holds a thousand fields at most."""
MISSING_ROWS = 2
"""Rows for what our list does not show."""
AMOUNT_CHARS_MAX = 30
OF_A_LINE = (Kind.PAID, Kind.UNKNOWN, Kind.WRONG_AMOUNT, Kind.MISSING_CREDIT)
OF_NO_LINE = (Kind.MISSING_CREDIT, Kind.MISSING_ITEM)


class Unreadable(ValueError):
    """A field of the form that cannot be read; ``word`` names the portal's text for it."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One line to confirm."""

    pk: int
    number: str
    due: str
    open: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A confirmation as the debtor reads it; ``given`` are the days on which it was answered before."""

    pk: int
    title: str
    total: str
    currency: str
    rows: tuple[BalanceRow, ...]
    more: str
    given: tuple[tuple[str, str], ...]
    line_kinds: tuple[tuple[str, str], ...]
    missing_kinds: tuple[tuple[str, str], ...]
    missing_rows: tuple[int, ...] = tuple(range(1, MISSING_ROWS + 1))


def balances(company_id: int, customer_id: int, words: Words, figures: Figures) -> tuple[Balance, ...]:
    """Give what the customer may still confirm: of each currency the newest, while it is not closed."""
    return tuple(_balance(row, words, figures) for row in to_answer(company_id, customer_id))


def _balance(row: BalanceConfirmation, words: Words, figures: Figures) -> Balance:
    lines = sorted(row.lines.all(), key=lambda line: line.pk)
    rest = len(lines) - LINES_MAX
    return Balance(
        pk=row.pk,
        title=words.balance_title % {"day": figures.long_date(row.as_of)},
        total=figures.number(row.open_minor, row.currency),
        currency=row.currency,
        rows=tuple(
            BalanceRow(
                line.pk, line.document_number, figures.short_date(line.due_on) if line.due_on else "–",
                figures.number(line.open_minor, row.currency),
            )
            for line in lines[:LINES_MAX]
        ),
        more=words.more_items % {"n": figures.count(rest)} if rest > 0 else "",
        given=tuple(
            (words.balance_answer(one.kind), figures.short_date(one.signed_on))
            for one in sorted(row.answers.all(), key=lambda answer: answer.pk)
        ),
        line_kinds=tuple((kind.value, words.difference(kind)) for kind in OF_A_LINE),
        missing_kinds=tuple((kind.value, words.difference(kind)) for kind in OF_NO_LINE),
    )  # fmt: skip


def read_form(form: Mapping[str, str], row: Balance, locale: Locale, today: date) -> Signed:
    """Read a sent form. Raises Unreadable for an amount that is none, no signature, or an answer that contradicts its marks."""
    found = [told for line in row.rows if (told := _line(form, line.pk, row.currency, locale))]
    found += [told for n in row.missing_rows if (told := _missing(form, n, row.currency, locale))]
    answer = form.get("answer", "")
    if answer not in {"confirmed", "differs"}:
        raise Unreadable("choose_answer")
    if (answer == "confirmed") == bool(found):
        raise Unreadable("balance_marks_differ" if found else "balance_mark_first")
    name, role = form.get("name", "").strip(), form.get("role", "").strip()
    if not name or not role:
        raise Unreadable("sign_first")
    return Signed(name, role, today, tuple(found), form.get("remark", ""))


def _line(form: Mapping[str, str], pk: int, currency: str, locale: Locale) -> Difference | None:
    kind = form.get(f"d-{pk}", "")
    if kind not in OF_A_LINE:
        return None
    return Difference(kind, pk, _amount(form.get(f"a-{pk}", ""), currency, locale), remark=form.get(f"r-{pk}", ""))


def _missing(form: Mapping[str, str], n: int, currency: str, locale: Locale) -> Difference | None:
    kind = form.get(f"m{n}-kind", "")
    if kind not in OF_NO_LINE:
        return None
    amount = _amount(form.get(f"m{n}-amount", ""), currency, locale)
    return Difference(kind, None, amount, form.get(f"m{n}-number", ""), form.get(f"m{n}-remark", ""))


def _amount(text: str, currency: str, locale: Locale) -> int | None:
    """Read an amount as the page's language writes it; empty is none."""
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) > AMOUNT_CHARS_MAX:
            raise Unreadable("bad_amount")
        minor = to_minor(parse_decimal(text, locale=locale, strict=True), currency)
    except (NumberFormatError, MoneyError) as error:
        raise Unreadable("bad_amount") from error
    if minor < 0:
        raise Unreadable("bad_amount")
    return minor
