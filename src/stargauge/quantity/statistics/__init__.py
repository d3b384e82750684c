"""Distributions, and fits to records."""
