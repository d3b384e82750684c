"""What limits a whole order of build: what was asked (money, emissions, land, ...), and how things are (grid, pools, supply of chips).

Limits of money are on the capital of what is decided here; limits of a site (land, water, grid, crews) count what is under way there too.
What is bought over time, such as transformers or accelerators, is limited by what has been delivered in all by each year or quarter end:

    sum of what is due by t  <=  supply * (t - today) - what is under way and due by t                                              (1)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.sites.pools import Pool, pools_of
from stargauge.audit.sites.standing import POOLS
from stargauge.engine.sample import central
from stargauge.engine.simulate import inputs_of
from stargauge.plan.build_order.case.case import BuildCase, Limit
from stargauge.plan.build_order.case.choices import FILE
from stargauge.plan.build_order.case.neighbours import taken_by_others
from stargauge.plan.build_order.case.takes import Begun, Takes, country_of
from stargauge.programme.currencies import currency_of, in_usd
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError, did_you_mean, says_what_was_expected
from stargauge.quantity.spoken import say
from stargauge.quantity.units import parse_number, show

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_NAMED = re.compile(r"^\s*(?P<name>[A-Za-z0-9_.-]+)\s*=\s*(?P<value>.*\S)\s*$")
#: What lifts the limit of a pool.
NO_LIMIT = "none"
_BARE = re.compile(r"^\s*[-+]?[\d_,.]+\s*$")
_MONTH = 365.25 / 12


class _Form(NamedTuple):
    """How limits of a kind are written: units by what they say of, what names stand for, an example."""

    units: tuple[str, ...]
    named: str
    example: str
    needs_name: bool = False


_FORMS = {
    "money": _Form(("USD",), "year", "300 bn USD, or 2028=120 bn USD"),
    "emissions": _Form(("g", "g/Wh"), "", "90 Mt, or 0.3 kgCO2e/kWh"),
    "gas": _Form(("Wh/yr",), "", "60 TWh/yr"),
    "land": _Form(("m2",), "site", "900 acres, or SITE=900 acres"),
    "water": _Form(("L/yr",), "site", "8 million gal/yr, or SITE=8 million gal/yr"),
    "grid": _Form(("W",), "site", "SITE=1.2 GW", True),
    "pool": _Form(("W/d",), "pool", "transformers=2 GW/yr, or turbines=none for no limit", True),
    "crew": _Form(("1", "1/d"), "site", "3 buildings/month begun in all, or SITE=4 buildings going up at once"),
    "chips": _Form(("1/d",), "chip", "100_000/month, or gb300-nvl72=40_000/month"),
    "least": _Form(("W",), "site", "100 MW of IT power, or SITE=300 MW"),
}
#: Kinds of limits that may be asked for. `least`: the least useful cluster of a site, which is no limit but a size.
KINDS = tuple(_FORMS)
EXAMPLES = {kind: form.example for kind, form in _FORMS.items()}


class Bound(NamedTuple):
    """A limit as it was asked for: kind, name (a year, site, pool or chip; empty: of the whole, or of each site), amount and its unit."""

    kind: str
    name: str
    most: float
    unit: str
    text: str


# --- reading what is asked --------------------------------------------------------------------------------------------------------


def read_limits(asked: Mapping[str, Sequence[str]], now: Known, chips: Sequence[str] = ()) -> tuple[Bound, ...]:
    """Limits from texts by kind, each `AMOUNT` or `NAME=AMOUNT`; `chips`: those that may be chosen (none: all of the catalogue).

    Raises InputError with every fault: unknown kinds, names and units, nothing or less than nothing, money without a rate, two for one.
    """
    faults, made = list[Fault](), list[Bound]()
    for kind, texts in asked.items():
        if kind not in _FORMS:
            faults.append(
                Fault(
                    say(
                        'there is no limit "{kind}"{near} (all: {kinds})', kind=kind, near=did_you_mean(kind, KINDS), kinds=", ".join(KINDS)
                    )
                )
            )
            continue
        for text in texts:
            try:
                made.append(_bound(kind, text, now, chips))
            except InputError as error:
                faults += [Fault(fault.message, kind) for fault in error.faults]
    faults += _contradictions(made)
    if faults:
        raise InputError(faults)
    return tuple(made)


def _bound(kind: str, text: str, now: Known, chips: Sequence[str]) -> Bound:
    form, match = _FORMS[kind], _NAMED.match(text)
    name, value = (match["name"], match["value"]) if match else ("", text)
    known = _names(form.named, now, chips)
    if name and name not in known:
        raise InputError(_no_name(form.named, {"text": text, "name": name, "near": did_you_mean(name, known), "known": ", ".join(known)}))
    if not name and form.needs_name:
        raise InputError(
            say('got "{text}" without a site; expected such as {example}', text=text, example=say(form.example))
            if form.named == "site"
            else say('got "{text}" without a pool; expected such as {example}', text=text, example=say(form.example))
        )
    if kind == "pool" and value == NO_LIMIT:
        return Bound(kind, name, np.inf, form.units[0], text)
    amount, unit_name = amount_of(value, form.units, say(form.example), now)
    if kind == "crew" and unit_name == "1/d" and name:
        raise InputError(
            say('got "{text}"; begun per month is of all sites together: expected such as {example}', text=text, example=say(form.example))
        )
    if not amount > 0.0 or not np.isfinite(amount):
        raise InputError(
            say('got "{text}"; a limit is more than nothing: expected such as {example}', text=text, example=say(form.example))
        )
    return Bound(kind, name, amount, unit_name, text)


def _no_name(named: str, told: Mapping[str, str]) -> str:
    """That a limit is of something that there is not: a year, a site, a pool or a chip, or of nothing by name."""
    texts = {
        "year": say('got "{text}": there is no year "{name}"{near} (the years are {known})', **told),
        "site": say('got "{text}": there is no site "{name}"{near} (the sites are {known})', **told),
        "pool": say('got "{text}": there is no pool "{name}"{near} (the pools are {known})', **told),
        "chip": say('got "{text}": there is no chip "{name}"{near} (the chips are {known})', **told),
    }
    none = say('got "{text}": there is no name "{name}"{near} (it takes no name)', **told)
    return texts[named] if told["known"] else none


def _names(named: str, now: Known, chips: Sequence[str]) -> tuple[str, ...]:
    """What a limit can be of, besides the whole."""
    sites = tuple(site.id for site in now.sites if site.id != UNSITED)
    years = tuple(str(year) for year in range(now.as_of.year, now.months[-1].year + 1))
    every = tuple(chips) or tuple(now.axes["chip"])
    return {"year": years, "site": sites, "pool": POOLS, "chip": every, "": ()}[named]


def amount_of(text: str, units: Sequence[str], example: str, now: Known) -> tuple[float, str]:
    """An amount in the first unit that fits, and that unit; money in another currency by the programme's rate."""
    said = ""
    if _BARE.match(text) and "1" not in units:
        raise InputError(say('got "{text}" without a unit; expected such as {example}', text=text, example=example))
    for unit_name in units:
        try:
            if code := currency_of(text, unit_name):
                value, _ = in_usd(text, unit_name, code, now.programme.currencies, None)
                if isinstance(value, Distribution):
                    raise InputError(say('got "{text}"; expected one amount, such as {example}', text=text, example=example))
                return value, unit_name
            return parse_number(text, unit_name), unit_name
        except InputError as error:
            said = said or str(error)
    raise InputError(
        said
        if says_what_was_expected(said) or say("rate", "fault") in said
        else say("{said}; expected such as {example}", said=said, example=example)
    )


def _contradictions(made: Sequence[Bound]) -> Iterator[Fault]:
    """Two limits for the same thing, of which one would say nothing."""
    seen: dict[tuple[str, str, str], Bound] = {}
    for one in made:
        key = (one.kind, one.name, one.unit)
        if key in seen:
            yield Fault(say('"{text}" and "{other}" limit the same; keep one', text=seen[key].text, other=one.text), one.kind)
        seen.setdefault(key, one)


# --- what is asked, as rows -------------------------------------------------------------------------------------------------------


def asked_rows(bounds: Sequence[Bound], case: BuildCase, takes: Takes, begun: Begun) -> tuple[Limit, ...]:
    """The limits that were asked for, as rows of the case: those that something can break."""
    makers: dict[str, Callable[[Bound, BuildCase, Takes, Begun], Iterable[Limit]]] = {
        "money": _money, "emissions": _emissions, "gas": _gas, "land": _at_sites, "water": _at_sites, "grid": _at_sites, "pool": _pool,
        "crew": _crew, "chips": _chips,
    }  # fmt: skip
    return binding(case, (row for one in bounds if one.kind in makers for row in makers[one.kind](one, case, takes, begun)))


def natural_rows(
    now: Known, case: BuildCase, takes: Takes, begun: Begun, bounds: Sequence[Bound] = ()
) -> tuple[Limit, ...]:  # fmt: skip
    """How things are, unless a limit of the same was asked for: stated grid connections, pools with a figure, supply of accelerators.

    Of a pool this programme gets what the other shipped programmes leave (`neighbours`). The figures there are speak for all buyers of the
    world, so what is left is a ceiling, and seldom binds: 65 GW of turbines a year against some GW that all programmes announced. That
    each buyer waits its turn is in the lead times of what is ordered, and would count twice if the pool were cut to a share.

    What the file has keeps them: its run holds them already. So each is at least what all sites take that are left as the file has them.
    """
    given = {(one.kind, one.name) for one in bounds}
    rows = [row for row in _stated_grid(now, case, takes, begun) if ("grid", row.name) not in given]
    rows += [row for pool in shared_pools(now, bounds) for row in _pool_rows(pool, case, takes, begun, asked=False)]
    rows += _allocation(now, case, takes, begun)
    return binding(case, [row._replace(most=max(row.most, _filed(case, row.use))) for row in rows])


def shared_pools(now: Known, bounds: Sequence[Bound]) -> tuple[Pool, ...]:
    """The pools of which nothing was asked, and which have a figure: what is shared with other programmes."""
    given = {one.name for one in bounds if one.kind == "pool"}
    return tuple(pool for pool in pools_of(now.catalogue, {}) if pool.name not in given and pool.supply is not None)


def _filed(case: BuildCase, use: Array) -> float:
    """What all sites take that are left as the file has them; nothing where they may not be."""
    if FILE not in case.powers:
        return 0.0
    at = case.powers.index(FILE)
    return float(use[:, at][case.allowed[:, at]].sum())


def least_of(bounds: Sequence[Bound], case: BuildCase) -> tuple[float, ...]:
    """The least useful cluster of each site, W of IT power; that of a site named stands before that of all."""
    asked = {one.name: one.most for one in bounds if one.kind == "least"}
    return tuple(asked.get(site, asked.get("", 0.0)) for site in case.sites) if asked else ()


def _full(case: BuildCase, use: Array) -> Array:
    """A use for every option; nothing for one that there is not."""
    return np.where(case.allowed, np.broadcast_to(use, case.allowed.shape), 0.0)


def _of_site(case: BuildCase, site: str) -> Array:
    """1 for the buildings of a site: (building, 1, 1, 1)."""
    own = np.array([case.sites[one.site] == site for one in case.buildings], dtype=np.float64)
    return own[:, None, None, None]


def _money(bound: Bound, case: BuildCase, takes: Takes, _: Begun) -> Iterator[Limit]:
    """Capital of what is decided, in one year or in all, USD of the price year."""
    capital = takes.building_capital + takes.equipment_capital
    paid = capital[..., takes.years.index(int(bound.name))] if bound.name else capital.sum(axis=-1)
    yield Limit(bound.name or "in all", "money", bound.most, "USD", _full(case, paid))


def _emissions(bound: Bound, case: BuildCase, takes: Takes, _: Begun) -> Iterator[Limit]:
    """Greenhouse gas of what is decided until the end of the clock, in all or per energy: g - most * Wh <= 0."""
    if bound.unit == "g/Wh":
        yield Limit(f"per energy, {bound.text}", "emissions", 0.0, "g", _full(case, takes.emissions - bound.most * takes.energy))
    else:
        yield Limit("in all", "emissions", bound.most, "g", _full(case, takes.emissions))


def _gas(bound: Bound, case: BuildCase, takes: Takes, _: Begun) -> Iterator[Limit]:
    """Fuel of what is decided in a full year."""
    yield Limit("in a year", "gas", bound.most, "Wh/yr", _full(case, takes.gas))


def _at_sites(bound: Bound, case: BuildCase, takes: Takes, begun: Begun) -> Iterator[Limit]:
    """Land, water in a year or grid of a site, or of each, less what is under way there; a site that is over it gets nothing more."""
    use = {"land": takes.land, "water": takes.water, "grid": takes.grid}[bound.kind]
    taken = {"land": begun.land, "water": begun.water, "grid": begun.grid}[bound.kind](case.sites)
    for site, already in zip(case.sites, taken, strict=True):
        if bound.name in ("", site):
            most = max(bound.most - float(already), 0.0)
            uses = _full(case, use * _of_site(case, site))
            yield Limit(site, bound.kind, most, bound.unit, uses, begun=float(already), whole=bound.most)


def _crew(bound: Bound, case: BuildCase, takes: Takes, begun: Begun) -> Iterator[Limit]:
    """Buildings begun in each month, or going up at once in each month at a site or at each."""
    if bound.unit == "1/d":
        for start, when in enumerate(case.months):
            begins = np.zeros(len(case.months))
            begins[start] = 1.0
            yield Limit(f"begun in {when:%Y-%m}", "crew", bound.most * _MONTH, "1", _full(case, begins))
        return
    ends = np.array([day(when) for when in case.months])
    for site in case.sites:
        if bound.name in ("", site):
            last = begun.finishing(site)
            for when, end in zip(case.months, ends, strict=True):
                busy = ((ends <= end) & (takes.runs > end)) * _of_site(case, site)
                most = max(bound.most - float((last > end).sum()), 0.0)
                yield Limit(f"{site}, {when:%Y-%m}", "crew", most, "1", _full(case, busy))


def _pool(bound: Bound, case: BuildCase, takes: Takes, begun: Begun) -> Iterator[Limit]:
    """What a pool gives this programme, as given."""
    pool = next(one for one in pools_of(begun.known.catalogue, {bound.name: bound.text.partition("=")[2]}) if one.name == bound.name)
    return _pool_rows(pool, case, takes, begun, asked=True)


def _pool_rows(pool: Pool, case: BuildCase, takes: Takes, begun: Begun, asked: bool) -> Iterator[Limit]:
    """By each year end: facility power that draws on a pool at most what it has given by then, at its median, less what others take of it
    where it was not asked for as what this programme gets."""
    if pool.supply is None:
        return
    supply = float(central(pool.supply))
    inside = np.array([pool.scope in ("world", country_of(begun.known, case.sites[one.site])) for one in case.buildings], dtype=np.float64)
    power = np.array([one.facility_power for one in case.buildings])[:, None, None, None]
    use = {"transformers": power, "turbines": takes.turbines, "queue": takes.grid}[pool.name] * inside[:, None, None, None]
    ends = [date(year, 12, 31) for year in range(begun.known.as_of.year, takes.years[-1] + 1)]
    already = begun.ordered_by(pool, np.array([day(end) for end in ends]))
    already = already if asked else already + taken_by_others(begun.known, pool, ends)
    for end, taken in zip(ends, already, strict=True):
        most = max(supply * (day(end) - day(begun.known.as_of)) - float(taken), 0.0)
        yield Limit(f"{pool.name} by {end.year}", "pool", most, "W", _full(case, use * (takes.powered <= day(end))), asked, pool.source)


def _quarters(now: Known) -> list[date]:
    """Quarter ends from the knowledge date to the end of the clock."""
    return [when for when in months_between(now.as_of, now.months[-1]) if when.month % 3 == 0]


def _chips(bound: Bound, case: BuildCase, takes: Takes, begun: Begun) -> Iterator[Limit]:
    """By each quarter end: accelerators wanted by then, of one kind or of all, at most what has been delivered."""
    kind = np.array([bound.name in ("", chip) for chip in case.chips], dtype=np.float64)[:, None]
    for end in _quarters(begun.known):
        most = bound.most * (day(end) - day(begun.known.as_of))
        use = takes.accelerators * kind * (takes.racks <= day(end))
        yield Limit(f"{bound.name or 'all'} by {end:%Y-%m}", "chips", most, "1", _full(case, use))


# --- how things are ---------------------------------------------------------------------------------------------------------------


def _stated_grid(now: Known, case: BuildCase, takes: Takes, begun: Begun) -> Iterator[Limit]:
    """Grid connections as the file states them: what is decided and what is under way together have no more."""
    taken = begun.grid(case.sites)
    for site, already in zip(case.sites, taken, strict=True):
        spec = now.programme.sites.get(site)
        said = now.estimate(spec.supply.grid.capacity) if spec and spec.supply.grid.capacity else None
        stated = float(central(said.value)) if said else np.nan
        if said and stated > 0.0:
            use = _full(case, takes.grid * _of_site(case, site))
            most = max(stated - float(already), 0.0)
            yield Limit(site, "grid", most, "W", use, False, said.statements[0].source, float(already), stated)


def _allocation(now: Known, case: BuildCase, takes: Takes, begun: Begun) -> Iterator[Limit]:
    """What one programme gets of accelerators by each quarter end, W of IT power, at the median; what is under way has its part of it."""
    found = inputs_of(now, ["accelerator_supply"])["accelerator_supply"].estimates[0]
    supply, source = float(central(found.value)), found.statements[0].source if found.statements else ""
    ends = _quarters(now)
    power = np.array([one.it_power for one in case.buildings])[:, None, None, None]
    for end, taken in zip(ends, begun.chips_by(np.array([day(end) for end in ends])), strict=True):
        most = max(supply * (day(end) - day(now.as_of)) - float(taken), 0.0)
        yield Limit(f"by {end:%Y-%m}", "chips", most, "W", _full(case, power * (takes.racks <= day(end))), False, source)


def nothing_within(case: BuildCase) -> str:
    """Why nothing more can be had: the limits that no building alone keeps, with the least that one takes."""
    least = [(limit, float(limit.use[case.allowed].min())) for limit in case.limits if limit.asked]
    broken = "; ".join(
        say(
            "{kind} of {most}, where one building takes {least} or more",
            kind=limit.kind, most=show(limit.most, limit.unit), least=show(one, limit.unit),
        )
        for limit, one in least if one > limit.most
    )  # fmt: skip
    return say("nothing can be built within what is asked: {limits}; allow more", limits=broken or say("no building keeps all limits"))


# --- fewer rows -------------------------------------------------------------------------------------------------------------------


def most_possible(case: BuildCase, use: Array) -> float:
    """The most that can be used of something: every building at its option that takes most. No order of build takes more."""
    return float(np.where(case.allowed, use, -np.inf).max(axis=(1, 2, 3), initial=0.0).sum())


def binding(case: BuildCase, rows: Iterable[Limit]) -> tuple[Limit, ...]:
    """The rows that some order of build breaks; of rows with the same use the one with the least."""
    kept: dict[bytes, Limit] = {}
    for row in rows:
        if most_possible(case, row.use) <= row.most:
            continue
        key = row.unit.encode() + np.ascontiguousarray(row.use).tobytes()
        if key not in kept or row.most < kept[key].most:
            kept[key] = row
    return tuple(kept.values())
