-- promise_plan: Instalments of each customer's current plan that were not paid.
-- 1. An instalment is a hold of the reason plan with a last day. Those of a customer that begin on one day are one plan;
--    the plan that begins last is looked at. A plan of a whole customer needs a currency.
-- 2. An instalment is due on its last day, or where its hold was released before it, on that day: a plan that ends early
--    with something open ends by a missed instalment. It is paid in time until the third business day (Monday to Friday)
--    after it.
-- 3. It is the hold's amount; without one, what was open of its scope's invoice items at the end of the day before the
--    plan. The scope is its due item, else its document, else its customer in the hold's currency.
-- 4. What came is what was allocated to the scope's items from the plan's first day on, write-offs not. An instalment is
--    missed where what came until its last day to pay is less than all instalments of the plan and scope that were due by
--    then, and that day is before as_of; it is paid where what came is as much.
-- 5. PRM014 counts the days with a missed instalment. It needs an instalment paid or missed, and a plan whose last day is
--    not before as_of or of which something is still open.
-- Gives: PRM014 (missed, judged, last_on, open_minor)
WITH holding AS (
  SELECT
    id AS hold_id, customer_id, document_id, due_item_id, currency, amount_minor, since, until,
    CASE WHEN released_on <= CAST($as_of AS DATE) AND released_on < until THEN released_on ELSE until END AS due_on,
    MAX(since) OVER (PARTITION BY customer_id) AS newest
  FROM holds
  WHERE reason = 'plan' AND until IS NOT NULL AND since <= CAST($as_of AS DATE)
),
told AS (
  SELECT
    hold_id, customer_id, document_id, due_item_id, currency, amount_minor, since, until, due_on,
    CAST(due_on + CAST(CASE WHEN DATE_DIFF('day', CAST('1900-01-01' AS DATE), due_on) % 7 IN (2, 3, 4) THEN 5
      WHEN DATE_DIFF('day', CAST('1900-01-01' AS DATE), due_on) % 7 = 5 THEN 4 ELSE 3 END AS INTEGER) AS DATE) AS last_to_pay
  FROM holding
  WHERE since = newest
),
scoped AS (
  SELECT t.hold_id, t.since, t.last_to_pay, i.id AS item_id, i.amount_minor, i.effective_on
  FROM told t
  JOIN due_items i ON i.customer_id = t.customer_id AND i.amount_minor > 0
    AND (t.due_item_id IS NULL OR i.id = t.due_item_id)
    AND (t.document_id IS NULL OR t.due_item_id IS NOT NULL OR i.document_id = t.document_id)
    AND (t.document_id IS NOT NULL OR t.due_item_id IS NOT NULL OR i.currency = t.currency)
),
owed AS (
  SELECT hold_id, CAST(SUM(CASE WHEN effective_on < since THEN amount_minor ELSE 0 END) AS BIGINT) AS owed_minor
  FROM scoped
  GROUP BY hold_id
),
came AS (
  SELECT
    s.hold_id,
    CAST(SUM(CASE WHEN a.effective_on < s.since AND s.effective_on < s.since THEN a.amount_minor ELSE 0 END) AS BIGINT) AS before_minor,
    CAST(SUM(CASE WHEN a.effective_on >= s.since AND a.effective_on <= s.last_to_pay AND a.kind <> 'write_off'
      THEN a.amount_minor ELSE 0 END) AS BIGINT) AS in_time_minor,
    CAST(SUM(CASE WHEN a.effective_on >= s.since AND a.kind <> 'write_off' THEN a.amount_minor ELSE 0 END) AS BIGINT) AS came_minor
  FROM scoped s
  JOIN allocations a ON a.due_item_id = s.item_id AND a.effective_on <= CAST($as_of AS DATE)
  GROUP BY s.hold_id
),
sized AS (
  SELECT
    t.hold_id, t.customer_id, COALESCE(t.document_id, 0) AS of_document, COALESCE(t.due_item_id, 0) AS of_item, t.until, t.due_on,
    t.last_to_pay, COALESCE(t.amount_minor, o.owed_minor - COALESCE(c.before_minor, 0)) AS instalment_minor,
    COALESCE(c.in_time_minor, 0) AS in_time_minor, COALESCE(c.came_minor, 0) AS came_minor
  FROM told t
  JOIN owed o ON o.hold_id = t.hold_id
  LEFT JOIN came c ON c.hold_id = t.hold_id
),
summed AS (
  SELECT
    customer_id, until, due_on, last_to_pay, in_time_minor,
    SUM(instalment_minor) OVER (PARTITION BY customer_id, of_document, of_item ORDER BY due_on
      RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS due_minor,
    SUM(instalment_minor) OVER (PARTITION BY customer_id, of_document, of_item) - came_minor AS open_minor
  FROM sized
),
counted AS (
  SELECT
    customer_id, MAX(until) AS last_on, CAST(MAX(open_minor) AS BIGINT) AS open_minor,
    CAST(COUNT(DISTINCT CASE WHEN in_time_minor < due_minor AND last_to_pay < CAST($as_of AS DATE) THEN due_on END) AS BIGINT)
      AS missed,
    CAST(COUNT(CASE WHEN in_time_minor >= due_minor OR last_to_pay < CAST($as_of AS DATE) THEN 1 END) AS BIGINT) AS judged
  FROM summed
  GROUP BY customer_id
)
SELECT
  customer_id, missed, judged, last_on, open_minor,
  CASE WHEN judged >= 1 AND (last_on >= CAST($as_of AS DATE) OR open_minor > 0) THEN 1000000 * missed END AS prm014
FROM counted
ORDER BY customer_id
