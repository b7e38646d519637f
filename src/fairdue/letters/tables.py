"""The tables of a letter: items, charges, instalments."""

from __future__ import annotations

from collections import Counter

from fairdue.letters.facts import ChargeLine, Document, ItemKind, ItemLine, LetterFacts
from fairdue.letters.model import Row, Table
from fairdue.letters.wording import Words


def item_table(facts: LetterFacts, w: Words) -> Table | None:
    """Give the table of items, amounts in the currency that the headings name."""
    if not facts.items:
        return None
    currency = facts.totals.currency
    columns = (
        w._("Document"),
        w._("Date"),
        w._("Due date"),
        w._("Days overdue"),
        w._("Original (%(currency)s)") % {"currency": currency},
        w._("Open (%(currency)s)") % {"currency": currency},
    )
    rows = tuple(_item_row(item, currency, w) for item in facts.items)
    heading = w._("Settled items") if facts.document is Document.THANK_YOU else w._("Open items")
    return Table(heading, columns, (False, False, False, True, True, True), rows)


def _item_row(item: ItemLine, currency: str, w: Words) -> Row:
    figures = w.figures
    cells = (
        item.document_number,
        figures.short_date(item.issued_on),
        figures.short_date(item.due_on),
        figures.count(item.days_overdue) if item.days_overdue > 0 else "–",
        figures.number(item.original_minor, currency),
        figures.number(item.open_minor, currency),
    )
    remarks = [w.item_kind(item.kind)] if item.kind is not ItemKind.INVOICE else []
    if item.note:
        remarks.append(item.note)
    if item.disputed_minor:
        amount = figures.money(item.disputed_minor, currency)
        remarks.append(w._("%(amount)s in question, not claimed here") % {"amount": amount})
    return Row(cells, tuple(remarks))


def charge_table(facts: LetterFacts, w: Words) -> Table | None:
    """Give the table of interest, compensation and fees, each with its rate, period and basis."""
    if not facts.charges:
        return None
    currency = facts.totals.currency
    columns = (
        w._("Charge"),
        w._("Document"),
        w._("From"),
        w._("To"),
        w._("Amount (%(currency)s)") % {"currency": currency},
    )
    said = [_basis(charge, w) for charge in facts.charges]
    notes = tuple(basis for basis, count in Counter(said).items() if basis and count > 1)
    rows = tuple(
        _charge_row(charge, basis, notes, currency, w) for charge, basis in zip(facts.charges, said, strict=True)
    )
    shown = tuple(f"({number}) {note}" for number, note in enumerate(notes, start=1))
    return Table(w._("Interest and costs"), columns, (False, False, False, False, True), rows, notes=shown)


def _basis(charge: ChargeLine, w: Words) -> str:
    """Say what a charge rests on, as far as other lines may share it: rate, basis, and whether it is claimed."""
    parts = [w.charge_basis(charge)]
    parts += [w._("For information; not claimed in this letter")] if charge.mentioned_only else []
    return w.join_clauses(parts)


def _charge_row(charge: ChargeLine, basis: str, notes: tuple[str, ...], currency: str, w: Words) -> Row:
    """Give one line. What several lines rest on stands below the table; the line then carries only its own figures."""
    figures = w.figures
    name = w.charge_kind(charge.kind)
    shared = basis in notes
    cells = (
        f"{name} ({notes.index(basis) + 1})" if shared else name,
        charge.document_number,
        figures.short_date(charge.period_from),
        figures.short_date(charge.period_to),
        figures.number(charge.amount_minor, currency),
    )
    own = w.charge_figures(charge, currency) if shared else w.charge_remark(charge, currency)
    mentioned = w._("For information; not claimed in this letter") if charge.mentioned_only and not shared else ""
    return Row(cells, tuple(text for text in (own, mentioned) if text))


def instalment_table(facts: LetterFacts, w: Words) -> Table | None:
    """Give the offered instalments."""
    if not facts.instalments:
        return None
    currency = facts.totals.currency
    columns = (w._("No."), w._("Due date"), w._("Amount (%(currency)s)") % {"currency": currency})
    rows = tuple(
        Row((w.figures.count(n), w.figures.long_date(line.due_on), w.figures.number(line.amount_minor, currency)))
        for n, line in enumerate(facts.instalments, start=1)
    )
    return Table(w._("Instalments we offer"), columns, (False, False, True), rows)
