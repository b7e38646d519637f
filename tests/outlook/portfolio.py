"""Small histories for tests of predictions."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from fairdue.outlook.predict import NOT_KNOWN, Asked, History, Model

DAY = date(2026, 3, 2).toordinal()
"""A Monday."""


def history(rows, *, group=-1, kind=0) -> History:
    """Give a history from (customer, due, minor units, lag, settled)."""
    columns = [np.array([row[place] for row in rows], dtype=np.int64) for place in range(4)]
    same = np.zeros(len(rows), dtype=np.int64)
    return History(
        columns[0],
        same + group,
        same + kind,
        *columns[1:],
        np.array([row[4] if len(row) > 4 else True for row in rows], dtype=bool),
    )


def asked(rows, *, group=-1, kind=0, through=None) -> Asked:
    """Give items asked from (customer, due, minor units)."""
    columns = [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]
    same = np.zeros(len(rows), dtype=np.int64)
    known = np.full(len(rows), NOT_KNOWN) if through is None else np.array(through, dtype=np.int64)
    return Asked(columns[0], same + group, same + kind, columns[1], columns[2], known)


def habit(customer: int, lag: int, count: int = 30, every: int = 9):
    """Give invoices of a customer who always pays so many days after the due date."""
    return [(customer, DAY - every * back, 10_000 + back, lag) for back in range(1, count + 1)]


def closed_csv(path, rows) -> None:
    """Write closed items: customer, number, due date, amount, paid on (empty: open)."""
    lines = ["Customer No,Invoice No,Due date,Amount,Currency,Paid on"]
    for customer, number, due, amount, paid in rows:
        lines.append(f"{customer},{number},{due},{amount},EUR,{paid}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def month_of_invoices(customer: str, lag: int, count: int = 40):
    """Give closed rows of a customer with one habit, one each week."""
    first = date(2025, 1, 6)
    for number in range(count):
        due = first + timedelta(days=7 * number)
        yield customer, f"{customer}-{number}", due, f"{100 + number}.00", due + timedelta(days=lag)


def predicted(rows, items, **more):
    """Learn and predict in one go."""
    return Model(history(rows)).predict(asked(items, **more))
