-- credit_contacts: What passed between the house and each customer, day by day: who wrote, called or answered.
-- 1. Outbound are messages that were handed over (kind message) and calls on record (call).
-- 2. Inbound are replies, automatic ones not (reply), answers on the portal (answer), what a person said and a colleague
--    coded (said: events whose kind begins with said_, known by as_of), and promises (promise).
-- 3. A call is no answer by itself: only what was said in it is.
SELECT customer_id, handed_over_on AS happened_on, 'message' AS kind, id AS entry_id, 1 AS outbound
FROM dunning_contacted
WHERE handed_over_on <= CAST($as_of AS DATE)
UNION ALL
SELECT customer_id, happened_on, kind, id, CASE WHEN kind = 'call' THEN 1 ELSE 0 END
FROM dunning_signs
WHERE happened_on <= CAST($as_of AS DATE)
UNION ALL
SELECT customer_id, happened_on, 'said', id, 0
FROM credit_events
WHERE LEFT(kind, 5) = 'said_' AND happened_on <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
UNION ALL
SELECT customer_id, since, 'promise', id, 0
FROM holds
WHERE reason = 'promise' AND since <= CAST($as_of AS DATE)
ORDER BY customer_id, happened_on, kind, entry_id
