"""What a workbook of a site's or a programme's finance holds: the numbers of one world as inputs with unit, source and grade.

Nothing is judged here. Of a programme every input that is one number for all sites stands once; those of a site are called
`site__name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from stargauge.audit.money.workbook_inputs import (
    Plain,
    input_group,
    plain,
)
from stargauge.audit.money.workbook_site import COMPARED, INCOMES, SiteReader, as_run
from stargauge.engine.case import Case
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

#: Names of sheets end at 31 characters, and those of a site's hold its key.
_LONGEST_KEY = 18

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
            raise InputError(say("no phase of any site is known by then, so there is nothing to finance"))
        return financed
    if site not in sites:
        raise InputError(
            say('there is no site "{site}"{near} (all: {sites})', site=site, near=did_you_mean(site, sites), sites=", ".join(sites))
        )
    if not has[sites.index(site)]:
        raise InputError(say('no phase of "{site}" is known by then, so there is nothing to finance', site=site))
    return [site]


def _once(cases: Iterable[Case], sites: Sequence[str]) -> frozenset[str]:
    """Inputs by site that one statement gives for every site, in each of these worlds: they stand once for the programme."""
    out = {one.name for one in plain()}
    for case in cases:
        known = [site for site in sites if site in case.world.axes["site"]]
        values = case.values(dict.fromkeys(("phase_site", *(one.quantity for one in plain()))))
        readers = [SiteReader(case, site, values) for site in known]
        out &= {one.name for one in plain() if len({reader.value_of(one) for reader in readers}) == 1 and _one_statement(readers, one)}
    return frozenset(out)


def _one_statement(readers: Sequence[SiteReader], one: Plain) -> bool:
    said = [reader.said_of(one) for reader in readers]
    return said[0] is not None and all(other == said[0] for other in said)


def _world(case: Case, sites: Sequence[str], whole: bool, once: frozenset[str]) -> dict[str, Any]:
    """Inputs of a world. `whole`: of a programme, so that the names of each site's own begin with the site, but for those in `once`."""
    values = _values(case)
    keys = _keys(sites) if whole else [""]
    each = {key: SiteReader(case, site, values, once).data() for key, site in zip(keys, sites, strict=True)}
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
        "as_run": [*as_run(values, slice(None)), *(_named(key, one, site) for key, site, data in every for one in data["as_run"])],
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
            held = out.setdefault(group["title"], input_group(group["title"], [], group["note"]))
            held["inputs"] += new
    return list(out.values())


def _own_groups(key: str, site: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What belongs to a site."""
    own = [(group, [_named(key, one, site) for one in group["inputs"] if not one["shared"]]) for group in data["groups"]]
    return [input_group(f"{site}: {group['title']}", inputs) for group, inputs in own if inputs]


def _named(key: str, one: Mapping[str, Any], site: str) -> dict[str, Any]:
    """An input, path or total of a site among those of others."""
    return {**one, "name": f"{key}__{one['name']}", "label": f"{site}: {one['label']}"}


def _values(case: Case) -> dict[str, Any]:
    """Everything that is read of a world."""
    compared = [name for _, _, name, _ in COMPARED if name]
    return case.values(dict.fromkeys((*READ, *(one.quantity for one in plain()), *compared, *INCOMES["income"], *INCOMES["running"])))


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
            say(
                'the scenario "{name}" gives {where} other phases or contracts, so it is no overlay of the '
                "same workbook; write one of its own: --scenario instead of --overlay",
                name=name,
                where=where,
            )
        )
    return values | {one["name"]: one["value"] for one in made["as_run"]} | {path["name"]: path["values"] for path in made["paths"]}


def _given(data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for group in data["groups"]:
        yield from group["inputs"]
