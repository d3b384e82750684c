"""What scenarios, single inputs and a user's own values changed: by which, why, and what each input was before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stargauge.audit.sources.places import Places
from stargauge.catalogue.load import Catalogue
from stargauge.engine.assembly import Inputs
from stargauge.engine.cells import Cell, cells_of
from stargauge.engine.choices import same
from stargauge.engine.select import Frame
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.programme.known import Known, known
from stargauge.quantity.statement import Estimate, Input


@dataclass(frozen=True)
class Change:
    """What changed a cell of an input, why, what was held before (None where there was no such cell), and where its statements stood."""

    by: str
    reason: str
    before: Cell | None
    places: Places


@dataclass(frozen=True)
class _State:
    """What is known before something was laid over it, and what was."""

    by: str
    reason: str
    known: Known


def changes_of(now: Known, names: Iterable[str]) -> dict[str, dict[str, Change]]:
    """For inputs by name, the cells (by label) that something laid over the programme or the catalogue changed; the last that did."""
    before = _states(now)
    names = list(dict.fromkeys(names))
    if not before or not names:
        return {}
    graph = model_graph()
    views = [one.known for one in before] + [now]
    states = [Inputs(view, graph).need(names) for view in views]
    frames = [Frame(graph.quantities, axes_of(view)) for view in views]
    out: dict[str, dict[str, Change]] = {}
    for name in names:
        held = [_by_label(state[name]) for state in states]
        for label, estimate in held[-1].items():
            for place in reversed(range(len(before))):
                old = held[place].get(label)
                if old is None or not _alike(old, estimate):
                    out.setdefault(name, {})[", ".join(label)] = _change(before[place], states[place][name], label, old, frames[place])
                    break
    return out


def _states(now: Known) -> list[_State]:
    """The states before each thing that was laid over, the oldest first: a user's own values first of all."""
    values, out = now.catalogue.catalogue, []
    laid = now.programme.laid
    if values.own_rows:
        files = ", ".join(dict.fromkeys(Path(row.file).name for row in values.own_rows))
        shipped = Catalogue(without=values.without)
        first = laid[0].before if laid else now.programme
        out.append(_State(files, "values of your own", known(first, shipped, now.as_of)))
    return [*out, *(_State(one.name, one.reason, known(one.before, values, now.as_of)) for one in laid)]


def _by_label(made: Input) -> Mapping[tuple[str, ...], Estimate]:
    return dict(zip(made.labels, made.estimates, strict=True))


def _alike(old: Estimate, new: Estimate) -> bool:
    return same(old.value, new.value) and old.statements == new.statements


def _change(state: _State, made: Input, label: tuple[str, ...], old: Estimate | None, frame: Frame) -> Change:
    places = Places(state.known.programme, state.known.catalogue.catalogue)
    axes = [axis for axis in made.quantity.axes if axis != "draw"][: len(label)]
    if old is None:
        return Change(state.by, state.reason, None, places)
    months = len(frame.axes.get("month", ()))
    (cell,) = cells_of(made, frame, {axis: (name,) for axis, name in zip(axes, label, strict=True)}, max(months - 1, 0))
    return Change(state.by, state.reason, cell, places)
