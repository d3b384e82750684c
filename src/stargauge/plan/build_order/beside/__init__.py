"""What stands beside a plan: other days, what binds, insisting, what can wait, what it is worth to know."""
