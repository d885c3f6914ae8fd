-- The newest files of the ledger, whole: a volume's files are told from the newest on.
SELECT value
FROM read_files(:folder, format => 'text', wholeText => true)
WHERE _metadata.file_modification_time >= :since
ORDER BY _metadata.file_modification_time DESC
LIMIT 300
