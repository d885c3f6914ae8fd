"""azurite, Microsoft's emulator of Blob storage: its versions, its installation, its process."""
