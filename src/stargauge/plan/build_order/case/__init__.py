"""What there is to decide: buildings, options month by month, limits, and the worlds in which they run in time."""
