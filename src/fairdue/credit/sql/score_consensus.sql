-- score_consensus: How many of the published scores of distress see a customer in their red zone.
-- 1. Asked are six: one of Altman's (FSM001 where there is a market value, else FSM003, which fits every firm, since nobody tells
--    the house who manufactures), FSM005, FSM006, FSM007, FSM008, FSM010. A score without a value is not asked.
-- 2. The red zones are those of the catalogue: FSM001 at most 1.81, FSM003 at most 1.10, FSM005 and FSM006 at least 0.50, FSM007 at
--    most 0.862, FSM008 at most -2.0, FSM010 at most -0.02.
-- 3. FSM020 is how many are red over how many are asked: at least 3.
-- Uses: score_altman, score_distress
-- Gives: FSM020 (n_asked, n_red)
WITH asked AS (
  SELECT
    d.customer_id,
    CASE WHEN COALESCE(a.fsm001, a.fsm003) IS NULL THEN 0 ELSE 1 END
      + CASE WHEN d.fsm005 IS NULL THEN 0 ELSE 1 END + CASE WHEN d.fsm006 IS NULL THEN 0 ELSE 1 END
      + CASE WHEN d.fsm007 IS NULL THEN 0 ELSE 1 END + CASE WHEN d.fsm008 IS NULL THEN 0 ELSE 1 END
      + CASE WHEN d.fsm010 IS NULL THEN 0 ELSE 1 END AS n_asked,
    CASE WHEN a.fsm001 <= 1810000 OR (a.fsm001 IS NULL AND a.fsm003 <= 1100000) THEN 1 ELSE 0 END
      + CASE WHEN d.fsm005 >= 500000 THEN 1 ELSE 0 END + CASE WHEN d.fsm006 >= 500000 THEN 1 ELSE 0 END
      + CASE WHEN d.fsm007 <= 862000 THEN 1 ELSE 0 END + CASE WHEN d.fsm008 <= -2000000 THEN 1 ELSE 0 END
      + CASE WHEN d.fsm010 <= -20000 THEN 1 ELSE 0 END AS n_red
  FROM score_distress d
  LEFT JOIN score_altman a ON a.customer_id = d.customer_id
)
SELECT
  customer_id, CAST(n_asked AS BIGINT) AS n_asked, CAST(n_red AS BIGINT) AS n_red,
  CASE WHEN n_asked >= 3 THEN CAST(ROUND(1000000 * CAST(n_red AS DOUBLE) / n_asked) AS BIGINT) END AS fsm020
FROM asked
ORDER BY customer_id
