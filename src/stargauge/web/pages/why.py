"""Why a number is what it is: from the number to its sources, and what changed it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stargauge.quantity.spoken import say
from stargauge.web.routes import page
from stargauge.web.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many names are told of those near to one that there is not.
NEAREST = 12
#: How many are listed of a quantity of which there are several.
MOST_LISTED = 200


@page("/p/{programme}/why", asks=("q",))
def index(view: View, q: str) -> str:
    """Every quantity and input by name, to search by text; `q` may be an address as well."""
    from stargauge.report.locale import speaking

    rows = view.kept_of_files("why names", _names)
    asked = q.strip()
    words = asked.lower().split()
    found = [one for one in rows if all(word in f"{one['name']} {one['called']} {one['says']}".lower() for word in words)]
    with speaking(view.asked.language):
        titles = _titles()
    parts: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(found, key=lambda row: titles.get(row["part"], row["part"])):
        parts.setdefault(titles.get(one["part"], one["part"]), []).append(one)
    return view.render("why_index.html.j2", q=asked, parts=parts, count=len(found), whole=len(rows), address=_address(view, asked))


def _names() -> list[dict[str, Any]]:
    """Every quantity and input with what it is, in words, and what the part of the model that it belongs to speaks of."""
    from stargauge.audit.wording.sentence import Names, phrase
    from stargauge.engine.simulate import model_graph
    from stargauge.report.wording import finding, text_of

    graph = model_graph().quantities
    words = Names({}, graph, {}).words
    return [
        {"name": name, "called": phrase(name, words).text if name in words.quantities else "", "says": finding(text_of(one.says)),
         "unit": one.unit, "input": one.is_input, "part": _part(one.function)}
        for name, one in sorted(graph.items(), key=lambda pair: (_part(pair[1].function), pair[1].is_input, pair[0]))
    ]  # fmt: skip


def _part(function: Any) -> str:
    """The part of the model that a quantity belongs to, by its module: results and inputs of one part stand together."""
    return str(function.__module__).rpartition(".")[2]


def _titles() -> dict[str, str]:
    """What each part of the model is called."""
    from stargauge.report.locale import say

    return {
        "asset": say("Assets: terms of finance and tax"), "asset_cash": say("Assets: cash and returns"),
        "asset_cost": say("Assets: what is financed"), "asset_loan": say("Assets: loans"), "asset_tax": say("Assets: tax"),
        "build": say("Building times"), "capex": say("Cost of building and equipment"),
        "compute": say("Equipment that sells computing power"), "contract": say("Leases and cloud contracts"),
        "debt": say("Terms of loans"), "environment": say("Emissions and water"), "facility": say("Power at the meter and cooling"),
        "feeding": say("Which plants feed which phases"),
        "fleet": say("Accelerators"), "funding": say("Funding"), "inference": say("Serving users"), "labour": say("Jobs"),
        "lease": say("Leases of halls"), "liquidity": say("Cash of the parties"), "market": say("Rents and interest rates"),
        "network": say("What a phase waits for"), "opex": say("Cost of running"), "reliability": say("Failures and restarts"),
        "revenue": say("Revenue"), "running": say("Assets: running costs and property tax"), "schedule": say("Dates and sizes of phases"),
        "slip": say("Delays of plans"), "supply": say("Power supply"), "tax": say("Tax depreciation"),
        "tracker": say("Revisions of a tracker's dates"), "training": say("Training of models"),
        "unit_cost": say("Cost of an hour and a token"),
    }  # fmt: skip


def _address(view: View, asked: str) -> str:
    """What was searched for, where it is an address that can be explained as it stands."""
    from stargauge.quantity.errors import InputError

    try:
        return asked if asked and _explained_as(view, asked) else ""
    except InputError:
        return ""


def _explained_as(view: View, address: str) -> str:
    """`reading` or `number`. Raises InputError where there is no such thing."""
    from stargauge import api
    from stargauge.audit.wording.reasons import asked_reading
    from stargauge.engine.select import Frame
    from stargauge.engine.simulate import axes_of, model_graph
    from stargauge.quantity.address import parse_address, parse_share

    if api.is_claim(view.programme, address):
        asked_reading(view.programme, address)
        return "reading"
    Frame(model_graph().quantities, axes_of(view.known)).resolve(parse_share(address) or parse_address(address))
    return "number"


@page("/p/{programme}/why/{address:path}", asks=("when",))
def why(view: View, address: str, when: str) -> str:
    """One number or the verdict on one reading, down to statements and assumptions."""
    from stargauge.quantity.errors import InputError

    try:
        kind = _explained_as(view, address)
    except InputError as error:
        several, near = _near(view, address)
        view.headers["status"] = "200" if several else "404"
        return view.render("why_unknown.html.j2", address=address, faults=error.faults, near=near, several=several, says=_says(address))
    return _reading(view, address) if kind == "reading" else _number(view, address, _month(view, when))


def _says(address: str) -> str:
    """What a quantity is, by the name that an address begins with; nothing where there is none."""
    return next((str(one["says"]) for one in _names() if one["name"] == address.partition("[")[0].strip()), "")


def _near(view: View, address: str) -> tuple[bool, list[str]]:
    """Whether an address names something of which there are several, and those; else addresses whose name is near to it."""
    from difflib import get_close_matches

    from stargauge.engine.select import Frame
    from stargauge.engine.simulate import axes_of, model_graph
    from stargauge.quantity.address import parse_address

    graph, claims = model_graph().quantities, view.programme.claims
    name, _, labels = address.partition("[")
    readings = {claim: [f"{claim}/{reading}" for reading in one.readings] for claim, one in claims.items()}
    if address.partition("/")[0] in claims:
        return "/" not in address, readings[address.partition("/")[0]]
    if name.strip() in graph:
        asked = {label.strip() for label in labels.strip("] ").split(",")} - {""}
        every = Frame(graph, axes_of(view.known)).expand(name.strip())
        held = [one for one in every if asked <= set(parse_address(one).labels)]
        return bool(held), (held or list(every))[:MOST_LISTED]
    return False, get_close_matches(address, [*graph, *(key for keys in readings.values() for key in keys)], NEAREST, 0.5)


def _month(view: View, text: str) -> date | None:
    """The month asked for, as its last day. Raises InputError for what is no month."""
    from stargauge.quantity.dates import month_end
    from stargauge.quantity.errors import InputError

    if not text:
        return None
    try:
        return month_end(date.fromisoformat(f"{text[:7]}-01"))
    except ValueError:
        raise InputError(say('when: got "{text}"; expected a month such as 2028-12', text=text)) from None


def _captures(view: View) -> Any:
    from stargauge import api

    return view.kept("captures", lambda: api.held_captures(view.programme, view.evidence, view.asked.day))


def _number(view: View, address: str, when: date | None) -> str:
    """The page of a number."""
    from stargauge import api
    from stargauge.audit.sources.explanation import explained
    from stargauge.report.why.lineage import whole

    asked = view.asked

    def make() -> dict[str, Any]:
        node = api.explain(
            address, view.programme, when=when, as_of=asked.day, draws=asked.draws, seed=asked.seed, given=asked.given or None
        )
        return explained(node, view.known, _captures(view))

    data = view.kept("explained", make, address, when)
    node = whole(data)
    return view.render(
        "why_number.html.j2", a=_shared(view), node=node, address=address, drawn=_picture(view, "made", node, address),
        sources=data["sources"], captures=data["captures"], **_made_of(node),
        month=_months(view), feeds=_feeds(address), when=str(when or data["date"] or "")[:7], since=_earlier(view),
    )  # fmt: skip


def _feeds(address: str) -> list[str]:
    """The quantities that are computed from one at first hand."""
    from stargauge.engine.simulate import model_graph

    name = address.removeprefix("share(").partition("[")[0].strip(" )")
    return [other for other, one in sorted(model_graph().quantities.items()) if name in one.needs]


def _shared(view: View) -> dict[str, Any]:
    """What the parts that pages share with the report take from an answer, where the page has none."""
    from stargauge.programme.load import asked_as

    made = view.programme
    return {"lineage": {}, "programme": {"name": made.name, "asked_as": asked_as(made)}}


def _made_of(node: Any) -> dict[str, Any]:
    """What moves a number, what moves it less, and the quantities it is computed from."""
    from stargauge.report.why.lineage import is_input, others, strongest

    moved = strongest(node, 12)
    between = [need for need in node.get("needs") or [] if not is_input(need)]
    return {"moved": moved, "rest": others(node, moved), "between": between}


def _picture(view: View, name: str, node: Any, address: str) -> dict[str, Any] | None:
    """The picture of what a number is made of, with its table; nothing where nothing moves it."""
    from markupsafe import Markup

    from stargauge.report.drawing.drawing import inlined
    from stargauge.report.why.lineage_chart import lineage_svg, lineage_table, spoken_lineage

    if not node.get("shares"):
        return None
    label = spoken_lineage(node)
    wide, narrow = (
        Markup(inlined(lineage_svg(node, kind == "nr"), f"{name}-{kind}", label, kind))  # noqa: S704 - a drawing of ours
        for kind in ("w", "nr")
    )
    return view.enter({"name": name, "wide": wide, "narrow": narrow, "table": lineage_table(node), "why": None, "spec": None})


def _months(view: View) -> tuple[str, str]:
    """The first and the last month of the run."""
    months = view.known.months
    return str(months[0])[:7], str(months[-1])[:7]


def _earlier(view: View) -> str:
    """The last named day before the one asked about: since when a change is asked for unless told otherwise."""
    before = [day for day, _ in view.events if day < view.asked.day]
    return str(before[-1]) if before else ""


def _reading(view: View, address: str) -> str:
    """The page of the verdict on a reading."""
    from stargauge import api
    from stargauge.report.claims.reasons import row_text
    from stargauge.report.why.lineage import whole

    asked = view.asked
    claim = address.partition("/")[0]
    said = view.programme.claims[claim]
    if said.day.start > asked.day:
        return view.render("claim_not_yet.html.j2", claim=claim, said=said, day=said.day.start)

    def make() -> dict[str, Any]:
        return api.explain_reading(
            address, view.programme, as_of=asked.day, draws=asked.draws, seed=asked.seed, evidence=view.evidence, given=asked.given or None,
            language=asked.language,
        ).to_dict()  # fmt: skip

    data = view.kept("reasons", make, address)
    compares = []
    for place, one in enumerate(data["compares"], 1):
        node = whole(one["why"])
        compares.append({**one, "node": node, "row": row_text(one["reads"]), "drawn": _picture(view, f"made-{place}", node, one["address"]),
                         **_made_of(node)})  # fmt: skip
    held = [one["why"] for one in data["compares"]]
    return view.render(
        "why_reading.html.j2", a=_shared(view), data=data, reading=data["reading"], claim=data["claim"], compares=compares,
        sources=_joined(data, *held, key="sources"), captures=_joined(*held, key="captures"), since=_earlier(view),
        address=f"{data['claim']['id']}/{data['reading']['name']}",
    )  # fmt: skip


def _joined(*parts: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: one for part in parts for name, one in (part.get(key) or {}).items()}


@page("/p/{programme}/changed/{address:path}", asks=("since", "when"))
def changed(view: View, address: str, since: str, when: str) -> str:
    """What changed a number or the odds of a reading since a day: what came in, each left out alone."""
    from stargauge import api
    from stargauge.report.why.changed import changed_page

    _explained_as(view, address)
    asked = view.asked
    data = view.kept(
        "changed",
        lambda: api.what_changed(
            address, since or _earlier(view), view.programme, when=_month(view, when), as_of=asked.day, draws=asked.draws, seed=asked.seed,
            progress=view.progress, language=asked.language,
        ).to_dict(),
        address, since, when,
    )  # fmt: skip
    return view.render("why_changed.html.j2", address=address, data=data, told=changed_page(data), back=quote(address, safe=""))
