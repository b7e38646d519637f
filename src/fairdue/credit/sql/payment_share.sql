-- payment_share: How late each customer pays, as shares and means that windows are compared of.
-- 1. Settled invoices, windows and days beyond terms are those of payment_level; values are in millionths, NULL is "not
--    enough data".
-- 2. PAY007 is the share of the amount settled in 365 days that was more than 30 days late (at least 5 invoices).
-- 3. A due invoice of a day T and 365 days is one issued by T whose due_on lies after T less 365 days, until T. Its days
--    are settled_on less due_on where it was settled by T, else T less due_on.
-- 4. PAY009 is the share of the amount of due invoices that is more than 90 days late (at least 5 due invoices).
-- 5. PAY010 is the mean weight of due invoices by amount (at least 3). The weight falls in straight lines through
--    (-30, 100) (-20, 90) (0, 80) (15, 70) (22, 60) (30, 50) (60, 40) (90, 30) (120, 20) (180, 1) and is level outside;
--    420 times the weight of a whole day is a whole number.
-- 6. PAY013 is the mean time from issue to settlement over the mean time from issue to due date, by amount, of 180 days
--    (at least 5 invoices, mean terms above 0).
-- 7. PTR002 is the weighted days beyond terms of 90 days less that of the 90 days before (at least 4 invoices in each).
-- 8. PTR008 is PAY010 of the day 90 days ago less PAY010 of today (both defined); what was settled by then is read from
--    what is known today.
-- 9. PTR010 is the mean time to settlement by amount of 60 days over that of the 305 days before (at least 4 and 8
--    invoices, and a mean above 0 before).
-- Uses: credit_invoices
-- Gives: PAY007 (late_30, amount_365, n_365), PAY009 (late_90, amount_due, n_due), PAY010 (weight_due, amount_due, n_due),
-- PAY013 (paid_days_180, terms_days_180, n_180), PTR002 (days_90, amount_90, n_90, days_before, amount_before, n_before),
-- PTR008 (weight_then, amount_then, n_then, weight_due, amount_due, n_due),
-- PTR010 (paid_days_60, amount_60, n_60, paid_days_earlier, amount_earlier, n_earlier)
WITH dated AS (
  SELECT
    customer_id, amount, settled_on,
    CAST(DATE_DIFF('day', due_on, settled_on) AS BIGINT) AS late,
    CAST(DATE_DIFF('day', issued_on, settled_on) AS BIGINT) AS taken,
    CAST(DATE_DIFF('day', issued_on, due_on) AS BIGINT) AS terms,
    CAST(DATE_DIFF('day', settled_on, CAST($as_of AS DATE)) AS BIGINT) AS age,
    CAST(DATE_DIFF('day', due_on, CAST($as_of AS DATE)) AS BIGINT) AS due_age,
    CAST(DATE_DIFF('day', issued_on, CAST($as_of AS DATE)) AS BIGINT) AS issue_age
  FROM credit_invoices
  WHERE amount > 0 AND (settled_on > CAST($as_of AS DATE) - INTERVAL 365 DAY OR due_on > CAST($as_of AS DATE) - INTERVAL 455 DAY)
),
looked AS (
  SELECT
    customer_id, amount, late, taken, terms, age,
    CASE WHEN due_age >= 0 AND due_age < 365 AND issue_age >= 0 THEN COALESCE(late, due_age) END AS now_days,
    CASE WHEN due_age >= 90 AND due_age < 455 AND issue_age >= 90
      THEN CASE WHEN age >= 90 THEN late ELSE due_age - 90 END END AS then_days
  FROM dated
),
weighed AS (
  SELECT
    customer_id, amount, late, taken, terms, age, now_days, then_days,
    CASE
      WHEN now_days <= -30 THEN 42000 WHEN now_days <= -20 THEN 29400 - 420 * now_days
      WHEN now_days <= 0 THEN 33600 - 210 * now_days WHEN now_days <= 15 THEN 33600 - 280 * now_days
      WHEN now_days <= 22 THEN 38400 - 600 * now_days WHEN now_days <= 30 THEN 36750 - 525 * now_days
      WHEN now_days <= 120 THEN 25200 - 140 * now_days WHEN now_days <= 180 THEN 24360 - 133 * now_days
      WHEN now_days > 180 THEN 420 END AS now_weight,
    CASE
      WHEN then_days <= -30 THEN 42000 WHEN then_days <= -20 THEN 29400 - 420 * then_days
      WHEN then_days <= 0 THEN 33600 - 210 * then_days WHEN then_days <= 15 THEN 33600 - 280 * then_days
      WHEN then_days <= 22 THEN 38400 - 600 * then_days WHEN then_days <= 30 THEN 36750 - 525 * then_days
      WHEN then_days <= 120 THEN 25200 - 140 * then_days WHEN then_days <= 180 THEN 24360 - 133 * then_days
      WHEN then_days > 180 THEN 420 END AS then_weight
  FROM looked
),
summed AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN age < 365 THEN 1 END) AS BIGINT) AS n_365,
    CAST(SUM(CASE WHEN age < 365 THEN amount ELSE 0 END) AS BIGINT) AS amount_365,
    CAST(SUM(CASE WHEN age < 365 AND late > 30 THEN amount ELSE 0 END) AS BIGINT) AS late_30,
    CAST(COUNT(now_days) AS BIGINT) AS n_due,
    CAST(SUM(CASE WHEN now_days IS NOT NULL THEN amount ELSE 0 END) AS BIGINT) AS amount_due,
    CAST(SUM(CASE WHEN now_days > 90 THEN amount ELSE 0 END) AS BIGINT) AS late_90,
    CAST(SUM(amount * COALESCE(now_weight, 0)) AS BIGINT) AS weight_due,
    CAST(COUNT(then_days) AS BIGINT) AS n_then,
    CAST(SUM(CASE WHEN then_days IS NOT NULL THEN amount ELSE 0 END) AS BIGINT) AS amount_then,
    CAST(SUM(amount * COALESCE(then_weight, 0)) AS BIGINT) AS weight_then,
    CAST(COUNT(CASE WHEN age < 180 THEN 1 END) AS BIGINT) AS n_180,
    CAST(SUM(CASE WHEN age < 180 THEN amount * taken ELSE 0 END) AS BIGINT) AS paid_days_180,
    CAST(SUM(CASE WHEN age < 180 THEN amount * terms ELSE 0 END) AS BIGINT) AS terms_days_180,
    CAST(COUNT(CASE WHEN age < 90 THEN 1 END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount ELSE 0 END) AS BIGINT) AS amount_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount * late ELSE 0 END) AS BIGINT) AS days_90,
    CAST(COUNT(CASE WHEN age >= 90 AND age < 180 THEN 1 END) AS BIGINT) AS n_before,
    CAST(SUM(CASE WHEN age >= 90 AND age < 180 THEN amount ELSE 0 END) AS BIGINT) AS amount_before,
    CAST(SUM(CASE WHEN age >= 90 AND age < 180 THEN amount * late ELSE 0 END) AS BIGINT) AS days_before,
    CAST(COUNT(CASE WHEN age < 60 THEN 1 END) AS BIGINT) AS n_60,
    CAST(SUM(CASE WHEN age < 60 THEN amount ELSE 0 END) AS BIGINT) AS amount_60,
    CAST(SUM(CASE WHEN age < 60 THEN amount * taken ELSE 0 END) AS BIGINT) AS paid_days_60,
    CAST(COUNT(CASE WHEN age >= 60 AND age < 365 THEN 1 END) AS BIGINT) AS n_earlier,
    CAST(SUM(CASE WHEN age >= 60 AND age < 365 THEN amount ELSE 0 END) AS BIGINT) AS amount_earlier,
    CAST(SUM(CASE WHEN age >= 60 AND age < 365 THEN amount * taken ELSE 0 END) AS BIGINT) AS paid_days_earlier
  FROM weighed
  GROUP BY customer_id
)
SELECT
  customer_id, n_365, amount_365, late_30, n_due, amount_due, late_90, weight_due, n_then, amount_then, weight_then, n_180,
  paid_days_180, terms_days_180, n_90, amount_90, days_90, n_before, amount_before, days_before, n_60, amount_60, paid_days_60,
  n_earlier, amount_earlier, paid_days_earlier,
  CASE WHEN n_365 >= 5 THEN CAST(ROUND(1000000 * CAST(late_30 AS DOUBLE) / amount_365) AS BIGINT) END AS pay007,
  CASE WHEN n_due >= 5 THEN CAST(ROUND(1000000 * CAST(late_90 AS DOUBLE) / amount_due) AS BIGINT) END AS pay009,
  CASE WHEN n_due >= 3 THEN CAST(ROUND(1000000 * CAST(weight_due AS DOUBLE) / amount_due / 420) AS BIGINT) END AS pay010,
  CASE WHEN n_180 >= 5 AND terms_days_180 > 0
    THEN CAST(ROUND(1000000 * CAST(paid_days_180 AS DOUBLE) / terms_days_180) AS BIGINT) END AS pay013,
  CASE WHEN n_90 >= 4 AND n_before >= 4 THEN CAST(ROUND(1000000 * (
    CAST(days_90 AS DOUBLE) / amount_90 - CAST(days_before AS DOUBLE) / amount_before)) AS BIGINT) END AS ptr002,
  CASE WHEN n_then >= 3 AND n_due >= 3 THEN CAST(ROUND(1000000 * (
    CAST(weight_then AS DOUBLE) / amount_then - CAST(weight_due AS DOUBLE) / amount_due) / 420) AS BIGINT) END AS ptr008,
  CASE WHEN n_60 >= 4 AND n_earlier >= 8 AND paid_days_earlier > 0 THEN CAST(ROUND(1000000
    * (CAST(paid_days_60 AS DOUBLE) / amount_60) / (CAST(paid_days_earlier AS DOUBLE) / amount_earlier)) AS BIGINT) END AS ptr010
FROM summed
ORDER BY customer_id
