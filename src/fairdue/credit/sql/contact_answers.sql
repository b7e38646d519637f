-- contact_answers: Whether and how fast each customer answers, and since when nobody was reached.
-- 1. Contacts and answers are those of credit_contacts; a contact is answered by the first answer on its day or later.
-- 2. PRM006 is the share of the contacts after as_of less 60 days, until as_of less 5, that had no answer within 5 business
--    days (Monday to Friday) after their day (at least 3 contacts).
-- 3. PRM007 is 0 where nothing is open past its first agreed due date, without what is disputed. Else it is the days since
--    the last answer.
-- 4. Where there never was one it is the days since the oldest of these invoices was issued; then the house must have a
--    contact or answer on record, of whomever, from that day or before.
-- 5. The time of an answer is the days from contact to answer, at least 1. A contact without an answer was looked at until
--    as_of. The median of a window is the first day by which half are answered, by Kaplan and Meier; the share unanswered
--    is the product, over the days, of one less who was answered over who was looked at, as a sum of logarithms, each
--    rounded to millionths of a millionth.
-- 6. PRM008 is the median of the contacts of 60 days over that of the 305 days before (at least 4 and 6 contacts). Where
--    fewer than half of the late window are answered its median is the longest time looked at; where fewer than half of the
--    early one are there is none.
-- Uses: credit_contacts, credit_invoices
-- Gives: PRM006 (unanswered, contacts_55), PRM007 (overdue, answered_on, waiting_since, log_on), PRM008 (median_60,
-- longest_60, contacts_60, median_before, contacts_before)
WITH outbound AS (
  SELECT
    customer_id, kind, entry_id, happened_on, CAST(DATE_DIFF('day', happened_on, CAST($as_of AS DATE)) AS BIGINT) AS age,
    CASE WHEN DATE_DIFF('day', CAST('1900-01-01' AS DATE), happened_on) % 7 = 5 THEN 6
      WHEN DATE_DIFF('day', CAST('1900-01-01' AS DATE), happened_on) % 7 = 6 THEN 5 ELSE 7 END AS patience
  FROM credit_contacts
  WHERE outbound = 1 AND happened_on > CAST($as_of AS DATE) - INTERVAL 365 DAY
),
inbound AS (
  SELECT DISTINCT customer_id, happened_on
  FROM credit_contacts
  WHERE outbound = 0
),
answered AS (
  SELECT
    o.customer_id, o.kind, o.entry_id, o.age, o.patience,
    CAST(MIN(DATE_DIFF('day', o.happened_on, i.happened_on)) AS BIGINT) AS answer_days
  FROM outbound o
  LEFT JOIN inbound i ON i.customer_id = o.customer_id AND i.happened_on >= o.happened_on
  GROUP BY o.customer_id, o.kind, o.entry_id, o.age, o.patience
),
rated AS (
  SELECT
    customer_id, CAST(COUNT(*) AS BIGINT) AS contacts_55,
    CAST(COUNT(CASE WHEN answer_days IS NULL OR answer_days > patience THEN 1 END) AS BIGINT) AS unanswered
  FROM answered
  WHERE age >= 5 AND age < 60
  GROUP BY customer_id
),
days AS (
  SELECT
    customer_id, CASE WHEN age < 60 THEN 1 ELSE 0 END AS late, GREATEST(COALESCE(answer_days, age), 1) AS day,
    CAST(COUNT(answer_days) AS BIGINT) AS gone, CAST(COUNT(*) AS BIGINT) AS followed
  FROM answered
  GROUP BY customer_id, CASE WHEN age < 60 THEN 1 ELSE 0 END, GREATEST(COALESCE(answer_days, age), 1)
),
risk AS (
  SELECT
    customer_id, late, day, gone, followed,
    SUM(followed) OVER (PARTITION BY customer_id, late ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_risk
  FROM days
),
curve AS (
  SELECT
    customer_id, late, day, followed,
    SUM(CASE WHEN gone > 0 AND gone < at_risk
      THEN CAST(ROUND(1000000000000 * LN(CAST(at_risk - gone AS DOUBLE) / at_risk)) AS BIGINT) ELSE 0 END)
      OVER (PARTITION BY customer_id, late ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS logs,
    CASE WHEN gone = at_risk THEN 1 ELSE 0 END AS none_left
  FROM risk
),
medians AS (
  SELECT
    customer_id,
    CAST(SUM(CASE WHEN late = 1 THEN followed ELSE 0 END) AS BIGINT) AS contacts_60,
    CAST(SUM(CASE WHEN late = 0 THEN followed ELSE 0 END) AS BIGINT) AS contacts_before,
    MAX(CASE WHEN late = 1 THEN day END) AS longest_60,
    MIN(CASE WHEN late = 1 AND (none_left = 1 OR logs <= -693147180460) THEN day END) AS median_60,
    MIN(CASE WHEN late = 0 AND (none_left = 1 OR logs <= -693147180460) THEN day END) AS median_before
  FROM curve
  GROUP BY customer_id
),
heard AS (
  SELECT customer_id, MAX(happened_on) AS answered_on
  FROM inbound
  GROUP BY customer_id
),
owed AS (
  SELECT customer_id, CAST(SUM(open_amount - disputed_amount) AS BIGINT) AS overdue, MIN(issued_on) AS waiting_since
  FROM credit_invoices
  WHERE due_on < CAST($as_of AS DATE) AND open_amount > disputed_amount
  GROUP BY customer_id
),
log AS (
  SELECT MIN(happened_on) AS log_on
  FROM credit_contacts
)
SELECT
  c.id AS customer_id, COALESCE(r.contacts_55, 0) AS contacts_55, COALESCE(r.unanswered, 0) AS unanswered,
  COALESCE(o.overdue, 0) AS overdue, h.answered_on, o.waiting_since, g.log_on, m.contacts_60, m.median_60, m.longest_60,
  m.contacts_before, m.median_before,
  CASE WHEN r.contacts_55 >= 3 THEN CAST(ROUND(1000000 * CAST(r.unanswered AS DOUBLE) / r.contacts_55) AS BIGINT) END AS prm006,
  CASE WHEN o.overdue IS NULL THEN CAST(0 AS BIGINT)
    WHEN h.answered_on IS NOT NULL THEN 1000000 * CAST(DATE_DIFF('day', h.answered_on, CAST($as_of AS DATE)) AS BIGINT)
    WHEN g.log_on <= o.waiting_since THEN 1000000 * CAST(DATE_DIFF('day', o.waiting_since, CAST($as_of AS DATE)) AS BIGINT)
    END AS prm007,
  CASE WHEN m.contacts_60 >= 4 AND m.contacts_before >= 6 AND m.median_before IS NOT NULL
    THEN CAST(ROUND(1000000 * CAST(COALESCE(m.median_60, m.longest_60) AS DOUBLE) / m.median_before) AS BIGINT) END AS prm008
FROM customers c
LEFT JOIN rated r ON r.customer_id = c.id
LEFT JOIN owed o ON o.customer_id = c.id
LEFT JOIN heard h ON h.customer_id = c.id
LEFT JOIN medians m ON m.customer_id = c.id
CROSS JOIN log g
ORDER BY customer_id
