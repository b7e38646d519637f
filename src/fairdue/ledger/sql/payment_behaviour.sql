-- payment_behaviour: How each customer paid, per currency: days beyond terms, payment index, share on time, trend.
-- 1. An invoice item counts when it is effective by as_of, has fallen by all of its amount by then, and its settling day
--    lies in the window: after from_on, until as_of.
-- 2. It counts only where some of it was paid (or settled in the source) and nothing of it was written off.
-- 3. Its days beyond terms are the settling day less the first agreed due date (what was granted later does not make a
--    payer prompt); early is negative.
-- 4. days_minor sums amount times days: over amount_minor it is the weighted mean of days beyond terms.
-- 5. weight_minor sums amount times the weight of the days, in thousandths of a point: over amount_minor it is the
--    payment index. Days beyond the table take the nearest weight.
-- 6. An item settled on or before its due date is on time.
-- 7. The prior columns hold the same for the window before: after prior_on, until from_on. They give the trend.
-- 8. The open_late columns hold the open invoice items past their first due date at as_of, which may still get later.
-- 9. A customer and currency with none of all this is left out.
-- Uses: fallen, open_items
-- Tables: index_weights (days, weight_milli)
WITH bounds AS (
  SELECT MIN(days) AS days_min, MAX(days) AS days_max FROM index_weights
),
settled AS (
  SELECT
    i.customer_id, i.currency, i.amount_minor,
    CAST(DATE_DIFF('day', i.due_on, f.settled_on) AS BIGINT) AS days,
    CASE WHEN f.settled_on > CAST($from_on AS DATE) THEN 1 ELSE 0 END AS recent
  FROM fallen f
  JOIN due_items i ON i.id = f.item_id AND i.amount_minor = f.fallen_minor
  WHERE i.amount_minor > 0 AND i.effective_on <= CAST($as_of AS DATE)
    AND f.settled_on > CAST($prior_on AS DATE) AND f.paid_minor > 0 AND f.written_off_minor = 0
),
paid AS (
  SELECT
    s.customer_id, s.currency,
    SUM(recent) AS items,
    SUM(recent * s.amount_minor) AS amount_minor,
    SUM(recent * s.amount_minor * s.days) AS days_minor,
    SUM(recent * s.amount_minor * w.weight_milli) AS weight_minor,
    SUM(CASE WHEN s.days <= 0 THEN recent ELSE 0 END) AS on_time_items,
    SUM(CASE WHEN s.days <= 0 THEN recent * s.amount_minor ELSE 0 END) AS on_time_minor,
    SUM(1 - recent) AS prior_items,
    SUM((1 - recent) * s.amount_minor) AS prior_amount_minor,
    SUM((1 - recent) * s.amount_minor * s.days) AS prior_days_minor,
    SUM((1 - recent) * s.amount_minor * w.weight_milli) AS prior_weight_minor
  FROM settled s
  CROSS JOIN bounds b
  JOIN index_weights w ON w.days = LEAST(GREATEST(s.days, b.days_min), b.days_max)
  GROUP BY s.customer_id, s.currency
),
late AS (
  SELECT
    customer_id, currency,
    COUNT(*) AS open_late_items,
    SUM(open_minor) AS open_late_minor,
    SUM(open_minor * DATE_DIFF('day', first_due_on, CAST($as_of AS DATE))) AS open_late_days_minor
  FROM open_items
  WHERE open_minor > 0 AND first_due_on < CAST($as_of AS DATE)
  GROUP BY customer_id, currency
)
SELECT
  COALESCE(p.customer_id, l.customer_id) AS customer_id,
  COALESCE(p.currency, l.currency) AS currency,
  CAST(COALESCE(p.items, 0) AS BIGINT) AS items,
  CAST(COALESCE(p.amount_minor, 0) AS BIGINT) AS amount_minor,
  CAST(COALESCE(p.days_minor, 0) AS BIGINT) AS days_minor,
  CAST(COALESCE(p.weight_minor, 0) AS BIGINT) AS weight_minor,
  CAST(COALESCE(p.on_time_items, 0) AS BIGINT) AS on_time_items,
  CAST(COALESCE(p.on_time_minor, 0) AS BIGINT) AS on_time_minor,
  CAST(COALESCE(p.prior_items, 0) AS BIGINT) AS prior_items,
  CAST(COALESCE(p.prior_amount_minor, 0) AS BIGINT) AS prior_amount_minor,
  CAST(COALESCE(p.prior_days_minor, 0) AS BIGINT) AS prior_days_minor,
  CAST(COALESCE(p.prior_weight_minor, 0) AS BIGINT) AS prior_weight_minor,
  CAST(COALESCE(l.open_late_items, 0) AS BIGINT) AS open_late_items,
  CAST(COALESCE(l.open_late_minor, 0) AS BIGINT) AS open_late_minor,
  CAST(COALESCE(l.open_late_days_minor, 0) AS BIGINT) AS open_late_days_minor
FROM paid p
FULL JOIN late l ON l.customer_id = p.customer_id AND l.currency = p.currency
ORDER BY customer_id, currency
