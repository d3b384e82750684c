"""How good the dates and odds are: scores by discipline, and every case."""

from __future__ import annotations

from stargauge.web.routes import page
from stargauge.web.view import View


@page("/accuracy")
def accuracy(view: View) -> str:
    """The scores that come with Stargauge, each with its cases; what was missed stands first among them."""
    from stargauge.api.accuracy import scores
    from stargauge.report.accuracy.accuracy_page import accuracy_page, missed

    told = view.kept_of_files("scores", scores)
    made = accuracy_page(told)
    if made:
        made = {**made, "charts": [{**one, **view.enter(one)} for one in made["charts"]]}
    return view.render("accuracy_page.html.j2", accuracy=made, missed=missed(told) if told else None)
