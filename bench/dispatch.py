"""A year of one site hour by hour in a thousand draws, beside what its least arithmetic costs on this machine, and beside a plain loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from bench.figure import Figure
from stargauge.engine.run import hold_freed_memory
from stargauge.quantity.power.dispatch import Dispatch, dispatch
from stargauge.quantity.power.hourly import Hourly
from stargauge.quantity.power.outages import Outages
from stargauge.quantity.power.power_sources import Battery, Given, Grid, Plant, Source

_DRAWS, _HOURS, _YEARS, _BLOCK = 1000, 8760, 8, 24


def _least(work: Callable[[], object], times: int = 5) -> float:
    """The shortest time of a few runs, in CPU seconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def _site(draws: int, island: bool) -> tuple[Hourly, list[Source]]:
    """A made-up site of some 100 MW; as an island, or with a grid that carries most of it and nothing in one hour of a hundred."""
    rng = np.random.default_rng(1)
    hour, year = np.arange(_HOURS), rng.integers(0, _YEARS, draws)
    sun = np.maximum(0.0, np.sin((hour % 24 - 6) / 12 * np.pi))[:, None] * rng.uniform(0.3, 1.0, (_HOURS, _YEARS))
    wind = rng.uniform(0.0, 1.0, (_HOURS, _YEARS))
    curtailed = np.where(rng.uniform(size=_HOURS) < 0.01, 0.0, 1.0)
    prices = {"price": Hourly(rng.uniform(1e-5, 1e-4, _HOURS)), "average": Hourly(rng.uniform(2e-4, 5e-4, _HOURS))}
    sources: list[Source] = [
        Given("solar", Hourly(sun, rng.uniform(5e7, 2e8, draws), year)),
        Given("wind", Hourly(wind, rng.uniform(0.0, 5e7, draws), year)),
        Battery("battery", rng.uniform(2e8, 6e8, draws), 1e8, 1e8, 0.96, 0.96, 0.5, 0.05, 1e-5, 1e-7),
        Grid("grid", Hourly(curtailed, rng.uniform(6e7, 1.1e8, draws)), prices),
        Plant("combined_cycle", 5e7, 1, 1.9, 2.2, 0.5, 0.4, outages=Outages(1500.0, 60.0, rng.random(draws))),
        Plant("engines", 1.8e7, 5, 2.4, 2.7, 0.5, 0.3, spare=1.0, outages=Outages(1000.0, 40.0, rng.random(draws))),
    ]
    load = Hourly(1e8 * (1.0 + 0.05 * np.sin(hour / 24 * 2 * np.pi)), rng.uniform(0.8, 1.1, draws))
    return load, [source for source in sources if not (island and isinstance(source, Grid))]


def dispatch_speed() -> Iterator[Figure]:
    """CPU seconds of a pass, as a share of plain passes over as many numbers, and the speed-up over one draw after another."""
    hold_freed_memory()  # as every run of the engine does
    rows, other, out = (np.ones((_BLOCK, _DRAWS)) for _ in range(3))

    def floor() -> None:
        for _ in range(_HOURS // _BLOCK):
            np.minimum(rows, other, out=out)

    least = _least(floor)
    size = f"{_DRAWS:,} draws x {_HOURS:,} h; sun, wind, battery, two plants of units with outages"
    for name, island in (("with a grid", False), ("as an island", True)):
        load, sources = _site(_DRAWS, island)
        ours = _least(lambda load=load, sources=sources: _pass(load, sources))
        yield Figure(f"a year of a site by the hour, {name}", ours, "CPU-s", at_most=1.0, note=size)
        yield Figure("  in passes of np.minimum over as much", ours / least, "x", note="in blocks that stay in the cache")
        ramping = [
            source._replace(ramp=0.5) if isinstance(source, Plant) and source.name == "combined_cycle" else source for source in sources
        ]
        yield Figure(
            "  where the combined cycle ramps",
            _least(lambda load=load, sources=ramping: _pass(load, sources), 3),
            "CPU-s",
        )
    load, sources = _site(2, island=True)
    one = _least(lambda: _plain(load, sources), 1)
    yield Figure("one draw by a plain loop of Python", one, "CPU-s", note="sun, wind, battery and plants without outages, starts or fuel")
    yield Figure("draws per CPU-second over the plain loop's", _DRAWS / ours * one, "times")


def _pass(load: Hourly, sources: list[Source]) -> Dispatch:
    """A year, the sources asked in the order in which they stand."""
    return dispatch(load, sources, [source.name for source in sources])


def _plain(load: Hourly, sources: list[Source]) -> float:
    """The same rule for the first draw, hour by hour in floats, with least accounts: what a reader would write first."""
    sun, wind, battery = sources[0], sources[1], sources[2]
    assert isinstance(sun, Given) and isinstance(wind, Given) and isinstance(battery, Battery)
    shapes = [(one.power.values[:, np.asarray(one.power.column)[0]] * np.asarray(one.power.scale)[0]).tolist() for one in (sun, wind)]
    needs = (load.values * np.asarray(load.scale)[0]).tolist()
    energy, short = float(np.asarray(battery.energy)[0]), 0.0
    held, least = 0.5 * energy, 0.05 * energy
    plants = [[float(np.asarray(one)) for one in (p.size, p.units, p.spare, p.minimum)] for p in sources if isinstance(p, Plant)]
    for hour in range(_HOURS):
        need, free = needs[hour], 0.0
        for shape in shapes:
            used = min(need, shape[hour])
            need -= used
            free += shape[hour] - used
        given = min((held - least) * 0.96, 1e8, need)
        need -= given
        for size, units, spare, minimum in plants:
            used = min(need, size * (units - spare))
            need -= used
            count = -(-used // size)
            free += max(count * size * minimum - used, 0.0)
        back = min(free, given)
        given, free = given - back, free - back
        charge = min(free, (energy - held) / 0.96, 1e8)
        held = min(max(held + charge * 0.96 - given / 0.96, least), energy)
        short += need
    return short
