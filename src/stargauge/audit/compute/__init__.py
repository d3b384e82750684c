"""What do the machines give? The fleet, what it trains and serves, and what a job keeps of its time."""
