"""The squad's side as Dagster looks at it, over a small server that speaks as the squad's API does."""
