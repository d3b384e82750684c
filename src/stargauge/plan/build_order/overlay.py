"""A plan as a part of a programme file: designed values that the ordinary model reads like any statement, and the file that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stargauge.plan.build_order.case import BuildCase, Choice, Target
from stargauge.programme.proposals import yaml_of
from stargauge.programme.schema import Programme

#: The id of the source that a plan's values bear, and that of the claim which holds its targets.
SOURCE = "stargauge-plan"
#: What burns gas on site, by the power it is chosen as, and the plant that the file then names.
GAS = {"gas-engine": "gas-engine", "gas-turbine": "gas-turbine", "combined-cycle": "combined-cycle", "bridge": "rented-generator"}

Data = dict[str, Any]


@dataclass(frozen=True)
class About:
    """What an overlay says of itself: the programme, the goal, its targets, the day that it knows, the seed, and the command that makes it.

    `begun`: W of facility power on which work has begun, by site. `cooling`: the design chosen for a site, where one is. `commitments`:
    money that parties are asked for, by party and id, in the form of the file.
    """

    programme: str
    goal: str
    targets: tuple[Target, ...]
    as_of: date
    seed: int
    command: str = ""
    begun: Mapping[str, float] = field(default_factory=dict)
    cooling: Mapping[str, str] = field(default_factory=dict)
    commitments: Mapping[str, Mapping[str, Data]] = field(default_factory=dict)


def plan_overlay(case: BuildCase, chosen: Sequence[Choice], about: About, programme: Programme) -> Data:
    """The plan as a mapping of the programme's form: starts of work, chips, supply, cooling, further buildings, money, targets as claims.

    What is decided and not built is given up on the day of the plan, so that it does not run.
    """
    source = source_id(programme)
    built = {one.building: one for one in chosen}
    sites: Data = {}
    for at, building in enumerate(case.buildings):
        site, _, phase = building.id.partition("/")
        if at not in built and building.further:
            continue
        made = _built(case, built[at], source) if at in built else _given_up(about.as_of, source)
        sites.setdefault(site, {}).setdefault("phases", {})[phase] = made
    for place, site in enumerate(case.sites):
        here = [one for one in chosen if case.buildings[one.building].site == place]
        if not here:
            continue
        added = sum(case.buildings[one.building].facility_power for one in here)
        supply = supply_of(case.powers[here[0].power], added, about.begun.get(site, 0.0), source)
        sites[site] |= {"supply": supply} if supply else {}
        sites[site] |= {"cooling": about.cooling[site]} if site in about.cooling else {}
    parties = {party: {"commitments": dict(lines)} for party, lines in about.commitments.items() if lines}
    return {
        "sources": {source: _source(about)}, "sites": sites, **({"parties": parties} if parties else {}),
        "claims": {f"{source}-target-{place}": _claim(one, about, source) for place, one in enumerate(about.targets, 1)},
    }  # fmt: skip


def source_id(programme: Programme) -> str:
    """The id of the plan's source: the usual one, with a number where the programme has that already."""
    taken = {*programme.sources, *programme.claims}
    return next(name for name in (SOURCE, *(f"{SOURCE}-{number}" for number in range(2, len(taken) + 3))) if name not in taken)


def written(overlay: Data, about: About) -> str:
    """The overlay as the text of a file, with a head that says what it is and how it was made."""
    lines = [
        f"A plan for {about.programme}, made with Stargauge from what was known on {about.as_of}. A plan, and no fact:",
        "its values are designed, and show as such wherever they show.",
        *([f"Made by: {about.command}"] if about.command else []),
        f"Read it: stargauge check {about.programme if ' ' not in about.programme else 'PROGRAMME'} --as-of {about.as_of} --scenario FILE",
    ]
    return "".join(f"# {line}\n" for line in lines) + yaml_of(overlay)


def supply_of(power: str, added: float, begun: float, source: str) -> Data:
    """What a site's file says of its supply where a power is chosen: sized for what is planned and what has begun; nothing for `stated`.

    Plants on site carry it alone: for good, with no grid, or, rented, until the grid is there.
    """
    if power == "stated":
        return {}
    whole = _said(_megawatts(added + begun), source)
    if power == "grid":
        return {"grid": {"capacity": whole}}
    alone = {"capacity": whole, "role": "alone"}
    plant = {"fuel_cell": alone} if power == "fuel-cell" else {"gas": {**alone, "plant": GAS[power]}}
    return {**plant, "grid": {"capacity": whole if power == "bridge" else _said("0 MW", source)}}


def _source(about: About) -> Data:
    asked = "; ".join(f"{one.text} with {100.0 * one.probability:.4g} %" for one in about.targets)
    title = f"Plan for {about.programme}, goal {about.goal}, seed {about.seed}: {asked or 'no target'}"
    return {"publisher": "Stargauge", "title": title, "date": str(about.as_of), "designed": True}


def _built(case: BuildCase, one: Choice, source: str) -> Data:
    building = case.buildings[one.building]
    start = _said(str(case.months[one.start]), source, "planned")
    made: Data = {"hardware": _said(case.chips[one.chip], source), "milestones": {"under_construction": start}}
    if building.further:
        it, facility = (_said(_megawatts(power), source) for power in (building.it_power, building.facility_power))
        made |= {"about": "A further building, like the last of its site", "it_power": it, "facility_power": facility}
    return made


def _given_up(day: date, source: str) -> Data:
    return {"milestones": {"cancelled": _said(str(day), source, "cancelled")}}


def _claim(target: Target, about: About, source: str) -> Data:
    return {
        "speaker": "Stargauge", "said": str(about.as_of), "source": source,
        "says": f"As planned, with {100.0 * target.probability:.4g} %: {target.text}.", "readings": {"as planned": target.text},
    }  # fmt: skip


def _said(value: str, source: str, status: str = "") -> Data:
    return {"value": value, **({"status": status} if status else {}), "source": source}


def _megawatts(power: float) -> str:
    return f"{power / 1e6:.6g} MW"
