"""Rules on ids of a programme: how they are written, and that no two things bear the same one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stargauge.programme.positions import Flaw, Trail
from stargauge.programme.schema import UNSITED, Content, Programme
from stargauge.quantity.address import slug
from stargauge.quantity.quantity import FIXED_AXES
from stargauge.quantity.spoken import say

PROGRAMME = "programme"
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*\Z")
_ADDRESS = re.compile(r"^[a-z][a-z0-9_]*(\[[^\[\]]+\])?\Z")


def check_for_bad_ids(programme: Programme) -> Iterator[Flaw]:
    """Ids are lower case with hyphens."""
    found: list[Trail] = [("claims", name) for name in programme.claims]
    found += [("drafts", name) for name in programme.drafts]
    found += [("sources", name) for name in programme.sources]
    found += [("alternatives", name) for name in programme.alternatives]
    found += [("alternatives", name, option) for name, options in programme.alternatives.items() for option in options]
    found += [("scenarios", name) for name in programme.scenarios]
    found += [("sites", site, "phases", name) for site, spec in programme.sites.items() for name in spec.phases]
    for trail in [*found, *(trail for trail, _ in labels_of(programme))]:
        if not _ID.match(str(trail[-1])):
            yield Flaw(
                trail,
                say('the id "{id}" is not lower case with hyphens; e.g. "{as_id}"', id=trail[-1], as_id=_as_id(str(trail[-1]))),
                at_key=True,
                alone=True,
            )
    for name in programme.records:
        if not _ID.match(name) and not _ADDRESS.match(name):
            yield Flaw(
                ("records", name),
                say('"{name}" is neither an id nor an address such as power_it[operational, abilene]', name=name),
                at_key=True,
                alone=True,
            )


def _as_id(text: str) -> str:
    return slug(text) or "site-1"


def labels_of(programme: Content) -> list[tuple[Trail, str]]:
    """Every id that stands in addresses, with what it is."""
    found: list[tuple[Trail, str]] = [(("sites", name), "site") for name in programme.sites]
    found += [((UNSITED, name), "pledge") for name in programme.unsited]
    found += [(("parties", name), "party") for name in programme.parties]
    found += [(("parties", p, "commitments", name), "commitment") for p, party in programme.parties.items() for name in party.commitments]
    return found


def check_for_ids_used_twice(programme: Programme) -> Iterator[Flaw]:
    """Ids of sites, pledges, parties and commitments differ from one another, from stages and from other fixed labels."""
    taken = {label: axis for axis, labels in FIXED_AXES.items() for label in labels}
    taken |= {UNSITED: UNSITED, PROGRAMME: PROGRAMME}
    for trail, what in [*labels_of(programme), *((("records", name), "record") for name in programme.records)]:
        name = str(trail[-1])
        if name in taken:
            yield Flaw(
                trail,
                say('the id "{name}" is already {taken}; ids are unique, choose another', name=name, taken=_taken_by(taken[name])),
                at_key=True,
                alone=True,
            )
        else:
            taken[name] = what


def _taken_by(what: str) -> str:
    """What has an id already: the kind of an entry, an axis with fixed labels, or a word of the model."""
    told = {
        "site": say("a site"), "pledge": say("a pledge"), "party": say("a party"), "commitment": say("a commitment"),
        "record": say("a record"), UNSITED: say("the label of what has no site"), PROGRAMME: say("the word for the whole programme"),
    }  # fmt: skip
    return told.get(what) or say("a fixed label of {axis}", axis=what)
