-- customer_balances: What each customer owes per currency as of a date: open, credits, unapplied money, overdue.
-- 1. open_minor sums the open invoice items, credit_minor the open credit notes (negative).
-- 2. unapplied_minor is the money of the customer that is not applied, as a negative; nobody's money is customer 0.
-- 3. total_minor is the sum of the three: the balance of the ledger account.
-- 4. overdue_minor sums the open invoice items with days_overdue above 0; over_90_minor those above 90.
-- 5. current_minor is the total less the overdue part, so credits and unapplied money lower what is current.
-- 6. oldest_days is the largest days_overdue of an open invoice item, 0 where nothing is overdue.
-- 7. overdue_days_minor sums open amount times days overdue over the overdue items.
-- Uses: open_items, open_credit
WITH joined AS (
  SELECT
    customer_id, currency,
    CASE WHEN open_minor > 0 THEN 1 ELSE 0 END AS items,
    CASE WHEN open_minor > 0 AND days_overdue > 0 THEN 1 ELSE 0 END AS overdue_items,
    GREATEST(open_minor, 0) AS open_minor,
    LEAST(open_minor, 0) AS credit_minor,
    CAST(0 AS BIGINT) AS unapplied_minor,
    CASE WHEN open_minor > 0 THEN GREATEST(days_overdue, 0) ELSE 0 END AS late_days
  FROM open_items
  UNION ALL
  SELECT customer_id, currency, 0, 0, 0, 0, -unapplied_minor, 0
  FROM open_credit
),
summed AS (
  SELECT
    customer_id, currency,
    CAST(SUM(items) AS BIGINT) AS items,
    CAST(SUM(overdue_items) AS BIGINT) AS overdue_items,
    CAST(SUM(open_minor) AS BIGINT) AS open_minor,
    CAST(SUM(credit_minor) AS BIGINT) AS credit_minor,
    CAST(SUM(unapplied_minor) AS BIGINT) AS unapplied_minor,
    CAST(SUM(CASE WHEN late_days > 0 THEN open_minor ELSE 0 END) AS BIGINT) AS overdue_minor,
    CAST(SUM(CASE WHEN late_days > 90 THEN open_minor ELSE 0 END) AS BIGINT) AS over_90_minor,
    CAST(MAX(late_days) AS BIGINT) AS oldest_days,
    CAST(SUM(open_minor * late_days) AS BIGINT) AS overdue_days_minor
  FROM joined
  GROUP BY customer_id, currency
)
SELECT
  customer_id, currency, items, overdue_items, open_minor, credit_minor, unapplied_minor,
  CAST(open_minor + credit_minor + unapplied_minor AS BIGINT) AS total_minor,
  overdue_minor, over_90_minor,
  CAST(open_minor + credit_minor + unapplied_minor - overdue_minor AS BIGINT) AS current_minor,
  oldest_days, overdue_days_minor
FROM summed
ORDER BY customer_id, currency
