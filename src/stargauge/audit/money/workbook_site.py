"""What a workbook holds of one site: phases, contracts, prices, loans and taxes of one world, and the totals of its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.money.workbook_inputs import (
    KILOWATT_MONTH,
    YEAR_DAYS,
    Plain,
    conventions,
    entry,
    input_group,
    labels_text,
    plain,
    shared_inputs,
)
from stargauge.engine.case import Case
from stargauge.quantity.instruments import places_of
from stargauge.quantity.quantity import ASSETS, COMPONENTS, STAGES
from stargauge.quantity.statement import Estimate
from stargauge.quantity.statistics.reversion import reverting_path

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
_TAX_ROWS = {
    "five": ("5-year", ("half-year", *(f"quarter-{q}" for q in range(1, 5)))),
    "fifteen": ("15-year", ("half-year", *(f"quarter-{q}" for q in range(1, 5)))),
    "building": ("building", tuple(f"month-{m}" for m in range(1, 13))),
}
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
#: Income and running cost of the two assets, building first.
INCOMES = {"income": ("lease_income", "compute_income"), "running": ("building_running_cost", "equipment_running_cost")}


class SiteReader:
    """Reads the world of a case at one site. `once`: inputs that are the same at every site."""

    def __init__(self, case: Case, site: str, values: Mapping[str, Any], once: frozenset[str] = frozenset()) -> None:
        self.case, self.site, self.values, self.once = case, site, values, once
        self.plain = plain()
        self.at = case.world.axes["site"].index(site)
        self.phases = [int(place) for place in np.flatnonzero(np.asarray(self.values["phase_site"]) == self.at)]
        self.labels = [case.world.axes["phase"][place] for place in self.phases]
        self.keys = [f"p{number}" for number in range(1, len(self.phases) + 1)]

    def data(self) -> dict[str, Any]:
        """Everything a workbook holds of the site, as plain data: phases, leases, contracts, inputs in groups, paths, tables, totals."""
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
                input_group("Conventions", shared_inputs(conventions(self.one("life_end", 0))), "Day counts and thresholds of the model."),
                input_group("Prices and markets", shared_inputs([*self._many("prices"), self._newest_day(), *points, *self._levels()]),
                       "Rent of the market and the base rate by the end of each year; between them they move in a straight line."),
                *self._phase_groups(),
                input_group("Cost", [*self._components(), *self._many("cost")]),
                input_group("Leases", [*self._lease_inputs(lease_lines, bool(unlet)), *self._let(leases, _LEASE), *self._many("lease")]),
                input_group("Cloud contracts, own use, market",
                       [*self._cloud_inputs(cloud_lines), *self._let(contracts, _CLOUD), *self._many("compute")]),
                input_group("Running cost", [*self._running(), *self._many("running")]),
                *(input_group(f"Financing of the {asset}", self._loan(asset)) for asset in ASSETS),
                input_group("Other financing, tax, owners", [*self._promised(), *self._many("owners"), *self._tax()]),
            ],
            "paths": self._paths(), "tables": self._tables(), "as_run": as_run(self.values, self.at),
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
        made = entry(one.name, one.label, one.unit, value, self.said_of(one), f"{one.quantity}{labels_text(labels)}")
        return {**made, "shared": self.site not in labels or one.name in self.once}

    def _price_points(self) -> list[dict[str, Any]]:
        observed = np.asarray(self.values["price_index_observed"])
        made = self.estimate("price_index_observed")
        out = []
        for number, place in enumerate(np.flatnonzero(~np.isnan(observed)), start=1):
            day = self.one("month_end", int(place))
            out.append(entry(f"price_point_date_{number}", f"Price index, point {number}: day", "date", day, made, "price_index_observed"))
            out.append(
                entry(f"price_point_{number}", f"Price index, point {number}", "1", float(observed[place]), made, "price_index_observed")
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
            entry("market_rent_known", "Market rent of an H100 hour, at the knowledge date", "USD/h", self.one("accelerator_rent"),
                   self.estimate("accelerator_rent"), "accelerator_rent"),
        ]  # fmt: skip
        out += [
            entry(f"market_rent_{y}", f"Market rent at the end of {y}", "USD/h", float(rent[at[y]]), None, "accelerator_rent_level")
            for y in years
        ]
        known, said = self.one("base_rate_long_run"), self.estimate("base_rate_long_run")
        out.append(entry("base_rate_known", "Base rate of interest, at the knowledge date", "1/year", known, said, "base_rate"))
        out += [entry(f"base_rate_{y}", f"Base rate at the end of {y}", "1/year", float(base[at[y]]), None, "base_rate") for y in years]
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
            input_group(f"Phases: {label}", [
                entry(f"{name}_{key}", f"{self._phase_name(number)}: {label}", unit, self._of_phase(name, quantity, self.phases[number]),
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
        return entry(
            "newest_ships", "Day from which the newest generation announced ships", "date", float(np.nanmax(ships)), None, "chip_ships_from"
        )

    def _components(self) -> list[dict[str, Any]]:
        return [
            entry(f"cost_{one}", f"Cost of building: {one.replace('_', ' ')}", "USD/W",
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
            ("damages", "delay damages", "USD/kW-month", "line_delay_damages", KILOWATT_MONTH), *extra,
        )  # fmt: skip
        out = []
        for name, words, unit, quantity, factor in rows:
            place = (self.at, line) if quantity == "contract_left_date" else (line,)
            value = self.one(quantity, *place) * factor
            out.append(entry(f"{name}_{key}", f"{label}: {words}", unit, value, self.estimate(quantity, label), f"{quantity}[{label}]"))
        return out

    def _lease_inputs(self, lines: Sequence[tuple[str, int]], unlet: bool) -> list[dict[str, Any]]:
        out = []
        for key, line in lines:
            out += self._term(key, line, (("rent", "first rent", "USD/kW-month", "lease_rent_stated", KILOWATT_MONTH),))
            growth = float(np.expm1(self.one("lease_growth", line)))
            label = self.case.world.axes["line"][line]
            out.append(entry(f"escalation_{key}", f"{label}: rise of the rent per year", "share", growth, None, f"lease_growth[{label}]"))
        if unlet:
            usual = "No lease stated"
            out += shared_inputs([
                entry("term_unlet", f"{usual}: term", "d",
                       self.one("lease_term_usual"), self.estimate("lease_term_usual"), "lease_term_usual"),
                entry("escalation_unlet", f"{usual}: rise of the rent per year", "share", self.one("lease_escalation"),
                       self.estimate("lease_escalation"), "lease_escalation"),
                entry("leaves_unlet", f"{usual}: customer leaves", "date", np.inf, None, ""),
                entry("defaults_unlet", f"{usual}: customer no longer pays", "date", np.inf, None, ""),
                entry("rent_unlet", f"{usual}: first rent (none: that of the market)", "USD/kW-month", np.nan, None, ""),
            ])  # fmt: skip
        return out

    def _cloud_inputs(self, lines: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
        extra = (
            ("price", "price when all is paid", "USD/kW-month", "contract_rate", KILOWATT_MONTH),
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
                entry(f"let_{part['key']}", f"{part['name']}: share of the IT power", "share", value, self.estimate(quantity), quantity)
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
            entry(
                "staff_per_kilowatt_year",
                "Staff per kW of IT power and year",
                "USD/kW-year",
                staff * 1000.0 * YEAR_DAYS,
                None,
                "equipment_unit_running_cost",
            )
        ]
        share = self.one("abatement_share", self.at)
        term = self.one("abatement_term", self.at)
        kept = self.one("abatement_kept", self.at)
        return [
            *out,
            entry("energy_factor", "Factor on the cost of electricity", "1",
                   1.0, None, "", "assumption of the user; the path of months stands on Paths"),
            entry("abatement_share", "Share of property tax that is abated", "share",
                   np.nan_to_num(share), self.estimate("abatement_share", self.site), "abatement_share"),
            entry("abatement_term", "Term of the abatement", "d",
                   np.nan_to_num(term), self.estimate("abatement_term", self.site), "abatement_term"),
            entry("abatement_kept", "Its conditions are met", "flag", kept, None, f"abatement_kept[{self.site}]"),
        ]  # fmt: skip

    def _loan(self, asset: str) -> list[dict[str, Any]]:
        a = ASSETS.index(asset)
        spread = self.one("loan_spread_stated", a, self.at)
        stated = spread == spread
        spread = spread if stated else self.one("debt_spread", a)
        said = self.estimate("loan_spread_stated", asset, self.site) if stated else self.estimate("debt_spread", asset)
        rows = [
            entry(f"{asset}_loan_to_cost", "Most that is lent of all costs", "share", self.one("loan_to_cost_limit", a, self.at), None,
                   f"loan_to_cost_limit[{asset}, {self.site}]"),
            entry(f"{asset}_loan_agreed", "Most that is lent, as agreed (none: open)", "USD", self._agreed(asset), None,
                   f"loans_agreed[{self.site}]"),
            entry(f"{asset}_spread", "Spread over the base rate", "1/year", spread, said, "debt_spread"),
            entry(f"{asset}_fixed_rate", "Fixed rate, where one is stated", "1/year", self.one("loan_rate_stated", a, self.at),
                   self.estimate("loan_rate_stated", asset, self.site), "loan_rate_stated"),
        ]  # fmt: skip
        if self._draw_rule(asset):
            share = self._solved(a)
            rows.append(entry(f"{asset}_solved_share", "Share of the cost lent, as solved in the run", "share", share, None, "senior_loan"))
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
            entry("customer_promised", "Promised by customers: money ahead, equipment in kind", "USD",
                   float((amount * here * brings).sum()), None, "line_amount"),
            entry("vendor_promised", "Promised by vendors as credit", "USD",
                   float((amount * here * np.asarray(self.values["line_is_vendor"])).sum()), None, "line_amount"),
        ]  # fmt: skip

    def _tax(self) -> list[dict[str, Any]]:
        first, last = self._years()
        rows = [
            entry(f"{asset}_bound_date", f"Contract for the {asset} is binding from (none: from the first work or payment)", "date",
                   self.one("bound_date_stated", ASSETS.index(asset), self.at), self.estimate("bound_date_stated", asset, self.site),
                   "bound_date_stated")
            for asset in ASSETS
        ]  # fmt: skip
        return rows + shared_inputs([
            entry(f"bonus_earlier_{year}", f"Bonus of {year} for earlier contracts", "share", self.one("bonus_earlier", year - first),
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


def as_run(values: Mapping[str, Any], site: int | slice) -> list[dict[str, Any]]:
    """Totals of the run: of one site, or of all."""
    out = []
    for place, asset in enumerate(ASSETS):
        sheet = asset.capitalize()
        for row, label, name, field in COMPARED:
            if name:
                value = np.asarray(getattr(values[name], field) if field else values[name])[place, site]
            else:
                value = np.asarray(values[INCOMES[field][place]])[site]
            out.append(entry(f"run_{sheet}_{row}", f"{sheet}: {label}", "USD", float(np.sum(value)), None, name or field))
    return out
