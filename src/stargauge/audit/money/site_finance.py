"""How each site is paid for: what money is raised and spent, what a lender gives and why no more, cover, walls, contracts, returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.given import Condition, given_data
from stargauge.engine.result import Result
from stargauge.programme.known import Known, LineView
from stargauge.programme.serving import served_from
from stargauge.quantity.dates import from_day
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.instruments import ROLE, USE_OF_ASSET
from stargauge.quantity.quantity import ASSETS, FUNDS, OUTLAYS
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Spread = dict[str, float | None]

_LEVELS = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
#: Per asset and site: one number per draw.
_RATIOS = ("loan_to_cost", "coverage_binds", "agreed_amount_binds", "dscr", "dscr_average", "llcr", "plcr", "irr", "irr_count")
_MONEY = ("npv", "refinancing_gap", "books_off")
_CONTRACT = ("contract_terminated", "contract_defaulted", "contract_late_days")
#: A gap below this share of the loan is none: what a lender gives anew hangs on the rate of the day.
_FEW = 0.01
#: Years in which something falls due in a smaller share of worlds are not drawn; an amount below so many USD is a rounding.
_SELDOM, _LEAST = 0.02, 1e6
_BN = 1e9
_YEARLY = ("income", "running_cost", "tax", "interest", "principal", "arrears", "distribution")


@dataclass(frozen=True)
class SiteFinance:
    """How the sites of a programme are paid for, as known on a day; money of the day in USD."""

    programme: str
    asked_as: str
    name: str
    as_of: str
    draws: int
    seed: int
    fingerprint: str
    until: str
    sites: tuple[Mapping[str, Any], ...]
    walls: tuple[Mapping[str, Any], ...]
    contracts: tuple[Mapping[str, Any], ...]
    years: tuple[Mapping[str, Any], ...] = field(default=())
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """`{programme, ..., until, sites: [{id, assets: [...]}], walls, contracts, years}`."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, "fingerprint": self.fingerprint, **given_data(self.given),
            "until": self.until, "basis": "money of the day", "sites": list(self.sites), "walls": list(self.walls),
            "contracts": list(self.contracts), "years": list(self.years),
        }  # fmt: skip


def asked_site(known: Known, site: str | None) -> tuple[str, ...]:
    """The sites asked for: one, or all. Raises InputError for a site that there is not."""
    ids = tuple(view.id for view in known.sites)
    if site is not None and site not in ids:
        raise InputError(
            say(
                '--site: there is no site "{site}" on {as_of}{near} (all: {ids})',
                site=site,
                as_of=known.as_of,
                near=did_you_mean(site, ids),
                ids=", ".join(ids),
            )
        )
    return ids if site is None else (site,)


def wanted(known: Known, sites: Sequence[str], yearly: bool) -> list[str]:
    """The addresses that a run must give."""
    pairs = [f"{asset}, {site}" for site in sites for asset in ASSETS]
    out = [f"{name}[{pair}]" for name in (*_RATIOS, *_MONEY, "debt_breach_date") for pair in pairs]
    out += [f"asset_sources[{fund}, {pair}]" for fund in FUNDS for pair in pairs]
    out += [f"asset_uses[{outlay}, {pair}]" for outlay in OUTLAYS for pair in pairs]
    out += [f"{name}[{site}]" for name in ("loans_agreed", "rent_without_equipment") for site in sites]
    out += [f"debt_due[{', '.join([*sites, year])}]" for year in known.axes["life_year"]]
    out += [f"{name}[{line}]" for name in _CONTRACT for line in _lines(known, sites)]
    if yearly:
        out += [f"cash_flow[{line}, {pair}, {year}]" for line in _YEARLY for pair in pairs for year in known.axes["life_year"]]
    return out


def _lines(known: Known, sites: Sequence[str]) -> list[str]:
    """Leases of the sites, and the cloud contracts that are served from them."""
    return [line.id for line in _contracts(known) if not served_from(known, line)[0].isdisjoint(sites)]


def _elsewhere(known: Known, sites: Sequence[str]) -> list[LineView]:
    """Contracts that are served from no site here; shown where no one site was asked for."""
    whole = len(sites) == len(known.sites)
    return [line for line in _contracts(known) if whole and not served_from(known, line)[0]]


def _contracts(known: Known) -> list[LineView]:
    return [line for line in known.lines if ROLE[line.spec.kind] in USE_OF_ASSET]


def site_finance(
    known: Known, result: Result, sites: Sequence[str], names: Mapping[str, str], programme: str, asked_as: str, yearly: bool
) -> SiteFinance:
    """Every table of the answer, from a run that was asked for `wanted`."""
    years = known.axes["life_year"]
    made = [_site(result, site, names.get(site, site)) for site in sites]
    walls = [(year, result[f"debt_due[{', '.join([*sites, year])}]"].values) for year in years]
    last = max((place for place, (_, values) in enumerate(walls) if np.any(values > 0.0)), default=-1)
    return SiteFinance(
        programme, asked_as, known.programme.name, str(known.as_of), result.draws, result.seed, result.fingerprint,
        known.axes["life_month"][-1],
        tuple(one for one in made if one["assets"]), tuple(_wall(year, values) for year, values in walls[: last + 1]),
        (*(_contract(known, result, line) for line in _lines(known, sites)), *map(_served_elsewhere, _elsewhere(known, sites))),
        tuple(_year(result, sites[0], asset, year) for asset in ASSETS for year in years) if yearly else (),
    )  # fmt: skip


def _site(result: Result, site: str, name: str) -> dict[str, Any]:
    """A site with those of its assets that are built in some world."""
    assets = [_asset(result, asset, site) for asset in ASSETS]
    return {
        "id": site, "name": name, "assets": [one for one in assets if one is not None],
        "loans_agreed": _spread(result[f"loans_agreed[{site}]"].values),
        "rent_without_equipment": _spread(result[f"rent_without_equipment[{site}]"].values),
    }  # fmt: skip


def _asset(result: Result, asset: str, site: str) -> dict[str, Any] | None:
    """What one asset of a site costs, who pays, what the lender asks; none where nothing is built in any world."""
    at = f"{asset}, {site}"
    uses = {outlay: result[f"asset_uses[{outlay}, {at}]"].values for outlay in OUTLAYS}
    if not np.any(uses["cost"] > 0.0):
        return None
    sources = {fund: result[f"asset_sources[{fund}, {at}]"].values for fund in FUNDS}
    ratios = {name: result[f"{name}[{at}]"].values for name in _RATIOS}
    gap, breach, count = result[f"refinancing_gap[{at}]"].values, result[f"debt_breach_date[{at}]"].values, ratios["irr_count"]
    lent = sources["loan"] > 0.0
    return {
        "asset": asset, "built": float(np.mean(uses["cost"] > 0.0)),
        "uses": {name: _spread(values) for name, values in uses.items()},
        "sources": {name: _spread(values) for name, values in sources.items()},
        "total": _spread(sum(sources.values())),
        "books_off": float(np.max(result[f"books_off[{at}]"].values)),
        "loan_to_cost": _spread(ratios["loan_to_cost"]), "no_loan": float(np.mean(~lent)),
        "coverage_binds": _mean(ratios["coverage_binds"]), "agreed_amount_binds": _mean(ratios["agreed_amount_binds"]),
        **{name: _spread(ratios[name]) for name in ("dscr", "dscr_average", "llcr", "plcr")},
        "breach": float(np.mean(np.isfinite(breach))), "first_breach": _dates(breach),
        "refinancing_gap": _spread(gap), "gap": float(np.mean(gap > _FEW * sources["loan"])),
        "irr": _spread(ratios["irr"]), "irr_none": float(np.mean(count == 0.0)), "irr_several": float(np.mean(count > 1.0)),
        "npv": _spread(result[f"npv[{at}]"].values),
    }  # fmt: skip


def _spread(values: Any) -> Spread:
    """P10, P50 and P90 over the worlds in which there is a value; none where there is none."""
    known = np.asarray(values)[np.isfinite(values)]
    return {name: float(np.quantile(known, level)) if known.size else None for name, level in _LEVELS}


def _mean(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _dates(days: Array) -> dict[str, str | None]:
    """P10, P50 and P90 of a date over all worlds, none where that quantile never comes."""
    found = [(name, float(np.quantile(days, level, method="inverted_cdf"))) for name, level in _LEVELS]
    return {name: str(from_day(value)) if np.isfinite(value) else None for name, value in found}


def _wall(year: str, values: Array) -> dict[str, Any]:
    return {"year": int(year.removeprefix("year-")), "due": _spread(values), "chance": float(np.mean(values > 0.0))}


def notable_walls(walls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The years in which something falls due often enough to be drawn. `due`: what is below a rounding is nothing; `due_bn`: in bn USD."""
    found = []
    for one in walls:
        due = {level: value if value is not None and value >= _LEAST else 0.0 for level, value in one["due"].items()}
        if one["chance"] >= _SELDOM and due["p90"]:
            found.append({**one, "due": due, "due_bn": {level: value / _BN for level, value in due.items()}})
    return found


def _contract(known: Known, result: Result, line: str) -> dict[str, Any]:
    """How likely a lease or contract is left or not paid by the end of the clock, and how late the provider is."""
    view = next(one for one in known.lines if one.id == line)
    last = known.months[-1]
    terminated, defaulted = (result[f"{name}[{line}]"].at(last).values for name in ("contract_terminated", "contract_defaulted"))
    return {
        "line": line, "kind": view.spec.kind, "party": view.party, "to": view.to, "served_here": True,
        "terminated": float(terminated.mean()), "defaulted": float(defaulted.mean()),
        "late_days": _spread(result[f"contract_late_days[{line}]"].values),
    }  # fmt: skip


def _served_elsewhere(view: LineView) -> dict[str, Any]:
    """A contract that no site here serves: nothing of it can be late here, and it earns nothing here."""
    return {
        "line": view.id, "kind": view.spec.kind, "party": view.party, "to": view.to, "served_here": False, "terminated": None,
        "defaulted": None, "late_days": dict.fromkeys((name for name, _ in _LEVELS), None),
    }  # fmt: skip


def _year(result: Result, site: str, asset: str, year: str) -> dict[str, Any]:
    """The cash of an asset in a calendar year, by line."""
    lines = {line: result[f"cash_flow[{line}, {asset}, {site}, {year}]"].values for line in _YEARLY}
    service = -(lines["interest"] + lines["principal"])
    return {
        "asset": asset, "year": int(year.removeprefix("year-")), **{name: _spread(values) for name, values in lines.items()},
        "service": _spread(service), "paid": _spread(service - lines["arrears"]),
    }  # fmt: skip
