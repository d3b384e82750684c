"""What would work? Optimal supply, from a load by the hour to the plants that carry it at least cost."""
