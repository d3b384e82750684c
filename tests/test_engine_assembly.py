"""Inputs of one state taken from another: the same as if made alone, and only what could differ is made again."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date

import pytest
from tests.programme_files import small

from stargauge import api
from stargauge.audit.over_time.movers import groups_of
from stargauge.engine.assembly import Inputs, assemble
from stargauge.engine.choices import Option, with_choices
from stargauge.engine.sample import input_key
from stargauge.engine.simulate import model_graph, world_of
from stargauge.programme.filter import known_programme
from stargauge.programme.known import Known, known
from stargauge.programme.schema import Programme
from stargauge.quantity.statement import Input

GRAPH = model_graph()
NAMES = [name for name, made in GRAPH.quantities.items() if made.is_input]
STARGATE, NOW = date(2026, 9, 30), date(2026, 6, 1)


def alone(view: Known) -> dict[str, Input]:
    """Every input of a state and of each of its options, made with nothing shared."""
    base = {name: assemble(view, GRAPH.quantities[name]) for name in NAMES}
    every = {
        pick: [Option(name, weight, {one: assemble(laid, GRAPH.quantities[one]) for one in NAMES}) for name, weight, laid in group]
        for pick, group in view.alternatives
    }
    return with_choices(base, every)


def same(one: Input, other: Input, view: Known) -> bool:
    """Whether two inputs hold the same values, from the same statements."""
    said = [[estimate.statements for estimate in made.estimates] for made in (one, other)]
    return input_key(one, view.axes) == input_key(other, view.axes) and said[0] == said[1]


@pytest.mark.parametrize(("programme", "day", "step"), [pytest.param("stargate", STARGATE, 47, marks=pytest.mark.slow), (None, NOW, 1)])
def test_inputs_without_a_statement_are_the_same_shared_or_alone(programme: str | None, day: date, step: int) -> None:
    made: Programme = api.load(programme) if programme else small()
    view = known(made, api.catalogue(), day)
    shared = Inputs(view, GRAPH, shared=True).need(NAMES)
    groups = list(groups_of(s for s in made.statements() if s.known_from and s.known_from <= day).values())
    for members in groups[::step]:
        left = view.without(frozenset(s.path for s in members))
        if left.phases:
            found, expected = Inputs(left, GRAPH, shared).need(NAMES), alone(left)
            assert [name for name in NAMES if not same(found[name], expected[name], left)] == []


def test_an_input_that_reads_nothing_of_what_is_left_out_is_not_made_again() -> None:
    view = known(small(), api.catalogue(), NOW)
    shared = Inputs(view, GRAPH, shared=True).need(NAMES)
    path = next(s.path for s in small().statements() if s.path.endswith("hall-1.milestones.energised"))
    left = Inputs(view.without(frozenset({path})), GRAPH, shared).need(NAMES)
    again = {name for name in NAMES if left[name] is not shared[name]}
    assert "phase_date_planned" in again
    assert not again & {"phase_it_power_stated", "line_amount", "slip_fit_shipped", "month_end", "building_spacing"}
    assert len(again) < len(NAMES) / 4


def test_inputs_of_another_day_are_not_shared() -> None:
    views = [known(small(), api.catalogue(), day) for day in (NOW, date(2026, 7, 1))]
    with pytest.raises(ValueError, match="another day"):
        Inputs(views[1], GRAPH, Inputs(views[0], GRAPH))


def test_left_out_of_what_is_known_is_left_out_of_the_whole_file() -> None:
    made = api.load("stargate")
    view = known(made, api.catalogue(), STARGATE)
    for members in list(groups_of(s for s in made.statements() if s.known_from and s.known_from <= STARGATE).values())[::17]:
        paths = frozenset(s.path for s in members)
        direct = known(known_programme(made, date.max, paths), api.catalogue(), STARGATE)
        left = view.without(paths)
        assert left.axes == direct.axes
        assert [s.path for s in left.programme.statements()] == [s.path for s in direct.programme.statements()]


def test_what_is_known_is_assembled_once_and_a_run_holds_only_what_it_asked_for() -> None:
    view = known(small(), api.catalogue(), NOW)
    less, more, again = (world_of(view, wanted) for wanted in (["power_it"], ["power_it", "jobs_total"], ["power_it"]))
    assert set(less.inputs) == set(again.inputs) < set(more.inputs)
    assert all(one is more.inputs[name] for name, one in less.inputs.items() if not one.picks)
    fresh = Inputs(view, GRAPH).need(list(less.inputs))
    assert all(same(fresh[name], made, view) for name, made in less.inputs.items())


def test_the_same_programme_and_day_are_known_once_and_others_apart() -> None:
    made = small()
    first = api.known(made, NOW)
    assert api.known(made, NOW) is first
    assert api.known(made, STARGATE) is not first and api.known(small(), NOW) is not first
    assert api.known(made, NOW, replace(api.catalogue(), without=frozenset({"small"}))) is not first
    sent = pickle.loads(pickle.dumps(first))
    assert sent.kept == {} and sent.axes == first.axes
