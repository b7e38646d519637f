-- overdue_since: The first day of the present unbroken stretch of days on which something of an account was overdue.
-- 1. An invoice item is overdue from the day after its due date (the one in force at as_of, measure due_dates), and not before it was
--    booked (effective_on), while it is open.
-- 2. A part that was allocated before that day never was overdue; a reversal makes it overdue again from its own day.
-- 3. overdue_minor after a day is the sum over the account's items; it is zero exactly when nothing is overdue.
-- 4. The stretch begins on the first event after the last day with zero; accounts with nothing overdue are left out.
-- 5. Credit notes and unapplied payments do not end a stretch: only an allocation does.
-- Uses: fairdue.ledger.sql:due_dates
WITH late AS (
  SELECT
    i.id AS item_id, i.customer_id, i.currency, i.amount_minor,
    GREATEST(CAST(COALESCE(c.due_on, i.due_on) + INTERVAL 1 DAY AS DATE), i.effective_on) AS late_on
  FROM due_items i
  LEFT JOIN due_dates c ON c.item_id = i.id
  WHERE i.amount_minor > 0 AND i.effective_on <= CAST($as_of AS DATE)
    AND COALESCE(c.due_on, i.due_on) < CAST($as_of AS DATE)
),
events AS (
  SELECT customer_id, currency, late_on AS event_on, amount_minor AS change_minor
  FROM late
  UNION ALL
  SELECT l.customer_id, l.currency, GREATEST(l.late_on, a.effective_on) AS event_on, -a.amount_minor AS change_minor
  FROM late l
  JOIN allocations a ON a.due_item_id = l.item_id
  WHERE a.effective_on <= CAST($as_of AS DATE)
),
days AS (
  SELECT customer_id, currency, event_on, CAST(SUM(change_minor) AS BIGINT) AS change_minor
  FROM events
  GROUP BY customer_id, currency, event_on
),
running AS (
  SELECT
    customer_id, currency, event_on,
    CAST(SUM(change_minor) OVER (
      PARTITION BY customer_id, currency ORDER BY event_on ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS overdue_minor
  FROM days
),
settled AS (
  SELECT customer_id, currency, MAX(event_on) AS settled_on
  FROM running
  WHERE overdue_minor = 0
  GROUP BY customer_id, currency
)
SELECT r.customer_id, r.currency, MIN(r.event_on) AS overdue_since
FROM running r
LEFT JOIN settled s ON s.customer_id = r.customer_id AND s.currency = r.currency
WHERE s.settled_on IS NULL OR r.event_on > s.settled_on
GROUP BY r.customer_id, r.currency
ORDER BY r.customer_id, r.currency
