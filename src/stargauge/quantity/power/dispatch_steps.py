"""How each kind of source acts in an hour of a dispatch, or in all hours of a block at once where nothing remembers.

Arrays of a block are (hour, draw). What reads or writes one gets it by a place: an hour of the block, or `WHOLE`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.power.hourly import Feed, Hourly
from stargauge.quantity.power.outages import units_up
from stargauge.quantity.power.power_sources import Battery, Grid, Plant, Source

Array = NDArray[np.float64]

#: Hours of a block. A constant, so that sums are the same for any number of draws.
BLOCK = 24
#: The place that stands for all hours of a block.
WHOLE = BLOCK
#: Share of a unit that rounding may leave over before one unit more is taken to run.
ROUNDING = 1e-9
#: Share of its capacity by which a plant without a ramp may move in an hour: more than any.
_NO_RAMP = 1e6
#: Hours after which the energy that a battery has lost for good is booked.
_FADE_HOURS = 24


def block(draws: int) -> Array:
    """An array of a block."""
    return np.zeros((BLOCK, draws))


def places(array: Array) -> list[Array]:
    """What stands at each place of a block's array; made once, since making a view takes as long as a sum of a hundred numbers."""
    return [*array, array]


def passing(array: Array) -> list[Array]:
    """The same for what no hour leaves to the next: all hours of a block share its first row, which so stays close to the processor."""
    return [*([array[0]] * BLOCK), array]


def over_hours(array: Array) -> Array:
    """The sum over hours, in their order for any number of draws: a single column would be summed in pairs."""
    return np.asarray(array.sum(axis=0) if array.shape[1] > 1 else np.cumsum(array, axis=0)[-1])


class Rows:
    """What stands by hour and draw within a block: the load, what of it is not met yet, output beyond need, output nobody took."""

    def __init__(self, draws: int) -> None:
        self.asked, self.left, self.over, self.spill, self.surplus = (block(draws) for _ in range(5))
        self.one, self.two, self.room = (block(draws) for _ in range(3))
        self.left_at, self.over_at, self.spill_at = places(self.left), places(self.over), places(self.spill)
        self.surplus_at = places(self.surplus)
        self.one_at, self.two_at, self.room_at = passing(self.one), passing(self.two), passing(self.room)


class Flow:
    """What gives up to a limit of the hour, without memory: the grid; or sun, wind and contracts, whose rest spills."""

    def __init__(self, series: Hourly, draws: int, spills: bool) -> None:
        self.feed, self.spills = Feed(series, draws), spills
        self.limit, self.used = block(draws), block(draws)
        self.limit_at, self.used_at = places(self.limit), places(self.used)

    def prepare(self, start: int, stop: int) -> None:
        """Read the limits of a block."""
        self.feed.fill(start, stop, self.limit)

    def give(self, at: int, rows: Rows) -> None:
        """As much as is needed and there is."""
        left, limit, used = rows.left_at[at], self.limit_at[at], self.used_at[at]
        np.minimum(left, limit, out=used)
        left -= used
        if self.spills:
            spill = rows.spill_at[at]
            spill += limit
            spill -= used

    def take_back(self, at: int, rows: Rows) -> None:
        """Give less where others give beyond need."""
        used, over, cut = self.used_at[at], rows.over_at[at], rows.one_at[at]
        np.minimum(over, used, out=cut)
        used -= cut
        over -= cut

    def spare(self, at: int, out: Array) -> None:
        """What it could give beyond what it gives."""
        np.subtract(self.limit_at[at], self.used_at[at], out=out)


class PartOfLoad:
    """A part of the load that some sources feed and nothing else: what of it they have not met yet."""

    def __init__(self, feed: Feed, draws: int) -> None:
        self.feed = feed
        self.left, self.beyond = block(draws), block(draws)
        self.left_at, self.beyond_at = places(self.left), passing(self.beyond)

    def prepare(self, start: int, stop: int) -> None:
        """Read the part in the hours of a block."""
        self.feed.fill(start, stop, self.left)

    def giving(self, step: Flow | Units) -> Callable[[int, Rows], None]:
        """What a source gives where it feeds this part alone: what is needed beyond the part is set aside while it gives."""

        def give(at: int, rows: Rows) -> None:
            needed, own, beyond = rows.left_at[at], self.left_at[at], self.beyond_at[at]
            np.subtract(needed, own, out=beyond)
            np.maximum(beyond, 0.0, out=beyond)
            needed -= beyond
            step.give(at, rows)
            np.minimum(own, needed, out=own)
            needed += beyond

        return give


class Store:
    """A battery: what it holds is remembered from hour to hour."""

    def __init__(self, battery: Battery, draws: int) -> None:
        def each(value: ArrayLike) -> Array:
            return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), draws))

        self.first, self.energy = each(battery.energy), each(battery.energy)
        self.power_in, self.power_out, self.least = each(battery.power_in), each(battery.power_out), each(battery.least)
        self.into, self.out_of = each(battery.efficiency_in), each(battery.efficiency_out)
        self.per_in, self.per_out = 1.0 / self.into, 1.0 / self.out_of
        self.state, self.bottom = each(battery.initial) * self.energy, self.least * self.energy
        self.fade_cycle, self.fade_hour = each(battery.fade_cycle), each(battery.fade_hour) * self.first
        self.fades = bool(self.fade_cycle.any() or self.fade_hour.any())
        self.used, self.charge, self.extra = block(draws), block(draws), block(draws)
        self.used_at, self.charge_at, self.extra_at = places(self.used), places(self.charge), places(self.extra)
        self.states = np.zeros((BLOCK + 1, draws))  # what it holds before each hour of a block, and after the last
        self.moves = block(draws)
        self.state_at, self.moves_at = list(self.states), list(self.moves)
        self.gone, self.gave = np.zeros(draws), np.zeros(draws)
        self.need, self.asked, self.cut = block(draws), block(draws), np.zeros(draws)  # W asked for, Wh held for that, W taken back
        self.need_at, self.asked_at = places(self.need), places(self.asked)

    def prepare(self, start: int, stop: int) -> None:
        """Nothing to read."""

    def ask(self, at: int, rows: Rows) -> None:
        """What is asked of it, as far as its power allows."""
        np.minimum(rows.left_at[at], self.power_out, out=self.need_at[at])
        np.multiply(self.need_at[at], self.per_out, out=self.asked_at[at])

    def give(self, at: int, rows: Rows) -> None:
        """As much of what is asked as it holds."""
        left, used = rows.left_at[at], self.used_at[at]
        np.subtract(self.state_at[at], self.bottom, out=used)
        used *= self.out_of
        np.minimum(used, self.need_at[at], out=used)
        left -= used

    def take_back(self, at: int, rows: Rows) -> None:
        """Give less where others give beyond need."""
        used, over = self.used_at[at], rows.over_at[at]
        np.minimum(over, used, out=self.cut)
        used -= self.cut
        over -= self.cut

    def begin(self) -> None:
        """Before the hours of a block."""
        np.copyto(self.states[0], self.state)

    def move(self, at: int, rows: Rows, chargers: Sequence[Flow | Units], gives_back: bool) -> None:
        """What it holds after an hour, to the bit as `move_in_block` has it; and its charge, where the next hour hangs on who gives it."""
        surplus, one, two, state = rows.surplus_at[at], rows.one_at[at], rows.two_at[at], self.state_at[at + 1]
        np.add(rows.spill_at[at], rows.over_at[at], out=surplus)
        more = surplus
        for step in chargers:
            step.spare(at, two)
            more = np.add(more, two, out=one)
        np.minimum(more, self.power_in, out=one)
        one *= self.into
        np.subtract(self.state_at[at], self.asked_at[at], out=state)
        np.maximum(state, self.bottom, out=state)
        if gives_back:
            np.multiply(self.cut, self.per_out, out=two)
            state += two
        state += one
        np.minimum(state, self.energy, out=state)

    def move_in_block(self, length: int, rows: Rows, chargers: Sequence[Flow | Units], allowed: NDArray[np.bool_] | None) -> None:
        """What it holds after each hour of a block, where nothing after it in the order takes part in charging it; and what it gives.

        What it would take in or give out were it never full or empty is known at once; what it holds is then
        state' = min(max(state + that, least), energy), the one step left that goes by the hour.
        """
        moves, two, left = self.moves, rows.two, rows.left
        self.ask(WHOLE, rows)
        np.add(rows.spill, rows.over, out=rows.surplus)
        np.copyto(moves, rows.surplus)
        for step in chargers:
            step.spare(WHOLE, two)
            if allowed is not None:
                two[:length] *= allowed[:, None]
            moves += two
        np.minimum(moves, self.power_in, out=moves)
        moves *= self.into
        moves -= self.asked
        self.begin()
        for at in range(length):
            state = self.state_at[at + 1]
            np.add(self.state_at[at], self.moves_at[at], out=state)
            np.maximum(state, self.bottom, out=state)
            np.minimum(state, self.energy, out=state)
        np.subtract(self.states[:-1], self.bottom, out=self.used)
        self.used *= self.out_of
        np.minimum(self.used, self.need, out=self.used)
        left -= self.used

    def charge_in_block(self, length: int, rows: Rows, chargers: Sequence[Flow | Units], allowed: NDArray[np.bool_] | None) -> None:
        """Charge in all hours of a block, as what it held before each has room; by surplus, then by those that may."""
        room = rows.room
        np.subtract(self.energy, self.states[:-1], out=room)
        room *= self.per_in
        np.minimum(room, self.power_in, out=room)
        np.minimum(rows.surplus, room, out=self.charge)
        if chargers:
            if allowed is not None:
                room[:length] *= allowed[:, None]
                np.maximum(room, self.charge, out=room)
            self._charge_more(WHOLE, rows, chargers)

    def charge_in_hour(self, at: int, rows: Rows, chargers: Sequence[Flow | Units]) -> None:
        """The same in one hour: where a plant that ramps may charge it, its next hour hangs on that."""
        charge, room = self.charge_at[at], rows.room_at[at]
        np.subtract(self.energy, self.state_at[at], out=room)
        room *= self.per_in
        np.minimum(room, self.power_in, out=room)
        np.minimum(rows.surplus_at[at], room, out=charge)
        self._charge_more(at, rows, chargers)

    def end(self, length: int) -> None:
        """After the hours of a block."""
        np.copyto(self.state, self.states[length])

    def _charge_more(self, at: int, rows: Rows, chargers: Sequence[Flow | Units]) -> None:
        charge, extra, two, room = self.charge_at[at], self.extra_at[at], rows.two_at[at], rows.room_at[at]
        room -= charge
        for step in chargers:
            step.spare(at, two)
            np.minimum(two, room, out=two)
            used = step.used_at[at]
            used += two
            extra += two
            room -= two
        charge += extra

    def fade(self, gave: Array, stop: int) -> None:
        """Lose energy for good by what was taken out and by time, booked where a block that ends before hour `stop` ends a day."""
        self.gave += gave
        if not self.fades:
            return
        self.gone += gave
        if stop % _FADE_HOURS == 0:
            self.energy -= self.gone * self.per_out * self.fade_cycle + _FADE_HOURS * self.fade_hour
            np.maximum(self.energy, 0.0, out=self.energy)
            np.multiply(self.energy, self.least, out=self.bottom)
            np.minimum(self.state, self.energy, out=self.state)
            self.gone.fill(0.0)


class Units:
    """A plant of units: how many are up and run, what they give and must give at least; its output is remembered where it ramps."""

    def __init__(self, plant: Plant, hours: int, draws: int) -> None:
        def each(value: ArrayLike) -> Array:
            return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), draws))

        self.size, self.minimum, self.ramp = each(plant.size), each(plant.minimum), each(plant.ramp)
        self.most, self.spinning = each(plant.units) - each(plant.spare), each(plant.spinning)
        full, part, share = each(plant.heat_rate), each(plant.heat_rate_part), each(plant.part_load)
        self.slope = (full - share * part) / (1.0 - share)
        self.idle, self.start_fuel = full - self.slope, each(plant.start_fuel)
        self.ramps, self.floors, self.spins = bool((self.ramp < 1.0).any()), bool(self.minimum.any()), bool(self.spinning.any())
        self.must_run, self.counts_early = self.floors or self.ramps, self.floors
        self.feed = None if plant.available is None else Feed(plant.available, draws)
        self.history = None if plant.outages is None else units_up(hours, plant.units, plant.outages, draws)
        self.used, self.cap, self.count, self.floor = (block(draws) for _ in range(4))
        self.used_at, self.cap_at, self.count_at, self.floor_at = (places(one) for one in (self.used, self.cap, self.count, self.floor))
        self._room_for_hours(each(plant.units), draws)
        self.begun, self.last = False, np.zeros(draws)
        self.ran: Array | None = None
        self.before = self.last  # units that ran in the hour before the block
        self.step = np.where(self.ramp < 1.0, self.ramp, _NO_RAMP) * self.size

    def _room_for_hours(self, units: Array, draws: int) -> None:
        """What differs by hour has a row for each; what does not is one row at every place."""
        by_hour = self.feed is not None
        self.up = units if self.history is None else block(draws)
        self.up_at = [self.up] * (BLOCK + 1) if self.history is None else places(self.up)
        self.unit, self.per_unit = (block(draws), block(draws)) if by_hour else (self.size, _inverse(self.size))
        self.unit_at, self.per_unit_at = ((places(one) if by_hour else [one] * (BLOCK + 1)) for one in (self.unit, self.per_unit))
        self.least = block(draws) if by_hour else self.size * self.minimum
        self.least_at = places(self.least) if by_hour else [self.least] * (BLOCK + 1)
        self.low, self.high = (block(draws), block(draws)) if self.ramps else (np.zeros(draws), np.zeros(draws))
        self.low_at, self.high_at = ((passing(one) if self.ramps else [one] * (BLOCK + 1)) for one in (self.low, self.high))
        self._limit()

    def _limit(self) -> None:
        np.minimum(self.up, self.most, out=self.cap)
        self.cap *= self.unit

    def prepare(self, start: int, stop: int) -> None:
        """Units that are up, and what each can give, in the hours of a block."""
        length = stop - start
        if self.history is not None:
            self.up[:length] = self.history[start:stop]
        if self.feed is not None:
            self.feed.fill(start, stop, self.unit)
            self.unit[:length] *= self.size
            np.multiply(self.unit, self.minimum, out=self.least)
            self.per_unit[:] = _inverse(self.unit)
        if self.history is not None or self.feed is not None:
            self._limit()

    def goes_by_hour(self) -> None:
        """All it does in an hour it does at once, so that its floor need not be kept."""
        self.floor_at = passing(self.floor)

    def give(self, at: int, rows: Rows) -> None:
        """As much as is needed and its units can; beyond need where ramp or minimum load ask for it."""
        left, used = rows.left_at[at], self.used_at[at]
        np.minimum(left, self.cap_at[at], out=used)
        if self.ramps and self.begun:
            self._within_ramp(at, rows)
        if self.counts_early:
            self.count_units(at)
        if not self.must_run:
            left -= used
            return
        floor = self.floor_at[at]
        if self.floors:
            np.multiply(self.count_at[at], self.least_at[at], out=floor)
        over = rows.over_at[at]
        if self.ramps or self.spins:
            met = rows.one_at[at]
            if self.floors:
                np.maximum(used, floor, out=used)
            np.minimum(left, used, out=met)
            left -= met
            over -= met
        else:  # then a floor above the output means that all need is met
            left -= used
            over -= used
            np.maximum(used, floor, out=used)
        over += used

    def _within_ramp(self, at: int, rows: Rows) -> None:
        reach, high, low, used = rows.one_at[at], self.high_at[at], self.low_at[at], self.used_at[at]
        np.multiply(self.step, self.up_at[at], out=reach)
        np.minimum(self.last, self.cap_at[at], out=low)
        np.add(low, reach, out=high)
        low -= reach
        np.maximum(low, 0.0, out=low)
        np.minimum(used, high, out=used)
        np.maximum(used, low, out=used)

    def count_units(self, at: int) -> None:
        """Units that run: as few as the output takes, and those that spin."""
        count = self.count_at[at]
        np.multiply(self.used_at[at], self.per_unit_at[at], out=count)
        count -= ROUNDING
        np.ceil(count, out=count)
        if self.spins:
            count += self.spinning * (count > 0.0)
            np.minimum(count, self.up_at[at], out=count)

    def take_back(self, at: int, rows: Rows) -> None:
        """Give less where others give beyond need, but not below minimum load and ramp; units that run stay on for the hour."""
        used, over, cut, floor = self.used_at[at], rows.over_at[at], rows.one_at[at], self.floor_at[at]
        if self.ramps:
            np.maximum(floor, self.low_at[at], out=cut)
            np.subtract(used, cut, out=cut)
        else:
            np.subtract(used, floor, out=cut)
        np.minimum(cut, over, out=cut)
        used -= cut
        over -= cut

    def spare(self, at: int, out: Array) -> None:
        """What its running units could give beyond what they give."""
        np.multiply(self.count_at[at], self.unit_at[at], out=out)
        np.minimum(out, self.cap_at[at], out=out)
        if self.ramps and self.begun:
            np.minimum(out, self.high_at[at], out=out)
        out -= self.used_at[at]
        np.maximum(out, 0.0, out=out)

    def remember(self, at: int) -> None:
        """Keep the output of an hour for the ramp of the next."""
        np.copyto(self.last, self.used_at[at])
        self.begun = True

    def account(self, length: int, gave: Array, rows: Rows) -> tuple[Array, Array, Array]:
        """Fuel, unit-hours and starts of a block that gave so much; what runs in the first hour of all was not started in it."""
        if not self.counts_early:
            self.count_units(WHOLE)
        count, rise = self.count[:length], rows.one[:length]
        hours = over_hours(count)
        if self.feed is None:
            running = self.size * hours
        else:
            np.multiply(count, self.unit[:length], out=rise)
            running = over_hours(rise)
        np.subtract(count[1:], count[:-1], out=rise[1:])
        self.before = count[0].copy() if self.ran is None else self.ran
        np.subtract(count[0], self.before, out=rise[0])
        np.maximum(rise, 0.0, out=rise)
        starts = over_hours(rise)
        self.ran = count[-1].copy()
        return self.idle * running + self.slope * gave + self.start_fuel * starts, hours, starts

    def fuel_of_hours(self, length: int) -> Array:
        """Fuel of all draws in each hour of a block that has been accounted for: (hour, draw)."""
        count, used = self.count[:length], self.used[:length]
        size = self.size if self.feed is None else self.unit[:length]
        rise = np.maximum(np.diff(count, axis=0, prepend=self.before[None]), 0.0)
        return np.asarray(self.idle * count * size + self.slope * used + self.start_fuel * rise)

    def fuel_of(self, draw: int, length: int) -> Array:
        """Fuel of one draw in each hour of a block that has been accounted for."""
        count, used = self.count[:length, draw], self.used[:length, draw]
        size = self.size[draw] if self.feed is None else self.unit[:length, draw]
        starts = np.maximum(np.diff(count, prepend=self.before[draw]), 0.0)
        return np.asarray(self.idle[draw] * count * size + self.slope[draw] * used + self.start_fuel[draw] * starts)


def _inverse(size: Array) -> Array:
    """One over a size; nothing where there is none."""
    return np.divide(1.0, size, out=np.zeros_like(size), where=size > 0.0)


def step_of(source: Source, hours: int, draws: int) -> Flow | Store | Units:
    """How a source acts, for so many hours and draws."""
    if isinstance(source, Plant):
        return Units(source, hours, draws)
    if isinstance(source, Battery):
        return Store(source, draws)
    return Flow(source.limit, draws, spills=False) if isinstance(source, Grid) else Flow(source.power, draws, spills=True)
