-- Days by currency, all countries together; money of two currencies is never added up.
SELECT
  order_date AS day,
  currency,
  CAST(sum(orders) AS BIGINT) AS orders,
  CAST(sum(cancellations) AS BIGINT) AS cancellations,
  CAST(sum(gross_minor) AS BIGINT) AS gross_minor,
  CAST(sum(cancelled_minor) AS BIGINT) AS cancelled_minor,
  CAST(sum(net_minor) AS BIGINT) AS net_minor
FROM gold.daily_sales
WHERE order_date BETWEEN :first AND :last
GROUP BY order_date, currency
ORDER BY order_date, currency
