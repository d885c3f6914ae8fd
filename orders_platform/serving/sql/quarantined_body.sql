-- One message's body, for whoever asks for that one; `covered.py` takes out what may tell of a person before it is shown.
SELECT base64(value) AS body
FROM silver.quarantine
WHERE generation = :generation AND partition = :partition AND sequence_number = :sequence_number
