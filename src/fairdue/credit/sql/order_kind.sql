-- order_kind: What customers cancel, where their goods go, how large the first order was, what is secured.
-- 1. Orders are those of credit_ordered; a window of k days before a day is the days after it less k days, until it. Orders
--    that were cancelled by as_of are left out, but for ORD005.
-- 2. ORD005 is the value cancelled in 90 days over the value ordered in them, cancelled or not (at least 8 orders). Who
--    cancelled is not told: every cancellation counts.
-- 3. ORD009 is the share of the value delivered in 60 days that went to an address that no older order names (at least 5
--    orders delivered); an order without an address is left out.
-- 4. ORD013 is the value of the first order, among those of a day the lowest number, over the first limit that was
--    approved, while the first order is at most 365 days ago; 1,000,000 where that limit is 0.
-- 5. TRM006 is the share of the value ordered in 90 days that is not secured, less that of the 365 days before (at least 10
--    orders in each).
-- Uses: credit_ordered, credit_money
-- Gives: ORD005 (cancelled_90, ordered_90, n_90), ORD009 (new_60, delivered_60, n_60), ORD013 (first_amount, first_limit,
-- first_days), TRM006 (open_90, standing_90, n_standing, open_year, standing_year, n_year)
WITH addressed AS (
  SELECT
    customer_id, age, cancelled_age, delivered_age, amount, secured, ship_to,
    MAX(age) OVER (PARTITION BY customer_id, ship_to) AS address_age,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY CASE WHEN cancelled_age IS NULL THEN 0 ELSE 1 END, age DESC, order_id)
      AS place
  FROM credit_ordered
),
summed AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN age < 90 THEN 1 END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount ELSE 0 END) AS BIGINT) AS ordered_90,
    CAST(SUM(CASE WHEN cancelled_age < 90 THEN amount ELSE 0 END) AS BIGINT) AS cancelled_90,
    CAST(COUNT(CASE WHEN cancelled_age IS NULL AND delivered_age < 60 AND ship_to <> '' THEN 1 END) AS BIGINT) AS n_60,
    CAST(SUM(CASE WHEN cancelled_age IS NULL AND delivered_age < 60 AND ship_to <> '' THEN amount ELSE 0 END) AS BIGINT)
      AS delivered_60,
    CAST(SUM(CASE WHEN cancelled_age IS NULL AND delivered_age < 60 AND ship_to <> '' AND address_age < 60 THEN amount ELSE 0 END)
      AS BIGINT) AS new_60,
    CAST(MAX(CASE WHEN place = 1 AND cancelled_age IS NULL THEN amount END) AS BIGINT) AS first_amount,
    MAX(CASE WHEN place = 1 AND cancelled_age IS NULL THEN age END) AS first_days,
    CAST(COUNT(CASE WHEN cancelled_age IS NULL AND age < 90 THEN 1 END) AS BIGINT) AS n_standing,
    CAST(SUM(CASE WHEN cancelled_age IS NULL AND age < 90 THEN amount ELSE 0 END) AS BIGINT) AS standing_90,
    CAST(SUM(CASE WHEN cancelled_age IS NULL AND age < 90 AND secured = 0 THEN amount ELSE 0 END) AS BIGINT) AS open_90,
    CAST(COUNT(CASE WHEN cancelled_age IS NULL AND age >= 90 AND age < 455 THEN 1 END) AS BIGINT) AS n_year,
    CAST(SUM(CASE WHEN cancelled_age IS NULL AND age >= 90 AND age < 455 THEN amount ELSE 0 END) AS BIGINT) AS standing_year,
    CAST(SUM(CASE WHEN cancelled_age IS NULL AND age >= 90 AND age < 455 AND secured = 0 THEN amount ELSE 0 END) AS BIGINT)
      AS open_year
  FROM addressed
  GROUP BY customer_id
),
starts AS (
  SELECT
    l.customer_id, CAST(ROUND(CAST(l.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS first_limit,
    ROW_NUMBER() OVER (PARTITION BY l.customer_id ORDER BY l.valid_from, l.id) AS place
  FROM credit_limits l
  JOIN credit_money m ON m.currency = l.currency
  WHERE l.kind = 'own' AND l.valid_from <= CAST($as_of AS DATE) AND l.approved_on <= CAST($as_of AS DATE)
)
SELECT
  s.customer_id, s.n_90, s.ordered_90, s.cancelled_90, s.n_60, s.delivered_60, s.new_60, s.first_amount, s.first_days, l.first_limit,
  s.n_standing, s.standing_90, s.open_90, s.n_year, s.standing_year, s.open_year,
  CASE WHEN s.n_90 >= 8 AND s.ordered_90 > 0
    THEN CAST(ROUND(1000000 * CAST(s.cancelled_90 AS DOUBLE) / s.ordered_90) AS BIGINT) END AS ord005,
  CASE WHEN s.n_60 >= 5 AND s.delivered_60 > 0
    THEN CAST(ROUND(1000000 * CAST(s.new_60 AS DOUBLE) / s.delivered_60) AS BIGINT) END AS ord009,
  CASE WHEN s.first_days > 365 OR s.first_amount IS NULL OR l.first_limit IS NULL THEN NULL
    WHEN l.first_limit = 0 THEN CAST(1000000000000 AS BIGINT)
    ELSE CAST(LEAST(1000000000000, ROUND(1000000 * CAST(s.first_amount AS DOUBLE) / l.first_limit)) AS BIGINT) END AS ord013,
  CASE WHEN s.n_standing >= 10 AND s.n_year >= 10 AND s.standing_90 > 0 AND s.standing_year > 0 THEN CAST(ROUND(1000000 * (
    CAST(s.open_90 AS DOUBLE) / s.standing_90 - CAST(s.open_year AS DOUBLE) / s.standing_year)) AS BIGINT) END AS trm006
FROM summed s
LEFT JOIN starts l ON l.customer_id = s.customer_id AND l.place = 1
ORDER BY customer_id
