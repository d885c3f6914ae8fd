-- The newest position that bronze has of each partition, by generation of the hub and by the road that the message came.
SELECT
  lower(generation) AS generation,
  partition,
  road,
  max(sequence_number) AS sequence_number
FROM bronze.order_events
GROUP BY lower(generation), partition, road
ORDER BY generation, partition, road
