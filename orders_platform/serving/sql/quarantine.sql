-- What waits in quarantine, by the rules that it broke. A body, a key or an id is never read: each may hold personal data.
SELECT reasons, count(*) AS messages, max(quarantined_at) AS newest
FROM silver.quarantine
WHERE released_at IS NULL
GROUP BY reasons
