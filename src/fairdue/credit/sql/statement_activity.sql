-- statement_activity: How long a customer's money is tied up in receivables and stock, and how long its suppliers wait.
-- 1. Read are the newest annual statement and that of the year before (docs/algorithms/financial-statements.md); the newest is
--    less than 18 months old. A ratio needs its amounts told and what it divides by above 0; else there is no value. Every
--    value lies between -1,000,000 and 1,000,000.
-- 2. Days are 365 times the amount at the end of the year: receivables and bills over sales (DSO), inventory over cost of
--    sales (DIO), payables and bills over cost of sales (DPO).
-- 3. FSA001 and FSA003 are DSO and DPO less the median of the customer's sector: the figures sector_dso and sector_dpo of the
--    customer with the latest as_of, known by then and less than three years old; of several of one day that known last.
-- 4. FSA004 is DPO less that of the year before; FSA005 is DSO + DIO - DPO less that of the year before.
-- 5. FSA007 is 365 times (receivables + inventory - payables) over sales, less that of the year before.
-- 6. FSA009 and FSA010 are the growth of inventory and of receivables over the year before, less that of sales.
-- Uses: credit_statements_read
-- Gives: FSA001 (receivables, sales, sector_dso), FSA003 (payables, cost_of_sales, sector_dpo), FSA004 (payables,
--    cost_of_sales, payables_before, cost_of_sales_before), FSA005 (receivables, inventory, payables, sales, cost_of_sales,
--    receivables_before, inventory_before, payables_before, sales_before, cost_of_sales_before), FSA007 (receivables,
--    inventory, payables, sales, receivables_before, inventory_before, payables_before, sales_before), FSA009 (inventory,
--    inventory_before, sales, sales_before), FSA010 (receivables, receivables_before, sales, sales_before)
WITH figures AS (
  SELECT
    customer_id, kind, value_micro,
    ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY as_of DESC, known_on DESC, id DESC) AS place
  FROM credit_figures
  WHERE kind IN ('sector_dso', 'sector_dpo') AND as_of <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
    AND as_of + INTERVAL 36 MONTH > CAST($as_of AS DATE)
),
medians AS (
  SELECT
    customer_id,
    MAX(CASE WHEN kind = 'sector_dso' THEN value_micro END) AS sector_dso,
    MAX(CASE WHEN kind = 'sector_dpo' THEN value_micro END) AS sector_dpo
  FROM figures
  WHERE place = 1
  GROUP BY customer_id
),
days AS (
  SELECT
    customer_id, years_back, receivables, inventory, payables, sales, cost_of_sales,
    CASE WHEN sales > 0 THEN 365 * CAST(receivables AS DOUBLE) / sales END AS dso,
    CASE WHEN cost_of_sales > 0 THEN 365 * CAST(inventory AS DOUBLE) / cost_of_sales END AS dio,
    CASE WHEN cost_of_sales > 0 THEN 365 * CAST(payables AS DOUBLE) / cost_of_sales END AS dpo,
    CASE WHEN sales > 0 THEN 365 * CAST(receivables + inventory - payables AS DOUBLE) / sales END AS need
  FROM credit_statements_read
),
ratios AS (
  SELECT
    n.customer_id, n.receivables, n.inventory, n.payables, n.sales, n.cost_of_sales, m.sector_dso, m.sector_dpo,
    b.receivables AS receivables_before, b.inventory AS inventory_before, b.payables AS payables_before,
    b.sales AS sales_before, b.cost_of_sales AS cost_of_sales_before,
    n.dso - CAST(m.sector_dso AS DOUBLE) / 1000000 AS dso_above,
    n.dpo - CAST(m.sector_dpo AS DOUBLE) / 1000000 AS dpo_above,
    n.dpo - b.dpo AS dpo_change,
    n.dso + n.dio - n.dpo - (b.dso + b.dio - b.dpo) AS cycle_change,
    n.need - b.need AS need_change,
    CASE WHEN b.inventory > 0 AND b.sales > 0
      THEN CAST(n.inventory AS DOUBLE) / b.inventory - CAST(n.sales AS DOUBLE) / b.sales END AS inventory_ahead,
    CASE WHEN b.receivables > 0 AND b.sales > 0
      THEN CAST(n.receivables AS DOUBLE) / b.receivables - CAST(n.sales AS DOUBLE) / b.sales END AS receivables_ahead
  FROM days n
  LEFT JOIN days b ON b.customer_id = n.customer_id AND b.years_back = 1
  LEFT JOIN medians m ON m.customer_id = n.customer_id
  WHERE n.years_back = 0
)
SELECT
  customer_id, receivables, inventory, payables, sales, cost_of_sales, sector_dso, sector_dpo, receivables_before,
  inventory_before, payables_before, sales_before, cost_of_sales_before,
  CAST(ROUND(1000000 * SIGN(dso_above) * LEAST(ABS(dso_above), 1000000)) AS BIGINT) AS fsa001,
  CAST(ROUND(1000000 * SIGN(dpo_above) * LEAST(ABS(dpo_above), 1000000)) AS BIGINT) AS fsa003,
  CAST(ROUND(1000000 * SIGN(dpo_change) * LEAST(ABS(dpo_change), 1000000)) AS BIGINT) AS fsa004,
  CAST(ROUND(1000000 * SIGN(cycle_change) * LEAST(ABS(cycle_change), 1000000)) AS BIGINT) AS fsa005,
  CAST(ROUND(1000000 * SIGN(need_change) * LEAST(ABS(need_change), 1000000)) AS BIGINT) AS fsa007,
  CAST(ROUND(1000000 * SIGN(inventory_ahead) * LEAST(ABS(inventory_ahead), 1000000)) AS BIGINT) AS fsa009,
  CAST(ROUND(1000000 * SIGN(receivables_ahead) * LEAST(ABS(receivables_ahead), 1000000)) AS BIGINT) AS fsa010
FROM ratios
ORDER BY customer_id
