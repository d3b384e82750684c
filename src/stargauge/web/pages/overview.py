"""A programme at a glance: what was said, what the record holds, what to expect."""

from __future__ import annotations

from stargauge.web.routes import page
from stargauge.web.view import View


@page("/p/{programme}")
def overview(view: View) -> str:
    """The headline, capacity against what was announced, money, jobs and the board of claims."""
    from stargauge.report.html import claim_groups, drawings, ladder, standing

    answer = view.answer
    drawn = {name: view.enter(figure) for name, figure in drawings(answer).items()}
    return view.render(
        "overview.html.j2", a=answer, drawn=drawn, ladder=ladder(answer), standing=standing(answer), claim_groups=claim_groups(answer)
    )
