"""Which programmes there are."""

from __future__ import annotations

from stargauge.web.routes import page
from stargauge.web.view import View


@page("/")
def programmes(view: View) -> str:
    """Shipped programmes and those of the user's folder."""
    return view.render("programmes.html.j2", shelves=list(view.shelves().values()))
