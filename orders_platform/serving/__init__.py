"""What people look at: the control room, which reads gold and the ledger without a JVM."""
