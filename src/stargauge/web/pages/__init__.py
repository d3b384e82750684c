"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import compute, money, overview, programmes, sites, what_if

__all__ = ["compute", "money", "overview", "programmes", "sites", "what_if"]
