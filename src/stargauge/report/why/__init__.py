"""What an answer rests on, what moves it, and what changed it."""
