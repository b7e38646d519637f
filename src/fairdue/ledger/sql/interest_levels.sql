-- interest_levels: Late interest of simple regimes as integers: per due item, principal and year basis, the days times rates.
-- 1. Only items of item_regimes with a positive amount that are effective by as_of; the table says which regime applies.
-- 2. Interest runs from the day after the due date (as it counts at as_of) until as_of, both included.
-- 3. The principal of a day is what is open at its end: the day of a payment bears none for the part paid.
-- 4. A level is a run of days with one principal; levels of principal 0 bear nothing and are left out.
-- 5. In mode float each day takes the rate of its row in rates; in mode locked every day takes the rate of the first
--    interest day of the item.
-- 6. rate_days_ppm sums days times rate; the interest of the item is the sum over its rows of principal_minor times
--    rate_days_ppm over basis_days times 1,000,000, rounded once.
-- 7. days counts the days of the level with this basis; unknown_days the days of the level for which no rate is known (in
--    the row with basis_days 0). An item with unknown days has no figure here and goes through law.
-- Uses: due_dates
-- Tables: item_regimes (due_item_id, regime), rates (regime, mode, from_on, to_on, rate_ppm, basis_days)
WITH chosen AS (
  SELECT
    i.id AS due_item_id, r.regime, i.amount_minor,
    DATE_DIFF('day', DATE '1970-01-01', COALESCE(c.due_on, i.due_on)) + 1 AS first_day,
    DATE_DIFF('day', DATE '1970-01-01', CAST($as_of AS DATE)) AS last_day
  FROM item_regimes r
  JOIN due_items i ON i.id = r.due_item_id
  LEFT JOIN due_dates c ON c.item_id = i.id
  WHERE i.amount_minor > 0
    AND i.effective_on <= CAST($as_of AS DATE)
    AND COALESCE(c.due_on, i.due_on) < CAST($as_of AS DATE)
),
moved AS (
  SELECT due_item_id, first_day AS day, amount_minor AS moved_minor FROM chosen
  UNION ALL
  SELECT c.due_item_id, GREATEST(DATE_DIFF('day', DATE '1970-01-01', a.effective_on), c.first_day), -a.amount_minor
  FROM allocations a
  JOIN chosen c ON c.due_item_id = a.due_item_id
  WHERE a.effective_on <= CAST($as_of AS DATE)
),
stepped AS (
  SELECT due_item_id, day, CAST(SUM(moved_minor) AS BIGINT) AS moved_minor
  FROM moved
  GROUP BY due_item_id, day
  HAVING SUM(moved_minor) <> 0
),
levelled AS (
  SELECT
    due_item_id, day AS from_day,
    LEAD(day) OVER (PARTITION BY due_item_id ORDER BY day) - 1 AS to_day,
    CAST(SUM(moved_minor) OVER (
      PARTITION BY due_item_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS principal_minor
  FROM stepped
),
levels AS (
  SELECT
    c.due_item_id, c.regime, c.first_day, l.principal_minor, l.from_day,
    COALESCE(l.to_day, c.last_day) AS to_day
  FROM levelled l
  JOIN chosen c ON c.due_item_id = l.due_item_id
  WHERE l.principal_minor > 0
),
numbered AS (
  SELECT
    regime, mode, rate_ppm, basis_days,
    DATE_DIFF('day', DATE '1970-01-01', from_on) AS from_day,
    DATE_DIFF('day', DATE '1970-01-01', to_on) - 1 AS to_day
  FROM rates
),
rated AS (
  SELECT
    l.due_item_id, l.principal_minor, l.from_day, l.to_day, n.basis_days, n.rate_ppm,
    LEAST(l.to_day, n.to_day) - GREATEST(l.from_day, n.from_day) + 1 AS days
  FROM levels l
  JOIN numbered n ON n.regime = l.regime AND n.from_day <= l.to_day AND n.to_day >= l.from_day
  WHERE n.mode = 'float'
  UNION ALL
  SELECT l.due_item_id, l.principal_minor, l.from_day, l.to_day, n.basis_days, n.rate_ppm, l.to_day - l.from_day + 1
  FROM levels l
  JOIN numbered n ON n.regime = l.regime AND n.from_day <= l.first_day AND n.to_day >= l.first_day
  WHERE n.mode = 'locked'
),
summed AS (
  SELECT
    due_item_id, principal_minor, from_day, to_day, basis_days,
    CAST(SUM(days * rate_ppm) AS BIGINT) AS rate_days_ppm,
    CAST(SUM(days) AS BIGINT) AS days,
    CAST(0 AS BIGINT) AS unknown_days
  FROM rated
  GROUP BY due_item_id, principal_minor, from_day, to_day, basis_days
),
known AS (
  SELECT due_item_id, from_day, SUM(days) AS days
  FROM summed
  GROUP BY due_item_id, from_day
),
whole AS (
  SELECT due_item_id, principal_minor, from_day, to_day, basis_days, rate_days_ppm, days, unknown_days
  FROM summed
  UNION ALL
  SELECT
    l.due_item_id, l.principal_minor, l.from_day, l.to_day, 0, 0, 0,
    l.to_day - l.from_day + 1 - COALESCE(k.days, 0)
  FROM levels l
  LEFT JOIN known k ON k.due_item_id = l.due_item_id AND k.from_day = l.from_day
  WHERE l.to_day - l.from_day + 1 > COALESCE(k.days, 0)
)
SELECT
  due_item_id,
  DATE '1970-01-01' + CAST(from_day AS INTEGER) AS from_on,
  DATE '1970-01-01' + CAST(to_day AS INTEGER) AS to_on,
  principal_minor,
  CAST(basis_days AS BIGINT) AS basis_days,
  rate_days_ppm,
  CAST(days AS BIGINT) AS days,
  CAST(unknown_days AS BIGINT) AS unknown_days
FROM whole
ORDER BY due_item_id, from_on, basis_days
