"""Stand-ins for the cloud's services that speak the real wire protocols."""
