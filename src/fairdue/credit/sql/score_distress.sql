-- score_distress: Published scores of distress: Ohlson, Zmijewski, Springate, Taffler, Grover, and the working-asset model.
-- 1. Read are the newest annual statement and that of the year before (docs/algorithms/financial-statements.md); the newest is
--    less than 18 months old. A score needs all its amounts told and what it divides by above 0. Every value lies between
--    -1,000,000 and 1,000,000. Working capital is current assets less current liabilities.
-- 2. FSM005 (Ohlson 1980, model 1) is the probability 1 / (1 + exp(-O)). Its size is the natural logarithm of total assets in
--    whole US dollars, at the rates of as_of, over the figure price_index_1968 (subject US, 1968 = 100, known by then, less
--    than three years old, the latest as_of). Funds from operations are net income plus what is written down. The dummies and the
--    change of income need net income of two years; where both are 0 it has not changed.
-- 3. FSM006 (Zmijewski 1984) is the standard normal distribution at X = -4.336 - 4.513 NI/TA + 5.679 TL/TA + 0.004 CA/CL: a
--    probit, the cut-off X = 0 is 0.5. The distribution is that of Hart (1968) as given by West (2005), exact to 14 digits.
-- 4. FSM007 (Springate 1978) is 1.03 WC/TA + 3.07 EBIT/TA + 0.66 PBT/CL + 0.40 S/TA; below 0.862 is a failure.
-- 5. FSM008 (Taffler 1983) is 3.20 + 12.18 PBT/CL + 2.50 CA/TL - 10.68 CL/TA + 0.029 NCI, with the no-credit interval NCI in
--    days: (quick assets - CL) / ((sales - PBT - written down) / 365).
-- 6. FSM010 (Grover 2001) is 1.650 WC/TA + 3.404 EBIT/TA - 0.016 NI/TA + 0.057.
-- 7. FSM015 (营运资产模型) is CA/CL + (CA - inventory)/CL - CL/NW - TL/NW, NW being equity; with an equity of 0 or less it is -1,000,000.
-- Uses: credit_statements_read, fairdue.ledger.sql:exchange
-- Gives: FSM005 (total_assets, total_liabilities, current_assets, current_liabilities, net_income, written_down,
--    net_income_before, dollars, price_index_micro), FSM006 (net_income, total_liabilities, current_assets,
--    current_liabilities, total_assets), FSM007 (current_assets, current_liabilities, ebit, profit_before_tax, sales,
--    total_assets), FSM008 (profit_before_tax, current_liabilities, current_assets, total_liabilities, total_assets,
--    quick_assets, sales, written_down), FSM010 (current_assets, current_liabilities, ebit, net_income, total_assets),
--    FSM015 (current_assets, inventory, current_liabilities, total_liabilities, total_equity)
WITH figures AS (
  SELECT value_micro, ROW_NUMBER() OVER (ORDER BY as_of DESC, known_on DESC, id DESC) AS place
  FROM credit_figures
  WHERE kind = 'price_index_1968' AND subject = 'US' AND as_of <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
    AND as_of + INTERVAL 36 MONTH > CAST($as_of AS DATE) AND value_micro > 0
),
dollar AS (
  SELECT c.currency, CAST(c.numerator AS DOUBLE) / c.denominator * u.denominator / u.numerator AS dollars
  FROM exchange c
  JOIN exchange u ON u.currency = 'USD'
),
years AS (
  SELECT
    n.customer_id, n.current_assets, n.current_liabilities, n.quick_assets, n.inventory, n.working_capital, n.total_assets,
    n.total_liabilities, n.total_equity, n.sales, n.ebit, n.profit_before_tax, n.net_income, n.written_down,
    b.net_income AS net_income_before, f.value_micro AS price_index_micro,
    CAST(ROUND(CAST(n.total_assets AS DOUBLE) / n.unit_minor * CASE WHEN n.currency = 'USD' THEN 1 ELSE d.dollars END) AS BIGINT) AS dollars
  FROM credit_statements_read n
  LEFT JOIN credit_statements_read b ON b.customer_id = n.customer_id AND b.years_back = 1
  LEFT JOIN dollar d ON d.currency = n.currency
  LEFT JOIN figures f ON f.place = 1
  WHERE n.years_back = 0
),
parts AS (
  SELECT
    customer_id, current_assets, current_liabilities, quick_assets, inventory, total_assets, total_liabilities, total_equity,
    sales, ebit, profit_before_tax, net_income, written_down, net_income_before, dollars, price_index_micro,
    CASE WHEN total_assets > 0 THEN CAST(working_capital AS DOUBLE) / total_assets END AS wc_ta,
    CASE WHEN total_assets > 0 THEN CAST(ebit AS DOUBLE) / total_assets END AS ebit_ta,
    CASE WHEN total_assets > 0 THEN CAST(net_income AS DOUBLE) / total_assets END AS ni_ta,
    CASE WHEN total_assets > 0 THEN CAST(sales AS DOUBLE) / total_assets END AS s_ta,
    CASE WHEN total_assets > 0 THEN CAST(total_liabilities AS DOUBLE) / total_assets END AS tl_ta,
    CASE WHEN total_assets > 0 THEN CAST(current_liabilities AS DOUBLE) / total_assets END AS cl_ta,
    CASE WHEN current_liabilities > 0 THEN CAST(current_assets AS DOUBLE) / current_liabilities END AS ca_cl,
    CASE WHEN current_liabilities > 0 THEN CAST(profit_before_tax AS DOUBLE) / current_liabilities END AS pbt_cl,
    CASE WHEN total_liabilities > 0 THEN CAST(current_assets AS DOUBLE) / total_liabilities END AS ca_tl,
    CASE WHEN total_liabilities > 0 THEN CAST(net_income + written_down AS DOUBLE) / total_liabilities END AS ffo_tl,
    CASE WHEN current_assets > 0 THEN CAST(current_liabilities AS DOUBLE) / current_assets END AS cl_ca,
    CASE WHEN sales - profit_before_tax - written_down > 0 THEN 365 * CAST(quick_assets - current_liabilities AS DOUBLE)
      / (sales - profit_before_tax - written_down) END AS nci,
    CASE WHEN dollars > 0 AND price_index_micro > 0 THEN LN(1000000 * CAST(dollars AS DOUBLE) / price_index_micro) END AS size,
    CASE WHEN total_liabilities > total_assets THEN 1 ELSE 0 END AS owes_more,
    CASE WHEN net_income < 0 AND net_income_before < 0 THEN 1 ELSE 0 END AS lost_twice,
    CASE WHEN ABS(net_income) + ABS(net_income_before) = 0 THEN 0
      ELSE CAST(net_income - net_income_before AS DOUBLE) / (ABS(net_income) + ABS(net_income_before)) END AS ni_change
  FROM years
),
scores AS (
  SELECT
    customer_id, current_assets, current_liabilities, quick_assets, inventory, total_assets, total_liabilities, total_equity,
    sales, ebit, profit_before_tax, net_income, written_down, net_income_before, dollars, price_index_micro,
    -1.32 - 0.407 * size + 6.03 * tl_ta - 1.43 * wc_ta + 0.0757 * cl_ca - 1.72 * owes_more - 2.37 * ni_ta - 1.83 * ffo_tl
      + 0.285 * lost_twice - 0.521 * ni_change AS o,
    -4.336 - 4.513 * ni_ta + 5.679 * tl_ta + 0.004 * ca_cl AS x,
    1.03 * wc_ta + 3.07 * ebit_ta + 0.66 * pbt_cl + 0.40 * s_ta AS springate,
    3.20 + 12.18 * pbt_cl + 2.50 * ca_tl - 10.68 * cl_ta + 0.029 * nci AS taffler,
    1.650 * wc_ta + 3.404 * ebit_ta - 0.016 * ni_ta + 0.057 AS grover,
    CASE WHEN total_equity <= 0 THEN -1000000
      WHEN total_equity > 0 AND current_liabilities > 0 THEN CAST(2 * current_assets - inventory AS DOUBLE) / current_liabilities
        - CAST(current_liabilities + total_liabilities AS DOUBLE) / total_equity END AS rating
  FROM parts
),
tails AS (
  SELECT
    customer_id, o, x, springate, taffler, grover, rating,
    CASE WHEN ABS(x) >= 7 THEN 0 ELSE EXP(-x * x / 2)
      * ((((((0.0352624965998911 * ABS(x) + 0.700383064443688) * ABS(x) + 6.37396220353165) * ABS(x) + 33.912866078383) * ABS(x)
        + 112.079291497871) * ABS(x) + 221.213596169931) * ABS(x) + 220.206867912376)
      / (((((((0.0883883476483184 * ABS(x) + 1.75566716318264) * ABS(x) + 16.064177579207) * ABS(x) + 86.7807322029461) * ABS(x)
        + 296.564248779674) * ABS(x) + 637.333633378831) * ABS(x) + 793.826512519948) * ABS(x) + 440.413735824752) END AS tail
  FROM scores
)
SELECT
  s.customer_id, s.current_assets, s.current_liabilities, s.quick_assets, s.inventory, s.total_assets, s.total_liabilities,
  s.total_equity, s.sales, s.ebit, s.profit_before_tax, s.net_income, s.written_down, s.net_income_before, s.dollars,
  s.price_index_micro,
  CAST(ROUND(1000000 * CASE WHEN s.o < -100 THEN 0 WHEN s.o > 100 THEN 1 ELSE 1 / (1 + EXP(-s.o)) END) AS BIGINT) AS fsm005,
  CAST(ROUND(1000000 * CASE WHEN s.x > 0 THEN 1 - t.tail ELSE t.tail END) AS BIGINT) AS fsm006,
  CAST(ROUND(1000000 * SIGN(s.springate) * LEAST(ABS(s.springate), 1000000)) AS BIGINT) AS fsm007,
  CAST(ROUND(1000000 * SIGN(s.taffler) * LEAST(ABS(s.taffler), 1000000)) AS BIGINT) AS fsm008,
  CAST(ROUND(1000000 * SIGN(s.grover) * LEAST(ABS(s.grover), 1000000)) AS BIGINT) AS fsm010,
  CAST(ROUND(1000000 * SIGN(s.rating) * LEAST(ABS(s.rating), 1000000)) AS BIGINT) AS fsm015
FROM scores s
JOIN tails t ON t.customer_id = s.customer_id
ORDER BY customer_id
