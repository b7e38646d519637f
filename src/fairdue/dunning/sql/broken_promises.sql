-- broken_promises: The last day promised by a customer for money that is still open and overdue.
-- 1. A promise is a hold with the reason promise; it is broken when its last day is past and it was not released.
-- 2. It counts for the open, overdue items in its scope: its item, its document, or all items of its customer.
-- Uses: fairdue.ledger.sql:open_items
SELECT o.customer_id, o.currency, MAX(h.until) AS broken_on
FROM holds h
JOIN open_items o
  ON o.customer_id = h.customer_id
  AND (h.due_item_id IS NULL OR h.due_item_id = o.due_item_id)
  AND (h.document_id IS NULL OR h.document_id = o.document_id)
WHERE h.reason = 'promise' AND h.released_on IS NULL AND h.until < CAST($as_of AS DATE)
  AND o.open_minor > 0 AND o.days_overdue > 0
GROUP BY o.customer_id, o.currency
ORDER BY o.customer_id, o.currency
