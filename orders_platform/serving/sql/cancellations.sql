-- Cancellations by day, and whether the order that they cancel is known; money in one currency.
SELECT
  order_date AS day,
  match,
  count(*) AS cancellations,
  CAST(sum(CASE WHEN currency = :currency THEN cancelled_minor ELSE 0 END) AS BIGINT) AS cancelled_minor
FROM gold.cancellations
WHERE order_date BETWEEN :first AND :last
GROUP BY order_date, match
ORDER BY order_date, match
