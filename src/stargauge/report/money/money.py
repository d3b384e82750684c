"""Who pays, when, and whether the money is there, as plain text and as parts of the report: the same tables in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.quantity import MEANS
from stargauge.report.locale import notation, say
from stargauge.report.money.money_tables import all_parties, listed, party_name, tables
from stargauge.report.terminal import PLAIN, Style, known_text, table, wrapped
from stargauge.report.wording import counted, day_text, percent, show


def _basis() -> str:
    """What the means are."""
    return say(
        "Money of the day. Cash: as stated at the newest date before. Firm: cash and signed lines, at least what the party itself has "
        "promised in writing, paid or not. Announced: those and what was only announced. Borrowed: with what the market might lend on all "
        "that is not borrowed already, which nobody has announced; of a gap, debt at market leverage against what the party brings to the "
        "sites. Capital is counted once, at the asset: leases, orders and cloud contracts are in no sum of it. A party without accounts is "
        "not knowable: only its promises count, so a sum with it is a lower bound."
    )


def _paths() -> str:
    """What the paths over time stand on."""
    return say(
        "Each path starts from the newest stated cash, with the party's own stated cash flow, what it gets and owes, and what it brings to "
        "the sites. A breach of its own policy, or cash below zero, says that money has yet to be raised; it is no forecast of default. "
        "How own cash flows, the margin of contracts and the value of holdings vary is an assumption of ours."
    )


def _why() -> str:
    """Where the numbers of the tables lead."""
    return say(
        "A number leads to what explains it: odds that a sum is there, to the means that it is compared with; the chance of a gap, to the "
        "gap; what was promised or spent, to the statements of the party; what goes round, to the promises. All together: what its parties "
        "have, each explained, less what they have from one another."
    )


def render_money(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The answer first, then the tables."""
    lines = [style.bold(line) for line in wrapped(headline(data), style.width)]
    lines += wrapped(f"{data['name']}, {known_text(data)}, {counted(data['draws'], 'draw')}.", style.width)
    lines += [] if data["dispute"] else wrapped(say("A sum of your own: --need."), style.width)
    for one in tables(data):
        lines += ["", *(style.bold(line) for line in wrapped(one.title, style.width)), *wrapped(one.finding, style.width)]
        lines += table(one.columns, one.rows, style) if one.rows else []
        lines += [style.soft(line) for line in wrapped(one.note, style.width)] if one.note else []
    return style.finish([*lines, "", *wrapped(_basis(), style.width), *wrapped(_paths(), style.width), *wrapped(books(data), style.width)])


def money_page(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the report shows of the money: the answer, the tables, the picture of the graph; none where there are no parties."""
    if not data:
        return None
    from stargauge.report.drawing.drawing import figure
    from stargauge.report.money.money_chart import NARROW_GRAPH, WIDE_GRAPH, graph, graph_table, spoken_graph

    circles, names = data["circles"], data["names"]
    drawn = None
    if circles["arcs"]:
        specs = [graph(circles, names, paper) for paper in (WIDE_GRAPH, NARROW_GRAPH)]
        drawn = figure("money-graph", spoken_graph(circles, names), specs, graph_table(circles, names))
    return {
        "answer": headline(data), "tables": tables(data), "graph": drawn, "basis": _basis(), "why": _why(),
        "ahead": f"{_paths()} {books(data)}",
    }  # fmt: skip


def headline(data: Mapping[str, Any]) -> str:
    """One sentence: with which means each amount was there."""
    if not data["dispute"]:
        return say("No claim names a sum to be deployed by {day}.", day=day_text(data["date"]))
    parts = []
    for one in data["dispute"]:
        odds = ", ".join(_odds_with(means, percent(one["group"][means]["probability"])) for means in MEANS)
        told = {"amount": show(one["amount"], "USD"), "odds": odds}
        parts.append(say("{amount} at least {odds}", **told) if one["lower_bound"] else f"{told['amount']} {odds}")
    missing = listed([party_name(data, party) for party in data["not_knowable"]])
    one = len(data["not_knowable"]) == 1
    told_of = say("How likely the money is there on {day}: {each}.", day=day_text(data["date"]), each="; ".join(parts))
    if not missing:
        return told_of
    unknown = (
        say("What {names} has is not knowable: only its promises count.", names=missing)
        if one
        else say("What {names} have is not knowable: only their promises count.", names=missing)
    )
    return f"{told_of} {unknown}"


def _odds_with(means: str, odds: str) -> str:
    """The odds that a sum is there with some means."""
    if means == "cash":
        return say("{odds} in cash", odds=odds)
    if means == "committed":
        return say("{odds} with what is signed", odds=odds)
    if means == "announced":
        return say("{odds} with what was announced", odds=odds)
    return say("{odds} with borrowing at market leverage", odds=odds)


def books(data: Mapping[str, Any]) -> str:
    """One sentence: by how much sources and uses of any party differ, in any month of any world."""
    if not data["books"]:
        return ""
    worst = max(data["books"], key=_difference)
    figure = f"{worst['largest_difference']:.2f}"
    most = f"{notation().number(figure)} USD"
    if float(figure) == 0.0:
        told = {"most": most, "parties": all_parties(data["books"])}
        return say("Books of every party tie to {most} in every month of every world: {parties}, sources less uses.", **told)
    told = {"most": most, "party": party_name(data, worst["party"])}
    return say("Books do not tie: sources less uses of {party} differ by up to {most} in a month.", **told)


def _difference(one: Mapping[str, Any]) -> float:
    return float(one["largest_difference"])
