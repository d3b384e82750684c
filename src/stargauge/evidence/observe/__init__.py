"""Observe: what each attempt gave, what may be derived from all of them, and how that may be said."""
