-- opening: The balance of receivables per currency at the end of the day from_on, before the period begins.
-- 1. Due items effective by then raise it by their amounts; a credit note has a negative amount.
-- 2. Payments effective by then lower it by their amounts.
-- 3. An allocation effective by then lowers what is open of its item, and what is left of its payment or credit note, each
--    only where that is effective by then too. So a payment applied to an item moves the balance once, by the payment.
WITH moves AS (
  SELECT currency, amount_minor
  FROM due_items
  WHERE effective_on <= CAST($from_on AS DATE)
  UNION ALL
  SELECT currency, -amount_minor
  FROM payments
  WHERE effective_on <= CAST($from_on AS DATE)
  UNION ALL
  SELECT a.currency, -a.amount_minor
  FROM allocations a
  JOIN due_items i ON i.id = a.due_item_id
  WHERE a.effective_on <= CAST($from_on AS DATE) AND i.effective_on <= CAST($from_on AS DATE)
  UNION ALL
  SELECT a.currency, a.amount_minor
  FROM allocations a
  JOIN due_items i ON i.id = a.credit_item_id
  WHERE a.effective_on <= CAST($from_on AS DATE) AND i.effective_on <= CAST($from_on AS DATE)
  UNION ALL
  SELECT a.currency, a.amount_minor
  FROM allocations a
  JOIN payments p ON p.id = a.payment_id
  WHERE a.effective_on <= CAST($from_on AS DATE) AND p.effective_on <= CAST($from_on AS DATE)
)
SELECT currency, CAST(SUM(amount_minor) AS BIGINT) AS opening_minor
FROM moves
GROUP BY currency
ORDER BY currency
