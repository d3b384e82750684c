"""How good is it? Forecasts and models beside what happened."""
