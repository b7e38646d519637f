-- credit_unit: How many minor units a whole unit of the company's currency has.
-- 1. Those of ISO 4217: 1, 1000 or (all others) 100.
SELECT
  currency,
  CAST(CASE
    WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000
    WHEN currency IN (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF',
      'XPF') THEN 1
    ELSE 100 END AS BIGINT) AS unit_minor
FROM company
ORDER BY currency
