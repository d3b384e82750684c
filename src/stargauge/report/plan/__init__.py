"""A plan of building: its words, tables, charts and page."""
