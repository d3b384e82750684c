"""The accounts of a site's hours in every draw: cost, greenhouse gas by scope, water, each per token and per training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.hours.run import MONTH_HOURS, SiteYear
from stargauge.audit.hours.supply import GIVEN, SupplyTerms, held, per_fuel, prices_of, water_per_energy
from stargauge.audit.hours.year import HoursRun
from stargauge.quantity.hall.footprint import Footprint, of_runs
from stargauge.quantity.power.dispatch_accounts import Cost, fuel_sums, source_sums, supply_money
from stargauge.quantity.power.hourly import MONTH_ENDS
from stargauge.quantity.quantity import SOURCES

Array = NDArray[np.float64]

#: Least share of draws in which tokens have to be served for what one takes to be told.
_MOST_DRAWS = 0.5
_SECONDS = 3600.0
#: What is told of greenhouse gas, in this order; the marginal stands beside and is never added.
GASES = ("scope1", "scope2", "upstream_gas", "marginal")


@dataclass(frozen=True)
class HoursAccounts:
    """The accounts of a site's year, hour by hour, in the draws of a run."""

    found: SiteYear
    terms: SupplyTerms
    run: HoursRun

    @property
    def order(self) -> list[str]:
        """The sources in the order in which they run."""
        return list(self.run.made.sources)

    @cached_property
    def cost(self) -> Cost:
        """USD of the year by kind and source."""
        tariff, made = self.terms.tariff, self.run.made
        cost = supply_money(made, prices_of(self.found, self.order, tariff))
        if tariff is None:
            return cost
        grid = np.array([name == "grid" for name in self.order])
        demand = sum((most.sum(axis=1) for most in made.grid_charges.values()), np.zeros(made.draws))
        return cost._replace(fixed=cost.fixed + held(self.found, tariff)[:, None] * grid, demand=np.asarray(demand))

    @cached_property
    def gas_factors(self) -> dict[str, Array]:
        """Greenhouse gas per fuel, g/Wh (draw, source): burnt on site, and of the fuel before it comes to the site."""
        upstream = self.terms.value("natural-gas", "upstream", "g/Wh", self.found.draws, "emission")
        named = {"scope1": self.found["gas_emission_factor"], "upstream_gas": upstream}
        return {name: per_fuel(self.found, self.order, factor) for name, factor in named.items()}

    @cached_property
    def months(self) -> Footprint:
        """What each month takes: (draw, month)."""
        made, sums = self.run.made, self.run.sums
        gases = {name: fuel_sums(made, factor).sum(axis=1) for name, factor in self.gas_factors.items()}
        gases |= self._of_grid(made.grid_rates)
        plants = source_sums(made, self._water(True)).sum(axis=1)
        upstream = source_sums(made, self._water(False)).sum(axis=1) + made.grid_rates["water"]
        return Footprint(sums.racks, made.load, sums.water + plants, upstream, gases)

    @cached_property
    def clock(self) -> Footprint:
        """What each hour of the day takes, over the year: (draw, hour of the day)."""
        clock, sums = self.run.made.clock, self.run.sums
        assert clock is not None
        gases = {name: np.asarray((clock.fuel * factor[:, :, None]).sum(axis=1)) for name, factor in self.gas_factors.items()}
        gases |= self._of_grid(clock.rates)
        plants, upstream = ((clock.energy * self._water(on_site)[:, :, None]).sum(axis=1) for on_site in (True, False))
        return Footprint(
            sums.racks_clock, clock.load, sums.water_clock + plants, np.asarray(upstream + clock.rates["water"]), gases
        )  # fmt: skip

    def _of_grid(self, rates: Mapping[str, Array]) -> dict[str, Array]:
        return {"scope2": rates["average"], **({"marginal": rates["marginal"]} if "marginal" in rates else {})}

    def _water(self, on_site: bool) -> Array:
        return water_per_energy(self.found, self.terms, self.order, on_site)

    # --- per token and per run ------------------------------------------------------------------------------------------------------

    @cached_property
    def served_share(self) -> Array:
        """Energy that came over energy that the hall asked for, of each month: (draw, month); all where nothing is asked for.

        Work that no energy came for is not done: an hour with half its energy does half its tokens and half its training.
        """
        made = self.run.made
        return np.divide(made.load - made.shortfall, made.load, out=np.ones_like(made.load), where=made.load > 0.0)

    @cached_property
    def served(self) -> Footprint:
        """What each month takes for the work that is done: of the hall what energy came for, of the supply all, (draw, month)."""
        whole, hall, share = self.months, self.run.sums.water, self.served_share
        water = whole.water_site - hall * (1.0 - share)
        return Footprint(whole.racks * share, whole.meter * share, water, whole.water_upstream, whole.emissions)

    @cached_property
    def tokens(self) -> Array:
        """Output tokens that the site serves in each month, (draw, month): of the fleet's by what its accelerators can serve, and of
        those as much as the energy that came.
        """
        found = self.found
        chips = [name.removeprefix("rate ") for name in found.values if name.startswith("rate ")]
        here, everywhere = (
            sum(np.nan_to_num(found[f"{held} {chip}"]) * np.nan_to_num(found[f"rate {chip}"])[:, None] for chip in chips)
            for held in ("held", "held of all")
        )
        fleet = np.nan_to_num(found["inference_tokens_per_s"]) * _SECONDS * MONTH_HOURS
        return np.asarray(fleet * _over(np.asarray(here), np.asarray(everywhere)) * self.served_share)

    def per_token(self) -> Footprint | None:
        """What a token of the year takes, of the share of the site that serves; none where none is served."""
        tokens = np.nan_to_num(self.tokens).sum(axis=1)
        if not (tokens > 0.0).mean() >= _MOST_DRAWS:
            return None
        return share_of(self.served, self.found["fleet_share inference"][:, None], sums=True).per(tokens)

    def runs(self) -> dict[str, tuple[Footprint, Array]]:
        """What a training run of each model takes that begins with each month and how long it lasts, h: (draw, month)."""
        found, share = self.found, self.found["fleet_share training"][:, None]
        here = _over(np.nan_to_num(found["peak"]), np.nan_to_num(found["peak of all"]))
        months = share_of(self.served, share)
        rates = {name.removeprefix("runs "): one for name, one in found.values.items()
                 if name.startswith("runs ") and np.isfinite(one).any()}  # fmt: skip
        of_year = MONTH_HOURS / MONTH_HOURS.sum() * self.served_share
        return {name: of_runs(months, np.nan_to_num(rate * here) * of_year, MONTH_ENDS) for name, rate in rates.items()}

    # --- beside the months of the programme -----------------------------------------------------------------------------------------

    def beside(self) -> dict[str, tuple[str, Array, Array]]:
        """What the programme's own months say and what the hours say, of the year, by draw: name -> unit, months, hours."""
        found, made, months = self.found, self.run.made, self.months
        load = found["power_load"] * MONTH_HOURS
        served = found.without_leap_day(np.asarray(sum(found[f"supply_energy {name}"] for name in SOURCES)))
        hours = {
            "pue": ("1", _over(load.sum(axis=1), (load / found["pue"]).sum(axis=1)), _over(_year(made.load), _year(months.racks))),
            "meter": ("Wh", load.sum(axis=1), _year(made.load)),
            "shortfall": ("Wh", _year(found.without_leap_day(found["supply_shortfall"])), _year(made.shortfall)),
            "water_hall": ("L", _year(found.without_leap_day(found["water"])), _year(self.run.sums.water)),
            "cost": ("USD/Wh", _over(_year(served * found["supply_cost"]), _year(served)), self.per_served(self.cost.total)),
        }
        for scope in ("scope1", "scope2"):
            hours[scope] = ("g", _year(found.without_leap_day(found[f"emissions {scope}"])), _year(months.emissions[scope]))
        return hours

    def per_served(self, amount: Array) -> Array:
        """USD, or g, of the year per Wh that the site got: (draw,)."""
        return _over(amount, _year(self.run.made.load - self.run.made.shortfall))

    def cost_parts(self) -> dict[str, Array]:
        """USD by part, (draw,): energy bought, gas, upkeep and other running costs of plants on site; with a tariff also its charges."""
        bought = [place for place, name in enumerate(self.order) if name == "grid" or name in GIVEN or self._stated(name)]
        rest = [place for place in range(len(self.order)) if place not in bought]
        cost, grid = self.cost, self.order.index("grid")
        parts = {
            "bought": cost.variable[:, bought].sum(axis=1) + cost.purchase, "gas": cost.fuel.sum(axis=1),
            "upkeep": np.delete(cost.fixed, grid, axis=1).sum(axis=1) + cost.variable[:, rest].sum(axis=1),
        }  # fmt: skip
        return parts if self.terms.tariff is None else {**parts, "connection": cost.fixed[:, grid], "demand_charge": cost.demand}

    def _stated(self, name: str) -> bool:
        return name != "battery" and bool(np.isfinite(self.found[f"source_price_stated {name}"]).any())


def share_of(whole: Footprint, share: Array, sums: bool = False) -> Footprint:
    """A share of what is taken; `sums`: over the months."""

    def of(values: Array) -> Array:
        part = np.asarray(values * share)
        return part.sum(axis=1) if sums else part

    emitted = {name: of(one) for name, one in whole.emissions.items()}
    return Footprint(of(whole.racks), of(whole.meter), of(whole.water_site), of(whole.water_upstream), emitted)


def _year(months: Array) -> Array:
    return np.asarray(months.sum(axis=1))


def _over(top: Array, bottom: Array) -> Array:
    """Top over bottom; absent where the bottom is nothing."""
    shape = np.broadcast_shapes(np.shape(top), np.shape(bottom))
    return np.asarray(np.divide(top, bottom, out=np.full(shape, np.nan), where=bottom > 0.0))
