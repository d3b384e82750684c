"""A programme at a glance: what was said, what the record holds, what to expect, where it stands, and what of the claims holds."""

from __future__ import annotations

from stargauge.web.routes import page
from stargauge.web.view import View


@page("/p/{programme}")
def overview(view: View) -> str:
    """The headline, capacity against what was announced, the map, money, jobs, the board of claims and the dispute."""
    from stargauge.report.deck import deck, short_groups
    from stargauge.report.html import claim_groups, drawings, ladder, standing
    from stargauge.report.sites.site_table import sites_section
    from stargauge.report.wording import disputed

    answer = view.answer
    drawn = {name: view.enter(figure) for name, figure in drawings(answer).items()}
    sited = sites_section(answer)
    if sited and sited["map"]:
        sited["map"] = view.enter(sited["map"])
    return view.render(
        "overview.html.j2", a=answer, drawn=drawn, ladder=ladder(answer), standing=standing(answer), sited=sited,
        deck=deck(answer), short_groups=short_groups(claim_groups(answer)),
        disputed=disputed(answer), claim_ids={claim["id"] for claim in answer["claims"]},
        claim_link=lambda name: view.link(f"claims/{name}"), site_link=lambda name: view.link(f"sites/{name}"),
    )  # fmt: skip
