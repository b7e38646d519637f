-- silence: How often each customer was contacted since it last gave a sign, as of a date.
-- 1. A contact is a message that was handed over, or a call on record, on or before as_of.
-- 2. A sign is a reply (no automatic one), an answer on the portal, a payment, or a hold for a dispute or a promise.
-- 3. A contact counts when it came after the day of the last sign; on that day it was answered.
-- 4. contacts counts days: a letter and a call on one day are one contact.
-- 5. A customer with no such contact is left out.
WITH signs AS (
  SELECT customer_id, happened_on FROM dunning_signs WHERE kind <> 'call'
  UNION ALL
  SELECT customer_id, effective_on AS happened_on FROM payments WHERE customer_id IS NOT NULL
  UNION ALL
  SELECT customer_id, since AS happened_on FROM holds WHERE reason IN ('dispute', 'promise')
),
heard AS (
  SELECT customer_id, MAX(happened_on) AS heard_on
  FROM signs
  WHERE happened_on <= CAST($as_of AS DATE)
  GROUP BY customer_id
),
contacts AS (
  SELECT customer_id, handed_over_on AS happened_on FROM dunning_contacted
  UNION
  SELECT customer_id, happened_on FROM dunning_signs WHERE kind = 'call'
)
SELECT c.customer_id, COUNT(*) AS contacts
FROM contacts c
LEFT JOIN heard h ON h.customer_id = c.customer_id
WHERE c.happened_on <= CAST($as_of AS DATE) AND (h.heard_on IS NULL OR c.happened_on > h.heard_on)
GROUP BY c.customer_id
ORDER BY c.customer_id
