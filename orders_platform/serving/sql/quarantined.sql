-- Where messages that broke a rule stand, the newest first: positions and rules, nothing of the messages themselves.
SELECT generation, partition, sequence_number, enqueued_at, attempt, reasons
FROM silver.quarantine
WHERE released_at IS NULL AND array_contains(reasons, :reason)
ORDER BY enqueued_at DESC, generation, partition, sequence_number
LIMIT 50
