"""What Dagster's records say of the platform's health, looked at again and again, and made into incidents."""
