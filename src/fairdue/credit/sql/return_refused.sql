-- return_refused: Payments that came back and bills that were refused.
-- 1. RTN001 counts, over the 180 days until as_of, the lines of the bank that took a customer's payment back for want of
--    funds or because the account is blocked, and the cheques, direct debits and card payments refused, whatever the
--    reason: theirs is not told in codes.
-- 2. Codes of want of funds and of a blocked account: AM04 and AC06 (ISO 20022 external return reasons), R01, R09 and R16
--    (ACH in the United States).
-- 3. RTN001 needs a payment, of whomever, from the beginning of these days or before: bank data over the window. A return
--    is a value all the same.
-- 4. RTN004 counts the bills of a customer that were payable after as_of less 365 days, until as_of, and were refused or
--    claimed back by recourse by as_of. It needs a bill, of whomever, received at the beginning of these days or before; a
--    refused bill is a value all the same.
-- Uses: credit_instruments
-- Gives: RTN001 (lines_180, refused_180, feed_180), RTN004 (bills_365, register_365)
WITH lines AS (
  SELECT customer_id, CAST(COUNT(DISTINCT line_id) AS BIGINT) AS lines_180
  FROM cash_returns
  WHERE code IN ('AM04', 'AC06', 'R01', 'R09', 'R16') AND returned_on > CAST($as_of AS DATE) - INTERVAL 180 DAY
    AND returned_on <= CAST($as_of AS DATE)
  GROUP BY customer_id
),
refused AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN kind IN ('cheque', 'direct_debit', 'card') AND refused_on > CAST($as_of AS DATE) - INTERVAL 180 DAY
      THEN 1 END) AS BIGINT) AS refused_180,
    CAST(COUNT(CASE WHEN kind IN ('bank_acceptance', 'trade_acceptance') AND refused_on IS NOT NULL
      AND payable_on > CAST($as_of AS DATE) - INTERVAL 365 DAY AND payable_on <= CAST($as_of AS DATE) THEN 1 END) AS BIGINT)
      AS bills_365
  FROM credit_instruments
  GROUP BY customer_id
),
feed AS (
  SELECT CAST(COUNT(*) AS BIGINT) AS feed_180
  FROM payments
  WHERE effective_on <= CAST($as_of AS DATE) - INTERVAL 180 DAY
),
register AS (
  SELECT CAST(COUNT(*) AS BIGINT) AS register_365
  FROM credit_instruments
  WHERE kind IN ('bank_acceptance', 'trade_acceptance') AND received_on <= CAST($as_of AS DATE) - INTERVAL 365 DAY
),
whole AS (
  SELECT
    c.id AS customer_id, COALESCE(l.lines_180, 0) AS lines_180, COALESCE(r.refused_180, 0) AS refused_180,
    COALESCE(r.bills_365, 0) AS bills_365, f.feed_180, g.register_365
  FROM customers c
  LEFT JOIN lines l ON l.customer_id = c.id
  LEFT JOIN refused r ON r.customer_id = c.id
  CROSS JOIN feed f
  CROSS JOIN register g
)
SELECT
  customer_id, lines_180, refused_180, feed_180, bills_365, register_365,
  CASE WHEN feed_180 > 0 OR lines_180 + refused_180 > 0 THEN 1000000 * (lines_180 + refused_180) END AS rtn001,
  CASE WHEN register_365 > 0 OR bills_365 > 0 THEN 1000000 * bills_365 END AS rtn004
FROM whole
ORDER BY customer_id
