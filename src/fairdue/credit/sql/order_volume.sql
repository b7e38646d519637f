-- order_volume: How much and how often customers order, against their own year.
-- 1. Orders are those of credit_ordered that were not cancelled by as_of. A window of k days before a day is the days after
--    it less k days, until it.
-- 2. The ratio of a day is the order value of 30 days over the mean order value of 30 days in the 365 days before them:
--    their value over 12.17. Where the first order is younger, its value is over the days from it until 30 days before the
--    day, both included, over 30: months before the first order are no months without orders.
-- 3. ORD001 and ORD002 are the ratio of as_of. It needs a first order at least 180 days before and a value above 0 in the
--    days before the last 30.
-- 4. Where the first order is at least 760 days ago the ratio is divided by that of the day 365 days before, if that is
--    defined and above 0: the season. The result is at most 1,000,000.
-- 5. ORD004 is the days since the last order over the median gap between days with orders of 365 days (at least 8 orders in
--    them, on two days or more, and an open invoice).
-- Uses: credit_ordered, credit_invoices
-- Gives: ORD001 (value_30, value_year, first_days, then_30, then_year), ORD002 (value_30, value_year, first_days, then_30,
-- then_year), ORD004 (silent_days, gap_twice, n_365, open_amount)
WITH placed AS (
  SELECT customer_id, order_id, age, amount
  FROM credit_ordered
  WHERE cancelled_age IS NULL
),
summed AS (
  SELECT
    customer_id, MAX(age) AS first_days, MIN(age) AS silent_days,
    CAST(SUM(CASE WHEN age < 30 THEN amount ELSE 0 END) AS BIGINT) AS value_30,
    CAST(SUM(CASE WHEN age >= 30 AND age < 395 THEN amount ELSE 0 END) AS BIGINT) AS value_year,
    CAST(SUM(CASE WHEN age >= 365 AND age < 395 THEN amount ELSE 0 END) AS BIGINT) AS then_30,
    CAST(SUM(CASE WHEN age >= 395 AND age < 760 THEN amount ELSE 0 END) AS BIGINT) AS then_year,
    CAST(COUNT(CASE WHEN age < 365 THEN 1 END) AS BIGINT) AS n_365
  FROM placed
  GROUP BY customer_id
),
days AS (
  SELECT DISTINCT customer_id, age
  FROM placed
  WHERE age < 365
),
gaps AS (
  SELECT customer_id, age, LEAD(age) OVER (PARTITION BY customer_id ORDER BY age) - age AS gap
  FROM days
),
sorted AS (
  SELECT
    customer_id, gap, CAST(COUNT(gap) OVER (PARTITION BY customer_id) AS BIGINT) AS n,
    CAST(ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY gap NULLS LAST, age) AS BIGINT) AS no
  FROM gaps
),
rhythm AS (
  SELECT customer_id, CAST(SUM(gap * GREATEST(0, 2 - ABS(2 * no - n - 1))) AS BIGINT) AS gap_twice
  FROM sorted
  WHERE gap IS NOT NULL
  GROUP BY customer_id
),
owed AS (
  SELECT customer_id, CAST(SUM(open_amount) AS BIGINT) AS open_amount
  FROM credit_invoices
  WHERE open_amount > 0
  GROUP BY customer_id
),
whole AS (
  SELECT
    s.customer_id, s.first_days, s.silent_days, s.value_30, s.value_year, s.then_30, s.then_year, s.n_365, r.gap_twice,
    COALESCE(o.open_amount, 0) AS open_amount,
    CASE WHEN s.first_days >= 180 AND s.value_year > 0 THEN CAST(s.value_30 AS DOUBLE) / s.value_year
      * CASE WHEN s.first_days < 394 THEN CAST(s.first_days - 29 AS DOUBLE) / 30 ELSE CAST(1217 AS DOUBLE) / 100 END END AS ratio,
    CASE WHEN s.first_days >= 760 AND s.then_30 > 0 AND s.then_year > 0
      THEN CAST(s.then_30 AS DOUBLE) / s.then_year * 1217 / 100 ELSE CAST(1 AS DOUBLE) END AS season
  FROM summed s
  LEFT JOIN rhythm r ON r.customer_id = s.customer_id
  LEFT JOIN owed o ON o.customer_id = s.customer_id
)
SELECT
  customer_id, first_days, value_30, value_year, then_30, then_year, n_365, silent_days, gap_twice, open_amount,
  CASE WHEN ratio IS NOT NULL THEN CAST(LEAST(1000000000000, ROUND(1000000 * ratio / season)) AS BIGINT) END AS ord001,
  CASE WHEN ratio IS NOT NULL THEN CAST(LEAST(1000000000000, ROUND(1000000 * ratio / season)) AS BIGINT) END AS ord002,
  CASE WHEN n_365 >= 8 AND open_amount > 0 AND gap_twice > 0
    THEN CAST(ROUND(2000000 * CAST(silent_days AS DOUBLE) / gap_twice) AS BIGINT) END AS ord004
FROM whole
ORDER BY customer_id
