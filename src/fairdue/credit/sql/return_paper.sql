-- return_paper: How much of what customers settle with is paper instead of money, and how that changed.
-- 1. A settlement is a payment on its day, or on the day of its receipt an instrument on paper: a bill, or a cheque that
--    may be cashed only later (credit_instruments). A payment that such an instrument ended in is none of its own.
-- 2. RTN005 is the share of the amount settled on paper in the 90 days until as_of less that of the 270 days before (at
--    least 6 settlements in each).
-- 3. Amounts are in minor units of the company's currency; a payment in a currency without a rate is left out.
-- Uses: credit_instruments, credit_money
-- Gives: RTN005 (paper_90, amount_90, n_90, paper_before, amount_before, n_before)
WITH honoured AS (
  SELECT DISTINCT s.payment_id
  FROM cash_instrument_steps s
  JOIN credit_instruments i ON i.instrument_id = s.instrument_id AND i.on_paper = 1
  LEFT JOIN cash_instrument_steps u ON u.undoes_id = s.id AND u.effective_on <= CAST($as_of AS DATE)
  WHERE s.payment_id IS NOT NULL AND s.effective_on <= CAST($as_of AS DATE) AND u.id IS NULL
),
settlements AS (
  SELECT
    p.customer_id, CAST(DATE_DIFF('day', p.effective_on, CAST($as_of AS DATE)) AS BIGINT) AS age, 0 AS on_paper,
    CAST(ROUND(CAST(p.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS amount
  FROM payments p
  JOIN credit_money m ON m.currency = p.currency
  LEFT JOIN honoured h ON h.payment_id = p.id
  WHERE p.customer_id IS NOT NULL AND h.payment_id IS NULL AND p.effective_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT customer_id, CAST(DATE_DIFF('day', received_on, CAST($as_of AS DATE)) AS BIGINT), 1, amount
  FROM credit_instruments
  WHERE on_paper = 1
),
summed AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN age < 90 THEN 1 END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount ELSE 0 END) AS BIGINT) AS amount_90,
    CAST(SUM(CASE WHEN age < 90 AND on_paper = 1 THEN amount ELSE 0 END) AS BIGINT) AS paper_90,
    CAST(COUNT(CASE WHEN age >= 90 THEN 1 END) AS BIGINT) AS n_before,
    CAST(SUM(CASE WHEN age >= 90 THEN amount ELSE 0 END) AS BIGINT) AS amount_before,
    CAST(SUM(CASE WHEN age >= 90 AND on_paper = 1 THEN amount ELSE 0 END) AS BIGINT) AS paper_before
  FROM settlements
  WHERE age < 360 AND amount > 0
  GROUP BY customer_id
)
SELECT
  customer_id, n_90, amount_90, paper_90, n_before, amount_before, paper_before,
  CASE WHEN n_90 >= 6 AND n_before >= 6 THEN CAST(ROUND(1000000 * (
    CAST(paper_90 AS DOUBLE) / amount_90 - CAST(paper_before AS DOUBLE) / amount_before)) AS BIGINT) END AS rtn005
FROM summed
ORDER BY customer_id
