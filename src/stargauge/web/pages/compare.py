"""Two programmes, scenarios or knowledge dates beside one another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.web.asked import Asked
from stargauge.web.library import shelf
from stargauge.web.routes import page
from stargauge.web.view import View

#: What a form asks of each side.
FIELDS = ("programme", "as_of", "scenario", "set")
ASKS = tuple(f"{side}_{field}" for side in ("a", "b") for field in FIELDS)
#: A single input as it may stand in a side: no path, no further part of a side.
_LAID = re.compile(r"[a-z][a-z0-9_]*(\[[^\]+@/]*\])?=[^+@/\\]+")


@dataclass(frozen=True)
class Side:
    """One side as it was asked for."""

    programme: str
    day: date
    scenario: str = ""
    laid: str = ""

    def text(self, view: View) -> str:
        """The side as `stargauge.compare` takes it."""
        found = shelf(self.programme, view.folder)
        laid = "".join(f"+{part}" for part in (self.scenario, *self.laid.split()) if part)
        return f"{found.path if found.own else found.name}@{self.day}{laid}"

    def view(self, view: View) -> View:
        """The same page's view of this side."""
        asked = Asked(self.programme, self.day, view.asked.draws, view.asked.seed, self.scenario, tuple(self.laid.split()),
                      language=view.asked.language)  # fmt: skip
        return replace(view, asked=asked, figures={}, headers={}, more={})


@page("/p/{programme}/compare", asks=ASKS, of_all=True)
def compare(view: View, **asked: str) -> str:
    """What to compare with what; with both sides told, what differs."""
    told = any(asked[f"b_{field}"] for field in FIELDS)
    sides = _sides(view, asked, told)
    names = {name: _scenarios(view, name) for name in view.shelves()}
    query = urlencode({key: value for key, value in asked.items() if value})
    return view.render(
        "compare.html.j2", told=told, without_day=told, sides=sides, names=names, result=_rest(view, "compare/result", query),
        charts=_rest(view, "compare/charts", query), earliest=view.days[0],
    )  # fmt: skip


def _rest(view: View, rest: str, query: str) -> str:
    address = view.link(rest)
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _scenarios(view: View, name: str) -> list[str]:
    """The scenarios of a programme; none of one whose file is at fault."""
    from stargauge import api

    found = shelf(name, view.folder)
    other = replace(view, asked=Asked(name))
    try:
        return list(other.kept_of_files("scenarios", lambda: list(api.load(found.path if found.own else found.name).scenarios)))
    except InputError:
        return []


def _sides(view: View, asked: dict[str, str], told: bool) -> dict[str, Side]:
    """Both sides: the first as this page is asked unless told otherwise, the second like the first where nothing else is said of it.

    Raises InputError with every fault of both.
    """
    mine, faults = view.asked, list[Fault]()
    own = Side(mine.programme, mine.day, mine.scenario, " ".join(mine.laid))
    first = _side(view, asked, "a", own, faults)
    second = _side(view, asked, "b", Side(first.programme, first.day), faults)
    if faults and told:
        raise InputError(faults)
    return {"a": first, "b": second}


def _side(view: View, asked: dict[str, str], side: str, default: Side, faults: list[Fault]) -> Side:
    name = asked[f"{side}_programme"] or default.programme
    if name not in view.shelves():
        faults.append(Fault(f'{side}_programme: there is no programme "{name}"{did_you_mean(name, view.shelves())}'))
        name = default.programme
    day, text = default.day, asked[f"{side}_as_of"]
    try:
        day = date.fromisoformat(text) if text else day
    except ValueError:
        faults.append(Fault(f'{side}_as_of: got "{text}"; expected a day such as 2025-01-22'))
    scenario, held = asked[f"{side}_scenario"], _scenarios(view, name)
    if scenario and scenario not in held:
        all_of = f"all: {', '.join(held)}" if held else "it has none"
        faults.append(Fault(f'{side}_scenario: {name} has no scenario "{scenario}"{did_you_mean(scenario, held)} ({all_of})'))
        scenario = ""
    laid = asked[f"{side}_set"].strip()
    faults += [Fault(f'{side}_set: got "{part}"; expected INPUT=VALUE such as overrun_factor=1') for part in laid.split()
               if not _LAID.fullmatch(part)]  # fmt: skip
    kept = default.scenario if side == "a" and not asked["a_programme"] else ""
    return Side(name, day, scenario or kept, laid or (default.laid if side == "a" else ""))


@page("/p/{programme}/compare/result", asks=ASKS, of_all=True)
def result(view: View, **asked: str) -> str:
    """What differs between the two sides, and because of what."""
    from stargauge import api
    from stargauge.report.comparison import comparison_page

    sides = _sides(view, asked, True)
    texts = {name: side.text(view) for name, side in sides.items()}
    stamps = tuple(shelf(side.programme, view.folder).stamp for side in sides.values())

    def make() -> dict[str, Any]:
        return api.compare(texts["a"], texts["b"], draws=view.asked.draws, seed=view.asked.seed, progress=view.progress).to_dict()

    data, first = view.kept("compare", make, *texts.values(), stamps), sides["a"].view(view)
    return view.render(
        "compare_part.html.j2", part="compare_result.html.j2", both=comparison_page(data), why_link=first.why, called=_called(first)
    )


def _called(view: View) -> Callable[[str], str]:
    """How addresses are called on a side; an address of which the side has not the labels is itself."""
    from stargauge.audit.sentence import Names, subject
    from stargauge.audit.summary import names_of
    from stargauge.engine.simulate import axes_of, model_graph
    from stargauge.quantity.address import parse_address
    from stargauge.report.html import first_up

    graph, known = model_graph().quantities, view.known
    names = Names(axes_of(known), graph, names_of(known))

    def called(address: str) -> str:
        try:
            parsed = parse_address(address)
            return first_up(subject(parsed, names).rstrip(",")) if parsed.name in names.words.quantities else address
        except InputError:
            return address

    return called


@page("/p/{programme}/compare/charts", asks=ASKS, of_all=True)
def charts(view: View, **asked: str) -> str:
    """The capacity of both sides over time."""
    from stargauge.report.html import capacity_drawing

    drawn = []
    for name, side in _sides(view, asked, True).items():
        other = side.view(view)
        figure = capacity_drawing(other.answer, f"capacity-{name}")
        drawn.append({"side": name.upper(), "told": side, "title": other.programme.name, "figure": figure and view.enter(figure)})
    return view.render("compare_part.html.j2", part="compare_charts.html.j2", drawn=drawn)
