"""Four roads into one bronze: by the hub, by the backup's files, by both, by Capture's; whatever was killed, lost or broken on the way."""
