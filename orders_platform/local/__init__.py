"""Everything at once on one machine: the demo, and the platform kept running."""
