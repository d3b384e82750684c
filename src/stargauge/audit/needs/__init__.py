"""What would have to be true? The fewest ranges under which a reading holds, and their words."""
