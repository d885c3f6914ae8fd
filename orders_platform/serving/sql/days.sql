-- Days by country and currency: all of a page's figures of whole days are sums of these rows, so that they cannot differ.
SELECT
  order_date AS day,
  country,
  currency,
  orders,
  cancellations,
  gross_minor,
  cancelled_minor,
  net_minor
FROM gold.daily_sales
WHERE order_date BETWEEN :first AND :last
ORDER BY order_date, currency, country
