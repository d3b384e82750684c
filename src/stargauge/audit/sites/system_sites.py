"""The sites of several programmes: where each lies, and which of them are one and the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stargauge.audit.summary import UNSITED, names_of
from stargauge.programme.known import Known
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

#: The key among the facts of a site under which a file says that it is the site of another file: `PROGRAMME/SITE`.
SAME = "same-site-as"
NO_REGION, NO_COUNTRY = "region not stated", "country not stated"
BY_STATEMENT, BY_LIKENESS = "statement", "place, name and owner"


@dataclass(frozen=True)
class SiteOf:
    """A site of a programme, or its pledges without a site. `at`: its place among the sites of its programme."""

    programme: str
    site: str
    at: int
    name: str
    owner: str
    place: str
    grid: str
    country: str

    @property
    def id(self) -> str:
        """Its name among all."""
        return f"{self.programme}/{self.site}"

    @property
    def sited(self) -> bool:
        """Whether it has a site at all."""
        return self.site != UNSITED


@dataclass(frozen=True)
class Group:
    """What counts once: a site, or sites of several files that are the same. `grounds`: (site, site, ground, words of the file)."""

    sites: tuple[SiteOf, ...]
    grounds: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def first(self) -> SiteOf:
        """The one under whose programme, place and region it counts: the first by name."""
        return self.sites[0]


def sites_of(programme: str, known: Known) -> list[SiteOf]:
    """The sites of a programme with their regions by the catalogue, pledges without a site last."""
    names = names_of(known)
    made = []
    for at, view in enumerate(known.sites):
        place = view.spec.place if view.spec else ""
        grid, country = (_text(known, place, attribute) for attribute in ("grid_region", "country"))
        owner = known.programme.owner.casefold().strip()
        if view.id == UNSITED:
            made.append(SiteOf(programme, view.id, at, UNSITED, owner, "", UNSITED, UNSITED))
        else:
            made.append(SiteOf(programme, view.id, at, names.get(view.id, view.id), owner, place, grid or NO_REGION, country or NO_COUNTRY))
    return made


def _text(known: Known, place: str, attribute: str) -> str:
    catalogue = known.catalogue
    return catalogue.text("place", place, attribute) if place and place in catalogue.names("place") else ""


def groups_of(
    sites: Sequence[SiteOf], said: Mapping[str, str], called: Mapping[str, str]
) -> tuple[tuple[Group, ...], tuple[dict[str, Any], ...], tuple[dict[str, str], ...]]:  # fmt: skip
    """The groups; pairs of sites that might be the same and count as two; statements that name a programme that is not among these.

    Two sites of different programmes are one where a file says so (`said`: by site the site of another programme), or where place, name
    and owner are the same. `called`: other names of the programmes. Raises InputError for a site that its programme does not have.
    """
    by_id = {one.id: one for one in sites if one.sited}
    grounds, faults, elsewhere = dict[frozenset[str], tuple[str, str, str, str]](), list[Fault](), list[dict[str, str]]()
    for name, text in sorted(said.items()):
        programme, _, site = (part.strip() for part in text.partition("/"))
        programme = called.get(programme, programme)
        held = {one.site for one in sites if one.programme == programme and one.sited}
        if not site:
            faults.append(
                Fault(say('{name}: {same} says "{text}"; expected PROGRAMME/SITE, such as {name}', name=name, same=SAME, text=text))
            )
        elif not any(one.programme == programme for one in sites):
            elsewhere.append({"site": name, "same_as": text})
        elif site not in held:
            faults.append(
                Fault(
                    say(
                        '{name}: {same} says "{text}", but {programme} has no site "{site}"{near}',
                        name=name,
                        same=SAME,
                        text=text,
                        programme=programme,
                        site=site,
                        near=did_you_mean(site, held),
                    )
                )
            )
        elif f"{programme}/{site}" == name:
            faults.append(Fault(say('{name}: {same} says "{text}", which is the site itself', name=name, same=SAME, text=text)))
        else:
            grounds.setdefault(frozenset((name, f"{programme}/{site}")), (name, f"{programme}/{site}", BY_STATEMENT, text))
    if faults:
        raise InputError(faults)
    alike = [(one, other) for one, other in _pairs(list(by_id.values())) if one.place and one.place == other.place]
    for one, other in alike:
        if _same_name(one, other) and one.owner and one.owner == other.owner:
            grounds.setdefault(frozenset((one.id, other.id)), (one.id, other.id, BY_LIKENESS, one.place))
    groups = _joined(sites, grounds.values())
    home = {site.id: place for place, group in enumerate(groups) for site in group.sites}
    apart = tuple(_apart(one, other) for one, other in alike if home[one.id] != home[other.id])
    return groups, apart, tuple(elsewhere)


def _pairs(sites: Sequence[SiteOf]) -> Iterable[tuple[SiteOf, SiteOf]]:
    """Pairs of sites of different programmes, in the order of their names."""
    ordered = sorted(sites, key=lambda one: one.id)
    for place, one in enumerate(ordered):
        yield from ((one, other) for other in ordered[place + 1 :] if other.programme != one.programme)


def _same_name(one: SiteOf, other: SiteOf) -> bool:
    return _plain(one.name) == _plain(other.name)


def _plain(name: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())


def _apart(one: SiteOf, other: SiteOf) -> dict[str, Any]:
    """Two sites of one place that count as two, and what differs."""
    owners = "owner not stated" if not (one.owner and other.owner) else "other owner" if one.owner != other.owner else ""
    differs = [*(["other name"] if not _same_name(one, other) else []), *([owners] if owners else [])]
    return {"sites": [one.id, other.id], "place": one.place, "differs": differs}


def _joined(sites: Sequence[SiteOf], grounds: Iterable[tuple[str, str, str, str]]) -> tuple[Group, ...]:
    """The sites in groups: those that are the same, directly or by way of others, in one."""
    found = list(grounds)
    home = {one.id: one.id for one in sites}
    for first, second, _, _ in found:
        old, new = sorted((home[first], home[second]), reverse=True)
        home = {name: new if at == old else at for name, at in home.items()}
    groups: dict[str, list[SiteOf]] = {}
    for one in sorted(sites, key=lambda one: one.id):
        groups.setdefault(home[one.id], []).append(one)
    return tuple(
        Group(tuple(group), tuple(sorted(ground for ground in found if home[ground[0]] == name))) for name, group in groups.items()
    )
