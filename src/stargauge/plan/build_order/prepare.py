"""From a programme and what is asked to the case that is solved: dates and worlds, costs, uses, and the numbers all of it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case import BuildCase, Choice, Target
from stargauge.plan.build_order.case import Building as Decided
from stargauge.plan.build_order.choices import POWERS, Ground, Lot, given_up
from stargauge.plan.build_order.costs import Costs, Expected, Uses, costs_of, uses_of
from stargauge.plan.build_order.decisions import Decisions, Laid, chips_for, decisions_of, months_for
from stargauge.plan.build_order.queues import QUEUES, Queues, added, operation_with_queues
from stargauge.plan.build_order.standing_for import Standing, alike, plans_at_random, standing_for
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
    Steps,
    Worlds,
    dates_of,
    days_of,
    planned_days,
    read,
    running,
    running_of,
    worlds_of,
)
from stargauge.plan.offers import Basis
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED, Programme
from stargauge.quantity.dates import day, month_label
from stargauge.quantity.errors import Fault, InputError, did_you_mean

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Progress = Callable[[int, int], None]

#: What a target may be of, and how it is asked of a run.
KINDS = {"power_facility": "power_facility[operational{}]", "power_it": "power_it[operational{}]", "compute_h100e": "compute_h100e{}"}
#: Of how many draws unit prices are means.
PRICE_DRAWS = 512
_MONTH = 365.25 / 12.0
#: By how many plans at random worlds are chosen, and how many days beside the day of a target too; draws worked on at once.
_PLANS, _ASIDE, _AT_ONCE = 120, 180.0, 64


class Own(NamedTuple):
    """What a target is made of in place of a quantity of `KINDS`: per W of IT power (draw, chip), and of what is under way (draw,)."""

    per_power: Array
    begun: Array


class Aim(NamedTuple):
    """A target with what it is of: `kind` of `KINDS`, and the sites it is of (all where none is named); `own`: what stands for the kind."""

    target: Target
    kind: str
    sites: tuple[str, ...] = ()
    own: Own | None = None


@dataclass(frozen=True)
class BuildAsked:
    """What is asked. `powers`, `chips`: what may be chosen (all, and the newest, where none is named); `last`: last month of a start.

    `groups`: whether a world is a group of draws that are alike, `there` then the share of them in which an option runs in time; else a
    single draw.

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
    groups: bool = False


class Waits(NamedTuple):
    """Days from the start of work at a site until hall and power are there, for one power: quantiles over the draws."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Prepared:
    """The case and what it is made of.

    `lots`, `grounds`: what is decided, and the sites; `all_worlds`: every draw, `group` the world of each (-1: none), `chosen` the draw
    that is each world or in its middle, `error` how far worlds are off, in shares of draws; `fixed`: (target, draw); `dates`: expected days
    of every option; `waits`: by site and power; `under_way`: phases that are not decided.
    """

    case: BuildCase
    lots: tuple[Lot, ...]
    grounds: tuple[Ground, ...]
    aims: tuple[Aim, ...]
    all_worlds: Worlds
    queues: Queues
    chosen: NDArray[np.intp]
    group: NDArray[np.intp]
    fixed: Array
    computing: Array
    dates: Expected
    costs: Costs
    uses: Uses
    basis: tuple[Basis, ...]
    waits: Mapping[tuple[str, str], Waits]
    under_way: tuple[str, ...]
    error: float
    seed: int

    @property
    def draws(self) -> int:
        """How many draws the worlds were chosen from."""
        return self.all_worlds.draws

    def corrected(self, delays: Array) -> Prepared:
        """The same with operation so many days later (building, draw): what crews and the queue for accelerators add, as measured."""
        if delays.shape != self.all_worlds.later.shape[::-1]:
            raise ValueError(f"delays are {delays.shape}, expected one per building and draw: {self.all_worlds.later.shape[::-1]}")
        return self._with(replace(self.all_worlds, later=self.all_worlds.later + delays.T))

    def held(self, floors: Array) -> Prepared:
        """The same with no building running before a day (building, draw; minus infinity where there is none), as measured of a plan."""
        return self._with(replace(self.all_worlds, floor=floors.T))

    def _with(self, made: Worlds) -> Prepared:
        there = _there(made, self.group, self.aims, self.case.months)
        return replace(self, all_worlds=made, case=replace(self.case, there=there))

    def there(self, place: int, when: date) -> Array:
        """Whether an option runs by another day than that of a target, as `BuildCase.there` has it of one: (building, ..., world)."""
        aim = self.aims[place]
        moved = (aim._replace(target=aim.target._replace(day=when)),)
        return np.asarray(_there(self.all_worlds, self.group, moved, self.case.months)[0])

    def operation(self, chosen: Sequence[Choice], queues: bool = False) -> Array:
        """Day of operation of what is chosen in every draw, infinity where it is cancelled before: (draw, choice).

        `queues`: as the whole model has it, with crews and the queue for accelerators instead of what was corrected for.
        """
        places = _places(chosen)
        planned = days_of(self.case.months)[places[3]]
        if queues:
            return operation_with_queues(self.all_worlds, self.queues, places, planned)
        return running_of(self.all_worlds, places[0], places[1], places[2], planned)

    def reached(self, chosen: Sequence[Choice], queues: bool = False) -> Array:
        """What there is of each target in every draw if this is built: (target, draw). `queues`: as `operation` has them."""
        gains = [_gain(self.all_worlds, aim, self.computing, self.lots) for aim in self.aims]
        return _reached(self.operation(chosen, queues), _places(chosen), self.aims, gains, self.fixed)

    def delays(self, chosen: Sequence[Choice]) -> Array:
        """Days that crews and the queue for accelerators add to each building if this is built, beyond its option: (building, draw).

        What `corrected` takes: as the whole model would have it, without running it.
        """
        return added(self.operation(chosen), self.operation(chosen, queues=True), _places(chosen), self.case.by_site)


def _places(chosen: Sequence[Choice]) -> NDArray[np.intp]:
    """Choices as places: (4, choice)."""
    return np.array(chosen, dtype=np.intp).reshape(-1, 4).T


# --- runs -------------------------------------------------------------------------------------------------------------------------


def _others(laid: Laid, asked: BuildAsked, chips: tuple[str, ...], wanted: Array) -> tuple[Array, Queues]:
    """What there is of each target by its day if nothing more is begun, (target, draw), and what stands in the queues then."""
    base = laid.at(laid.now.months[-1], cancelled=True)
    addresses = [_address(aim) for aim in asked.aims]
    got = read(base, QUEUES, asked.draws, asked.seed, addresses)
    places = [base.axes["month"].index(month_label(aim.target.day)) for aim in asked.aims]
    fixed = np.stack([np.nan_to_num(got[address][:, place]) for address, place in zip(addresses, places, strict=True)])
    phases, axis = [base.axes["phase"].index(lot.id) for lot in laid.ground.lots], base.axes["chip"]
    return fixed, Queues(got, wanted, np.array(phases, dtype=np.intp), np.array([axis.index(chip) for chip in chips], dtype=np.intp))


def _address(aim: Aim) -> str:
    inside = ", ".join(aim.sites)
    if aim.kind == "compute_h100e":
        return f"compute_h100e[{inside}]" if inside else "compute_h100e"
    return KINDS[aim.kind].format(f", {inside}" if inside else "")


# --- the case ---------------------------------------------------------------------------------------------------------------------


def _gain(made: Worlds, aim: Aim, computing: Array, lots: tuple[Lot, ...]) -> Array:
    """What each building adds to a target where it runs in time: (building, chip, draw). Wear of accelerators until then is left out."""
    of_it = np.array([not aim.sites or lot.site in aim.sites for lot in lots])
    if aim.own is not None:
        return np.asarray(np.einsum("db,dc->bcd", made.it_power * of_it, aim.own.per_power))
    size = (made.facility_power if aim.kind == "power_facility" else made.it_power) * of_it
    per = computing if aim.kind == "compute_h100e" else np.ones_like(computing)
    return np.asarray(np.einsum("db,dc->bcd", size, per))


def _there(made: Worlds, group: NDArray[np.intp], aims: tuple[Aim, ...], months: tuple[date, ...]) -> NDArray[Any]:
    """Share of the draws of each world in which an option runs by the day of a target; yes or no where each is one draw.

    (target, building, power, chip, start, world).
    """
    planned, due = days_of(months), [day(aim.target.day) for aim in aims]
    worlds = [np.flatnonzero(group == one) for one in range(group.max() + 1)]
    single = all(len(one) == 1 for one in worlds)
    shape = (len(aims), *made.span.shape[1:], made.ships.shape[1], len(months), len(worlds))
    out = np.empty(shape, dtype=np.bool_ if single else np.float64)
    with np.errstate(invalid="ignore"):
        for place, draws in enumerate(worlds):
            runs = running(made.only(draws), planned)
            for at, last in enumerate(due):
                out[at, ..., place] = (runs <= last).mean(axis=0)
    return out


def _by_world(values: Array, group: NDArray[np.intp]) -> Array:
    """Means over the draws of each world, the draws last."""
    return np.stack([values[..., group == one].mean(axis=-1) for one in range(group.max() + 1)], axis=-1)


def _reached(runs: Array, chosen: NDArray[np.intp], aims: tuple[Aim, ...], gains: list[Array], fixed: Array, later: float = 0.0) -> Array:
    """What there is of each target so many days after its day, if this (4, choice) runs from some days on: (target, draw)."""
    new = [gain[chosen[0], chosen[2]].T * (runs <= day(aim.target.day) + later) for aim, gain in zip(aims, gains, strict=True)]
    return np.asarray(fixed + np.stack([one.sum(axis=1) for one in new]))


def _expected(made: Worlds, months: tuple[date, ...]) -> Expected:
    """Means of the dates of every option over all draws, cancelled or not."""
    planned, parts = days_of(months), range(0, made.draws, _AT_ONCE)
    sums: list[Array] = []
    for first in parts:
        dates = dates_of(made.only(np.arange(first, min(first + _AT_ONCE, made.draws))), planned)
        part = [one.sum(axis=0) for one in dates]
        sums = [one + other for one, other in zip(sums, part, strict=True)] if sums else part
    return Expected(*(one / made.draws for one in sums))


def _chosen(
    made: Worlds, queues: Queues, asked: BuildAsked, gains: list[Array], fixed: Array, months: tuple[date, ...], offered: Mask,
    by_site: list[list[int]], spacing: tuple[int, ...],
) -> Standing:  # fmt: skip
    """The worlds that stand for all, by what plans at random reach of each target some months before and after its day, and on it.

    With crews and the queue for accelerators and without.
    """
    plans = plans_at_random(by_site, offered, spacing, made.ships.shape[1], len(months), _PLANS, asked.seed)
    reached, planned = [fixed], days_of(months)
    for plan in (one for one in plans if one.size):
        runs = (running_of(made, plan[0], plan[1], plan[2], planned[plan[3]]), operation_with_queues(made, queues, plan, planned[plan[3]]))
        reached += [_reached(one, plan, asked.aims, gains, fixed, later) for one in runs for later in (-_ASIDE, 0.0, _ASIDE)]
    return (alike if asked.groups else standing_for)(np.concatenate(reached), asked.worlds)


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
    ground, chips = decisions_of(now, asked.powers, asked.further), chips_for(now, asked.chips)
    months = months_for(now, asked.first, asked.last or max(aim.target.day for aim in asked.aims))
    if not ground.lots:
        raise InputError(f"nothing to decide: work has begun on every phase of {now.programme.name} that is not given up")
    laid = Laid(programme, now, ground, asked.cooling)
    knots = planned_days(months)
    steps = Steps(len(knots) + len(ground.powers) + 2, progress)
    runs = Asked(tuple((day(when), laid.at(when)) for when in knots), tuple(laid.at(knots[0], power) for power in ground.powers))
    made, wanted = worlds_of(runs, [lot.id for lot in ground.lots], chips, ground.offered, asked.draws, asked.seed, steps.done)
    fixed, queues = _others(laid, asked, chips, wanted)
    steps.done()
    prices = UnitPrices.of(now, min(PRICE_DRAWS, asked.draws), asked.seed)
    steps.done()
    return _assembled(now, asked, ground, chips, months, made, queues, fixed, prices)


def _check(asked: BuildAsked, now: Known) -> None:
    """Raise InputError with every target that cannot be planned for, and every power that there is not."""
    faults = list[Fault]()
    sites = [site.id for site in now.sites]
    for aim in asked.aims:
        if aim.kind not in KINDS:
            faults.append(Fault(f'no target of "{aim.kind}"{did_you_mean(aim.kind, KINDS)} (possible: {", ".join(KINDS)})'))
        faults += [Fault(f'no site "{one}"{did_you_mean(one, sites)}') for one in aim.sites if one not in sites]
    faults += [
        Fault(f'no power "{one}"{did_you_mean(one, POWERS)} (all: {", ".join(POWERS)})') for one in asked.powers if one not in POWERS
    ]
    if not asked.aims:
        faults.append(Fault("a plan needs a target: what has to be there, and by when"))
    if faults:
        raise InputError(faults)


def _assembled(
    now: Known, asked: BuildAsked, ground: Decisions, chips: tuple[str, ...], months: tuple[date, ...], made: Worlds, queues: Queues,
    fixed: Array, prices: UnitPrices,
) -> Prepared:  # fmt: skip
    """The case from what was read: worlds chosen, costs and uses at expected dates."""
    computing = computing_power(read(now, COMPUTING, asked.draws, asked.seed), now.axes["chip"], chips)
    gains = [_gain(made, aim, computing, ground.lots) for aim in asked.aims]
    fixed = np.stack([row if aim.own is None else aim.own.begun for row, aim in zip(fixed, asked.aims, strict=True)])
    sites = tuple(one.id for one in ground.grounds)
    by_site = [[place for place, lot in enumerate(ground.lots) if lot.site == site] for site in sites]
    spacing = _spacing(made, ground.lots, sites)
    with np.errstate(invalid="ignore"):
        chosen, group, weights, error = _chosen(made, queues, asked, gains, fixed, months, ground.offered, by_site, spacing)
        dates = _expected(made, months)
        money, building, chip = money_of(prices), building_of(prices, made), chips_of(prices, chips)
        supply = supply_of_powers(prices, ground.powers, made, _grid_wait(made, ground.powers))
        costs, uses = costs_of(building, supply, chip, dates, money), uses_of(building, supply, chip, dates, money, _year_ends(now))
        allowed = np.broadcast_to(ground.offered[:, :, None, None], dates.operation.shape) & np.isfinite(dates.operation)
        costs, uses = costs.only(allowed), uses.only(allowed)
    size = [np.median(values, axis=0) for values in (made.it_power, made.facility_power)]
    decided = tuple(
        Decided(lot.id, sites.index(lot.site), float(size[0][place]), float(size[1][place]), lot.further)
        for place, lot in enumerate(ground.lots)
    )
    case = BuildCase(
        sites, decided, ground.powers, chips, months, allowed, costs.total,
        np.stack([_by_world(gain, group) for gain in gains]), _there(made, group, asked.aims, months), _by_world(fixed, group),
        weights, tuple(aim.target for aim in asked.aims), (), tuple(0.0 for _ in sites), spacing,
    )  # fmt: skip
    basis = (*prices.basis, *_assumed(ground))
    return Prepared(
        case, ground.lots, ground.grounds, asked.aims, made, queues, chosen, group, fixed, computing, dates, costs, uses, basis,
        _waits(made, sites, ground), _under_way(now, ground.lots), error, asked.seed,
    )  # fmt: skip


def _grid_wait(made: Worlds, powers: tuple[str, ...]) -> Array:
    """Expected days from the start of work to the grid, by building; nought where no grid is asked for."""
    if "grid" not in powers:
        return np.zeros(made.span.shape[1])
    return np.asarray(np.nan_to_num(made.span[:, :, powers.index("grid")].mean(axis=0)))


def _year_ends(now: Known) -> dict[int, float]:
    """The last day of each year of the clock from the day of knowledge on."""
    last = now.months[-1]
    return {year: min(day(date(year, 12, 31)), day(last)) for year in range(now.as_of.year, last.year + 1)}


def _under_way(now: Known, lots: tuple[Lot, ...]) -> tuple[str, ...]:
    """Phases of sites that stay as the file has them: begun, and not given up."""
    decided = {lot.id for lot in lots}
    return tuple(phase.id for phase in now.phases if phase.site != UNSITED and phase.id not in decided and not given_up(now, phase))


def _waits(made: Worlds, sites: tuple[str, ...], ground: Decisions) -> dict[tuple[str, str], Waits]:
    """How long each power of a site takes, at its first decided building."""
    out = {}
    for site in sites:
        first = next(place for place, lot in enumerate(ground.lots) if lot.site == site)
        for at, power in enumerate(ground.powers):
            if ground.offered[first, at]:
                low, middle, high = (float(one) for one in np.quantile(made.span[:, first, at], (0.1, 0.5, 0.9)))
                out[site, power] = Waits(low, middle, high)
    return out


def _assumed(ground: Decisions) -> list[Basis]:
    """Further buildings as assumptions: how many of them a site is taken to have room for."""
    return [
        Basis(
            one.id,
            "further buildings",
            float(number),
            "1",
            "assumed",
            "",
            "D",
            "like its last one, as many as its land or its own size allow",
        )
        for one in ground.grounds
        if (number := sum(lot.further for lot in ground.lots if lot.site == one.id))
    ]
