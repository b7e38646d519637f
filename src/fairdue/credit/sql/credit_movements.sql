-- credit_movements: What raised or lowered each customer's exposure, by day, in ten-thousandths of a minor unit of the
-- company's currency.
-- 1. balance_change: due items raise it and credit notes lower it by their amount; what an item falls by lowers it, what a
--    credit note or a payment is used up by raises it, money received lowers it. Its sum until a day is what is open of
--    items, less open credit notes and less money not applied, at the end of the day.
-- 2. order_change: what is not invoiced of an order as it is known on as_of, on the day of the order; of a cancelled one
--    nothing. How much of it was invoiced when is not told: on days before the invoice the sum is too low by as much, never
--    too high.
-- 3. Rates are those of as_of on all days; currencies without a rate are left out.
-- 4. age is the days from the movement until as_of.
-- Uses: credit_ordered, credit_money
WITH entries AS (
  SELECT customer_id, currency, effective_on, amount_minor
  FROM due_items
  WHERE effective_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT i.customer_id, i.currency, a.effective_on, -a.amount_minor
  FROM allocations a
  JOIN due_items i ON i.id = a.due_item_id
  WHERE a.effective_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT i.customer_id, i.currency, a.effective_on, a.amount_minor
  FROM allocations a
  JOIN due_items i ON i.id = a.credit_item_id
  WHERE a.effective_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT p.customer_id, p.currency, a.effective_on, a.amount_minor
  FROM allocations a
  JOIN payments p ON p.id = a.payment_id
  WHERE a.effective_on <= CAST($as_of AS DATE) AND p.customer_id IS NOT NULL
  UNION ALL
  SELECT customer_id, currency, effective_on, -amount_minor
  FROM payments
  WHERE effective_on <= CAST($as_of AS DATE) AND customer_id IS NOT NULL
),
days AS (
  SELECT
    customer_id, currency, CAST(DATE_DIFF('day', effective_on, CAST($as_of AS DATE)) AS BIGINT) AS age,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
  FROM entries
  GROUP BY customer_id, currency, CAST(DATE_DIFF('day', effective_on, CAST($as_of AS DATE)) AS BIGINT)
),
changes AS (
  SELECT
    d.customer_id, d.age,
    CAST(ROUND(10000 * CAST(d.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS balance_change,
    CAST(0 AS BIGINT) AS order_change
  FROM days d
  JOIN credit_money m ON m.currency = d.currency
  UNION ALL
  SELECT customer_id, age, CAST(0 AS BIGINT), 10000 * rest
  FROM credit_ordered
  WHERE rest > 0
)
SELECT
  customer_id, age, CAST(SUM(balance_change) AS BIGINT) AS balance_change, CAST(SUM(order_change) AS BIGINT) AS order_change
FROM changes
GROUP BY customer_id, age
ORDER BY customer_id, age
