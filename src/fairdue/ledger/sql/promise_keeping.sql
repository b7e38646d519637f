-- promise_keeping: How many promises each customer kept, as of a date, per currency.
-- 1. Each promise counts once, by its state.
-- 2. The share kept is kept over kept plus broken; pending and withdrawn promises say nothing yet.
-- Uses: promises
SELECT
  customer_id,
  currency,
  CAST(SUM(CASE WHEN state = 'kept' THEN 1 ELSE 0 END) AS BIGINT) AS kept,
  CAST(SUM(CASE WHEN state = 'broken' THEN 1 ELSE 0 END) AS BIGINT) AS broken,
  CAST(SUM(CASE WHEN state = 'pending' THEN 1 ELSE 0 END) AS BIGINT) AS pending,
  CAST(SUM(CASE WHEN state = 'withdrawn' THEN 1 ELSE 0 END) AS BIGINT) AS withdrawn,
  CAST(SUM(CASE WHEN state = 'kept' THEN promised_minor ELSE 0 END) AS BIGINT) AS kept_minor,
  CAST(SUM(CASE WHEN state = 'broken' THEN promised_minor ELSE 0 END) AS BIGINT) AS broken_minor
FROM promises
GROUP BY customer_id, currency
ORDER BY customer_id, currency
