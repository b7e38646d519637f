-- overdue_share: The share of open invoice items that is overdue, per currency.
-- 1. The numerator is the overdue part, over_90_numerator the part more than 90 days overdue.
-- 2. The denominator is all open invoice items; credits and unapplied money stay out, so that the share is at most 1.
-- Uses: receivables
SELECT
  currency,
  items,
  overdue_items,
  overdue_minor AS numerator,
  over_90_minor AS over_90_numerator,
  open_minor AS denominator,
  overdue_days_minor
FROM receivables
ORDER BY currency
