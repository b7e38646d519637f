-- credit_money: What a minor unit of each currency is in minor units of the company's currency, as of a date.
-- 1. One minor unit of a currency is numerator over denominator minor units of the company's currency, at the rates of
--    the measure exchange; a currency without rate has no row.
-- 2. Minor units are those of ISO 4217: none, three or (all others) two decimals.
-- Uses: fairdue.ledger.sql:exchange
SELECT
  e.currency,
  CAST(e.numerator * CASE
    WHEN e.company_currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000
    WHEN e.company_currency IN (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF',
      'XPF') THEN 1
    ELSE 100 END AS BIGINT) AS numerator,
  CAST(e.denominator * CASE
    WHEN e.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000
    WHEN e.currency IN (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF',
      'XPF') THEN 1
    ELSE 100 END AS BIGINT) AS denominator
FROM exchange e
ORDER BY currency
