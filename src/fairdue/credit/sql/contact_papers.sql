-- contact_papers: Documents asked for again, and balance confirmations not answered.
-- 1. A mail in which a person found that a copy is asked for counts where the customer had invoices past their first agreed
--    due date and unsettled on the day of the mail, and had confirmed on the portal, before that day, that it had received
--    or approved every one of them. An event document_asked_again counts as it is.
-- 2. PRM012 counts both over the 90 days until as_of. Where there is none it needs a contact or answer of whomever on
--    record from the beginning of these days or before.
-- 3. A balance confirmation is unanswered where its message was handed over by as_of, and by then no answer came and nobody
--    closed it. PRM015 is the days since the oldest unanswered one was handed over, 0 where there is none (at least 1
--    handed over).
-- Uses: credit_contacts, credit_invoices
-- Gives: PRM012 (asked_90, log_90), PRM015 (waiting_since, confirmations)
WITH confirmed AS (
  SELECT
    customer_id, answered_on, due_item_ids = '[]' AS of_all,
    CONCAT(',', REPLACE(REPLACE(REPLACE(due_item_ids, ' ', ''), '[', ''), ']', ''), ',') AS item_ids
  FROM dunning_answers
  WHERE kind IN ('received', 'approved') AND answered_on <= CAST($as_of AS DATE)
),
asked AS (
  SELECT id AS mail_id, customer_id, received_on
  FROM contact_mails
  WHERE outcome = 'resend_copy' AND received_on > CAST($as_of AS DATE) - INTERVAL 90 DAY AND received_on <= CAST($as_of AS DATE)
    AND read_on <= CAST($as_of AS DATE)
),
meant AS (
  SELECT a.mail_id, a.customer_id, i.item_id, MAX(CASE WHEN c.answered_on IS NULL THEN 0 ELSE 1 END) AS proven
  FROM asked a
  JOIN credit_invoices i ON i.customer_id = a.customer_id AND i.due_on < a.received_on
    AND (i.settled_on IS NULL OR i.settled_on >= a.received_on)
  LEFT JOIN confirmed c ON c.customer_id = a.customer_id AND c.answered_on < a.received_on
    AND ((c.of_all AND c.answered_on >= i.issued_on) OR c.item_ids LIKE CONCAT('%,', CAST(i.item_id AS TEXT), ',%'))
  GROUP BY a.mail_id, a.customer_id, i.item_id
),
again AS (
  SELECT customer_id, mail_id
  FROM meant
  GROUP BY customer_id, mail_id
  HAVING MIN(proven) = 1
  UNION ALL
  SELECT customer_id, id
  FROM credit_events
  WHERE kind = 'document_asked_again' AND happened_on > CAST($as_of AS DATE) - INTERVAL 90 DAY
    AND happened_on <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
),
counted AS (
  SELECT customer_id, CAST(COUNT(*) AS BIGINT) AS asked_90
  FROM again
  GROUP BY customer_id
),
log AS (
  SELECT CAST(COUNT(*) AS BIGINT) AS log_90
  FROM credit_contacts
  WHERE happened_on <= CAST($as_of AS DATE) - INTERVAL 90 DAY
),
balances AS (
  SELECT
    customer_id, CAST(COUNT(*) AS BIGINT) AS confirmations,
    MIN(CASE WHEN (answered_on IS NULL OR answered_on > CAST($as_of AS DATE))
      AND (closed_on IS NULL OR closed_on > CAST($as_of AS DATE)) THEN handed_over_on END) AS waiting_since
  FROM dunning_balances
  WHERE handed_over_on <= CAST($as_of AS DATE)
  GROUP BY customer_id
)
SELECT
  c.id AS customer_id, COALESCE(n.asked_90, 0) AS asked_90, l.log_90, COALESCE(b.confirmations, 0) AS confirmations, b.waiting_since,
  CASE WHEN n.asked_90 > 0 OR l.log_90 > 0 THEN 1000000 * COALESCE(n.asked_90, 0) END AS prm012,
  CASE WHEN b.confirmations > 0
    THEN 1000000 * COALESCE(CAST(DATE_DIFF('day', b.waiting_since, CAST($as_of AS DATE)) AS BIGINT), 0) END AS prm015
FROM customers c
LEFT JOIN counted n ON n.customer_id = c.id
LEFT JOIN balances b ON b.customer_id = c.id
CROSS JOIN log l
ORDER BY customer_id
