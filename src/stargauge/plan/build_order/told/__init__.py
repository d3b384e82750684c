"""A plan as it is handed out: its promise tested, its numbers, the overlay, and the sentences."""
