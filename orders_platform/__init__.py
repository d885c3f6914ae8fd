"""Real-time orders data on Azure: Event Hubs to Delta gold, each order counted once, run by Dagster."""
