-- due_dates: The later agreed due date of each item that has one, as of a date.
-- 1. A change counts when its effective_on is not after as_of.
-- 2. Of several the one that takes effect last counts, among equals the one recorded last (the highest id).
WITH ranked AS (
  SELECT
    due_item_id, due_on,
    ROW_NUMBER() OVER (PARTITION BY due_item_id ORDER BY effective_on DESC, id DESC) AS place
  FROM due_date_changes
  WHERE effective_on <= CAST($as_of AS DATE)
)
SELECT due_item_id AS item_id, due_on
FROM ranked
WHERE place = 1
ORDER BY item_id
