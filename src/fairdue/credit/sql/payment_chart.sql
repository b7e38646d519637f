-- payment_chart: The weeks of a customer's days beyond terms on Roberts' chart of weighted means.
-- 1. Week k is the seven days until as_of less 7k. Its value is the mean of the days beyond terms of the invoices settled in
--    it, unweighted, in millionths of a day; a week without a settlement has none.
-- 2. The baseline are the weeks 13 to 64: their mean and the standard deviation of the sample (divided by one less than
--    the number of weeks). It needs 26 weeks with a value and a deviation above 0.
-- 3. From week 12 to week 0 the chart begins at 0 and moves by 0.3 of the way to the value less mean over deviation; a
--    week without a value leaves it where it is. Without any value in these weeks there is none.
-- 4. PTR003 is where it stands at the end, over the root of 0.3/1.7.
-- 5. The weight of a value is 0.3 times 0.7 to the number of later weeks with a value: times 10 to the 13, a whole number.
-- Uses: credit_invoices
-- Gives: PTR003 (base_sum, base_squares, n_base, chart_sum, chart_weight)
WITH weeks AS (
  SELECT
    customer_id, CAST(FLOOR(DATE_DIFF('day', settled_on, CAST($as_of AS DATE)) / 7.0) AS BIGINT) AS week,
    CAST(SUM(DATE_DIFF('day', due_on, settled_on)) AS BIGINT) AS days, CAST(COUNT(*) AS BIGINT) AS n
  FROM credit_invoices
  WHERE settled_on > CAST($as_of AS DATE) - INTERVAL 455 DAY AND amount > 0
  GROUP BY customer_id, CAST(FLOOR(DATE_DIFF('day', settled_on, CAST($as_of AS DATE)) / 7.0) AS BIGINT)
),
valued AS (
  SELECT
    customer_id, week, CAST(ROUND(1000000 * CAST(days AS DOUBLE) / n) AS BIGINT) AS mean_days,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY week) - 1 AS later
  FROM weeks
),
weighed AS (
  SELECT
    customer_id, week, CAST(mean_days AS DECIMAL(38, 0)) AS mean_days,
    CASE WHEN week <= 12 THEN CAST(ROUND(3 * POWER(7, later) * POWER(10, 12 - later)) AS BIGINT) ELSE 0 END AS weight
  FROM valued
),
summed AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN week >= 13 THEN 1 END) AS BIGINT) AS n_base,
    CAST(SUM(CASE WHEN week >= 13 THEN mean_days ELSE 0 END) AS DECIMAL(38, 0)) AS base_sum,
    CAST(SUM(CASE WHEN week >= 13 THEN mean_days * mean_days ELSE 0 END) AS DECIMAL(38, 0)) AS base_squares,
    CAST(SUM(weight) AS BIGINT) AS chart_weight,
    CAST(SUM(mean_days * weight) AS DECIMAL(38, 0)) AS chart_sum
  FROM weighed
  GROUP BY customer_id
),
spread AS (
  SELECT
    customer_id, n_base, base_sum, base_squares, chart_weight, chart_sum,
    CASE WHEN n_base > 1 THEN CAST(n_base * base_squares - base_sum * base_sum AS DOUBLE) / (n_base * (n_base - 1)) END AS variance
  FROM summed
)
SELECT
  customer_id, n_base, base_sum, base_squares, chart_weight, chart_sum,
  CASE WHEN n_base >= 26 AND chart_weight > 0 AND variance > 0 THEN CAST(ROUND(1000000
    * (CAST(chart_sum AS DOUBLE) - CAST(chart_weight AS DOUBLE) * CAST(base_sum AS DOUBLE) / n_base) / 10000000000000
    / SQRT(variance) / SQRT(CAST(3 AS DOUBLE) / 17)) AS BIGINT) END AS ptr003
FROM spread
ORDER BY customer_id
