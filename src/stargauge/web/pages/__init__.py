"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import edit, evidence, overview, programmes, reading

__all__ = ["edit", "evidence", "overview", "programmes", "reading"]
