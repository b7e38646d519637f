-- limit_use: Each customer's exposure against its limit, its worth, our own and what is insured; its share of all balances.
-- 1. Exposure and balance are those of credit_exposure. The limit is the own one in force on as_of and the temporary ones
--    beside it; without an own one there is none.
-- 2. LIM001 is the exposure over the limit (a limit in force). Over a limit of 0 an exposure is 1,000,000, none is 0.
-- 3. LIM006 is the exposure over the tangible net worth: equity, or assets less liabilities, less intangible assets and
--    goodwill, of the newest statement known whose period ended less than 24 months before as_of, the customer's own before
--    its group's, of one period the one known last. Where the worth is 0 or less it is 1,000,000.
-- 4. What is insured of an exposure is as much of it as the insurer's limit, times the insured share. LIM007 is the rest
--    over our own equity: the newest figure own_equity of a day less than 24 months before as_of; 1,000,000 where that is 0
--    or less.
-- 5. LIM008 is the balance of the customer's group, or of a customer without one its own, over the balances of all
--    customers (at least one above 0).
-- 6. LIM010 is the share of the exposure that is not insured, where there is an exposure and the house has a policy with
--    terms valid on as_of. A customer for whom no limit was asked is not insured.
-- Uses: credit_exposure, credit_limit_days, credit_insured, credit_money, credit_unit
-- Gives: LIM001 (exposure, limit_amount), LIM006 (exposure, worth), LIM007 (exposure, insured, own_equity),
-- LIM008 (group_balance, all_balances), LIM010 (exposure, insured, policies)
WITH own AS (
  SELECT customer_id, amount, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY place DESC) AS turn
  FROM credit_limit_days
  WHERE kind = 'own' AND from_age >= 0 AND (to_age IS NULL OR to_age <= 0)
),
added AS (
  SELECT customer_id, CAST(SUM(amount) AS BIGINT) AS amount
  FROM credit_limit_days
  WHERE kind = 'temporary' AND from_age >= 0 AND (to_age IS NULL OR to_age <= 0)
  GROUP BY customer_id
),
statements AS (
  SELECT
    id AS statement_id, customer_id, currency,
    ROW_NUMBER() OVER (PARTITION BY customer_id
      ORDER BY period_end DESC, CASE WHEN consolidated THEN 1 ELSE 0 END, known_on DESC, id DESC) AS turn
  FROM credit_statements
  WHERE known_on <= CAST($as_of AS DATE) AND period_end <= CAST($as_of AS DATE)
    AND period_end + INTERVAL 24 MONTH > CAST($as_of AS DATE)
),
lines AS (
  SELECT
    s.customer_id, s.currency,
    SUM(CASE WHEN l.code = 'total_equity' THEN l.amount_minor END) AS equity_minor,
    SUM(CASE WHEN l.code = 'total_assets' THEN l.amount_minor END) - SUM(CASE WHEN l.code = 'total_liabilities' THEN l.amount_minor END)
      AS rest_minor,
    SUM(CASE WHEN l.code IN ('intangibles', 'goodwill') THEN l.amount_minor ELSE 0 END) AS soft_minor
  FROM statements s
  JOIN credit_statement_lines l ON l.statement_id = s.statement_id
  WHERE s.turn = 1
  GROUP BY s.customer_id, s.currency
),
worths AS (
  SELECT
    l.customer_id, CAST(ROUND(CAST(COALESCE(l.equity_minor, l.rest_minor) - l.soft_minor AS DOUBLE) * m.numerator / m.denominator)
      AS BIGINT) AS worth
  FROM lines l
  JOIN credit_money m ON m.currency = l.currency
),
figures AS (
  SELECT value_micro, ROW_NUMBER() OVER (ORDER BY as_of DESC, known_on DESC, id DESC) AS turn
  FROM credit_figures
  WHERE kind = 'own_equity' AND subject = 'company' AND as_of <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
    AND as_of + INTERVAL 24 MONTH > CAST($as_of AS DATE)
),
ours AS (
  SELECT CAST(ROUND(CAST(f.value_micro AS DOUBLE) * u.unit_minor / 1000000) AS BIGINT) AS own_equity
  FROM figures f
  CROSS JOIN credit_unit u
  WHERE f.turn = 1
),
grouped AS (
  SELECT c.id AS customer_id, COALESCE(c.group_id, -c.id) AS family, COALESCE(e.balance, 0) AS balance, COALESCE(e.exposure, 0) AS exposure
  FROM customers c
  LEFT JOIN credit_exposure e ON e.customer_id = c.id
),
whole AS (
  SELECT
    g.customer_id, g.exposure, CASE WHEN o.customer_id IS NOT NULL THEN o.amount + COALESCE(a.amount, 0) END AS limit_amount,
    w.worth, e.own_equity, i.policies,
    CAST(ROUND(CAST(LEAST(g.exposure, i.insured_limit) AS DOUBLE) * i.share_ppm / 1000000) AS BIGINT) AS insured,
    CAST(SUM(g.balance) OVER (PARTITION BY g.family) AS BIGINT) AS group_balance, CAST(SUM(g.balance) OVER () AS BIGINT) AS all_balances
  FROM grouped g
  JOIN credit_insured i ON i.customer_id = g.customer_id
  LEFT JOIN own o ON o.customer_id = g.customer_id AND o.turn = 1
  LEFT JOIN added a ON a.customer_id = g.customer_id
  LEFT JOIN worths w ON w.customer_id = g.customer_id
  LEFT JOIN ours e ON TRUE
)
SELECT
  customer_id, exposure, limit_amount, worth, own_equity, policies, insured, group_balance, all_balances,
  CASE WHEN limit_amount IS NULL THEN NULL WHEN exposure = 0 THEN CAST(0 AS BIGINT)
    WHEN limit_amount = 0 THEN CAST(1000000000000 AS BIGINT)
    ELSE CAST(LEAST(1000000000000, ROUND(1000000 * CAST(exposure AS DOUBLE) / limit_amount)) AS BIGINT) END AS lim001,
  CASE WHEN worth IS NULL THEN NULL WHEN worth <= 0 THEN CAST(1000000000000 AS BIGINT)
    ELSE CAST(LEAST(1000000000000, ROUND(1000000 * CAST(exposure AS DOUBLE) / worth)) AS BIGINT) END AS lim006,
  CASE WHEN own_equity IS NULL THEN NULL WHEN own_equity <= 0 THEN CAST(1000000000000 AS BIGINT)
    ELSE CAST(LEAST(1000000000000, ROUND(1000000 * CAST(exposure - insured AS DOUBLE) / own_equity)) AS BIGINT) END AS lim007,
  CASE WHEN all_balances > 0 THEN CAST(ROUND(1000000 * CAST(group_balance AS DOUBLE) / all_balances) AS BIGINT) END AS lim008,
  CASE WHEN policies > 0 AND exposure > 0
    THEN CAST(ROUND(1000000 * CAST(exposure - insured AS DOUBLE) / exposure) AS BIGINT) END AS lim010
FROM whole
ORDER BY customer_id
