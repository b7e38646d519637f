-- payment_habits: What is late now, paid in parts, late from the first day, and discounts no longer taken.
-- 1. PAY012 is the days overdue of open items, weighted by what is open and not disputed, not due yet as 0 (at least one
--    such item).
-- 2. PAY018 is the share of the invoices settled in 180 days for which money came on two days or more and which no
--    instalment plan ever held, by item, document or customer (at least 8 settled invoices).
-- 3. PAY019 looks at the first invoice of the customer by issue, among equals the lowest item, while that is at most 365
--    days ago and it is due: settled_on, or as_of, less due_on, at least 0.
-- 4. A discountable invoice has a discount until a day; it is in the window in which that day lies. It was taken where
--    settled_on is not after the day. PAY020 is the share of the amount of discountable invoices taken of the 270 days
--    before the last 90, less that of the last 90 (at least 6 in each).
-- Uses: credit_invoices
-- Gives: PAY012 (late_open, open_undisputed), PAY018 (in_parts, n_180), PAY019 (first_days, first_tenure),
-- PAY020 (taken_before, offered_before, n_before, taken_90, offered_90, n_90)
WITH plans AS (
  SELECT due_item_id, document_id, customer_id
  FROM holds
  WHERE reason = 'plan' AND since <= CAST($as_of AS DATE)
),
planned AS (
  SELECT DISTINCT i.item_id
  FROM plans p
  JOIN credit_invoices i ON i.customer_id = p.customer_id
    AND (p.document_id IS NULL OR p.document_id = i.document_id) AND (p.due_item_id IS NULL OR p.due_item_id = i.item_id)
),
looked AS (
  SELECT
    i.customer_id, i.amount, i.open_amount - i.disputed_amount AS undisputed, i.receipts, i.discount_until, i.settled_on,
    CASE WHEN p.item_id IS NULL THEN 0 ELSE 1 END AS planned,
    COALESCE(i.discount_minor > 0 AND i.discount_until IS NOT NULL, FALSE) AS offered,
    CAST(DATE_DIFF('day', i.due_on, CAST($as_of AS DATE)) AS BIGINT) AS due_age,
    CAST(DATE_DIFF('day', i.issued_on, CAST($as_of AS DATE)) AS BIGINT) AS issue_age,
    CAST(DATE_DIFF('day', i.due_on, COALESCE(i.settled_on, CAST($as_of AS DATE))) AS BIGINT) AS late,
    CAST(DATE_DIFF('day', i.settled_on, CAST($as_of AS DATE)) AS BIGINT) AS age,
    CAST(DATE_DIFF('day', i.discount_until, CAST($as_of AS DATE)) AS BIGINT) AS offer_age,
    ROW_NUMBER() OVER (PARTITION BY i.customer_id ORDER BY i.issued_on, i.item_id) AS place
  FROM credit_invoices i
  LEFT JOIN planned p ON p.item_id = i.item_id
  WHERE i.amount > 0
),
summed AS (
  SELECT
    customer_id,
    CAST(SUM(GREATEST(undisputed, 0)) AS BIGINT) AS open_undisputed,
    CAST(SUM(GREATEST(undisputed, 0) * GREATEST(due_age, 0)) AS BIGINT) AS late_open,
    CAST(COUNT(CASE WHEN age < 180 THEN 1 END) AS BIGINT) AS n_180,
    CAST(COUNT(CASE WHEN age < 180 AND receipts >= 2 AND planned = 0 THEN 1 END) AS BIGINT) AS in_parts,
    CAST(MAX(CASE WHEN place = 1 THEN issue_age END) AS BIGINT) AS first_tenure,
    CAST(MAX(CASE WHEN place = 1 AND due_age >= 0 THEN GREATEST(late, 0) END) AS BIGINT) AS first_days,
    CAST(COUNT(CASE WHEN offered AND offer_age >= 0 AND offer_age < 90 THEN 1 END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN offered AND offer_age >= 0 AND offer_age < 90 THEN amount ELSE 0 END) AS BIGINT) AS offered_90,
    CAST(SUM(CASE WHEN offered AND offer_age >= 0 AND offer_age < 90 AND settled_on <= discount_until THEN amount
      ELSE 0 END) AS BIGINT) AS taken_90,
    CAST(COUNT(CASE WHEN offered AND offer_age >= 90 AND offer_age < 360 THEN 1 END) AS BIGINT) AS n_before,
    CAST(SUM(CASE WHEN offered AND offer_age >= 90 AND offer_age < 360 THEN amount ELSE 0 END) AS BIGINT) AS offered_before,
    CAST(SUM(CASE WHEN offered AND offer_age >= 90 AND offer_age < 360 AND settled_on <= discount_until THEN amount
      ELSE 0 END) AS BIGINT) AS taken_before
  FROM looked
  GROUP BY customer_id
)
SELECT
  customer_id, open_undisputed, late_open, n_180, in_parts, first_tenure, first_days, n_90, offered_90, taken_90, n_before,
  offered_before, taken_before,
  CASE WHEN open_undisputed > 0 THEN CAST(ROUND(1000000 * CAST(late_open AS DOUBLE) / open_undisputed) AS BIGINT) END AS pay012,
  CASE WHEN n_180 >= 8 THEN CAST(ROUND(1000000 * CAST(in_parts AS DOUBLE) / n_180) AS BIGINT) END AS pay018,
  CASE WHEN first_tenure <= 365 THEN 1000000 * first_days END AS pay019,
  CASE WHEN n_90 >= 6 AND n_before >= 6 THEN CAST(ROUND(1000000 * (
    CAST(taken_before AS DOUBLE) / offered_before - CAST(taken_90 AS DOUBLE) / offered_90)) AS BIGINT) END AS pay020
FROM summed
ORDER BY customer_id
