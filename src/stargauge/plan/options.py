"""What a supply can be built of: plants and batteries with their costs, and what limits the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.power.hourly import MONTH_DAYS
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]

GRID = "grid"
#: Sizes below this share of the peak of the load are left out: the method leaves them above zero, and nobody builds them.
NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Running:
    """How a plant really runs, which a test by rule knows and sizing leaves out. Shares are of a unit.

    `availability`: share of hours in which a unit is up, `repair`: mean hours that it is down at a time (0: it is never down, and gives its
    mean output). `minimum`: least output of a unit that runs. `half_load`: heat per Wh at half load over that at full load. `ramp`: share
    by which output may move in an hour. `start_cost`: USD per W of a unit for each start. `fuel_price`: USD per Wh burnt, which the
    running cost has in it at full load.
    """

    availability: float = 1.0
    repair: float = 0.0
    minimum: float = 0.0
    half_load: float = 1.0
    ramp: float = inf
    start_cost: float = 0.0
    fuel_price: float = 0.0


@dataclass(frozen=True)
class PeakCharge:
    """A charge on the highest hour of each month, of the grid: `price`, USD per W, by hour of a year of the plan, 0 in hours that do not
    count and the same in all others of a month; `month`: 0 to 11 of each of these hours. Months that a plan's year begins and ends in the
    middle of are one.
    """

    price: Array
    month: NDArray[np.int64]


@dataclass(frozen=True)
class PlantOption:
    """A kind of plant, or a connection, of which between `least` and `most` (W) is taken.

    `yearly_cost`: capital and upkeep, USD per W and year. `running_cost`: USD/Wh, a number or by hour. `output`: the share of its capacity
    that it can give, a number or by hour. `chosen`: it runs as wanted; otherwise it gives what it gives, as sun, wind and contracts do.
    `unit`: size of one machine in W (0: any size). `fuel`: Wh burnt per Wh. `carbon`: g CO2e per Wh. `water`: L per Wh. `land`: m2 per W.
    `peak_charge`: charges on the highest hours of months, of the grid alone. `fixed_cost`: USD a year if there is any of it, which does not
    move its size. `ready`: the hour of the plan from which it is there. `running`: how it runs in a test.
    `standby`: it is in no plan, and asked last in a test.
    """

    name: str
    source: str
    yearly_cost: float
    running_cost: float | Array = 0.0
    output: float | Array = 1.0
    chosen: bool = True
    least: float = 0.0
    most: float = inf
    unit: float = 0.0
    fuel: float = 0.0
    carbon: float = 0.0
    water: float = 0.0
    land: float = 0.0
    peak_charge: tuple[PeakCharge, ...] = ()
    fixed_cost: float = 0.0
    ready: int = 0
    running: Running = Running()
    standby: bool = False

    @property
    def firm(self) -> bool:
        """Whether more of it stands in for others that fail: a plant on site that runs as wanted, not the one line to the grid."""
        return self.chosen and self.source != GRID


@dataclass(frozen=True)
class BatteryOption:
    """A kind of battery. Costs per W of power and per Wh of energy and year; `efficiency`: round trip; `keep`: share left after an hour."""

    name: str
    yearly_cost_power: float
    yearly_cost_energy: float
    efficiency: float
    keep: float = 1.0
    running_cost: float = 0.0
    most: float = inf
    most_hours: float = inf
    land: float = 0.0
    ready: int = 0

    @property
    def one_way(self) -> float:
        """Efficiency of charging, and of discharging."""
        return float(np.sqrt(self.efficiency))


@dataclass(frozen=True)
class Limits:
    """What a supply must keep. None: no limit. Sums are per year; shares are of the energy of the load.

    `shortfall`: share of the load's energy that may be missing. `carbon`: g CO2e per Wh of load. `land`: m2. `fuel`: Wh burnt a year.
    `firm`: W of plants on site that run as wanted at least. `most_share`: most of the load's energy that chosen plants of a name or a
    source may give.
    """

    shortfall: float = 0.0
    carbon: float | None = None
    land: float | None = None
    fuel: float | None = None
    firm: float | None = None
    most_share: dict[str, float] = field(default_factory=dict)


#: Limits by the name they have in a program, in the order in which they are looked at.
NAMES = ("shortfall", "carbon", "land", "fuel", "firm")

#: Hours of a year of a plan.
YEAR = YEAR_HOURS


def by_hour(value: float | Array, hours: int, ready: int = 0) -> Array:
    """A number, or values of a year or of all hours, for all hours of a plan; zero before the hour from which something is there."""
    each = np.asarray(value, dtype=np.float64)
    wide = np.tile(each, hours // YEAR) if each.shape == (YEAR,) else np.broadcast_to(each, (hours,)).copy()
    wide[:ready] = 0.0
    return wide


def monthly_charge(price: float | Array, turn: int = 0) -> PeakCharge:
    """A charge by hour of a calendar year for a plan that begins at hour `turn` of one."""
    month = np.repeat(np.arange(12, dtype=np.int64), [24 * days for days in MONTH_DAYS])
    return PeakCharge(np.roll(by_hour(price, YEAR), -turn), np.roll(month, -turn))


def share_there(ready: int, hours: int) -> float:
    """Share of the hours of a plan in which something is there that is ready from an hour on."""
    return (hours - min(ready, hours)) / hours
