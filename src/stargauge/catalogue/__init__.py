"""What the world offers: chips, models, cooling, places, energy, prices, labour and reference classes, each value with source and date."""
