-- score_accruals: What two years of statements tell of dressed-up profits: Beneish, Piotroski, Sloan.
-- 1. Read are the newest annual statement and that of the year before (docs/algorithms/financial-statements.md); the newest is
--    less than 18 months old. Both years are needed. Every value lies between -1,000,000 and 1,000,000.
-- 2. FSM012 (Beneish 1999, eight variables) is -4.84 + 0.920 DSRI + 0.528 GMI + 0.404 AQI + 0.892 SGI + 0.115 DEPI - 0.172 SGAI
--    + 4.679 TATA - 0.327 LVGI. This year over the year before: DSRI receivables over sales; SGI sales; SGAI selling and
--    administrative expenses over sales; LVGI long-term debt and current liabilities over total assets; AQI total assets
--    without current assets, fixed assets and long-term securities, over total assets. The year before over this year: GMI
--    gross margin; DEPI depreciation over depreciation and fixed assets. TATA is net income less cash flow from operations,
--    over total assets.
-- 3. An index whose two years are both 0 is 1 (AQI, DEPI, SGAI); one that divides by 0 else gives no value, and so do gross
--    margins of 0 or less, which would turn GMI round.
-- 4. FSM013 (Piotroski 2000) counts nine signs, each over the total assets of its own year: net income above 0; cash flow from
--    operations above 0; net income up; cash flow above net income; long-term debt down; current ratio up; paid-in capital not
--    up; gross margin up; sales up. It needs all nine. A tie is no sign.
-- 5. FSM018 (Sloan 1996) is net income less cash flow from operations, over the mean of total assets at the end and a year before.
-- Uses: credit_statements_read
-- Gives: FSM012 (receivables, sales, cost_of_sales, current_assets, fixed_assets, long_term_securities, total_assets,
--    depreciation, selling_administrative, current_liabilities, long_debt, net_income, operating_cash_flow,
--    receivables_before, sales_before, cost_of_sales_before, current_assets_before, fixed_assets_before,
--    long_term_securities_before, total_assets_before, depreciation_before, selling_administrative_before,
--    current_liabilities_before, long_debt_before),
--    FSM013 (net_income, operating_cash_flow, total_assets, long_debt, current_assets, current_liabilities, paid_in_capital,
--    sales, cost_of_sales, net_income_before, total_assets_before, long_debt_before, current_assets_before,
--    current_liabilities_before, paid_in_capital_before, sales_before, cost_of_sales_before),
--    FSM018 (net_income, operating_cash_flow, total_assets, total_assets_before)
WITH shares AS (
  SELECT
    customer_id, years_back, receivables, sales, cost_of_sales, current_assets, fixed_assets, long_term_securities, total_assets,
    depreciation, selling_administrative, current_liabilities, long_debt, net_income, operating_cash_flow, paid_in_capital,
    CAST(receivables AS DOUBLE) / sales AS waiting,
    CAST(sales - cost_of_sales AS DOUBLE) / sales AS margin,
    CAST(total_assets - current_assets - fixed_assets - long_term_securities AS DOUBLE) / total_assets AS other_assets,
    CASE WHEN depreciation + fixed_assets > 0 THEN CAST(depreciation AS DOUBLE) / (depreciation + fixed_assets)
      WHEN depreciation + fixed_assets = 0 THEN 0 END AS written,
    CAST(selling_administrative AS DOUBLE) / sales AS overhead,
    CAST(long_debt + current_liabilities AS DOUBLE) / total_assets AS leverage,
    CAST(net_income AS DOUBLE) / total_assets AS earned,
    CAST(long_debt AS DOUBLE) / total_assets AS long_share,
    CASE WHEN current_liabilities > 0 THEN CAST(current_assets AS DOUBLE) / current_liabilities END AS current_ratio,
    CAST(sales AS DOUBLE) / total_assets AS turned
  FROM credit_statements_read
  WHERE years_back <= 1 AND total_assets > 0 AND sales > 0
),
indices AS (
  SELECT
    n.customer_id,
    CASE WHEN b.waiting > 0 THEN n.waiting / b.waiting END AS dsri,
    CASE WHEN n.margin > 0 AND b.margin > 0 THEN b.margin / n.margin END AS gmi,
    CASE WHEN b.other_assets > 0 THEN n.other_assets / b.other_assets WHEN b.other_assets = 0 AND n.other_assets = 0 THEN 1 END AS aqi,
    n.sales / CAST(b.sales AS DOUBLE) AS sgi,
    CASE WHEN n.written > 0 THEN b.written / n.written WHEN n.written = 0 AND b.written = 0 THEN 1 END AS depi,
    CASE WHEN b.overhead > 0 THEN n.overhead / b.overhead WHEN b.overhead = 0 AND n.overhead = 0 THEN 1 END AS sgai,
    CAST(n.net_income - n.operating_cash_flow AS DOUBLE) / n.total_assets AS tata,
    CASE WHEN b.leverage > 0 THEN n.leverage / b.leverage END AS lvgi,
    CASE WHEN n.earned > 0 THEN 1 WHEN n.earned <= 0 THEN 0 END
      + CASE WHEN n.operating_cash_flow > 0 THEN 1 WHEN n.operating_cash_flow <= 0 THEN 0 END
      + CASE WHEN n.earned > b.earned THEN 1 WHEN n.earned <= b.earned THEN 0 END
      + CASE WHEN n.operating_cash_flow > n.net_income THEN 1 WHEN n.operating_cash_flow <= n.net_income THEN 0 END
      + CASE WHEN n.long_share < b.long_share THEN 1 WHEN n.long_share >= b.long_share THEN 0 END
      + CASE WHEN n.current_ratio > b.current_ratio THEN 1 WHEN n.current_ratio <= b.current_ratio THEN 0 END
      + CASE WHEN n.paid_in_capital <= b.paid_in_capital THEN 1 WHEN n.paid_in_capital > b.paid_in_capital THEN 0 END
      + CASE WHEN n.margin > b.margin THEN 1 WHEN n.margin <= b.margin THEN 0 END
      + CASE WHEN n.turned > b.turned THEN 1 WHEN n.turned <= b.turned THEN 0 END AS signs
  FROM shares n
  JOIN shares b ON b.customer_id = n.customer_id AND b.years_back = 1
  WHERE n.years_back = 0
),
scores AS (
  SELECT
    customer_id, signs,
    -4.84 + 0.920 * dsri + 0.528 * gmi + 0.404 * aqi + 0.892 * sgi + 0.115 * depi - 0.172 * sgai + 4.679 * tata - 0.327 * lvgi AS m
  FROM indices
),
accrued AS (
  SELECT
    n.customer_id,
    CASE WHEN n.total_assets + b.total_assets > 0
      THEN 2 * CAST(n.net_income - n.operating_cash_flow AS DOUBLE) / (n.total_assets + b.total_assets) END AS accruals
  FROM credit_statements_read n
  JOIN credit_statements_read b ON b.customer_id = n.customer_id AND b.years_back = 1
  WHERE n.years_back = 0
)
SELECT
  n.customer_id, n.receivables, n.sales, n.cost_of_sales, n.current_assets, n.fixed_assets, n.long_term_securities, n.total_assets,
  n.depreciation, n.selling_administrative, n.current_liabilities, n.long_debt, n.net_income, n.operating_cash_flow,
  n.paid_in_capital, b.receivables AS receivables_before, b.sales AS sales_before, b.cost_of_sales AS cost_of_sales_before,
  b.current_assets AS current_assets_before, b.fixed_assets AS fixed_assets_before,
  b.long_term_securities AS long_term_securities_before, b.total_assets AS total_assets_before,
  b.depreciation AS depreciation_before, b.selling_administrative AS selling_administrative_before,
  b.current_liabilities AS current_liabilities_before, b.long_debt AS long_debt_before, b.net_income AS net_income_before,
  b.paid_in_capital AS paid_in_capital_before,
  CAST(ROUND(1000000 * SIGN(s.m) * LEAST(ABS(s.m), 1000000)) AS BIGINT) AS fsm012,
  CAST(1000000 * s.signs AS BIGINT) AS fsm013,
  CAST(ROUND(1000000 * SIGN(a.accruals) * LEAST(ABS(a.accruals), 1000000)) AS BIGINT) AS fsm018
FROM credit_statements_read n
JOIN credit_statements_read b ON b.customer_id = n.customer_id AND b.years_back = 1
JOIN accrued a ON a.customer_id = n.customer_id
LEFT JOIN scores s ON s.customer_id = n.customer_id
WHERE n.years_back = 0
ORDER BY customer_id
