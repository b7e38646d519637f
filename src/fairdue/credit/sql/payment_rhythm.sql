-- payment_rhythm: The gaps between a customer's payments.
-- 1. Payments of one day are one. A gap is the days from one payment to the next; it lies in a window where both do.
-- 2. PTR011 is the median gap of 90 days over that of the 270 days before (at least 4 and 8 gaps).
-- 3. PTR012 is the days since the last payment over the median gap of 365 days (at least 6 days of payment in them); 0
--    where no invoice is due and open.
-- 4. Money that is no customer's is left out, of whatever currency the rest.
-- Uses: credit_invoices
-- Gives: PTR011 (gap_90_twice, n_90, gap_before_twice, n_before), PTR012 (silent_days, gap_365_twice, n_365, due_open)
WITH days AS (
  SELECT DISTINCT customer_id, CAST(DATE_DIFF('day', effective_on, CAST($as_of AS DATE)) AS BIGINT) AS age
  FROM payments
  WHERE customer_id IS NOT NULL AND effective_on > CAST($as_of AS DATE) - INTERVAL 365 DAY
    AND effective_on <= CAST($as_of AS DATE) AND amount_minor > 0
),
gaps AS (
  SELECT customer_id, age, LEAD(age) OVER (PARTITION BY customer_id ORDER BY age) AS earlier
  FROM days
),
sorted AS (
  SELECT
    customer_id, age, earlier, earlier - age AS gap,
    CASE WHEN earlier < 90 THEN 'last' WHEN age >= 90 AND earlier < 360 THEN 'before' ELSE 'none' END AS part
  FROM gaps
),
placed AS (
  SELECT
    customer_id, age, gap, part,
    CASE WHEN gap IS NOT NULL THEN CAST(COUNT(gap) OVER (PARTITION BY customer_id) AS BIGINT) END AS n_all,
    CAST(COUNT(gap) OVER (PARTITION BY customer_id, part) AS BIGINT) AS n_part,
    CAST(ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY gap NULLS LAST, age) AS BIGINT) AS no_all,
    CAST(ROW_NUMBER() OVER (PARTITION BY customer_id, part ORDER BY gap NULLS LAST, age) AS BIGINT) AS no_part
  FROM sorted
),
summed AS (
  SELECT
    customer_id, CAST(COUNT(*) AS BIGINT) AS n_365, MIN(age) AS silent_days,
    CAST(SUM(gap * GREATEST(0, 2 - ABS(2 * no_all - n_all - 1))) AS BIGINT) AS gap_365_twice,
    CAST(COUNT(CASE WHEN part = 'last' THEN 1 END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN part = 'last' THEN gap * GREATEST(0, 2 - ABS(2 * no_part - n_part - 1)) END) AS BIGINT) AS gap_90_twice,
    CAST(COUNT(CASE WHEN part = 'before' THEN 1 END) AS BIGINT) AS n_before,
    CAST(SUM(CASE WHEN part = 'before' THEN gap * GREATEST(0, 2 - ABS(2 * no_part - n_part - 1)) END) AS BIGINT)
      AS gap_before_twice
  FROM placed
  GROUP BY customer_id
),
due AS (
  SELECT customer_id, CAST(SUM(open_amount) AS BIGINT) AS due_open
  FROM credit_invoices
  WHERE due_on <= CAST($as_of AS DATE) AND open_amount > 0
  GROUP BY customer_id
)
SELECT
  s.customer_id, s.n_365, s.silent_days, s.gap_365_twice, s.n_90, s.gap_90_twice, s.n_before, s.gap_before_twice,
  COALESCE(d.due_open, 0) AS due_open,
  CASE WHEN s.n_90 >= 4 AND s.n_before >= 8
    THEN CAST(ROUND(1000000 * CAST(s.gap_90_twice AS DOUBLE) / s.gap_before_twice) AS BIGINT) END AS ptr011,
  CASE WHEN s.n_365 < 6 THEN NULL WHEN d.due_open IS NULL THEN 0
    ELSE CAST(ROUND(2000000 * CAST(s.silent_days AS DOUBLE) / s.gap_365_twice) AS BIGINT) END AS ptr012
FROM summed s
LEFT JOIN due d ON d.customer_id = s.customer_id
ORDER BY customer_id
