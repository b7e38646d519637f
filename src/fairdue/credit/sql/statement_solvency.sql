-- statement_solvency: Whose money stands behind a customer's newest annual statement.
-- 1. Read is the newest annual statement (docs/algorithms/financial-statements.md); it is less than 18 months old. A ratio
--    needs its amounts told and what it divides by above 0; else there is no value. Every value lies between -1,000,000 and 1,000,000.
-- 2. FSV001 is total liabilities over total assets, FSV004 equity over them, FSV005 equity less intangibles, goodwill and
--    deferred tax assets over them.
-- 3. FSV002 is interest-bearing debt over equity; where equity is 0 or less it is 1,000,000, even where no debt is told.
-- 4. FSV003 is interest-bearing debt less cash over EBITDA (EBIT plus what is written down). Where EBITDA is 0 or less it is
--    1,000,000 with net debt and 0 without.
-- 5. FSV008 is guarantees given over equity: 0 without guarantees, 1,000,000 with guarantees and an equity of 0 or less.
-- 6. FSV011 is 1 where equity is below 0, else 0.
-- Uses: credit_statements_read
-- Gives: FSV001 (total_liabilities, total_assets), FSV002 (debt, total_equity), FSV003 (debt, cash, ebitda),
--    FSV004 (total_equity, total_assets), FSV005 (total_equity, soft_assets, total_assets), FSV008 (guarantees_given,
--    total_equity), FSV011 (total_equity)
WITH ratios AS (
  SELECT
    customer_id, total_liabilities, total_assets, debt, total_equity, cash, ebitda, soft_assets, guarantees_given,
    CASE WHEN total_assets > 0 THEN CAST(total_liabilities AS DOUBLE) / total_assets END AS owed_ratio,
    CASE WHEN total_equity <= 0 THEN 1000000
      WHEN total_equity > 0 THEN CAST(debt AS DOUBLE) / total_equity END AS debt_ratio,
    CASE WHEN ebitda > 0 THEN CAST(debt - cash AS DOUBLE) / ebitda
      WHEN ebitda <= 0 AND debt > cash THEN 1000000 WHEN ebitda <= 0 AND debt <= cash THEN 0 END AS net_debt_ratio,
    CASE WHEN total_assets > 0 THEN CAST(total_equity AS DOUBLE) / total_assets END AS equity_ratio,
    CASE WHEN total_assets > 0 THEN CAST(total_equity - soft_assets AS DOUBLE) / total_assets END AS tangible_ratio,
    CASE WHEN guarantees_given = 0 AND total_equity IS NOT NULL THEN 0 WHEN guarantees_given > 0 AND total_equity <= 0 THEN 1000000
      WHEN total_equity > 0 THEN CAST(guarantees_given AS DOUBLE) / total_equity END AS guarantee_ratio,
    CASE WHEN total_equity < 0 THEN 1 WHEN total_equity >= 0 THEN 0 END AS below_zero
  FROM credit_statements_read
  WHERE years_back = 0
)
SELECT
  customer_id, total_liabilities, total_assets, debt, total_equity, cash, ebitda, soft_assets, guarantees_given,
  CAST(ROUND(1000000 * SIGN(owed_ratio) * LEAST(ABS(owed_ratio), 1000000)) AS BIGINT) AS fsv001,
  CAST(ROUND(1000000 * SIGN(debt_ratio) * LEAST(ABS(debt_ratio), 1000000)) AS BIGINT) AS fsv002,
  CAST(ROUND(1000000 * SIGN(net_debt_ratio) * LEAST(ABS(net_debt_ratio), 1000000)) AS BIGINT) AS fsv003,
  CAST(ROUND(1000000 * SIGN(equity_ratio) * LEAST(ABS(equity_ratio), 1000000)) AS BIGINT) AS fsv004,
  CAST(ROUND(1000000 * SIGN(tangible_ratio) * LEAST(ABS(tangible_ratio), 1000000)) AS BIGINT) AS fsv005,
  CAST(ROUND(1000000 * SIGN(guarantee_ratio) * LEAST(ABS(guarantee_ratio), 1000000)) AS BIGINT) AS fsv008,
  CAST(1000000 * below_zero AS BIGINT) AS fsv011
FROM ratios
ORDER BY customer_id
