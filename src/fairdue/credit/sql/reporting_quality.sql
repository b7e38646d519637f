-- reporting_quality: Whether a customer shows its figures, in time, and what its auditor says of them.
-- 1. Only what was known by as_of is read.
-- 2. FSQ001 is the days from the end of the latest period of any statement, of any length, until as_of.
-- 3. FSQ002 is from the events filing_due (happened_on: the statutory deadline, ended_on: the day of filing). It is the days from
--    the deadline to the filing, or to as_of where it is not filed by then, of the latest deadline that has passed; where an
--    earlier one that is not filed is later than that, the days of that one. A filing before the deadline is negative.
-- 4. FSQ003 is the figure audit_opinion whose period ended last, known by then, less than 18 months before: 0 unmodified, 1
--    emphasis of matter, 2 qualified, 3 material uncertainty about going concern, 4 adverse or disclaimer.
-- 5. FSQ004 counts the events auditor_changed after as_of less 1095 days. None is 0 only where audit opinions of three
--    periods are known, the newest less than 18 months old; else there is no value.
-- 6. FSQ006 is from the events statements_requested: the days since the oldest that is not answered, 0 where all are. It is
--    answered on ended_on, and by an annual statement (10 to 18 months) known on its day or later.
-- Gives: FSQ001 (period_end), FSQ002 (deadline, filed_on), FSQ003 (opinion_of, opinion_micro), FSQ004 (n_changes, n_opinions),
--    FSQ006 (n_requests, unanswered_since)
WITH statements AS (
  SELECT
    customer_id, MAX(period_end) AS period_end,
    MAX(CASE WHEN months >= 10 AND months <= 18 THEN known_on END) AS answered_on
  FROM credit_statements
  WHERE known_on <= CAST($as_of AS DATE) AND period_end <= CAST($as_of AS DATE)
  GROUP BY customer_id
),
deadlines AS (
  SELECT
    customer_id, id, happened_on AS deadline, CASE WHEN ended_on <= CAST($as_of AS DATE) THEN ended_on END AS filed_on,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY happened_on DESC, known_on DESC, id DESC) AS newest
  FROM credit_events
  WHERE kind = 'filing_due' AND happened_on <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
),
filings AS (
  SELECT
    customer_id, deadline, filed_on, DATE_DIFF('day', deadline, COALESCE(filed_on, CAST($as_of AS DATE))) AS late,
    ROW_NUMBER() OVER (PARTITION BY customer_id
      ORDER BY DATE_DIFF('day', deadline, COALESCE(filed_on, CAST($as_of AS DATE))) DESC, deadline DESC, id DESC) AS place
  FROM deadlines
  WHERE newest = 1 OR filed_on IS NULL
),
versions AS (
  SELECT
    customer_id, as_of AS opinion_of, value_micro,
    ROW_NUMBER() OVER (PARTITION BY customer_id, as_of ORDER BY known_on DESC, id DESC) AS version
  FROM credit_figures
  WHERE kind = 'audit_opinion' AND customer_id IS NOT NULL AND as_of <= CAST($as_of AS DATE) AND known_on <= CAST($as_of AS DATE)
),
opinions AS (
  SELECT
    customer_id, opinion_of, value_micro, COUNT(*) OVER (PARTITION BY customer_id) AS n_opinions,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY opinion_of DESC) AS place
  FROM versions
  WHERE version = 1
),
opinion AS (
  SELECT customer_id, opinion_of, value_micro, n_opinions
  FROM opinions
  WHERE place = 1 AND opinion_of + INTERVAL 18 MONTH > CAST($as_of AS DATE)
),
changes AS (
  SELECT customer_id, COUNT(*) AS n_changes
  FROM credit_events
  WHERE kind = 'auditor_changed' AND known_on <= CAST($as_of AS DATE) AND happened_on <= CAST($as_of AS DATE)
    AND DATE_DIFF('day', happened_on, CAST($as_of AS DATE)) < 1095
  GROUP BY customer_id
),
requests AS (
  SELECT
    e.customer_id, COUNT(*) AS n_requests,
    MIN(CASE WHEN (e.ended_on IS NULL OR e.ended_on > CAST($as_of AS DATE)) AND (s.answered_on IS NULL OR s.answered_on < e.happened_on)
      THEN e.happened_on END) AS unanswered_since
  FROM credit_events e
  LEFT JOIN statements s ON s.customer_id = e.customer_id
  WHERE e.kind = 'statements_requested' AND e.known_on <= CAST($as_of AS DATE) AND e.happened_on <= CAST($as_of AS DATE)
  GROUP BY e.customer_id
),
whom AS (
  SELECT customer_id FROM statements
  UNION
  SELECT customer_id FROM filings
  UNION
  SELECT customer_id FROM opinion
  UNION
  SELECT customer_id FROM changes
  UNION
  SELECT customer_id FROM requests
)
SELECT
  w.customer_id, s.period_end, f.deadline, f.filed_on, o.opinion_of, o.value_micro AS opinion_micro,
  CAST(COALESCE(c.n_changes, 0) AS BIGINT) AS n_changes, CAST(COALESCE(o.n_opinions, 0) AS BIGINT) AS n_opinions,
  CAST(COALESCE(r.n_requests, 0) AS BIGINT) AS n_requests, r.unanswered_since,
  CAST(1000000 * DATE_DIFF('day', s.period_end, CAST($as_of AS DATE)) AS BIGINT) AS fsq001,
  CAST(1000000 * f.late AS BIGINT) AS fsq002,
  o.value_micro AS fsq003,
  CAST(CASE WHEN c.n_changes > 0 THEN 1000000 * c.n_changes WHEN o.n_opinions >= 3 THEN 0 END AS BIGINT) AS fsq004,
  CAST(CASE WHEN r.unanswered_since IS NOT NULL THEN 1000000 * DATE_DIFF('day', r.unanswered_since, CAST($as_of AS DATE))
    WHEN r.n_requests > 0 THEN 0 END AS BIGINT) AS fsq006
FROM whom w
LEFT JOIN statements s ON s.customer_id = w.customer_id
LEFT JOIN filings f ON f.customer_id = w.customer_id AND f.place = 1
LEFT JOIN opinion o ON o.customer_id = w.customer_id
LEFT JOIN changes c ON c.customer_id = w.customer_id
LEFT JOIN requests r ON r.customer_id = w.customer_id
ORDER BY customer_id
