"""The jobs service, asked by the real SDK."""
