-- promise_word: Whether each customer keeps its word, and whether it gives it.
-- 1. A promise is due where its day is not after as_of and it is kept or broken (credit_promises); one whose two business
--    days still run, and one withdrawn in time, say nothing.
-- 2. PRM001 is one more than the promises broken over five more than the promises due, of those whose day lies after as_of
--    less 180 days (at least 1 due).
-- 3. PRM002 counts the promises broken since the last one kept, of all that were ever due, by day, among equals by hold (at
--    least 1 due).
-- 4. A promise is live where it is pending and its day is not before as_of; it covers what was promised less what came.
-- 5. PRM005 is what live promises cover, at most the balance, over the balance: what is open and not disputed of invoices
--    past their first agreed due date. It needs such a balance and a contact in the 15 days until as_of, outbound or
--    inbound.
-- Uses: credit_promises, credit_contacts, credit_invoices
-- Gives: PRM001 (broken_180, due_180), PRM002 (broken_run, due_ever), PRM005 (covered, overdue, contacts_15)
WITH judged AS (
  SELECT
    customer_id, state, CAST(DATE_DIFF('day', until, CAST($as_of AS DATE)) AS BIGINT) AS age,
    CAST(ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY until DESC, hold_id DESC) AS BIGINT) AS place
  FROM credit_promises
  WHERE state IN ('kept', 'broken') AND until <= CAST($as_of AS DATE)
),
counted AS (
  SELECT
    customer_id, CAST(COUNT(*) AS BIGINT) AS due_ever,
    CAST(COALESCE(MIN(CASE WHEN state = 'kept' THEN place END) - 1, COUNT(*)) AS BIGINT) AS broken_run,
    CAST(COUNT(CASE WHEN age < 180 THEN 1 END) AS BIGINT) AS due_180,
    CAST(COUNT(CASE WHEN age < 180 AND state = 'broken' THEN 1 END) AS BIGINT) AS broken_180
  FROM judged
  GROUP BY customer_id
),
live AS (
  SELECT customer_id, CAST(SUM(GREATEST(promised - received, 0)) AS BIGINT) AS promised_rest
  FROM credit_promises
  WHERE state = 'pending' AND until >= CAST($as_of AS DATE)
  GROUP BY customer_id
),
late AS (
  SELECT customer_id, CAST(SUM(GREATEST(open_amount - disputed_amount, 0)) AS BIGINT) AS overdue
  FROM credit_invoices
  WHERE due_on < CAST($as_of AS DATE)
  GROUP BY customer_id
),
told AS (
  SELECT customer_id, CAST(COUNT(*) AS BIGINT) AS contacts_15
  FROM credit_contacts
  WHERE happened_on > CAST($as_of AS DATE) - INTERVAL 15 DAY
  GROUP BY customer_id
),
whole AS (
  SELECT
    c.id AS customer_id, j.due_ever, j.broken_run, j.due_180, j.broken_180, COALESCE(l.overdue, 0) AS overdue,
    LEAST(COALESCE(v.promised_rest, 0), COALESCE(l.overdue, 0)) AS covered, COALESCE(t.contacts_15, 0) AS contacts_15
  FROM customers c
  LEFT JOIN counted j ON j.customer_id = c.id
  LEFT JOIN late l ON l.customer_id = c.id
  LEFT JOIN live v ON v.customer_id = c.id
  LEFT JOIN told t ON t.customer_id = c.id
)
SELECT
  customer_id, due_ever, broken_run, due_180, broken_180, overdue, covered, contacts_15,
  CASE WHEN due_180 >= 1 THEN CAST(ROUND(1000000 * CAST(broken_180 + 1 AS DOUBLE) / (due_180 + 5)) AS BIGINT) END AS prm001,
  CASE WHEN due_ever >= 1 THEN 1000000 * broken_run END AS prm002,
  CASE WHEN overdue > 0 AND contacts_15 > 0 THEN CAST(ROUND(1000000 * CAST(covered AS DOUBLE) / overdue) AS BIGINT) END AS prm005
FROM whole
ORDER BY customer_id
