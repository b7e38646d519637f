-- due_chart: Open invoice items by the week they fall due, per currency: the chart of the home page.
-- 1. A week begins on Monday; an item stands in the week of its due date as it counts at as_of.
-- 2. Items due before first_on stand in one row with span before, those due after last_on in one with span after; their
--    week_on is first_on or last_on.
-- 3. overdue_minor is the part of the row that is overdue at as_of.
-- Uses: open_items
WITH placed AS (
  SELECT
    currency, open_minor, days_overdue,
    CASE
      WHEN due_on < CAST($first_on AS DATE) THEN 'before'
      WHEN due_on > CAST($last_on AS DATE) THEN 'after'
      ELSE 'week'
    END AS span,
    CASE
      WHEN due_on < CAST($first_on AS DATE) THEN CAST($first_on AS DATE)
      WHEN due_on > CAST($last_on AS DATE) THEN CAST($last_on AS DATE)
      ELSE CAST(DATE_TRUNC('week', due_on) AS DATE)
    END AS week_on
  FROM open_items
  WHERE open_minor > 0
)
SELECT
  currency, span, week_on,
  COUNT(*) AS items,
  CAST(SUM(open_minor) AS BIGINT) AS open_minor,
  CAST(SUM(CASE WHEN days_overdue > 0 THEN open_minor ELSE 0 END) AS BIGINT) AS overdue_minor
FROM placed
GROUP BY currency, span, week_on
ORDER BY currency, week_on, span
