"""Capture: take what a page, a post or a file shows now, with everything that says how it was taken."""
