"""The supply of a site and its hall, by the hour and at least cost."""
