"""Who says so, and what hangs on it? Statements and captures behind a number, and each source left out in turn."""
