"""Two programmes, scenarios or knowledge dates beside one another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.web.asked import Asked
from stargauge.web.library import Side, scenarios_of, shelf
from stargauge.web.routes import page
from stargauge.web.view import View

#: What a form asks of each side.
FIELDS = ("programme", "as_of", "scenario", "set")
ASKS = tuple(f"{side}_{field}" for side in ("a", "b") for field in FIELDS)
#: Where the next single input begins in the field of a form: a value may have a unit behind a space.
_NEXT = re.compile(r"\s+(?=[^\s=]+\s*=)")


@page("/p/{programme}/compare", asks=ASKS, of_all=True)
def compare(view: View, **asked: str) -> str:
    """What to compare with what; with both sides told, what differs."""
    told = any(asked[f"b_{field}"] for field in FIELDS)
    sides = _sides(view, asked, told)
    held = {side.programme: _scenarios(view, side.programme) for side in sides.values()}
    return view.render(
        "compare.html.j2", told=told, without_day=told, sides=sides, names=list(view.shelves()), scenarios=held,
        result=view.linked(view.link("compare/result"), asked), charts=view.linked(view.link("compare/charts"), asked),
        earliest=view.days[0],
    )  # fmt: skip


def _scenarios(view: View, name: str) -> tuple[str, ...]:
    """The scenarios of a programme; none of one whose file is at fault."""
    other = replace(view, asked=Asked(name))
    try:
        return other.kept_of_files("scenarios", lambda: scenarios_of(other.shelf))  # type: ignore[no-any-return]
    except InputError:
        return ()


def _sides(view: View, asked: dict[str, str], told: bool) -> dict[str, Side]:
    """Both sides: the first as this page is asked unless told otherwise, the second like the first where nothing else is said of it.

    Raises InputError with every fault of both, where they are to be compared.
    """
    mine, faults = view.asked, list[Fault]()
    here = (mine.scenario,) if mine.scenario and not asked["a_programme"] else ()
    first = _side(asked, Side(mine.programme, mine.day, here, mine.laid, "a"), faults)
    second = _side(asked, Side(first.programme, first.day, of="b"), faults)
    faults += [*first.faults(view.folder), *second.faults(view.folder)]
    if faults and told:
        raise InputError(list(dict.fromkeys(faults)))
    return {"a": first, "b": second}


def _side(asked: dict[str, str], default: Side, faults: list[Fault]) -> Side:
    of, day = default.of, default.day
    text, scenario, laid = asked[f"{of}_as_of"], asked[f"{of}_scenario"], asked[f"{of}_set"].strip()
    try:
        day = date.fromisoformat(text) if text else day
    except ValueError:
        faults.append(Fault(say('{of}_as_of: got "{text}"; expected a day such as 2025-01-22', of=of, text=text)))
    return Side(asked[f"{of}_programme"] or default.programme, day, (scenario,) if scenario else default.scenarios,
                tuple(_NEXT.split(laid)) if laid else default.laid, of)  # fmt: skip


def _view(view: View, side: Side) -> View:
    """The same page's view of a side."""
    asked = Asked(side.programme, side.day, view.asked.draws, view.asked.seed, "".join(side.scenarios), side.laid,
                  language=view.asked.language)  # fmt: skip
    return replace(view, asked=asked, figures={}, headers={}, more={})


@page("/p/{programme}/compare/result", asks=ASKS, of_all=True)
def result(view: View, **asked: str) -> str:
    """What differs between the two sides, and because of what."""
    from stargauge import api
    from stargauge.report.why.comparison import comparison_page

    sides = _sides(view, asked, True)
    one, other = (side.asked(view.folder) for side in sides.values())
    stamps = tuple(shelf(side.programme, view.folder).stamp for side in sides.values())

    def make() -> dict[str, Any]:
        return api.compare(one, other, draws=view.asked.draws, seed=view.asked.seed, progress=view.progress).to_dict()

    data, first = view.kept("compare", make, one, other, stamps), _view(view, sides["a"])
    return view.render(
        "compare_part.html.j2", part="compare_result.html.j2", both=comparison_page(data), why_link=first.why, called=_called(first)
    )


def _called(view: View) -> Callable[[str], str]:
    """How addresses are called on a side; an address of which the side has not the labels is itself."""
    from stargauge.audit.summary import names_of
    from stargauge.audit.wording.sentence import Names, subject
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
        other = _view(view, side)
        figure = capacity_drawing(other.answer, f"capacity-{name}")
        drawn.append({"side": name.upper(), "told": side, "title": other.programme.name, "figure": figure and view.enter(figure)})
    return view.render("compare_part.html.j2", part="compare_charts.html.j2", drawn=drawn)
