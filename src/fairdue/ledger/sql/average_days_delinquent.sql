-- average_days_delinquent: Average days delinquent, per currency: classic less best possible days sales outstanding.
-- 1. The period runs from the day after from_on until as_of.
-- 2. The numerator is the overdue part of receivables at as_of times the days of the period.
-- 3. The denominator is the credit sales of the period; where it is not above 0 there is no figure.
-- Uses: receivables, sales
SELECT
  r.currency,
  r.overdue_minor,
  COALESCE(s.sales_minor, 0) AS sales_minor,
  CAST(DATE_DIFF('day', CAST($from_on AS DATE), CAST($as_of AS DATE)) AS BIGINT) AS days,
  CAST(r.overdue_minor * DATE_DIFF('day', CAST($from_on AS DATE), CAST($as_of AS DATE)) AS BIGINT) AS numerator,
  GREATEST(COALESCE(s.sales_minor, 0), 0) AS denominator
FROM receivables r
LEFT JOIN sales s ON s.currency = r.currency
ORDER BY currency
