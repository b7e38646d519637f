-- ageing_growth: How much more of a customer's balance is overdue than 30 days ago.
-- 1. The open amount of an invoice item on a day is its amount less the allocations that took effect by then; credit notes
--    are no invoices. It is overdue where its first agreed due date lies before the day.
-- 2. Amounts are in minor units of the company's currency at the rates of as_of, on both days.
-- 3. AGE007 is what is overdue on as_of less what was 30 days before, over the open amount of then, at least one minor unit;
--    at most 1,000,000.
-- 4. It needs an invoice that took effect by then.
-- Uses: credit_money
-- Gives: AGE007 (overdue_now, overdue_then, open_then)
WITH gone AS (
  SELECT
    due_item_id, CAST(SUM(amount_minor) AS BIGINT) AS gone_now,
    CAST(SUM(CASE WHEN effective_on <= CAST($as_of AS DATE) - INTERVAL 30 DAY THEN amount_minor ELSE 0 END) AS BIGINT) AS gone_then
  FROM allocations
  WHERE due_item_id IS NOT NULL AND effective_on <= CAST($as_of AS DATE)
  GROUP BY due_item_id
),
items AS (
  SELECT
    i.customer_id, i.currency,
    CASE WHEN i.due_on < CAST($as_of AS DATE) THEN i.amount_minor - COALESCE(g.gone_now, 0) ELSE 0 END AS overdue_now,
    CASE WHEN i.effective_on <= CAST($as_of AS DATE) - INTERVAL 30 DAY THEN i.amount_minor - COALESCE(g.gone_then, 0) END AS open_then,
    i.due_on
  FROM due_items i
  LEFT JOIN gone g ON g.due_item_id = i.id
  WHERE i.amount_minor > 0 AND i.effective_on <= CAST($as_of AS DATE)
),
by_currency AS (
  SELECT
    customer_id, currency, SUM(overdue_now) AS overdue_now, SUM(open_then) AS open_then,
    SUM(CASE WHEN due_on < CAST($as_of AS DATE) - INTERVAL 30 DAY THEN open_then ELSE 0 END) AS overdue_then
  FROM items
  GROUP BY customer_id, currency
),
summed AS (
  SELECT
    b.customer_id,
    CAST(SUM(CAST(ROUND(CAST(b.overdue_now AS DOUBLE) * m.numerator / m.denominator) AS BIGINT)) AS BIGINT) AS overdue_now,
    CAST(SUM(CAST(ROUND(CAST(b.open_then AS DOUBLE) * m.numerator / m.denominator) AS BIGINT)) AS BIGINT) AS open_then,
    CAST(SUM(CASE WHEN b.open_then IS NOT NULL
      THEN CAST(ROUND(CAST(b.overdue_then AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) ELSE 0 END) AS BIGINT) AS overdue_then
  FROM by_currency b
  JOIN credit_money m ON m.currency = b.currency
  GROUP BY b.customer_id
)
SELECT
  customer_id, overdue_now, overdue_then, open_then,
  CASE WHEN open_then IS NOT NULL THEN CAST(LEAST(1000000000000,
    ROUND(1000000 * CAST(overdue_now - overdue_then AS DOUBLE) / GREATEST(open_then, 1))) AS BIGINT) END AS age007
FROM summed
ORDER BY customer_id
