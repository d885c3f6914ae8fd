-- Minutes of a day and of the same weekday in the four weeks before it, by currency. Each day is a span of its own, so that no
-- other day is read.
SELECT
  minute,
  currency,
  CAST(sum(orders) AS BIGINT) AS orders,
  CAST(sum(cancellations) AS BIGINT) AS cancellations,
  CAST(sum(gross_minor) AS BIGINT) AS gross_minor,
  CAST(sum(cancelled_minor) AS BIGINT) AS cancelled_minor,
  CAST(sum(net_minor) AS BIGINT) AS net_minor
FROM gold.sales_by_minute
WHERE minute >= :start_0 AND minute < :end_0
  OR minute >= :start_1 AND minute < :end_1
  OR minute >= :start_2 AND minute < :end_2
  OR minute >= :start_3 AND minute < :end_3
  OR minute >= :start_4 AND minute < :end_4
GROUP BY minute, currency
ORDER BY minute, currency
