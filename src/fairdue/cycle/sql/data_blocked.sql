-- data_blocked: What each finding blocks, by currency: the open invoices of its customers and the overdue part.
-- 1. Every customer counts once in a finding, whatever the number of its rows there.
-- 2. unapplied_minor is what these customers have in credit notes and money that are not applied.
-- 3. The finding '' is every customer with any finding, each once: findings overlap and do not add up.
-- 4. customers counts those with money in the currency.
-- Tables: data_found (gap, customer_id), data_money (customer_id, currency, open_minor, overdue_minor, unapplied_minor, no_terms_minor)
WITH once AS (
  SELECT DISTINCT gap, customer_id FROM data_found
  UNION ALL
  SELECT DISTINCT '' AS gap, customer_id FROM data_found
)
SELECT
  f.gap,
  m.currency,
  COUNT(*) AS customers,
  CAST(SUM(m.open_minor) AS BIGINT) AS open_minor,
  CAST(SUM(m.overdue_minor) AS BIGINT) AS overdue_minor,
  CAST(SUM(m.unapplied_minor) AS BIGINT) AS unapplied_minor
FROM once f
JOIN data_money m ON m.customer_id = f.customer_id
GROUP BY f.gap, m.currency
ORDER BY gap, currency
