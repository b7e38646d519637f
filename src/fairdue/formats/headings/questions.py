"""What must be asked about a table once its columns are known."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC

from fairdue.formats.fields import Kind, Type, fields_of
from fairdue.formats.headings.mapping import Match, Question
from fairdue.formats.reasons import QuestionReason
from fairdue.formats.tables.table import Table, cell_text
from fairdue.formats.values import amounts, codes, dates
from fairdue.formats.values.money_columns import currency_hint, marks_in
from fairdue.kernel.reasons import because

SAMPLES = 5
CODES_ASKED_MAX = 50
"""Codes asked one by one; a longer list is not a list of country codes."""
_MONEY_KINDS = (Kind.OPEN_ITEMS, Kind.CLOSED_ITEMS, Kind.PAYMENTS)


def kind_question(kinds: list[str]) -> Question:
    """Ask what the table lists."""
    return Question("kind", because(QuestionReason.KIND), tuple(kinds))


def confirm_column(match: Match) -> Question:
    """Ask whether a column found by its values alone is what it is taken for."""
    return Question(
        f"column:{match.field}",
        because(QuestionReason.CONFIRM, heading=match.heading, field=match.field),
        (match.heading, ""),
    )


def ask(
    table: Table,
    kind: Kind,
    columns: MappingABC[str, Match],
    missing: tuple[tuple[str, ...], ...],
    answers: MappingABC[str, str],
) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """Give the open questions, and the fields whose column cannot be used until they are answered."""
    questions = [
        Question(f"column:{group[0]}", because(QuestionReason.COLUMN, field=group[0]), table.headings)
        for group in missing
    ]
    questions += _date_questions(table, kind, columns, answers)
    questions += _decimal_questions(table, kind, columns, answers)
    if kind in _MONEY_KINDS:
        questions += _currency_questions(table, columns, answers)
    countries, dropped = _country_questions(table, kind, columns, answers)
    return tuple(questions + countries + _company_questions(table, columns, answers)), dropped


def date_styles(
    table: Table, kind: Kind, columns: MappingABC[str, Match], answers: MappingABC[str, str]
) -> dict[str, dates.DateStyle]:
    """Judge all date columns of a table together; keys are headings."""
    found = {
        heading: table.judged("dates", column, dates.judge)
        for heading, column in _of_type(table, kind, columns, Type.DATE)
    }
    # Unmapped date columns of the same file are witnesses too: one program wrote them all.
    for column, heading in enumerate(table.headings):
        if heading not in found and any(style.doubt for style in found.values()):
            style = table.judged("dates", column, dates.judge)
            if style.order and not style.doubt and style.decided_by == "values":
                found[heading] = style
    return dates.judge_together(found, answers)


def amount_styles(
    table: Table, kind: Kind, columns: MappingABC[str, Match], answers: MappingABC[str, str]
) -> dict[str, amounts.AmountStyle]:
    """Judge all amount columns of a table together; keys are headings."""
    found = {
        heading: table.judged("amounts", column, amounts.judge)
        for heading, column in _of_type(table, kind, columns, Type.AMOUNT)
    }
    return amounts.judge_together(found, answers)


def _of_type(table: Table, kind: Kind, columns: MappingABC[str, Match], wanted: Type) -> list[tuple[str, int]]:
    fields = fields_of(kind)
    return [
        (match.heading, column)
        for name, match in columns.items()
        if fields[name].type is wanted and (column := table.position(match.heading)) is not None
    ]


def _date_questions(
    table: Table, kind: Kind, columns: MappingABC[str, Match], answers: MappingABC[str, str]
) -> list[Question]:
    mapped = {match.heading for match in columns.values()}
    reasons = {
        dates.Doubt.ORDER: QuestionReason.DATE_ORDER,
        dates.Doubt.MIXED: QuestionReason.DATE_MIXED,
        dates.Doubt.SWAPPED: QuestionReason.DATE_SWAPPED,
    }
    return [
        Question(
            f"date_order:{heading}",
            because(reasons[style.doubt], heading=heading),
            tuple(order.value for order in dates.Order),
            samples(table, heading),
        )
        for heading, style in date_styles(table, kind, columns, answers).items()
        if style.doubt and heading in mapped
    ]


def _decimal_questions(
    table: Table, kind: Kind, columns: MappingABC[str, Match], answers: MappingABC[str, str]
) -> list[Question]:
    return [
        Question(
            f"decimal:{heading}", because(QuestionReason.DECIMAL, heading=heading), (".", ","), samples(table, heading)
        )
        for heading, style in amount_styles(table, kind, columns, answers).items()
        if style.doubt
    ]


def _currency_questions(table: Table, columns: MappingABC[str, Match], answers: MappingABC[str, str]) -> list[Question]:
    match = columns.get("currency")
    column = table.position(match.heading) if match else None
    marks = {mark for name in ("amount", "open_amount", "paid_amount", "debit", "credit") if name in columns
             for mark in marks_in(table, columns[name].heading)}  # fmt: skip
    if column is not None:
        marks |= {cell_text(cell).strip() for cell in table.distinct(column)}
    hints = {currency_hint(one.heading) for one in columns.values()} - {""}
    known = hints if len(hints) == 1 else {answers.get("currency", "")}
    asked = [
        Question(f"currency_sign:{mark}", because(QuestionReason.CURRENCY_SIGN, sign=mark))
        for mark in sorted(marks)
        if codes.currency_of(mark) == ""
        and f"currency_sign:{mark}" not in answers
        and not any(codes.may_stand_for(mark, code) for code in known)
    ]
    if not match and not marks and not hints and not answers.get("currency"):
        asked.append(Question("currency", because(QuestionReason.CURRENCY)))
    return asked


def _country_questions(
    table: Table, kind: Kind, columns: MappingABC[str, Match], answers: MappingABC[str, str]
) -> tuple[list[Question], tuple[str, ...]]:
    """Ask for a country where none is given, and for codes of a scheme that is not ISO 3166.

    A column of numbers is read only when all of them are ISO numeric codes or answered; else it is left out.
    """
    match = columns.get("country")
    if match is None or (column := table.position(match.heading)) is None:
        wanted = kind in (Kind.OPEN_ITEMS, Kind.CLOSED_ITEMS, Kind.CUSTOMERS) and not answers.get("country")
        return ([Question("country", because(QuestionReason.COUNTRY), blocking=False)] if wanted else []), ()
    texts = sorted({cell_text(cell).strip().removesuffix(".0") for cell in table.distinct(column)} - {""})
    numeric = [text for text in texts if text.isdigit()]
    if not numeric or codes.numeric_countries(numeric):
        return [], ()
    unknown = [text for text in numeric if f"country_code:{text}" not in answers]
    if not unknown:
        return [], ()
    asked = [
        Question(f"country_code:{text}", because(QuestionReason.COUNTRY_CODE, value=text), blocking=False)
        for text in unknown[:CODES_ASKED_MAX]
    ]
    if not answers.get("country"):
        asked.append(Question("country", because(QuestionReason.COUNTRY), blocking=False))
    return asked, ("country",)


def _company_questions(table: Table, columns: MappingABC[str, Match], answers: MappingABC[str, str]) -> list[Question]:
    match = columns.get("company_code")
    column = table.position(match.heading) if match else None
    if column is None or answers.get("company_code"):
        return []
    found = sorted({cell_text(cell).strip() for cell in table.distinct(column)} - {""})
    if len(found) < 2:
        return []
    return [
        Question("company_code", because(QuestionReason.COMPANY_CODE), tuple(found[:CODES_ASKED_MAX]), blocking=False)
    ]


def samples(table: Table, heading: str) -> tuple[str, ...]:
    """Give a few values of a column to show beside a question."""
    column = table.position(heading)
    texts = sorted({cell_text(cell) for cell in table.distinct(column)} - {""}) if column is not None else []
    return tuple(texts[:SAMPLES])
