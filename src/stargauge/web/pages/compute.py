"""Compute: the fleet by generation, what it would train and serve, and what an hour of it and a million tokens cost."""

from __future__ import annotations

from stargauge.web.routes import page
from stargauge.web.view import View


@page("/p/{programme}/compute")
def compute(view: View) -> str:
    """The frame at once; the numbers come with the run."""
    from stargauge.report.wording import chip_name
    from stargauge.web.chips import names_of

    chips = [chip_name(chip) for chip in view.known.axes.get("chip", ())]
    by_name = set(names_of(view)["chip"])
    alone = {chip: chip_name(chip) for chip in view.known.axes.get("chip", ()) if chip in by_name}
    return view.render("compute.html.j2", chips=chips, seen=bool(view.known.sites), alone=alone)


@page("/p/{programme}/compute/fleet")
def fleet(view: View) -> str:
    """Accelerators, peak, training, users and tokens over time, and what today's users need."""
    from stargauge.api.fleet import compute as run
    from stargauge.report.compute.compute import basis, headline, models_text, since, taken
    from stargauge.report.compute.fleet import chart_titles, fleet_drawings
    from stargauge.report.locale import speaking
    from stargauge.report.wording import chip_name

    data = view.kept("fleet", lambda: run(view.programme, **view.run).to_dict())
    with speaking(view.asked.language):
        drawn = {name: view.enter(figure) for name, figure in fleet_drawings(data).items()}
        titles = chart_titles()
        told = {"headline": headline(data), "since": since(data), "models": models_text(data), "taken": taken(data), "basis": basis()}
    return view.render("compute_fleet.html.j2", data=data, drawn=drawn, titles=titles, told=told, chip_name=chip_name)


@page("/p/{programme}/compute/cost", slow=True)
def cost(view: View) -> str:
    """What an accelerator-hour and a million tokens cost who owns them, by site and generation."""
    from stargauge import api
    from stargauge.report.money.cost import headline, sold
    from stargauge.report.wording import chip_name

    data = view.kept("cost", lambda: api.cost(view.programme, moves=False, **view.run).to_dict() if view.known.sites else None)
    told = data and data["hours"]
    return view.render("compute_cost.html.j2", data=data, answer=headline(data) if told else "", sold=sold(data) if told else "",
                       chip_name=chip_name)  # fmt: skip
