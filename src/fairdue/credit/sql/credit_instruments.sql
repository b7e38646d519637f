-- credit_instruments: Every bill, cheque, direct debit and card payment as it stands: received, promised for, refused.
-- 1. A step counts from its effective_on, and not where a step that takes it back counts. An instrument whose receipt was
--    taken back is left out, and one in a currency without a rate.
-- 2. received_on is the day of its receipt; refused_on that of its dishonour, or of the recourse claimed for it, if any.
-- 3. on_paper: it is a bill, or a cheque that may be cashed only after its receipt: a promise instead of money.
-- 4. amount is in minor units of the company's currency, rounded half away from zero.
-- Uses: credit_money
WITH standing AS (
  SELECT s.instrument_id, s.kind, s.effective_on
  FROM cash_instrument_steps s
  LEFT JOIN cash_instrument_steps u ON u.undoes_id = s.id AND u.effective_on <= CAST($as_of AS DATE)
  WHERE s.kind <> 'undone' AND s.effective_on <= CAST($as_of AS DATE) AND u.id IS NULL
),
placed AS (
  SELECT
    instrument_id, MIN(CASE WHEN kind = 'received' THEN effective_on END) AS received_on,
    MAX(CASE WHEN kind IN ('dishonoured', 'recourse') THEN effective_on END) AS refused_on
  FROM standing
  GROUP BY instrument_id
)
SELECT
  i.id AS instrument_id, i.customer_id, i.kind, i.matures_on, i.payable_on, p.received_on, p.refused_on,
  CASE WHEN i.kind IN ('bank_acceptance', 'trade_acceptance') OR (i.kind = 'cheque' AND i.matures_on > p.received_on)
    THEN 1 ELSE 0 END AS on_paper,
  CAST(ROUND(CAST(i.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS amount
FROM cash_instruments i
JOIN placed p ON p.instrument_id = i.id AND p.received_on IS NOT NULL
JOIN credit_money m ON m.currency = i.currency
ORDER BY instrument_id
