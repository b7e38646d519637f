-- ageing: Open amounts as of a date by customer, currency and bucket, with the customer's group.
-- 1. Invoice items stand in the bucket whose bounds hold their days overdue; an empty bound is open-ended.
-- 2. A part payment lowers the item it pays, so that the rest ages by that item's own due date.
-- 3. Open credit notes and unapplied payments have no age: bucket 0 holds them in columns of their own, as negatives.
-- 4. Payments of nobody known stand under customer 0 with no group.
-- 5. The sum of the three amount columns over all buckets is the customer's balance.
-- Uses: open_items, open_credit
-- Tables: buckets (bucket_no, bucket, from_days, to_days)
WITH bare AS (
  SELECT customer_id, currency, open_minor AS credit_minor, 0 AS unapplied_minor
  FROM open_items
  WHERE open_minor < 0
  UNION ALL
  SELECT customer_id, currency, 0, -unapplied_minor
  FROM open_credit
),
summed AS (
  SELECT o.customer_id, o.currency, b.bucket_no, COUNT(*) AS items,
    SUM(o.open_minor) AS open_minor, 0 AS credit_minor, 0 AS unapplied_minor
  FROM open_items o
  JOIN buckets b
    ON o.days_overdue >= COALESCE(b.from_days, o.days_overdue) AND o.days_overdue <= COALESCE(b.to_days, o.days_overdue)
  WHERE o.open_minor > 0
  GROUP BY o.customer_id, o.currency, b.bucket_no
  UNION ALL
  SELECT customer_id, currency, 0, COUNT(*), 0, SUM(credit_minor), SUM(unapplied_minor)
  FROM bare
  GROUP BY customer_id, currency
)
SELECT
  s.customer_id,
  COALESCE(c.group_id, 0) AS group_id,
  COALESCE(c.group_code, '') AS group_code,
  s.currency,
  CAST(s.bucket_no AS BIGINT) AS bucket_no,
  COALESCE(b.bucket, 'unapplied') AS bucket,
  s.items,
  CAST(s.open_minor AS BIGINT) AS open_minor,
  CAST(s.credit_minor AS BIGINT) AS credit_minor,
  CAST(s.unapplied_minor AS BIGINT) AS unapplied_minor
FROM summed s
LEFT JOIN customers c ON c.id = s.customer_id
LEFT JOIN buckets b ON b.bucket_no = s.bucket_no
ORDER BY customer_id, currency, bucket_no
