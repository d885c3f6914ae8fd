-- The newest day that has orders, leaving out days that are still to come: an order may be dated ahead.
SELECT max(order_date) AS day
FROM gold.daily_sales
WHERE order_date <= :today
