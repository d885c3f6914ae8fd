-- Products in one currency, the largest first; the name is the newest that the days have. What all of them come to stands in each row.
SELECT
  product_no,
  max_by(product_name, order_date) AS product_name,
  CAST(sum(units_sold - units_cancelled) AS BIGINT) AS units,
  CAST(sum(net_minor) AS BIGINT) AS net_minor,
  CAST(sum(sum(gross_minor)) OVER () AS BIGINT) AS gross_of_all,
  CAST(sum(sum(cancelled_minor)) OVER () AS BIGINT) AS cancelled_of_all
FROM gold.product_sales
WHERE order_date BETWEEN :first AND :last AND currency = :currency
GROUP BY product_no
ORDER BY net_minor DESC, product_no
LIMIT 10
