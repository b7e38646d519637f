-- fallen: How far each due item has fallen by allocations, as of a date.
-- 1. An allocation counts when its effective_on is not after as_of; a reversal is an allocation with the sign turned.
-- 2. fallen_minor of an invoice item sums the allocations on its due_item side; paid_minor is the part by payments and
--    source settlements, written_off_minor the part written off.
-- 3. fallen_minor of a credit note item sums the allocations that use it as credit_item, as a negative.
-- 4. settled_on is the last day on which the allocations of the day do not sum to 0. Where nothing was reversed that is
--    the last day of an allocation; only items with a reversal are looked at day by day.
WITH counted AS (
  SELECT due_item_id, credit_item_id, kind, amount_minor, effective_on
  FROM allocations
  WHERE effective_on <= CAST($as_of AS DATE)
),
summed AS (
  SELECT
    due_item_id AS item_id,
    CAST(SUM(amount_minor) AS BIGINT) AS fallen_minor,
    CAST(SUM(CASE WHEN kind IN ('payment', 'source_settlement') THEN amount_minor ELSE 0 END) AS BIGINT) AS paid_minor,
    CAST(SUM(CASE WHEN kind = 'write_off' THEN amount_minor ELSE 0 END) AS BIGINT) AS written_off_minor,
    MAX(effective_on) AS last_on,
    MIN(amount_minor) AS smallest_minor
  FROM counted
  WHERE due_item_id IS NOT NULL
  GROUP BY due_item_id
),
days AS (
  SELECT c.due_item_id AS item_id, c.effective_on
  FROM counted c
  JOIN summed s ON s.item_id = c.due_item_id AND s.smallest_minor < 0
  GROUP BY c.due_item_id, c.effective_on
  HAVING SUM(c.amount_minor) <> 0
),
last_days AS (
  SELECT item_id, MAX(effective_on) AS settled_on
  FROM days
  GROUP BY item_id
)
SELECT
  s.item_id, s.fallen_minor, s.paid_minor, s.written_off_minor,
  CASE WHEN s.smallest_minor < 0 THEN l.settled_on ELSE s.last_on END AS settled_on
FROM summed s
LEFT JOIN last_days l ON l.item_id = s.item_id
UNION ALL
SELECT credit_item_id, CAST(-SUM(amount_minor) AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(NULL AS DATE)
FROM counted
WHERE credit_item_id IS NOT NULL
GROUP BY credit_item_id
ORDER BY item_id
