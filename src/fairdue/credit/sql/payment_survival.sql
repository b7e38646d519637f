-- payment_survival: How much of what falls due is still unpaid 30 days later, by Kaplan and Meier, drawn to the portfolio.
-- 1. Read are the invoices due after as_of less 365 days, until as_of. An invoice leaves on its days beyond terms where it
--    is settled; where it is open it is looked at until as_of less due_on and then no more.
-- 2. Of those who are looked at on a day or later, some leave on the day. The share unpaid is the product, over the days
--    until day 30, of one less who left over who was looked at. Who is looked at for the last time on a day is looked at on it.
-- 3. The product is taken as a sum of logarithms, each rounded to millionths of a millionth: a sum of whole numbers.
-- 4. PAY015 is the customer's share times the number of its invoices, plus 20 times the share of the whole portfolio, over
--    that number plus 20 (at least one due invoice).
-- Uses: credit_invoices
-- Gives: PAY015 (n_due, own_logs, own_none_left, portfolio_logs, portfolio_none_left)
WITH followed AS (
  SELECT
    customer_id,
    CAST(LEAST(31, CASE WHEN settled_on IS NULL THEN DATE_DIFF('day', due_on, CAST($as_of AS DATE))
      ELSE DATE_DIFF('day', due_on, settled_on) END) AS BIGINT) AS day,
    CASE WHEN settled_on IS NULL THEN 0 ELSE 1 END AS gone
  FROM credit_invoices
  WHERE due_on > CAST($as_of AS DATE) - INTERVAL 365 DAY AND due_on <= CAST($as_of AS DATE) AND amount > 0
),
own_days AS (
  SELECT customer_id, day, CAST(SUM(gone) AS BIGINT) AS gone, CAST(COUNT(*) AS BIGINT) AS followed
  FROM followed
  GROUP BY customer_id, day
),
own_risk AS (
  SELECT
    customer_id, day, gone, followed,
    SUM(followed) OVER (PARTITION BY customer_id ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_risk
  FROM own_days
),
own AS (
  SELECT
    customer_id, CAST(SUM(followed) AS BIGINT) AS n_due,
    CAST(SUM(CASE WHEN day <= 30 AND gone > 0 AND gone < at_risk
      THEN CAST(ROUND(1000000000000 * LN(CAST(at_risk - gone AS DOUBLE) / at_risk)) AS BIGINT) ELSE 0 END) AS BIGINT) AS own_logs,
    MAX(CASE WHEN day <= 30 AND gone = at_risk THEN 1 ELSE 0 END) AS own_none_left
  FROM own_risk
  GROUP BY customer_id
),
all_days AS (
  SELECT day, CAST(SUM(gone) AS BIGINT) AS gone, CAST(SUM(followed) AS BIGINT) AS followed
  FROM own_days
  GROUP BY day
),
all_risk AS (
  SELECT
    day, gone, followed, SUM(followed) OVER (ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_risk
  FROM all_days
),
portfolio AS (
  SELECT
    CAST(SUM(CASE WHEN day <= 30 AND gone > 0 AND gone < at_risk
      THEN CAST(ROUND(1000000000000 * LN(CAST(at_risk - gone AS DOUBLE) / at_risk)) AS BIGINT) ELSE 0 END) AS BIGINT) AS portfolio_logs,
    MAX(CASE WHEN day <= 30 AND gone = at_risk THEN 1 ELSE 0 END) AS portfolio_none_left
  FROM all_risk
)
SELECT
  o.customer_id, o.n_due, o.own_logs, o.own_none_left, p.portfolio_logs, p.portfolio_none_left,
  CAST(ROUND(1000000 * (
    o.n_due * CASE WHEN o.own_none_left = 1 THEN 0 ELSE EXP(CAST(o.own_logs AS DOUBLE) / 1000000000000) END
    + 20 * CASE WHEN p.portfolio_none_left = 1 THEN 0 ELSE EXP(CAST(p.portfolio_logs AS DOUBLE) / 1000000000000) END
  ) / (o.n_due + 20)) AS BIGINT) AS pay015
FROM own o
CROSS JOIN portfolio p
ORDER BY customer_id
