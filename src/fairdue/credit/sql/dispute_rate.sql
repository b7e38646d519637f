-- dispute_rate: How much customers dispute, how late, and how often without ground.
-- 1. Disputes are those of credit_disputes with an amount above 0, in the window in which they begin; invoices in that in
--    which they are issued. A window of k days before a day is the days after it less k days, until it.
-- 2. DSP001 is the amount disputed in 180 days over the amount invoiced in the 180 days before as_of less 30 days (at least
--    10 invoices).
-- 3. DSP002 is the amount disputed over the amount invoiced in 90 days, over the same share of the 270 days before, at
--    least 0.005 (at least 8 and 20 invoices).
-- 4. DSP003 is the share of the amount disputed in 365 days that was first raised after the due date, or after a notice
--    that names an item was first handed over (at least 3 disputes).
-- 5. A dispute closed without a credit note on its scope was without ground. DSP005 is one more than those closed without
--    ground in 365 days, over four more than those closed (at least 2).
-- Uses: credit_disputes, credit_invoices
-- Gives: DSP001 (disputed_180, invoiced_180, n_180), DSP002 (disputed_90, invoiced_90, n_90, disputed_before,
-- invoiced_before, n_before), DSP003 (late_365, disputed_365, n_disputes), DSP005 (unfounded, closed)
WITH raised AS (
  SELECT
    customer_id, amount, credited, CAST(DATE_DIFF('day', since, CAST($as_of AS DATE)) AS BIGINT) AS age,
    CAST(DATE_DIFF('day', closed_on, CAST($as_of AS DATE)) AS BIGINT) AS closed_age,
    CASE WHEN raised_on > due_on OR raised_on > told_on THEN 1 ELSE 0 END AS late
  FROM credit_disputes
  WHERE amount > 0
),
disputed AS (
  SELECT
    customer_id,
    CAST(SUM(CASE WHEN age < 90 THEN amount ELSE 0 END) AS BIGINT) AS disputed_90,
    CAST(SUM(CASE WHEN age < 180 THEN amount ELSE 0 END) AS BIGINT) AS disputed_180,
    CAST(SUM(CASE WHEN age >= 90 AND age < 360 THEN amount ELSE 0 END) AS BIGINT) AS disputed_before,
    CAST(COUNT(CASE WHEN age < 365 THEN 1 END) AS BIGINT) AS n_disputes,
    CAST(SUM(CASE WHEN age < 365 THEN amount ELSE 0 END) AS BIGINT) AS disputed_365,
    CAST(SUM(CASE WHEN age < 365 AND late = 1 THEN amount ELSE 0 END) AS BIGINT) AS late_365,
    CAST(COUNT(CASE WHEN closed_age < 365 THEN 1 END) AS BIGINT) AS closed,
    CAST(COUNT(CASE WHEN closed_age < 365 AND credited = 0 THEN 1 END) AS BIGINT) AS unfounded
  FROM raised
  GROUP BY customer_id
),
billed AS (
  SELECT customer_id, document_id, amount, CAST(DATE_DIFF('day', issued_on, CAST($as_of AS DATE)) AS BIGINT) AS age
  FROM credit_invoices
  WHERE issued_on > CAST($as_of AS DATE) - INTERVAL 360 DAY AND amount > 0
),
invoiced AS (
  SELECT
    customer_id,
    CAST(COUNT(DISTINCT CASE WHEN age >= 30 AND age < 210 THEN document_id END) AS BIGINT) AS n_180,
    CAST(SUM(CASE WHEN age >= 30 AND age < 210 THEN amount ELSE 0 END) AS BIGINT) AS invoiced_180,
    CAST(COUNT(DISTINCT CASE WHEN age >= 0 AND age < 90 THEN document_id END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN age >= 0 AND age < 90 THEN amount ELSE 0 END) AS BIGINT) AS invoiced_90,
    CAST(COUNT(DISTINCT CASE WHEN age >= 90 THEN document_id END) AS BIGINT) AS n_before,
    CAST(SUM(CASE WHEN age >= 90 THEN amount ELSE 0 END) AS BIGINT) AS invoiced_before
  FROM billed
  GROUP BY customer_id
),
whole AS (
  SELECT
    c.id AS customer_id, COALESCE(d.disputed_90, 0) AS disputed_90, COALESCE(d.disputed_180, 0) AS disputed_180,
    COALESCE(d.disputed_before, 0) AS disputed_before, COALESCE(d.disputed_365, 0) AS disputed_365,
    COALESCE(d.late_365, 0) AS late_365, COALESCE(d.n_disputes, 0) AS n_disputes, COALESCE(d.closed, 0) AS closed,
    COALESCE(d.unfounded, 0) AS unfounded, COALESCE(i.n_180, 0) AS n_180, COALESCE(i.invoiced_180, 0) AS invoiced_180,
    COALESCE(i.n_90, 0) AS n_90, COALESCE(i.invoiced_90, 0) AS invoiced_90, COALESCE(i.n_before, 0) AS n_before,
    COALESCE(i.invoiced_before, 0) AS invoiced_before
  FROM customers c
  LEFT JOIN disputed d ON d.customer_id = c.id
  LEFT JOIN invoiced i ON i.customer_id = c.id
)
SELECT
  customer_id, disputed_90, disputed_180, disputed_before, disputed_365, late_365, n_disputes, closed, unfounded, n_180,
  invoiced_180, n_90, invoiced_90, n_before, invoiced_before,
  CASE WHEN n_180 >= 10 THEN CAST(ROUND(1000000 * CAST(disputed_180 AS DOUBLE) / invoiced_180) AS BIGINT) END AS dsp001,
  CASE WHEN n_90 >= 8 AND n_before >= 20 THEN CAST(ROUND(1000000 * (CAST(disputed_90 AS DOUBLE) / invoiced_90)
    / GREATEST(0.005, CAST(disputed_before AS DOUBLE) / invoiced_before)) AS BIGINT) END AS dsp002,
  CASE WHEN n_disputes >= 3 THEN CAST(ROUND(1000000 * CAST(late_365 AS DOUBLE) / disputed_365) AS BIGINT) END AS dsp003,
  CASE WHEN closed >= 2 THEN CAST(ROUND(1000000 * CAST(unfounded + 1 AS DOUBLE) / (closed + 4)) AS BIGINT) END AS dsp005
FROM whole
ORDER BY customer_id
