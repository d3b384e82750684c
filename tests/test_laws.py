"""The laws of the engine on the real model: a tiny programme whose axes all differ in length, and the shipped Stargate."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from tests import engine_laws as laws
from tests.real_worlds import NOW, TINY, known_of, world_of

import stargauge.inputs
import stargauge.model
from stargauge import api
from stargauge.cli.main import main
from stargauge.engine.result import World
from stargauge.engine.run import BATCH_VALUES
from stargauge.quantity.quantity import FIXED_AXES, quantities_of

#: Axes that a programme decides, not the model or the catalogue.
OWN_AXES = ("site", "phase", "party", "line", "month")
#: What is declared with a shorter unit than it has, and why. Under these full units every result follows its unit.
READ_AS = {
    "construction_hourly_cost": "USD/job/h",  # the cost of an hour is that of one worker, as the catalogue's sources state it
    "model_active_parameters": "FLOP/token",  # 6 operations per parameter and token: parameters are counted in the factor 6
    "model_width": "FLOP/token",  # the attention term 6 L s h likewise; one of its three factors carries the unit
}
#: Symbols scaled together, and why. Time is left out: dates are calendar days and a day has 24 hours. Temperatures are left out: degrees
#: Celsius have an origin of their own, and Carnot's limit needs the absolute one.
SYMBOLS = {
    "USD": 40,
    "W L": 20,  # together, since water takes up heat as it evaporates: energy per litre is a constant of nature
    "job": 10,
    "g": 4,
    "FLOP": 3,
    "token": 6,
    "m": 0,  # land, area times price of area: only that nothing else moves
    "B": 0,
}
#: Inputs that hold places on an axis without saying so in their name.
JOINS = {"party": ("line_from", "line_guarantor")}


@pytest.fixture(scope="module", autouse=True)
def _short_lives() -> Iterator[None]:
    """Assets that are financed over fewer years: the laws hold for any number, and the months of their life are most of the work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stargauge.programme.known.LIFE_YEARS", 7)
        patch.setattr("stargauge.api.programmes._LAST", OrderedDict())  # what was known elsewhere lives longer, and this no longer there
        yield


@pytest.fixture(scope="module")
def tiny() -> World:
    return world_of(known_of.__wrapped__(TINY))  # not the cached one: its assets live longer


@pytest.fixture(scope="module")
def stargate() -> World:
    return world_of(known_of.__wrapped__("stargate", NOW))


def sinks(world: World) -> list[str]:
    """Addresses of what nothing else needs: what stands behind them is the whole model."""
    used = {need for made in world.graph.quantities.values() for need in world.graph.needs(made)}
    return [world.frame.expand(name)[0] for name in laws.computed(world) if name not in used]


def test_the_axes_of_the_tiny_programme_all_differ_in_length(tiny: World) -> None:
    lengths = [len(tiny.axes[axis]) for axis in OWN_AXES]
    others = {len(labels) for axis, labels in tiny.axes.items() if axis not in OWN_AXES}
    assert set(FIXED_AXES) <= set(tiny.axes)
    assert len(set(lengths)) == len(OWN_AXES) and others.isdisjoint(lengths), lengths


def test_the_real_model_computes_one_block_at_a_time(tiny: World) -> None:
    """Blocks are drawn together only in models far smaller than this one."""
    assert tiny.run(laws.computed(tiny)).together == 1 and BATCH_VALUES < 256 * 64


# --- names, shapes, leaves --------------------------------------------------------------------------------------------------------


def test_each_parameter_is_made_once_and_each_input_used(tiny: World) -> None:
    modules = [import_module(f"{p.__name__}.{name}") for p in (stargauge.inputs, stargauge.model) for name in p.MODULES]
    makers = Counter(name for module in modules for name in quantities_of(module))
    assert {name for name, count in makers.items() if count != 1} == set()
    needed = {need for name in makers for need in tiny.graph.needs(tiny.graph.quantities[name])}
    assert needed <= set(makers)
    laws.names(tiny)


def test_every_value_has_the_declared_shape(tiny: World, stargate: World) -> None:
    laws.shapes(tiny)
    laws.shapes(stargate)


@pytest.mark.slow
def test_every_explanation_ends_in_statements_defaults_or_assumptions(tiny: World) -> None:
    reached: set[str] = set()
    for address in sinks(tiny):
        assert laws.leaves(tiny, address) >= 1
        reached |= tiny.graph.upstream([address.split("[", 1)[0]])
    assert reached == set(tiny.graph.quantities)


@pytest.mark.parametrize("address", ["power_facility[operational]", "funding_gap[softbank]", "jobs_total", "capital_deployed[abilene]"])
def test_the_headlines_of_stargate_rest_on_statements_defaults_or_assumptions(stargate: World, address: str) -> None:
    assert laws.leaves(stargate, address) >= 10


# --- units ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbols", SYMBOLS)
def test_results_follow_their_unit(tiny: World, symbols: str) -> None:
    assert laws.units(tiny, symbols, read_as=READ_AS) >= SYMBOLS[symbols]


def test_results_follow_their_unit_on_stargate_too(stargate: World) -> None:
    assert laws.units(stargate, "USD", 16.0, READ_AS) >= SYMBOLS["USD"]


@pytest.mark.parametrize(
    ("symbols", "name", "hidden"),
    [("USD", "land_unit_capex", 1e-3), ("W L", "power_facility", 1e3), ("job", "jobs_direct", 5.0), ("g", "accelerator_embodied", 1.0)],
)  # fmt: skip
def test_a_constant_hidden_in_a_real_formula_breaks_the_law(tiny: World, symbols: str, name: str, hidden: float) -> None:
    made = tiny.graph.quantities[name]
    wrong = replace(made, function=lambda **given: made.function(**given) + hidden)
    world = replace(tiny, graph=type(tiny.graph)(dict(tiny.graph.quantities) | {name: wrong}))
    with pytest.raises(AssertionError, match=name):
        laws.units(world, symbols, read_as=READ_AS)


# --- labels, draws ----------------------------------------------------------------------------------------------------------------


def orders(world: World, axis: str, seed: int) -> list[int]:
    """A new order of an axis. Phases of one site stay in theirs: that they follow one another is what undated ones are dated by."""
    order = [int(place) for place in np.random.default_rng(seed).permutation(len(world.axes["site" if axis == "phase" else axis]))]
    if axis != "phase":
        return order
    homes = [phase.split("/")[0] for phase in world.axes["phase"]]
    return [place for site in order for place, home in enumerate(homes) if home == world.axes["site"][site]]


@pytest.mark.parametrize("axis", ["site", "phase", "party", "line"])
def test_reordered_labels_reorder_results_and_nothing_else(tiny: World, axis: str) -> None:
    laws.labels(tiny, axis, orders(tiny, axis, 5), JOINS.get(axis, ()))


@pytest.mark.parametrize("axis", ["site", "party"])
def test_reordered_labels_of_stargate_reorder_results_and_nothing_else(stargate: World, axis: str) -> None:
    laws.labels(stargate, axis, orders(stargate, axis, 7), JOINS.get(axis, ()))


def test_no_function_mixes_draws(tiny: World, stargate: World) -> None:
    laws.draws(tiny)
    laws.draws(stargate)


def test_a_block_is_the_same_whatever_is_computed_beside_it(tiny: World) -> None:
    laws.together(tiny, 2)


# --- bits -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_pruned_is_whole_bit_for_bit(tiny: World, every: int) -> None:
    laws.pruned(tiny, every)


@pytest.mark.parametrize("limit", [2**28, 2**22])
def test_memo_is_fresh_bit_for_bit_whatever_its_limit(tiny: World, limit: int) -> None:
    changed = world_of(api.known(api.load(TINY, settings={"overrun_factor": "1.1..1.6", "phase_it_power_stated[east/all]": "70 MW"}), NOW))
    assert laws.memoised(tiny, changed, limit) > 0


def test_one_worker_is_four_workers_bit_for_bit(tiny: World) -> None:
    several = [
        "power_it[operational, north]",
        "capital_deployed",
        "jobs_total",
        "funding_gap[ann]",
        "emissions[scope1]",
        "lcoc[gb200-nvl72]",
    ]
    laws.workers(tiny, several[:5], 4, 2048)


def test_a_new_seed_is_another_world(tiny: World) -> None:
    name = "capital_deployed"
    one, other = (laws.whole(replace(tiny, seed=seed), [name])[name] for seed in (0, 1))
    assert not laws.equal_bits(one, other)


# --- answers ----------------------------------------------------------------------------------------------------------------------


def answer(data: dict[str, Any]) -> dict[str, Any]:
    """An answer as JSON carries it, without the time it took."""
    plain = json.loads(json.dumps(data, allow_nan=False))
    assert plain.pop("seconds") >= 0
    return dict(plain)


@pytest.mark.parametrize(
    ("programme", "arguments", "options"),
    [
        ("stargate", ["--as-of", "2026-11-22", "--seed", "3"], {"as_of": NOW, "seed": 3}),
        ("meta-hyperion", ["--as-of", "2026-11-22", "--set", "load_factor=0.8"], {"as_of": NOW, "settings": {"load_factor": "0.8"}}),
        (str(TINY), ["--as-of", "2025-06-30"], {"as_of": "2025-06-30"}),
    ],
)  # fmt: skip
def test_the_command_line_gives_the_answer_of_python(
    programme: str, arguments: list[str], options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", programme, *arguments, "--draws", "256", "--json"]) == 0
    printed = answer(json.loads(capsys.readouterr().out))
    assert printed == answer(api.check(programme, draws=256, **options).to_dict())


def test_two_runs_give_the_same_bits() -> None:
    one, two = (api.check("stargate", as_of=NOW, draws=512) for _ in range(2))
    assert answer(one.to_dict()) == answer(two.to_dict())
    assert one.result.fingerprint == two.result.fingerprint
    for address, series in one.result.series.items():
        assert laws.equal_bits(series.values, two.result.series[address].values), address
    for key, truth in one.result.truth.items():
        assert np.array_equal(truth, two.result.truth[key]), key
