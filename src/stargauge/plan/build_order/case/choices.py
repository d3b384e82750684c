"""What may be decided of a programme: buildings on which work has not begun, further ones like them, and what a site may be powered by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from stargauge.engine.sample import central
from stargauge.programme.axes import PhaseView
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED, PowerSource, Site
from stargauge.quantity.quantity import PHYSICAL_STAGES

#: What the buildings that are decided at a site may run on, by id.
SUPPLIES = ("stated", "grid", "gas-engine", "gas-turbine", "combined-cycle", "fuel-cell", "bridge")
#: In place of them a site may be left as the file has it: its dates, power and accelerators.
FILE = "file"
POWERS = (*SUPPLIES, FILE)
#: Of these, what burns gas on site, and the plant that it is; rented generators carry a site until the grid does.
GAS_POWERS = {name: name for name in ("gas-engine", "gas-turbine", "combined-cycle")} | {"bridge": "rented-generator"}
#: How further buildings are called in an overlay, and the id of its source.
FURTHER, SOURCE = "plan-", "plan"
_SOURCES = ("grid", "gas", "fuel_cell", "solar", "wind", "nuclear")


class Lot(NamedTuple):
    """A building that is decided: its phase in the file, or a further one that is like the last of its site.

    `id`: `site/phase`; `like`: the phase whose size it has, its own or that of the last one of its site; `further`: not in the file.
    """

    id: str
    site: str
    phase: str
    like: str
    further: bool


class Ground(NamedTuple):
    """A site on which something is decided. `begun`: work has begun on it, or something runs; `capacity`: W by source that carries it, as
    stated; `backup`: sources that are stated as backup."""

    id: str
    begun: bool
    capacity: Mapping[str, float]
    backup: tuple[str, ...] = ()


def begun(now: Known, phase: PhaseView) -> bool:
    """Whether the record has work on a phase begun, or more."""
    return any(now.milestone_observed(phase, stage) is not None for stage in PHYSICAL_STAGES)


def given_up(now: Known, phase: PhaseView) -> bool:
    """Whether a phase, or its site, was cancelled, or paused and not taken up again."""
    return now.milestone_cancelled(phase) is not None or now.milestone_paused(phase) is not None


def buildings_of(now: Known, further: Mapping[str, int]) -> tuple[Lot, ...]:
    """What is decided, site by site in the order of the file, further buildings behind. `further`: how many of them, by site."""
    out = list[Lot]()
    for site in now.sites:
        here = [phase for phase in now.phases if phase.site == site.id and site.id != UNSITED and not given_up(now, phase)]
        out += [Lot(one.id, site.id, _name(one), one.id, False) for one in here if not begun(now, one)]
        names = (f"{FURTHER}{number + 1}" for number in range(further.get(site.id, 0) if here else 0))
        out += [Lot(f"{site.id}/{name}", site.id, name, here[-1].id, True) for name in names]
    return tuple(out)


def _name(phase: PhaseView) -> str:
    return phase.id.split("/", 1)[1]


def further_buildings(now: Known, facility_power: Mapping[str, float], land_per_power: float) -> dict[str, int]:
    """How many more buildings like its last one a site has room for, an assumption: as its stated land allows, else as many as it has.

    n = floor((land / land per power - power of its phases) / power of the last), else their number                   (1)

    `facility_power`: W of each phase; `land_per_power`: m2/W of facility power.
    """
    out = {}
    for site in now.sites:
        here = [phase.id for phase in now.phases if phase.site == site.id and site.spec is not None and not given_up(now, phase)]
        if not here or site.spec is None or not facility_power[here[-1]] > 0.0:
            continue
        land = _number(now, site.spec.land)
        room = land / land_per_power - sum(facility_power[one] for one in here)
        out[site.id] = len(here) if np.isnan(land) else max(int(room / facility_power[here[-1]] + 1e-9), 0)
    return out


def _number(now: Known, said: Sequence[Any]) -> float:
    return float(np.asarray(central(now.estimate(said).value)))


# --- power ------------------------------------------------------------------------------------------------------------------------


def ground_of(now: Known, site: str) -> Ground:
    """What a site is known to have: whether work has begun on it, and what is stated of its power."""
    spec = next(one.spec for one in now.sites if one.id == site)
    on_it = any(begun(now, phase) for phase in now.phases if phase.site == site and not given_up(now, phase))
    said = {name: entry for name in _SOURCES if spec is not None and (entry := _entry(spec, name)).capacity}
    carries = {name: _number(now, entry.capacity) for name, entry in said.items() if entry.role != "backup"}
    return Ground(site, on_it, carries, tuple(name for name in said if name not in carries))


def _entry(spec: Site, source: str) -> PowerSource:
    found: PowerSource = getattr(spec.supply, source)
    return found


def powers_of(ground: Ground) -> tuple[str, ...]:
    """What the decided buildings of a site may run on; what is begun keeps what is stated for it.

    `stated`: only where something is. `grid` and `bridge`: not where a connection is stated, which has to do. Where work has begun, a plant
    that the file states, as backup too, stays that of what is begun: of its kind there is no second one. Nothing is asked of a grid beside
    a plant that carries what is begun.
    """
    kept = {*ground.capacity, *ground.backup} if ground.begun else set[str]()
    out = ["stated"] if ground.capacity else []
    if "grid" not in ground.capacity:
        out += [] if ground.begun and {*ground.capacity} & {"gas", "fuel_cell"} else ["grid"]
        out += [] if "gas" in kept else ["bridge"]
    out += [] if "gas" in kept else [name for name in GAS_POWERS if name != "bridge"]
    out += [] if "fuel_cell" in kept else ["fuel-cell"]
    return tuple(name for name in SUPPLIES if name in out)


def carried(ground: Ground, power: str, needed: float) -> bool:
    """Whether a power of a site reaches so far: what is stated has a size, all else is built or asked for as large as it is needed."""
    return power != "stated" or needed <= sum(ground.capacity.values()) * (1.0 + 1e-6)


def supply_of(ground: Ground, power: str, capacity: float) -> dict[str, Any]:
    """What an overlay says of the supply of a site that is to run on a power of so many W; nothing for what is stated.

    A plant feeds what is decided along with it, and nothing that is begun: for good, where nothing has begun there alone (the grid has then
    no capacity); as a bridge until the grid does.
    """
    size = {"value": f"{capacity:.0f} W", "status": "planned", "source": SOURCE}
    none = {"grid": {"capacity": {"value": "0 W", "status": "planned", "source": SOURCE}}} if not ground.begun and power != "bridge" else {}
    role = "prime" if ground.begun and power != "bridge" else "alone"
    if power in GAS_POWERS:
        return {**none, "gas": {"capacity": size, "plant": GAS_POWERS[power], "role": role}}
    if power == "fuel-cell":
        return {**none, "fuel_cell": {"capacity": size, "role": role}}
    plants = [name for name in ("gas", "fuel_cell") if power == "grid" and name in ground.capacity]
    return {name: {"role": "backup"} for name in plants}


# --- an overlay -------------------------------------------------------------------------------------------------------------------


def overlay_of(
    now: Known, lots: Iterable[Lot], starts: Mapping[str, date], sizes: Mapping[str, float],
    supply: Mapping[str, Mapping[str, Any]], cooling: Mapping[str, str], cancelled: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """The part of a programme by which buildings start on some days, as a plan made here.

    `sizes`: IT power (W) of further buildings by id, as the ratio of facility power is that of their site, which they do not set; `supply`
    and `cooling`: by site; `cancelled`: none of them is built. A start goes with that all the same, so that older plans for them say
    nothing any more. A building without a start, and a site with none that has one, stays as the file has it.
    """
    sites: dict[str, dict[str, Any]] = {}
    for lot in (one for one in lots if one.id in starts):
        at = sites.setdefault(lot.site, {"phases": {}})
        dates = {"under_construction": {"value": starts[lot.id].isoformat(), "status": "planned", "source": SOURCE}}
        if cancelled:
            dates["cancelled"] = {"value": now.as_of.isoformat(), "status": "cancelled", "source": SOURCE}
        phase: dict[str, Any] = {"milestones": dates}
        if lot.further:
            phase["it_power"] = {"value": f"{sizes[lot.id]:.0f} W", "status": "planned", "source": SOURCE}
        at["phases"][lot.phase] = phase
    for site, part in supply.items():
        if site in sites:
            sites[site] |= {"supply": dict(part)} if part else {}
    for site, design in cooling.items():
        if site in sites:
            sites[site]["cooling"] = design
    source = {"publisher": "Stargauge", "title": "a plan", "date": now.as_of.isoformat(), "grade": "D", "designed": True}
    return {"sources": {SOURCE: source}, "sites": sites}
