"""A load of orders for the API, and the ledger of what it accepted."""
