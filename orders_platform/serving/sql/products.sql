-- Products in one currency, the largest first; the name is the newest that the days have.
SELECT
  product_no,
  max_by(product_name, order_date) AS product_name,
  CAST(sum(units_sold - units_cancelled) AS BIGINT) AS units,
  CAST(sum(net_minor) AS BIGINT) AS net_minor
FROM gold.product_sales
WHERE order_date BETWEEN :first AND :last AND currency = :currency
GROUP BY product_no
ORDER BY net_minor DESC, product_no
LIMIT 10
