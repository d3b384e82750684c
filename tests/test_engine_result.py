"""Results: labelled, conditioned, explained, saved; alternatives as choices; limits."""

from __future__ import annotations

import json
from dataclasses import InitVar, dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import engine_toy as toy

from stargauge.engine import result as results
from stargauge.engine import simulate as simulating
from stargauge.engine.choices import Option, with_choices
from stargauge.engine.collect import Kept, Values
from stargauge.engine.result import Result, gather
from stargauge.programme.fields import Part
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Estimate, Input, Mixture


class ToyProgramme(Part):
    """What the toy knows, as a programme holds it: what inputs read of it is noted."""

    name: str = "toy"
    estimates: dict[str, Any] = {}


@dataclass
class KnownToy:
    """What `known()` gives, of the toy: estimates, labels, axes, one alternative at most."""

    changes: InitVar[dict[str, list[Estimate]] | None] = None
    options: InitVar[dict[str, Any] | None] = None
    programme: ToyProgramme = field(default_factory=ToyProgramme)
    alternatives: tuple[tuple[str, Any], ...] = ()
    as_of: date = date(2030, 1, 1)
    catalogue: Any = None
    kept: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self, changes: dict[str, list[Estimate]] | None, options: dict[str, Any] | None) -> None:
        self.axes = {axis: toy.AXES[axis] for axis in ("site", "phase", "party", "line", "month")}
        self.alternatives = self.alternatives or tuple((options or {}).items())
        self.programme = self.programme if self.programme.estimates else ToyProgramme(estimates=toy.ESTIMATES | (changes or {}))

    @property
    def estimates(self) -> dict[str, Any]:
        return self.programme.estimates

    def labels(self, made: Any) -> tuple[tuple[str, ...], ...]:
        own = [axis for axis in made.axes if axis not in ("draw", "month")]
        return tuple((label,) for label in self.axes[own[0]]) if own else ((),)

    def assumed(self, made: Any, labels: Any, estimates: list[Estimate]) -> list[Estimate]:
        return estimates


def toy_graph() -> Any:
    """The toy's graph with inputs that read their estimates from the known."""
    graph = toy.graph()
    return type(graph)({n: replace(q, function=partial(read, n)) if q.is_input else q for n, q in graph.quantities.items()})


def read(name: str, known: KnownToy) -> Estimate | list[Estimate]:
    """An input of the toy as its known has it."""
    return known.estimates[name][0] if name in ("month_end", "delay", "delay_scale", "price") else known.estimates[name]


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch) -> Any:
    graph = toy_graph()
    monkeypatch.setattr(simulating, "model_graph", lambda: graph)
    monkeypatch.setattr(simulating.stargauge.inputs, "LEADING", toy.LEADING, raising=False)
    return simulating.simulate


def test_a_simulation_is_the_world_run(simulate: Any) -> None:
    made: Result = simulate(KnownToy(), ["output[north]", "lacking[bob]"], draws=1000)
    assert made.draws == 1024
    direct = gather(toy.world(), ["output[north]"], 1024).series["output[north]"]
    assert np.array_equal(made["output[north]"].values, direct.values)


def test_series_are_labelled(simulate: Any) -> None:
    series = simulate(KnownToy(), ["output[north, south]"])["output[north, south]"]
    assert series.axes == ("draw", "month") and series.unit == "W"
    assert series.labels == {"site": ("north", "south"), "month": toy.AXES["month"]}
    at = series.at(date(2030, 9, 9))
    assert at.axes == ("draw",) and np.array_equal(at.values, series.values[:, 8])
    assert at.median() == pytest.approx(np.median(series.values[:, 8]))
    told = series.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told and len(told["quantiles"]["p50"]) == 13
    assert len(series.months) == len(series.quantiles()[0.5]) == 13
    assert repr(series) == f"<Series {series.address}, {series.unit}, 1,024 draws, {series.months[0]}..{series.months[-1]}>"


def test_what_was_not_asked_is_made_in_the_same_worlds(simulate: Any) -> None:
    made = simulate(KnownToy(), ["spending"])
    assert np.array_equal(made["lacking[ann]"].values, simulate(KnownToy(), ["lacking[ann]"])["lacking[ann]"].values)


def test_fingerprints_follow_inputs_seed_and_draws_and_nothing_else(simulate: Any) -> None:
    one = simulate(KnownToy(), ["output"])
    assert one.fingerprint == simulate(KnownToy(), ["output"], workers=2).fingerprint
    changed = KnownToy({"size": [*toy.ESTIMATES["size"][:4], toy.told(7.0)]})
    others = [simulate(KnownToy(), ["output"], seed=1), simulate(KnownToy(), ["output"], draws=2048), simulate(changed, ["output"])]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 4


def test_beyond_the_memory_limit_months_are_counts_and_dates_stay_exact(simulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = simulate(KnownToy(), ["output[north]"], draws=2048)["output[north]"]
    monkeypatch.setattr(results, "KEEP_BYTES", 1000)
    when = date(2030, 9, 30)
    made = simulate(KnownToy(), ["output[north]", "purse_median[ann]"], draws=2048, dates=[when])
    series = made["output[north]"]
    assert np.array_equal(series.at(when).values, exact.at(when).values)
    assert "as counts, draws at 2030-09>" in repr(series) and repr(made) == "<Result toy, 2,048 draws, seed 0, 2 series>"
    with pytest.raises(InputError, match="kept as a histogram"):
        _ = series.values
    with pytest.raises(InputError, match="ask for 2030-10-01"):
        series.at(date(2030, 10, 1))
    for level, value in series.quantiles().items():
        np.testing.assert_allclose(value[8:], exact.quantiles((level,))[level][8:], rtol=0.01)
    mask = exact.values[:, 8] > exact.median()[8]
    given = made.given(mask)
    np.testing.assert_allclose(given["output[north]"].median()[8], np.median(exact.values[mask, 8]), rtol=0.01)
    assert np.array_equal(given["output[north]"].at(when).values, exact.values[mask, 8])


def test_given_keeps_the_draws_in_which_it_holds(simulate: Any) -> None:
    made = simulate(KnownToy(), ["output[north]", "spending"])
    made.truth["large"] = made["output[north]"].values[:, -1] > 170.0
    made.margin["large"] = made["output[north]"].values[:, -1] - 170.0
    given = made.given(made.truth["large"])
    assert np.array_equal(given["spending"].values, made["spending"].values[made.truth["large"]])
    assert given.truth["large"].all() and (given.margin["large"] > 0).all()
    assert np.array_equal(given["lacking[ann]"].values, made["lacking[ann]"].values[made.truth["large"]])
    assert np.array_equal(given.sample()["size[north/b]"], made.sample()["size[north/b]"][made.truth["large"]])


def test_collectors_of_others_are_served_in_the_same_pass(simulate: Any) -> None:
    made = simulate(KnownToy(), [], collectors={"mine": Values("output[north]")})
    assert isinstance(made.collected["mine"], Kept) and made.collected["mine"].values.shape == (1024, 13)


@pytest.mark.parametrize("draws", [0, -5, 10**9])
def test_draws_outside_the_limits_are_refused(simulate: Any, draws: int) -> None:
    with pytest.raises(InputError, match="expected 1 to 10,000,000"):
        simulate(KnownToy(), ["output"], draws=draws)


def test_an_unknown_address_is_refused_before_anything_runs(simulate: Any) -> None:
    with pytest.raises(InputError, match='did you mean "output"'):
        simulate(KnownToy(), ["outptu"])


def test_progress_counts_blocks_and_may_stop_the_run(simulate: Any) -> None:
    seen: list[tuple[int, int]] = []
    simulate(KnownToy(), ["output"], draws=1024, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (4, 4) and seen == sorted(seen)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    for workers in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            simulate(KnownToy(), ["output"], draws=4096, workers=workers, progress=stop)


def test_a_wrong_shape_names_the_function_and_both_shapes() -> None:
    world = toy.world()
    wrong = replace(world.graph.quantities["output"], function=lambda capacity, season: capacity[:1])
    with pytest.raises(
        TypeError, match=r"output is declared over \(draw, site, month\), shape \(256, 3, 13\); its function returned \(1, 3, 13\)"
    ):
        gather(replace(world, graph=type(world.graph)(dict(world.graph.quantities) | {"output": wrong})), ["output"], 256)


def test_writing_into_an_argument_is_refused() -> None:
    world = toy.world()

    def writes(capacity: Any, season: Any) -> Any:
        capacity *= season
        return capacity

    graph = type(world.graph)(dict(world.graph.quantities) | {"output": replace(world.graph.quantities["output"], function=writes)})
    with pytest.raises(ValueError, match="read-only"):
        gather(replace(world, graph=graph), ["output"], 256)


# --- alternatives


def options(changes: dict[str, dict[str, list[Estimate]]]) -> list[Any]:
    return [(name, weight, KnownToy(change)) for (name, change), weight in zip(changes.items(), (1.0, 3.0), strict=True)]


def sized(place: int, value: Any) -> list[Estimate]:
    return [toy.told(value) if number == place else e for number, e in enumerate(toy.ESTIMATES["size"])]


def test_cells_that_differ_between_options_switch_together(simulate: Any) -> None:
    views = options({"with": {"size": sized(0, 500.0), "purse": [toy.told(1.0), *toy.ESTIMATES["purse"][1:]]}, "without": {}})
    made = simulate(KnownToy(options={"block": views}), ["output[north]", "paid[ann]"])
    pick = made.sample()["pick:block"]
    assert (pick == 0).mean() == 0.25
    assert np.array_equal(made["paid[ann]"].values[:, -1] <= 1.0, pick == 0)
    assert made["output[north]"].values[pick == 0, -1].min() > 500.0 > made["output[north]"].values[pick == 1, -1].max()
    plain = simulate(KnownToy(), ["output[north]"])
    assert np.array_equal(plain["output[north]"].values[pick == 1], made["output[north]"].values[pick == 1])


def test_a_cell_that_two_alternatives_change_is_refused(simulate: Any) -> None:
    one, other = options({"a": {"size": sized(0, 1.0)}, "b": {}}), options({"c": {"size": sized(0, 2.0)}, "d": {}})
    with pytest.raises(InputError, match=r"size\[north/a\] differs under first and under second"):
        simulate(KnownToy(options={"first": one, "second": other}), ["output"])


def test_a_mixture_keeps_every_statement() -> None:
    made = toy.inputs()
    changed: dict[str, Input] = made | {
        "price": replace(made["price"], estimates=(toy.told(Distribution("uniform", (1.0, 2.0)), "rival"),))
    }
    plain = made | {"price": replace(made["price"], estimates=(toy.told(3.0),))}
    merged = with_choices(plain, {"block": [Option("a", 1.0, plain), Option("b", 1.0, changed)]})["price"].estimates[0]
    assert isinstance(merged.value, Mixture) and merged.value.labels == ("a", "b")
    assert {s.source for s in merged.statements} == {"almanac", "rival"}


# --- saving


def test_a_saved_run_is_whole_and_replaces_an_earlier_one(simulate: Any, tmp_path: Path) -> None:
    made = simulate(KnownToy(), ["output[north]", "lacking[bob]"])
    for _ in range(2):
        made.save(tmp_path / "run")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["fingerprint"] == made.fingerprint
    stored = np.load(tmp_path / "run" / summary["arrays"]["lacking[bob]"])
    assert np.array_equal(stored, made["lacking[bob]"].values)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_failed_save_leaves_nothing(simulate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate(KnownToy(), ["output[north]"])
    monkeypatch.setattr(np, "save", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        made.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_run_is_left_alone(simulate: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="is no saved run; nothing was written"):
        simulate(KnownToy(), ["output[north]"]).save(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
