"""Money: what was promised and how far it came, whether it is there, where it goes, how each site is paid for, and who breaks if somebody
pays less."""

from __future__ import annotations

from typing import Any

from stargauge.web.routes import page
from stargauge.web.view import View


@page("/p/{programme}/money", asks=("party", "share", "since"))
def money(view: View, party: str, share: str, since: str) -> str:
    """What was promised, as stated; all that takes a run comes when the page stands."""
    from stargauge.api.flows import promised
    from stargauge.audit.summary import names_of

    known = view.known
    names = names_of(known)
    payers = [(one.id, names[one.id]) for one in known.parties]
    asked = {"party": party, "share": share or "50 %", "since": since}
    knock_on = view.linked(view.link("money/knock-on"), asked) if party else ""
    return view.render("money_page.html.j2", promised=promised(known) if known.parties else None, payers=payers, asked=asked,
                       knock_on=knock_on, seen=bool(known.sites))  # fmt: skip


@page("/p/{programme}/money/need")
def need(view: View) -> str:
    """What the parties owe against what they hold, over time."""
    from stargauge.report.html import drawings, standing

    answer = view.answer
    drawn = {name: view.enter(figure) for name, figure in drawings(answer).items() if name == "money"}
    return view.render("money_part.html.j2", a=answer, drawn=drawn, standing=standing(answer), part="need")


@page("/p/{programme}/money/flow")
def flow(view: View) -> str:
    """Sources and uses as a flow."""
    from stargauge.api.flows import sources_and_uses
    from stargauge.report.locale import speaking
    from stargauge.report.money.flow_chart import flow_figure

    data = view.kept("flow", lambda: sources_and_uses(view.programme, **view.run).to_dict())
    with speaking(view.asked.language):
        drawn = view.enter(flow_figure(data)) if data["links"] else None
    return view.render("money_part.html.j2", flow=drawn, data=data, part="flow")


@page("/p/{programme}/money/parties")
def parties(view: View) -> str:
    """Whether the money is there, per party: gaps, policies, circles."""
    return view.render("money_part.html.j2", funds=_funds(view, None, ""), part="parties")


@page("/p/{programme}/money/knock-on", asks=("party", "share", "since"))
def knock_on(view: View, party: str, share: str, since: str) -> str:
    """Who breaks if a party pays only a share of what it promised."""
    funds = _funds(view, [f"{party}={share or '50 %'}"], since)
    told = [one for one in funds["tables"] if one.name in ("knock-on", "depends", "outside")] if funds else []
    return view.render("money_part.html.j2", funds=funds and {**funds, "tables": told, "answer": "", "graph": None}, part="knock-on")


@page("/p/{programme}/money/finance", slow=True)
def finance(view: View) -> str:
    """How each site is paid for, and when its loans fall due."""
    from stargauge import api
    from stargauge.report.locale import speaking
    from stargauge.report.money.site_finance import finance_page
    from stargauge.report.money.walls import walls_figure

    run = {**view.run, "draws": view.fewer}
    data = view.kept("finance", lambda: api.finance(view.programme, **run).to_dict())
    with speaking(view.asked.language):
        made, walls = finance_page(data), walls_figure(data)
    return view.render("money_part.html.j2", finance=made, walls=walls and view.enter(walls), part="finance", data=data)


def _funds(view: View, pays: list[str] | None, since: str) -> dict[str, Any] | None:
    from stargauge import api
    from stargauge.report.locale import speaking
    from stargauge.report.money.money import money_page

    if not view.known.parties:
        return None
    made = view.kept(
        "money", lambda: api.money(view.programme, pays=pays, since=since or None, **view.run).to_dict(), tuple(pays or ()), since
    )
    with speaking(view.asked.language):
        page = money_page(made)
        if page and page["graph"]:
            page["graph"] = view.enter(page["graph"])
    return page
