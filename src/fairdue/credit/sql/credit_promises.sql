-- credit_promises: Each promise to pay of a day, with what of it came by two business days after the day, as of a date.
-- 1. Promises, their scope and what was promised are those of the ledger's measure promises; one without a promised day is
--    left out. Business days are Monday to Friday.
-- 2. received is what the measure counts until the promised day, and what came for the scope's invoice items after it until
--    deadline_on, the second business day after it; write-offs are no money.
-- 3. kept: received reaches 95 % of what was promised. withdrawn: it does not, and the hold was released by as_of and not
--    after the promised day. broken: it does not, and deadline_on is before as_of. pending: otherwise.
-- 4. promised and received are in minor units of the company's currency, NULL in a currency without a rate.
-- Uses: fairdue.ledger.sql:promises, credit_money
WITH told AS (
  SELECT
    p.hold_id, p.customer_id, p.currency, p.since, p.until, p.promised_minor, p.received_minor, p.state, h.document_id, h.due_item_id,
    CAST(p.until + CAST(CASE WHEN DATE_DIFF('day', CAST('1900-01-01' AS DATE), p.until) % 7 IN (3, 4) THEN 4
      WHEN DATE_DIFF('day', CAST('1900-01-01' AS DATE), p.until) % 7 = 5 THEN 3 ELSE 2 END AS INTEGER) AS DATE) AS deadline_on
  FROM promises p
  JOIN holds h ON h.id = p.hold_id
  WHERE p.until IS NOT NULL
),
late AS (
  SELECT t.hold_id, CAST(SUM(a.amount_minor) AS BIGINT) AS late_minor
  FROM told t
  JOIN due_items i ON i.customer_id = t.customer_id AND i.currency = t.currency AND i.amount_minor > 0
    AND (t.document_id IS NULL OR t.document_id = i.document_id) AND (t.due_item_id IS NULL OR t.due_item_id = i.id)
  JOIN allocations a ON a.due_item_id = i.id
  WHERE a.kind <> 'write_off' AND a.effective_on > t.until AND a.effective_on <= t.deadline_on
    AND a.effective_on <= CAST($as_of AS DATE)
  GROUP BY t.hold_id
),
measured AS (
  SELECT
    t.hold_id, t.customer_id, t.currency, t.since, t.until, t.deadline_on, t.promised_minor, t.state AS told_state,
    t.received_minor + COALESCE(l.late_minor, 0) AS received_minor
  FROM told t
  LEFT JOIN late l ON l.hold_id = t.hold_id
)
SELECT
  x.hold_id, x.customer_id, x.since, x.until, x.deadline_on,
  CASE
    WHEN x.received_minor * 100 >= x.promised_minor * 95 THEN 'kept'
    WHEN x.told_state = 'withdrawn' THEN 'withdrawn'
    WHEN x.deadline_on < CAST($as_of AS DATE) THEN 'broken'
    ELSE 'pending'
  END AS state,
  CAST(ROUND(CAST(x.promised_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS promised,
  CAST(ROUND(CAST(x.received_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS received
FROM measured x
LEFT JOIN credit_money m ON m.currency = x.currency
ORDER BY hold_id
