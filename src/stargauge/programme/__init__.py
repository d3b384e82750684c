"""What was announced: programme files, their schema, checks and statements, and what of them was known on a date."""
