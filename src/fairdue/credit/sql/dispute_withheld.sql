-- dispute_withheld: What customers keep back without our word: deductions, and the undisputed part of a disputed invoice.
-- 1. A deduction of an item and a day is what was written off on a day on which money or credit for it came, so much of the
--    discount taken as is more than the item's own, and all discount taken more than five days after its last day (the days
--    of grace that matching gives).
-- 2. What a dispute holds that begins on a day on which money came for its item is a deduction, too, while nothing was
--    credited for it.
-- 3. DSP006 is the deductions of the 180 days until as_of over the whole amount of the invoices settled in them (at least
--    10 settled invoices).
-- 4. A partial dispute is an item past its first agreed due date with a part of its amount, but not all, disputed. DSP009
--    is what is open and not disputed of these over what is not disputed of their amount (at least one).
-- 5. Amounts are in minor units of the company's currency at the rates of as_of.
-- Uses: credit_disputes, credit_invoices
-- Gives: DSP006 (deducted_180, settled_180, n_180), DSP009 (withheld, undisputed, partial)
WITH falls AS (
  SELECT
    a.due_item_id, a.effective_on,
    SUM(CASE WHEN a.kind = 'discount' THEN a.amount_minor ELSE 0 END) AS discount_minor,
    SUM(CASE WHEN a.kind = 'write_off' THEN a.amount_minor ELSE 0 END) AS written_minor,
    SUM(CASE WHEN a.kind IN ('payment', 'credit') THEN a.amount_minor ELSE 0 END) AS money_minor
  FROM allocations a
  WHERE a.due_item_id IS NOT NULL AND a.effective_on > CAST($as_of AS DATE) - INTERVAL 180 DAY
    AND a.effective_on <= CAST($as_of AS DATE)
  GROUP BY a.due_item_id, a.effective_on
),
kept AS (
  SELECT
    i.customer_id,
    CAST(ROUND(CAST(
      CASE WHEN f.money_minor > 0 THEN f.written_minor ELSE 0 END
      + CASE WHEN i.discount_until IS NULL OR DATE_DIFF('day', i.discount_until, f.effective_on) > 5 THEN f.discount_minor
        ELSE GREATEST(f.discount_minor - i.discount_minor, 0) END AS DOUBLE) * i.amount / i.amount_minor) AS BIGINT) AS amount
  FROM falls f
  JOIN credit_invoices i ON i.item_id = f.due_item_id
  WHERE f.discount_minor <> 0 OR f.written_minor <> 0
),
held AS (
  SELECT d.hold_id, d.customer_id, d.amount
  FROM credit_disputes d
  JOIN holds h ON h.id = d.hold_id
  JOIN falls f ON f.due_item_id = h.due_item_id AND f.effective_on = d.since AND f.money_minor > 0
  WHERE d.credited = 0
),
deducted AS (
  SELECT customer_id, CAST(SUM(amount) AS BIGINT) AS deducted_180
  FROM (SELECT customer_id, amount FROM kept UNION ALL SELECT customer_id, amount FROM held) AS both_kinds
  GROUP BY customer_id
),
settled AS (
  SELECT
    customer_id,
    CAST(COUNT(CASE WHEN settled_on > CAST($as_of AS DATE) - INTERVAL 180 DAY THEN 1 END) AS BIGINT) AS n_180,
    CAST(SUM(CASE WHEN settled_on > CAST($as_of AS DATE) - INTERVAL 180 DAY THEN amount ELSE 0 END) AS BIGINT) AS settled_180,
    CAST(COUNT(CASE WHEN due_on < CAST($as_of AS DATE) AND disputed_amount > 0 AND disputed_amount < amount THEN 1 END) AS BIGINT)
      AS partial,
    CAST(SUM(CASE WHEN due_on < CAST($as_of AS DATE) AND disputed_amount > 0 AND disputed_amount < amount
      THEN GREATEST(open_amount - disputed_amount, 0) ELSE 0 END) AS BIGINT) AS withheld,
    CAST(SUM(CASE WHEN due_on < CAST($as_of AS DATE) AND disputed_amount > 0 AND disputed_amount < amount
      THEN amount - disputed_amount ELSE 0 END) AS BIGINT) AS undisputed
  FROM credit_invoices
  WHERE amount > 0
  GROUP BY customer_id
)
SELECT
  s.customer_id, s.n_180, s.settled_180, COALESCE(d.deducted_180, 0) AS deducted_180, s.partial, s.withheld, s.undisputed,
  CASE WHEN s.n_180 >= 10
    THEN CAST(ROUND(1000000 * CAST(COALESCE(d.deducted_180, 0) AS DOUBLE) / s.settled_180) AS BIGINT) END AS dsp006,
  CASE WHEN s.partial >= 1 THEN CAST(ROUND(1000000 * CAST(s.withheld AS DOUBLE) / s.undisputed) AS BIGINT) END AS dsp009
FROM settled s
LEFT JOIN deducted d ON d.customer_id = s.customer_id
ORDER BY customer_id
