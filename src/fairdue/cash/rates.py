"""The four rates (25), counted in the database. No writes."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection

GROUPS = {
    "statement": ("CAST(l.statement_id AS TEXT)", "s.identification"),
    "account": ("CAST(l.account_id AS TEXT)", "a.number"),
    "month": ("{month}", "{month}"),
}
"""What may be counted by: the key, and what a person knows it by. The account stands beside each, with its currency."""
_MONTHS = {"postgresql": "TO_CHAR({day}, 'YYYY-MM')", "sqlite": "SUBSTR({day}, 1, 7)"}
_DAY = "COALESCE(l.booked_on, l.valued_on, s.last_on)"


class Rates(NamedTuple):
    """Counts of one statement, account or month of an account; every rate is two of them."""

    key: str
    label: str
    account: str
    currency: str
    lines: int
    posted_lines: int
    parts: int
    posted_parts: int
    value_minor: int
    posted_value_minor: int
    ever_posted: int
    wrong: int
    decided_lines: int


_RATES = """
SELECT {key}, {label}, a.number, a.currency, COUNT(*),
  SUM(CASE WHEN d.how = 'automatic' THEN 1 ELSE 0 END),
  SUM(COALESCE(d.parts_count, 1)),
  SUM(CASE WHEN d.how = 'automatic' THEN d.parts_count ELSE 0 END),
  SUM(ABS(l.amount_minor)),
  SUM(CASE WHEN d.how = 'automatic' THEN ABS(l.amount_minor) ELSE 0 END),
  SUM(COALESCE(e.ever, 0)), SUM(COALESCE(e.wrong, 0)),
  SUM(CASE WHEN d.id IS NULL THEN 0 ELSE 1 END)
FROM cash_line l JOIN cash_statement s ON s.id = l.statement_id JOIN cash_account a ON a.id = l.account_id
  LEFT JOIN cash_decision d ON d.line_id = l.id AND NOT EXISTS (SELECT 1 FROM cash_undoing u WHERE u.decision_id = d.id)
  LEFT JOIN (
    SELECT x.line_id, COUNT(*) AS ever, SUM(CASE WHEN u.wrong THEN 1 ELSE 0 END) AS wrong
    FROM cash_decision x LEFT JOIN cash_undoing u ON u.decision_id = x.id
    WHERE x.company_id = %(company)s AND x.how = 'automatic' GROUP BY x.line_id) e ON e.line_id = l.id
WHERE l.company_id = %(company)s AND l.amount_minor <> 0
  AND (l.occurrence > 0 OR (l.part > 0 AND EXISTS (SELECT 1 FROM cash_batch b WHERE b.statement_id = l.statement_id AND b.entry = l.entry)))
  AND NOT EXISTS (SELECT 1 FROM cash_batch b WHERE b.total_id = l.id)
GROUP BY 1, 2, a.id, a.number, a.currency ORDER BY a.number, a.currency, {order}
"""


def rates(company_id: int, by: str) -> list[Rates]:
    """Give the four rates by ``statement``, ``account`` or ``month``, each beside its account. One query. Raises KeyError."""
    key, label = GROUPS[by]
    month = _MONTHS[connection.vendor].format(day=_DAY)
    order = "MIN(l.statement_id)" if by == "statement" else "1"
    sql = _RATES.format(key=key.format(month=month), label=label.format(month=month), order=order)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company": company_id})
        return [_row(row) for row in cursor.fetchall()]


def _row(row: tuple[Any, ...]) -> Rates:
    key, label, account, currency, *counts = row
    return Rates(str(key or ""), str(label or ""), account, currency, *(int(count) for count in counts))
