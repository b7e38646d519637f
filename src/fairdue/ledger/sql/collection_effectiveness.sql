-- collection_effectiveness: Collection effectiveness index (CEI), per currency: what was collected of what could be.
-- 1. The period runs from the day after from_on until as_of.
-- 2. The numerator is opening receivables plus sales less closing receivables.
-- 3. The denominator is opening receivables plus sales less the closing receivables that are not overdue.
-- 4. Where the denominator is not above 0 there is no figure.
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
  COALESCE(s.sales_minor, 0) AS sales_minor,
  COALESCE(r.total_minor, 0) AS closing_minor,
  COALESCE(r.current_minor, 0) AS current_minor,
  CAST(COALESCE(o.opening_minor, 0) + COALESCE(s.sales_minor, 0) - COALESCE(r.total_minor, 0) AS BIGINT) AS numerator,
  CAST(GREATEST(
    COALESCE(o.opening_minor, 0) + COALESCE(s.sales_minor, 0) - COALESCE(r.current_minor, 0), 0) AS BIGINT) AS denominator
FROM named n
LEFT JOIN receivables r ON r.currency = n.currency
LEFT JOIN opening o ON o.currency = n.currency
LEFT JOIN sales s ON s.currency = n.currency
ORDER BY currency
