"""A plan of a whole programme as plain data: what is asked and promised, what is built where and when, what it costs, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.run import setting_of
from stargauge.audit.wording.sentence import sentence
from stargauge.engine.select import Frame
from stargauge.engine.series import Series
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.plan.build_order.asked import Wanted, reading_of, sites_of
from stargauge.plan.build_order.case.case import BuildCase, Choice, Target
from stargauge.plan.build_order.case.choices import FILE
from stargauge.plan.build_order.told.overlay import About, written
from stargauge.plan.build_order.told.promise import Promise, Simulated
from stargauge.plan.build_order.told.said import Said, told
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED
from stargauge.quantity.dates import day, from_day
from stargauge.quantity.shown import Shown, chart_of

Array = NDArray[np.float64]
Data = dict[str, Any]

LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
PLANNED, IMPOSSIBLE, NOTHING = "planned", "impossible", "nothing to decide"
#: What stands for the accelerators of a building that is left as the file has it.
AS_FILED = "as in the file"
#: How far the simulated probability may be from what is asked.
WITHIN = 0.03


@dataclass(frozen=True)
class ProgrammePlan(Shown):
    """The answer. `stated`: the run of the programme as it stands; `fresh`: that of the plan on draws which it has not seen.

    `parts`: what stands beside the plan, as in the data: cost, money, split, binding, frontier, insist, waiting, conflict, assumptions.
    `sites`: by site its power (capacity, wait) and cooling; `costs`: USD by building, `starts`:
    of work on each, None where it is as in the file and before the day of knowledge.
    """

    name: str
    asked_as: str
    known: Known
    wanted: Wanted
    targets: tuple[Target, ...]
    draws: int
    seed: int
    worlds: int
    stated: Simulated
    address: str
    about: About
    case: BuildCase | None = None
    promise: Promise | None = None
    fresh: Simulated | None = None
    sites: Mapping[str, Data] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    starts: Mapping[str, date | None] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Said | str, ...] = ()

    def __repr__(self) -> str:
        """Programme, whether there is a plan, each target with what it is kept with, draws and seed."""
        odds = self.fresh.probabilities if self.fresh is not None else (None,) * len(self.targets)
        targets = [one.text + ("" if got is None else f": {got:.0%}") for one, got in zip(self.targets, odds, strict=True)]
        return f"<Plan {self.name}, {self.status}, {'; '.join(targets)}, {self.draws:,} draws, seed {self.seed}>"

    @property
    def status(self) -> str:
        """Planned; impossible; or nothing to decide, where work on all that is known has begun."""
        if self.case is None or not self.case.buildings:
            return NOTHING
        return PLANNED if self.promise is not None else IMPOSSIBLE

    @property
    def kept(self) -> bool:
        """Whether each target is kept with what was asked, on draws that the plan has not seen, but for three points."""
        run = self.stated if self.status == NOTHING else self.fresh
        if run is None:
            return False
        return all(got >= target.probability - WITHIN for got, target in zip(run.probabilities, self.targets, strict=True))

    @property
    def overlay(self) -> Data | None:
        """The plan as a part of a programme file; None where there is none."""
        return None if self.promise is None else self.promise.overlay

    def text(self, command: str = "") -> str:
        """The overlay as the text of a file. Raises ValueError where there is no plan."""
        if self.overlay is None:
            raise ValueError("there is no plan to write")
        return written(self.overlay, self.about, self.asked_as, command)

    def chart(self) -> Any:
        """Capacity by month with the plan, beside the file as it stands."""
        return chart_of(self)

    def to_dict(self) -> Data:
        """As plain data. SI units, money in USD of the price year, days ISO; without anything that depends on the machine."""
        empty: Data = {
            "method": None, "cost": None, "money": None, "split": None, "binding": [], "frontier": [], "frontier_emissions": [],
            "insist": [],
            "waiting": {"decisions": [], "information": []}, "conflict": None, "assumptions": [],
        }  # fmt: skip
        return {
            "programme": {"name": self.name, "asked_as": self.asked_as}, "as_of": str(self.known.as_of), "seed": self.seed,
            "draws": self.draws, "worlds": self.worlds, "goal": self.wanted.goal, "status": self.status, "kept": self.kept,
            "targets": [self._target(place, one) for place, one in enumerate(self.targets)],
            **empty, **self.parts, "cost": self._cost(), "sites": self._sites(), "capacity": self._capacity(),
            "notes": [told(one) for one in self.notes], "overlay": self.overlay,
        }  # fmt: skip

    def _cost(self) -> Data | None:
        """The cost, with the probability of the first target that the programme has as it stands beside what it costs."""
        made: Data | None = self.parts.get("cost")
        if made is None or made["as_filed"] is None:
            return made
        return {**made, "as_filed": {**made["as_filed"], "probability": self.stated.probabilities[0]}}

    def _target(self, place: int, one: Target) -> Data:
        frame = Frame(model_graph().quantities, axes_of(self.known))
        said = sentence(reading_of(one, self.known), setting_of(self.known, frame).names)
        return {
            "text": one.text, "sentence": said, "amount": one.amount, "unit": one.unit, "by": str(one.day), "asked": one.probability,
            "promised": self.promise.selected.probabilities[place] if self.promise else None,
            "simulated": self.fresh.probabilities[place] if self.fresh else None,
            "error": self.fresh.errors[place] if self.fresh else None, "as_stated": self.stated.probabilities[place],
        }  # fmt: skip

    def _sites(self) -> list[Data]:
        chosen = self.promise.order.chosen if self.promise else ()
        run = self.fresh or self.stated
        out = []
        for site in self.known.sites:
            if site.id == UNSITED or site.spec is None:
                continue
            made = self._site(site.id, site.spec.name, chosen, run)
            if made["buildings"] or made["not_built"] or made["under_way"]:
                out.append(made)
        return out

    def _site(self, site: str, name: str, chosen: Sequence[Choice], run: Simulated) -> Data:
        case = self.case
        decided = {one.id for one in case.buildings} if case else set[str]()
        here = [one for one in chosen if case is not None and case.sites[case.buildings[one.building].site] == site]
        built = {case.buildings[one.building].id for one in here} if case else set[str]()
        known_here = [one for one in (case.buildings if case else ()) if one.id.split("/")[0] == site and not one.further]
        under_way = [
            {"id": one.id, "operational": day_levels(made.days), "it_power": middle(made.it_power)}
            for one in self.known.phases
            if one.site == site and one.id not in decided and (made := run.phases[one.id]) and np.isfinite(made.days).any()
        ]
        return {
            "id": site, "name": name or site, "power": None, "cooling": None, **self.sites.get(site, {}),
            "buildings": [self._building(one, run) for one in here], "under_way": under_way,
            "not_built": [one.id for one in known_here if one.id not in built],
        }  # fmt: skip

    def _building(self, one: Choice, run: Simulated) -> Data:
        assert self.case is not None
        building = self.case.buildings[one.building]
        made = run.phases[building.id]
        late = next((one for one in self.parts.get("waiting", {}).get("decisions", ()) if one["building"] == building.id), None)
        start = self.starts[building.id]
        return {
            "id": building.id, "start": str(start) if start else None, "latest": late["latest"] if late else None,
            "slack": late["slack"] if late else None, "chip": self._chip(one), "operational": day_levels(made.days),
            "in_time": self._in_time(building.id, made.days),
            "it_power": middle(made.it_power), "facility_power": middle(made.facility_power), "further": building.further,
            "cost": self.costs.get(building.id),
        }  # fmt: skip

    def _in_time(self, building: str, days: Array) -> dict[str, float]:
        """By place of each target of its site the share of draws in which a building runs by the day of that."""
        site, every = building.split("/")[0], [one.id for one in self.known.sites]
        of = [sites_of(reading_of(one, self.known), every) for one in self.targets]
        mine = [(place, one.day) for place, (one, sites) in enumerate(zip(self.targets, of, strict=True)) if not sites or site in sites]
        return {str(place): float((days <= day(last)).mean()) for place, last in mine}

    def _chip(self, one: Choice) -> str:
        """The accelerator of a building that is designed; one left as the file has it gets those of the file."""
        assert self.case is not None
        return AS_FILED if self.case.powers[one.power] == FILE else self.case.chips[one.chip]

    def _capacity(self) -> Data:
        """What runs by month, with the plan and as the programme stands, from the first month on."""
        plain = self.targets[0].unit
        stated = month_levels(self.stated.series[self.address])
        planned = month_levels(self.fresh.series[self.address]) if self.fresh else dict(stated)
        return {"address": self.address, "unit": plain, "months": [str(one) for one in self.known.months], **planned, "as_stated": stated}


def middle(values: Array) -> float:
    """The median of some draws."""
    return float(np.median(values))


def day_levels(days: Array) -> dict[str, str | None]:
    """P10, P50 and P90 of days, as dates; None where it is never."""
    found = np.quantile(days, list(LEVELS.values()), method="nearest")
    return {name: str(from_day(float(one))) if np.isfinite(one) else None for name, one in zip(LEVELS, found, strict=True)}


def month_levels(series: Series) -> dict[str, list[float]]:
    """P10, P50 and P90 of a series by month."""
    found = series.quantiles(tuple(LEVELS.values()))
    return {name: [float(value) for value in np.nan_to_num(np.asarray(found[level]))] for name, level in LEVELS.items()}
