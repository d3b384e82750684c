"""What orders of a site bring in every draw, the crew of the site reckoned; and whole orders with the queue for accelerators too.

What `Prepared.reached` gives for one order, made for many: dates of options, which no order changes, are reckoned once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Array, Choice, Mask
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.reach import gain_of
from stargauge.plan.build_order.case.worlds import days_of, given_up, starts_at
from stargauge.quantity.dates import day
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.schedule.network import queued

Places = NDArray[np.intp]
Single = NDArray[np.float32]
Starts = tuple[int, ...]

_OPERATIONAL = STAGES.index("operational")
#: By how much later than it is wanted a crew has to come for the wait to count, days: as `model.network.crew_ready` has it.
_LATE = 1e-6


class SiteOrder(NamedTuple):
    """What is built at a site: its power (-1 where nothing is), and start and accelerator of each of its first buildings."""

    power: int = -1
    starts: Starts = ()
    chips: tuple[int, ...] = ()


NOTHING = SiteOrder()


class Hand(NamedTuple):
    """Of one order of a site in every draw: the days on which it wants racks (draw, phase of the site); for each of its buildings by when
    racks have to come for each target (target, choice, draw), minus infinity where it is late without any queue or never runs; and what
    each adds (target, choice, draw).
    """

    wanted: Array
    due: Array
    adds: Array


class ByDraw:
    """Options of a prepared case in every draw. Amounts are shares of what each target asks for."""

    def __init__(self, made: Prepared) -> None:
        self.made, self.case, self.worlds, self.queues = made, made.case, made.all_worlds, made.queues
        self.days = days_of(self.case.months)
        got, targets = self.queues.got, self.case.targets
        self.unit = np.array([one.amount if one.amount > 0.0 else 1.0 for one in targets])
        self.need = np.array([one.amount for one in targets]) / self.unit * (1.0 - 1e-9)
        self.fixed = made.fixed / self.unit[:, None]
        gains = [gain_of(self.worlds, aim, made.computing, made.lots) for aim in made.aims]
        self.filed = [made.left.amount(aim, gain).T / unit for aim, gain, unit in zip(made.aims, gains, self.unit, strict=True)]
        self.gains = [gain / unit for gain, unit in zip(gains, self.unit, strict=True)]
        self.last = np.array([day(aim.target.day) for aim in made.aims])
        self.busy = got["building_spacing"]
        self.planned = ~np.isnan(got["observed_date"][:, _OPERATIONAL]) | ~np.isnan(got["slipped_date"][:, _OPERATIONAL])
        self.work = np.where(got["phase_placed"] > 0.5, 0.0, np.nan_to_num(got["phase_it_power"]) / got["accelerator_supply"][:, None])
        sites = [int(self.worlds.site[places[0]]) if places else -1 for places in self.case.by_site]
        self.phases = [np.flatnonzero(got["phase_site"].astype(np.intp) == one) for one in sites]
        self.idle = got["racks_wanted"]
        self._hands: dict[tuple[int, SiteOrder], Hand] = {}

    # --- options ------------------------------------------------------------------------------------------------------------------

    def start(self, building: int) -> Array:
        """Day on which work really starts, by planned start: (start, draw)."""
        kept = self.made.memo
        if ("start", building) not in kept:
            kept["start", building] = np.ascontiguousarray(self._start(building).T)
        return np.asarray(kept["start", building])

    def _start(self, building: int) -> Array:
        one = self.worlds.starts[:, building : building + 1]
        return starts_at(_Knots(self.worlds.knots, one), self.days)[:, 0]  # type: ignore[arg-type]

    def ready(self, building: int, power: int, starts: Places) -> Array:
        """Day on which hall and power are there: (start, draw), of some starts."""
        return np.fmax(self.start(building)[starts] + self.worlds.span[:, building, power], self.worlds.since[:, building, power])

    def lost(self, building: int, power: int) -> Mask:
        """Whether an option is given up before it has power: (start, draw)."""
        kept = self.made.memo
        if ("lost", building, power) not in kept:
            start, every = self.start(building), np.arange(len(self.days))
            site = np.full(len(every), self.worlds.site[building])
            kept["lost", building, power] = given_up(self.worlds, start.T, self.ready(building, power, every).T, site).T.copy()
        return np.asarray(kept["lost", building, power])

    def runs(self, building: int, power: int, chip: int) -> list[Mask]:
        """Whether an option runs by the day of each target, no crew and no queue waited for: (start, draw) each."""
        every = np.arange(len(self.days))
        there = np.fmax(self.ready(building, power, every), self.worlds.ships[:, chip]) + self.worlds.racks[:, building]
        return [(there <= last) & ~self.lost(building, power) for last in self.last]

    # --- orders of a site ---------------------------------------------------------------------------------------------------------

    def choices(self, site: int, one: SiteOrder) -> tuple[Choice, ...]:
        """An order of a site as choices."""
        places = self.case.by_site[site]
        return tuple(Choice(at, one.power, chip, start) for at, chip, start in zip(places, one.chips, one.starts, strict=False))

    def orders(self, chosen: Sequence[Choice]) -> list[SiteOrder]:
        """Choices as an order of each site."""
        out = []
        for places in self.case.by_site:
            here = sorted(one for one in chosen if one.building in places)
            out.append(SiteOrder(here[0].power, tuple(one.start for one in here), tuple(one.chip for one in here)) if here else NOTHING)
        return out

    def brought(self, site: int, orders: Sequence[SiteOrder]) -> Single:
        """What orders of a site add to each target, their crew waited for and no queue: (target, order, draw), single precision."""
        out = np.zeros((len(self.need), len(orders), self.worlds.draws), dtype=np.float32)
        kinds: dict[tuple[int, int], list[int]] = {}
        for place, one in enumerate(orders):
            kinds.setdefault((one.power, len(one.starts)), []).append(place)
        for (power, count), at in kinds.items():
            if not count:
                continue
            places = self.case.by_site[site][:count]
            if power == self.worlds.file:
                out[:, at] = np.stack([filed[list(places)].sum(axis=0) for filed in self.filed])[:, None]
                continue
            starts = np.array([orders[one].starts for one in at], dtype=np.intp)
            chips = np.array([orders[one].chips for one in at], dtype=np.intp)
            for number, (building, there) in enumerate(zip(places, self._with_crew(site, power, places, starts), strict=True)):
                there = np.fmax(there, self.worlds.ships.T[chips[:, number]]) + self.worlds.racks[:, building]
                there[self.lost(building, power)[starts[:, number]]] = np.inf
                for place, (last, gain) in enumerate(zip(self.last, self.gains, strict=True)):
                    out[place, at] += (there <= last) * gain[building, chips[:, number]]
        return out

    def _with_crew(self, site: int, power: int, places: Sequence[int], starts: Places) -> list[Array]:
        """Day on which hall, power and crew are there for each of the first buildings of a site: (order, draw) each, of starts (order,
        building). By `model.network.crew_ready`, one crew in the order of the phases."""
        of = {int(self.queues.phases[building]): number for number, building in enumerate(places)}
        out = list[Array]([np.empty(0)] * len(places))
        free: Array = np.full(self.worlds.draws, -np.inf)
        for phase in self.phases[site].tolist():
            number = of.get(phase)
            if number is None:
                free = np.maximum(self._wanted(phase, power), free) + self.busy
                continue
            ready = self.ready(places[number], power, starts[:, number])
            begins = np.maximum(ready, free)
            free = begins + self.busy
            out[number] = np.where((begins > ready + _LATE) & ~self.planned[:, phase], begins, ready)
        return out

    def _wanted(self, phase: int, power: int) -> Array:
        """Day on which a phase for which nothing is chosen wants racks: in the run of the file at a site that is left as it has it."""
        return np.asarray((self.queues.filed if power == self.worlds.file >= 0 else self.idle)[:, phase])

    def hand(self, site: int, one: SiteOrder) -> Hand:
        """An order of a site by itself, for `reached`."""
        if (site, one) not in self._hands:
            self._hands[site, one] = self._hand(site, one)
        return self._hands[site, one]

    def _hand(self, site: int, one: SiteOrder) -> Hand:
        count, draws = len(one.starts), self.worlds.draws
        places = self.case.by_site[site][:count]
        wanted = np.empty((draws, len(self.phases[site])))
        for at, phase in enumerate(self.phases[site].tolist()):
            wanted[:, at] = self._wanted(phase, one.power)
        due, adds = np.full((len(self.need), count, draws), np.inf), np.zeros((len(self.need), count, draws))
        if not count:
            return Hand(wanted, due, adds)
        column = [int(np.flatnonzero(self.phases[site] == self.queues.phases[building])[0]) for building in places]
        if one.power == self.worlds.file:
            wanted[:, column] = self.queues.filed[:, self.queues.phases[list(places)]]
            return Hand(wanted, due, np.stack([filed[list(places)] for filed in self.filed]))
        crewed = self._with_crew(site, one.power, places, np.array([one.starts], dtype=np.intp))
        for number, (building, chip, start) in enumerate(zip(places, one.chips, one.starts, strict=True)):
            wanted[:, column[number]] = self.ready(building, one.power, np.array([start]))[0]
            there = np.fmax(crewed[number][0], self.worlds.ships[:, chip])
            for place, (last, gain) in enumerate(zip(self.last, self.gains, strict=True)):
                racks = self.worlds.racks[:, building]
                good = (there + racks <= last) & ~self.lost(building, one.power)[start]
                due[place, number] = np.where(good, last - racks, -np.inf)
                adds[place, number] = gain[building, chip]
        return Hand(wanted, due, adds)

    # --- whole orders -------------------------------------------------------------------------------------------------------------

    def reached(self, orders: Sequence[SiteOrder]) -> Array:
        """What there is of each target in every draw, with crews and the queue for accelerators, as a share of its unit: (target, draw)."""
        hands = [self.hand(site, one) for site, one in enumerate(orders)]
        wanted = self.idle.copy()
        for phases, hand in zip(self.phases, hands, strict=True):
            wanted[:, phases] = hand.wanted
        released = wanted - self.queues.got["accelerator_lead_time"][:, None]
        relevant = np.flatnonzero((self.work > 0.0).any(axis=0) & (released.min(axis=0) <= self.last.max()))
        served = released.copy()
        served[:, relevant] = queued(released[:, relevant], self.work[:, relevant])
        out = self.fixed.copy()
        for site, (one, hand) in enumerate(zip(orders, hands, strict=True)):
            if one.starts:
                at = self.queues.phases[list(self.case.by_site[site][: len(one.starts)])]
                out += np.where(served[:, at].T[None] <= hand.due, hand.adds, 0.0).sum(axis=1)
        return np.asarray(out)


class _Knots(NamedTuple):
    """What `starts_at` reads."""

    knots: Array
    starts: Array
