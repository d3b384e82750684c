"""An order of build mended by small changes, each reckoned in every draw with the queues of the model.

Hill climbing (Russell and Norvig 2021, Artificial Intelligence, 4.1): while a target is missed, the change that brings most for its money;
then the cheapest order next to it that keeps all, as long as there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from stargauge.plan.build_order.case import Array, BuildCase, Choice, faults_of, value_of

Odds = Callable[[tuple[Choice, ...]], Array]
Chosen = tuple[Choice, ...]

#: Changes that are looked at in a step, and steps, at most; months by which a start is moved; the least that counts as
#: nearer, in probability.
_TRIED, _STEPS, _MOVES, _NEARER = 120, 8, (-6, -3, -2, -1, 1, 2, 3, 6, 12), 5e-4


def climbed(case: BuildCase, chosen: Chosen, asked: Array, odds: Odds, goal: Array, most: float = np.inf) -> Chosen:
    """An order after small changes, as good as these make it; worth less than `most` by the goal. The case is without its targets."""
    now, short = chosen, _short(odds(chosen), asked)
    for _ in range(_STEPS):
        worth = value_of(case, now, goal)
        near = {one: value_of(case, one, goal) for one in neighbours(case, now)}
        if short <= 0.0:
            cheaper = sorted((one for one, value in near.items() if value < min(worth, most) - 1.0), key=lambda one: (near[one], one))[
                :_TRIED
            ]
            found = next((one for one in cheaper if not faults_of(case, one) and _short(odds(one), asked) <= 0.0), None)
        else:
            found, best = None, 0.0
            for one, value in sorted(near.items(), key=lambda one: (abs(one[1] - worth), one[0]))[:_TRIED]:
                if value >= most or faults_of(case, one):
                    continue
                nearer = short - max(_short(odds(one), asked), 0.0)
                rate = nearer / max(value - worth, 1.0)
                if nearer > _NEARER and rate > best:
                    found, best = one, rate
        if found is None:
            break
        now, short = found, _short(odds(found), asked)
    return _without_needless(case, now, asked, odds, goal) if short <= 0.0 else now


def _without_needless(case: BuildCase, chosen: Chosen, asked: Array, odds: Odds, goal: Array) -> Chosen:
    """An order without the last buildings of sites that cost something and without which all is kept, the dearest first."""
    now = chosen
    while True:
        last = [max((one for one in now if one.building in places), default=None) for places in case.by_site]
        dearest = sorted((one for one in last if one is not None and goal[one] > 0.0), key=lambda one: (-float(goal[one]), one))
        fewer = (tuple(one for one in now if one != out) for out in dearest)
        found = next((one for one in fewer if not faults_of(case, one) and _short(odds(one), asked) <= 0.0), None)
        if found is None:
            return now
        now = found


def _short(odds: Array, asked: Array) -> float:
    return float((asked - odds).max(initial=0.0)) if (odds < asked).any() else 0.0


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
