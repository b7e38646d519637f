-- cover_deadlines: What asks for an act, by customer, policy, currency, kind and day, with the open amount at risk.
-- 1. notify and claim: covered items whose act is not recorded, on their day. A claim ends the duty to notify, too.
-- 2. extension: covered items whose agreed due date lies after the last day to extend, on that last day.
-- 3. stop: all open invoices of the customer, on the first day without cover for shipments: the oldest original due date plus
--    the stop days of the terms in force on as_of, plus 1. The amount is what is open and past its original due date.
-- 4. amounts are open amounts; items counts them, first_item_id is the lowest id.
-- 5. A stop speaks of the customer's current limit; where that is none or zero, nothing is shipped under cover anyway and no stop is told.
-- Uses: cover_items, cover_buyers, fairdue.ledger.sql:open_items
WITH now AS (
  SELECT customer_id, policy_id, stop_days
  FROM cover_buyers
  WHERE shipped_on = CAST($as_of AS DATE) AND limit_minor > 0 AND stop_days IS NOT NULL
),
oldest AS (
  SELECT o.customer_id, MIN(o.first_due_on) AS first_due_on
  FROM open_items o
  JOIN now n ON n.customer_id = o.customer_id
  WHERE o.open_minor > 0
  GROUP BY o.customer_id
),
found AS (
  SELECT customer_id, policy_id, currency, 'notify' AS kind, notify_by AS day, open_minor, due_item_id
  FROM cover_items
  WHERE notify_by IS NOT NULL AND notified = 0 AND claimed = 0
  UNION ALL
  SELECT customer_id, policy_id, currency, 'claim', claim_by, open_minor, due_item_id
  FROM cover_items
  WHERE claim_by IS NOT NULL AND claimed = 0
  UNION ALL
  SELECT customer_id, policy_id, currency, 'extension', extend_until, open_minor, due_item_id
  FROM cover_items
  WHERE extend_until IS NOT NULL AND due_on > extend_until
  UNION ALL
  SELECT
    o.customer_id, n.policy_id, o.currency, 'stop',
    CAST(f.first_due_on + CAST(n.stop_days + 1 AS INTEGER) AS DATE), o.open_minor, o.due_item_id
  FROM open_items o
  JOIN now n ON n.customer_id = o.customer_id
  JOIN oldest f ON f.customer_id = o.customer_id
  WHERE o.open_minor > 0 AND o.first_due_on < CAST($as_of AS DATE)
)
SELECT
  customer_id, policy_id, currency, kind, day, CAST(SUM(open_minor) AS BIGINT) AS at_risk_minor, COUNT(*) AS items,
  MIN(due_item_id) AS first_item_id
FROM found
GROUP BY customer_id, policy_id, currency, kind, day
ORDER BY customer_id, policy_id, currency, kind, day
