"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import compute, edit, evidence, money, overview, programmes, reading, sites, what_if

__all__ = ["compute", "edit", "evidence", "money", "overview", "programmes", "reading", "sites", "what_if"]
