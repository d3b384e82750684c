"""A plan of building as one self-contained HTML page: the answer, charts, sites, money, what binds, what can wait, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.drawing.drawing import figure, pictured
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, say, speaking
from stargauge.report.plan import plan_money, plan_tables, plan_words
from stargauge.report.plan.plan_chart import gantt_svg, spoken_gantt
from stargauge.report.plan.plan_curves import (
    capacity_chart,
    emissions_chart,
    frontier_chart,
    money_chart,
    spoken_capacity,
    spoken_emissions,
    spoken_frontier,
    spoken_money,
)
from stargauge.report.plan.plan_opening import opening
from stargauge.report.power.power_words import Rows

Data = Mapping[str, Any]


def plan_html(data: Data, spoken: str = "en", version: str = "") -> str:
    """The page of a `stargauge plan` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    with speaking(spoken):
        return str(
            pages.get_template("plan.html.j2").render(
                shared({}, {}), a=data, s=plan_section(data), language=language(), version=version or __version__,
                style=Markup(pages.loader.get_source(pages, "style.css")[0]),
            )
        )  # fmt: skip


def plan_section(data: Data) -> dict[str, Any]:
    """What a page shows of a plan, in the language that is spoken; what the answer does not hold is left out."""
    decided = data["status"] != "nothing to decide"
    asked, waiting, conflict = data["targets"], data["waiting"] or {}, data["conflict"]
    return {
        "title": say("A plan for {name}", name=plan_words.name_of(data)), "sentence": plan_words.sentence(data),
        "opening": opening(data), "about": plan_words.about(data),
        "method": plan_words.method_text(data) if data["method"] else "",
        "promises": plan_tables.promises(data) if asked else None, "sites": plan_tables.sites(data) if data["sites"] else None,
        "cost": plan_tables.cost(data) if decided and data["cost"] and data["cost"]["parts"] else None, "money": plan_money.money(data),
        "lenders": plan_money.lenders(data),
        "split": split_text(data), "binding": plan_tables.binding(data) if data["binding"] else None,
        "insist": plan_tables.insist(data) if data["insist"] else None,
        "waiting": plan_tables.waiting(data) if waiting.get("decisions") else None,
        "information": plan_tables.information(data) if waiting.get("information") else None,
        "delays": plan_tables.delays(data) if waiting else None, "together": plan_tables.together(data) if conflict else [],
        "smallest": plan_tables.smallest(data) if conflict else [],
        "relaxations": plan_tables.relaxations(data) if conflict and conflict["relaxations"] else None,
        "assumptions": plan_tables.assumptions(data) if data["assumptions"] else None,
        "notes": [plan_words.said_text(one) for one in data["notes"]], "not_proven": plan_words.not_proven(data),
        "commands": plan_words.commands(data) if data["overlay"] else [], "figures": figures_of(data),
    }  # fmt: skip


def split_text(data: Data) -> str:
    """How compute is split between training and inference; nothing where that was not asked."""
    made = data["split"]
    if not made:
        return ""
    share = plan_words.share_text
    return say("Of the compute {training} train and {inference} serve.", training=share(made["training_share"]),
               inference=share(made["inference_share"]))  # fmt: skip


def figures_of(data: Data) -> dict[str, Any]:
    """Its charts by name, each with its table."""
    made: dict[str, Any] = {}
    if any(one["buildings"] or one["under_way"] for one in data["sites"]):
        made["gantt"] = pictured(
            "plan-gantt", spoken_gantt(data), (gantt_svg(data), gantt_svg(data, True)), _table(plan_tables.buildings(data))
        )
    if data["capacity"] and data["capacity"]["months"]:
        drawn = (capacity_chart(data), capacity_chart(data, True))
        made["capacity"] = figure("plan-capacity", spoken_capacity(data), drawn, _table(plan_tables.capacity(data)))
    if data["frontier"]:
        drawn = (frontier_chart(data), frontier_chart(data, True))
        made["frontier"] = figure("plan-frontier", spoken_frontier(data), drawn, _table(plan_tables.frontier(data)))
    if data.get("frontier_emissions"):
        drawn = (emissions_chart(data), emissions_chart(data, True))
        made["emissions"] = figure("plan-emissions", spoken_emissions(data), drawn, _table(plan_tables.emissions(data)))
    if data["money"] and data["money"]["years"]:
        made["money"] = figure(
            "plan-money", spoken_money(data), (money_chart(data), money_chart(data, True)), _table(plan_money.spent(data))
        )
    return made


def _table(made: Rows) -> dict[str, Any]:
    """A table as the twin of a chart; its cells are the same in a file."""
    rows = [list(row) for row in made.rows]
    return {"head": list(made.head), "rows": rows, "file": {"head": list(made.head), "rows": rows}}
