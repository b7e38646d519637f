-- open_items: The open amount of every due item as of a date, as known in the snapshot. The one definition in the house.
-- 1. An item counts when its effective_on is not after as_of; the snapshot holds only rows recorded by known_at.
-- 2. The open amount is the item's amount less what it has fallen by as_of: for an invoice item its allocations, for a
--    credit note item (whose amount is negative) less the negative of what was used of it.
-- 3. The due date is the later agreed one that counts by as_of (due_dates), else the first agreed one.
-- 4. days_overdue is as_of less the due date: negative before it, 0 on the due date itself.
-- 5. An item with nothing open is left out.
-- Uses: fallen, due_dates
SELECT
  i.id AS due_item_id,
  i.document_id,
  i.customer_id,
  i.currency,
  i.amount_minor,
  CAST(i.amount_minor - COALESCE(f.fallen_minor, 0) AS BIGINT) AS open_minor,
  i.due_on AS first_due_on,
  COALESCE(c.due_on, i.due_on) AS due_on,
  CAST(DATE_DIFF('day', COALESCE(c.due_on, i.due_on), CAST($as_of AS DATE)) AS BIGINT) AS days_overdue
FROM due_items i
LEFT JOIN fallen f ON f.item_id = i.id
LEFT JOIN due_dates c ON c.item_id = i.id
WHERE i.effective_on <= CAST($as_of AS DATE) AND i.amount_minor <> COALESCE(f.fallen_minor, 0)
ORDER BY due_item_id
