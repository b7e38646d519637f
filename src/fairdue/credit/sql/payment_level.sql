-- payment_level: How each customer pays: days beyond terms, and shares paid late.
-- 1. A settled invoice of a window k is one whose settled_on lies after as_of less k days, until as_of.
-- 2. Its days beyond terms are settled_on less due_on; early is negative. Means are weighted by amount.
-- 3. A value is in millionths of its unit, rounded half away from zero; NULL is "not enough data" (the column n_…).
-- 4. PAY001 and PAY002 are the weighted days beyond terms of 90 (at least 5 invoices) and 365 days (at least 8).
-- 5. PAY005 is the share of the amount of 180 days paid more than 3 days late (at least 5 invoices).
-- Uses: credit_invoices
-- Gives: PAY001 (days_90, amount_90, n_90), PAY002 (days_365, amount_365, n_365), PAY005 (late_180, amount_180, n_180)
WITH settled AS (
  SELECT
    customer_id, amount, CAST(DATE_DIFF('day', due_on, settled_on) AS BIGINT) AS late,
    CAST(DATE_DIFF('day', settled_on, CAST($as_of AS DATE)) AS BIGINT) AS age
  FROM credit_invoices
  WHERE settled_on > CAST($as_of AS DATE) - INTERVAL 365 DAY AND amount > 0
),
summed AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN age < 90 THEN 1 END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount ELSE 0 END) AS BIGINT) AS amount_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount * late ELSE 0 END) AS BIGINT) AS days_90,
    CAST(COUNT(CASE WHEN age < 180 THEN 1 END) AS BIGINT) AS n_180,
    CAST(SUM(CASE WHEN age < 180 THEN amount ELSE 0 END) AS BIGINT) AS amount_180,
    CAST(SUM(CASE WHEN age < 180 AND late > 3 THEN amount ELSE 0 END) AS BIGINT) AS late_180,
    CAST(COUNT(*) AS BIGINT) AS n_365,
    CAST(SUM(amount) AS BIGINT) AS amount_365,
    CAST(SUM(amount * late) AS BIGINT) AS days_365
  FROM settled
  GROUP BY customer_id
)
SELECT
  customer_id, n_90, amount_90, days_90, n_180, amount_180, late_180, n_365, amount_365, days_365,
  CASE WHEN n_90 >= 5 THEN CAST(ROUND(1000000 * CAST(days_90 AS DOUBLE) / amount_90) AS BIGINT) END AS pay001,
  CASE WHEN n_365 >= 8 THEN CAST(ROUND(1000000 * CAST(days_365 AS DOUBLE) / amount_365) AS BIGINT) END AS pay002,
  CASE WHEN n_180 >= 5 THEN CAST(ROUND(1000000 * CAST(late_180 AS DOUBLE) / amount_180) AS BIGINT) END AS pay005
FROM summed
ORDER BY customer_id
