-- credit_invoices: Every invoice item as indicators see it, in the company's currency: due, settled, open, disputed.
-- 1. An item counts from its effective_on; credit notes are no invoices. Items of a currency without a rate are left out.
-- 2. due_on is the first agreed due date: what was granted later does not make a payer prompt.
-- 3. settled_on is the first day from which on money, credits and deductions, but not write-offs, reach 98 % of the item;
--    a day after which a reversal brings it below is not that day.
-- 4. amount and open_amount are in minor units of the company's currency at the rate of as_of, rounded half away from
--    zero; disputed_amount is the part of the open amount under a hold of the reason dispute on the item, its document or
--    its customer, at most what is open.
-- 5. receipts counts the days on which money came for it.
-- Uses: credit_money
WITH money AS (
  SELECT
    due_item_id, effective_on,
    SUM(CASE WHEN kind = 'write_off' THEN 0 ELSE amount_minor END) AS fallen_minor,
    SUM(CASE WHEN kind = 'write_off' THEN amount_minor ELSE 0 END) AS written_minor,
    MAX(CASE WHEN kind = 'payment' AND amount_minor > 0 THEN 1 ELSE 0 END) AS received
  FROM allocations
  WHERE due_item_id IS NOT NULL AND effective_on <= CAST($as_of AS DATE)
  GROUP BY due_item_id, effective_on
),
running AS (
  SELECT
    m.due_item_id, m.effective_on, m.written_minor, m.fallen_minor, m.received,
    CASE WHEN SUM(m.fallen_minor) OVER (PARTITION BY m.due_item_id ORDER BY m.effective_on
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) * 100 >= i.amount_minor * 98 THEN 1 ELSE 0 END AS reached
  FROM money m
  JOIN due_items i ON i.id = m.due_item_id AND i.amount_minor > 0
),
below AS (
  SELECT
    due_item_id,
    MAX(CASE WHEN reached = 0 THEN effective_on END) AS below_on,
    CAST(SUM(fallen_minor + written_minor) AS BIGINT) AS gone_minor,
    CAST(SUM(received) AS BIGINT) AS receipts
  FROM running
  GROUP BY due_item_id
),
settled AS (
  SELECT r.due_item_id, MIN(r.effective_on) AS settled_on
  FROM running r
  JOIN below b ON b.due_item_id = r.due_item_id
  WHERE r.reached = 1 AND (b.below_on IS NULL OR r.effective_on > b.below_on)
  GROUP BY r.due_item_id
),
disputes AS (
  SELECT due_item_id, document_id, customer_id, amount_minor
  FROM holds
  WHERE reason = 'dispute' AND since <= CAST($as_of AS DATE)
    AND (until IS NULL OR until >= CAST($as_of AS DATE)) AND (released_on IS NULL OR released_on > CAST($as_of AS DATE))
),
disputed AS (
  SELECT i.id AS item_id, CAST(SUM(COALESCE(d.amount_minor, i.amount_minor)) AS BIGINT) AS disputed_minor
  FROM disputes d
  JOIN due_items i ON i.customer_id = d.customer_id
    AND (d.document_id IS NULL OR d.document_id = i.document_id) AND (d.due_item_id IS NULL OR d.due_item_id = i.id)
  GROUP BY i.id
),
found AS (
  SELECT
    i.id AS item_id, i.document_id, i.customer_id, i.currency, i.amount_minor, d.issued_on, i.due_on, s.settled_on,
    COALESCE(b.receipts, 0) AS receipts, i.discount_until, i.discount_minor, m.numerator, m.denominator,
    i.amount_minor - COALESCE(b.gone_minor, 0) AS open_minor, COALESCE(x.disputed_minor, 0) AS disputed_minor
  FROM due_items i
  JOIN documents d ON d.id = i.document_id
  JOIN credit_money m ON m.currency = i.currency
  LEFT JOIN below b ON b.due_item_id = i.id
  LEFT JOIN settled s ON s.due_item_id = i.id
  LEFT JOIN disputed x ON x.item_id = i.id
  WHERE i.amount_minor > 0 AND i.effective_on <= CAST($as_of AS DATE)
)
SELECT
  item_id, document_id, customer_id, currency, amount_minor, issued_on, due_on, settled_on, receipts, discount_until,
  discount_minor,
  CAST(ROUND(CAST(amount_minor AS DOUBLE) * numerator / denominator) AS BIGINT) AS amount,
  CAST(ROUND(CAST(open_minor AS DOUBLE) * numerator / denominator) AS BIGINT) AS open_amount,
  CAST(ROUND(CAST(LEAST(disputed_minor, open_minor) AS DOUBLE) * numerator / denominator) AS BIGINT) AS disputed_amount
FROM found
ORDER BY item_id
