"""How big and how dear the platform is on Azure, for a load: arithmetic alone."""
