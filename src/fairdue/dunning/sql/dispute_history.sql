-- dispute_history: What each customer disputed in a window, as of a date: how often, which invoices, how it ended.
-- 1. A dispute is a hold with the reason dispute that begins after from_on, until as_of. A later hold on the same scope is another one.
-- 2. It is unfounded when it was released by as_of, and from its beginning until as_of nothing was credited on its scope: its due
--    item, else its document, else its customer. Reversals count.
-- 3. disputed_invoices counts the invoices issued in the window that a dispute of the window names by item or document.
-- 4. invoices counts the invoices issued in the window; the share is the one over the other.
-- 5. A customer with neither dispute nor invoice in the window is left out.
WITH told AS (
  SELECT h.id AS hold_id, h.customer_id, h.due_item_id, COALESCE(h.document_id, i.document_id) AS document_id,
    h.since, h.released_on
  FROM holds h
  LEFT JOIN due_items i ON i.id = h.due_item_id
  WHERE h.reason = 'dispute' AND h.since > CAST($from_on AS DATE) AND h.since <= CAST($as_of AS DATE)
),
credits AS (
  SELECT i.id AS due_item_id, i.document_id, i.customer_id, a.effective_on, a.amount_minor
  FROM allocations a
  JOIN due_items i ON i.id = a.due_item_id
  WHERE a.kind = 'credit' AND a.effective_on <= CAST($as_of AS DATE)
),
given AS (
  SELECT t.hold_id, CAST(SUM(c.amount_minor) AS BIGINT) AS credited_minor
  FROM told t
  JOIN credits c
    ON c.customer_id = t.customer_id
    AND c.effective_on >= t.since
    AND (t.due_item_id IS NULL OR t.due_item_id = c.due_item_id)
    AND (t.document_id IS NULL OR t.document_id = c.document_id)
  GROUP BY t.hold_id
),
counted AS (
  SELECT
    t.customer_id,
    COUNT(*) AS disputes,
    CAST(SUM(CASE
      WHEN t.released_on <= CAST($as_of AS DATE) AND COALESCE(g.credited_minor, 0) <= 0 THEN 1 ELSE 0
    END) AS BIGINT) AS unfounded
  FROM told t
  LEFT JOIN given g ON g.hold_id = t.hold_id
  GROUP BY t.customer_id
),
issued AS (
  SELECT
    d.customer_id,
    COUNT(*) AS invoices,
    CAST(SUM(CASE WHEN n.document_id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS disputed_invoices
  FROM documents d
  LEFT JOIN (SELECT DISTINCT document_id FROM told WHERE document_id IS NOT NULL) n ON n.document_id = d.id
  WHERE d.kind = 'invoice' AND d.issued_on > CAST($from_on AS DATE) AND d.issued_on <= CAST($as_of AS DATE)
  GROUP BY d.customer_id
)
SELECT
  COALESCE(i.customer_id, c.customer_id) AS customer_id,
  COALESCE(c.disputes, 0) AS disputes,
  COALESCE(c.unfounded, 0) AS unfounded,
  COALESCE(i.disputed_invoices, 0) AS disputed_invoices,
  COALESCE(i.invoices, 0) AS invoices
FROM issued i
FULL OUTER JOIN counted c ON c.customer_id = i.customer_id
ORDER BY customer_id
