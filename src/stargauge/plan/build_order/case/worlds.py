"""The dates of what is decided in every draw of the ordinary model, for any month of start, power and chip.

    ready = max(start + span, stated day of power),  operation = max(ready, chip ships + delivery) + racks + commissioning      (1)

span: days from the start of work until hall and power are there, of the power that a site runs on, whenever it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.select import Block
from stargauge.engine.simulate import model_graph, simulate
from stargauge.programme.known import Known
from stargauge.quantity.dates import day, month_end
from stargauge.quantity.quantity import ACTIVITIES, STAGES

Array = NDArray[np.float64]
Places = NDArray[np.intp]

_START, _ENERGISED = STAGES.index("under_construction"), STAGES.index("energised")
_POWER = ("grid_connection", "transformers", "switchgear", "onsite_generation")
#: What is told apart of the wait for hall and power.
ACTIVITIES_OF = ("hall", *_POWER)
#: Months after the first between which starts of work are taken as straight: they slip in proportion to how far ahead they are planned.
KNOTS = (0, 1, 2, 4, 8, 18, 36)


class _Kept(NamedTuple):
    values: Array
    by_draw: bool


@dataclass(frozen=True)
class Read:
    """Gathers quantities in every draw, by name; what does not vary by draw once."""

    names: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """What it reads."""
        return self.names

    def take(self, block: Block) -> dict[str, _Kept]:
        """What it keeps of one block."""
        made = block.frame.quantities
        return {name: _Kept(np.array(block.values[name]), not made[name].static) for name in self.names}

    def join(self, parts: Sequence[dict[str, _Kept]]) -> dict[str, _Kept]:
        """All draws of all parts."""
        return {
            name: _Kept(np.concatenate([part[name].values for part in parts]), True) if kept.by_draw else kept
            for name, kept in parts[0].items()
        }


def by_model(name: str, **needs: Array) -> Array:
    """A quantity by the model's own formula, of what it needs."""
    return np.asarray(model_graph().quantities[name].function(**needs))


def read(known: Known, names: Sequence[str], draws: int, seed: int, addresses: Sequence[str] = ()) -> dict[str, Array]:
    """Quantities, and addresses by month, of an ordinary run: by name, with the draws first where they vary."""
    made = simulate(known, addresses, draws=draws, seed=seed, collectors={"read": Read(tuple(names))})
    series = {address: np.asarray(made[address].exact.values) for address in addresses}  # type: ignore[union-attr]
    return {name: kept.values for name, kept in made.collected["read"].items()} | series


#: What the dates of a plan are made of, beside the starts of work and what each power asks for.
DATES = (
    "rack_installation", "commissioning_time", "phase_it_power", "design_power_ratio", "building_spacing", "chip_ships_from",
    "delivery_lead", "cancellation_site", "cancellation_rate_announced", "cancellation_rate_building", "site_observed_through",
    "site_known_from", "phase_site",
)  # fmt: skip
WAITS = ("activity_days", "power_date")


@dataclass(frozen=True)
class Worlds:
    """What decides the dates of what is decided, draw by draw: with the draws (or those chosen of them) first.

    `knots`: days of planned starts, `starts`: (draw, building, knot) day on which work really starts; `span`: (draw, building, power) days
    until hall and power are there, `since`: the same, day before which power is not; absent (NaN) where a site cannot have it. `racks`:
    (draw, building) days from then to operation; `ships`: (draw, chip) first day of delivery. `seen`, `looked`, `announced`, `building`:
    what cancellations come from, by building or draw. `it_power`, `facility_power`: (draw, building) W. `floor`: (draw, building) day
    before which operation does not come, as measured. `site`: place of each building's site on the axis of the model. `activities`: (draw,
    activity of `ACTIVITIES_OF`, building, power) days from the start of work until each is done; `span` is the longest. `filed`: (draw,
    building) day of operation in the run of the file, infinity where there is none; `file`: place of the power that means it, -1 where it
    cannot be chosen.
    """

    knots: Array
    starts: Array
    span: Array
    since: Array
    racks: Array
    ships: Array
    chance: Array
    announced: Array
    building: Array
    it_power: Array
    facility_power: Array
    spacing: Array
    floor: Array
    looked: Array
    known_from: Array
    site: Places
    activities: Array
    filed: Array
    file: int = -1

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.starts)

    def only(self, places: Places) -> Worlds:
        """Some of the draws."""
        whole = ("knots", "looked", "known_from", "site", "file")
        return replace(self, **{one.name: getattr(self, one.name)[places] for one in fields(self) if one.name not in whole})


def starts_at(made: Worlds, day_planned: Array) -> Array:
    """Day on which work really starts, planned for some days: (draw, building, day). Straight between the knots."""
    right = np.clip(np.searchsorted(made.knots, day_planned), 1, len(made.knots) - 1)
    left = right - 1
    share = (day_planned - made.knots[left]) / (made.knots[right] - made.knots[left])
    return made.starts[:, :, left] * (1.0 - share) + made.starts[:, :, right] * share


def ready_at(made: Worlds, start: Array) -> Array:
    """Day on which hall and power are there: (draw, building, power, start), of starts (draw, building, start).

    max(start + span, day from which stated power is there)                          (1)

    What `model.network.hall_ready` gives where work is planned and nothing is seen.
    """
    return np.fmax(start[:, :, None] + made.span[..., None], made.since[..., None])


def operation_at(made: Worlds, ready: Array) -> Array:
    """Day of operation: (draw, building, power, chip, start) of days ready for racks (draw, building, power, start).

    max(max(ready, chip ships + delivery) + racks + commissioning, floor)     (1)

    As the network of activities has it; crews and the queue for accelerators are in the floor.
    """
    there = np.maximum(ready[:, :, :, None], made.ships[:, None, None, :, None])
    return np.maximum(there + made.racks[:, :, None, None, None], made.floor[:, :, None, None, None])


def given_up(made: Worlds, start: Array, ready: Array, site: Places) -> NDArray[np.bool_]:
    """Whether a building of a site is cancelled before it has power: (draw, option). By `model.schedule.cancelled_date`."""
    stages = np.full((len(start), len(STAGES), start.shape[1]), np.nan)
    stages[:, _START], stages[:, _ENERGISED] = start, ready
    absent = np.full(start.shape, np.nan)
    when = by_model(
        "cancelled_date", phase_date_cancelled=absent, phase_date_placed=absent[0], site_observed_through=made.looked,
        site_known_from=made.known_from, phase_site=site.astype(np.float64), cancellation_site=made.chance,
        cancellation_rate_announced=made.announced, cancellation_rate_building=made.building, uncancelled_date=stages,
    )  # fmt: skip
    return np.isfinite(when)


class Dates(NamedTuple):
    """Days of every option: `start` (draw, building, start), `ready` (draw, building, power, start), `operation` (draw, building, power,
    chip, start)."""

    start: Array
    ready: Array
    operation: Array


def dates_of(made: Worlds, planned: Array) -> Dates:
    """The dates of all options whose work is planned to start on some days, whatever is cancelled."""
    start = starts_at(made, planned)
    ready = ready_at(made, start)
    return Dates(start, ready, operation_at(made, ready))


def given_up_at(made: Worlds, start: Array, ready: Array) -> NDArray[np.bool_]:
    """Whether options are cancelled before they have power: (draw, building, power, start), of starts (draw, building, start)."""
    shape = ready.shape
    flat = np.broadcast_to(start[:, :, None], shape).reshape(shape[0], -1)
    return given_up(made, flat, ready.reshape(shape[0], -1), np.repeat(made.site, shape[2] * shape[3])).reshape(shape)


def running(made: Worlds, planned: Array) -> Array:
    """Day of operation of all options, infinity where they are cancelled before: (draw, building, power, chip, start)."""
    start, ready, operation = dates_of(made, planned)
    runs = np.where(given_up_at(made, start, ready)[:, :, :, None], np.inf, operation)
    if made.file >= 0:
        runs[:, :, made.file] = made.filed[:, :, None, None]
    return runs


def ready_of(made: Worlds, building: Places, power: Places, planned: Array) -> tuple[Array, Array]:
    """Days on which work of single options really starts, and on which hall and power are there: (draw, option) each."""
    right = np.clip(np.searchsorted(made.knots, planned), 1, len(made.knots) - 1)
    share = (planned - made.knots[right - 1]) / (made.knots[right] - made.knots[right - 1])
    start = made.starts[:, building, right - 1] * (1.0 - share) + made.starts[:, building, right] * share
    return start, np.fmax(start + made.span[:, building, power], made.since[:, building, power])


def running_of(made: Worlds, building: Places, power: Places, chip: Places, planned: Array) -> Array:
    """Day of operation of single options, infinity where they are cancelled before: (draw, option)."""
    start, ready = ready_of(made, building, power, planned)
    runs = np.maximum(np.maximum(ready, made.ships[:, chip]) + made.racks[:, building], made.floor[:, building])
    runs = np.where(given_up(made, start, ready, made.site[building]), np.inf, runs)
    return np.where(power == made.file, made.filed[:, building], runs)


# --- from the model ---------------------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """Overlays of a programme as known: by planned start (days) for the starts of work, by power for the waits."""

    starts: tuple[tuple[float, Known], ...]
    powers: tuple[Known, ...]


class Steps:
    """Tells how many of the runs are done."""

    def __init__(self, count: int, told: Callable[[int, int], None] | None) -> None:
        self.count, self.so_far, self.told = count, 0, told

    def done(self) -> None:
        """One more is."""
        self.so_far += 1
        if self.told is not None:
            self.told(self.so_far, self.count)


def worlds_of(
    asked: Asked, phases: Sequence[str], chips: Sequence[str], offered: NDArray[np.bool_], draws: int, seed: int, done: Callable[[], None]
) -> Worlds:
    """Read them from ordinary runs of the model, one per knot and power. `offered`: (building, power), where a power may be had."""
    first = asked.starts[0][1]
    place = {label: at for at, label in enumerate(first.axes["phase"])}
    at = np.array([place[one] for one in phases], dtype=np.intp)

    def run(known: Known, names: Sequence[str]) -> dict[str, Array]:
        made = read(known, names, draws, seed)
        done()
        return made

    got = run(first, (*DATES, "build_start"))
    later = [run(known, ("build_start",))["build_start"][:, at] for _, known in asked.starts[1:]]
    chip = [first.axes["chip"].index(one) for one in chips]
    site = got["phase_site"].astype(np.intp)[at]
    waits, it_power = [_waits(run(known, WAITS), at) for known in asked.powers], got["phase_it_power"][:, at]
    activities, since = (
        _stacked([np.where(offered[:, power], one[part], np.nan) for power, one in enumerate(waits)], like)
        for part, like in ((0, np.empty((len(it_power), len(ACTIVITIES_OF), len(at)))), (1, it_power))
    )
    span = activities.max(axis=1)
    ships = got["chip_ships_from"][:, chip] + got["delivery_lead"][:, None]
    return Worlds(
        np.array([when for when, _ in asked.starts]), np.stack([got["build_start"][:, at], *later], axis=2), span, since,
        (got["rack_installation"] + got["commissioning_time"])[:, at], np.nan_to_num(ships, nan=-np.inf), got["cancellation_site"],
        got["cancellation_rate_announced"], got["cancellation_rate_building"], it_power, it_power * got["design_power_ratio"][:, site],
        got["building_spacing"], np.full(it_power.shape, -np.inf), got["site_observed_through"],
        got["site_known_from"], site, activities, np.full(it_power.shape, np.inf),
    )  # fmt: skip


def _stacked(parts: Sequence[Array], like: Array) -> Array:
    """Values by power, (draw, building) each, with the power last; of no power none."""
    return np.stack(parts, axis=-1) if parts else np.empty((*like.shape, 0))


def _waits(got: Mapping[str, Array], at: Places) -> tuple[Array, Array]:
    """Days until each of `ACTIVITIES_OF` is done, (draw, activity, building), and the day before which stated power is not."""
    days = {name: got["activity_days"][:, place][:, at] for place, name in enumerate(ACTIVITIES)}
    activities = np.stack([days["shell"] + days["fit_out"], *(days[name] for name in _POWER)], axis=1)
    dated = np.fmax.reduce([got["power_date"][:, ACTIVITIES.index(name)][:, at] for name in _POWER])
    return activities, np.nan_to_num(dated, nan=-np.inf)


def with_file(made: Worlds, runs: Array) -> Worlds:
    """The same with one power more: sites as the file has them, whose buildings run from some days on, (draw, building)."""

    def more(values: Array) -> Array:
        return np.concatenate([values, np.full((*values.shape[:-1], 1), np.nan)], axis=-1)

    span = more(made.span)
    return replace(made, span=span, since=more(made.since), activities=more(made.activities), filed=runs, file=span.shape[2] - 1)


def planned_days(months: Sequence[date]) -> tuple[date, ...]:
    """The days between which planned starts are taken as straight: some of the months, the last, and one more where there is but one."""
    last = len(months) - 1
    if last == 0:
        return (months[0], month_end(months[0] + timedelta(days=1)))
    return (*(months[knot] for knot in KNOTS if knot < last), months[last])


def days_of(months: Sequence[date]) -> Array:
    """Month ends as day counts."""
    return np.array([day(month) for month in months])
