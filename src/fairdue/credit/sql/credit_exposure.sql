-- credit_exposure: What each customer owes and will owe, as of a date, in minor units of the company's currency.
-- 1. balance is what is open of items, less open credit notes and money not applied; at least 0.
-- 2. ordered is what was delivered or ordered and is not invoiced.
-- 3. exposure is both together; what a customer has to its credit lowers it, at least 0.
-- Uses: credit_movements
WITH summed AS (
  SELECT
    customer_id, CAST(ROUND(CAST(SUM(balance_change) AS DOUBLE) / 10000) AS BIGINT) AS net_balance,
    CAST(ROUND(CAST(SUM(order_change) AS DOUBLE) / 10000) AS BIGINT) AS ordered
  FROM credit_movements
  GROUP BY customer_id
)
SELECT customer_id, GREATEST(net_balance, 0) AS balance, ordered, GREATEST(net_balance + ordered, 0) AS exposure
FROM summed
ORDER BY customer_id
