-- return_payer: Whose money it is that customers pay with, and whether it is what they owe.
-- 1. Read are a customer's payments of the 90 days until as_of.
-- 2. RTN007 is the share of the amount that came from somebody who is neither the customer nor of its group, of the
--    payments whose payer the bank tells (at least 4), in the company's currency; one in a currency without a rate is left
--    out.
-- 3. A payment is round where it is a multiple of 1000 whole units of its currency (minor units of ISO 4217).
-- 4. A payment matches invoices where all of it was applied by as_of, and on the day on which it was applied to an item,
--    the item had come down by 98 % or more; what a charge took is matched.
-- 5. Left out of RTN009 is a payment of which a part was settled in its source system or converted: nobody can say what it
--    paid.
-- 6. RTN009 is the share of the payments that are round and match nothing (at least 5 payments).
-- Uses: credit_money
-- Gives: RTN007 (other_amount, told_amount, told_90), RTN009 (round_90, judged_90)
WITH paid AS (
  SELECT
    p.id AS payment_id, p.customer_id, p.amount_minor,
    1000 * CASE
      WHEN p.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000
      WHEN p.currency IN (
        'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF',
        'XPF') THEN 1
      ELSE 100 END AS thousand_minor,
    CAST(ROUND(CAST(p.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS amount
  FROM payments p
  LEFT JOIN credit_money m ON m.currency = p.currency
  WHERE p.customer_id IS NOT NULL AND p.effective_on > CAST($as_of AS DATE) - INTERVAL 90 DAY
    AND p.effective_on <= CAST($as_of AS DATE)
),
parts AS (
  SELECT
    a.payment_id, a.due_item_id, CAST(SUM(a.amount_minor) AS BIGINT) AS applied_minor,
    CAST(SUM(CASE WHEN a.kind = 'source_settlement' THEN a.amount_minor ELSE 0 END) AS BIGINT) AS elsewhere_minor,
    MAX(a.effective_on) AS applied_on
  FROM allocations a
  JOIN paid p ON p.payment_id = a.payment_id
  WHERE a.effective_on <= CAST($as_of AS DATE)
  GROUP BY a.payment_id, a.due_item_id
),
fallen AS (
  SELECT t.payment_id, t.due_item_id, CAST(SUM(a.amount_minor) AS BIGINT) AS fallen_minor
  FROM parts t
  JOIN allocations a ON a.due_item_id = t.due_item_id AND a.effective_on <= t.applied_on
  GROUP BY t.payment_id, t.due_item_id
),
applied AS (
  SELECT
    t.payment_id, SUM(t.applied_minor) AS applied_minor, SUM(t.elsewhere_minor) AS elsewhere_minor,
    MAX(CASE WHEN t.applied_minor > 0 AND f.fallen_minor * 100 < i.amount_minor * 98 THEN 1 ELSE 0 END) AS in_part
  FROM parts t
  LEFT JOIN fallen f ON f.payment_id = t.payment_id AND f.due_item_id = t.due_item_id
  LEFT JOIN due_items i ON i.id = t.due_item_id
  GROUP BY t.payment_id
),
told AS (
  SELECT payment_id, MIN(payer) AS payer
  FROM cash_payers
  WHERE payer <> ''
  GROUP BY payment_id
),
judged AS (
  SELECT
    p.customer_id, CASE WHEN t.payer IS NULL THEN NULL ELSE p.amount END AS told_amount,
    CASE WHEN t.payer = 'other' THEN p.amount ELSE 0 END AS other_amount,
    CASE WHEN COALESCE(a.elsewhere_minor, 0) <> 0 THEN NULL
      WHEN p.amount_minor % p.thousand_minor = 0
        AND (a.payment_id IS NULL OR a.applied_minor < p.amount_minor OR a.in_part = 1) THEN 1 ELSE 0 END AS on_account
  FROM paid p
  LEFT JOIN applied a ON a.payment_id = p.payment_id
  LEFT JOIN told t ON t.payment_id = p.payment_id
),
summed AS (
  SELECT
    customer_id, CAST(COUNT(told_amount) AS BIGINT) AS told_90, CAST(SUM(told_amount) AS BIGINT) AS told_amount,
    CAST(SUM(other_amount) AS BIGINT) AS other_amount, CAST(COUNT(on_account) AS BIGINT) AS judged_90,
    CAST(SUM(on_account) AS BIGINT) AS round_90
  FROM judged
  GROUP BY customer_id
)
SELECT
  customer_id, told_90, told_amount, other_amount, judged_90, round_90,
  CASE WHEN told_90 >= 4 AND told_amount > 0
    THEN CAST(ROUND(1000000 * CAST(other_amount AS DOUBLE) / told_amount) AS BIGINT) END AS rtn007,
  CASE WHEN judged_90 >= 5 THEN CAST(ROUND(1000000 * CAST(round_90 AS DOUBLE) / judged_90) AS BIGINT) END AS rtn009
FROM summed
ORDER BY customer_id
