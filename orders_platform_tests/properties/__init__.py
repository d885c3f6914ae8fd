"""Properties: what holds for whatever Hypothesis thinks of; a failure prints how to see it again."""
