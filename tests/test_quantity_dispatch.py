"""Dispatch by the hour: beside a slow reference over made-up sites, what always holds, cases by hand, and errors that name the hour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dispatch_reference import reference, value_at

from stargauge.quantity.errors import InputError
from stargauge.quantity.power.dispatch import Dispatch, dispatch, joined
from stargauge.quantity.power.hourly import Hourly
from stargauge.quantity.power.outages import Outages
from stargauge.quantity.power.power_sources import Battery, Given, Grid, Part, Plant, Source, curtailed_share

#: What differs may be by the last digits of floats, on the scale of what a site draws.
CLOSE = 1e-9


def flat(value: float, hours: int = 24, **more: Any) -> Hourly:
    return Hourly(np.full(hours, value), **more)


def site(seed: int, hours: int, draws: int, kind: dict[str, Any]) -> tuple[Hourly, list[Source], list[str]]:
    """A made-up site; capacities are multiples of odd numbers, so that no two sums agree by chance but for rounding."""
    rng = np.random.default_rng(seed)

    def by_draw(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, draws)

    def shape(*size: int) -> np.ndarray:
        return np.round(rng.uniform(0.0, 1.0, size), 3) * (rng.uniform(size=size) > 0.2)

    column = rng.integers(0, 3, draws)
    limit = np.ones(hours) if kind["steady"] else shape(hours)
    sources: list[Source] = [
        Given("solar", Hourly(shape(hours, 3), by_draw(0.0, 300.0), column)),
        Given("wind", Hourly(shape(hours, draws), by_draw(0.0, 100.0), since=rng.integers(0, hours, draws))),
        Grid("grid", Hourly(limit, by_draw(0.5 * kind["steady"], 1.0) * kind["grid"], until=rng.integers(hours // 2, hours + 5, draws)),
             {"price": Hourly(rng.normal(1.0, 1.0, hours)), "emissions": Hourly(shape(hours, 3), 2.0, column)}),
        Battery("battery", by_draw(0.0, 400.0), by_draw(0.0, 90.0), by_draw(0.0, 90.0), by_draw(0.8, 1.0), by_draw(0.8, 1.0),
                by_draw(0.2, 1.0), 0.1, *kind["fade"], charged_by=kind["charged_by"],
                charge_hours=rng.uniform(size=hours) > 0.5 if kind["charge_hours"] else None),
        Plant("turbine", by_draw(20.0, 40.0), rng.integers(0, 4, draws), 2.1, 2.9, 0.5, kind["minimum"], kind["ramp"], 0.0,
              kind["spinning"], 3.0, Outages(by_draw(5.0, 60.0), 4.0, by_draw(0.0, 1.0)) if kind["outages"] else None,
              Hourly(1.0 - 0.3 * shape(hours), since=rng.integers(0, hours, draws)) if kind["derated"] else None),
        Plant("engine", 11.0, 4, 2.4, 2.5, 0.6, 0.7 * kind["minimum"], np.where(by_draw(0, 1) > 0.5, 2.0, kind["ramp"]), 1.0, 0.0, 0.5,
              Outages(30.0, 3.0, by_draw(0.0, 1.0)) if kind["outages"] else None),
    ]  # fmt: skip
    order = kind["order"]
    return Hourly(50.0 + 100.0 * shape(hours), by_draw(0.8, 1.5)), [s for s in sources if s.name in order], list(order)


ORDERS = (
    ("solar", "wind", "battery", "grid", "turbine", "engine"),
    ("solar", "wind", "grid", "battery", "engine", "turbine"),
    ("wind", "turbine", "solar", "grid", "engine", "battery"),
    ("solar", "turbine", "battery", "engine", "grid"),
    ("turbine", "wind", "grid", "engine"),
    ("solar", "grid", "wind", "engine"),
    ("solar", "battery"),
)


@st.composite
def kinds(draw: st.DrawFn) -> dict[str, Any]:
    order = draw(st.sampled_from(ORDERS))
    before = order[: order.index("battery")] if "battery" in order else ()
    chargers = [name for name in before if name in ("grid", "turbine", "engine")]
    return {
        "order": order,
        "grid": draw(st.sampled_from((30.0, 120.0, 1000.0))),
        "fade": draw(st.sampled_from(((0.0, 0.0), (1e-2, 1e-4)))),
        "charged_by": tuple(draw(st.permutations(chargers))) if draw(st.booleans()) else (),
        "charge_hours": draw(st.booleans()),
        "minimum": draw(st.sampled_from((0.0, 0.4, 0.9))),
        "ramp": draw(st.sampled_from((0.2, 1.0))),
        "steady": draw(st.booleans()),
        "spinning": draw(st.sampled_from((0.0, 1.0))),
        "outages": draw(st.booleans()),
        "derated": draw(st.booleans()),
    }  # fmt: skip


def agree(made: Dispatch, load: Hourly, sources: list[Source], order: list[str]) -> None:
    """Every number of every draw beside the reference."""
    for at in range(made.draws):
        told = reference(load, sources, order, at, made.draws)
        scale = max(told.load, 1.0)
        for name, by_source in (
            ("energy", made.energy.sum(axis=-1)), ("curtailed", made.curtailed.sum(axis=-1)), ("fuel", made.fuel.sum(axis=-1)),
            ("starts", made.starts), ("unit_hours", made.unit_hours),
        ):  # fmt: skip
            expected = [getattr(told, name)[source] for source in order]
            np.testing.assert_allclose(by_source[at], expected, rtol=CLOSE, atol=CLOSE * scale, err_msg=f"{name} of draw {at}")
        for name, got in (
            ("dumped", made.dumped[at].sum()), ("charged", made.charged[at].sum()), ("load", made.load[at].sum()),
            ("shortfall", made.shortfall[at].sum()), ("worst", made.worst[at]), ("peak", made.grid_peak[at].max()),
            ("cycles", made.cycles[at]), ("stored", made.stored[at]), ("capacity", made.battery_energy[at]),
        ):  # fmt: skip
            assert got == pytest.approx(getattr(told, name), rel=CLOSE, abs=CLOSE * scale), f"{name} of draw {at}"
        assert (made.shortfall_hours[at], made.first_hour[at]) == (told.short_hours, told.first)
        if told.worst > 0.0:  # two hours may be as bad but for rounding
            assert told.missing_by_hour[made.worst_hour[at]] == pytest.approx(told.worst, rel=CLOSE)
        for name, by_period in made.grid_rates.items():
            assert by_period[at].sum() == pytest.approx(told.rates[name], rel=CLOSE, abs=CLOSE * scale)


@settings(max_examples=120, deadline=None)
@given(kinds(), st.integers(0, 10_000), st.integers(1, 4), st.integers(2, 80))
def test_every_number_is_that_of_a_plain_loop(kind: dict[str, Any], seed: int, draws: int, hours: int) -> None:
    load, sources, order = site(seed, hours, draws, kind)
    agree(dispatch(load, sources, order), load, sources, order)


@settings(max_examples=60, deadline=None)
@given(kinds(), st.integers(0, 10_000), st.integers(2, 80))
def test_energy_balances_in_every_draw_and_period(kind: dict[str, Any], seed: int, hours: int) -> None:
    load, sources, order = site(seed, hours, 3, kind)
    made = dispatch(load, sources, order, period_ends=sorted({hours // 3 or 1, hours}))
    given_ = made.energy.sum(axis=1) + made.shortfall
    np.testing.assert_allclose(given_, made.load + made.charged + made.dumped, rtol=1e-12, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(kinds(), st.integers(0, 10_000), st.integers(2, 80))
def test_the_battery_never_leaves_its_bounds_and_closes_over_its_losses(kind: dict[str, Any], seed: int, hours: int) -> None:
    kind = {**kind, "order": ("solar", "turbine", "grid", "battery", "engine"), "charged_by": ("grid",), "fade": (0.0, 0.0)}
    load, sources, order = site(seed, hours, 2, kind)
    battery = next(source for source in sources if isinstance(source, Battery))
    for draw in range(2):
        kept = dispatch(load, sources, order, keep=draw).hours
        assert kept is not None
        energy, least = np.broadcast_to(battery.energy, 2)[draw], 0.1 * np.broadcast_to(battery.energy, 2)[draw]
        assert (kept.stored <= energy).all() and (kept.stored >= least).all()
        out = kept.power[order.index("battery")]
        assert (kept.charge <= np.asarray(battery.power_in)[draw] + 1e-9).all() and (
            out <= np.asarray(battery.power_out)[draw] + 1e-9
        ).all()
        assert (np.minimum(kept.charge, out) <= 1e-9).all()
        begun = np.asarray(battery.initial)[draw] * energy
        moved = kept.charge * np.asarray(battery.efficiency_in)[draw] - out / np.asarray(battery.efficiency_out)[draw]
        np.testing.assert_allclose(np.diff(kept.stored, prepend=begun), moved, atol=1e-9)


def test_reordering_draws_reorders_results_to_the_bit_and_other_draws_change_nothing() -> None:
    kind = {"order": ORDERS[0], "grid": 60.0, "fade": (1e-2, 1e-4), "charged_by": (), "charge_hours": False, "minimum": 0.4,
            "ramp": 0.2, "spinning": 0.0, "outages": True, "derated": True, "steady": False}  # fmt: skip
    load, sources, order = site(3, 72, 6, kind)
    turned = np.array([4, 0, 5, 2, 1, 3])
    whole, other = dispatch(load, sources, order), dispatch(*picked(load, sources, turned), order)
    for name in ("energy", "fuel", "starts", "shortfall", "grid_peak", "stored", "worst_hour", "dumped"):
        np.testing.assert_array_equal(getattr(whole, name)[turned], getattr(other, name))
    few = dispatch(*picked(load, sources, np.array([5, 2])), order)
    np.testing.assert_array_equal(few.energy, whole.energy[[5, 2]])


@settings(max_examples=80, deadline=None)
@given(kinds(), st.integers(0, 10_000), st.integers(7, 80), st.permutations(range(6)), st.integers(1, 6))
def test_what_a_draw_comes_to_hangs_on_no_other_draw_to_the_bit(
    kind: dict[str, Any], seed: int, hours: int, turned: list[int], count: int
) -> None:
    load, sources, order = site(seed, hours, 6, kind)
    chosen = np.array(turned[:count])
    whole, few = dispatch(load, sources, order), dispatch(*picked(load, sources, chosen), order)
    for name in ("energy", "fuel", "starts", "shortfall", "grid_peak", "stored", "worst_hour", "dumped", "charged"):
        np.testing.assert_array_equal(getattr(whole, name)[chosen], getattr(few, name), err_msg=name)


def picked(load: Hourly, sources: list[Source], draws: np.ndarray) -> tuple[Hourly, list[Source]]:
    """The same site with other draws: arrays by draw picked, all else left."""

    def number(value: Any) -> Any:
        return value[draws] if isinstance(value, np.ndarray) and value.ndim == 1 and len(value) == 6 else value

    def series(one: Hourly) -> Hourly:
        values = one.values[:, draws] if one.values.ndim == 2 and one.column is None else one.values
        return Hourly(values, *(number(field) for field in one[1:]))

    def field(value: Any) -> Any:
        if isinstance(value, Hourly):
            return series(value)
        if isinstance(value, Outages):
            return Outages(*(number(one) for one in value))
        if isinstance(value, dict):
            return {name: series(one) for name, one in value.items()}
        return number(value)

    return series(load), [type(source)(*(field(value) for value in source)) for source in sources]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(("solar", "wind", "grid", "battery", "turbine", "engine")), st.floats(1.0, 3.0))
def test_more_of_a_source_never_means_a_larger_shortfall(seed: int, more: str, by: float) -> None:
    """Where no plant has a minimum load or a ramp: those may run a battery down or fill it by what another source leaves."""
    kind = {"order": ORDERS[seed % 2], "grid": 60.0, "fade": (0.0, 0.0), "charged_by": (), "charge_hours": False, "minimum": 0.0,
            "ramp": 1.0, "spinning": 0.0, "outages": True, "derated": False, "steady": False}  # fmt: skip
    load, sources, order = site(seed, 60, 3, kind)

    def grown(source: Source) -> Source:
        if source.name != more:
            return source
        if isinstance(source, Given):
            return source._replace(power=source.power._replace(scale=by * np.asarray(source.power.scale)))
        if isinstance(source, Grid):
            return source._replace(limit=source.limit._replace(scale=by * np.asarray(source.limit.scale)))
        if isinstance(source, Battery):
            least = np.asarray(source.least) / by  # the same energy kept, so that there is only more to take
            held = np.asarray(source.energy) * np.asarray(source.initial)
            return source._replace(energy=by * np.asarray(source.energy), least=least, initial=held / (by * np.asarray(source.energy)))
        return source._replace(units=np.asarray(source.units) + 1)

    little, much = dispatch(load, sources, order), dispatch(load, [grown(source) for source in sources], order)
    assert (much.shortfall.sum(axis=-1) <= little.shortfall.sum(axis=-1) + 1e-9).all()


# --- by hand ----------------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(30, 80), st.booleans())
def test_parts_of_the_load_are_two_sites_on_one_grid(seed: int, hours: int, alone: bool) -> None:
    """What feeds one part alone runs as at a site of its own, where the rest of the grid is what the other has left."""
    rng = np.random.default_rng(seed)

    def shape() -> np.ndarray:
        return np.round(rng.uniform(0.0, 100.0, hours), 3)

    whole, own, limit = shape(), rng.uniform(0.0, 1.0, hours), 0.6 * shape()
    sun = Given("solar", Hourly(0.5 * shape()))
    cells, gas = (Plant(name, 7.0, 5, 2.0, 2.2, 0.5, outages=Outages(40.0, 5.0, rng.uniform())) for name in ("cells", "gas"))
    order = ["solar", "cells", "grid", "gas"] if alone else ["solar", "cells", "gas", "grid"]
    parts = (Part(Hourly(whole * own), ("gas",)), Part(Hourly(whole * (1.0 - own)), ("solar", "cells")))
    made = dispatch(Hourly(whole), [sun, cells, gas, Grid("grid", Hourly(limit))], order, keep=0, parts=parts)
    first = dispatch(Hourly(whole * (1.0 - own)), [sun, cells, Grid("grid", Hourly(limit))], ["solar", "cells", "grid"], keep=0)
    assert made.hours is not None and first.hours is not None
    rest = Grid("grid", Hourly(np.maximum(limit - first.hours.power[2], 0.0)))
    then = dispatch(Hourly(whole * own), [gas, rest], [name for name in order if name in ("gas", "grid")], keep=0)
    assert then.hours is not None
    got = dict(zip(order, made.hours.power, strict=True))
    assert got["solar"] == pytest.approx(first.hours.power[0], abs=1e-9) and got["cells"] == pytest.approx(first.hours.power[1], abs=1e-9)
    assert got["gas"] == pytest.approx(then.hours.power[then.sources.index("gas")], abs=1e-9)
    assert got["grid"] == pytest.approx(first.hours.power[2] + then.hours.power[then.sources.index("grid")], abs=1e-9)
    assert made.hours.shortfall == pytest.approx(first.hours.shortfall + then.hours.shortfall, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(kinds(), st.integers(0, 2**32 - 1), st.integers(30, 80))
def test_a_part_that_is_all_of_the_load_changes_nothing(kind: dict[str, Any], seed: int, hours: int) -> None:
    load, sources, order = site(seed, hours, 2, kind)
    names = tuple(source.name for source in sources if not isinstance(source, Battery))
    made, plain = (dispatch(load, sources, order, parts=parts) for parts in ((Part(load, names),), ()))
    assert made.energy == pytest.approx(plain.energy, rel=1e-6, abs=1e-6) and made.fuel == pytest.approx(plain.fuel, rel=1e-6, abs=1e-6)
    assert made.shortfall == pytest.approx(plain.shortfall, rel=1e-6, abs=1e-6)


def test_a_part_is_fed_by_sources_of_the_order_each_of_one_part() -> None:
    sources = [Given("solar", flat(1.0)), Grid("grid", flat(1.0))]
    one = Part(flat(1.0), ("solar", "sun"))
    assert 'fed by "sun"' in refused(flat(1.0), sources, ["solar", "grid"], parts=(one,))
    assert "one part of the load at most" in refused(flat(1.0), sources, ["solar", "grid"], parts=(Part(flat(1.0), ("solar", "solar")),))


def test_a_day_by_hand() -> None:
    """100 W all day, sun 300 W from hour 8 to 15, a battery of 500 Wh, 60 W of grid, two engines of 30 W with a minimum of half."""
    sun = np.zeros(24)
    sun[8:16] = 300.0
    sources: list[Source] = [
        Given("solar", Hourly(sun)),
        Battery("battery", 500.0, 100.0, 100.0, 0.8, 1.0, 0.4),
        Grid("grid", flat(60.0)),
        Plant("engine", 30.0, 2, 2.0, 2.5, 0.5, 0.5),
    ]
    made = dispatch(flat(100.0), sources, ["solar", "battery", "grid", "engine"], keep=0)
    kept = made.hours
    assert kept is not None
    solar, battery, grid, engine = kept.power
    # two hours from the battery (200 Wh), then grid and two engines (40 W need two units)
    np.testing.assert_allclose(battery[:8], [100.0, 100.0] + [0.0] * 6)
    np.testing.assert_allclose(grid[:8], [0.0, 0.0] + [60.0] * 6)
    np.testing.assert_allclose(engine[:8], [0.0, 0.0] + [40.0] * 6)
    # 100 W into the battery give 80 Wh an hour, full after 6.25 h
    np.testing.assert_allclose(kept.charge[8:16], [100.0] * 6 + [25.0, 0.0])
    np.testing.assert_allclose(kept.curtailed[8:16], [100.0] * 6 + [175.0, 200.0])
    np.testing.assert_allclose(solar[8:16], [200.0] * 6 + [125.0, 100.0])
    np.testing.assert_allclose(battery[16:], [100.0] * 5 + [0.0] * 3)
    assert made.starts[0, 3] == 4.0 and made.unit_hours[0, 3] == 2.0 * 9
    # line through (1, 2) and (0.5, 1.25): fuel per size = 0.5 + 1.5 x, so 2 units of 30 W at 40 W: 30 + 60
    assert made.fuel[0, 3].sum() == pytest.approx(9 * 90.0)
    assert made.grid_peak[0, 0] == 60.0 and made.shortfall_hours[0] == 0 and made.cycles[0] == pytest.approx(1.4)


def test_what_a_plant_must_give_turns_the_grid_down_first_and_then_the_battery() -> None:
    plant = Plant("turbine", 100.0, 1, 2.0, 2.0, 0.5, 0.5)
    need = flat(130.0, 1)
    battery = Battery("battery", 100.0, 100.0, 40.0, 1.0, 1.0, 1.0)
    made = dispatch(need, [battery, Grid("grid", flat(80.0, 1)), plant], ["battery", "grid", "turbine"])
    # 40 from the battery, 80 from the grid, 10 from the turbine, which must give 50: the grid gives 40
    np.testing.assert_allclose(made.energy[0, :, 0], [40.0, 40.0, 50.0])
    made = dispatch(need, [battery, Grid("grid", flat(85.0, 1)), plant._replace(size=200.0)], ["battery", "grid", "turbine"])
    np.testing.assert_allclose(made.energy[0, :, 0], [30.0, 0.0, 100.0])  # 5 needed, 100 given: back go 85 of the grid, 10 of the battery
    assert made.dumped[0, 0] == pytest.approx(0.0) and made.charged[0, 0] == pytest.approx(0.0)


def test_a_grid_that_is_dated_and_curtailed_gives_only_when_it_is_there() -> None:
    share = np.ones(24)
    share[18:20] = 0.25
    made = dispatch(flat(100.0), [Grid("grid", Hourly(share, 100.0, since=np.array([6, 30])))], ["grid"])
    assert made.shortfall_hours.tolist() == [8, 24]
    assert made.energy[0, 0, 0] == pytest.approx(16 * 100.0 + 2 * 25.0)
    assert (made.first_hour.tolist(), made.worst_hour.tolist()) == ([0, 0], [0, 0])


def test_a_grid_is_curtailed_in_the_hours_that_rank_highest() -> None:
    assert curtailed_share([3.0, 9.0, 5.0, 9.0, 1.0], 2, 0.25).tolist() == [1.0, 0.25, 1.0, 0.25, 1.0]
    assert curtailed_share([3.0, 9.0, 5.0, 9.0, 1.0], 1, 0.0).tolist() == [1.0, 0.0, 1.0, 1.0, 1.0]
    with pytest.raises(InputError, match="curtailment of 6 of 5 hours"):
        curtailed_share([3.0, 9.0, 5.0, 9.0, 1.0], 6, 0.0)


def test_a_spare_unit_stands_in_for_one_that_is_down_and_gives_nothing_else() -> None:
    plant = Plant("engine", 50.0, 3, 2.0, 2.0, 0.5, spare=1)
    assert dispatch(flat(120.0), [plant], ["engine"]).shortfall_hours[0] == 24
    outages = Outages(30.0, 10.0, np.linspace(0.01, 0.99, 40))
    with_spare = dispatch(flat(100.0, 2000), [plant._replace(outages=outages)], ["engine"])
    without = dispatch(flat(100.0, 2000), [plant._replace(units=2, spare=0, outages=outages)], ["engine"])
    assert 0.0 < with_spare.shortfall.sum() < 0.5 * without.shortfall.sum()


def test_a_ramp_holds_a_plant_back_and_up() -> None:
    load = np.array([100.0, 100.0, 200.0, 200.0, 0.0, 0.0, 0.0, 0.0])
    made = dispatch(Hourly(load), [Plant("turbine", 100.0, 2, 2.0, 2.0, 0.5, ramp=0.25)], ["turbine"], keep=0)
    assert made.hours is not None
    np.testing.assert_allclose(made.hours.power[0], [100.0, 100.0, 150.0, 200.0, 150.0, 100.0, 50.0, 0.0])
    np.testing.assert_allclose(made.hours.shortfall, [0.0, 0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert made.dumped.sum() == pytest.approx(300.0)


def test_a_battery_fades_by_what_is_taken_out_and_by_time_and_books_it_at_the_end_of_a_day() -> None:
    battery = Battery("battery", 1000.0, 500.0, 500.0, 1.0, 1.0, 1.0, fade_cycle=0.1, fade_hour=0.001)
    made = dispatch(flat(10.0, 48), [Given("solar", flat(0.0, 48)), battery], ["solar", "battery"])
    assert made.battery_energy[0] == pytest.approx(1000.0 - 2 * (0.1 * 240.0 + 24.0))
    assert made.stored[0] == pytest.approx(520.0) and made.cycles[0] == pytest.approx(0.48)


def test_the_grid_charges_a_battery_only_where_it_may_and_has_something_left() -> None:
    hours = np.arange(4) < 2
    battery = Battery("battery", 100.0, 30.0, 30.0, 1.0, 1.0, 0.0, charged_by=("grid",), charge_hours=hours)
    made = dispatch(flat(50.0, 4), [Grid("grid", Hourly(np.array([60.0, 100.0, 100.0, 20.0]))), battery], ["grid", "battery"], keep=0)
    assert made.hours is not None
    np.testing.assert_allclose(made.hours.charge, [10.0, 30.0, 0.0, 0.0])
    np.testing.assert_allclose(made.hours.power, [[60.0, 80.0, 50.0, 20.0], [0.0, 0.0, 0.0, 30.0]])
    assert made.grid_peak[0, 0] == pytest.approx(80.0)


@settings(max_examples=40, deadline=None)
@given(kinds(), st.integers(0, 10_000), st.integers(2, 80))
def test_hours_that_are_kept_add_up_to_the_results(kind: dict[str, Any], seed: int, hours: int) -> None:
    load, sources, order = site(seed, hours, 3, kind)
    made = dispatch(load, sources, order, keep=1)
    kept = made.hours
    assert kept is not None and kept.draw == 1
    np.testing.assert_allclose(kept.power.sum(axis=1), made.energy[1].sum(axis=-1), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(kept.fuel.sum(axis=1), made.fuel[1].sum(axis=-1), rtol=1e-12, atol=1e-9)
    for series, whole in (
        (kept.load, made.load), (kept.shortfall, made.shortfall), (kept.charge, made.charged),
        (kept.curtailed, made.curtailed.sum(axis=1) + made.dumped),
    ):  # fmt: skip
        assert series.sum() == pytest.approx(whole[1].sum(), rel=1e-12, abs=1e-6)
    np.testing.assert_allclose(kept.power.sum(axis=0) + kept.shortfall - kept.load - kept.charge, dumped(kept, order, sources), atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(kinds(), st.integers(0, 10_000), st.integers(1, 3))
def test_hours_of_the_day_add_up_what_the_hours_are(kind: dict[str, Any], seed: int, days: int) -> None:
    load, sources, order = site(seed, 24 * days, 3, kind)
    made = dispatch(load, sources, order, keep=1, clock=True)
    clock, kept = made.clock, made.hours
    assert clock is not None and kept is not None
    for sums, hours in (
        (clock.energy[1], kept.power), (clock.fuel[1], kept.fuel), (clock.load[1], kept.load), (clock.shortfall[1], kept.shortfall),
    ):  # fmt: skip
        np.testing.assert_allclose(sums, hours.reshape(*hours.shape[:-1], days, 24).sum(axis=-2), rtol=1e-9, atol=1e-6)
    for name, rated in made.grid_rates.items():
        np.testing.assert_allclose(clock.rates[name].sum(axis=1), rated.sum(axis=1), rtol=1e-9, atol=1e-9)


def test_sums_by_hour_of_the_day_need_whole_days() -> None:
    with pytest.raises(InputError, match="periods that end with a day"):
        dispatch(flat(1.0, 25), [Grid("grid", flat(2.0, 25))], ["grid"], clock=True)


def test_passes_of_other_draws_join_to_one() -> None:
    def passed(scale: np.ndarray) -> Dispatch:
        grid = Grid("grid", flat(60.0, 48), {"price": flat(2.0, 48)})
        return dispatch(Hourly(np.linspace(10.0, 90.0, 48), scale=scale), [grid], ["grid"], keep=0, clock=True)

    scale = np.array([0.5, 1.0, 1.5, 2.0])
    whole, parts = passed(scale), joined([passed(scale[:2]), passed(scale[2:])])
    for name in ("energy", "shortfall", "worst_hour", "grid_peak"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert parts.clock is not None and whole.clock is not None and parts.draws == 4
    np.testing.assert_array_equal(parts.clock.rates["price"], whole.clock.rates["price"])
    np.testing.assert_array_equal(parts.grid_rates["price"], whole.grid_rates["price"])


def dumped(kept: Any, order: list[str], sources: list[Source]) -> np.ndarray:
    """What was dumped in each hour: what is curtailed less what sun and wind had over."""
    spilt = np.zeros(len(kept.load))
    for source in sources:
        if isinstance(source, Given):
            had = [value_at(source.power, hour, kept.draw) for hour in range(len(kept.load))]
            spilt += np.array(had) - kept.power[order.index(source.name)]
    return kept.curtailed - spilt


def test_two_years_go_on_from_one_another_and_have_24_months() -> None:
    need = np.where(np.arange(2 * 8760) == 8760, 50.0, 0.0)
    battery = Battery("battery", 100.0, 10.0, 100.0, 1.0, 1.0, 0.6)
    made = dispatch(Hourly(need), [battery], ["battery"])
    assert made.load.shape == (1, 24) and made.energy[0, 0, 12] == 50.0 and made.stored[0] == pytest.approx(10.0)


def test_months_of_a_year_are_its_periods() -> None:
    made = dispatch(flat(2.0, 8760), [Grid("grid", flat(5.0, 8760))], ["grid"])
    assert made.load[0].tolist() == [2.0 * 24 * days for days in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)]
    assert made.grid_peak.shape == (1, 12)


# --- errors -----------------------------------------------------------------------------------------------------------------------


def refused(*arguments: Any, **more: Any) -> str:
    with pytest.raises(InputError) as caught:
        dispatch(*arguments, **more)
    return str(caught.value)


def test_a_load_that_is_absent_or_negative_names_the_hour_and_the_amount() -> None:
    values = np.full(8760, 5e6)
    values[4380] = np.nan
    grid = Grid("grid", flat(1e7, 8760))
    assert "load is absent in hour 4,380 (2 July, 12:00 to 13:00)" in refused(Hourly(values), [grid], ["grid"])
    values[4380] = -3e6
    assert "load is −3 MW in hour 4,380 (2 July, 12:00 to 13:00)" in refused(Hourly(values), [grid], ["grid"])


def test_a_leap_year_beside_a_common_one_is_named() -> None:
    said = refused(flat(1.0, 8760), [Grid("grid", flat(1.0, 8784))], ["grid"])
    assert "limit of grid has 8,784 values; expected 8,760 hours as the load has" in said and "leave 29 February out" in said
    assert "limit of grid has one value" in refused(flat(1.0), [Grid("grid", Hourly(np.array(1.0)))], ["grid"])


def test_all_faults_come_at_once() -> None:
    sources: list[Source] = [
        Given("solar", Hourly(np.full(23, 1.0))),
        Grid("grid", flat(-7e6)),
        Battery("battery", np.array([1.0, -2e6]), 1.0, 1.0, 1.2, 0.9, 0.5),
        Plant("engine", 1.0, 1.5, 2.0, 2.0, 0.5, spare=3, outages=Outages(0.5, 10.0, 0.1)),
    ]
    said = refused(flat(1.0), sources, ["solar", "gird", "battery", "engine", "engine"])
    for part in (
        'order[1]: no source is called "gird"; did you mean "grid"?',
        'order[4]: "engine" stands twice',
        '"grid" has no place in the order',
        "power of solar has 23 values; expected 24 hours",
        "limit of grid is −7 MW in hour 0 (1 January, 00:00 to 01:00)",
        "energy of battery is −2 MWh in draw 1; expected a number that is not negative",
        "efficiency_in of battery is 1.2; expected a number above 0 and at most 1",
        "units of engine is 1.5; expected a whole number",
        "engine keeps more units spare than it has",
        "time_to_failure of engine is 0.5 h; expected a number of at least 1 h",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("order", "charged_by", "said"),
    [
        (["battery", "solar", "grid"], (), "solar stands after battery"),
        (["solar", "battery", "grid"], ("grid",), "grid, which stands after it"),
        (["solar", "grid", "battery"], ("gird",), 'did you mean "grid"?'),
        (["solar", "grid", "battery"], ("solar",), "whose surplus charges it anyway"),
    ],
)
def test_what_charges_a_battery_must_come_before_it(order: list[str], charged_by: tuple[str, ...], said: str) -> None:
    battery = Battery("battery", 1.0, 1.0, 1.0, 0.9, 0.9, 0.5, charged_by=charged_by)
    assert said in refused(flat(1.0), [Given("solar", flat(1.0)), Grid("grid", flat(1.0)), battery], order)


def test_values_by_draw_of_different_lengths_are_named() -> None:
    said = refused(flat(1.0, scale=np.ones(3)), [Grid("grid", flat(-1.0, scale=np.ones(4)))], ["grid"])
    assert "scale of load has 3" in said and "scale of limit of grid has 4" in said and "limit of grid is −1 W in hour 0" in said
    battery = Battery("battery", np.ones(3), 1.0, 1.0, 0.9, 0.9, np.ones(2), np.ones((2, 2)))
    said = refused(flat(1.0), [battery], ["battery"])
    assert "energy of battery has 3, initial of battery has 2; least of battery has more than one axis" in said


def test_other_things_that_cannot_be_are_refused() -> None:
    grid = Grid("grid", flat(1.0))
    assert dispatch(flat(1.0), [], []).shortfall_hours[0] == 24
    assert "period_ends must rise from above 0 to 0" in refused(Hourly(np.zeros(0)), [], [])
    assert "keep = 2 names no draw; expected 0 to 0" in refused(flat(1.0), [grid], ["grid"], keep=2)
    assert "period_ends must rise from above 0 to 24" in refused(flat(1.0), [grid], ["grid"], period_ends=[12, 23])
    assert "there are 2 of the kind grid" in refused(flat(1.0), [grid, grid._replace(name="other")], ["grid", "other"])
    assert 'two sources are called "grid"' in refused(flat(1.0), [grid, grid], ["grid"])
    column = Hourly(np.ones((24, 2)), column=np.array([0, 2]))
    assert "columns that are not whole numbers from 0 to 1" in refused(column, [grid], ["grid"])
    undated = grid._replace(limit=flat(1.0, since=np.array([3.0, np.nan])))
    assert "`since` of the limit of grid is absent in draw 1" in refused(flat(1.0), [undated], ["grid"])
    never = grid._replace(limit=flat(1.0, since=np.array([3.0, np.inf])))
    assert dispatch(flat(1.0), [never], ["grid"]).shortfall_hours.tolist() == [3, 24]
    alike = Plant("engine", 1.0, 1, 2.0, 2.0, 0.5, outages=Outages(100.0, 10.0, 0.5))
    assert "seed of engine is one number for 3 draws" in refused(flat(1.0, scale=np.ones(3)), [alike], ["engine"])
    more = alike._replace(outages=None, available=flat(1.0, scale=1.1))
    assert "scale of the share available of engine is 1.1; expected a number from 0 to 1" in refused(flat(1.0), [more], ["engine"])
    fuel = Plant("engine", 1.0, 1, 3.0, 2.0, 0.5)
    assert "fuel below nothing" in refused(flat(1.0), [fuel], ["engine"])


def test_a_watt_of_a_gigawatt_that_is_missing_is_energy_and_no_outage() -> None:
    load = np.full(8760, 1e9)
    made = [dispatch(Hourly(load), [Given("sun", Hourly(load - missing))], ["sun"]) for missing in (1.2, 1e4)]
    assert [int(one.shortfall_hours[0]) for one in made] == [0, 8760]
    assert made[0].shortfall.sum() == pytest.approx(1.2 * 8760, rel=1e-6)
    assert (int(made[0].first_hour[0]), int(made[0].worst_hour[0]), float(made[0].worst[0])) == (-1, -1, 0.0)
    assert made[1].worst[0] == pytest.approx(1e4)
