-- credit_limit_days: Each approved limit with the days on which it is in force, counted back from as_of.
-- 1. A limit is in force from its valid_from, not before the day on which it was approved, until its last day.
-- 2. from_age is the days from its first day until as_of, to_age those from its last day; to_age is negative or NULL while
--    it runs on. Limits that begin after as_of are left out.
-- 3. Of own limits in force on a day the one with the highest place counts: by valid_from, then by number. Temporary ones
--    add to it.
-- 4. amount is in minor units of the company's currency; currencies without a rate are left out.
-- Uses: credit_money
SELECT
  l.id AS limit_id, l.customer_id, l.kind, l.grade, l.approved_on,
  CAST(DATE_DIFF('day', GREATEST(l.valid_from, l.approved_on), CAST($as_of AS DATE)) AS BIGINT) AS from_age,
  CAST(DATE_DIFF('day', l.until, CAST($as_of AS DATE)) AS BIGINT) AS to_age,
  ROW_NUMBER() OVER (PARTITION BY l.customer_id ORDER BY l.valid_from, l.id) AS place,
  CAST(ROUND(CAST(l.amount_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT) AS amount
FROM credit_limits l
JOIN credit_money m ON m.currency = l.currency
WHERE l.valid_from <= CAST($as_of AS DATE) AND l.approved_on <= CAST($as_of AS DATE)
ORDER BY limit_id
