-- turnover: How often receivables turned over in a period, per currency.
-- 1. The period runs from the day after from_on until as_of.
-- 2. The turnover is sales over the mean of opening and closing receivables: twice the sales over their sum.
-- 3. Where the sum of opening and closing receivables is not above 0 there is no figure.
-- 4. days is the length of the period; the collection period is days over turnover.
-- Uses: receivables, sales, opening
WITH named AS (
  SELECT currency FROM receivables
  UNION
  SELECT currency FROM opening
  UNION
  SELECT currency FROM sales
)
SELECT
  n.currency,
  COALESCE(o.opening_minor, 0) AS opening_minor,
  COALESCE(r.total_minor, 0) AS closing_minor,
  CAST(DATE_DIFF('day', CAST($from_on AS DATE), CAST($as_of AS DATE)) AS BIGINT) AS days,
  CAST(2 * COALESCE(s.sales_minor, 0) AS BIGINT) AS numerator,
  CAST(GREATEST(COALESCE(o.opening_minor, 0) + COALESCE(r.total_minor, 0), 0) AS BIGINT) AS denominator
FROM named n
LEFT JOIN receivables r ON r.currency = n.currency
LEFT JOIN opening o ON o.currency = n.currency
LEFT JOIN sales s ON s.currency = n.currency
ORDER BY currency
