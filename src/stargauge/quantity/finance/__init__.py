"""Money over time: loans, taxes, returns, cost of a unit, and what sales set off in others."""
