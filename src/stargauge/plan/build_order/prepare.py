"""From a programme and what is asked to the case that is solved: dates and worlds, costs, uses, and the numbers all of it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.simulate import case_of
from stargauge.plan.build_order.case import Building as Decided
from stargauge.plan.build_order.case import BuildCase, Target
from stargauge.plan.build_order.choices import (
    POWERS,
    Ground,
    Lot,
    buildings_of,
    carried,
    further_buildings,
    given_up,
    ground_of,
    overlay_of,
    powers_of,
    supply_of,
)
from stargauge.plan.build_order.costs import Costs, Expected, Uses, costs_of, uses_of
from stargauge.plan.build_order.unit_prices import (
    COMPUTING,
    UnitPrices,
    building_of,
    chips_of,
    computing_power,
    money_of,
    supply_of_powers,
)
from stargauge.plan.build_order.worlds import (
    Asked,
    Worlds,
    days_of,
    given_up_at,
    operation_at,
    planned_days,
    read,
    ready_at,
    Steps,
    standing_for,
    starts_at,
    worlds_of,
)
from stargauge.plan.offers import Basis
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay
from stargauge.programme.schema import UNSITED, Programme
from stargauge.quantity.dates import day, month_end, month_label, months_between
from stargauge.quantity.errors import Fault, InputError, did_you_mean

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Progress = Callable[[int, int], None]

#: What a target may be of, and how it is asked of a run.
KINDS = {"power_facility": "power_facility[operational{}]", "power_it": "power_it[operational{}]", "compute_h100e": "compute_h100e{}"}
#: How many generations of accelerators there are to choose from, unless told otherwise; and of how many draws unit prices are means.
GENERATIONS, PRICE_DRAWS = 4, 512
_MONTH = 365.25 / 12.0


class Aim(NamedTuple):
    """A target with what it is of: `kind` of `KINDS`, and the sites it is of (all where none is named)."""

    target: Target
    kind: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class BuildAsked:
    """What is asked. `powers`, `chips`: what may be chosen (all, and the newest, where none is named); `last`: last month of a start.

    `cooling`: designs by site that take the place of the file's. `draws`, `seed`: of the worlds that the plan is made for.
    """

    aims: tuple[Aim, ...]
    powers: tuple[str, ...] = ()
    chips: tuple[str, ...] = ()
    further: bool = True
    worlds: int = 50
    draws: int = 1024
    seed: int = 0
    first: date | None = None
    last: date | None = None
    cooling: Mapping[str, str] = field(default_factory=dict)


class Waits(NamedTuple):
    """Days from the start of work at a site until hall and power are there, for one power: quantiles over the draws."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Prepared:
    """The case and what it is made of. `lots`, `grounds`: what is decided, and the sites; `all_worlds`: every draw, `chosen` the places of
    those that stand for all; `dates`: expected days of every option; `waits`: by site and power; `under_way`: phases that are not decided.
    """

    case: BuildCase
    lots: tuple[Lot, ...]
    grounds: tuple[Ground, ...]
    aims: tuple[Aim, ...]
    all_worlds: Worlds
    chosen: NDArray[np.intp]
    fixed: Array
    computing: Array
    dates: Expected
    costs: Costs
    uses: Uses
    basis: tuple[Basis, ...]
    waits: Mapping[tuple[str, str], Waits]
    under_way: tuple[str, ...]
    seed: int

    @property
    def draws(self) -> int:
        """How many draws the worlds were chosen from."""
        return self.all_worlds.draws

    def corrected(self, delays: Array) -> Prepared:
        """The same with operation so many days later (building, draw): what crews and the queue for accelerators add, as measured."""
        if delays.shape != self.all_worlds.later.shape[::-1]:
            raise ValueError(f"delays are {delays.shape}, expected one per building and draw: {self.all_worlds.later.shape[::-1]}")
        made = replace(self.all_worlds, later=self.all_worlds.later + delays.T)
        there = _there(made.only(self.chosen), self.aims, self.case.months)
        return replace(self, all_worlds=made, case=replace(self.case, there=there))

    def operation(self, building: int, power: int, chip: int, start: int) -> Array:
        """Day of operation of an option in every draw, infinity where it is cancelled before: (draw,)."""
        made = _one(self.all_worlds, building, power, chip)
        begun = starts_at(made, np.array([day(self.case.months[start])]))
        ready = ready_at(made, begun)
        return np.where(given_up_at(made, begun, ready), np.inf, operation_at(made, ready)[:, :, :, 0])[:, 0, 0, 0]

    def reached(self, chosen: tuple[tuple[int, int, int, int], ...]) -> Array:
        """What there is of each target in every draw if this is built: (target, draw)."""
        out = self.fixed.copy()
        for building, power, chip, start in chosen:
            runs = self.operation(building, power, chip, start)
            for place, aim in enumerate(self.aims):
                gain = _gain(self.all_worlds, aim, self.computing, self.lots)[building, chip]
                out[place] += gain * (runs <= day(aim.target.day))
        return out


def _one(made: Worlds, building: int, power: int, chip: int) -> Worlds:
    """The worlds of one building, power and chip alone."""
    at, of = slice(building, building + 1), slice(power, power + 1)
    return replace(
        made, starts=made.starts[:, at], span=made.span[:, at, of], since=made.since[:, at, of], racks=made.racks[:, at],
        ships=made.ships[:, chip : chip + 1], it_power=made.it_power[:, at], facility_power=made.facility_power[:, at],
        later=made.later[:, at], site=made.site[at],
    )  # fmt: skip


# --- what is decided --------------------------------------------------------------------------------------------------------------


class _Ground(NamedTuple):
    """What is decided, before any run: lots, sites, sizes of further buildings, and which power carries which building."""

    lots: tuple[Lot, ...]
    grounds: tuple[Ground, ...]
    sizes: dict[str, tuple[float, float]]
    powers: tuple[str, ...]
    offered: Mask


def _ground(now: Known, asked: BuildAsked) -> _Ground:
    middle = _middle(now)
    further = further_buildings(now, {name: size for name, (_, size) in middle.items()}, _land(now)) if asked.further else {}
    lots = buildings_of(now, further)
    grounds = tuple(ground_of(now, site) for site in dict.fromkeys(lot.site for lot in lots))
    wanted = asked.powers or POWERS
    powers = tuple(one for one in POWERS if one in wanted and any(one in powers_of(ground) for ground in grounds))
    sizes = {lot.id: middle[lot.like] for lot in lots}
    return _Ground(lots, grounds, sizes, powers, _offered(now, lots, grounds, sizes, powers, middle))


def _offered(
    now: Known, lots: tuple[Lot, ...], grounds: tuple[Ground, ...], sizes: Mapping[str, tuple[float, float]], powers: tuple[str, ...],
    middle: Mapping[str, tuple[float, float]],
) -> Mask:  # fmt: skip
    """Which power may carry which building: (building, power). What a site states carries so many buildings, in their order."""
    out = np.zeros((len(lots), len(powers)), dtype=bool)
    decided = {lot.id for lot in lots}
    for ground in grounds:
        needed = sum(middle[one.id][1] for one in now.phases if one.site == ground.id and one.id not in decided)
        for place, lot in enumerate(lots):
            if lot.site == ground.id:
                needed += sizes[lot.id][1]
                out[place] = [power in powers_of(ground) and carried(ground, power, needed) for power in powers]
    return out


def _middle(now: Known) -> dict[str, tuple[float, float]]:
    """IT and facility power (W) of every phase, all inputs at their medians."""
    got = case_of(now).values(["phase_it_power", "design_power_ratio", "phase_site"])
    ratio = got["design_power_ratio"][got["phase_site"].astype(np.intp)]
    return {
        name: (float(power), float(power * one)) for name, power, one in zip(now.axes["phase"], got["phase_it_power"], ratio, strict=True)
    }


def _land(now: Known) -> float:
    return float(case_of(now).values(["land_per_power"])["land_per_power"])


def _chips(now: Known, asked: BuildAsked) -> tuple[str, ...]:
    """The accelerators to choose from: those named, else the newest generations that ship within the clock. Raises InputError."""
    axis = now.axes["chip"]
    unknown = [chip for chip in asked.chips if chip not in axis]
    if unknown:
        raise InputError([Fault(f'no accelerator "{one}" for {now.programme.name}{did_you_mean(one, axis)}') for one in unknown])
    if asked.chips:
        return asked.chips
    ships = case_of(now).values(["chip_ships_from"])["chip_ships_from"]
    last = day(now.months[-1])
    newest = sorted((float(when), chip) for when, chip in zip(ships, axis, strict=True) if when <= last)
    return tuple(chip for _, chip in newest[-GENERATIONS:]) or axis[-1:]


def _months(now: Known, asked: BuildAsked) -> tuple[date, ...]:
    """Month ends in which work may start: from the month after the day of knowledge to that of the last target."""
    first = max(asked.first or now.as_of, now.as_of)
    last = min(asked.last or max(aim.target.day for aim in asked.aims), now.months[-1])
    ahead = [month for month in months_between(first, max(first, last)) if month > month_end(now.as_of)]
    return tuple(ahead) or months_between(month_end(now.as_of) + timedelta(days=1), month_end(now.as_of) + timedelta(days=1))


# --- runs -------------------------------------------------------------------------------------------------------------------------


class _Laid(NamedTuple):
    """What lays starts and supply over a programme."""

    programme: Programme
    now: Known
    ground: _Ground
    cooling: Mapping[str, str]

    def at(self, when: date, power: str = "", cancelled: bool = False) -> Known:
        """All that is decided started on one day, the sites that can have a power on it; or all of it cancelled."""
        lots, sizes = self.ground.lots, self.ground.sizes
        supply = {
            one.id: supply_of(one, power, sum(sizes[lot.id][1] for lot in lots if lot.site == one.id))
            for one in self.ground.grounds
            if power in powers_of(one)
        }
        patch = overlay_of(self.now, lots, dict.fromkeys((lot.id for lot in lots), when), sizes, supply, self.cooling, cancelled)
        made = known(overlay(self.programme, patch, "plan"), self.now.catalogue.catalogue, self.now.as_of)
        return replace(made, catalogue=self.now.catalogue)


def _fixed(laid: _Laid, aims: tuple[Aim, ...], draws: int, seed: int) -> Array:
    """What there is of each target by its day if nothing more is begun: (target, draw)."""
    base = laid.at(laid.now.months[-1], cancelled=True)
    addresses = [_address(aim) for aim in aims]
    got = read(base, (), draws, seed, addresses)
    months = base.axes["month"]
    return np.stack([np.nan_to_num(got[one][:, months.index(month_label(aim.target.day))]) for one, aim in zip(addresses, aims, strict=True)])


def _address(aim: Aim) -> str:
    inside = ", ".join(aim.sites)
    if aim.kind == "compute_h100e":
        return f"compute_h100e[{inside}]" if inside else "compute_h100e"
    return KINDS[aim.kind].format(f", {inside}" if inside else "")


# --- the case ---------------------------------------------------------------------------------------------------------------------


def _gain(made: Worlds, aim: Aim, computing: Array, lots: tuple[Lot, ...]) -> Array:
    """What each building adds to a target where it runs in time: (building, chip, draw). Wear of accelerators until then is left out."""
    of_it = np.array([not aim.sites or lot.site in aim.sites for lot in lots])
    size = (made.facility_power if aim.kind == "power_facility" else made.it_power) * of_it
    per = computing if aim.kind == "compute_h100e" else np.ones_like(computing)
    return np.einsum("db,dc->bcd", size, per)


def _there(made: Worlds, aims: tuple[Aim, ...], months: tuple[date, ...]) -> Mask:
    """Whether an option runs by the day of each target: (target, building, power, chip, start, world)."""
    begun = starts_at(made, days_of(months))
    ready = ready_at(made, begun)
    with np.errstate(invalid="ignore"):
        runs = np.where(given_up_at(made, begun, ready)[:, :, :, None], np.inf, operation_at(made, ready))
        by = np.stack([runs <= day(aim.target.day) for aim in aims])
    return np.ascontiguousarray(np.moveaxis(by, 1, -1))


def _expected(made: Worlds, weights: Array, months: tuple[date, ...]) -> Expected:
    """Means of the dates of every option over the worlds, cancelled or not."""
    begun = starts_at(made, days_of(months))
    ready = ready_at(made, begun)
    mean = [np.tensordot(weights, one, axes=1) for one in (begun, ready, operation_at(made, ready))]
    return Expected(*mean)


def _features(made: Worlds, aims: tuple[Aim, ...], gains: list[Array], fixed: Array, months: tuple[date, ...], offered: Mask) -> Array:
    """What tells worlds apart: what each target has some years around its day if all starts at once, and the days on which sites run.

    All on the power of each site that is soonest at the median. (draw, feature).
    """
    begun = starts_at(made, days_of(months[:1]))
    ready = ready_at(made, begun)
    middle = np.where(offered, np.median(ready[..., 0], axis=0), np.inf)
    soonest = np.argmin(np.where(np.isnan(middle), np.inf, middle), axis=1)
    at = np.arange(len(soonest))
    runs = operation_at(made, ready)[:, at, soonest, -1, 0]
    lost = given_up_at(made, begun, ready)[:, at, soonest, 0]
    when = np.where(lost, np.inf, runs)
    totals = [
        fixed[place] + (gains[place][:, -1].T * (when <= day(aim.target.day) + years * 365.25)).sum(axis=1)
        for place, aim in enumerate(aims)
        for years in (-1.0, 0.0, 1.0)
    ]
    sites = [np.clip(runs[:, made.site == one].mean(axis=1), None, day(months[-1]) + 3000.0) for one in np.unique(made.site)]
    return np.stack([*totals, *fixed, *sites], axis=1)


def _spacing(made: Worlds, lots: tuple[Lot, ...], sites: tuple[str, ...]) -> tuple[int, ...]:
    """Months between two starts of work at a site with several buildings: the median time its crew is with one, to the nearest month."""
    usual = max(round(float(np.median(made.spacing)) / _MONTH), 0)
    return tuple(usual if sum(lot.site == site for lot in lots) > 1 else 0 for site in sites)


def prepare(programme: Programme, now: Known, asked: BuildAsked, progress: Progress | None = None) -> Prepared:
    """The case of what is asked of a programme as known on a day, without limits.

    `progress(done, all)`: told as runs of the model are done. Raises InputError where a target is of no kind that can be planned, a site or
    an accelerator is not known, or there is nothing to decide.
    """
    _check(asked, now)
    ground, chips, months = _ground(now, asked), _chips(now, asked), _months(now, asked)
    if not ground.lots:
        raise InputError(f"nothing to decide: work has begun on every phase of {now.programme.name} that is not given up")
    laid = _Laid(programme, now, ground, asked.cooling)
    knots = planned_days(months)
    steps = Steps(len(knots) + len(ground.powers) + 2, progress)
    runs = Asked(tuple((day(when), laid.at(when)) for when in knots), tuple(laid.at(knots[0], power) for power in ground.powers))
    made = worlds_of(runs, [lot.id for lot in ground.lots], chips, ground.offered, asked.draws, asked.seed, steps.done)
    fixed = _fixed(laid, asked.aims, asked.draws, asked.seed)
    steps.done()
    prices = UnitPrices.of(now, min(PRICE_DRAWS, asked.draws), asked.seed)
    steps.done()
    return _assembled(now, asked, ground, chips, months, made, fixed, prices)


def _check(asked: BuildAsked, now: Known) -> None:
    """Raise InputError with every target that cannot be planned for, and every power that there is not."""
    faults = list[Fault]()
    sites = [site.id for site in now.sites]
    for aim in asked.aims:
        if aim.kind not in KINDS:
            faults.append(Fault(f'no target of "{aim.kind}"{did_you_mean(aim.kind, KINDS)} (possible: {", ".join(KINDS)})'))
        faults += [Fault(f'no site "{one}"{did_you_mean(one, sites)}') for one in aim.sites if one not in sites]
    faults += [Fault(f'no power "{one}"{did_you_mean(one, POWERS)} (all: {", ".join(POWERS)})') for one in asked.powers if one not in POWERS]
    if not asked.aims:
        faults.append(Fault("a plan needs a target: what has to be there, and by when"))
    if faults:
        raise InputError(faults)


def _assembled(
    now: Known, asked: BuildAsked, ground: _Ground, chips: tuple[str, ...], months: tuple[date, ...], made: Worlds, fixed: Array,
    prices: UnitPrices,
) -> Prepared:  # fmt: skip
    """The case from what was read: worlds chosen, costs and uses at expected dates."""
    computing = computing_power(read(now, COMPUTING, asked.draws, asked.seed), now.axes["chip"], chips)
    gains = [_gain(made, aim, computing, ground.lots) for aim in asked.aims]
    features = _features(made, asked.aims, gains, fixed, months, ground.offered)
    chosen, weights = standing_for(features, asked.worlds, asked.seed)
    few = made.only(chosen)
    with np.errstate(invalid="ignore"):
        dates = _expected(few, weights, months)
        money, building, chip = money_of(prices), building_of(prices, made), chips_of(prices, chips)
        supply = supply_of_powers(prices, ground.powers, made, _grid_wait(made, ground.powers))
        costs, uses = costs_of(building, supply, chip, dates, money), uses_of(building, supply, chip, dates, money, _year_ends(now))
    sites = tuple(one.id for one in ground.grounds)
    size = [np.median(values, axis=0) for values in (made.it_power, made.facility_power)]
    decided = tuple(
        Decided(lot.id, sites.index(lot.site), float(size[0][place]), float(size[1][place]), lot.further)
        for place, lot in enumerate(ground.lots)
    )
    allowed = np.broadcast_to(ground.offered[:, :, None, None], dates.operation.shape) & np.isfinite(dates.operation)
    case = BuildCase(
        sites, decided, ground.powers, chips, months, allowed, np.where(allowed, np.nan_to_num(costs.total), 0.0),
        np.stack([gain[:, :, chosen] for gain in gains]), _there(few, asked.aims, months) & allowed[None, ..., None], fixed[:, chosen],
        weights, tuple(aim.target for aim in asked.aims), (), tuple(0.0 for _ in sites), _spacing(made, ground.lots, sites),
    )  # fmt: skip
    basis = (*prices.basis, *_assumed(ground))
    return Prepared(
        case, ground.lots, ground.grounds, asked.aims, made, chosen, fixed, computing, dates, costs, uses, basis,
        _waits(made, sites, ground), _under_way(now, ground.lots), asked.seed,
    )  # fmt: skip


def _grid_wait(made: Worlds, powers: tuple[str, ...]) -> Array:
    """Expected days from the start of work to the grid, by building; nought where no grid is asked for."""
    if "grid" not in powers:
        return np.zeros(made.span.shape[1])
    return np.nan_to_num(made.span[:, :, powers.index("grid")].mean(axis=0))


def _year_ends(now: Known) -> dict[int, float]:
    """The last day of each year of the clock from the day of knowledge on."""
    last = now.months[-1]
    return {year: min(day(date(year, 12, 31)), day(last)) for year in range(now.as_of.year, last.year + 1)}


def _under_way(now: Known, lots: tuple[Lot, ...]) -> tuple[str, ...]:
    """Phases of sites that stay as the file has them: begun, and not given up."""
    decided = {lot.id for lot in lots}
    return tuple(phase.id for phase in now.phases if phase.site != UNSITED and phase.id not in decided and not given_up(now, phase))


def _waits(made: Worlds, sites: tuple[str, ...], ground: _Ground) -> dict[tuple[str, str], Waits]:
    """How long each power of a site takes, at its first decided building."""
    out = {}
    for site in sites:
        first = next(place for place, lot in enumerate(ground.lots) if lot.site == site)
        for at, power in enumerate(ground.powers):
            if ground.offered[first, at]:
                low, middle, high = (float(one) for one in np.quantile(made.span[:, first, at], (0.1, 0.5, 0.9)))
                out[site, power] = Waits(low, middle, high)
    return out


def _assumed(ground: _Ground) -> list[Basis]:
    """Further buildings as assumptions: how many of them a site is taken to have room for."""
    return [
        Basis(one.id, "further buildings", float(number), "1", "assumed", "", "D", "like its last one, as many as its land or its own size allow")
        for one in ground.grounds
        if (number := sum(lot.further for lot in ground.lots if lot.site == one.id))
    ]
