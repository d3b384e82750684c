"""Power by the hour: load, sources, and which of them gives how much."""
