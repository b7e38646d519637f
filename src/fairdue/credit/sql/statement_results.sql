-- statement_results: What a customer earns, and how that, its sales and its equity changed within a year.
-- 1. Read are the newest annual statement and those of the year before and of the year before that
--    (docs/algorithms/financial-statements.md); the newest is less than 18 months old. A ratio needs its amounts told and what
--    it divides by above 0; else there is no value. Every value lies between -1,000,000 and 1,000,000.
-- 2. FSP001 is EBIT over sales. FSP003 is net income over the mean of total assets at the end and a year before; where the
--    year before is not known, over those at the end.
-- 3. FSP005 is the gross margin ((sales - cost of sales) / sales) less that of the year before.
-- 4. FSP008 counts the years with a net income below 0 from the newest backwards, of three at most. It needs the newest and
--    the year before; an earlier year that is not known ends the count.
-- 5. FSG001, FSG004 and FSG007 are the growth of sales, equity and cash over the year before; FSG002 is that of sales less
--    that of equity.
-- Uses: credit_statements_read
-- Gives: FSP001 (ebit, sales), FSP003 (net_income, total_assets, total_assets_before), FSP005 (sales, cost_of_sales,
--    sales_before, cost_of_sales_before), FSP008 (net_income, net_income_before, net_income_earlier), FSG001 (sales,
--    sales_before), FSG002 (sales, sales_before, total_equity, total_equity_before), FSG004 (total_equity,
--    total_equity_before), FSG007 (cash, cash_before)
WITH years AS (
  SELECT
    n.customer_id, n.ebit, n.sales, n.cost_of_sales, n.net_income, n.total_assets, n.total_equity, n.cash,
    b.sales AS sales_before, b.cost_of_sales AS cost_of_sales_before, b.net_income AS net_income_before,
    b.total_assets AS total_assets_before, b.total_equity AS total_equity_before, b.cash AS cash_before,
    e.net_income AS net_income_earlier
  FROM credit_statements_read n
  LEFT JOIN credit_statements_read b ON b.customer_id = n.customer_id AND b.years_back = 1
  LEFT JOIN credit_statements_read e ON e.customer_id = n.customer_id AND e.years_back = 2
  WHERE n.years_back = 0
),
ratios AS (
  SELECT
    customer_id, ebit, sales, cost_of_sales, net_income, total_assets, total_equity, cash, sales_before, cost_of_sales_before,
    net_income_before, total_assets_before, total_equity_before, cash_before, net_income_earlier,
    CASE WHEN sales > 0 THEN CAST(ebit AS DOUBLE) / sales END AS ebit_margin,
    CASE WHEN total_assets + COALESCE(total_assets_before, total_assets) > 0
      THEN 2 * CAST(net_income AS DOUBLE) / (total_assets + COALESCE(total_assets_before, total_assets)) END AS return_on_assets,
    CASE WHEN sales > 0 AND sales_before > 0
      THEN CAST(sales - cost_of_sales AS DOUBLE) / sales - CAST(sales_before - cost_of_sales_before AS DOUBLE) / sales_before
      END AS margin_change,
    CASE WHEN net_income IS NULL OR net_income_before IS NULL THEN NULL WHEN net_income >= 0 THEN 0
      WHEN net_income_before >= 0 THEN 1 WHEN COALESCE(net_income_earlier, 0) >= 0 THEN 2 ELSE 3 END AS loss_years,
    CASE WHEN sales_before > 0 THEN CAST(sales - sales_before AS DOUBLE) / sales_before END AS sales_growth,
    CASE WHEN total_equity_before > 0
      THEN CAST(total_equity - total_equity_before AS DOUBLE) / total_equity_before END AS equity_growth,
    CASE WHEN cash_before > 0 THEN CAST(cash - cash_before AS DOUBLE) / cash_before END AS cash_growth
  FROM years
)
SELECT
  customer_id, ebit, sales, cost_of_sales, net_income, total_assets, total_equity, cash, sales_before, cost_of_sales_before,
  net_income_before, total_assets_before, total_equity_before, cash_before, net_income_earlier,
  CAST(ROUND(1000000 * SIGN(ebit_margin) * LEAST(ABS(ebit_margin), 1000000)) AS BIGINT) AS fsp001,
  CAST(ROUND(1000000 * SIGN(return_on_assets) * LEAST(ABS(return_on_assets), 1000000)) AS BIGINT) AS fsp003,
  CAST(ROUND(1000000 * SIGN(margin_change) * LEAST(ABS(margin_change), 1000000)) AS BIGINT) AS fsp005,
  CAST(1000000 * loss_years AS BIGINT) AS fsp008,
  CAST(ROUND(1000000 * SIGN(sales_growth) * LEAST(ABS(sales_growth), 1000000)) AS BIGINT) AS fsg001,
  CAST(ROUND(1000000 * SIGN(sales_growth - equity_growth) * LEAST(ABS(sales_growth - equity_growth), 1000000)) AS BIGINT) AS fsg002,
  CAST(ROUND(1000000 * SIGN(equity_growth) * LEAST(ABS(equity_growth), 1000000)) AS BIGINT) AS fsg004,
  CAST(ROUND(1000000 * SIGN(cash_growth) * LEAST(ABS(cash_growth), 1000000)) AS BIGINT) AS fsg007
FROM ratios
ORDER BY customer_id
