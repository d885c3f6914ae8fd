-- What bronze holds at a position: a fingerprint of the body, and when the hub took it.
SELECT
  md5(value) AS body_md5,
  enqueued_at
FROM bronze.order_events
WHERE lower(generation) = :generation AND partition = :partition AND sequence_number = :sequence_number
