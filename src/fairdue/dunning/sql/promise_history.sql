-- promise_history: How many promises of an account were broken in a window, as of a date.
-- 1. A promise counts when the measure promises calls it broken and its promised day is after from_on.
-- 2. Accounts without one are left out.
-- Uses: fairdue.ledger.sql:promises
SELECT customer_id, currency, COUNT(*) AS broken
FROM promises
WHERE state = 'broken' AND until > CAST($from_on AS DATE)
GROUP BY customer_id, currency
ORDER BY customer_id, currency
