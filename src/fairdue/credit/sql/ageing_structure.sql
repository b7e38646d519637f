-- ageing_structure: How old a customer's open items are.
-- 1. Of an open item counts what is not disputed; an item without such a part is left out. Age is as_of less due_on, the
--    first agreed due date.
-- 2. AGE001, AGE002 and AGE004 are the shares of the open amount that are overdue, more than 30 and more than 90 days.
-- 3. AGE005 is the highest age of the items that are material: at least 100 units of the company's currency and at least 1 %
--    of the customer's open amount, both; negative where nothing is due yet, no value where no item is material.
-- 4. AGE009 is the loss that the ages imply: 0.3 % of what is not overdue, 1.6 % of 1 to 30 days, 3.6 % to 60, 6.6 % to
--    90, 10.6 % above: the rates of the illustrative example 12 of IFRS 9 (IE74 to IE77).
-- 5. All need one open item.
-- Uses: credit_invoices, credit_unit
-- Gives: AGE001 (overdue, open_undisputed), AGE002 (over_30, open_undisputed), AGE004 (over_90, open_undisputed),
-- AGE005 (oldest_days, material_from), AGE009 (loss_mille, open_undisputed)
WITH items AS (
  SELECT
    customer_id, open_amount - disputed_amount AS part,
    CAST(DATE_DIFF('day', due_on, CAST($as_of AS DATE)) AS BIGINT) AS age
  FROM credit_invoices
  WHERE open_amount > disputed_amount
),
summed AS (
  SELECT
    customer_id, CAST(SUM(part) AS BIGINT) AS open_undisputed,
    CAST(SUM(CASE WHEN age > 0 THEN part ELSE 0 END) AS BIGINT) AS overdue,
    CAST(SUM(CASE WHEN age > 30 THEN part ELSE 0 END) AS BIGINT) AS over_30,
    CAST(SUM(CASE WHEN age > 90 THEN part ELSE 0 END) AS BIGINT) AS over_90,
    CAST(SUM(part * CASE WHEN age <= 0 THEN 3 WHEN age <= 30 THEN 16 WHEN age <= 60 THEN 36 WHEN age <= 90 THEN 66 ELSE 106 END)
      AS BIGINT) AS loss_mille
  FROM items
  GROUP BY customer_id
),
oldest AS (
  SELECT i.customer_id, MAX(i.age) AS oldest_days
  FROM items i
  JOIN summed s ON s.customer_id = i.customer_id
  CROSS JOIN credit_unit u
  WHERE i.part >= 100 * u.unit_minor AND 100 * i.part >= s.open_undisputed
  GROUP BY i.customer_id
)
SELECT
  s.customer_id, s.open_undisputed, s.overdue, s.over_30, s.over_90, s.loss_mille, o.oldest_days, 100 * u.unit_minor AS material_from,
  CAST(ROUND(1000000 * CAST(s.overdue AS DOUBLE) / s.open_undisputed) AS BIGINT) AS age001,
  CAST(ROUND(1000000 * CAST(s.over_30 AS DOUBLE) / s.open_undisputed) AS BIGINT) AS age002,
  CAST(ROUND(1000000 * CAST(s.over_90 AS DOUBLE) / s.open_undisputed) AS BIGINT) AS age004,
  1000000 * o.oldest_days AS age005,
  CAST(ROUND(1000 * CAST(s.loss_mille AS DOUBLE) / s.open_undisputed) AS BIGINT) AS age009
FROM summed s
CROSS JOIN credit_unit u
LEFT JOIN oldest o ON o.customer_id = s.customer_id
ORDER BY customer_id
