"""What a workbook of a site's or a programme's finance holds: the numbers of one world as inputs with unit, source and grade.

Nothing is judged here. Of a programme every input that is one number for all sites stands once; those of a site are called
`site__name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from stargauge.engine.case import Case
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.instruments import places_of
from stargauge.quantity.quantity import ASSETS, COMPONENTS, STAGES
from stargauge.quantity.reversion import reverting_path
from stargauge.quantity.statement import Estimate

#: Day counts of the model less those of a spreadsheet, in which 1 January 1900 is day 1 and 1900 has a 29 February.
SPREADSHEET_DAYS = date(1899, 12, 30).toordinal()
_YEAR, _MONTH = 365.25, 365.25 / 12.0
_KILOWATT_MONTH = 1000.0 * _MONTH
_START, _ENERGISED, _OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
_BUILDING = COMPONENTS[: COMPONENTS.index("generation") + 1]
_LEASE, _CLOUD = places_of("lease"), places_of("contract")
#: Inputs of each phase: name, label, unit, and the quantity of the model they are read from.
_OF_PHASE = (
    ("start", "work starts", "date", "uncancelled_date"),
    ("energised", "power is on", "date", "uncancelled_date"),
    ("operational", "runs", "date", "uncancelled_date"),
    ("planned", "was planned to run", "date", "planned_date"),
    ("stop", "is given up", "date", "cancelled_date"),
    ("installed", "equipment is installed", "date", "installed_date"),
    ("it_power", "IT power", "W", "phase_it_power"),
    ("plants_beyond", "cost of its plants beyond the mean of the site", "USD/W", "generation_cost_shift"),
    ("h100_per_kilowatt", "H100 per kW of IT power", "1/kW", "phase_chip"),
    ("h100_per_kilowatt_next", "H100 per kW once renewed", "1/kW", "refresh_chip"),
    ("newest", "its generation is the newest announced", "flag", "phase_chip"),
    ("newest_next", "the next generation is the newest announced", "flag", "refresh_chip"),
)
_STAGE_OF = {"start": _START, "energised": _ENERGISED, "operational": _OPERATIONAL, "planned": _OPERATIONAL}
#: What lenders look at: cost, less what is given up and what others bring.
_LENT_AGAINST = {"asset_cost": 1.0, "asset_cost_given_up": -1.0, "customer_money": -1.0, "vendor_credit": -1.0}
_CHIPS = ("phase_chip", "refresh_chip")
#: Names of sheets end at 31 characters, and those of a site's hold its key.
_LONGEST_KEY = 18
_TAX_ROWS = {
    "five": ("5-year", ("half-year", *(f"quarter-{q}" for q in range(1, 5)))),
    "fifteen": ("15-year", ("half-year", *(f"quarter-{q}" for q in range(1, 5)))),
    "building": ("building", tuple(f"month-{m}" for m in range(1, 13))),
}

#: What is read of the world, beyond what is named by an input of the workbook.
READ = (
    "uncancelled_date", "cancelled_date", "phase_it_power", "phase_site", "construction_components", "planned_date", "installed_date",
    "phase_chip", "refresh_chip", "h100e_per_power", "chip_ships_from", "contract_power", "contract_term", "contract_default_date",
    "contract_left_date", "lease_rent_stated", "lease_growth", "contract_rate", "contract_take_or_pay", "line_delay_damages",
    "line_serves", "line_kind", "line_amount", "line_to_site", "line_brings_prepayment", "line_brings_equipment", "line_is_vendor",
    "loan_to_cost_limit", "loan_rate_stated", "loan_spread_stated", "debt_spread", "permanent_jobs_per_power", "design_power_ratio",
    "operations_wage", "benefits_load", "own_use", "abatement_kept", "opex_energy", "energy_unit_cost", "life_power_it", "price_level",
    "life_price_level", "life_days", "life_end", "life_year_end", "lease_guarantee_paid", "accelerator_rent_level", "base_rate",
    "base_rate_reversion", "base_rate_volatility", "base_rate_shock",
    "accelerator_rent", "lease_term_usual", "lease_escalation", "lease_let_share", "abatement_share", "abatement_term",
    "price_index_observed", "month_end", "deduction_share", "bonus_earlier", "bound_date_stated", "site_known_from", "loan_draw_rule",
    "asset_cost_given_up", "customer_money", "vendor_credit", "loans_agreed",
    "generation_cost_shift",
)  # fmt: skip
#: Totals of the run that the workbook is held against: row of the workbook by asset, from what they are read.
COMPARED: tuple[tuple[str, str, str, str], ...] = (
    ("cost", "cost", "asset_cost", ""), ("income_full", "income", "", "income"), ("running_full", "running cost", "", "running"),
    ("drawn", "senior loan drawn", "senior_loan", "drawn"), ("carry", "interest and fees while building", "senior_loan", "costs"),
    ("interest", "interest", "senior_loan", "interest"), ("gap", "refinancing gap", "senior_loan", "gap"), ("tax", "tax", "asset_tax", ""),
    ("available", "cash available for debt service", "cash_accounts", "available"),
    ("paid", "senior service paid", "cash_accounts", "paid"),
    ("distribution", "paid to the owners", "cash_accounts", "distribution"), ("investment", "put in by the owners", "owner_investment", ""),
    ("equity_flow", "owners' flow", "equity_flow", ""),
    ("book_profit", "book profit", "book_profit", ""), ("npv", "net present value", "npv", ""),
)  # fmt: skip
_INCOMES = {"income": ("lease_income", "compute_income"), "running": ("building_running_cost", "equipment_running_cost")}


@dataclass(frozen=True)
class Plain:
    """An input that is one number of the model, in a unit that people read: `value * factor`."""

    name: str
    label: str
    unit: str
    quantity: str
    factor: float = 1.0
    asset: str = ""
    group: str = ""


def workbook_data(case: Case, site: str | None, overlays: Mapping[str, Case], told: Mapping[str, Any]) -> dict[str, Any]:
    """The world of a case at one site, or at all that are financed, as inputs of a workbook.

    `overlays`: the same world in named scenarios; `told`: what the cover says. Raises InputError for a site that is not there, or has no
    phase that is known, and for a scenario with other phases or contracts.
    """
    chosen = _chosen(case, site)
    whole = site is None
    once = _once((case, *overlays.values()), chosen) if whole else frozenset()
    out = _world(case, chosen, whole, once)
    others = {name: _overlaid(name, case, other, chosen, whole, once, out) for name, other in overlays.items()}
    for one in (*_given(out), *out["as_run"]):
        held = {name: values[one["name"]] for name, values in others.items()}
        one["overlays"] = {name: value for name, value in held.items() if value != one["value"]}
    for path in out["paths"]:
        path["overlays"] = {name: values[path["name"]] for name, values in others.items()}
    fingerprint = case.fingerprint(dict.fromkeys((*READ, "equity_flow")))
    where = site or f"all {len(chosen)} sites ({', '.join(chosen)})"
    return {**out, **told, "site": where, "overlays": list(overlays), "fingerprint": fingerprint}


def same_parts(case: Case, other: Case, site: str | None) -> bool:
    """Whether a site, or the programme, has the same phases and commitments in another world, so that both fit one workbook."""
    ours, theirs = case.world.axes, other.world.axes
    if any(ours[axis] != theirs[axis] for axis in ("line", "life_month", "month")):
        return False
    if site is None:
        return ours["site"] == theirs["site"] and ours["phase"] == theirs["phase"]
    return site in theirs["site"] and _phases(case, site) == _phases(other, site)


def _phases(case: Case, site: str) -> list[str]:
    return [phase for phase in case.world.axes["phase"] if phase.startswith(f"{site}/")]


def _chosen(case: Case, site: str | None) -> list[str]:
    """The site that was asked for; else all with a phase that is known. Raises InputError for one with nothing to finance."""
    sites = case.world.axes["site"]
    has = np.isin(np.arange(len(sites)), np.asarray(case.values(["phase_site"])["phase_site"]))
    if site is None:
        financed = [one for one, some in zip(sites, has, strict=True) if some]
        if not financed:
            raise InputError("no phase of any site is known by then, so there is nothing to finance")
        return financed
    if site not in sites:
        raise InputError(f'there is no site "{site}"{did_you_mean(site, sites)} (all: {", ".join(sites)})')
    if not has[sites.index(site)]:
        raise InputError(f'no phase of "{site}" is known by then, so there is nothing to finance')
    return [site]


def _once(cases: Iterable[Case], sites: Sequence[str]) -> frozenset[str]:
    """Inputs by site that one statement gives for every site, in each of these worlds: they stand once for the programme."""
    out = {one.name for one in _plain()}
    for case in cases:
        known = [site for site in sites if site in case.world.axes["site"]]
        values = case.values(dict.fromkeys(("phase_site", *(one.quantity for one in _plain()))))
        readers = [_Reader(case, site, values) for site in known]
        out &= {one.name for one in _plain() if len({reader.value_of(one) for reader in readers}) == 1 and _one_statement(readers, one)}
    return frozenset(out)


def _one_statement(readers: Sequence[_Reader], one: Plain) -> bool:
    said = [reader.said_of(one) for reader in readers]
    return said[0] is not None and all(other == said[0] for other in said)


def _world(case: Case, sites: Sequence[str], whole: bool, once: frozenset[str]) -> dict[str, Any]:
    """Inputs of a world. `whole`: of a programme, so that the names of each site's own begin with the site, but for those in `once`."""
    values = _values(case)
    keys = _keys(sites) if whole else [""]
    each = {key: _Reader(case, site, values, once).data() for key, site in zip(keys, sites, strict=True)}
    common = next(iter(each.values()))
    of_site = ("phases", "leases", "contracts", "draw_rules")
    out = {
        **{name: value for name, value in common.items() if name not in of_site},
        "sites": [{"key": key, "site": site, **{name: each[key][name] for name in of_site}} for key, site in zip(keys, sites, strict=True)],
    }
    if not whole:
        return out
    every = [(key, site, each[key]) for key, site in zip(keys, sites, strict=True)]
    return {
        **out,
        "groups": [*_shared(data["groups"] for _, _, data in every), *(one for each_site in every for one in _own_groups(*each_site))],
        "paths": [_named(key, path, site) for key, site, data in every for path in data["paths"]],
        "as_run": [*_as_run(values, slice(None)), *(_named(key, one, site) for key, site, data in every for one in data["as_run"])],
    }


def _keys(sites: Sequence[str]) -> list[str]:
    """A short name of each site that may stand in formulas and names of sheets: letters, figures, single underscores."""
    out: list[str] = []
    for site in sites:
        key = re.sub(r"[^A-Za-z0-9]+", "_", site)[:_LONGEST_KEY].strip("_") or "site"
        key = key if key[0].isalpha() else f"s{key}"
        taken = {one.lower() for one in out}
        out.append(next(one for one in (key, *(f"{key}{n}" for n in range(2, len(sites) + 2))) if one.lower() not in taken))
    return out


def _shared(groups: Iterable[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """What is one number for the whole programme, each once, in the groups of the first site that has it."""
    out: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for group in (one for many in groups for one in many):
        new = [one for one in group["inputs"] if one["shared"] and one["name"] not in seen]
        seen |= {one["name"] for one in new}
        if new:
            held = out.setdefault(group["title"], _group(group["title"], [], group["note"]))
            held["inputs"] += new
    return list(out.values())


def _own_groups(key: str, site: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What belongs to a site."""
    own = [(group, [_named(key, one, site) for one in group["inputs"] if not one["shared"]]) for group in data["groups"]]
    return [_group(f"{site}: {group['title']}", inputs) for group, inputs in own if inputs]


def _named(key: str, one: Mapping[str, Any], site: str) -> dict[str, Any]:
    """An input, path or total of a site among those of others."""
    return {**one, "name": f"{key}__{one['name']}", "label": f"{site}: {one['label']}"}


def _values(case: Case) -> dict[str, Any]:
    """Everything that is read of a world."""
    compared = [name for _, _, name, _ in COMPARED if name]
    return case.values(dict.fromkeys((*READ, *(one.quantity for one in _plain()), *compared, *_INCOMES["income"], *_INCOMES["running"])))


def _overlaid(
    name: str, case: Case, other: Case, sites: Sequence[str], whole: bool, once: frozenset[str], base: Mapping[str, Any]
) -> dict[str, Any]:
    """The inputs of the sites in a scenario, its paths by month and its totals, by name."""
    known = other.world.axes["site"]
    differs = [site for site in sites if site not in known or _phases(case, site) != _phases(other, site)]
    if not differs and whole and _chosen(other, None) != list(sites):
        differs = [site for site in _chosen(other, None) if site not in sites]
    made = _world(other, sites, whole, once) if not differs else base
    values = {one["name"]: one["value"] for one in _given(made)}
    differs += [ours["site"] for ours, theirs in zip(base["sites"], made["sites"], strict=True) if ours != theirs]
    if differs or made["months"] != base["months"] or values.keys() != {one["name"] for one in _given(base)}:
        where = ", ".join(differs) or base["sites"][0]["site"]
        raise InputError(
            f'the scenario "{name}" gives {where} other phases or contracts, so it is no overlay of the same workbook; '
            "write one of its own: --scenario instead of --overlay"
        )
    return values | {one["name"]: one["value"] for one in made["as_run"]} | {path["name"]: path["values"] for path in made["paths"]}


def _given(data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for group in data["groups"]:
        yield from group["inputs"]


class _Reader:
    """Reads the world of a case at one site. `once`: inputs that are the same at every site."""

    def __init__(self, case: Case, site: str, values: Mapping[str, Any], once: frozenset[str] = frozenset()) -> None:
        self.case, self.site, self.values, self.once = case, site, values, once
        self.plain = _plain()
        self.at = case.world.axes["site"].index(site)
        self.phases = [int(place) for place in np.flatnonzero(np.asarray(self.values["phase_site"]) == self.at)]
        self.labels = [case.world.axes["phase"][place] for place in self.phases]
        self.keys = [f"p{number}" for number in range(1, len(self.phases) + 1)]

    def data(self) -> dict[str, Any]:
        leases, lease_lines = self._parts(_LEASE, "a")
        contracts, cloud_lines = self._parts(_CLOUD, "c")
        unlet = [number for number, _ in enumerate(self.phases) if not any(part["phase"] == self.keys[number] for part in leases)]
        leases += [
            {"key": f"u{number + 1}", "phase": self.keys[number], "line": "unlet", "name": f"{self._phase_name(number)}, no lease stated"}
            for number in unlet
        ]
        points = self._price_points()
        return {
            "phases": [(key, self._phase_name(number)) for number, key in enumerate(self.keys)],
            "leases": leases, "contracts": contracts, "points": len(points) // 2,
            "months": len(self.values["life_end"]), "years": self._years(), "components": list(_BUILDING),
            "level_years": self._level_years(), "draw_rules": {asset: self._draw_rule(asset) for asset in ASSETS},
            "groups": [
                _group("Conventions", _common(_conventions(self)), "Day counts and thresholds of the model."),
                _group("Prices and markets", _common([*self._many("prices"), self._newest_day(), *points, *self._levels()]),
                       "Rent of the market and the base rate by the end of each year; between them they move in a straight line."),
                *self._phase_groups(),
                _group("Cost", [*self._components(), *self._many("cost")]),
                _group("Leases", [*self._lease_inputs(lease_lines, bool(unlet)), *self._let(leases, _LEASE), *self._many("lease")]),
                _group("Cloud contracts, own use, market",
                       [*self._cloud_inputs(cloud_lines), *self._let(contracts, _CLOUD), *self._many("compute")]),
                _group("Running cost", [*self._running(), *self._many("running")]),
                *(_group(f"Financing of the {asset}", self._loan(asset)) for asset in ASSETS),
                _group("Other financing, tax, owners", [*self._promised(), *self._many("owners"), *self._tax()]),
            ],
            "paths": self._paths(), "tables": self._tables(), "as_run": _as_run(self.values, self.at),
        }  # fmt: skip

    def one(self, name: str, *places: int) -> float:
        """A number of the world."""
        return float(np.asarray(self.values[name])[places])

    def estimate(self, quantity: str, *labels: str) -> Estimate | None:
        """What is held about an input of the model; of a quantity that is computed nothing."""
        return self.case.estimate(quantity, *labels)

    def _phase_name(self, number: int) -> str:
        return self.labels[number].rpartition("/")[2].replace("-", " ")

    def _years(self) -> list[int]:
        ends = self.values["life_year_end"]
        return [date.fromordinal(int(end)).year for end in (ends[0], ends[-1])]

    def _many(self, group: str) -> list[dict[str, Any]]:
        return [self._told(one, self.value_of(one)) for one in self.plain if one.group == group]

    def said_of(self, one: Plain) -> Estimate | None:
        """What is held about an input that is one number of the model."""
        return self.estimate(one.quantity, *self._labels(one))

    def value_of(self, one: Plain) -> float:
        """Its value, in the unit that people read."""
        axes, labels = self.case.world.axes, self._labels(one)
        names = [axis for axis in self.case.world.graph.quantities[one.quantity].axes if axis != "draw"]
        return self.one(one.quantity, *(axes[axis].index(label) for axis, label in zip(names, labels, strict=True))) * one.factor

    def _labels(self, one: Plain) -> tuple[str, ...]:
        """Which cell of its quantity an input is: that of its asset and of the site."""
        names = {"asset": one.asset, "site": self.site}
        return tuple(names[axis] for axis in self.case.world.graph.quantities[one.quantity].axes if axis != "draw")

    def _told(self, one: Plain, value: float) -> dict[str, Any]:
        labels = self._labels(one)
        made = _input(one.name, one.label, one.unit, value, self.said_of(one), f"{one.quantity}{_address(labels)}")
        return {**made, "shared": self.site not in labels or one.name in self.once}

    def _price_points(self) -> list[dict[str, Any]]:
        observed = np.asarray(self.values["price_index_observed"])
        made = self.estimate("price_index_observed")
        out = []
        for number, place in enumerate(np.flatnonzero(~np.isnan(observed)), start=1):
            day = self.one("month_end", int(place))
            out.append(_input(f"price_point_date_{number}", f"Price index, point {number}: day", "date", day, made, "price_index_observed"))
            out.append(
                _input(f"price_point_{number}", f"Price index, point {number}", "1", float(observed[place]), made, "price_index_observed")
            )
        return sorted(out, key=lambda one: ("date" not in one["name"], int(one["name"].rpartition("_")[2])))

    def _level_years(self) -> list[int]:
        """Years at whose end the levels of the markets are given: those that end after the knowledge date."""
        known = self.one("known_date")
        years = [date.fromordinal(int(end)).year for end in self.values["life_year_end"] if end > known]
        return [years[0], years[-1]] if years else []

    def _levels(self) -> list[dict[str, Any]]:
        """Rent and base rate as they stand at the knowledge date and at the end of each year."""
        ends = np.asarray(self.values["life_end"])
        rent, base = np.asarray(self.values["accelerator_rent_level"]), self._unfloored_base_rate()
        at = {date.fromordinal(int(end)).year: int(np.flatnonzero(ends == end)[0]) for end in self.values["life_year_end"]}
        years = [year for year in at if self.values["life_year_end"][list(at).index(year)] > self.one("known_date")]
        out = [
            _input("market_rent_known", "Market rent of an H100 hour, at the knowledge date", "USD/h", self.one("accelerator_rent"),
                   self.estimate("accelerator_rent"), "accelerator_rent"),
        ]  # fmt: skip
        out += [
            _input(f"market_rent_{y}", f"Market rent at the end of {y}", "USD/h", float(rent[at[y]]), None, "accelerator_rent_level")
            for y in years
        ]
        known, said = self.one("base_rate_long_run"), self.estimate("base_rate_long_run")
        out.append(_input("base_rate_known", "Base rate of interest, at the knowledge date", "1/year", known, said, "base_rate"))
        out += [_input(f"base_rate_{y}", f"Base rate at the end of {y}", "1/year", float(base[at[y]]), None, "base_rate") for y in years]
        return out

    def _unfloored_base_rate(self) -> Any:
        """The base rate; where its floor at zero holds, the level below, so that a straight line between two levels meets the floor
        where the path does."""
        names = ("base_rate_long_run", "base_rate_reversion", "base_rate_volatility", "base_rate_shock")
        level, reversion, volatility, shocks = (np.asarray(self.values[name])[None] for name in names)
        days, ends = np.asarray(self.values["life_end"]), np.asarray(self.values["life_year_end"])
        path = reverting_path(level, self.one("known_date"), level, reversion, volatility, shocks, ends, days)[0]
        floored = np.asarray(self.values["base_rate"])
        return np.where(floored > 0.0, floored, np.minimum(path, 0.0))

    def _phase_groups(self) -> list[dict[str, Any]]:
        return [
            _group(f"Phases: {label}", [
                _input(f"{name}_{key}", f"{self._phase_name(number)}: {label}", unit, self._of_phase(name, quantity, self.phases[number]),
                       None, f"{quantity}[{self.labels[number]}]")
                for number, key in enumerate(self.keys)
            ])
            for name, label, unit, quantity in _OF_PHASE
        ]  # fmt: skip

    def _of_phase(self, name: str, quantity: str, place: int) -> float:
        """A number of a phase: at a stage, of its generation of accelerators, or its own."""
        if name in _STAGE_OF:
            return self.one(quantity, _STAGE_OF[name], place)
        if quantity not in _CHIPS:
            return self.one(quantity, place)
        chip = int(self.one(quantity, place))
        if name.startswith("newest"):
            return float(chip == int(np.argmax(np.nan_to_num(np.asarray(self.values["chip_ships_from"]), nan=-np.inf))))
        return 1000.0 * self.one("h100e_per_power", chip)

    def _newest_day(self) -> dict[str, Any]:
        ships = np.asarray(self.values["chip_ships_from"])
        return _input(
            "newest_ships", "Day from which the newest generation announced ships", "date", float(np.nanmax(ships)), None, "chip_ships_from"
        )

    def _components(self) -> list[dict[str, Any]]:
        return [
            _input(f"cost_{one}", f"Cost of building: {one.replace('_', ' ')}", "USD/W",
                   self.one("construction_components", place, self.at), None,
                   f"construction_components[{one}, {self.site}]")
            for place, one in enumerate(COMPONENTS)
            if one in _BUILDING
        ]  # fmt: skip

    def _parts(self, kinds: Sequence[int], letter: str) -> tuple[list[dict[str, str]], list[tuple[str, int]]]:
        """Parts of phases under leases or contracts, and the lines they belong to with their keys."""
        serves, kind = np.asarray(self.values["line_serves"]), np.asarray(self.values["line_kind"])
        lines = [int(line) for line in np.flatnonzero((serves[self.at] > 0.5) & np.isin(kind, kinds))]
        named = [(f"{letter}{number}", line) for number, line in enumerate(lines, start=1)]
        label = self.case.world.axes["line"]
        parts = [
            {"key": f"{key}_{phase}", "phase": phase, "line": key, "name": f"{self._phase_name(number)}, {label[line]}"}
            for number, phase in enumerate(self.keys)
            for key, line in named
        ]
        return parts, named

    def _term(self, key: str, line: int, extra: Sequence[tuple[str, str, str, str, float]]) -> list[dict[str, Any]]:
        label = self.case.world.axes["line"][line]
        rows = (
            ("term", "term", "d", "contract_term", 1.0), ("leaves", "customer leaves", "date", "contract_left_date", 1.0),
            ("defaults", "customer no longer pays", "date", "contract_default_date", 1.0),
            ("damages", "delay damages", "USD/kW-month", "line_delay_damages", _KILOWATT_MONTH), *extra,
        )  # fmt: skip
        out = []
        for name, words, unit, quantity, factor in rows:
            place = (self.at, line) if quantity == "contract_left_date" else (line,)
            value = self.one(quantity, *place) * factor
            out.append(_input(f"{name}_{key}", f"{label}: {words}", unit, value, self.estimate(quantity, label), f"{quantity}[{label}]"))
        return out

    def _lease_inputs(self, lines: Sequence[tuple[str, int]], unlet: bool) -> list[dict[str, Any]]:
        out = []
        for key, line in lines:
            out += self._term(key, line, (("rent", "first rent", "USD/kW-month", "lease_rent_stated", _KILOWATT_MONTH),))
            growth = float(np.expm1(self.one("lease_growth", line)))
            label = self.case.world.axes["line"][line]
            out.append(_input(f"escalation_{key}", f"{label}: rise of the rent per year", "share", growth, None, f"lease_growth[{label}]"))
        if unlet:
            usual = "No lease stated"
            out += _common([
                _input("term_unlet", f"{usual}: term", "d",
                       self.one("lease_term_usual"), self.estimate("lease_term_usual"), "lease_term_usual"),
                _input("escalation_unlet", f"{usual}: rise of the rent per year", "share", self.one("lease_escalation"),
                       self.estimate("lease_escalation"), "lease_escalation"),
                _input("leaves_unlet", f"{usual}: customer leaves", "date", np.inf, None, ""),
                _input("defaults_unlet", f"{usual}: customer no longer pays", "date", np.inf, None, ""),
                _input("rent_unlet", f"{usual}: first rent (none: that of the market)", "USD/kW-month", np.nan, None, ""),
            ])  # fmt: skip
        return out

    def _cloud_inputs(self, lines: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
        extra = (
            ("price", "price when all is paid", "USD/kW-month", "contract_rate", _KILOWATT_MONTH),
            ("take_or_pay", "share paid used or not", "share", "contract_take_or_pay", 1.0),
        )
        return [row for key, line in lines for row in self._term(key, line, extra)]

    def _let(self, parts: Sequence[Mapping[str, str]], kinds: Sequence[int]) -> list[dict[str, Any]]:
        lines = {key: line for key, line in self._parts(kinds, "a" if kinds == _LEASE else "c")[1]}
        out = []
        for part in parts:
            place = self.phases[self.keys.index(part["phase"])]
            whole = self.one("phase_it_power", place)
            if part["line"] == "unlet":
                value, quantity = self.one("lease_let_share"), "lease_let_share"
            else:
                held = self.one("contract_power", place, lines[part["line"]])
                value, quantity = held / whole if whole > 0.0 else 0.0, "contract_power"
            out.append(
                _input(f"let_{part['key']}", f"{part['name']}: share of the IT power", "share", value, self.estimate(quantity), quantity)
            )
        return out

    def _running(self) -> list[dict[str, Any]]:
        daily = (
            self.one("permanent_jobs_per_power", self.at)
            if np.ndim(self.values["permanent_jobs_per_power"])
            else self.one("permanent_jobs_per_power")
        )
        ratio = np.asarray(self.values["design_power_ratio"])
        staff = daily * float(ratio[self.at] if ratio.ndim else ratio) * self.one("operations_wage") * self.one("benefits_load")
        out = [
            _input(
                "staff_per_kilowatt_year",
                "Staff per kW of IT power and year",
                "USD/kW-year",
                staff * 1000.0 * _YEAR,
                None,
                "equipment_unit_running_cost",
            )
        ]
        share = self.one("abatement_share", self.at)
        term = self.one("abatement_term", self.at)
        kept = self.one("abatement_kept", self.at)
        return [
            *out,
            _input("energy_factor", "Factor on the cost of electricity", "1",
                   1.0, None, "", "assumption of the user; the path of months stands on Paths"),
            _input("abatement_share", "Share of property tax that is abated", "share",
                   np.nan_to_num(share), self.estimate("abatement_share", self.site), "abatement_share"),
            _input("abatement_term", "Term of the abatement", "d",
                   np.nan_to_num(term), self.estimate("abatement_term", self.site), "abatement_term"),
            _input("abatement_kept", "Its conditions are met", "flag", kept, None, f"abatement_kept[{self.site}]"),
        ]  # fmt: skip

    def _loan(self, asset: str) -> list[dict[str, Any]]:
        a = ASSETS.index(asset)
        spread = self.one("loan_spread_stated", a, self.at)
        stated = spread == spread
        spread = spread if stated else self.one("debt_spread", a)
        said = self.estimate("loan_spread_stated", asset, self.site) if stated else self.estimate("debt_spread", asset)
        rows = [
            _input(f"{asset}_loan_to_cost", "Most that is lent of all costs", "share", self.one("loan_to_cost_limit", a, self.at), None,
                   f"loan_to_cost_limit[{asset}, {self.site}]"),
            _input(f"{asset}_loan_agreed", "Most that is lent, as agreed (none: open)", "USD", self._agreed(asset), None,
                   f"loans_agreed[{self.site}]"),
            _input(f"{asset}_spread", "Spread over the base rate", "1/year", spread, said, "debt_spread"),
            _input(f"{asset}_fixed_rate", "Fixed rate, where one is stated", "1/year", self.one("loan_rate_stated", a, self.at),
                   self.estimate("loan_rate_stated", asset, self.site), "loan_rate_stated"),
        ]  # fmt: skip
        if self._draw_rule(asset):
            share = self._solved(a)
            rows.append(
                _input(f"{asset}_solved_share", "Share of the cost lent, as solved in the run", "share", share, None, "senior_loan")
            )
        return rows + self._many(f"loan {asset}")

    def _agreed(self, asset: str) -> float:
        """Loans promised to the site go to its building; nothing where nobody states an amount."""
        agreed = self.one("loans_agreed", self.at) if asset == "building" else 0.0
        return agreed if agreed > 0.0 else np.nan

    def _draw_rule(self, asset: str) -> int:
        """0 where the loan pays in step with the owners, 1 after them, 2 before them."""
        return int(self.one("loan_draw_rule", ASSETS.index(asset), self.at))

    def _solved(self, asset: int) -> float:
        """Share of the cost that the loan pays."""
        loan = self.values["senior_loan"]
        paid = np.asarray(loan.drawn)[asset, self.at].sum() - np.asarray(loan.costs)[asset, self.at].sum()
        whole = sum(sign * np.asarray(self.values[name])[asset, self.at].sum() for name, sign in _LENT_AGAINST.items())
        return float(paid / whole) if whole > 0.0 else 0.0

    def _promised(self) -> list[dict[str, Any]]:
        amount = np.nan_to_num(np.asarray(self.values["line_amount"]))
        here = np.asarray(self.values["line_to_site"]) == self.at
        brings = np.asarray(self.values["line_brings_prepayment"]) + np.asarray(self.values["line_brings_equipment"])
        return [
            _input("customer_promised", "Promised by customers: money ahead, equipment in kind", "USD",
                   float((amount * here * brings).sum()), None, "line_amount"),
            _input("vendor_promised", "Promised by vendors as credit", "USD",
                   float((amount * here * np.asarray(self.values["line_is_vendor"])).sum()), None, "line_amount"),
        ]  # fmt: skip

    def _tax(self) -> list[dict[str, Any]]:
        first, last = self._years()
        rows = [
            _input(f"{asset}_bound_date", f"Contract for the {asset} is binding from (none: from the first work or payment)", "date",
                   self.one("bound_date_stated", ASSETS.index(asset), self.at), self.estimate("bound_date_stated", asset, self.site),
                   "bound_date_stated")
            for asset in ASSETS
        ]  # fmt: skip
        return rows + _common([
            _input(f"bonus_earlier_{year}", f"Bonus of {year} for earlier contracts", "share", self.one("bonus_earlier", year - first),
                   self.estimate("bonus_earlier", f"year-{year}"), "bonus_earlier")
            for year in range(first, last + 1)
        ])  # fmt: skip

    def _paths(self) -> list[dict[str, Any]]:
        """What differs from month to month and follows no formula of the workbook."""
        return [
            {"name": "energy_unit", "label": "Electricity per W of IT power and day, at the price level of the "
                                             "price date", "unit": "USD/W/d",
             "values": self._energy(), "source": "stargauge explain energy_unit_cost"},
            {"name": "residual_guarantee", "label": "Paid by guarantors of the building's value", "unit": "USD",
             "values": [float(x) for x in self.values["lease_guarantee_paid"][self.at]],
             "source": "stargauge explain lease_guarantee_paid"},
        ]  # fmt: skip

    def _energy(self) -> list[float]:
        clock, months = len(self.values["month_end"]), len(self.values["life_end"])
        power, level, days = self.values["life_power_it"][self.at], self.values["life_price_level"], self.values["life_days"]
        unit = np.asarray(self.values["energy_unit_cost"][self.at])
        last = min(12, clock)
        again = unit[clock - last + np.arange(max(0, months - clock)) % last]
        priced = power[:clock] * level[:clock] * days[:clock]
        paid = np.asarray(self.values["opex_energy"][self.at])
        within = np.where(priced > 0.0, paid / np.where(priced > 0.0, priced, 1.0), unit)
        return [float(x) for x in np.concatenate([within, again])[:months]]

    def _tables(self) -> dict[str, Any]:
        rows = list(self.case.world.axes["tax_row"])
        table = np.asarray(self.values["deduction_share"])
        out = {}
        for name, (period, whens) in _TAX_ROWS.items():
            for when in whens:
                label = f"{period}-{when}"
                out[f"{name}_{when.replace('-', '_')}"] = (label.replace("-", " "), [float(x) for x in table[rows.index(label)]])
        return out


def _as_run(values: Mapping[str, Any], site: int | slice) -> list[dict[str, Any]]:
    """Totals of the run: of one site, or of all."""
    out = []
    for place, asset in enumerate(ASSETS):
        sheet = asset.capitalize()
        for row, label, name, field in COMPARED:
            if name:
                value = np.asarray(getattr(values[name], field) if field else values[name])[place, site]
            else:
                value = np.asarray(values[_INCOMES[field][place]])[site]
            out.append(_input(f"run_{sheet}_{row}", f"{sheet}: {label}", "USD", float(np.sum(value)), None, name or field))
    return out


def _group(title: str, inputs: Sequence[dict[str, Any]], note: str = "") -> dict[str, Any]:
    return {"title": title, "note": note, "inputs": list(inputs)}


def _address(labels: Sequence[str]) -> str:
    return f"[{', '.join(labels)}]" if labels else ""


def _input(name: str, label: str, unit: str, value: float, said: Estimate | None, address: str, note: str = "") -> dict[str, Any]:
    """One input as plain data; a day that never comes is `never`, a value nobody stated is `none`."""
    shown: float | str = float(value)
    if value != value:
        shown = "none"
    elif np.isinf(value) or (unit == "date" and value > date.max.toordinal()):
        shown = "never"
    elif unit == "date":
        shown = float(value) - SPREADSHEET_DAYS
    newest = said.statements[0] if said is not None and said.statements else None
    kind = said.kind if said is not None else "computed" if address else "convention"
    words = {
        "source": newest.source if newest is not None else "computed by the model" if kind == "computed" else "",
        "status": ", ".join(filter(None, (kind, newest.status if newest is not None else ""))),
        "grade": (newest.grade or "") if newest is not None else "",
        "as_of": str(newest.as_of) if newest is not None and newest.as_of is not None else "",
        "published": str(newest.published) if newest is not None and newest.published is not None else "",
        "path": newest.path if newest is not None else "",
        "note": note or "; ".join(filter(None, (newest.note if newest is not None else said.note if said is not None else "",
                                                f"stargauge explain '{address}'" if address else ""))),
    }  # fmt: skip
    return {"name": name, "label": label, "unit": unit, "value": shown, "shared": False, **words}


def _common(inputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Inputs that are one number for every site of a programme."""
    return [{**one, "shared": True} for one in inputs]


def _conventions(reader: _Reader) -> list[dict[str, Any]]:
    fixed = (
        ("days_of_loan_year", "Days of a year in which loans accrue", "d", 360.0, "actual days over 360"),
        ("days_of_year", "Days of a year", "d", _YEAR, "mean Gregorian year of 365.25 days"),
        ("days_of_month", "Days of a month", "d", _MONTH, "a twelfth of it"),
        ("days_of_year_return", "Days of a year in which returns are discounted", "d", 365.0, "as spreadsheets do for dated flows"),
        ("hours_per_day", "Hours of a day", "h", 24.0, ""),
        ("watts_per_kilowatt", "W of a kW", "W/kW", 1000.0, ""),
        ("fiscal_year_ends", "Month in which the fiscal year ends", "count", 5.0, "only for the sheet of fiscal years; May is Oracle's"),
        ("rounding", "Share below which a number counts as nought", "ratio", 1e-9, ""),
        ("rounding_of_sums", "Share of a debt's value below which what income is left is rounding", "ratio", 1e-12, ""),
        ("months_to_cure", "Month ends on end at which service may be late before that is a breach", "count", 3.0, ""),
        ("arrears_that_count", "Share of the largest service above which arrears are a breach", "ratio", 1e-6, ""),
        ("lowest_return", "Lowest rate of return that is looked for", "ratio", -0.99, ""),
        ("highest_return", "Highest rate of return that is looked for", "ratio", 1000.0, ""),
        ("far", "Days that stand for never", "d", 1e6, ""),
        ("most_renewals", "Renewals of equipment that are counted", "count", 8.0, ""),
        ("share_that_counts", "Share of a total of the run below which a difference is rounding", "ratio", 1e-11, ""),
        ("tolerance", "Difference that a check allows, USD", "ratio", 0.005, "half a cent"),
    )
    first = _input("first_month", "First month ends", "date", reader.one("life_end", 0), None, "", "the programme's start")
    return [first, *(_input(name, label, unit, value, None, "", note) for name, label, unit, value, note in fixed)]


def _in(group: str, *many: Plain) -> list[Plain]:
    return [replace(one, group=group) for one in many]


def _plain() -> list[Plain]:
    """Inputs that are one number of the model, in groups."""
    out = _in(
        "prices",
        Plain("known_date", "Knowledge date, from which markets move", "date", "known_date"),
        Plain("price_date", "Price date: the middle of the price year", "date", "price_date"),
        Plain("inflation", "Rise of prices per year beyond the published index", "share", "inflation_assumed"),
        Plain("swap_premium", "Swap rate over the long-run base rate", "1/year", "swap_premium"),
        Plain("base_rate_long_run", "Long-run base rate, for the swap", "1/year", "base_rate_long_run"),
        Plain("hedge_share", "Share of floating debt swapped into a fixed rate", "share", "hedge_share"),
    )
    out += _in(
        "cost",
        Plain("reference_equipment_unit_cost", "Cost of equipment per W of IT power, at the price date", "USD/W", "equipment_unit_cost"),
        Plain(
            "building_price_drift",
            "Drift of building prices per year (logarithm), beyond general prices",
            "1/year",
            "construction_price_drift",
        ),
        Plain("equipment_price_drift", "Drift of it per year (logarithm)", "1/year", "equipment_price_drift"),
        Plain("middle_share", "Share of construction paid in the middle third of the time", "share", "construction_middle_share"),
        Plain("payment_lead", "Equipment is paid from so many days before power is on", "d", "equipment_payment_lead"),
        Plain("equipment_life", "Economic life of equipment", "months", "accelerator_life", 1.0 / _MONTH),
        Plain("building_life", "Economic life of the building", "years", "building_life", 1.0 / _YEAR),
    )
    out += _in(
        "lease",
        Plain("campus_asking_rent", "Asking rent of small leases, at the price date", "USD/kW-month", "lease_rent", _KILOWATT_MONTH),
        Plain("campus_ratio", "Rent of a whole campus over it", "share", "lease_campus_ratio"),
        Plain("relet_gap", "Days until an empty hall is let again", "d", "relet_gap"),
        Plain("relet_ratio", "Rent of a hall let again over that of a new one", "share", "relet_ratio"),
        Plain("damages_share", "Delay damages of a day over the day's rent", "1", "delay_damages_share"),
        Plain("damages_cap", "Days of delay paid at most", "d", "delay_damages_cap"),
        Plain("management_share", "Cost of management over the rent", "share", "building_management_share"),
    )
    out += _in(
        "compute",
        Plain("used_share", "Share of contracted computing power that is used", "share", "contract_used_share"),
        Plain("own_use", "Share of the site's computing power for own use", "share", "own_use"),
        Plain("hours_sold_share", "Share of the hours that the market buys", "share", "hours_sold_share"),
        Plain("rent_drift", "Drift of the market's rent per year (logarithm)", "1/year", "accelerator_rent_drift"),
    )
    out += _in(
        "running",
        Plain("maintenance_building", "Upkeep of the building per year over its cost", "share", "maintenance_share_building"),
        Plain("maintenance_equipment", "Upkeep of the equipment per year over its cost", "share", "maintenance_share_equipment"),
        Plain("insurance_share", "Insurance per year over the cost of the building", "share", "insurance_share"),
        Plain("property_tax_share", "Property tax per year over the cost of the building", "share", "property_tax_share"),
    )
    for asset in ASSETS:
        out += _in(
            f"loan {asset}",
            Plain(f"{asset}_cover_required", "Cover that lenders ask", "1", "dscr_required", asset=asset),
            Plain(f"{asset}_upfront_fee", "Upfront fee of the facility", "share", "upfront_fee", asset=asset),
            Plain(f"{asset}_commitment_fee", "Commitment fee per year of what is undrawn", "1/year", "commitment_fee", asset=asset),
            Plain(f"{asset}_repayment_months", "Repaid over, from the last operation", "months", "loan_repayment", 1.0 / _MONTH, asset),
            Plain(f"{asset}_maturity_months", "Falls due after, from the first draw", "months", "loan_maturity", 1.0 / _MONTH, asset),
            Plain(f"{asset}_extension_months", "Extended by at most", "months", "loan_extension", 1.0 / _MONTH, asset),
            Plain(f"{asset}_market_spread", "Spread of the market over the base rate", "1/year", "debt_spread", asset=asset),
            Plain(f"{asset}_refinancing_margin", "Margin over both once lent anew", "1/year", "refinancing_margin", asset=asset),
            Plain(f"{asset}_lock_up", "Cover below which owners are paid nothing", "1", "lock_up_cover", asset=asset),
            Plain(f"{asset}_reserve_months", "Debt service reserve", "months", "reserve_span", 1.0 / _MONTH, asset),
            Plain(f"{asset}_cover_default", "Cover below which the loan is in breach", "1", "dscr_default", asset=asset),
        )
    out += _in(
        "owners",
        Plain("vendor_rate", "Interest of vendors per year", "1/year", "vendor_rate"),
        Plain("vendor_term", "Vendors are repaid over", "months", "vendor_term", 1.0 / _MONTH),
        Plain("building_book_life", "Book life of the building", "months", "building_life_book", 1.0 / _MONTH),
        Plain("equipment_book_life", "Book life of equipment", "months", "equipment_life_book", 1.0 / _MONTH),
        Plain("receivable_days", "Days until customers pay", "d", "receivable_days"),
        Plain("tax_rate", "Tax on profit", "share", "income_tax_rate"),
        Plain("discount_rate", "Return that equity asks per year", "1/year", "discount_rate"),
        Plain("bonus_rate", "Share deducted at once", "share", "bonus_rate"),
        Plain("bonus_after", "Contract and service must come after", "date", "bonus_after"),
        Plain("late_share_most", "Quarters count above this share of the year in its last quarter", "share", "late_share_most"),
    )
    return out
