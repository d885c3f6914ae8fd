-- From the sale's day to its cancellation's, where the sale is known.
SELECT median(days_since_sale) AS days
FROM gold.cancellations
WHERE order_date BETWEEN :first AND :last AND match = 'named'
