-- payment_peers: How much later a customer pays than its like.
-- 1. Peers are the customers with a value of PAY002 of the same country and size, the customer itself among them. Where they
--    are fewer than 15 the peers are all customers with a value; where those are fewer than 15 there is no value.
-- 2. PAY017 is PAY002 less the median of the peers, over 1.4826 times the median of the distances from that median. Where
--    that is 0 (half of the peers pay alike) there is no value.
-- 3. Twice a median of whole numbers is a whole number: PAY002 stands in millionths of a day.
-- Uses: payment_level
-- Gives: PAY017 (pay_days, median_twice, distance_four_times, n_peers)
WITH members AS (
  SELECT p.customer_id, p.pay002, CONCAT(c.country, '/', c.size) AS segment
  FROM payment_level p
  JOIN customers c ON c.id = p.customer_id
  WHERE p.pay002 IS NOT NULL
  UNION ALL
  SELECT p.customer_id, p.pay002, '' AS segment
  FROM payment_level p
  WHERE p.pay002 IS NOT NULL
),
placed AS (
  SELECT
    segment, customer_id, pay002,
    CAST(COUNT(*) OVER (PARTITION BY segment) AS BIGINT) AS n,
    CAST(ROW_NUMBER() OVER (PARTITION BY segment ORDER BY pay002, customer_id) AS BIGINT) AS place
  FROM members
),
middles AS (
  SELECT segment, n, CAST(SUM(pay002 * GREATEST(0, 2 - ABS(2 * place - n - 1))) AS BIGINT) AS median_twice
  FROM placed
  WHERE n >= 15
  GROUP BY segment, n
),
distances AS (
  SELECT
    p.segment, p.customer_id, p.pay002, p.n, m.median_twice, ABS(2 * p.pay002 - m.median_twice) AS distance,
    CAST(ROW_NUMBER() OVER (PARTITION BY p.segment ORDER BY ABS(2 * p.pay002 - m.median_twice), p.customer_id) AS BIGINT) AS place
  FROM placed p
  JOIN middles m ON m.segment = p.segment
),
spreads AS (
  SELECT segment, CAST(SUM(distance * GREATEST(0, 2 - ABS(2 * place - n - 1))) AS BIGINT) AS distance_four_times
  FROM distances
  GROUP BY segment
),
chosen AS (
  SELECT
    d.customer_id, d.pay002 AS pay_days, d.median_twice, s.distance_four_times, d.n AS n_peers,
    ROW_NUMBER() OVER (PARTITION BY d.customer_id ORDER BY d.segment DESC) AS place
  FROM distances d
  JOIN spreads s ON s.segment = d.segment
)
SELECT
  customer_id, pay_days, median_twice, distance_four_times, n_peers,
  CASE WHEN distance_four_times > 0 THEN CAST(ROUND(2000000
    * CAST(2 * pay_days - median_twice AS DOUBLE) / (1.4826 * CAST(distance_four_times AS DOUBLE))) AS BIGINT) END AS pay017
FROM chosen
WHERE place = 1
ORDER BY customer_id
