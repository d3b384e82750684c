"""The register of named quantities: one name, one function that makes it, one list of what it needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

F = TypeVar("F", bound=Callable[..., Any])

STAGES = ("announced", "contracted", "financed", "under_construction", "energised", "operational")
PHYSICAL_STAGES = STAGES[3:]
MEANS = ("cash", "committed", "announced", "financeable")
DTYPES = ("bf16", "fp8", "fp4")
COMPONENTS = ("land", "site", "shell", "critical", "white_space", "soft", "generation", "accelerators", "network", "storage")
SOURCES = ("grid", "gas", "fuel_cell", "solar", "wind", "nuclear")
#: Plants that burn gas on site, as a programme may name them; and all plants that costs are told apart by: a source without a name of its
#: plant is the usual one of its kind.
GAS_PLANTS = ("gas-turbine", "gas-engine", "combined-cycle", "rented-generator")
PLANTS = (*SOURCES, *GAS_PLANTS)
SCOPES = ("scope1", "scope2", "embodied")
USES = ("training", "research", "inference")
#: What a site is financed as: the building with its power, let to whoever brings the equipment; and the accelerators, network and storage.
ASSETS = ("building", "equipment")
#: What the yearly cost of running capacity is made of: capital of equipment and of building, then what running takes.
COST_PARTS = ("equipment_capital", "building_capital", "electricity", "upkeep", "staff", "property")
#: Kinds of projects that records of planned dates are grouped by, the first two of which are what a programme builds.
PROJECT_KINDS = ("data_centre", "ai_campus", "nuclear", "power_and_grid", "fab", "other")
#: What the fit of slips finds: location with its effects, then spreads, then the programme's own effect.
COEFFICIENTS = (
    "location", "ai_campus", "nuclear", "power_and_grid", "fab", "other", "window", "replan", "tracker", "start", "power", "offset",
    "spread", "spread_owner", "spread_project", "owner", "owner_spread",
)  # fmt: skip
#: What the fit of building times finds: location with its effects, then spreads, then what is left of lead times when work starts, then
#: the effect of the programme's own owner.
BUILD_COEFFICIENTS = (
    "usual", "retrofit", "expansion", "size", "campus", "since_2024", "spread", "spread_owner", "power_left", "power_left_spread", "owner",
    "owner_spread",
)  # fmt: skip
#: What has to be done or to arrive before a phase runs, in an order in which nothing stands before what it waits for.
ACTIVITIES = (
    "permits", "shell", "fit_out", "grid_connection", "transformers", "switchgear", "onsite_generation", "accelerators", "crew",
    "rack_installation", "commissioning",
)  # fmt: skip
#: Where the money for an asset comes from until it runs, and after that where owners have to step in; and what it is spent on.
FUNDS = ("loan", "owners", "customers", "vendors")
OUTLAYS = ("cost", "financing_costs", "first_working_capital", "renewal", "refinancing_gap", "support")
#: Lines of the yearly cash flow of an asset, in the order in which cash passes them.
CASH_LINES = (
    "income", "running_cost", "working_capital", "tax", "renewal", "interest", "principal", "arrears", "reserves", "vendors",
    "distribution",
)  # fmt: skip
#: What the tax tables tell apart: recovery periods by convention (half-year, quarters), buildings by the month they are placed in service.
TAX_ROWS = (
    *(f"{period}-year-{when}" for period in (5, 15) for when in ("half-year", "quarter-1", "quarter-2", "quarter-3", "quarter-4")),
    *(f"building-month-{month}" for month in range(1, 13)),
)  # fmt: skip
DEDUCTION_YEARS = tuple(str(year) for year in range(1, 42))
SAMPLES = tuple(str(number) for number in range(1, 33))
#: Temperatures of outdoor air, degC, at which its states stand: every other one. What is colder or hotter counts as the last.
DRY_BULBS = tuple(float(one) for one in range(-30, 57, 2))
#: Dew points, degC: close where halls close to outdoor air, between those temperatures so that neither side of a limit is favoured.
DEW_POINTS = (
    -40.0, -20.0, -10.0, -4.0, 2.0, 6.0, 10.0, 12.5, 14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 20.5, 21.5, 23.5, 25.5, 27.5, 31.0,
)  # fmt: skip
#: All states of outdoor air, the dew point running fastest.
OUTDOOR = tuple(f"air {dry:g} dew {dew:g}" for dry in DRY_BULBS for dew in DEW_POINTS)
#: Hours of a year kept of those that no other hour exceeds in both temperature and dew point.
HARDEST_HOURS = tuple(f"hour {number}" for number in range(1, 33))
CALENDAR_MONTHS = tuple(f"month {number}" for number in range(1, 13))

#: Axes whose labels never change with the programme.
FIXED_AXES: dict[str, tuple[str, ...]] = {
    "stage": STAGES, "means": MEANS, "dtype": DTYPES, "component": COMPONENTS, "source": SOURCES, "plant": PLANTS, "scope": SCOPES,
    "use": USES, "sample": SAMPLES, "coefficient": COEFFICIENTS, "build_coefficient": BUILD_COEFFICIENTS, "activity": ACTIVITIES,
    "asset": ASSETS, "fund": FUNDS, "outlay": OUTLAYS, "cash_line": CASH_LINES, "tax_row": TAX_ROWS, "deduction_year": DEDUCTION_YEARS,
    "cost_part": COST_PARTS, "outdoor": OUTDOOR, "hardest_hour": HARDEST_HOURS, "calendar_month": CALENDAR_MONTHS,
}  # fmt: skip
#: Every axis, in the order in which axes stand in an array. `draw` first, `month` last.
AXES = ("draw", "stage", "means", "dtype", "component", "source", "plant", "scope", "use", "cost_part", "activity", "chip", "model",
        "record", "vintage", "build", "rack_ramp", "refit", "sample", "coefficient", "build_coefficient", "tax_row", "deduction_year",
        "fund", "outlay", "cash_line", "phase", "asset", "site", "party", "line", "outdoor", "hardest_hour",
        "calendar_month", "month", "life_year", "life_month")  # fmt: skip
#: Axes that are picked, never summed.
PICKED_AXES = frozenset({
    "draw", "stage", "means", "dtype", "plant", "activity", "model", "month", "record", "vintage", "build", "rack_ramp", "refit", "sample",
    "coefficient", "build_coefficient", "tax_row", "deduction_year", "life_year", "life_month", "outdoor",
    "hardest_hour", "calendar_month",
})  # fmt: skip


@dataclass(frozen=True)
class Quantity:
    """A named number: unit, axes, what it may be summed over, what it needs, and the function that makes it.

    `flow`: within a month or year (a claim about it speaks `over` a span); a stock is read at month ends.
    `rises`: never falls over time, so that a later record bounds an earlier date.
    `static`: no draw axis; computed once per run.
    `least`, `most`: what an input may be in its unit, where that is bounded.
    """

    name: str
    unit: str
    axes: tuple[str, ...]
    adds: frozenset[str]
    flow: bool
    rises: bool
    is_input: bool
    needs: tuple[str, ...]
    function: Callable[..., Any]
    least: float | None = None
    most: float | None = None

    @property
    def static(self) -> bool:
        """Computed once, without a draw axis."""
        return "draw" not in self.axes

    @property
    def doc(self) -> str:
        """The docstring: what it is, formula, units, source."""
        return inspect.getdoc(self.function) or ""

    @property
    def says(self) -> str:
        """The first line of the docstring."""
        return self.doc.split("\n", 1)[0]


def quantity(
    unit: str, axes: str = "", *, adds: str = "", flow: bool = False, rises: bool = False, least: float | None = None,
    most: float | None = None,
) -> Callable[[F], F]:  # fmt: skip
    """Declare a function as the maker of the quantity of its own name; the function is returned unchanged.

    The parameters' names are what it needs. A function whose only parameter is `known` makes an input: it returns one Estimate per cell
    (or a single Estimate where the quantity has no label axes). A parameter with a default value is not a need. `least` and `most` bound
    what a user may suppose of an input.
    """

    def declare(function: F) -> F:
        names = tuple(axes.split())
        unknown = [name for name in (*names, *adds.split()) if name not in AXES]
        if unknown or list(names) != sorted(names, key=AXES.index):
            raise InputError(
                say("{name}: axes must be of {axes}, in that order; got {names}", name=function.__name__, axes=AXES, names=names)
            )
        parameters = tuple(p.name for p in inspect.signature(function).parameters.values() if p.default is inspect.Parameter.empty)
        made = Quantity(
            function.__name__, unit, names, frozenset(adds.split()), flow, rises, parameters == ("known",), parameters, function,
            least, most,
        )  # fmt: skip
        function.quantity = made  # type: ignore[attr-defined]
        return function

    return declare


def quantities_of(module: Any) -> dict[str, Quantity]:
    """The quantities declared in a module (not those it imported), by name."""
    found = {}
    for value in vars(module).values():
        made = getattr(value, "quantity", None)
        if isinstance(made, Quantity) and value.__module__ == module.__name__:
            found[made.name] = made
    return found


def find(name: str, known: dict[str, Quantity]) -> Quantity:
    """A quantity by name, or an InputError with the nearest name."""
    if name not in known:
        raise InputError(
            say('there is no quantity "{name}"{near} (all: stargauge explain --list)', name=name, near=did_you_mean(name, known))
        )
    return known[name]
