-- limit_trend: How fast a customer's limit fills.
-- 1. Looked at are as_of and the same day of the 17 weeks before. Exposure and limit of a day are those of limit_days; a
--    day without an own limit in force, or with one of 0, is left out.
-- 2. The use of a day is exposure, at least 0, over limit, in millionths, rounded half away from zero.
-- 3. LIM004 is 30 times the slope of a straight line of the use on the day, by least squares (at least 12 days).
-- Uses: credit_movements, credit_limit_days
-- Gives: LIM004 (n, x, y, xx, xy)
WITH weeks AS (
  SELECT week
  FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17)) AS told(week)
),
moves AS (
  SELECT
    customer_id, CAST(LEAST(FLOOR(age / 7.0), 17) AS BIGINT) AS week, CAST(SUM(balance_change + order_change) AS BIGINT) AS change
  FROM credit_movements
  GROUP BY customer_id, CAST(LEAST(FLOOR(age / 7.0), 17) AS BIGINT)
),
granted AS (
  SELECT
    l.customer_id, w.week, l.kind, l.amount,
    ROW_NUMBER() OVER (PARTITION BY l.customer_id, w.week, l.kind ORDER BY l.place DESC) AS turn
  FROM credit_limit_days l
  JOIN weeks w ON l.from_age >= 7 * w.week AND (l.to_age IS NULL OR l.to_age <= 7 * w.week)
),
limits AS (
  SELECT
    customer_id, week,
    MAX(CASE WHEN kind = 'own' AND turn = 1 THEN amount END) + SUM(CASE WHEN kind = 'temporary' THEN amount ELSE 0 END) AS amount
  FROM granted
  GROUP BY customer_id, week
),
used AS (
  SELECT
    l.customer_id, CAST(119 - 7 * l.week AS BIGINT) AS x,
    CAST(ROUND(100 * CAST(GREATEST(COALESCE(SUM(m.change), 0), 0) AS DOUBLE) / l.amount) AS BIGINT) AS y
  FROM limits l
  LEFT JOIN moves m ON m.customer_id = l.customer_id AND m.week >= l.week
  WHERE l.amount > 0
  GROUP BY l.customer_id, l.week, l.amount
),
summed AS (
  SELECT
    customer_id, CAST(COUNT(*) AS BIGINT) AS n, CAST(SUM(x) AS BIGINT) AS x, CAST(SUM(y) AS BIGINT) AS y, CAST(SUM(x * x) AS BIGINT) AS xx,
    CAST(SUM(x * y) AS BIGINT) AS xy
  FROM used
  GROUP BY customer_id
)
SELECT
  customer_id, n, x, y, xx, xy,
  CASE WHEN n >= 12 THEN CAST(ROUND(30 * (CAST(n AS DOUBLE) * xy - CAST(x AS DOUBLE) * y) / (n * xx - x * x)) AS BIGINT) END AS lim004
FROM summed
ORDER BY customer_id
