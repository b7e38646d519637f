-- credit_ordered: Every order as indicators see it, in the company's currency, with how many days ago what happened.
-- 1. An order counts from the day on which it was placed. What happened to it after as_of is not known: then the column is
--    NULL.
-- 2. amount is in minor units of the company's currency at the rates of as_of, rounded half away from zero; an order in a
--    currency without a rate is left out. rest is what of it is not invoiced, 0 where it was cancelled.
-- 3. age, cancelled_age and delivered_age are the days from order, cancellation and delivery until as_of.
-- Uses: credit_money
SELECT
  o.id AS order_id, o.customer_id, o.ordered_on, o.ship_to, CASE WHEN o.secured THEN 1 ELSE 0 END AS secured,
  CAST(DATE_DIFF('day', o.ordered_on, CAST($as_of AS DATE)) AS BIGINT) AS age,
  CASE WHEN o.cancelled_on <= CAST($as_of AS DATE)
    THEN CAST(DATE_DIFF('day', o.cancelled_on, CAST($as_of AS DATE)) AS BIGINT) END AS cancelled_age,
  CASE WHEN o.delivered_on <= CAST($as_of AS DATE)
    THEN CAST(DATE_DIFF('day', o.delivered_on, CAST($as_of AS DATE)) AS BIGINT) END AS delivered_age,
  CAST(ROUND(CAST(o.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS amount,
  CASE WHEN o.cancelled_on <= CAST($as_of AS DATE) THEN CAST(0 AS BIGINT) ELSE CAST(ROUND(
    CAST(GREATEST(o.amount_minor - COALESCE(o.invoiced_minor, 0), 0) AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) END AS rest
FROM credit_orders o
JOIN credit_money m ON m.currency = o.currency
WHERE o.ordered_on <= CAST($as_of AS DATE)
ORDER BY order_id
