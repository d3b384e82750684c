"""What changed since? Odds and numbers on every day, and the statements that moved them."""
