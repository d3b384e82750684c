"""Orders of build next to one: those that differ by one step at one site."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stargauge.plan.build_order.case.case import BuildCase, Choice

Chosen = tuple[Choice, ...]

#: Months by which a start is moved.
_MOVES = (-6, -3, -2, -1, 1, 2, 3, 6, 12)


def neighbours(case: BuildCase, chosen: Chosen) -> Iterator[Chosen]:
    """Orders that differ by one building more or less at the end of a site, one start, one accelerator, or the power of one site."""
    for places in case.by_site:
        here = [one for one in chosen if one.building in places]
        rest = tuple(one for one in chosen if one.building not in places)
        for other in _at_site(case, places, here):
            yield tuple(sorted((*rest, *other)))


def _at_site(case: BuildCase, places: tuple[int, ...], here: list[Choice]) -> Iterator[list[Choice]]:
    if here:
        yield here[:-1]
        for at, one in enumerate(here):
            for months in _MOVES:
                if _in(case, one, months):
                    yield [*here[:at], one._replace(start=one.start + months), *_after(case, here[at + 1 :], months)]
            yield from ([*here[:at], one._replace(chip=chip), *here[at + 1 :]] for chip in range(len(case.chips)) if chip != one.chip)
    powers = range(len(case.powers))
    for count in {len(here), len(here) + 1} - {0}:
        for power in powers:
            made = _soonest(case, places[:count], power)
            if made is not None and len(places) >= count:
                yield made
                if here and here[0].power == power:
                    yield [*here, *_next(case, places, here)]


def _in(case: BuildCase, one: Choice, months: int) -> bool:
    at = one.start + months
    return 0 <= at < len(case.months) and bool(case.allowed[one.building, one.power, one.chip, at])


def _after(case: BuildCase, later: list[Choice], months: int) -> list[Choice]:
    """The buildings after one that is moved, moved with it where they may be."""
    moved = [one._replace(start=one.start + months) for one in later]
    return moved if months > 0 and all(_in(case, one, months) for one in later) else later


def _soonest(case: BuildCase, places: tuple[int, ...], power: int) -> list[Choice] | None:
    """Some buildings of a site as early as can be on a power; None where it does not carry them."""
    out = list[Choice]()
    for building in places:
        found = _first(case, building, power, out[-1] if out else None)
        if found is None:
            return None
        out.append(found)
    return out


def _next(case: BuildCase, places: tuple[int, ...], here: list[Choice]) -> list[Choice]:
    """The next building of a site as early as can be."""
    found = _first(case, places[len(here)], here[-1].power, here[-1]) if len(here) < len(places) else None
    return [found] if found else []


def _first(case: BuildCase, building: int, power: int, before: Choice | None) -> Choice | None:
    gap = case.spacing[case.buildings[building].site] if case.spacing else 0
    first = before.start + gap if before else 0
    options = np.argwhere(case.allowed[building, power, :, first:])
    if not len(options):
        return None
    chip, start = min(((int(chip), int(start)) for chip, start in options), key=lambda one: (one[1], one[0]))
    return Choice(building, power, chip, start + first)
