-- chase_items: What may be chased of every open item as of a date: open amount, held part and the reasons of holds.
-- 1. Every open item is listed, credit notes too (their open amount is negative).
-- 2. held_minor is the open amount where a hold takes all of the item, else the sum of its part holds, at most the open
--    amount; of a credit note nothing is held.
-- 3. hold_reasons lists the reasons of its holds, empty where there is none.
-- Uses: open_items, held_items
SELECT
  o.due_item_id,
  o.document_id,
  o.customer_id,
  o.currency,
  d.kind,
  d.number AS document_number,
  d.issued_on,
  o.due_on,
  o.amount_minor,
  o.open_minor,
  CAST(CASE
    WHEN h.whole_holds > 0 THEN GREATEST(o.open_minor, 0)
    ELSE LEAST(GREATEST(o.open_minor, 0), COALESCE(h.part_minor, 0))
  END AS BIGINT) AS held_minor,
  COALESCE(h.hold_reasons, '') AS hold_reasons,
  o.days_overdue,
  d.terms
FROM open_items o
JOIN documents d ON d.id = o.document_id
LEFT JOIN held_items h ON h.due_item_id = o.due_item_id
ORDER BY customer_id, currency, due_on, due_item_id
