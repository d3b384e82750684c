"""A data hall by the hour: losses, cooling, water, and the air outside."""
