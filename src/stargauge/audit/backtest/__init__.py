"""How good were the forecasts? Days replayed before their outcomes, scored, and the fits made from records."""
