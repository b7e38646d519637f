-- credit_insured: What an insurer covers of each customer, as of a date.
-- 1. Of a customer's own buyer limits in force by as_of the latest counts, among equals the highest number; a customer
--    without one of its own takes its group's in the same way. One whose last day is past covers nothing.
-- 2. Terms are those of the limit's policy that are valid on as_of, the highest version; without terms nothing is covered.
--    The share that the limit names goes before that of the terms.
-- 3. policies is how many policies of the house have terms valid on as_of.
-- 4. insured_limit is in minor units of the company's currency, 0 in a currency without a rate.
-- Uses: credit_money
WITH terms AS (
  SELECT
    policy_id, currency, insured_share_ppm, ROW_NUMBER() OVER (PARTITION BY policy_id ORDER BY version DESC, id DESC) AS place
  FROM cover_terms
  WHERE valid_from <= CAST($as_of AS DATE) AND (valid_to IS NULL OR valid_to >= CAST($as_of AS DATE))
),
spoken AS (
  SELECT customer_id, 1 AS own, id, policy_id, effect_on, until, limit_minor, share_ppm
  FROM cover_limits
  WHERE customer_id IS NOT NULL AND effect_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT c.id, 0, l.id, l.policy_id, l.effect_on, l.until, l.limit_minor, l.share_ppm
  FROM cover_limits l
  JOIN customers c ON c.group_id = l.group_id
  WHERE l.customer_id IS NULL AND l.effect_on <= CAST($as_of AS DATE)
),
ranked AS (
  SELECT
    customer_id, policy_id, share_ppm, CASE WHEN until < CAST($as_of AS DATE) THEN 0 ELSE limit_minor END AS limit_minor,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY own DESC, effect_on DESC, id DESC) AS place
  FROM spoken
),
house AS (
  SELECT CAST(COUNT(*) AS BIGINT) AS policies
  FROM terms
  WHERE place = 1
)
SELECT
  c.id AS customer_id, h.policies, COALESCE(r.share_ppm, t.insured_share_ppm, 0) AS share_ppm,
  COALESCE(CAST(ROUND(CAST(r.limit_minor AS DOUBLE) * m.numerator / m.denominator) AS BIGINT), 0) AS insured_limit
FROM customers c
CROSS JOIN house h
LEFT JOIN ranked r ON r.customer_id = c.id AND r.place = 1
LEFT JOIN terms t ON t.policy_id = r.policy_id AND t.place = 1
LEFT JOIN credit_money m ON m.currency = t.currency
ORDER BY customer_id
