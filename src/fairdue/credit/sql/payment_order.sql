-- payment_order: Medians, quantiles, spread, slope and rank correlation of the days beyond terms of 180 days.
-- 1. Read are the invoices settled after as_of less 180 days, until as_of; days beyond terms are settled_on less due_on.
-- 2. A quantile p of n sorted values stands at place (n-1)p+1; between two places it lies on the straight line (type 7).
--    Twice the median, ten times the 90th and twenty times the 95th percentile of whole numbers are whole numbers.
-- 3. PAY003 is the median (at least 8 invoices), PAY004 the 90th percentile (at least 10).
-- 4. PTR005 is the standard deviation of the sample, divided by n-1 (at least 8).
-- 5. PTR001 is 30 times the slope of a straight line of the days beyond terms on the day of settlement, weighted least
--    squares; the weight is the amount, at most the 95th percentile of the customer's amounts of the window. It needs 8
--    invoices and 90 days from the first to the last settlement. Days of settlement count from 90 days before as_of.
-- 6. PTR014 is Pearson's correlation of the ranks of amount and of days beyond terms, ties with their mean rank (at
--    least 12 invoices); where all amounts or all days are equal there is none. Twice a mean rank is a whole number.
-- Uses: credit_invoices
-- Gives: PAY003 (median_twice, n_180), PAY004 (high_ten_times, n_180), PTR005 (late_sum, late_squares, n_180),
-- PTR001 (w, wx, wy, wxx, wxy, span_days, n_180), PTR014 (ra, rb, raa, rbb, rab, n_180)
WITH settled AS (
  SELECT
    customer_id, item_id, amount, CAST(DATE_DIFF('day', due_on, settled_on) AS BIGINT) AS late,
    90 - CAST(DATE_DIFF('day', settled_on, CAST($as_of AS DATE)) AS BIGINT) AS day
  FROM credit_invoices
  WHERE settled_on > CAST($as_of AS DATE) - INTERVAL 180 DAY AND amount > 0
),
placed AS (
  SELECT
    customer_id, amount, late, day,
    CAST(COUNT(*) OVER (PARTITION BY customer_id) AS BIGINT) AS n,
    CAST(ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY late, item_id) AS BIGINT) AS late_no,
    CAST(ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY amount, item_id) AS BIGINT) AS amount_no
  FROM settled
),
ranked AS (
  SELECT
    customer_id, amount, late, day, n, late_no, amount_no,
    MIN(late_no) OVER (PARTITION BY customer_id, late) + MAX(late_no) OVER (PARTITION BY customer_id, late) AS b,
    MIN(amount_no) OVER (PARTITION BY customer_id, amount) + MAX(amount_no) OVER (PARTITION BY customer_id, amount) AS a
  FROM placed
),
summed AS (
  SELECT
    customer_id, n AS n_180,
    CAST(SUM(late * GREATEST(0, 2 - ABS(2 * late_no - n - 1))) AS BIGINT) AS median_twice,
    CAST(SUM(late * GREATEST(0, 10 - ABS(10 * late_no - 9 * n - 1))) AS BIGINT) AS high_ten_times,
    CAST(SUM(amount * GREATEST(0, 20 - ABS(20 * amount_no - 19 * n - 1))) AS BIGINT) AS cap_twenty_times,
    CAST(SUM(late) AS BIGINT) AS late_sum, CAST(SUM(late * late) AS BIGINT) AS late_squares,
    CAST(MAX(day) - MIN(day) AS BIGINT) AS span_days,
    CAST(SUM(a) AS BIGINT) AS ra, CAST(SUM(b) AS BIGINT) AS rb, CAST(SUM(a * a) AS BIGINT) AS raa,
    CAST(SUM(b * b) AS BIGINT) AS rbb, CAST(SUM(a * b) AS BIGINT) AS rab
  FROM ranked
  GROUP BY customer_id, n
),
weighed AS (
  SELECT s.customer_id, s.day, s.late, CAST(LEAST(20 * s.amount, c.cap_twenty_times) AS DECIMAL(38, 0)) AS weight
  FROM settled s
  JOIN summed c ON c.customer_id = s.customer_id
),
line AS (
  SELECT
    customer_id, CAST(SUM(weight) AS DECIMAL(38, 0)) AS w, CAST(SUM(weight * day) AS DECIMAL(38, 0)) AS wx,
    CAST(SUM(weight * late) AS DECIMAL(38, 0)) AS wy, CAST(SUM(weight * (day * day)) AS DECIMAL(38, 0)) AS wxx,
    CAST(SUM(weight * (day * late)) AS DECIMAL(38, 0)) AS wxy
  FROM weighed
  GROUP BY customer_id
)
SELECT
  s.customer_id, s.n_180, s.median_twice, s.high_ten_times, s.late_sum, s.late_squares, s.span_days, l.w, l.wx, l.wy, l.wxx, l.wxy,
  s.ra, s.rb, s.raa, s.rbb, s.rab,
  CASE WHEN s.n_180 >= 8 THEN 500000 * s.median_twice END AS pay003,
  CASE WHEN s.n_180 >= 10 THEN 100000 * s.high_ten_times END AS pay004,
  CASE WHEN s.n_180 >= 8 THEN CAST(ROUND(1000000 * SQRT(
    CAST(s.n_180 * s.late_squares - s.late_sum * s.late_sum AS DOUBLE) / (s.n_180 * (s.n_180 - 1)))) AS BIGINT) END AS ptr005,
  CASE WHEN s.n_180 >= 8 AND s.span_days >= 90 THEN CAST(ROUND(30000000
    * (CAST(l.w AS DOUBLE) * CAST(l.wxy AS DOUBLE) - CAST(l.wx AS DOUBLE) * CAST(l.wy AS DOUBLE))
    / (CAST(l.w AS DOUBLE) * CAST(l.wxx AS DOUBLE) - CAST(l.wx AS DOUBLE) * CAST(l.wx AS DOUBLE))) AS BIGINT) END AS ptr001,
  CASE WHEN s.n_180 >= 12 AND s.n_180 * s.raa > s.ra * s.ra AND s.n_180 * s.rbb > s.rb * s.rb THEN CAST(ROUND(1000000
    * CAST(s.n_180 * s.rab - s.ra * s.rb AS DOUBLE) / SQRT(CAST(s.n_180 * s.raa - s.ra * s.ra AS DOUBLE)
    * CAST(s.n_180 * s.rbb - s.rb * s.rb AS DOUBLE))) AS BIGINT) END AS ptr014
FROM summed s
JOIN line l ON l.customer_id = s.customer_id
ORDER BY customer_id
