"""Hourly weather of a place, and synthetic years from its normals."""
