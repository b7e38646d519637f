-- receivables: The receivables per currency as of a date: what the indicators divide.
-- 1. Each amount is the sum of the same column of customer_balances over all customers.
-- Uses: customer_balances
SELECT
  currency,
  CAST(SUM(items) AS BIGINT) AS items,
  CAST(SUM(overdue_items) AS BIGINT) AS overdue_items,
  CAST(SUM(open_minor) AS BIGINT) AS open_minor,
  CAST(SUM(credit_minor) AS BIGINT) AS credit_minor,
  CAST(SUM(unapplied_minor) AS BIGINT) AS unapplied_minor,
  CAST(SUM(total_minor) AS BIGINT) AS total_minor,
  CAST(SUM(overdue_minor) AS BIGINT) AS overdue_minor,
  CAST(SUM(over_90_minor) AS BIGINT) AS over_90_minor,
  CAST(SUM(current_minor) AS BIGINT) AS current_minor,
  CAST(SUM(overdue_days_minor) AS BIGINT) AS overdue_days_minor
FROM customer_balances
GROUP BY currency
ORDER BY currency
