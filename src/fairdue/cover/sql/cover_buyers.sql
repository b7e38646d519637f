-- cover_buyers: The limit that counts for each customer and each day of shipment among its items, with the policy's terms.
-- 1. The day of shipment of an item is its document's day of delivery, else of issue; as_of stands as a day of its own.
-- 2. A customer's own limits are asked first: of those with effect_on not after the day the one with the latest counts, among
--    equals the highest id. A customer without one of its own by then takes its group's in the same way.
-- 3. A limit whose until is before the day, or of zero, covers nothing; it is listed with limit_minor 0.
-- 4. Terms count when the day lies from valid_from to valid_to; of several the highest version. Without terms the row has none.
-- 5. group_id is the group whose limit it is, 0 for a limit of the customer's own or none.
-- 6. The share and the maximum extension that the limit names go before those of the terms.
-- 7. Only customers with a limit of their own or of their group are listed.
WITH spoken AS (
  SELECT l.id AS limit_id, l.policy_id, l.customer_id, 1 AS own, CAST(0 AS BIGINT) AS group_id, l.effect_on, l.until, l.limit_minor, l.share_ppm,
    l.max_extension_days
  FROM cover_limits l
  WHERE l.customer_id IS NOT NULL
  UNION ALL
  SELECT l.id, l.policy_id, c.id, 0, l.group_id, l.effect_on, l.until, l.limit_minor, l.share_ppm,
    l.max_extension_days
  FROM cover_limits l
  JOIN customers c ON c.group_id = l.group_id
  WHERE l.customer_id IS NULL
),
buyers AS (
  SELECT DISTINCT customer_id FROM spoken
),
days AS (
  SELECT DISTINCT d.customer_id, COALESCE(d.delivered_on, d.issued_on) AS shipped_on
  FROM documents d
  JOIN buyers b ON b.customer_id = d.customer_id
  UNION
  SELECT customer_id, CAST($as_of AS DATE) FROM buyers
),
ranked AS (
  SELECT
    d.customer_id, d.shipped_on, s.limit_id, s.policy_id, s.group_id, s.share_ppm, s.max_extension_days,
    CASE WHEN s.until IS NOT NULL AND s.until < d.shipped_on THEN 0 ELSE s.limit_minor END AS limit_minor,
    ROW_NUMBER() OVER (
      PARTITION BY d.customer_id, d.shipped_on ORDER BY s.own DESC, s.effect_on DESC, s.limit_id DESC
    ) AS place
  FROM days d
  JOIN spoken s ON s.customer_id = d.customer_id AND s.effect_on <= d.shipped_on
),
limits_then AS (
  SELECT customer_id, shipped_on, limit_id, policy_id, group_id, share_ppm, limit_minor, max_extension_days
  FROM ranked
  WHERE place = 1
),
policy_days AS (
  SELECT DISTINCT policy_id, shipped_on FROM limits_then
),
versions AS (
  SELECT
    p.policy_id, p.shipped_on, t.id AS terms_id,
    ROW_NUMBER() OVER (PARTITION BY p.policy_id, p.shipped_on ORDER BY t.version DESC) AS place
  FROM policy_days p
  JOIN cover_terms t
    ON t.policy_id = p.policy_id AND t.valid_from <= p.shipped_on AND (t.valid_to IS NULL OR t.valid_to >= p.shipped_on)
)
SELECT
  d.customer_id, d.shipped_on, l.limit_id, l.policy_id, COALESCE(l.group_id, 0) AS group_id, CAST(COALESCE(l.limit_minor, 0) AS BIGINT) AS limit_minor,
  COALESCE(l.share_ppm, t.insured_share_ppm) AS share_ppm, v.terms_id, t.currency AS policy_currency,
  t.max_terms_days, COALESCE(l.max_extension_days, t.max_extension_days) AS max_extension_days, t.notify_days, t.claim_days, t.stop_days, t.minimum_minor,
  t.consent_above_minor, t.consent_beyond_days
FROM days d
LEFT JOIN limits_then l ON l.customer_id = d.customer_id AND l.shipped_on = d.shipped_on
LEFT JOIN versions v ON v.policy_id = l.policy_id AND v.shipped_on = d.shipped_on AND v.place = 1
LEFT JOIN cover_terms t ON t.id = v.terms_id
ORDER BY customer_id, shipped_on
