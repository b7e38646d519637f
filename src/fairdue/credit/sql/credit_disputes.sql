-- credit_disputes: Each dispute with its amount, when it was first raised, and how it ended, as of a date.
-- 1. A dispute is a hold of the reason dispute that begins by as_of. Its scope is its due item, else its document, else its
--    customer; of these the invoice items that counted when it began. A later hold on the same scope is another dispute.
-- 2. amount is the hold's, else what was open of the scope at the end of the day before it, in minor units of the company's
--    currency; a hold that names no currency is in that of its items. Currencies without a rate are left out.
-- 3. raised_on is the first day on which a dispute of the same scope began. due_on is the earliest first agreed due date of
--    what was open of the scope, told_on the day on which a notice that names an item of it was first handed over.
-- 4. closed_on is the day of its release, if that is not after as_of. credited tells whether credit notes were applied to
--    the scope from its beginning until as_of, reversals counted.
-- Uses: credit_money
WITH told AS (
  SELECT
    id AS hold_id, customer_id, document_id, due_item_id, currency, amount_minor, since,
    CASE WHEN released_on <= CAST($as_of AS DATE) THEN released_on END AS closed_on,
    MIN(since) OVER (PARTITION BY customer_id, COALESCE(document_id, 0), COALESCE(due_item_id, 0)) AS raised_on
  FROM holds
  WHERE reason = 'dispute' AND since <= CAST($as_of AS DATE)
),
scoped AS (
  SELECT t.hold_id, t.since, i.id AS item_id, i.currency, i.amount_minor, i.due_on
  FROM told t
  JOIN due_items i ON i.customer_id = t.customer_id AND i.amount_minor > 0 AND i.effective_on <= t.since
    AND (t.due_item_id IS NULL OR t.due_item_id = i.id) AND (t.document_id IS NULL OR t.document_id = i.document_id)
),
fallen AS (
  SELECT
    s.hold_id, s.item_id,
    CAST(SUM(CASE WHEN a.effective_on < s.since THEN a.amount_minor ELSE 0 END) AS BIGINT) AS before_minor,
    CAST(SUM(CASE WHEN a.effective_on >= s.since AND a.kind = 'credit' THEN a.amount_minor ELSE 0 END) AS BIGINT) AS credited_minor
  FROM scoped s
  JOIN allocations a ON a.due_item_id = s.item_id AND a.effective_on <= CAST($as_of AS DATE)
  GROUP BY s.hold_id, s.item_id
),
notices AS (
  SELECT l.due_item_id, MIN(n.handed_over_on) AS told_on
  FROM dunning_notices n
  JOIN dunning_notice_lines l ON l.notice_id = n.id
  WHERE n.handed_over_on <= CAST($as_of AS DATE)
  GROUP BY l.due_item_id
),
items AS (
  SELECT
    s.hold_id, s.currency, s.due_on, n.told_on, s.amount_minor - COALESCE(f.before_minor, 0) AS open_minor,
    COALESCE(f.credited_minor, 0) AS credited_minor,
    CAST(ROUND(CAST(s.amount_minor - COALESCE(f.before_minor, 0) AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS open_amount
  FROM scoped s
  LEFT JOIN fallen f ON f.hold_id = s.hold_id AND f.item_id = s.item_id
  LEFT JOIN notices n ON n.due_item_id = s.item_id
  LEFT JOIN credit_money m ON m.currency = s.currency
),
whole AS (
  SELECT
    hold_id, MIN(currency) AS currency, CAST(SUM(open_amount) AS BIGINT) AS open_amount,
    MIN(CASE WHEN open_minor > 0 THEN due_on END) AS due_on, MIN(told_on) AS told_on,
    MAX(CASE WHEN credited_minor > 0 THEN 1 ELSE 0 END) AS credited
  FROM items
  GROUP BY hold_id
)
SELECT
  t.hold_id, t.customer_id, t.since, t.raised_on, t.closed_on, w.due_on, w.told_on, w.credited,
  CASE WHEN t.amount_minor IS NULL THEN w.open_amount
    ELSE CAST(ROUND(CAST(t.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) END AS amount
FROM told t
JOIN whole w ON w.hold_id = t.hold_id
LEFT JOIN credit_money m ON m.currency = CASE WHEN t.currency = '' THEN w.currency ELSE t.currency END
ORDER BY hold_id
