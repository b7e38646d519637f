-- open_charges: Claims for interest, compensation and fees that are still open, as of a date.
-- 1. A charge counts when its effective_on is not after as_of.
-- 2. Its open amount is its amount less the allocations on its charge side that are effective by as_of.
-- 3. A charge with nothing open is left out.
WITH fallen AS (
  SELECT charge_id, CAST(SUM(amount_minor) AS BIGINT) AS fallen_minor
  FROM allocations
  WHERE charge_id IS NOT NULL AND effective_on <= CAST($as_of AS DATE)
  GROUP BY charge_id
)
SELECT
  c.id AS charge_id,
  c.customer_id,
  c.due_item_id,
  c.kind,
  c.currency,
  c.effective_on,
  c.amount_minor,
  CAST(c.amount_minor - COALESCE(f.fallen_minor, 0) AS BIGINT) AS open_minor
FROM charges c
LEFT JOIN fallen f ON f.charge_id = c.id
WHERE c.effective_on <= CAST($as_of AS DATE) AND c.amount_minor <> COALESCE(f.fallen_minor, 0)
ORDER BY charge_id
