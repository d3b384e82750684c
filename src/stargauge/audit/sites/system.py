"""Several programmes as one system: power asked for, contracted, energised and operational by region and year, each site counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.sites.pools import Pool, Queuer, asked_by_year, delays, levels, longest, mean_days, pool_data, pools_text
from stargauge.audit.sites.sites import place_of
from stargauge.audit.sites.standing import TOLD, Standing, later
from stargauge.audit.sites.system_sites import BY_STATEMENT, NO_REGION, SAME, Group, SiteOf, groups_of, sites_of
from stargauge.audit.summary import UNSITED
from stargauge.audit.wording.languages import words_of
from stargauge.engine.result import Result
from stargauge.programme.known import Known
from stargauge.quantity.dates import Window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import language, say, speaking
from stargauge.quantity.units import show

Array = NDArray[np.float64]

#: By what the rows can be told apart.
BY = ("grid", "country", "programme", "site", "year")
DEFAULT_BY = ("grid", "year")
#: What the collector of standing power is called in a run.
COLLECTED = "standing"
#: The stages that shared supply can move.
_MOVED = ("energised", "operational")
_CONTRACTED, _ENERGISED = TOLD.index("contracted"), TOLD.index("energised")


def words_by(text: str | Iterable[str]) -> tuple[str, ...]:
    """What the rows are told apart by, each word once. Raises InputError with the nearest word for those there are not."""
    words = [part.strip() for part in (text.split(",") if isinstance(text, str) else text)]
    wrong = [word for word in words if word not in BY]
    if wrong:
        raise InputError(
            [
                Fault(say('--by: there is no "{word}"{near} (any of: {by})', word=word, near=did_you_mean(word, BY), by=", ".join(BY)))
                for word in wrong
            ]
        )
    return tuple(dict.fromkeys(words))


@dataclass(frozen=True)
class Member:
    """One programme of the system: its name here, what it is asked for by, what is known of it, its run, the clock of its own file."""

    id: str
    asked_as: str
    known: Known
    result: Result
    clock: Window

    @property
    def standing(self) -> Standing:
        """What was kept of its run."""
        return self.result.collected[COLLECTED]  # type: ignore[no-any-return]

    @cached_property
    def sites(self) -> list[SiteOf]:
        """Its sites with their regions."""
        return sites_of(self.id, self.known)


@dataclass(frozen=True)
class System:
    """The composed answer. `years`: all of the joint clock; `now`: the day up to which things are known, the last instant of each run.

    `language`: of its sentence.
    """

    members: tuple[Member, ...]
    pools: tuple[Pool, ...]
    by: tuple[str, ...]
    years: tuple[int, ...]
    as_of: date
    draws: int
    seed: int
    left_out: tuple[dict[str, str], ...] = ()
    language: str = "en"

    # --- what counts once -----------------------------------------------------------------------------------------------------------

    @cached_property
    def _merging(self) -> tuple[tuple[Group, ...], tuple[dict[str, Any], ...], tuple[dict[str, str], ...]]:
        said, called = dict[str, str](), dict[str, str]()
        for member in self.members:
            called |= {member.asked_as: member.id, member.known.programme.name: member.id}
            for name, site in member.known.programme.sites.items():
                if text := member.known.text(site.facts.get(SAME, ())):
                    said[f"{member.id}/{name}"] = text
        sites = [one for member in self.members for one in member.sites]
        return groups_of(sites, said, {**called, **{member.id: member.id for member in self.members}})

    @property
    def groups(self) -> tuple[Group, ...]:
        """Sites, each once, by name; pledges without a site by programme."""
        return self._merging[0]

    def check(self) -> None:
        """Raise InputError where a file says of its site that it is one that there is not."""
        _ = self._merging

    @cached_property
    def _place(self) -> dict[str, int]:
        return {member.id: place for place, member in enumerate(self.members)}

    def _of(self, group: Group, powers: Sequence[Array]) -> Array:
        """The power of a group: of sites that are the same the larger in each world, so that none counts twice: (draw, stage, instant)."""
        parts = [powers[self._place[one.programme]][:, :, one.at] for one in group.sites]
        return np.asarray(np.fmax.reduce(parts))

    # --- power ----------------------------------------------------------------------------------------------------------------------

    @cached_property
    def free(self) -> list[Array]:
        """Power as each programme's own run gives it, before any shared supply, by group: (draw, stage, instant) each."""
        powers = [member.standing.power for member in self.members]
        return [self._of(group, powers) for group in self.groups]

    @cached_property
    def queuers(self) -> list[Queuer]:
        """The programmes as they wait for shared supply."""
        elsewhere = {one.id for group in self.groups for one in group.sites[1:]}
        made = []
        for member in self.members:
            sites = {one.at: one for one in member.sites}
            of_phase = [sites[int(at)] for at in member.standing.site]
            country = tuple(one.country if one.sited else "" for one in of_phase)
            made.append(Queuer(member.standing, country, np.array([one.id in elsewhere for one in of_phase], dtype=bool)))
        return made

    @property
    def limits(self) -> tuple[Pool, ...]:
        """The pools that have a figure."""
        return tuple(pool for pool in self.pools if pool.supply is not None)

    @cached_property
    def _supply(self) -> dict[str, Array]:
        return {pool.name: pool.drawn(self.draws, self.seed) for pool in self.pools}

    @cached_property
    def late_by_pool(self) -> dict[str, list[Array]]:
        """By pool the days by which each programme's phases are later when all share it."""
        return {pool.name: delays(pool, self.queuers, self._supply[pool.name]) for pool in self.pools}

    @cached_property
    def late(self) -> list[Array]:
        """Days later when all share the pools, by programme: (draw, phase)."""
        return longest(list(self.late_by_pool.values()), self.queuers)

    @cached_property
    def late_alone(self) -> list[Array]:
        """Days later when each programme has the whole pools for itself."""
        alone = [delays(pool, self.queuers, self._supply[pool.name], shared=False) for pool in self.limits]
        return longest(alone, self.queuers)

    def _under(self, days: Sequence[Array]) -> list[Array]:
        """Power by group with these delays."""
        powers = [later(member.standing, late) for member, late in zip(self.members, days, strict=True)]
        return [self._of(group, powers) for group in self.groups]

    @cached_property
    def shared(self) -> list[Array]:
        """Power by group when all share the pools."""
        return self._under(self.late)

    @cached_property
    def alone(self) -> list[Array]:
        """Power by group when each programme has the whole pools for itself."""
        return self._under(self.late_alone)

    # --- rows -----------------------------------------------------------------------------------------------------------------------

    @property
    def shown_year(self) -> int:
        """The year that is told where none is asked for: two years ahead, within the clock."""
        return min(max(self.as_of.year + 2, self.years[0]), self.years[-1])

    def key_of(self, group: Group) -> dict[str, str]:
        """The words that tell a group apart, without its year."""
        one = group.first
        words = {"grid": one.grid, "country": one.country, "programme": one.programme, "site": one.id}
        return {word: words[word] for word in self.by if word != "year"}

    def rows(self) -> list[dict[str, Any]]:
        """One row per key, year and stage."""
        kinds: dict[tuple[str, ...], list[int]] = {}
        for place, group in enumerate(self.groups):
            kinds.setdefault(tuple(self.key_of(group).values()), []).append(place)
        names = [word for word in self.by if word != "year"]
        out = []
        for key in sorted(kinds, key=_order):
            out += self._rows_of(dict(zip(names, key, strict=True)), kinds[key])
        return out

    def total(self) -> list[dict[str, Any]]:
        """The same of everything, pledges without a site included, and what of it they are."""
        unsited = [place for place, group in enumerate(self.groups) if not group.first.sited]
        whole = self._rows_of({}, range(len(self.groups)))
        apart = self._rows_of({}, unsited) if unsited else []
        for place, row in enumerate(whole):
            row["unsited"] = apart[place]["power"] if apart else None
        return whole

    def _rows_of(self, key: Mapping[str, str], places: Sequence[int]) -> list[dict[str, Any]]:
        years = self.years if "year" in self.by else (self.shown_year,)
        free = self._sums(self.free, places)
        shared = self._sums(self.shared, places) if self.limits else None
        rows = []
        for year in years:
            for stage, name in enumerate(TOLD):
                at = self.years.index(year)
                silent = [self.groups[place].first.id for place in places if np.isnan(self.free[place][:, stage, at]).all()]
                power = _stated(free[:, stage, at], bool(silent))
                row: dict[str, Any] = {
                    **key, "year": year, "stage": name, "power": levels(power), "unit": "W", "base": "facility",
                    "sites": len(places), "not_stated": silent,
                }  # fmt: skip
                if shared is not None and name in _MOVED:
                    row["shared"] = levels(shared[:, stage, at])
                rows.append(row)
        return rows

    @staticmethod
    def _sums(powers: Sequence[Array], places: Sequence[int]) -> Array:
        """The sum over some groups; what is absent counts nothing, absent where all are.

        Where nobody stated a contract, what has power has one: a site's energised power counts as contracted at least.
        """
        parts = np.stack([powers[place] for place in places])
        contract, powered = parts[:, :, _CONTRACTED], parts[:, :, _ENERGISED]
        parts[:, :, _CONTRACTED] = np.where(np.isnan(contract) & (powered > 0.0).any(axis=1, keepdims=True), powered, contract)
        missing = np.isnan(parts)
        return np.where(missing.all(axis=0), np.nan, np.where(missing, 0.0, parts).sum(axis=0))

    # --- what shared supply does ----------------------------------------------------------------------------------------------------

    def effect(self) -> dict[str, Any] | None:
        """How much later, and how much less by year, when all share the pools, against each alone; None where no pool has a figure."""
        if not self.limits:
            return None
        every = range(len(self.groups))
        free, alone, shared = (self._sums(powers, every) for powers in (self.free, self.alone, self.shared))
        rows = [
            {
                "year": year, "stage": name, "unit": "W", "base": "facility", "no_pool": levels(free[:, stage, at]),
                "alone": levels(alone[:, stage, at]), "shared": levels(shared[:, stage, at]),
                "less": levels(alone[:, stage, at] - shared[:, stage, at]),
            }
            for at, year in enumerate(self.years) for stage, name in enumerate(TOLD) if name in _MOVED
        ]  # fmt: skip
        later_by = []
        for member, queuer, alone_days, days in zip(self.members, self.queuers, self.late_alone, self.late, strict=True):
            own, joint = mean_days(alone_days, queuer), mean_days(days, queuer)
            later_by.append(
                {"programme": member.id, "unit": "d", "alone": levels(own), "shared": levels(joint), "later": levels(joint - own)}
            )
        return {"pools": [pool.name for pool in self.limits], "less": rows, "later": later_by}

    # --- the answer -----------------------------------------------------------------------------------------------------------------

    def merged(self) -> list[dict[str, Any]]:
        """Sites of several files that count once, on what ground, and how much power counts less for it than if each counted."""
        out = []
        powers = [member.standing.power for member in self.members]
        for place, group in enumerate(self.groups):
            if len(group.sites) < 2:
                continue
            each = self._sums([powers[self._place[one.programme]][:, :, one.at] for one in group.sites], range(len(group.sites)))
            at = self.years.index(self.shown_year)
            out.append({
                "sites": [one.id for one in group.sites], "counted_under": group.first.programme, "counts": "the larger in each world",
                "grounds": [
                    {"sites": [one, other], "ground": ground, "says": f"{SAME}: {text}" if ground == BY_STATEMENT else f"at {text}"}
                    for one, other, ground, text in group.grounds
                ],
                "not_counted_twice": {
                    "stage": "announced", "year": self.shown_year, "unit": "W", "base": "facility",
                    "power": levels(each[:, 0, at] - self.free[place][:, 0, at]),
                },
            })  # fmt: skip
        return out

    def grid_names(self) -> dict[str, dict[str, str]]:
        """What the regions are called, with the source of it; without those that the catalogue has no name of."""
        catalogue = self.members[0].known.catalogue
        kept = catalogue.names("emission")
        grids = sorted({group.first.grid for group in self.groups if group.first.sited} & set(kept))
        named = {grid: said[0] for grid in grids if (said := catalogue.said("emission", grid, "name"))}
        return {grid: {"name": str(said.value), "source": said.source} for grid, said in named.items()}

    def strange_regions(self) -> list[dict[str, Any]]:
        """Grid regions of which the catalogue knows nothing else, with their sites and the nearest that it knows."""
        catalogue = self.members[0].known.catalogue.catalogue
        known = {name for name in catalogue.names("emission") if catalogue.entries("emission", name, "co2")}
        found: dict[str, list[str]] = {}
        for group in self.groups:
            one = group.first
            if one.sited and one.grid != NO_REGION and one.grid not in known:
                found.setdefault(one.grid, []).append(one.id)
        return [{"grid": grid, "sites": sites, "near": did_you_mean(grid, known)} for grid, sites in sorted(found.items())]

    def map_sites(self) -> list[dict[str, Any]]:
        """The sites as a map shows them, at the end of the month of the knowledge date: asked for, and running; each once."""
        out = []
        for place, group in enumerate(self.groups):
            one = group.first
            if one.sited:
                now = self.free[place][:, :, -1]
                planned, runs = (
                    {"date": str(self.as_of), "unit": "W", "base": "facility", **levels(now[:, TOLD.index(stage)])}
                    for stage in ("announced", "operational")
                )
                known = self.members[self._place[one.programme]].known
                out.append({
                    "id": one.id, "name": one.name, "programme": one.programme, "grid": one.grid, "country": one.country,
                    "place": place_of(known, one.place), "planned": planned, "runs": runs,
                })  # fmt: skip
        return out

    def marks(self, year: int | None = None) -> list[dict[str, Any]]:
        """A mark per grid region for a map, amid its sites by power asked for; sites without a region, each by itself.

        At the end of a year, else of the month of the knowledge date.
        """
        at = -1 if year is None else self.years.index(year)
        when = str(self.as_of) if year is None else f"{year}-12-31"
        regions: dict[str, list[int]] = {}
        for place, group in enumerate(self.groups):
            one = group.first
            if one.sited:
                regions.setdefault(one.grid if one.grid != NO_REGION else one.id, []).append(place)
        out = []
        for name in sorted(regions, key=lambda name: ("/" in name, name)):
            places = regions[name]
            total = self._sums(self.free, places)[:, :, at]
            first = self.groups[places[0]].first
            planned, runs = (
                {"date": when, "unit": "W", "base": "facility", **levels(total[:, TOLD.index(stage)])}
                for stage in ("announced", "operational")
            )
            out.append({
                "id": name, "name": first.name if first.grid == NO_REGION else name, "sites": [self.groups[p].first.id for p in places],
                "place": self._amid(places), "planned": planned, "runs": runs,
            })  # fmt: skip
        return out

    def _amid(self, places: Sequence[int]) -> dict[str, Any] | None:
        """The middle of some sites, by the power asked for of each at the end of the clock; None where no place is known."""
        found = []
        for place in places:
            one = self.groups[place].first
            if where := place_of(self.members[self._place[one.programme]].known, one.place):
                found.append((where, max(levels(self.free[place][:, 0, len(self.years) - 1])["p50"] or 0.0, 1.0)))
        whole = sum(weight for _, weight in found)
        if not found:
            return None
        return {axis: sum(where[axis] * weight for where, weight in found) / whole for axis in ("lat", "lon")}

    def sentence(self) -> str:
        """The answer in one sentence."""
        with speaking(self.language):
            return self._sentence()

    def _sentence(self) -> str:
        at = self.years.index(self.shown_year)
        free = self._sums(self.free, range(len(self.groups)))
        asked, runs = levels(free[:, 0, at]), levels(free[:, TOLD.index("operational"), at])
        scale = asked["p50"] or 0.0
        told = {"count": len(self.members), "asked": _power(asked["p50"], scale)}
        out = (
            say("One programme asks for {asked} of facility power", asked=told["asked"])
            if len(self.members) == 1
            else say("{count} programmes ask for {asked} of facility power", **told)
        )
        if runs["p50"] is None:
            return say("{asked}; how much of it will run is not known.", asked=out)
        run = {"asked": out, "year": self.shown_year, **_powers(runs, scale)}
        out = say("{asked}; {p50} (P10 {p10}, P90 {p90}) is expected to run by the end of {year}", **run)
        if self.limits:
            shared, alone = (
                self._sums(powers, range(len(self.groups)))[:, TOLD.index("operational"), at] for powers in (self.shared, self.alone)
            )
            less = levels(alone - shared)
            names = pools_text([pool.name for pool in self.limits])
            taken = {"so_far": out, "pools": names, **_powers(less, scale)}
            out = (
                say("{so_far}; sharing {pools} takes {p50} of it (P10 {p10}, P90 {p90})", **taken)
                if less["p90"]
                else say("{so_far}; sharing {pools} takes nothing of it", so_far=out, pools=names)
            )
        return f"{out}."

    def to_dict(self) -> dict[str, Any]:
        """As plain data: Python, JSON and the command line."""
        ends = self.members[0].standing.ends[: len(self.years)]
        return {
            "by": list(self.by), "years": list(self.years), "year": self.shown_year, "as_of": str(self.as_of), "draws": self.draws,
            "seed": self.seed, "sentence": self.sentence(), "base": "facility", "rows": self.rows(), "total": self.total(),
            "merged": self.merged(), "alike": list(self._merging[1]), "named_elsewhere": list(self._merging[2]),
            "grid_names": self.grid_names(), "strange_regions": self.strange_regions(),
            "pools": [
                pool_data(pool, self._supply[pool.name], self.late_by_pool[pool.name],
                          asked_by_year(pool, self.queuers, self.years, ends))
                for pool in self.pools
            ],
            "effect": self.effect(), "programmes": [self._member_data(member) for member in self.members], "sites": self.map_sites(),
            "marks": self.marks(),
            "left_out": list(self.left_out),
            "attribution": sorted({line for member in self.members for line in member.known.programme.attribution}),
        }  # fmt: skip

    def _member_data(self, member: Member) -> dict[str, Any]:
        return {
            "id": member.id, "name": member.known.programme.name, "asked_as": member.asked_as, "owner": member.known.programme.owner,
            "sites": sum(one.sited for one in member.sites), "clock": [str(member.clock.start), str(member.clock.end)],
            "fingerprint": member.result.fingerprint,
        }  # fmt: skip


def _stated(power: Array, silent: bool) -> Array:
    """A sum as it can be told: absent where some is not stated and all that is, is nothing, as of sites that were given up."""
    return np.full_like(power, np.nan) if silent and not np.any(np.nan_to_num(power) > 0.0) else power


def _power(value: float | None, scale: float) -> str:
    return show(value or 0.0, "W", scale, words_of(language()).notation)


def _powers(found: Mapping[str, float | None], scale: float) -> dict[str, str]:
    return {level: _power(value, scale) for level, value in found.items()}


def _order(key: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Rows by name, what has no region after those that have, what has no site last."""
    last = {NO_REGION: 1, "country not stated": 1, UNSITED: 2}
    return tuple((2 if word.endswith(f"/{UNSITED}") else last.get(word, 0), word) for word in key)
