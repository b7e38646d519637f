-- cover_stopped: Items that were shipped while the customer was overdue by more than the policy's days.
-- 1. The day that decides is the day of shipment less the stop days of the terms that held then.
-- 2. An item was shipped too late where another day of the customer's shows an original due date before that day whose item
--    was not wholly settled by the day of shipment.
-- 3. Every invoice and debit note of the customer counts, covered or not, from the day it takes effect.
-- 4. An item is settled on the last day on which it fell, where nothing of it is left as of as_of; else it is unpaid.
-- Uses: cover_buyers, fairdue.ledger.sql:fallen
WITH shipped AS (
  SELECT
    i.id AS due_item_id, i.customer_id, i.due_on, b.stop_days, b.shipped_on,
    CASE
      WHEN i.amount_minor > COALESCE(f.fallen_minor, 0) THEN DATE '9999-12-31'
      ELSE COALESCE(f.settled_on, i.effective_on)
    END AS settled_on
  FROM due_items i
  JOIN documents d ON d.id = i.document_id
  JOIN cover_buyers b ON b.customer_id = i.customer_id AND b.shipped_on = COALESCE(d.delivered_on, d.issued_on)
  LEFT JOIN fallen f ON f.item_id = i.id
  WHERE i.amount_minor > 0 AND i.effective_on <= CAST($as_of AS DATE)
),
events AS (
  SELECT
    customer_id, due_item_id, CAST(shipped_on - CAST(stop_days AS INTEGER) AS DATE) AS day, 0 AS late, shipped_on,
    CAST(NULL AS DATE) AS unpaid_until
  FROM shipped
  WHERE stop_days IS NOT NULL
  UNION ALL
  SELECT customer_id, due_item_id, due_on, 1, shipped_on, settled_on
  FROM shipped
),
running AS (
  SELECT
    due_item_id, late, shipped_on,
    MAX(unpaid_until) OVER (
      PARTITION BY customer_id ORDER BY day, late, due_item_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS unpaid_until
  FROM events
)
SELECT due_item_id
FROM running
WHERE late = 0 AND unpaid_until > shipped_on
ORDER BY due_item_id
