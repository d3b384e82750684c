"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import accuracy, claims, compare, overview, programmes, why

__all__ = ["accuracy", "claims", "compare", "overview", "programmes", "why"]
