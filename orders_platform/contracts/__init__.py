"""What crosses from the squad to the platform; read this first."""
