-- promises: Each promise to pay with what was promised, what came, and whether it was kept, as of a date.
-- 1. A promise is a hold with reason promise that begins by as_of; its until is the promised day.
-- 2. Its scope is its due item, else its document, else its customer in the hold's currency. A promise of a whole
--    customer without currency cannot be measured and is left out.
-- 3. Promised is the hold's amount; without one, what was open on the scope's invoice items at the end of the day before since.
-- 4. Received is what was allocated to the scope's invoice items from since until the promised day (at most as_of),
--    reversals counted, write-offs not.
-- 5. kept: received reaches promised. broken: it does not and the promised day is before as_of. withdrawn: it does not and
--    the hold was released by as_of and not after the promised day. pending: otherwise.
-- 6. A promise with nothing to pay (promised 0) is kept.
WITH told AS (
  SELECT
    id AS hold_id, customer_id, document_id, due_item_id, currency, amount_minor, since, until, released_on,
    LEAST(COALESCE(until, CAST($as_of AS DATE)), CAST($as_of AS DATE)) AS counted_until
  FROM holds
  WHERE reason = 'promise' AND since <= CAST($as_of AS DATE)
),
scoped AS (
  SELECT t.hold_id, t.since, t.counted_until, i.id AS item_id, i.currency, i.amount_minor, i.effective_on
  FROM told t JOIN due_items i ON i.id = t.due_item_id
  WHERE i.amount_minor > 0
  UNION ALL
  SELECT t.hold_id, t.since, t.counted_until, i.id, i.currency, i.amount_minor, i.effective_on
  FROM told t JOIN due_items i ON i.document_id = t.document_id
  WHERE t.due_item_id IS NULL AND i.amount_minor > 0
  UNION ALL
  SELECT t.hold_id, t.since, t.counted_until, i.id, i.currency, i.amount_minor, i.effective_on
  FROM told t JOIN due_items i ON i.customer_id = t.customer_id AND i.currency = t.currency
  WHERE t.due_item_id IS NULL AND t.document_id IS NULL AND i.amount_minor > 0
),
owed AS (
  SELECT hold_id, MIN(currency) AS currency,
    CAST(SUM(CASE WHEN effective_on < since THEN amount_minor ELSE 0 END) AS BIGINT) AS amount_minor
  FROM scoped
  GROUP BY hold_id
),
came AS (
  SELECT
    s.hold_id,
    CAST(SUM(CASE WHEN a.effective_on < s.since AND s.effective_on < s.since THEN a.amount_minor ELSE 0 END) AS BIGINT)
      AS before_minor,
    CAST(SUM(CASE WHEN a.effective_on >= s.since AND a.effective_on <= s.counted_until AND a.kind <> 'write_off'
      THEN a.amount_minor ELSE 0 END) AS BIGINT) AS received_minor
  FROM scoped s
  JOIN allocations a ON a.due_item_id = s.item_id
  GROUP BY s.hold_id
),
measured AS (
  SELECT
    t.hold_id, t.customer_id, o.currency, t.since, t.until, t.released_on,
    CAST(COALESCE(t.amount_minor, o.amount_minor - COALESCE(c.before_minor, 0)) AS BIGINT) AS promised_minor,
    COALESCE(c.received_minor, 0) AS received_minor
  FROM told t
  JOIN owed o ON o.hold_id = t.hold_id
  LEFT JOIN came c ON c.hold_id = t.hold_id
)
SELECT
  hold_id, customer_id, currency, since, until, promised_minor, received_minor,
  CASE
    WHEN received_minor >= promised_minor THEN 'kept'
    WHEN released_on <= CAST($as_of AS DATE) AND (until IS NULL OR released_on <= until) THEN 'withdrawn'
    WHEN until < CAST($as_of AS DATE) THEN 'broken'
    ELSE 'pending'
  END AS state
FROM measured
ORDER BY hold_id
