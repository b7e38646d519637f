-- dso_countback: Days sales outstanding by counting back, per currency.
-- 1. The sales of the periods are taken from the receivables at as_of, the newest period first.
-- 2. A period whose sales fit wholly into what is left counts with all its days; a period with sales of 0 or less takes
--    nothing and counts with all its days while something is left.
-- 3. The first period that does not fit counts with its days times what is left over its sales, and ends the counting.
-- 4. What is left after the oldest period is beyond_minor; the days are then a lower bound.
-- 5. The result is numerator over denominator in days; receivables of 0 or less give 0.
-- Uses: receivables, sales_days
-- Tables: periods (period_no, from_on, to_on)
WITH sold AS (
  SELECT
    r.currency, r.total_minor, p.period_no,
    CAST(DATE_DIFF('day', p.from_on, p.to_on) + 1 AS BIGINT) AS days,
    CAST(GREATEST(COALESCE(SUM(d.sales_minor), 0), 0) AS BIGINT) AS sales_minor
  FROM receivables r
  CROSS JOIN periods p
  LEFT JOIN sales_days d
    ON d.currency = r.currency AND d.effective_on >= p.from_on AND d.effective_on <= p.to_on
  GROUP BY r.currency, r.total_minor, p.period_no, p.from_on, p.to_on
),
counted AS (
  SELECT
    *,
    CAST(SUM(sales_minor) OVER (
      PARTITION BY currency ORDER BY period_no ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS taken_minor
  FROM sold
),
judged AS (
  SELECT
    currency, total_minor, taken_minor,
    CASE WHEN total_minor > taken_minor - sales_minor AND total_minor >= taken_minor THEN days ELSE 0 END AS whole_days,
    CASE WHEN total_minor > taken_minor - sales_minor AND total_minor < taken_minor
      THEN (total_minor - taken_minor + sales_minor) * days ELSE 0 END AS rest_numerator,
    CASE WHEN total_minor > taken_minor - sales_minor AND total_minor < taken_minor THEN sales_minor ELSE 0 END
      AS rest_denominator
  FROM counted
),
summed AS (
  SELECT
    currency, total_minor,
    CAST(SUM(CASE WHEN total_minor > 0 THEN whole_days ELSE 0 END) AS BIGINT) AS whole_days,
    CAST(SUM(CASE WHEN total_minor > 0 THEN rest_numerator ELSE 0 END) AS BIGINT) AS rest_numerator,
    CAST(GREATEST(MAX(CASE WHEN total_minor > 0 THEN rest_denominator ELSE 0 END), 1) AS BIGINT) AS denominator,
    GREATEST(CAST(total_minor - MAX(taken_minor) AS BIGINT), 0) AS beyond_minor
  FROM judged
  GROUP BY currency, total_minor
)
SELECT
  currency, total_minor,
  CAST(whole_days * denominator + rest_numerator AS BIGINT) AS numerator,
  denominator,
  beyond_minor
FROM summed
ORDER BY currency
