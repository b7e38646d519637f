-- statement_liquidity: Whether a customer's newest annual statement shows enough to pay what falls due.
-- 1. Read is the newest annual statement (docs/algorithms/financial-statements.md); it is less than 18 months old. A ratio
--    needs its amounts told and what it divides by above 0; else there is no value. Every value lies between -1,000,000 and 1,000,000.
-- 2. FSL001, FSL002, FSL003 are current assets, quick assets (without inventory and prepayments), and cash with short-term
--    securities, over current liabilities. FSL007 is the cash flow from operations over them.
-- 3. FSL005 is cash, securities and receivables over the cost of a day: (cost of sales + operating expenses - what is written
--    down) / 365. FSL006 is quick assets less current liabilities over (sales - profit before tax - what is written down) / 365.
-- 4. FSL008 is short-term borrowings and the current part of long-term debt over unrestricted cash: 0 without such debt,
--    1,000,000 with such debt and no cash.
-- 5. FSL010 is the lesser of cash and interest-bearing debt, over total assets.
-- 6. FSL011 is 99 where the cash flow from operations covers the capital expenditure; else unrestricted cash and undrawn committed
--    lines (none told is none) over a twelfth of the gap, at least one minor unit.
-- Uses: credit_statements_read
-- Gives: FSL001 (current_assets, current_liabilities), FSL002 (quick_assets, current_liabilities), FSL003 (cash,
--    short_term_securities, current_liabilities), FSL005 (cash, short_term_securities, receivables, cost_of_sales,
--    operating_expense, written_down), FSL006 (quick_assets, current_liabilities, sales, profit_before_tax, written_down),
--    FSL007 (operating_cash_flow, current_liabilities), FSL008 (short_debt, free_cash), FSL010 (cash, debt, total_assets),
--    FSL011 (free_cash, undrawn_lines, operating_cash_flow, capital_expenditure)
WITH ratios AS (
  SELECT
    customer_id, current_assets, current_liabilities, quick_assets, cash, short_term_securities, receivables, cost_of_sales,
    operating_expense, written_down, sales, profit_before_tax, operating_cash_flow, short_debt, free_cash, debt, total_assets,
    undrawn_lines, capital_expenditure,
    CASE WHEN current_liabilities > 0 THEN CAST(current_assets AS DOUBLE) / current_liabilities END AS current_ratio,
    CASE WHEN current_liabilities > 0 THEN CAST(quick_assets AS DOUBLE) / current_liabilities END AS quick_ratio,
    CASE WHEN current_liabilities > 0 THEN CAST(cash + short_term_securities AS DOUBLE) / current_liabilities END AS cash_ratio,
    CASE WHEN current_liabilities > 0 THEN CAST(operating_cash_flow AS DOUBLE) / current_liabilities END AS flow_ratio,
    CASE WHEN cost_of_sales + operating_expense - written_down > 0 THEN 365 * CAST(cash + short_term_securities + receivables AS DOUBLE)
      / (cost_of_sales + operating_expense - written_down) END AS defensive_days,
    CASE WHEN sales - profit_before_tax - written_down > 0 THEN 365 * CAST(quick_assets - current_liabilities AS DOUBLE)
      / (sales - profit_before_tax - written_down) END AS no_credit_days,
    CASE WHEN short_debt = 0 AND free_cash IS NOT NULL THEN 0 WHEN short_debt > 0 AND free_cash <= 0 THEN 1000000
      WHEN free_cash > 0 THEN CAST(short_debt AS DOUBLE) / free_cash END AS short_debt_ratio,
    CASE WHEN total_assets > 0 AND cash < debt THEN CAST(cash AS DOUBLE) / total_assets
      WHEN total_assets > 0 AND cash >= debt THEN CAST(debt AS DOUBLE) / total_assets END AS both_high,
    CASE WHEN operating_cash_flow - capital_expenditure >= 0 AND free_cash IS NOT NULL THEN 99
      WHEN operating_cash_flow - capital_expenditure > -12 THEN CAST(free_cash + undrawn_lines AS DOUBLE)
      ELSE 12 * CAST(free_cash + undrawn_lines AS DOUBLE) / (capital_expenditure - operating_cash_flow) END AS months_left
  FROM credit_statements_read
  WHERE years_back = 0
)
SELECT
  customer_id, current_assets, current_liabilities, quick_assets, cash, short_term_securities, receivables, cost_of_sales,
  operating_expense, written_down, sales, profit_before_tax, operating_cash_flow, short_debt, free_cash, debt, total_assets,
  undrawn_lines, capital_expenditure,
  CAST(ROUND(1000000 * SIGN(current_ratio) * LEAST(ABS(current_ratio), 1000000)) AS BIGINT) AS fsl001,
  CAST(ROUND(1000000 * SIGN(quick_ratio) * LEAST(ABS(quick_ratio), 1000000)) AS BIGINT) AS fsl002,
  CAST(ROUND(1000000 * SIGN(cash_ratio) * LEAST(ABS(cash_ratio), 1000000)) AS BIGINT) AS fsl003,
  CAST(ROUND(1000000 * SIGN(defensive_days) * LEAST(ABS(defensive_days), 1000000)) AS BIGINT) AS fsl005,
  CAST(ROUND(1000000 * SIGN(no_credit_days) * LEAST(ABS(no_credit_days), 1000000)) AS BIGINT) AS fsl006,
  CAST(ROUND(1000000 * SIGN(flow_ratio) * LEAST(ABS(flow_ratio), 1000000)) AS BIGINT) AS fsl007,
  CAST(ROUND(1000000 * SIGN(short_debt_ratio) * LEAST(ABS(short_debt_ratio), 1000000)) AS BIGINT) AS fsl008,
  CAST(ROUND(1000000 * SIGN(both_high) * LEAST(ABS(both_high), 1000000)) AS BIGINT) AS fsl010,
  CAST(ROUND(1000000 * SIGN(months_left) * LEAST(ABS(months_left), 1000000)) AS BIGINT) AS fsl011
FROM ratios
ORDER BY customer_id
