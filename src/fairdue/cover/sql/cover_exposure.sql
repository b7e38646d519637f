-- cover_exposure: Open amounts of the customers that have a limit, by state, limit and currency; and their credits.
-- 1. Covered amounts stand under the limit that held on the day of shipment and its share, uncovered ones under their state.
-- 2. asked_minor is the part of which no consent of the insurer is in force on as_of.
-- 3. Credits (state credit, positive) are open credit notes and payments not applied.
-- 4. Where there is no policy, limit, group or share, 0 stands; first_shipped_on is the earliest shipment of the row, as_of for
--    credits; minimum_minor is the least of the terms under which it was shipped.
-- Uses: cover_items, cover_buyers, fairdue.ledger.sql:open_items, fairdue.ledger.sql:open_credit
WITH buyers AS (
  SELECT DISTINCT customer_id FROM cover_buyers
),
found AS (
  SELECT
    customer_id, COALESCE(policy_id, 0) AS policy_id, COALESCE(limit_id, 0) AS limit_id, group_id, limit_minor,
    COALESCE(share_ppm, 0) AS share_ppm, COALESCE(policy_currency, '') AS policy_currency, state, currency,
    open_minor AS amount_minor,
    CASE WHEN consent_until >= CAST($as_of AS DATE) THEN 0 ELSE open_minor END AS asked_minor,
    shipped_on, COALESCE(minimum_minor, 0) AS minimum_minor
  FROM cover_items
  UNION ALL
  SELECT o.customer_id, 0, 0, 0, 0, 0, '', 'credit', o.currency, -o.open_minor, 0, CAST($as_of AS DATE), 0
  FROM open_items o
  JOIN buyers b ON b.customer_id = o.customer_id
  WHERE o.open_minor < 0
  UNION ALL
  SELECT p.customer_id, 0, 0, 0, 0, 0, '', 'credit', p.currency, p.unapplied_minor, 0, CAST($as_of AS DATE), 0
  FROM open_credit p
  JOIN buyers b ON b.customer_id = p.customer_id
  WHERE p.unapplied_minor > 0
)
SELECT
  customer_id, policy_id, limit_id, group_id, limit_minor, share_ppm, policy_currency, state, currency,
  CAST(SUM(amount_minor) AS BIGINT) AS amount_minor, CAST(SUM(asked_minor) AS BIGINT) AS asked_minor, COUNT(*) AS items,
  MIN(shipped_on) AS first_shipped_on, MIN(minimum_minor) AS minimum_minor
FROM found
GROUP BY customer_id, policy_id, limit_id, group_id, limit_minor, share_ppm, policy_currency, state, currency
ORDER BY customer_id, policy_id, limit_id, group_id, limit_minor, share_ppm, policy_currency, state, currency
