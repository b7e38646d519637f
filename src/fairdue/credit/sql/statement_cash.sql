-- statement_cash: Whether what a customer earns and holds covers its interest, its debt and its covenants.
-- 1. Read is the newest annual statement (docs/algorithms/financial-statements.md); it is less than 18 months old. A ratio
--    needs its amounts told; else there is no value. Every value lies between -1,000,000 and 1,000,000.
-- 2. FSC001 is EBIT over interest expense; where there is no interest to pay (told as 0 or less) it is 1,000,000.
-- 3. FSC002 is EBITDA less tax and the capital expenditure that keeps what there is, over interest expense and the principal
--    due: long-term debt due within a year. Where nothing is due it is 1,000,000.
-- 4. FSC003 is the cash flow from operations over total liabilities (Beaver's total debt), which are above 0.
-- 5. FSC009 is the debt due within twelve months by the schedule of maturities, over unrestricted cash and undrawn committed
--    lines (none told is none): 0 where none is due, 1,000,000 where there is neither cash nor line.
-- 6. FSC012 is the least headroom of the customer's covenants. The figures covenant_actual and covenant_ceiling or
--    covenant_floor have the covenant's name as subject; of each the latest as_of known by then and less than 18 months old
--    counts. The headroom is ceiling less actual, or actual less floor, over the amount of that level; a level of 0 has none.
-- Uses: credit_statements_read
-- Gives: FSC001 (ebit, interest_expense), FSC002 (ebitda, income_tax, maintenance_expenditure, interest_expense,
--    current_long_term_debt), FSC003 (operating_cash_flow, total_liabilities), FSC009 (debt_due_within_year, free_cash,
--    undrawn_lines), FSC012 (covenants)
WITH figures AS (
  SELECT
    customer_id, subject, kind, value_micro,
    ROW_NUMBER() OVER (PARTITION BY customer_id, subject, kind ORDER BY as_of DESC, known_on DESC, id DESC) AS place
  FROM credit_figures
  WHERE kind IN ('covenant_actual', 'covenant_ceiling', 'covenant_floor') AND customer_id IS NOT NULL
    AND as_of <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE) AND as_of + INTERVAL 18 MONTH > CAST($as_of AS DATE)
),
covenants AS (
  SELECT
    customer_id, subject,
    MAX(CASE WHEN kind = 'covenant_actual' THEN value_micro END) AS actual,
    MAX(CASE WHEN kind = 'covenant_ceiling' AND value_micro <> 0 THEN value_micro END) AS at_most,
    MAX(CASE WHEN kind = 'covenant_floor' AND value_micro <> 0 THEN value_micro END) AS at_least
  FROM figures
  WHERE place = 1
  GROUP BY customer_id, subject
),
rooms AS (
  SELECT customer_id, CAST(at_most - actual AS DOUBLE) / ABS(at_most) AS room
  FROM covenants
  WHERE at_most IS NOT NULL AND actual IS NOT NULL
  UNION ALL
  SELECT customer_id, CAST(actual - at_least AS DOUBLE) / ABS(at_least) AS room
  FROM covenants
  WHERE at_least IS NOT NULL AND actual IS NOT NULL
),
headrooms AS (
  SELECT customer_id, CAST(COUNT(*) AS BIGINT) AS covenants, MIN(room) AS room
  FROM rooms
  GROUP BY customer_id
),
ratios AS (
  SELECT
    customer_id, ebit, interest_expense, ebitda, income_tax, maintenance_expenditure, current_long_term_debt,
    operating_cash_flow, total_liabilities, debt_due_within_year, free_cash, undrawn_lines,
    CASE WHEN interest_expense > 0 THEN CAST(ebit AS DOUBLE) / interest_expense
      WHEN interest_expense <= 0 AND ebit IS NOT NULL THEN 1000000 END AS interest_cover,
    CASE WHEN interest_expense + current_long_term_debt > 0
      THEN CAST(ebitda - income_tax - maintenance_expenditure AS DOUBLE) / (interest_expense + current_long_term_debt)
      WHEN interest_expense + current_long_term_debt <= 0 AND ebitda - income_tax - maintenance_expenditure IS NOT NULL THEN 1000000
      END AS service_cover,
    CASE WHEN total_liabilities > 0 THEN CAST(operating_cash_flow AS DOUBLE) / total_liabilities END AS flow_to_debt,
    CASE WHEN debt_due_within_year = 0 AND free_cash IS NOT NULL THEN 0
      WHEN debt_due_within_year > 0 AND free_cash + undrawn_lines <= 0 THEN 1000000
      WHEN free_cash + undrawn_lines > 0 THEN CAST(debt_due_within_year AS DOUBLE) / (free_cash + undrawn_lines) END AS wall
  FROM credit_statements_read
  WHERE years_back = 0
),
whom AS (
  SELECT customer_id FROM ratios
  UNION
  SELECT customer_id FROM headrooms
)
SELECT
  w.customer_id, r.ebit, r.interest_expense, r.ebitda, r.income_tax, r.maintenance_expenditure, r.current_long_term_debt,
  r.operating_cash_flow, r.total_liabilities, r.debt_due_within_year, r.free_cash, r.undrawn_lines,
  h.covenants,
  CAST(ROUND(1000000 * SIGN(r.interest_cover) * LEAST(ABS(r.interest_cover), 1000000)) AS BIGINT) AS fsc001,
  CAST(ROUND(1000000 * SIGN(r.service_cover) * LEAST(ABS(r.service_cover), 1000000)) AS BIGINT) AS fsc002,
  CAST(ROUND(1000000 * SIGN(r.flow_to_debt) * LEAST(ABS(r.flow_to_debt), 1000000)) AS BIGINT) AS fsc003,
  CAST(ROUND(1000000 * SIGN(r.wall) * LEAST(ABS(r.wall), 1000000)) AS BIGINT) AS fsc009,
  CAST(ROUND(1000000 * SIGN(h.room) * LEAST(ABS(h.room), 1000000)) AS BIGINT) AS fsc012
FROM whom w
LEFT JOIN ratios r ON r.customer_id = w.customer_id
LEFT JOIN headrooms h ON h.customer_id = w.customer_id
ORDER BY customer_id
