"""Whose uncertainty a number has, and under which ranges something holds."""
