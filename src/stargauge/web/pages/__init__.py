"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import edit, overview, programmes

__all__ = ["edit", "overview", "programmes"]
