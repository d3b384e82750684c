"""Which source gives how much in each hour: one pass over a year by a fixed order of sources, for many draws at once.

The rule of an hour. Sources are asked in the order given; each gives as much as is still needed and it can:
1. what gives what it gives (sun, wind, a contract) up to its output of the hour; the grid up to its limit; a battery up to its power and
   what it holds; a plant up to the units that are up, within its ramp, as many units as it takes, none below its minimum load.
2. What plants must give beyond need is taken back from sources that can be turned down, the last in the order first.
3. What is left of that, and what nobody took of sun, wind and contracts, charges the battery; then the sources that may charge it do,
   plants only with units that run anyway. The rest is curtailed.
4. What is still needed is the shortfall.
A part of the load may be the only one that some sources feed: each of them gives at most what that part still needs. What such a plant must
give beyond need is turned down as any other's.

Nothing looks ahead. Power in W, energy in Wh; an hour is one step, and power is its mean. Inside, arrays have the hour first (hour, draw);
results have the draw first. A column need not be a draw: draws of several sites may stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.power.dispatch_clock import Clock, ClockSums, joined_clocks
from stargauge.quantity.power.dispatch_steps import BLOCK, WHOLE, Flow, PartOfLoad, Rows, Store, Units, over_hours, step_of
from stargauge.quantity.power.hourly import MONTH_ENDS, Feed, Hourly
from stargauge.quantity.power.power_sources import Battery, Grid, Part, Source, checked, part_faults
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Share of the load of an hour below which what is missing is rounding.
_LEAST = 1e-9
#: Share of the load of an hour that has to be missing for the hour to count as one without: a watt of a gigawatt is no outage.
_COUNTED = 1e-6


class HourSeries(NamedTuple):
    """One draw hour by hour: the mean power of each hour in W."""

    draw: int
    power: Array  # (source, hour), sources in the order of dispatch
    load: Array
    shortfall: Array
    charge: Array  # into the battery, at its terminals
    curtailed: Array  # of all sources, with what plants gave that nobody needed
    fuel: Array  # Wh (source, hour)
    stored: Array  # Wh in the battery at the end of each hour


class ShortHours(NamedTuple):
    """Every hour in which a draw lacks something, and what is missing in it: one entry each, in the order of hours."""

    hour: Whole
    draw: Whole
    power: Array  # W


NO_SHORT = ShortHours(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


class Dispatch(NamedTuple):
    """What a pass gives. Axes: draw; source in the order of dispatch; period: months of a year of 365 days, unless told otherwise.

    energy over sources + shortfall = load + charged + dumped                                               (1)
    """

    sources: tuple[str, ...]
    energy: Array  # Wh (draw, source, period): given to the load or the battery; by the battery, what it gives back
    curtailed: Array  # Wh (draw, source, period): what sun, wind and contracts had and nobody took
    dumped: Array  # Wh (draw, period): what plants gave at minimum load or ramp and nobody could take
    charged: Array  # Wh (draw, period) into the battery, at its terminals
    load: Array  # Wh (draw, period)
    shortfall: Array  # Wh (draw, period)
    shortfall_hours: Whole  # (draw,): hours in which more than a millionth of the load is missing, as in the three below
    first_hour: Whole  # (draw,): first hour of shortfall, -1 where there is none
    worst_hour: Whole  # (draw,): hour of the largest shortfall, -1 where there is none
    worst: Array  # W (draw,) that was missing then
    grid_peak: Array  # W (draw, period): most that the grid gave in an hour, for a demand charge
    grid_rates: dict[str, Array]  # (draw, period): each rate of the grid times what it gave, summed
    fuel: Array  # Wh (draw, source, period)
    unit_hours: Array  # h (draw, source): hours that units of plants ran, summed
    starts: Array  # (draw, source): units started
    cycles: Array  # (draw,): energy taken out of the battery over what it could hold at first
    stored: Array  # Wh (draw,) in the battery at the end
    battery_energy: Array  # Wh (draw,) that it can hold at the end
    hours: HourSeries | None  # of the draw asked for
    clock: ClockSums | None = None  # by hour of the day, where asked for
    grid_charges: dict[str, Array] = {}  # (draw, period): each charge of the grid times what it gave, in the hour in which that is most
    short: ShortHours | None = None  # where asked for

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.shortfall_hours)


def dispatch(
    load: Hourly, sources: Sequence[Source], order: Sequence[str], *, period_ends: Sequence[int] | None = None, keep: int | None = None,
    clock: bool = False, short: bool = False, parts: Sequence[Part] = (),
) -> Dispatch:  # fmt: skip
    """Meet a load hour by hour from sources in an order, in one pass over all hours, for all draws at once.

    load: W at the meter; its hours are those of the pass. sources: each once, in any order; order: their names, first asked first.
    period_ends: hours at which periods end, the last one all hours; without it the months of each year of 365 days where the hours are
    whole years, else one period. parts: of the load, each with the sources that feed nothing else. keep: the draw whose hours are kept.
    The number of draws is that of any value given by draw.
    clock: also sums by hour of the day; periods then end with a day. short: also each hour in which something is missing.

    Draws never meet: reordering draws reorders results, to the bit. Raises InputError, which names hour and amount, for what cannot be.
    Source: balance of energy; order of merit. Leaves out: foresight (charging ahead of a need, of a price), export, losses between sources
    and load, network, reactive power, times to start and stop, least times up and down, dependence of a battery on temperature.
    """
    hours = len(np.atleast_1d(np.asarray(load.values)))
    faults, draws = checked(load, sources, order, hours)
    ends = _ends(period_ends, hours)
    if not hours or ends[-1] != hours or any(later <= earlier for earlier, later in zip((0, *ends), ends, strict=False)):
        faults.append(
            Fault(say("period_ends must rise from above 0 to {hours:,}, the hours of the load; got {ends}", hours=hours, ends=tuple(ends)))
        )
    if clock and any(end % BLOCK for end in ends):
        faults.append(Fault(say("sums by hour of the day need periods that end with a day; got ends {ends}", ends=tuple(ends))))
    faults += part_faults(parts, sources)
    if faults:
        raise InputError(faults)
    if keep is not None and not 0 <= keep < draws:
        raise InputError(say("keep = {keep} names no draw; expected 0 to {draws}", keep=keep, draws=draws - 1))
    return _Pass(load, sources, order, hours, draws, ends, keep, clock, short, parts).run()


def joined(parts: Sequence[Dispatch]) -> Dispatch:
    """Passes of other draws over the same hours and sources as one, in their order; the kept hours are those of whichever has some."""
    first = parts[0]
    if len(parts) == 1:
        return first
    rates = {name: np.concatenate([part.grid_rates[name] for part in parts]) for name in first.grid_rates}
    charges = {name: np.concatenate([part.grid_charges[name] for part in parts]) for name in first.grid_charges}
    clocks = [part.clock for part in parts if part.clock is not None]
    made: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in first._fields if name not in ("sources", "grid_rates", "grid_charges", "hours", "clock", "short")
    }  # fmt: skip
    hours = next((part.hours for part in parts if part.hours is not None), None)
    clock = joined_clocks(clocks) if clocks else None
    return first._replace(**made, grid_rates=rates, grid_charges=charges, hours=hours, clock=clock)


def _ends(given: Sequence[int] | None, hours: int) -> tuple[int, ...]:
    if given is not None:
        return tuple(int(end) for end in given) or (0,)
    if hours and hours % YEAR_HOURS == 0:
        return tuple(year * YEAR_HOURS + end for year in range(hours // YEAR_HOURS) for end in MONTH_ENDS)
    return (hours,)


class _Pass:
    """The state of one pass and the sums it fills; sums have the draw last."""

    def __init__(
        self, load: Hourly, sources: Sequence[Source], order: Sequence[str], hours: int, draws: int, ends: tuple[int, ...],
        keep: int | None, clock: bool, short: bool, parts: Sequence[Part],
    ) -> None:  # fmt: skip
        by_name = {source.name: source for source in sources}
        self.order, self.hours, self.draws, self.ends, self.keep = tuple(order), hours, draws, ends, keep
        self.load, self.rows = Feed(load, draws), Rows(draws)
        self.steps = [step_of(by_name[name], hours, draws) for name in order]
        self.units = [step for step in self.steps if isinstance(step, Units)]
        self.spilling = [step for step in self.steps if isinstance(step, Flow) and step.spills]
        self.store = next((step for step in self.steps if isinstance(step, Store)), None)
        self.chargers, self.charge_hours = self._chargers(by_name)
        self.takes_back = any(step.must_run for step in self.units)
        for step in self.units:
            step.counts_early |= self.takes_back or step in self.chargers
        self.flexible = self._flexible() if self.takes_back else []
        self.ramping = [step for step in self.units if step.ramps]
        self.charges_by_hour = any(step in self.ramping for step in self.chargers)
        remembers = [place for place, step in enumerate(self.steps) if step is self.store or step in self.ramping]
        self.ahead = remembers[0] if remembers else len(self.steps)
        for plant in self.units:
            if self.steps.index(plant) >= self.ahead:
                plant.goes_by_hour()
        self.lift, self.backstop = self._lift()
        self.grid = next((step for step in self.steps if isinstance(step, Flow) and not step.spills), None)
        grid = next((source for source in sources if isinstance(source, Grid)), Grid("", Hourly(np.zeros(0))))
        self.rates, self.charges = ({name: Feed(one, draws) for name, one in of.items()} for of in (grid.rates, grid.charges))
        self._sums()
        self.clock = Clock(len(self.order), draws, self.rates) if clock else None
        self.lacks: list[ShortHours] | None = [] if short else None
        self.parts = [PartOfLoad(Feed(one.load, draws), draws) for one in parts]
        own = {name: made for one, made in zip(parts, self.parts, strict=True) for name in one.sources}
        self.gives: dict[Flow | Store | Units, Callable[[int, Rows], None]] = {
            step: step.give if isinstance(step, Store) or name not in own else own[name].giving(step)
            for name, step in zip(order, self.steps, strict=True)
        }

    def _sums(self) -> None:
        periods, places, draws = len(self.ends), len(self.order), self.draws
        self.energy, self.curtailed, self.fuel = (np.zeros((periods, places, draws)) for _ in range(3))
        self.dumped, self.charged, self.met, self.shortfall, self.peak = (np.zeros((periods, draws)) for _ in range(5))
        self.rated, self.charged_most = ({name: np.zeros((periods, draws)) for name in of} for of in (self.rates, self.charges))
        self.unit_hours, self.starts = np.zeros((places, draws)), np.zeros((places, draws))
        self.short_hours, self.worst = np.zeros(draws, dtype=np.int64), np.zeros(draws)
        self.first, self.worst_at = np.full(draws, -1, dtype=np.int64), np.full(draws, -1, dtype=np.int64)
        self.kept = None if self.keep is None else np.zeros((2 * places + 5, self.hours))

    def _chargers(self, by_name: dict[str, Source]) -> tuple[list[Flow | Units], NDArray[np.bool_] | None]:
        battery = next((source for source in by_name.values() if isinstance(source, Battery)), None)
        if battery is None:
            return [], None
        named = [self.steps[self.order.index(name)] for name in battery.charged_by]
        allowed = None if battery.charge_hours is None else np.asarray(battery.charge_hours, dtype=bool)
        return [step for step in named if not isinstance(step, Store)], allowed

    def _flexible(self) -> list[Flow | Store | Units]:
        """What can be turned down, the last in the order first; not the last one where it is a plant without ramp: it is at its floor."""
        out = [step for step in reversed(self.steps) if step not in self.spilling]
        return out[1:] if isinstance(out[0], Units) and not out[0].ramps else out

    def _lift(self) -> tuple[Array | None, Flow | None]:
        """The most that plants after the battery may give beyond need at minimum load, and the grid if it stands between."""
        after = [step for step in self.units if self.steps.index(step) > self.ahead and step.floors]
        if self.store is None or not after:
            return None, None
        first = min(self.steps.index(step) for step in after)
        before = [step for step in self.steps[self.ahead + 1 : first] if isinstance(step, Flow) and not step.spills]
        if any(step.spins for step in after):
            return np.full(self.draws, np.inf), None
        return np.asarray(sum(step.size * step.minimum for step in after)), before[0] if before else None

    def run(self) -> Dispatch:
        """The pass: blocks of hours that end where a period ends."""
        start = 0
        for period, end in enumerate(self.ends):
            while start < end:
                stop = min(start - start % BLOCK + BLOCK, end)
                self._block(start, stop)
                self._account(start, stop, period)
                start = stop
        return self._result()

    def _block(self, start: int, stop: int) -> None:
        rows = self.rows
        self.load.fill(start, stop, rows.asked)
        np.copyto(rows.left, rows.asked)
        rows.over.fill(0.0)
        rows.spill.fill(0.0)
        if self.chargers and self.store is not None:
            self.store.extra.fill(0.0)
        for step in self.steps:
            step.prepare(start, stop)
        for part in self.parts:
            part.prepare(start, stop)
        for step in self.steps[: self.ahead]:
            self.gives[step](WHOLE, rows)
        if self.store is None and not self.ramping:
            for step in self.flexible:
                step.take_back(WHOLE, rows)
        elif self.store is not None and not self.ramping and self._apart(stop - start):
            self._store_in_block(self.store, start, stop)
        else:
            self._by_hour(start, stop)

    def _apart(self, length: int) -> bool:
        """Whether in no hour and draw of a block a plant's minimum load can reach the battery: the grid between takes all of it."""
        if self.lift is None:
            return True
        return self.backstop is not None and bool((self.backstop.limit[:length] >= self.lift).all())

    def _store_in_block(self, store: Store, start: int, stop: int) -> None:
        rows, ahead = self.rows, self.steps[: self.ahead]
        for step in self.flexible:
            if step in ahead:
                step.take_back(WHOLE, rows)
        allowed = None if self.charge_hours is None else self.charge_hours[start:stop]
        store.move_in_block(stop - start, rows, self.chargers, allowed)
        store.charge_in_block(stop - start, rows, self.chargers, allowed)
        store.end(stop - start)
        if self.lift is not None:  # what was beyond need before the battery is no longer to be taken back
            np.copyto(rows.surplus, rows.over)
            rows.over.fill(0.0)
        for step in self.steps[self.ahead + 1 :]:
            self.gives[step](WHOLE, rows)
        if self.lift is not None:
            for step in self.flexible:
                if step is not store:
                    step.take_back(WHOLE, rows)
            rows.over += rows.surplus

    def _by_hour(self, start: int, stop: int) -> None:
        rows, later, store = self.rows, self.steps[self.ahead :], self.store
        if store is not None:
            store.begin()
            if later[0] is store:
                store.ask(WHOLE, rows)
        for at in range(stop - start):
            for step in later:
                if step is store and step is not later[0]:
                    store.ask(at, rows)
                self.gives[step](at, rows)
            for step in self.flexible:
                step.take_back(at, rows)
            if store is not None:
                may = self.chargers if self.charge_hours is None or self.charge_hours[start + at] else []
                store.move(at, rows, may, self.takes_back)
                if self.charges_by_hour:
                    store.charge_in_hour(at, rows, may)
            for plant in self.ramping:
                plant.remember(at)
        if store is not None:
            if not self.charges_by_hour:
                allowed = None if self.charge_hours is None else self.charge_hours[start:stop]
                store.charge_in_block(stop - start, rows, self.chargers, allowed)
            store.end(stop - start)

    def _account(self, start: int, stop: int, period: int) -> None:
        """Sum a block."""
        rows, length = self.rows, stop - start
        if self.store is not None:
            self._account_store(self.store, length, period)
            self.store.fade(over_hours(self.store.used[:length]), stop)
        if self.takes_back:
            self.dumped[period] += over_hours(rows.over[:length])
        for place, step in enumerate(self.steps):
            gave = over_hours(step.used[:length])
            self.energy[period, place] += gave
            if self.clock is not None:
                self.clock.gave(place, step.used)
            if isinstance(step, Units):
                fuel, unit_hours, starts = step.account(length, gave, rows)
                self.fuel[period, place] += fuel
                self.unit_hours[place] += unit_hours
                self.starts[place] += starts
                if self.clock is not None:
                    self.clock.burnt(place, step.fuel_of_hours(length))
            elif isinstance(step, Flow) and step.spills:
                np.subtract(step.limit, step.used, out=rows.one)
                self.curtailed[period, place] += over_hours(rows.one[:length])
        self.met[period] += over_hours(rows.asked[:length])
        if self.clock is not None:
            self.clock.asked(rows.asked, rows.left)
        self._account_grid(start, stop, period)
        self._account_shortfall(start, stop, period)
        if self.kept is not None:
            self._keep(start, stop)

    def _account_store(self, store: Store, length: int, period: int) -> None:
        """Surplus that charges the battery is of the sources in their order, plants last."""
        rest, part, charge = self.rows.one, self.rows.two, store.charge[:length]
        self.charged[period] += over_hours(charge)
        np.subtract(store.charge, store.extra, out=rest)
        for step in self.spilling:
            np.subtract(step.limit, step.used, out=part)
            np.minimum(part, rest, out=part)
            step.used += part
            rest -= part
        if self.takes_back:
            over = self.rows.over
            over -= rest
            np.maximum(over, 0.0, out=over)

    def _account_grid(self, start: int, stop: int, period: int) -> None:
        if self.grid is None:
            return
        drawn, rate = self.grid.used[: stop - start], self.rows.one
        np.maximum(self.peak[period], drawn.max(axis=0), out=self.peak[period])
        for name, feed in self.rates.items():
            feed.fill(start, stop, rate)
            rate[: stop - start] *= drawn
            if self.clock is not None:
                self.clock.rated(name, rate)
            self.rated[name][period] += over_hours(rate[: stop - start])
        for name, feed in self.charges.items():
            feed.fill(start, stop, rate)
            rate[: stop - start] *= drawn
            np.maximum(self.charged_most[name][period], rate[: stop - start].max(axis=0), out=self.charged_most[name][period])

    def _account_shortfall(self, start: int, stop: int, period: int) -> None:
        length = stop - start
        some = np.flatnonzero(self.rows.left[:length].max(axis=0) > 0.0)
        if not some.size:
            return
        left, asked = (np.take(one[:length], some, axis=1) for one in (self.rows.left, self.rows.asked))
        missing = left > _LEAST * asked
        left *= missing
        if self.lacks is not None:
            hour, place = np.nonzero(missing)
            self.lacks.append(ShortHours(start + hour, some[place], left[hour, place]))
        self.shortfall[period, some] += over_hours(left)
        missing = left > _COUNTED * asked
        self.short_hours[some] += missing.sum(axis=0)
        new = (self.first[some] < 0) & missing.any(axis=0)
        self.first[some[new]] = start + missing[:, new].argmax(axis=0)
        left *= missing
        most, at = left.max(axis=0), left.argmax(axis=0)
        worse = most > self.worst[some]
        self.worst[some[worse]], self.worst_at[some[worse]] = most[worse], start + at[worse]

    def _keep(self, start: int, stop: int) -> None:
        assert self.kept is not None and self.keep is not None
        length, one = stop - start, self.keep
        spilt = np.zeros(length)
        for place, step in enumerate(self.steps):
            self.kept[place, start:stop] = step.used[:length, one]
            if isinstance(step, Flow) and step.spills:
                spilt += step.limit[:length, one] - step.used[:length, one]
            if isinstance(step, Units):
                self.kept[len(self.steps) + 5 + place, start:stop] = step.fuel_of(one, length)
        load, short, charge, curtailed, stored = self.kept[len(self.steps) : len(self.steps) + 5, start:stop]
        load[:], short[:] = self.rows.asked[:length, one], self.rows.left[:length, one]
        curtailed[:] = spilt + (self.rows.over[:length, one] if self.takes_back else 0.0)
        if self.store is not None:
            charge[:], stored[:] = self.store.charge[:length, one], self.store.states[1 : length + 1, one]

    def _result(self) -> Dispatch:
        none = np.zeros(self.draws)
        store = self.store
        drawn = none if store is None else store.gave * store.per_out
        size = none if store is None else store.first
        hours = None
        if self.kept is not None and self.keep is not None:
            places = len(self.order)
            load, shortfall, charge, curtailed, stored = self.kept[places : places + 5]
            fuel = self.kept[places + 5 :]
            hours = HourSeries(self.keep, self.kept[:places], load, shortfall, charge, curtailed, fuel, stored)
        return Dispatch(
            self.order, _draw_first(self.energy), _draw_first(self.curtailed), self.dumped.T, self.charged.T, self.met.T, self.shortfall.T,
            self.short_hours, self.first, self.worst_at, self.worst, self.peak.T, {name: one.T for name, one in self.rated.items()},
            _draw_first(self.fuel), self.unit_hours.T, self.starts.T,
            np.divide(drawn, size, out=np.zeros(self.draws), where=size > 0.0), none if store is None else store.state,
            none if store is None else store.energy, hours, None if self.clock is None else self.clock.sums(),
            {name: one.T for name, one in self.charged_most.items()},
            None if self.lacks is None else _joined_lacks(self.lacks),
        )  # fmt: skip


def _joined_lacks(parts: Sequence[ShortHours]) -> ShortHours:
    return ShortHours(*(np.concatenate(each) for each in zip(NO_SHORT, *parts, strict=True)))


def _draw_first(sums: Array) -> Array:
    """(period, source, draw) as (draw, source, period)."""
    return np.transpose(sums, (2, 1, 0))
