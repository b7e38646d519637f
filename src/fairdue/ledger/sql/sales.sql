-- sales: Credit sales per currency of a period.
-- 1. The period runs from the day after from_on until as_of, both included.
-- 2. days is the number of its days.
-- Uses: sales_days
SELECT
  currency,
  CAST(SUM(sales_minor) AS BIGINT) AS sales_minor,
  CAST(DATE_DIFF('day', CAST($from_on AS DATE), CAST($as_of AS DATE)) AS BIGINT) AS days
FROM sales_days
WHERE effective_on > CAST($from_on AS DATE) AND effective_on <= CAST($as_of AS DATE)
GROUP BY currency
ORDER BY currency
