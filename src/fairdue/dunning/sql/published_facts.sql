-- published_facts: The newest fact of each kind about each customer that holds on a date.
-- 1. A fact is of a customer when its subject is customer: and the customer's id.
-- 2. It counts when its day is not after as_of and it is valid without end or through as_of.
-- 3. The newest day counts; among facts of one day the one recorded last, which has the highest id.
WITH holding AS (
  SELECT id, CAST(SUBSTR(subject, 10) AS BIGINT) AS customer_id, kind, as_of, value
  FROM facts
  WHERE subject LIKE 'customer:%' AND as_of <= CAST($as_of AS DATE)
    AND (valid_until IS NULL OR valid_until >= CAST($as_of AS DATE))
),
ranked AS (
  SELECT customer_id, kind, value,
    ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY as_of DESC, id DESC) AS place
  FROM holding
)
SELECT customer_id, kind, value
FROM ranked
WHERE place = 1
ORDER BY customer_id, kind
