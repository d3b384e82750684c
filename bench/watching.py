"""Watching: the state of a thing derived from a million observations, beside the least that any derivation does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.figure import Figure
from stargauge.evidence.observe.standing import Observation
from stargauge.evidence.observe.states import changes, rounds, standing

ROUNDS = 250_000


def watching() -> Iterator[Figure]:
    """Rounds of four: the thing from two networks, a control and a made-up address; the thing goes and comes back every thousand rounds."""
    story = _story()
    floor = _taken(lambda: sum(len(one) for one in rounds(story)))
    whole = _taken(lambda: standing(story))
    every = _taken(lambda: changes(story))
    made = len(changes(story))
    note = f"{len(story):,} observations, {made:,} changes of state; floor: sort and group them by round"
    yield Figure("state derived from a million observations", whole, "s", at_most=10.0, note=note)
    yield Figure("the same over the floor", whole / floor, "times", note=f"floor {floor:.2f} s")
    yield Figure("every change of state, over the floor", every / floor, "times")


def _story() -> list[Observation]:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    made: list[Observation] = []
    for number in range(ROUNDS):
        there = number // 1000 % 2 == 0
        one = Observation(start + number * timedelta(hours=1), "ok" if there else "http_404", f"r{number}", vantage="home")
        control = replace(one, outcome="ok", role="control")
        made += [one, control, replace(one, outcome="http_404", role="made_up"), replace(one, vantage="office")]
    return [replace(one, entry=place) for place, one in enumerate(made)]


def _taken(run: object) -> float:
    begun = time.process_time()
    run()  # type: ignore[operator]
    return time.process_time() - begun
