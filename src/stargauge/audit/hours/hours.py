"""A site's stated supply hour by hour in every draw, as an answer: the same data in Python, JSON and the web."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.hours.accounts import GASES, HoursAccounts
from stargauge.audit.hours.supply import connection, role_of, since, stated_sources
from stargauge.quantity.hall.footprint import Footprint
from stargauge.quantity.power.dispatch_accounts import hourly_emissions, shortage_text, shortages
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
Data = dict[str, Any]
#: Something that must be said beside the figures: its name, and the words.
Note = tuple[str, str]

#: Days of a year of hours.
DAYS = YEAR_HOURS // 24
#: Share of draws in which something must be there for levels of it to be told.
_LEAST_DRAWS = 0.5
#: Share of draws in which a run that begins with a month must be done by the end of the year, for that month to be told: else those in
#: which it is slow would be missing.
_DONE = 0.9
MONTHLY = (
    "The programme's own months balance supply over a month: the load is even, the weather is one typical year, neither the grid nor more "
    "units than usual fail at once, and plants that stand by cost nothing. Draws and the rule of the hall are the same for both."
)


@dataclass(frozen=True)
class HoursAnswer:
    """A site in a year, hour by hour, in the draws of a run."""

    about: Mapping[str, Any]
    notes: tuple[Note, ...]
    weather: Weather
    accounts: HoursAccounts

    def to_dict(self, hourly: bool = False) -> Data:
        """As plain data, in Wh, W, L, g CO2e and USD. `hourly`: also every hour of the draw in the middle. What nobody gives is null."""
        accounts = self.accounts
        found, made, months = accounts.found, accounts.run.made, accounts.months
        weather = {"name": self.weather.name, "kind": self.weather.kind, "years": self.weather.year_count, "notes": [*self.weather.notes]}
        return {
            **self.about, "draws": found.draws, "weather": weather,
            "notes": [{"what": what, "text": text} for what, text in self.notes], "supply": list(self._supply()),
            "year": self._year(), "sources": list(self._sources()), "cost": self._cost(),
            "emissions": {
                **{name: _whole(months.emissions.get(name)) for name in GASES},
                "per_energy": levels(accounts.per_served((months.emissions["scope1"] + months.emissions["scope2"]).sum(axis=1))),
            },
            "water": {"site": _whole(months.water_site), "upstream": _whole(months.water_upstream)},
            "months": [{"month": place + 1, **self._month(place)} for place in range(months.meter.shape[1])],
            "clock": [
                {"hour": hour, "mean_power": levels(accounts.clock.meter[:, hour] / DAYS), **_parts(accounts.clock, hour)}
                for hour in range(accounts.clock.meter.shape[1])
            ],
            "per_million_tokens": self._tokens(), "training_runs": list(self._runs()), "beside_months": {"why": MONTHLY, **self._beside()},
            "draw": {**_middle(accounts), **(_hours(accounts) if hourly else {})}, "shortage": shortage_text(made) or None,
            "shortage_worst": _worst(accounts),
        }  # fmt: skip

    def _supply(self) -> Iterator[Data]:
        found = self.accounts.found
        for name in stated_sources(found):
            stated = bool(np.isfinite(found[f"supply_capacity_stated {name}"]).any())
            size = connection(found, self.accounts.terms.tariff) if name == "grid" else found[f"supply_capacity {name}"]
            yield {
                "source": name, "role": role_of(found, name), "stated": stated, "capacity": levels(size[:, -1]),
                "from_hour": levels(since(found, name)),
            }  # fmt: skip
        if (battery := self.accounts.terms.battery) is not None:
            power, start = (levels(np.full(found.draws, one)) for one in (battery.power, battery.since))
            said = {"role": "storage", "stated": True, "capacity": power, "from_hour": start, "energy": battery.energy}
            yield {"source": "battery", **said}

    def _year(self) -> Data:
        accounts = self.accounts
        made, sums, whole = accounts.run.made, accounts.run.sums, accounts.beside()
        missing, short = made.shortfall.sum(axis=1), made.shortfall_hours.astype(np.float64)
        return {
            "it": levels(sums.racks.sum(axis=1)), "meter": levels(made.load.sum(axis=1)), "pue": levels(whole["pue"][2]),
            "peak": levels(sums.highest.max(axis=1)), "billed_peak": levels(made.grid_peak.mean(axis=1)),
            "shortfall": levels(missing), "shortfall_hours": levels(short), "short_of": float((short > 0).mean()),
            "curtailed": levels(made.curtailed.sum(axis=(1, 2)) + made.dumped.sum(axis=1)), "gas_burnt": levels(made.fuel.sum(axis=(1, 2))),
            "starts": levels(made.starts.sum(axis=1)),
        }  # fmt: skip

    def _sources(self) -> Iterator[Data]:
        made = self.accounts.run.made
        for place, name in enumerate(made.sources):
            burns = bool(made.fuel[:, place].any())
            yield {
                "source": name, "energy": levels(made.energy[:, place].sum(axis=1)),
                "curtailed": levels(made.curtailed[:, place].sum(axis=1)),
                "fuel": levels(made.fuel[:, place].sum(axis=1)) if burns else None,
                "starts": levels(made.starts[:, place]) if burns else None,
            }  # fmt: skip

    def _cost(self) -> Data:
        accounts = self.accounts
        parts = {name: levels(accounts.per_served(money)) for name, money in accounts.cost_parts().items()}
        charges = {"connection": None, "demand_charge": None}
        return {"unit": "USD/Wh", "total": levels(accounts.per_served(accounts.cost.total)), **charges, **parts}

    def _month(self, place: int) -> Data:
        accounts = self.accounts
        made = accounts.run.made
        racks, meter = accounts.months.racks[:, place], accounts.months.meter[:, place]
        pue = np.divide(meter, racks, out=np.full(len(racks), np.nan), where=racks > 0.0)
        return {
            **_parts(accounts.months, place), "pue": levels(pue), "peak": levels(accounts.run.sums.highest[:, place]),
            "grid_peak": levels(made.grid_peak[:, place]), "shortfall": levels(made.shortfall[:, place]),
        }  # fmt: skip

    def _tokens(self) -> Data | None:
        accounts = self.accounts
        if (per_token := accounts.per_token()) is None:
            return None
        millions = per_token.per(np.asarray(1e-6))
        return {"tokens": levels(accounts.tokens.sum(axis=1)), "share_of_site": levels(accounts.found["fleet_share inference"]),
                **_parts(millions)}  # fmt: skip

    def _runs(self) -> Iterator[Data]:
        """What a run takes by the month it begins with, of months that leave it the time; the best and the worst for gas and for water."""
        for model, (run, length) in self.accounts.runs().items():
            done = [
                {"month": place + 1, "hours": levels(length[:, place]), **_parts(run, place), **_both(run, place)}
                for place in range(length.shape[1]) if np.isfinite(length[:, place]).mean() >= _DONE
            ]  # fmt: skip
            gas, water = ({month["month"]: float(month[of]["p50"]) for month in done} for of in ("scopes", "water"))
            yield {"model": model, "months": done, "emissions": _ends(gas), "water": _ends(water)}

    def _beside(self) -> Data:
        made = {}
        for name, (unit, months, hours) in self.accounts.beside().items():
            ratio = np.divide(hours, months, out=np.full(len(hours), np.nan), where=months > 0.0)
            made[name] = {"unit": unit, "months": levels(months), "hours": levels(hours), "ratio": levels(ratio)}
        return made


def levels(values: Array) -> dict[str, float] | None:
    """P10, P50 and P90 of the draws in which there is a value; null where that is less than half of them."""
    there = values[np.isfinite(values)]
    if not len(there) or len(there) < _LEAST_DRAWS * len(values):
        return None
    low, middle, high = (float(one) for one in np.quantile(there, (0.1, 0.5, 0.9)))
    return {"p10": low, "p50": middle, "p90": high}


def _whole(months: Array | None) -> dict[str, float] | None:
    return None if months is None else levels(months.sum(axis=1))


def _parts(of: Footprint, place: int | None = None) -> Data:
    """What a footprint holds, at one place of its last axis where it has one."""

    def at(values: Array | None) -> dict[str, float] | None:
        return None if values is None else levels(values if place is None else values[:, place])

    return {
        "it": at(of.racks), "meter": at(of.meter), "water_site": at(of.water_site), "water_upstream": at(of.water_upstream),
        "emissions": {name: at(of.emissions.get(name)) for name in GASES},
    }  # fmt: skip


def _both(run: Footprint, place: int) -> Data:
    """Scopes 1 and 2 together, and water at the site and upstream together."""
    scopes, water = run.emissions["scope1"] + run.emissions["scope2"], run.water_site + run.water_upstream
    return {"scopes": levels(scopes[:, place]), "water": levels(water[:, place])}


def _ends(of: Mapping[int, float]) -> dict[str, int] | None:
    """The months with the least and the most."""
    return {"best": min(of, key=lambda month: of[month]), "worst": max(of, key=lambda month: of[month])} if of else None


def _worst(accounts: HoursAccounts) -> Data | None:
    """The draw in which most energy is missing, and in how many some is; null where none is."""
    found = shortages(accounts.run.made)
    return {"draws": len(found), **found[0]._asdict()} if found else None


def _middle(accounts: HoursAccounts) -> Data:
    run = accounts.run
    return {"number": run.kept, "weather_year": int(run.column[run.kept])}


def _hours(accounts: HoursAccounts) -> Data:
    """Every hour of the draw in the middle: W of the racks, at the meter and by source, g and L of each hour."""
    run, kept = accounts.run, accounts.run.kept
    series, given = run.made.hours, accounts.terms.factors
    assert series is not None
    average, marginal = (None, None) if given is None else (given.average, given.marginal)
    usual = np.full(YEAR_HOURS, accounts.found["grid_emission_factor"][kept])
    factors = {name: factor[kept] for name, factor in accounts.gas_factors.items()}
    scope1, scope2 = hourly_emissions(series, run.made.sources, factors["scope1"], "grid", usual if average is None else average)
    upstream, beside = hourly_emissions(series, run.made.sources, factors["upstream_gas"], "grid", usual if marginal is None else marginal)
    return {"hours": {
        "it": run.kept_racks.tolist(), "meter": series.load.tolist(), "shortfall": series.shortfall.tolist(),
        "sources": {name: series.power[place].tolist() for place, name in enumerate(run.made.sources)},
        "water_hall": run.kept_water.tolist(),
        "emissions": {"scope1": scope1.tolist(), "scope2": scope2.tolist(), "upstream_gas": upstream.tolist(),
                      "marginal": None if marginal is None else beside.tolist()},
    }}  # fmt: skip
