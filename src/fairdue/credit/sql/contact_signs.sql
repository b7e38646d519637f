-- contact_signs: What customers let the house know, counted: bounces, reasons, requests, words of warning.
-- 1. An event counts on the day on which it happened, where it was known by as_of; a window of k days is the days after
--    as_of less k days, until as_of.
-- 2. The log of contacts was kept over a window where a contact or answer of whomever is on record from its beginning or
--    before; the register of requests, where a figure feed_requests of the customer or of all is of a day within 92 days
--    before as_of. Where it was not kept, 0 is not enough data; what did happen counts all the same.
-- 3. PRM009 is what came back for good and the numbers found unreachable of 60 days (log of contacts).
-- 4. A coded contact is an event said_…, or a mail in which a person found a promise, a dispute, a payment said to be made,
--    another recipient or a copy asked for. PRM011 is the share of coded contacts of 90 days that say that money is short,
--    that a customer's money or a loan is waited for, or that who decides is away (at least 3 coded contacts).
-- 5. PRM013 counts the requests to pay later or in instalments of 180 days, TRM002 those for longer terms (register of
--    requests).
-- 6. PRM018 counts the messages and calls of 90 days that mention insolvency, a restructuring adviser or counsel (log of
--    contacts).
-- Uses: credit_contacts
-- Gives: PRM009 (bounces_60, numbers_60, log_60), PRM011 (short_90, coded_90), PRM013 (deferrals_180, register_kept),
-- PRM018 (warnings_90, log_90), TRM002 (terms_180, register_kept)
WITH happened AS (
  SELECT customer_id, kind, CAST(DATE_DIFF('day', happened_on, CAST($as_of AS DATE)) AS BIGINT) AS age
  FROM credit_events
  WHERE happened_on <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT customer_id, 'bounce', CAST(DATE_DIFF('day', happened_on, CAST($as_of AS DATE)) AS BIGINT)
  FROM contact_bounces
  WHERE happened_on <= CAST($as_of AS DATE)
  UNION ALL
  SELECT customer_id, 'said_in_mail', CAST(DATE_DIFF('day', received_on, CAST($as_of AS DATE)) AS BIGINT)
  FROM contact_mails
  WHERE received_on <= CAST($as_of AS DATE) AND read_on <= CAST($as_of AS DATE)
    AND outcome IN ('promise', 'dispute', 'already_paid', 'wrong_contact', 'resend_copy')
),
counted AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN kind = 'bounce' AND age < 60 THEN 1 END) AS BIGINT) AS bounces_60,
    CAST(COUNT(CASE WHEN kind = 'phone_unreachable' AND age < 60 THEN 1 END) AS BIGINT) AS numbers_60,
    CAST(COUNT(CASE WHEN LEFT(kind, 5) = 'said_' AND age < 90 THEN 1 END) AS BIGINT) AS coded_90,
    CAST(COUNT(CASE WHEN kind IN ('said_cash_shortage', 'said_awaiting_payment', 'said_awaiting_loan', 'said_owner_absent')
      AND age < 90 THEN 1 END) AS BIGINT) AS short_90,
    CAST(COUNT(CASE WHEN kind IN ('deferral_request', 'instalment_request') AND age < 180 THEN 1 END) AS BIGINT) AS deferrals_180,
    CAST(COUNT(CASE WHEN kind = 'terms_request' AND age < 180 THEN 1 END) AS BIGINT) AS terms_180,
    CAST(COUNT(CASE WHEN kind = 'insolvency_mentioned' AND age < 90 THEN 1 END) AS BIGINT) AS warnings_90
  FROM happened
  GROUP BY customer_id
),
log AS (
  SELECT
    CAST(COUNT(CASE WHEN happened_on <= CAST($as_of AS DATE) - INTERVAL 60 DAY THEN 1 END) AS BIGINT) AS log_60,
    CAST(COUNT(CASE WHEN happened_on <= CAST($as_of AS DATE) - INTERVAL 90 DAY THEN 1 END) AS BIGINT) AS log_90
  FROM credit_contacts
),
registers AS (
  SELECT COALESCE(customer_id, 0) AS customer_id, CAST(COUNT(*) AS BIGINT) AS readings
  FROM credit_figures
  WHERE kind = 'feed_requests' AND as_of >= CAST($as_of AS DATE) - INTERVAL 92 DAY AND as_of <= CAST($as_of AS DATE)
    AND known_on <= CAST($as_of AS DATE)
  GROUP BY COALESCE(customer_id, 0)
),
whole AS (
  SELECT
    c.id AS customer_id, COALESCE(n.bounces_60, 0) AS bounces_60, COALESCE(n.numbers_60, 0) AS numbers_60,
    COALESCE(n.coded_90, 0) AS coded_90, COALESCE(n.short_90, 0) AS short_90, COALESCE(n.deferrals_180, 0) AS deferrals_180,
    COALESCE(n.terms_180, 0) AS terms_180, COALESCE(n.warnings_90, 0) AS warnings_90, l.log_60, l.log_90,
    COALESCE(r.readings, 0) + COALESCE(h.readings, 0) AS register_kept
  FROM customers c
  LEFT JOIN counted n ON n.customer_id = c.id
  LEFT JOIN registers r ON r.customer_id = c.id
  LEFT JOIN registers h ON h.customer_id = 0
  CROSS JOIN log l
)
SELECT
  customer_id, bounces_60, numbers_60, coded_90, short_90, deferrals_180, terms_180, warnings_90, log_60, log_90, register_kept,
  CASE WHEN log_60 > 0 OR bounces_60 + numbers_60 > 0 THEN 1000000 * (bounces_60 + numbers_60) END AS prm009,
  CASE WHEN coded_90 >= 3 THEN CAST(ROUND(1000000 * CAST(short_90 AS DOUBLE) / coded_90) AS BIGINT) END AS prm011,
  CASE WHEN register_kept > 0 OR deferrals_180 > 0 THEN 1000000 * deferrals_180 END AS prm013,
  CASE WHEN log_90 > 0 OR warnings_90 > 0 THEN 1000000 * warnings_90 END AS prm018,
  CASE WHEN register_kept > 0 OR terms_180 > 0 THEN 1000000 * terms_180 END AS trm002
FROM whole
ORDER BY customer_id
