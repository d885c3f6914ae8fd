-- The newest day that has orders, or today with cancellations alone; days that are still to come are left out: an order may be
-- dated ahead.
SELECT max(order_date) AS day
FROM gold.daily_sales
WHERE order_date <= :today AND (orders > 0 OR order_date = :today)
