"""The balance confirmation on the debtor's page: what it shows, and what a sent form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from babel import Locale

from fairdue.dunning.actions.balance_answers import Difference, Signed
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.queries import to_answer
from fairdue.dunning.balance.rules import Kind
from fairdue.kernel.money import MoneyError
from fairdue.letters.figures import Figures
from fairdue.portal.words import Words
from fairdue.wording.words import typed_amount

LINES_MAX = 250
"""Lines shown with fields of their own; a form holds a thousand fields at most."""
MISSING_ROWS = 2
"""Rows for what our list does not show."""
AMOUNT_CHARS_MAX = 30
TYPED_CHARS_MAX = 1000
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
    kind: str = ""
    amount: str = ""
    remark: str = ""
    """What was typed into the form that could not be taken."""


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A row for what our list does not show, with what was typed into it."""

    n: int
    number: str = ""
    kind: str = ""
    amount: str = ""
    remark: str = ""


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
    missing_rows: tuple[MissingRow, ...] = tuple(MissingRow(n) for n in range(1, MISSING_ROWS + 1))
    name: str = ""
    role: str = ""


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


def refilled(row: Balance, form: Mapping[str, str]) -> Balance:
    """Give the form as it was typed, to be shown again beside what was wrong with it."""

    def typed(name: str) -> str:
        return form.get(name, "")[:TYPED_CHARS_MAX]

    lines = (
        replace(line, kind=typed(f"d-{line.pk}"), amount=typed(f"a-{line.pk}"), remark=typed(f"r-{line.pk}"))
        for line in row.rows
    )
    missing = (
        MissingRow(
            one.n, typed(f"m{one.n}-number"), typed(f"m{one.n}-kind"), typed(f"m{one.n}-amount"), typed(f"m{one.n}-remark")
        )
        for one in row.missing_rows
    )  # fmt: skip
    return replace(row, rows=tuple(lines), missing_rows=tuple(missing), name=typed("name"), role=typed("role"))


def read_form(form: Mapping[str, str], row: Balance, locale: Locale, today: date) -> Signed:
    """Read a sent form.

    Raises Unreadable for an amount that is none, a field filled in without saying what differs, no signature, or an answer
    that contradicts its marks: a word that was typed is never dropped. A list that the page does not show whole takes no answer.
    """
    if row.more:
        raise Unreadable("balance_too_long")
    found = [told for line in row.rows if (told := _line(form, line.pk, row.currency, locale))]
    found += [told for one in row.missing_rows if (told := _missing(form, one.n, row.currency, locale))]
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
        _nothing_typed(form, kind, f"a-{pk}", f"r-{pk}")
        return None
    return Difference(kind, pk, _amount(form.get(f"a-{pk}", ""), currency, locale), remark=form.get(f"r-{pk}", ""))


def _nothing_typed(form: Mapping[str, str], kind: str, *fields: str) -> None:
    """Raise Unreadable where something was typed into a row that does not say what differs."""
    if kind or any(form.get(name, "").strip() for name in fields):
        raise Unreadable("balance_mark_first")


def _missing(form: Mapping[str, str], n: int, currency: str, locale: Locale) -> Difference | None:
    kind = form.get(f"m{n}-kind", "")
    if kind not in OF_NO_LINE:
        _nothing_typed(form, kind, f"m{n}-number", f"m{n}-amount", f"m{n}-remark")
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
        minor = typed_amount(text, currency, locale)
    except MoneyError as error:
        raise Unreadable("bad_amount") from error
    if minor < 0:
        raise Unreadable("bad_amount")
    return minor
