-- cover_items: Every open invoice and debit note of the customers that have a limit, with what the insurance says of it.
-- 1. state is the first of: no_limit, no_policy, terms_too_long, stopped that is true, else covered.
-- 2. Days are calendar days from the original due date: extend_until (the maximum extension period, or the days beyond which
--    consent is needed where these are fewer), notify_by, claim_by. A period that the terms do not name has no day.
-- 3. A consent of the item, or of the whole customer, takes its last day in place of extend_until where that is later; of
--    several the one recorded last counts. One that begins after as_of does not count.
-- 4. notified and claimed are 1 where a record of the item exists, or one of the whole customer on or after the original due date.
-- 5. Days and states are of covered items only; the others have none.
-- Uses: cover_buyers, cover_stopped, fairdue.ledger.sql:open_items
WITH told AS (
  SELECT
    o.due_item_id,
    MAX(CASE WHEN r.kind = 'notified' THEN 1 ELSE 0 END) AS notified,
    MAX(CASE WHEN r.kind = 'claimed' THEN 1 ELSE 0 END) AS claimed,
    MAX(CASE WHEN r.kind = 'consent' THEN r.id ELSE 0 END) AS consent_id
  FROM open_items o
  JOIN cover_records r
    ON r.customer_id = o.customer_id AND (r.due_item_id IS NULL OR r.due_item_id = o.due_item_id)
    AND r.on_day <= CAST($as_of AS DATE)
    AND (r.due_item_id IS NOT NULL OR r.kind = 'consent' OR r.on_day >= o.first_due_on)
  GROUP BY o.due_item_id
),
judged AS (
  SELECT
    o.due_item_id, o.customer_id, d.number AS document_number, o.currency, o.open_minor, d.issued_on,
    COALESCE(d.delivered_on, d.issued_on) AS shipped_on, o.first_due_on, o.due_on, b.policy_id, b.limit_id, b.group_id, b.share_ppm,
    b.limit_minor, b.policy_currency, b.minimum_minor,
    CASE
      WHEN b.limit_id IS NULL OR b.limit_minor = 0 THEN 'no_limit'
      WHEN b.terms_id IS NULL THEN 'no_policy'
      WHEN b.max_terms_days IS NOT NULL AND DATE_DIFF('day', d.issued_on, o.first_due_on) > b.max_terms_days
        THEN 'terms_too_long'
      WHEN s.due_item_id IS NOT NULL THEN 'stopped'
      ELSE 'covered'
    END AS state,
    LEAST(
      COALESCE(b.max_extension_days, b.consent_beyond_days), COALESCE(b.consent_beyond_days, b.max_extension_days)
    ) AS extend_days,
    b.notify_days, b.claim_days, COALESCE(t.notified, 0) AS notified, COALESCE(t.claimed, 0) AS claimed,
    r.until AS consent_until
  FROM open_items o
  JOIN documents d ON d.id = o.document_id
  JOIN cover_buyers b ON b.customer_id = o.customer_id AND b.shipped_on = COALESCE(d.delivered_on, d.issued_on)
  LEFT JOIN cover_stopped s ON s.due_item_id = o.due_item_id
  LEFT JOIN told t ON t.due_item_id = o.due_item_id
  LEFT JOIN cover_records r ON r.id = t.consent_id
  WHERE o.open_minor > 0
)
SELECT
  due_item_id, customer_id, document_number, currency, open_minor, shipped_on, first_due_on, due_on, policy_id, limit_id, group_id,
  limit_minor, share_ppm, policy_currency, minimum_minor, state,
  CASE
    WHEN state <> 'covered' OR extend_days IS NULL THEN CAST(NULL AS DATE)
    WHEN consent_until > CAST(first_due_on + CAST(extend_days AS INTEGER) AS DATE) THEN consent_until
    ELSE CAST(first_due_on + CAST(extend_days AS INTEGER) AS DATE)
  END AS extend_until,
  CASE WHEN state = 'covered' THEN CAST(first_due_on + CAST(notify_days AS INTEGER) AS DATE) END AS notify_by,
  CASE WHEN state = 'covered' THEN CAST(first_due_on + CAST(claim_days AS INTEGER) AS DATE) END AS claim_by,
  CAST(notified AS BIGINT) AS notified,
  CAST(claimed AS BIGINT) AS claimed,
  CASE WHEN state = 'covered' THEN consent_until END AS consent_until
FROM judged
ORDER BY due_item_id
