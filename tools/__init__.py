"""What the project is built and told with; no part of the product."""
