-- limit_review: How long a customer's credit was not looked at, against how often it should be.
-- 1. A review is an own limit that was approved by as_of, on the day of its approval; the last one counts, among equals the
--    highest place.
-- 2. It is due again after 90 days for a key account; after 180 for a newcomer, whose first invoice was issued at most 365
--    days ago, or who has none; else by the grade of the last review: A 365, C and D 30, B and any other or none 182 days
--    (docs/algorithms/credit-limits.md, 8).
-- 3. LIM011 is the days since the last review over these days (at least one review).
-- Uses: credit_limit_days, credit_invoices
-- Gives: LIM011 (review_days, cycle_days)
WITH reviews AS (
  SELECT
    customer_id, grade, CAST(DATE_DIFF('day', approved_on, CAST($as_of AS DATE)) AS BIGINT) AS review_days,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY approved_on DESC, place DESC) AS turn
  FROM credit_limit_days
  WHERE kind = 'own'
),
firsts AS (
  SELECT customer_id, CAST(DATE_DIFF('day', MIN(issued_on), CAST($as_of AS DATE)) AS BIGINT) AS first_days
  FROM credit_invoices
  GROUP BY customer_id
),
whole AS (
  SELECT
    c.id AS customer_id, r.review_days,
    CAST(CASE WHEN c.key_account THEN 90 WHEN COALESCE(f.first_days, 0) <= 365 THEN 180 WHEN LEFT(r.grade, 1) = 'A' THEN 365
      WHEN LEFT(r.grade, 1) IN ('C', 'D') THEN 30 ELSE 182 END AS BIGINT) AS cycle_days
  FROM customers c
  JOIN reviews r ON r.customer_id = c.id AND r.turn = 1
  LEFT JOIN firsts f ON f.customer_id = c.id
)
SELECT
  customer_id, review_days, cycle_days, CAST(ROUND(1000000 * CAST(review_days AS DOUBLE) / cycle_days) AS BIGINT) AS lim011
FROM whole
ORDER BY customer_id
