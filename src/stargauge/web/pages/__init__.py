"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import claims, overview, programmes, why

__all__ = ["claims", "overview", "programmes", "why"]
