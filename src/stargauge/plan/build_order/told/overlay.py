"""A plan as a part of a programme file: designed values that the ordinary model reads like any statement, and the file that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stargauge.plan.build_order.case.case import BuildCase, Choice, Target
from stargauge.plan.build_order.case.choices import FILE, SOURCE, Ground, Lot, overlay_of, supply_of
from stargauge.programme.known import Known
from stargauge.programme.proposals import yaml_of

#: The id of the source that a plan's values bear, where the programme has no other one of that name.
PLAN = "stargauge-plan"

Data = dict[str, Any]


@dataclass(frozen=True)
class About:
    """What an overlay says beside its case: the day it knows, the goal, the targets asked for and the seed; what may be decided where.

    `lots`: the buildings of the case, in its order; `grounds`: by site what it is known to have; `cooling`: the design chosen for a site,
    where one is.
    """

    now: Known
    goal: str
    targets: tuple[Target, ...]
    seed: int
    lots: tuple[Lot, ...] = ()
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    cooling: Mapping[str, str] = field(default_factory=dict)


def plan_overlay(case: BuildCase, chosen: Sequence[Choice], about: About) -> Data:
    """The plan as a mapping of the programme's form: starts of work, chips, supply, cooling, further buildings, targets as claims.

    What may be decided and is not built is given up on the day of the plan, so that it does not run. Of sites that are left as the file has
    them nothing is said but that.
    """
    built = {case.buildings[one.building].id: one for one in chosen if case.powers[one.power] != FILE}
    filed = {case.buildings[one.building].id for one in chosen} - built.keys()
    lots = [lot for lot in about.lots if lot.id in built]
    left = [lot for lot in about.lots if lot.id not in built and lot.id not in filed and not lot.further]
    starts = {name: case.months[one.start] for name, one in built.items()}
    sizes = {one.id: one.it_power for one in case.buildings}
    made = overlay_of(about.now, lots, starts, sizes, _supplies(case, chosen, about), about.cooling)
    idle = overlay_of(about.now, left, {lot.id: case.months[-1] for lot in left}, sizes, {}, {}, cancelled=True)
    kept = {name.split("/")[0] for name in filed}
    for site, part in idle["sites"].items():
        if site in kept:  # a start said of what is given up would move what stays as the file has it
            part["phases"] = {name: {"milestones": {"cancelled": one["milestones"]["cancelled"]}} for name, one in part["phases"].items()}
        made["sites"].setdefault(site, {"phases": {}})["phases"] |= part["phases"]
    for lot in lots:
        made["sites"][lot.site]["phases"][lot.phase]["hardware"] = {"value": case.chips[built[lot.id].chip], "source": SOURCE}
        if lot.further:
            made["sites"][lot.site]["phases"][lot.phase]["about"] = "A further building, like the last of its site."
    source = source_id(about.now)
    made = dict(_renamed(made, source))
    made["sources"] = {source: {**made["sources"][source], "title": _title(about)}}
    made["claims"] = {f"{source}-{place}": _claim(one, about, source) for place, one in enumerate(about.targets, 1)}
    return made


def source_id(now: Known) -> str:
    """The id of the plan's source: the usual one, with a number where the programme has that already."""
    taken = {*now.programme.sources, *now.programme.claims}
    return next(name for name in (PLAN, *(f"{PLAN}-{number}" for number in range(2, len(taken) + 3))) if name not in taken)


def written(overlay: Data, about: About, asked_as: str, command: str = "") -> str:
    """The overlay as the text of a file, with a head that says what it is and how it was made."""
    name = about.now.programme.name
    lines = [
        f"A plan for {name}, made with Stargauge from what was known on {about.now.as_of}. A plan, and no fact: its values are designed,",
        "and show as such wherever they show.",
        *([f"Made by  {command}"] if command else []),
        f"Read it  stargauge check {asked_as} --as-of {about.now.as_of} --scenario FILE",
    ]
    return "".join(f"# {line}\n" for line in lines) + yaml_of(overlay)


def _supplies(case: BuildCase, chosen: Sequence[Choice], about: About) -> dict[str, Data]:
    """What the file says of the supply of each site where something is built, sized for what is."""
    out: dict[str, Data] = {}
    for site, place in ((name, at) for at, name in enumerate(case.sites)):
        here = [one for one in chosen if case.buildings[one.building].site == place]
        if here and site in about.grounds and case.powers[here[0].power] != FILE:
            size = sum(case.buildings[one.building].facility_power for one in here)
            out[site] = supply_of(about.grounds[site], case.powers[here[0].power], size)
    return out


def _renamed(part: Any, source: str) -> Any:
    """The same with the plan's source by another id, wherever it stands as a key of sources or as the source of a value."""
    if not isinstance(part, Mapping):
        return part
    names = {SOURCE: source} if "sources" not in part and _is_source(part.get(SOURCE)) else {}
    return {names.get(key, key): source if key == "source" and value == SOURCE else _renamed(value, source) for key, value in part.items()}


def _is_source(value: Any) -> bool:
    return isinstance(value, Mapping) and "publisher" in value


def _title(about: About) -> str:
    asked = "; ".join(f"{one.text} with {100.0 * one.probability:.4g} %" for one in about.targets)
    return f"Plan for {about.now.programme.name}, goal {about.goal}, seed {about.seed}: {asked or 'no target'}"


def _claim(target: Target, about: About, source: str) -> Data:
    """A target as a claim, so that a check of the file tells with which probability it is kept."""
    return {
        "speaker": "Stargauge", "said": str(about.now.as_of), "source": source,
        "says": f"As planned, with {100.0 * target.probability:.4g} %: {target.text}.", "readings": {"as planned": target.text},
    }  # fmt: skip
