"""From a programme and what is asked to the case that is solved: dates and worlds, costs, uses, and the numbers all of it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.simulate import case_of
from stargauge.plan.build_order.case.as_it_stands import Stands, as_expected, stands_of
from stargauge.plan.build_order.case.case import BuildCase, Choice
from stargauge.plan.build_order.case.case import Building as Decided
from stargauge.plan.build_order.case.choices import FILE, POWERS, Ground, Lot
from stargauge.plan.build_order.case.costs import Costs, Expected, Uses, costs_of, uses_of
from stargauge.plan.build_order.case.decisions import Decisions, Laid, NothingToDecide, chips_for, decisions_of, months_for, why_nothing
from stargauge.plan.build_order.case.reach import Aim, AsFiled, Own, by_world, gain_of, reached_of, there_of
from stargauge.plan.build_order.case.standing_for import Standing, groups_of_draws, plans_at_random, whole_plans
from stargauge.plan.build_order.case.unit_prices import (
    COMPUTING,
    UnitPrices,
    building_of,
    chips_of,
    computing_power,
    money_of,
    supply_of_powers,
)
from stargauge.plan.build_order.case.worlds import (
    Asked,
    Steps,
    Worlds,
    dates_of,
    days_of,
    planned_days,
    read,
    running_of,
    with_file,
    worlds_of,
)
from stargauge.plan.build_order.orders.queues import QUEUES, Queues, operation_with_queues
from stargauge.plan.build_order.told.filed import KINDS, Filed, address_of, addresses_of, filed_of, symbolic_starts
from stargauge.plan.build_order.told.shown import UnderWay, Waits, assumed, notes_of, under_way, waits_of
from stargauge.plan.offers import Basis
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import day, month_label
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

__all__ = ["KINDS", "Aim", "BuildAsked", "Own", "Prepared", "UnderWay", "Waits", "prepare"]
Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Progress = Callable[[int, int], None]

#: Of how many draws unit prices are means.
PRICE_DRAWS = 512
_MONTH = 365.25 / 12.0
#: By how many plans at random worlds are chosen, and how many days beside the day of a target too; draws worked on at once.
_PLANS, _ASIDE, _AT_ONCE = 120, 180.0, 64


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


@dataclass(frozen=True)
class Prepared:
    """The case and what it is made of.

    `lots`, `grounds`: what is decided, and the sites; `all_worlds`: every draw, `group` the world of each, `chosen` the draw in the middle
    of each, `error` how far worlds are off, in shares of draws; `fixed`: (target, draw); `dates`: expected days of every option; `waits`:
    by site and power; `under_way`: phases that are not decided; `left`: buildings as the file has them, `stands`: what they come to;
    `today`: the day of knowledge; `notes`: what to know of it all; `memo`: dates that were reckoned once for all that is made of these
    draws.
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
    under_way: tuple[UnderWay, ...]
    left: AsFiled
    error: float
    seed: int
    today: date
    stands: Stands | None
    notes: tuple[str, ...] = ()
    memo: dict[tuple[Any, ...], NDArray[Any]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def draws(self) -> int:
        """How many draws the worlds were chosen from."""
        return self.all_worlds.draws

    def held(self, floors: Array) -> Prepared:
        """The same with no building running before a day (building, draw; minus infinity where there is none), as measured of a plan.

        What is left as the file has it runs as in the run of the file all the same.
        """
        return self._with(replace(self.all_worlds, floor=floors.T))

    def _with(self, made: Worlds) -> Prepared:
        there = there_of(made, self.group, self.aims, self.case.months, self.left, self._shares(self.aims))
        return replace(self, all_worlds=made, case=replace(self.case, there=there))

    def there(self, place: int, when: date) -> Array:
        """In which share an option runs by another day than that of a target, as `BuildCase.there` has it: (building, ..., world)."""
        aim = self.aims[place]
        moved = (aim._replace(target=aim.target._replace(day=when)),)
        return np.asarray(there_of(self.all_worlds, self.group, moved, self.case.months, self.left, self._shares(moved))[0])

    def _shares(self, aims: Sequence[Aim]) -> list[Array]:
        """By target, of what is left as the file has it: (building, world)."""
        gains = [gain_of(self.all_worlds, aim, self.computing, self.lots) for aim in aims]
        return [self.left.share(aim, gain, self.group) for aim, gain in zip(aims, gains, strict=True)]

    def start_of(self, one: Choice) -> date | None:
        """The day on which work on what is chosen is to start: its month; of what is left as the file has it the P50 of the file's run.

        None where that lies before the day of knowledge, on which nothing of it had been seen: it is then as the file has it.
        """
        if one.power != self.all_worlds.file:
            return self.case.months[one.start]
        filed = self.left.filed.begun.get(self.lots[one.building].id)
        return filed if filed is not None and filed > self.today else None

    @property
    def as_filed(self) -> tuple[Choice, ...]:
        """The programme as it stands, as an order of build: all that is decided left as the file has it; empty where it may not be."""
        file, starts = self.all_worlds.file, self.left.starts
        return tuple(Choice(at, file, self.left.chip, int(starts[at])) for at in np.flatnonzero(starts >= 0).tolist()) if file >= 0 else ()

    def operation(self, chosen: Sequence[Choice], queues: bool = False) -> Array:
        """Day of operation of what is chosen in every draw, infinity where it is cancelled before: (draw, choice).

        `queues`: as the whole model has it, with crews and the queue for accelerators, not the days held to.
        """
        places = _places(chosen)
        planned = days_of(self.case.months)[places[3]]
        if queues:
            return operation_with_queues(self.all_worlds, self.queues, places, planned)
        return running_of(self.all_worlds, places[0], places[1], places[2], planned)

    def reached(self, chosen: Sequence[Choice], queues: bool = False) -> Array:
        """What there is of each target in every draw if this is built: (target, draw). `queues`: as `operation` has them."""
        gains = [gain_of(self.all_worlds, aim, self.computing, self.lots) for aim in self.aims]
        runs = self.operation(chosen, queues)
        return reached_of(runs, _places(chosen), self.aims, gains, self.fixed, self.left, self.all_worlds.file)


def _places(chosen: Sequence[Choice]) -> NDArray[np.intp]:
    """Choices as places: (4, choice)."""
    return np.array(chosen, dtype=np.intp).reshape(-1, 4).T


# --- runs -------------------------------------------------------------------------------------------------------------------------


def _others(laid: Laid, asked: BuildAsked, chips: tuple[str, ...]) -> tuple[Array, Queues, Filed]:
    """What there is of each target by its day if nothing more is begun, (target, draw); what stands in the queues then; and the run of the
    file."""
    base, lots = laid.at(laid.now.months[-1], cancelled=True), laid.ground.lots
    addresses = [address_of(aim.kind, aim.sites) for aim in asked.aims]
    kinds = [(aim.kind, aim.sites) for aim in asked.aims if aim.own is None]
    got = read(base, QUEUES, asked.draws, asked.seed, [*addresses, *addresses_of(kinds, lots).values()])
    places = [base.axes["month"].index(month_label(aim.target.day)) for aim in asked.aims]
    fixed = np.stack([np.nan_to_num(got[address][:, place]) for address, place in zip(addresses, places, strict=True)])
    phases, axis = [base.axes["phase"].index(lot.id) for lot in lots], base.axes["chip"]
    filed = filed_of(laid.now, lots, kinds, got, base.axes["phase"], asked.draws, asked.seed)
    wanted = np.where(np.isfinite(filed.wanted), filed.wanted, got["racks_wanted"])
    chosen = np.array([axis.index(chip) for chip in chips], dtype=np.intp)
    return fixed, Queues(got, wanted, np.array(phases, dtype=np.intp), chosen, base.axes["phase"]), filed


# --- the case ---------------------------------------------------------------------------------------------------------------------


def _expected(made: Worlds, months: tuple[date, ...], filed: Filed) -> Expected:
    """Means of the dates of every option over all draws, cancelled or not; of what is left as the file has it from its run."""
    end = float(filed.months[-1])
    planned, parts = days_of(months), range(0, made.draws, _AT_ONCE)
    sums: list[Array] = []
    for first in parts:
        dates = dates_of(made.only(np.arange(first, min(first + _AT_ONCE, made.draws))), planned)
        within = [np.minimum(dates.operation, end), (dates.operation <= end).astype(np.float64)]
        part = [one.sum(axis=0) for one in (*dates, *within)]
        sums = [one + other for one, other in zip(sums, part, strict=True)] if sums else part
    start, ready, operation, served, arrives = (one / made.draws for one in sums)
    start = np.repeat(start[:, None], ready.shape[1], axis=1)
    if made.file >= 0:
        for whole, own in zip((start, ready, operation, served, arrives), as_expected(filed, end), strict=True):
            whole[:, made.file] = own[:, 0]
    return Expected(start, ready, operation, served, arrives)


def _chosen(
    made: Worlds, queues: Queues, asked: BuildAsked, gains: list[Array], fixed: Array, months: tuple[date, ...], offered: Mask,
    by_site: list[list[int]], spacing: tuple[int, ...], left: AsFiled,
) -> Standing:  # fmt: skip
    """The worlds that stand for all, by what plans at random reach of each target some months before and after its day, and on it, and by
    whether they and those that build all as early as can be keep it. With crews and the queue for accelerators and without.
    """
    planned, amounts = days_of(months), np.array([aim.target.amount for aim in asked.aims])[:, None] * (1.0 - 1e-9)

    def rows(plans: list[NDArray[np.intp]], apart: tuple[float, ...]) -> list[Array]:
        out = list[Array]()
        for plan in plans:
            days = planned[plan[3]]
            for runs in (running_of(made, plan[0], plan[1], plan[2], days), operation_with_queues(made, queues, plan, days)):
                out += [reached_of(runs, plan, asked.aims, gains, fixed, left, made.file, later) for later in apart]
        return out

    plans = plans_at_random(by_site, offered, spacing, made.ships.shape[1], len(months), _PLANS, asked.seed)
    reached = [fixed, *rows([plan for plan in plans if plan.size], (-_ASIDE, 0.0, _ASIDE))]
    whole = rows([plan for plan in whole_plans(by_site, offered, spacing, left.chip, len(months)) if plan.size], (0.0,))
    kept = [np.concatenate([one >= amounts for one in some]).astype(np.float64) for some in (reached, whole or [fixed])]
    stated = fixed + np.stack([left.amount(aim, gain).sum(axis=1) for aim, gain in zip(asked.aims, gains, strict=True)])
    return groups_of_draws(np.concatenate(reached), kept, (stated >= amounts).sum(axis=0), asked.worlds)


def _months(now: Known, asked: BuildAsked, ground: Decisions) -> tuple[tuple[date, ...], int]:
    """Month ends in which work may start, and how many of them it may; further ones only stand for starts of the file, spacing kept."""
    made = months_for(now, asked.first, asked.last or max(aim.target.day for aim in asked.aims))
    usual = int(np.ceil(float(case_of(now).values(["building_spacing"])["building_spacing"]) / _MONTH)) + 1
    most = max((sum(lot.site == one.id and not lot.further for lot in ground.lots) for one in ground.grounds), default=1)
    more = [month for month in now.months if month > made[-1]] if FILE in ground.powers else []
    return (*made, *more[: max(usual * (most - 1) + 1 - len(made), 0)]), len(made)


def _spacing(made: Worlds, lots: tuple[Lot, ...], sites: tuple[str, ...], months: int) -> tuple[int, ...]:
    """Months between two starts of work at a site with several buildings: the median time its crew is with one, to the nearest month.

    Less where the clock has not so many: what the file has at a site has to have its place.
    """
    usual = max(round(float(np.median(made.spacing)) / _MONTH), 0)
    here = [sum(lot.site == site for lot in lots) for site in sites]
    filed = [sum(lot.site == site and not lot.further for lot in lots) for site in sites]
    most = [(months - 1) // (count - 1) if made.file >= 0 and count > 1 else usual for count in filed]
    return tuple(min(usual, room) if count > 1 else 0 for count, room in zip(here, most, strict=True))


def prepare(programme: Programme, now: Known, asked: BuildAsked, progress: Progress | None = None) -> Prepared:
    """The case of what is asked of a programme as known on a day, without limits.

    `progress(done, all)`: told as runs of the model are done. Raises InputError where a target is of no kind that can be planned, a site or
    an accelerator is not known, or there is nothing to decide.
    """
    _check(asked, now)
    ground, chips = decisions_of(now, asked.powers, asked.further), chips_for(now, asked.chips)
    if not ground.lots:
        raise NothingToDecide(why_nothing(now).text)
    if not ground.powers:
        possible = ", ".join(decisions_of(now, (), asked.further).powers)
        raise InputError(
            [
                Fault(
                    say(
                        "{powers}: at none of its sites to be had (possible: {possible})", powers=", ".join(asked.powers), possible=possible
                    ),
                    "powers",
                )
            ]
        )
    months, open_months = _months(now, asked, ground)
    laid = Laid(programme, now, ground, asked.cooling)
    knots, designed = planned_days(months), [power for power in ground.powers if power != FILE]
    steps = Steps(len(knots) + len(designed) + 2, progress)
    runs = Asked(tuple((day(when), laid.at(when)) for when in knots), tuple(laid.at(knots[0], power) for power in designed))
    made = worlds_of(runs, [lot.id for lot in ground.lots], chips, ground.offered, asked.draws, asked.seed, steps.done)
    fixed, queues, filed = _others(laid, asked, chips)
    made = with_file(made, filed.runs) if FILE in ground.powers else made
    steps.done()
    prices = UnitPrices.of(now, min(PRICE_DRAWS, asked.draws), asked.seed)
    steps.done()
    return _assembled(now, asked, ground, chips, months, open_months, made, queues, fixed, filed, prices)


def _check(asked: BuildAsked, now: Known) -> None:
    """Raise InputError with every target that cannot be planned for, and every power that there is not."""
    faults = list[Fault]()
    sites = [site.id for site in now.sites]
    for aim in asked.aims:
        if aim.kind not in KINDS:
            faults.append(
                Fault(
                    say(
                        'no target of "{kind}"{near} (possible: {kinds})',
                        kind=aim.kind,
                        near=did_you_mean(aim.kind, KINDS),
                        kinds=", ".join(KINDS),
                    )
                )
            )
        faults += [Fault(say('no site "{one}"{near}', one=one, near=did_you_mean(one, sites))) for one in aim.sites if one not in sites]
    faults += [
        Fault(say('no power "{name}"{near} (all: {known})', name=one, near=did_you_mean(one, POWERS), known=", ".join(POWERS)))
        for one in asked.powers
        if one not in POWERS
    ]
    if not asked.aims:
        faults.append(Fault(say("a plan needs a target: what has to be there, and by when")))
    if faults:
        raise InputError(faults)


def _assembled(
    now: Known, asked: BuildAsked, ground: Decisions, chips: tuple[str, ...], months: tuple[date, ...], open_months: int, made: Worlds,
    queues: Queues, fixed: Array, filed: Filed, prices: UnitPrices,
) -> Prepared:  # fmt: skip
    """The case from what was read: worlds chosen, costs and uses at expected dates."""
    computing = np.nan_to_num(computing_power(read(now, COMPUTING, asked.draws, asked.seed), now.axes["chip"], chips))  # not stated: none
    gains = [gain_of(made, aim, computing, ground.lots) for aim in asked.aims]
    fixed = np.stack([row if aim.own is None else aim.own.begun for row, aim in zip(fixed, asked.aims, strict=True)])
    sites = tuple(one.id for one in ground.grounds)
    by_site = [[place for place, lot in enumerate(ground.lots) if lot.site == site] for site in sites]
    spacing = _spacing(made, ground.lots, sites, len(months))
    left = _left(made, filed, computing, ground.lots, by_site, spacing, months)
    with np.errstate(invalid="ignore"):
        chosen, group, weights, error = _chosen(made, queues, asked, gains, fixed, months, ground.offered, by_site, spacing, left)
        dates = _expected(made, months, filed)
        money, building, chip = money_of(prices), building_of(prices, made), chips_of(prices, chips, ground.powers)
        supply = supply_of_powers(prices, ground.powers, made, _grid_wait(made, ground.powers))
        costs, uses = costs_of(building, supply, chip, dates, money), uses_of(building, supply, chip, dates, money, _year_ends(now))
        stands = stands_of(prices, made, filed, ground.lots, chips[left.chip], _year_ends(now))
        allowed = _allowed(ground.offered, dates.operation, made.file, left, open_months)
        costs, uses = costs.only(allowed), uses.only(allowed)
    shares = [left.share(aim, gain, group) for aim, gain in zip(asked.aims, gains, strict=True)]
    size = [np.median(values, axis=0) for values in (made.it_power, made.facility_power)]
    decided = tuple(
        Decided(lot.id, sites.index(lot.site), float(size[0][place]), float(size[1][place]), lot.further)
        for place, lot in enumerate(ground.lots)
    )
    case = BuildCase(
        sites, decided, ground.powers, chips, months, allowed, costs.total,
        np.stack([by_world(gain, group) for gain in gains]),
        there_of(made, group, asked.aims, months, left, shares),
        by_world(fixed, group), weights, tuple(aim.target for aim in asked.aims), (), tuple(0.0 for _ in sites), spacing,
    )  # fmt: skip
    basis = (*prices.basis, *assumed(ground))
    return Prepared(
        case, ground.lots, ground.grounds, asked.aims, made, queues, chosen, group, fixed, computing, dates, costs, uses, basis,
        waits_of(made, filed, sites, ground), under_way(now, ground.lots, filed), left, error, asked.seed, now.as_of, stands,
        notes_of(made),
    )  # fmt: skip


def _left(
    made: Worlds, filed: Filed, computing: Array, lots: tuple[Lot, ...], by_site: list[list[int]], spacing: tuple[int, ...],
    months: tuple[date, ...],
) -> AsFiled:  # fmt: skip
    """Buildings as the file has them, with the month and the chip, the newest of known computing power, that stand for it."""
    ships = np.median(made.ships, axis=0)
    chip = int(np.lexsort((ships, computing.mean(axis=0) > 0.0))[-1])
    begins = np.where([made.file >= 0 and not lot.further for lot in lots], filed.expected(filed.months[-1])[0], np.nan)
    return AsFiled(filed, chip, symbolic_starts(begins, by_site, spacing, days_of(months)))


def _allowed(offered: Mask, operation: Array, file: int, left: AsFiled, open_months: int) -> Mask:
    """The options there are, (building, power, chip, start): what is left as the file has it is one."""
    out: Mask = offered[:, :, None, None] & np.isfinite(operation) & (np.arange(operation.shape[3]) < open_months)
    if file >= 0:
        known = np.flatnonzero(left.starts >= 0)
        out[:, file] = False
        out[known, file, left.chip, left.starts[known]] = True
    return out


def _grid_wait(made: Worlds, powers: tuple[str, ...]) -> Array:
    """Expected days from the start of work to the grid, by building; nought where no grid is asked for."""
    if "grid" not in powers:
        return np.zeros(made.span.shape[1])
    return np.asarray(np.nan_to_num(made.span[:, :, powers.index("grid")].mean(axis=0)))


def _year_ends(now: Known) -> dict[int, float]:
    """The last day of each year of the clock from the day of knowledge on."""
    last = now.months[-1]
    return {year: min(day(date(year, 12, 31)), day(last)) for year in range(now.as_of.year, last.year + 1)}
