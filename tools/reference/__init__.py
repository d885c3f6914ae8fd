"""The reference pages, made out of the code: `python -m tools.reference` writes them, a test says when they no longer fit."""
