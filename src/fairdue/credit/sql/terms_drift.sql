-- terms_drift: Terms that grow from invoice to invoice, and due dates that are moved afterwards.
-- 1. The terms of an invoice are its first agreed due date less its day of issue.
-- 2. TRM001 is the mean of the terms by amount of the invoices issued in 90 days until as_of less that of the 365 days
--    before (at least 6 and 12 invoices).
-- 3. A due date is moved where a change that takes effect after the day of issue sets it later than it was: than the change
--    before it, else than the first agreed one. Of a day only the last change counts.
-- 4. TRM003 counts the invoices with such a change in the 180 days until as_of. The ledger keeps every change; where there
--    is none it needs an invoice, of whomever, from the beginning of these days or before.
-- Uses: credit_invoices
-- Gives: TRM001 (days_90, amount_90, n_90, days_before, amount_before, n_before), TRM003 (moved_180, trail_180)
WITH issued AS (
  SELECT
    customer_id, amount, document_id, CAST(DATE_DIFF('day', issued_on, due_on) AS BIGINT) AS terms,
    CAST(DATE_DIFF('day', issued_on, CAST($as_of AS DATE)) AS BIGINT) AS age
  FROM credit_invoices
  WHERE issued_on > CAST($as_of AS DATE) - INTERVAL 455 DAY AND issued_on <= CAST($as_of AS DATE) AND amount > 0
),
summed AS (
  SELECT
    customer_id,
    CAST(COUNT(DISTINCT CASE WHEN age < 90 THEN document_id END) AS BIGINT) AS n_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount ELSE 0 END) AS BIGINT) AS amount_90,
    CAST(SUM(CASE WHEN age < 90 THEN amount * terms ELSE 0 END) AS BIGINT) AS days_90,
    CAST(COUNT(DISTINCT CASE WHEN age >= 90 THEN document_id END) AS BIGINT) AS n_before,
    CAST(SUM(CASE WHEN age >= 90 THEN amount ELSE 0 END) AS BIGINT) AS amount_before,
    CAST(SUM(CASE WHEN age >= 90 THEN amount * terms ELSE 0 END) AS BIGINT) AS days_before
  FROM issued
  GROUP BY customer_id
),
changes AS (
  SELECT
    due_item_id, effective_on, due_on,
    ROW_NUMBER() OVER (PARTITION BY due_item_id, effective_on ORDER BY id DESC) AS place
  FROM due_date_changes
  WHERE effective_on <= CAST($as_of AS DATE)
),
chained AS (
  SELECT
    due_item_id, effective_on, due_on, LAG(due_on) OVER (PARTITION BY due_item_id ORDER BY effective_on) AS due_before
  FROM changes
  WHERE place = 1
),
moved AS (
  SELECT i.customer_id, CAST(COUNT(DISTINCT i.document_id) AS BIGINT) AS moved_180
  FROM chained c
  JOIN due_items i ON i.id = c.due_item_id
  JOIN documents d ON d.id = i.document_id
  WHERE c.effective_on > CAST($as_of AS DATE) - INTERVAL 180 DAY AND c.effective_on > d.issued_on AND i.amount_minor > 0
    AND c.due_on > COALESCE(c.due_before, i.due_on)
  GROUP BY i.customer_id
),
trail AS (
  SELECT CAST(COUNT(*) AS BIGINT) AS trail_180
  FROM due_items
  WHERE effective_on <= CAST($as_of AS DATE) - INTERVAL 180 DAY
)
SELECT
  c.id AS customer_id, s.n_90, s.amount_90, s.days_90, s.n_before, s.amount_before, s.days_before,
  COALESCE(m.moved_180, 0) AS moved_180, t.trail_180,
  CASE WHEN s.n_90 >= 6 AND s.n_before >= 12 THEN CAST(ROUND(1000000 * (
    CAST(s.days_90 AS DOUBLE) / s.amount_90 - CAST(s.days_before AS DOUBLE) / s.amount_before)) AS BIGINT) END AS trm001,
  CASE WHEN t.trail_180 > 0 OR m.moved_180 > 0 THEN 1000000 * COALESCE(m.moved_180, 0) END AS trm003
FROM customers c
LEFT JOIN summed s ON s.customer_id = c.id
LEFT JOIN moved m ON m.customer_id = c.id
CROSS JOIN trail t
ORDER BY customer_id
