"""The programme as it was known on a day: later statements are gone, and with them what nobody had spoken of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from stargauge.programme.fields import Part
from stargauge.programme.schema import Claim, Commitment, Content, Option, Party, Phase, Pledge, Programme, Site, statements_of
from stargauge.quantity.statement import Statement

P = TypeVar("P", bound=Part)
Keep = Callable[[Statement], bool]

#: What exists only from the day somebody spoke of it.
SPOKEN_OF = (Site, Phase, Party, Commitment, Pledge)
_UNDATED = frozenset({"claims", "drafts", "sources", "assumptions", "scenarios"})


def known_programme(programme: Programme, as_of: date, without: frozenset[str] = frozenset()) -> Programme:
    """The programme without what was published after a day, and without the statements at some paths, as if nobody had said them.

    A site, phase, party, commitment or pledge of which only later statements speak is left out; claims stay, as they are what is tested.
    Scenarios are supposed and not known: those asked for have been laid over it before. Statements without a date are assumptions and
    always known; a party of which nothing is said exists while money is promised to it.
    """

    def keep(said: Statement) -> bool:
        return (said.published is None or said.published.end <= as_of) and said.path not in without

    kept, _, _ = _cut(programme, keep)
    kept = kept.model_copy(update={"parties": _spoken_of(kept)})
    cited = {claim.source for group in (kept, *_options(kept)) for claim in group.claims.values()}
    cited |= {draft.source for draft in kept.drafts.values()}
    sources = {
        name: source for name, source in kept.sources.items()
        if name in cited or source.published is None or source.published.end <= as_of
    }  # fmt: skip
    return with_present_options(kept.model_copy(update={"sources": sources, "scenarios": {}}))


def with_present_options(programme: Programme) -> Programme:
    """The programme with its alternatives speaking only of sites, parties and pledges that it has; one with nothing to say is gone."""
    settled = {name: {key: _present(option, programme) for key, option in group.items()} for name, group in programme.alternatives.items()}
    alternatives = {name: group for name, group in settled.items() if any(_says(option) for option in group.values())}
    return programme.model_copy(update={"alternatives": alternatives})


def _spoken_of(programme: Programme) -> dict[str, Party]:
    named = {line.to for party in programme.parties.values() for line in party.commitments.values()}
    named |= {pledge.party for pledge in programme.unsited.values()}
    return {name: party for name, party in programme.parties.items() if name in named or any(True for _ in statements_of(party))}


def _options(programme: Programme) -> list[Option]:
    return [option for group in programme.alternatives.values() for option in group.values()]


def _kept(statements: tuple[Statement, ...], keep: Keep) -> tuple[Statement, ...]:
    return statements if all(map(keep, statements)) else tuple(filter(keep, statements))


def _cut(part: P, keep: Keep) -> tuple[P, bool, bool]:
    """A part as known, whether any statement in it has a date, and whether one of these was known."""
    update: dict[str, Any] = {}
    dated = spoken = False
    for name in part.model_fields_set:
        value: Any = getattr(part, name)
        if not value or name in _UNDATED:
            continue
        spec = part.specs.get(name)
        if spec is not None:
            new, had, has = _cut_stated(value, keep, spec.keyed)
        elif isinstance(value, Part):
            new, had, has = _cut(value, keep)
        elif isinstance(value, dict):
            new, had, has = _cut_group(value, keep, isinstance(part, Option))
        else:
            continue
        dated, spoken = dated or had, spoken or has
        if new is not value:
            update[name] = new
    return (part.model_copy(update=update) if update else part), dated, spoken


def _cut_stated(value: Any, keep: Keep, keyed: bool) -> tuple[Any, bool, bool]:
    if keyed:
        left = {key: kept for key, said in value.items() if (kept := _kept(said, keep))}
        return left, any(map(_dates, value.values())), any(map(_dates, left.values()))
    new = _kept(value, keep)
    return new, _dates(value), _dates(new)


def _dates(statements: tuple[Statement, ...]) -> bool:
    return any(statement.published is not None for statement in statements)


def _cut_group(group: dict[str, Any], keep: Keep, whole: bool) -> tuple[dict[str, Any], bool, bool]:
    out: dict[str, Any] = {}
    dated = spoken = changed = False
    for key, value in group.items():
        new: Any
        if isinstance(value, Part):
            new, had, has = _cut(value, keep)
        elif isinstance(value, dict):
            new, had, has = _cut_group(value, keep, whole)
        else:
            new, had, has = value, False, False
        dated, spoken = dated or had, spoken or has
        changed = changed or new is not value
        if had and not has and not whole and isinstance(value, SPOKEN_OF):
            changed = True
            continue
        out[key] = new
    return (out if changed else group), dated, spoken


def _present(option: Option, programme: Programme) -> Option:
    """An option without what the programme does not have on that day."""
    sites = {
        name: site.model_copy(update={"phases": {key: phase for key, phase in site.phases.items() if key in programme.sites[name].phases}})
        for name, site in option.sites.items() if name in programme.sites
    }  # fmt: skip
    parties = {
        name: party.model_copy(update={
            "commitments": {key: line for key, line in party.commitments.items() if key in programme.parties[name].commitments}
        })
        for name, party in option.parties.items() if name in programme.parties
    }  # fmt: skip
    unsited = {name: pledge for name, pledge in option.unsited.items() if name in programme.unsited}
    return option.model_copy(update={"sites": sites, "parties": parties, "unsited": unsited})


def _says(part: Any) -> bool:
    """Whether a part of an option still says anything: a statement, an assumption, a claim or a plain value."""
    if isinstance(part, Option):
        return any(_says(getattr(part, name)) for name in Content.model_fields if name != "sources")
    if isinstance(part, Claim):
        return True
    if isinstance(part, Part):
        return any(_says(getattr(part, name)) for name in part.model_fields_set)
    if isinstance(part, dict):
        return any(map(_says, part.values()))
    return bool(part)
