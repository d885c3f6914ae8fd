-- Countries in one currency, the largest first.
SELECT
  country,
  CAST(sum(orders) AS BIGINT) AS orders,
  CAST(sum(cancellations) AS BIGINT) AS cancellations,
  CAST(sum(net_minor) AS BIGINT) AS net_minor
FROM gold.daily_sales
WHERE order_date BETWEEN :first AND :last AND currency = :currency
GROUP BY country
ORDER BY net_minor DESC, country
LIMIT 10
