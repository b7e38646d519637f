-- limit_days: On how many days a customer was over its limit.
-- 1. The exposure at the end of a day is the sum of the movements until it (credit_movements). The limit is the own one in
--    force on the day and the temporary ones beside it (credit_limit_days); after an own one has ended without another it
--    is 0.
-- 2. LIM002 counts the days of the 90 until as_of on whose end the exposure was above the limit. It needs an own limit in
--    force on the first of them.
-- 3. Between two days on which something moves or a limit begins or ends all is the same: days are counted by such
--    stretches.
-- Uses: credit_movements, credit_limit_days
-- Gives: LIM002 (days_over, days_known)
WITH customers_with AS (
  SELECT DISTINCT customer_id
  FROM credit_limit_days
  WHERE kind = 'own' AND from_age >= 89 AND (to_age IS NULL OR to_age <= 89)
),
moves AS (
  SELECT m.customer_id, LEAST(m.age, 89) AS age, m.balance_change + m.order_change AS change
  FROM credit_movements m
  JOIN customers_with c ON c.customer_id = m.customer_id
  UNION ALL
  SELECT customer_id, 89, 0
  FROM customers_with
  UNION ALL
  SELECT l.customer_id, LEAST(l.from_age, 89), 0
  FROM credit_limit_days l
  JOIN customers_with c ON c.customer_id = l.customer_id
  WHERE l.from_age >= 0
  UNION ALL
  SELECT l.customer_id, LEAST(l.to_age - 1, 89), 0
  FROM credit_limit_days l
  JOIN customers_with c ON c.customer_id = l.customer_id
  WHERE l.to_age > 0
),
points AS (
  SELECT customer_id, age, CAST(SUM(change) AS BIGINT) AS change
  FROM moves
  GROUP BY customer_id, age
),
stretches AS (
  SELECT
    customer_id, age, age - COALESCE(LEAD(age) OVER (PARTITION BY customer_id ORDER BY age DESC), -1) AS days,
    SUM(change) OVER (PARTITION BY customer_id ORDER BY age DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS exposure
  FROM points
),
granted AS (
  SELECT
    s.customer_id, s.age, l.kind, l.amount,
    ROW_NUMBER() OVER (PARTITION BY s.customer_id, s.age, l.kind ORDER BY l.place DESC) AS turn
  FROM stretches s
  JOIN credit_limit_days l ON l.customer_id = s.customer_id AND l.from_age >= s.age AND (l.to_age IS NULL OR l.to_age <= s.age)
),
limits AS (
  SELECT
    customer_id, age, MAX(CASE WHEN kind = 'own' AND turn = 1 THEN amount END) AS own_amount,
    SUM(CASE WHEN kind = 'temporary' THEN amount ELSE 0 END) AS added_amount
  FROM granted
  GROUP BY customer_id, age
),
summed AS (
  SELECT
    s.customer_id, CAST(SUM(s.days) AS BIGINT) AS days_known,
    CAST(SUM(CASE WHEN s.exposure > 10000 * COALESCE(l.own_amount + l.added_amount, 0) THEN s.days ELSE 0 END) AS BIGINT) AS days_over
  FROM stretches s
  LEFT JOIN limits l ON l.customer_id = s.customer_id AND l.age = s.age
  GROUP BY s.customer_id
)
SELECT customer_id, days_known, days_over, 1000000 * days_over AS lim002
FROM summed
ORDER BY customer_id
