-- ageing_items: Every open item with its ageing bucket, as of a date.
-- 1. An item stands in the bucket whose bounds hold its days overdue; an empty bound is open-ended.
-- 2. A part payment lowers the item it pays, so that the rest ages by that item's own due date.
-- 3. A credit note stands in bucket 0: it has no age, it waits to be used.
-- Uses: open_items
-- Tables: buckets (bucket_no, bucket, from_days, to_days)
SELECT
  o.due_item_id,
  o.customer_id,
  o.currency,
  CASE WHEN o.open_minor < 0 THEN 0 ELSE b.bucket_no END AS bucket_no,
  CASE WHEN o.open_minor < 0 THEN 'unapplied' ELSE b.bucket END AS bucket,
  o.due_on,
  o.days_overdue,
  o.open_minor
FROM open_items o
JOIN buckets b
  ON o.days_overdue >= COALESCE(b.from_days, o.days_overdue) AND o.days_overdue <= COALESCE(b.to_days, o.days_overdue)
ORDER BY customer_id, currency, due_on, due_item_id
