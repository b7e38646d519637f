-- order_overdue: How much customers order while they are late.
-- 1. Orders are those of credit_ordered, not cancelled by as_of, of the 90 days until as_of.
-- 2. An invoice was more than 30 days overdue on a day where its first agreed due date lay more than 30 days before it, and
--    it was not settled by the day.
-- 3. It was undisputed unless a dispute of its item, document or customer held all of it on that day.
-- 4. ORD010 is the share of the order value that was placed on days on which such an invoice was overdue and undisputed (at
--    least 5 orders).
-- Uses: credit_ordered, credit_invoices
-- Gives: ORD010 (late_90, ordered_90, n_90)
WITH placed AS (
  SELECT order_id, customer_id, ordered_on, amount
  FROM credit_ordered
  WHERE age < 90 AND cancelled_age IS NULL
),
days AS (
  SELECT DISTINCT customer_id, ordered_on
  FROM placed
),
overdue AS (
  SELECT d.customer_id, d.ordered_on, i.item_id, i.document_id, i.amount_minor
  FROM days d
  JOIN credit_invoices i ON i.customer_id = d.customer_id AND i.due_on < d.ordered_on - INTERVAL 30 DAY
    AND (i.settled_on IS NULL OR i.settled_on > d.ordered_on)
),
disputes AS (
  SELECT customer_id, document_id, due_item_id, amount_minor, since, until, released_on
  FROM holds
  WHERE reason = 'dispute'
),
excused AS (
  SELECT DISTINCT o.customer_id, o.ordered_on, o.item_id
  FROM overdue o
  JOIN disputes h ON h.customer_id = o.customer_id AND h.since <= o.ordered_on
    AND (h.until IS NULL OR h.until >= o.ordered_on) AND (h.released_on IS NULL OR h.released_on > o.ordered_on)
    AND (h.document_id IS NULL OR h.document_id = o.document_id) AND (h.due_item_id IS NULL OR h.due_item_id = o.item_id)
    AND (h.amount_minor IS NULL OR h.amount_minor >= o.amount_minor)
),
late AS (
  SELECT DISTINCT o.customer_id, o.ordered_on
  FROM overdue o
  LEFT JOIN excused e ON e.item_id = o.item_id AND e.ordered_on = o.ordered_on
  WHERE e.item_id IS NULL
),
summed AS (
  SELECT
    p.customer_id, CAST(COUNT(*) AS BIGINT) AS n_90, CAST(SUM(p.amount) AS BIGINT) AS ordered_90,
    CAST(SUM(CASE WHEN l.ordered_on IS NULL THEN 0 ELSE p.amount END) AS BIGINT) AS late_90
  FROM placed p
  LEFT JOIN late l ON l.customer_id = p.customer_id AND l.ordered_on = p.ordered_on
  GROUP BY p.customer_id
)
SELECT
  customer_id, n_90, ordered_90, late_90,
  CASE WHEN n_90 >= 5 AND ordered_90 > 0 THEN CAST(ROUND(1000000 * CAST(late_90 AS DOUBLE) / ordered_90) AS BIGINT) END AS ord010
FROM summed
ORDER BY customer_id
