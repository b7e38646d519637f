-- payment_chased: How much is paid only after it was chased.
-- 1. An invoice was chased on the day on which a notice that names it was handed over after its due date, or on which a
--    call about it was made. What is told before the due date is no chasing.
-- 2. PAY022 is the share of the amount settled in 180 days that was chased before the day of settlement (at least 8 settled
--    invoices).
-- 3. It needs a log of what was told: a notice or call of the house, to whomever, from before the window.
-- Uses: credit_invoices
-- Gives: PAY022 (chased_amount, amount_180, n_180)
WITH told AS (
  SELECT l.due_item_id, n.handed_over_on AS told_on, FALSE AS called
  FROM dunning_notices n
  JOIN dunning_notice_lines l ON l.notice_id = n.id
  WHERE n.handed_over_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT l.due_item_id, d.task_done_on AS told_on, TRUE AS called
  FROM dunning_decided d
  JOIN dunning_decided_lines l ON l.proposal_id = d.id
  WHERE d.action = 'call' AND d.task_done_on <= CAST($as_of AS DATE)
),
log AS (
  SELECT COUNT(*) AS entries
  FROM told
  WHERE told_on <= CAST($as_of AS DATE) - INTERVAL 180 DAY
),
chased AS (
  SELECT i.item_id, MIN(t.told_on) AS chased_on
  FROM told t
  JOIN credit_invoices i ON i.item_id = t.due_item_id
  WHERE t.called OR t.told_on > i.due_on
  GROUP BY i.item_id
),
summed AS (
  SELECT
    i.customer_id, CAST(COUNT(*) AS BIGINT) AS n_180, CAST(SUM(i.amount) AS BIGINT) AS amount_180,
    CAST(SUM(CASE WHEN c.chased_on < i.settled_on THEN i.amount ELSE 0 END) AS BIGINT) AS chased_amount
  FROM credit_invoices i
  LEFT JOIN chased c ON c.item_id = i.item_id
  WHERE i.settled_on > CAST($as_of AS DATE) - INTERVAL 180 DAY AND i.amount > 0
  GROUP BY i.customer_id
)
SELECT
  s.customer_id, s.n_180, s.amount_180, s.chased_amount,
  CASE WHEN s.n_180 >= 8 AND g.entries > 0
    THEN CAST(ROUND(1000000 * CAST(s.chased_amount AS DOUBLE) / s.amount_180) AS BIGINT) END AS pay022
FROM summed s
CROSS JOIN log g
ORDER BY customer_id
