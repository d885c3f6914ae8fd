"""The declarative pipeline: its graph, its rows, and whole runs of it."""
