-- exchange: What one unit of each currency is in the company's currency, as of a date.
-- 1. The quote of a currency is its last one on or before as_of and not before earliest_on; the euro is always 1.
-- 2. One unit of a currency is numerator over denominator units of the company's currency: the company's quote over its own.
-- 3. A currency without quote, or every other currency where the company's has none, has no row: no rate, no sum.
-- 4. quoted_on is the older of the two quotes, as_of for the euro.
-- 5. Units are whole units; minor units are brought in by the exponents of ISO 4217, in the face.
WITH quotes AS (
  SELECT currency, MAX(quoted_on) AS quoted_on, MAX_BY(per_euro_micro, quoted_on) AS per_euro_micro
  FROM exchange_rates
  WHERE quoted_on <= CAST($as_of AS DATE) AND quoted_on >= CAST($earliest_on AS DATE) AND currency <> 'EUR'
  GROUP BY currency
  UNION ALL
  SELECT 'EUR', CAST($as_of AS DATE), CAST(1000000 AS BIGINT)
),
own AS (
  SELECT q.currency, q.quoted_on, q.per_euro_micro
  FROM company c JOIN quotes q ON q.currency = c.currency
)
SELECT
  q.currency,
  o.currency AS company_currency,
  o.per_euro_micro AS numerator,
  q.per_euro_micro AS denominator,
  LEAST(q.quoted_on, o.quoted_on) AS quoted_on
FROM quotes q
CROSS JOIN own o
UNION ALL
SELECT c.currency, c.currency, CAST(1 AS BIGINT), CAST(1 AS BIGINT), CAST($as_of AS DATE)
FROM company c
WHERE NOT EXISTS (SELECT 1 FROM quotes q WHERE q.currency = c.currency)
ORDER BY currency
