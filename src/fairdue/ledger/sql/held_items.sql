-- held_items: Items under a hold as of a date: whether all is held, else which part, and the reasons.
-- 1. A hold counts from since until until (both days included), and no longer from its released_on.
-- 2. The scope of a hold is its due item, else its document, else its customer.
-- 3. A hold without amount holds all of its scope.
-- 4. Amounts of part holds add up. A part hold on a document or customer holds that much of each of its open items: too
--    much held is safer than too much chased.
-- 5. hold_reasons lists each reason once, in order of the alphabet, parted by commas.
-- 6. ledger.queries answers the same for single customers on live rows; a test holds the two together.
-- Uses: open_items
WITH active AS (
  SELECT customer_id, document_id, due_item_id, reason, amount_minor
  FROM holds
  WHERE since <= CAST($as_of AS DATE)
    AND (until IS NULL OR until >= CAST($as_of AS DATE))
    AND (released_on IS NULL OR released_on > CAST($as_of AS DATE))
),
touched AS (
  SELECT o.due_item_id, a.reason, a.amount_minor
  FROM active a JOIN open_items o ON o.due_item_id = a.due_item_id
  UNION ALL
  SELECT o.due_item_id, a.reason, a.amount_minor
  FROM active a JOIN open_items o ON o.document_id = a.document_id
  WHERE a.due_item_id IS NULL
  UNION ALL
  SELECT o.due_item_id, a.reason, a.amount_minor
  FROM active a JOIN open_items o ON o.customer_id = a.customer_id
  WHERE a.due_item_id IS NULL AND a.document_id IS NULL
)
SELECT
  due_item_id,
  COUNT(*) - COUNT(amount_minor) AS whole_holds,
  CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS part_minor,
  ARRAY_TO_STRING(LIST_SORT(LIST_DISTINCT(LIST(reason))), ',') AS hold_reasons
FROM touched
GROUP BY due_item_id
ORDER BY due_item_id
