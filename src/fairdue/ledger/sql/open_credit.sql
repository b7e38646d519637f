-- open_credit: Payments with money that is not yet applied, as of a date.
-- 1. A payment counts when its effective_on is not after as_of.
-- 2. The unapplied amount is the payment less the allocations that use it and are effective by as_of.
-- 3. A payment of nobody known has customer_id 0.
-- 4. A payment with nothing unapplied is left out.
WITH applied AS (
  SELECT payment_id, CAST(SUM(amount_minor) AS BIGINT) AS applied_minor
  FROM allocations
  WHERE payment_id IS NOT NULL AND effective_on <= CAST($as_of AS DATE)
  GROUP BY payment_id
)
SELECT
  p.id AS payment_id,
  COALESCE(p.customer_id, 0) AS customer_id,
  p.currency,
  p.effective_on,
  CAST(p.amount_minor - COALESCE(a.applied_minor, 0) AS BIGINT) AS unapplied_minor
FROM payments p
LEFT JOIN applied a ON a.payment_id = p.id
WHERE p.effective_on <= CAST($as_of AS DATE) AND p.amount_minor <> COALESCE(a.applied_minor, 0)
ORDER BY payment_id
