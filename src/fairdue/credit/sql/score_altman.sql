-- score_altman: Altman's scores for listed, private and all other firms, and how the last changed within a year.
-- 1. Read are the newest annual statement and that of the year before (docs/algorithms/financial-statements.md); the newest is
--    less than 18 months old. A score needs all its amounts told, total assets and total liabilities above 0. Every value
--    lies between -1,000,000 and 1,000,000.
-- 2. FSM001 (1968) is 1.2 working capital + 1.4 retained earnings + 3.3 EBIT + 0.999 sales, each over total assets, + 0.6 market
--    value over total liabilities; zones 2.99 and 1.81. The market value is the figure market_cap of the customer, in
--    thousand units of the statement's currency, known by then and at most 92 days old; the latest as_of counts.
-- 3. FSM002 (1983) is 0.717, 0.847, 3.107 and 0.998 of the same, + 0.420 equity over total liabilities; zones 2.90 and 1.23.
-- 4. FSM003 (1995, Z'' without a constant) is 6.56 working capital + 3.26 retained earnings + 6.72 EBIT over total assets,
--    + 1.05 equity over total liabilities; zones 2.60 and 1.10, not those of FSM002.
-- 5. FSM021 is FSM003 less that of the year before, both unrounded.
-- Uses: credit_statements_read
-- Gives: FSM001 (working_capital, retained_earnings, ebit, market_cap_micro, total_liabilities, sales, total_assets),
--    FSM002 (working_capital, retained_earnings, ebit, total_equity, total_liabilities, sales, total_assets),
--    FSM003 (working_capital, retained_earnings, ebit, total_equity, total_liabilities, total_assets),
--    FSM021 (working_capital, retained_earnings, ebit, total_equity, total_liabilities, total_assets, z_before_micro)
WITH figures AS (
  SELECT
    customer_id, value_micro, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY as_of DESC, known_on DESC, id DESC) AS place
  FROM credit_figures
  WHERE kind = 'market_cap' AND as_of <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
    AND DATE_DIFF('day', as_of, CAST($as_of AS DATE)) <= 92
),
shares AS (
  SELECT
    r.customer_id, r.years_back, r.working_capital, r.retained_earnings, r.ebit, r.total_equity, r.total_liabilities, r.sales,
    r.total_assets, f.value_micro AS market_cap_micro,
    CAST(r.working_capital AS DOUBLE) / r.total_assets AS working,
    CAST(r.retained_earnings AS DOUBLE) / r.total_assets AS retained,
    CAST(r.ebit AS DOUBLE) / r.total_assets AS earned,
    CAST(r.sales AS DOUBLE) / r.total_assets AS turned,
    CAST(r.total_equity AS DOUBLE) / r.total_liabilities AS owned,
    CAST(f.value_micro AS DOUBLE) / 1000 * r.unit_minor / r.total_liabilities AS valued
  FROM credit_statements_read r
  LEFT JOIN figures f ON f.customer_id = r.customer_id AND f.place = 1
  WHERE r.total_assets > 0 AND r.total_liabilities > 0 AND r.years_back <= 1
),
scores AS (
  SELECT
    customer_id, years_back, working_capital, retained_earnings, ebit, total_equity, total_liabilities, sales, total_assets,
    market_cap_micro,
    1.2 * working + 1.4 * retained + 3.3 * earned + 0.6 * valued + 0.999 * turned AS z_listed,
    0.717 * working + 0.847 * retained + 3.107 * earned + 0.420 * owned + 0.998 * turned AS z_private,
    6.56 * working + 3.26 * retained + 6.72 * earned + 1.05 * owned AS z_other
  FROM shares
)
SELECT
  n.customer_id, n.working_capital, n.retained_earnings, n.ebit, n.total_equity, n.total_liabilities, n.sales, n.total_assets,
  n.market_cap_micro,
  CAST(ROUND(1000000 * SIGN(b.z_other) * LEAST(ABS(b.z_other), 1000000)) AS BIGINT) AS z_before_micro,
  CAST(ROUND(1000000 * SIGN(n.z_listed) * LEAST(ABS(n.z_listed), 1000000)) AS BIGINT) AS fsm001,
  CAST(ROUND(1000000 * SIGN(n.z_private) * LEAST(ABS(n.z_private), 1000000)) AS BIGINT) AS fsm002,
  CAST(ROUND(1000000 * SIGN(n.z_other) * LEAST(ABS(n.z_other), 1000000)) AS BIGINT) AS fsm003,
  CAST(ROUND(1000000 * SIGN(n.z_other - b.z_other) * LEAST(ABS(n.z_other - b.z_other), 1000000)) AS BIGINT) AS fsm021
FROM scores n
LEFT JOIN scores b ON b.customer_id = n.customer_id AND b.years_back = 1
WHERE n.years_back = 0
ORDER BY customer_id
