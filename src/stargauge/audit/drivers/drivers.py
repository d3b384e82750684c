"""Whose uncertainty a reading or a number has: effects of inputs, choices and groups of inputs, from the draws of one run.

The factors are the streams, which are drawn independently: cells that switch with a choice depend on one another only through it, and it is
a factor of its own. In draws that were chosen by what came out of them (`--given`) streams do depend on one another; there what goes
with several is divided among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.evaluate import Outcome
from stargauge.audit.claims.language import Comparison, Not, Reading
from stargauge.audit.drivers.groups import GROUPS, OTHER
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.words import input_name
from stargauge.engine.columns import let_go
from stargauge.engine.spread import effects_of, finite, input_of
from stargauge.quantity.effects.effects import Effect, Effects, Share, dependent_effects, stands_out, varies
from stargauge.quantity.statement import PICK

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: More draws than these are not looked at: they hold 40 blocks, which tell shares to about a hundredth.
MOST_DRAWS = 10_240
#: The lowest fifth of a sample has the input's P10 in its middle, the highest its P90.
FIFTH = 0.2
#: An input with a smaller share is not listed, whatever its interval.
LEAST = 0.005
#: How many sets of inputs that act together are named.
MOST_SETS = 5
NOTHING = Share(0.0, 0.0)


@dataclass(frozen=True)
class Driver:
    """An input or a choice, and what its uncertainty does to a reading or a number.

    `share`: of the variance, all that it is found to have a part in (total effect), at least; `at_most`: if all that is not resolved were
    its too. `alone` and `shapley`: what it does by itself, and its part where what several do together is divided equally. Each with the
    half width of its 95 % interval, which is the sampling error of what is resolved. In chosen draws `share` is the Shapley effect.
    `cell`: its strongest cell, with P10 and P90 of it. `low`, `high`: the middle of what is compared where the input is in its lowest and
    in its highest fifth, in its own unit, and `odds_p10`, `odds_p90` the odds there; None where there is no such number.
    """

    input: str
    group: str
    share: float
    within: float
    alone: float
    alone_within: float
    shapley: float
    shapley_within: float
    cell: str
    p10: float
    p90: float
    unit: str
    odds_p10: float | None
    odds_p90: float | None
    low: float | None
    high: float | None
    at_most: float

    def to_dict(self, texts: Mapping[str, str] | None = None, words: Messages = ENGLISH) -> dict[str, Any]:
        """As plain data. `texts`: what the programme file calls its choices."""
        return {
            "input": self.input, "says": input_name(self.input, words, texts), "group": self.group,
            "share": round(self.share, 4), "within": round(self.within, 4), "share_at_most": round(self.at_most, 4),
            "alone": round(self.alone, 4), "alone_within": round(self.alone_within, 4), "shapley": round(self.shapley, 4),
            "shapley_within": round(self.shapley_within, 4), "cell": self.cell, "p10": self.p10, "p90": self.p90, "unit": self.unit,
            "odds_p10": _rounded(self.odds_p10), "odds_p90": _rounded(self.odds_p90), "low": self.low, "high": self.high,
        }  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """What moves one reading or number: inputs that stand out, strongest first; groups; what acts only together; how much is resolved.

    `of`: the number whose variance this is: `value` (what is compared, or the number) or `truth`, where a reading is no one comparison.
    `chosen`: from draws chosen by a condition. `faint`: the inputs upstream that do not stand out.
    """

    of: str
    unit: str
    drivers: tuple[Driver, ...]
    groups: tuple[tuple[str, Share], ...]
    together: tuple[tuple[tuple[str, ...], Share], ...]
    resolved: Share
    faint: int
    chosen: bool = False

    def to_dict(self, texts: Mapping[str, str] | None = None, words: Messages = ENGLISH) -> dict[str, Any]:
        """As plain data. `texts`: what the programme file calls its choices."""
        return {
            "of": self.of, "unit": self.unit, "drivers": [driver.to_dict(texts, words) for driver in self.drivers],
            "groups": [
                {"group": name, **share_data(share), "share_at_most": round(share.at_most(self.resolved), 4)} for name, share in self.groups
            ],
            "together": [
                {"inputs": list(names), "says": [input_name(name, words, texts) for name in names], **share_data(share)}
                for names, share in self.together
            ],
            "resolved": share_data(self.resolved), "rest": share_data(Share(1.0 - self.resolved.value, 0.0))["share"],
            "faint": self.faint, "chosen": self.chosen,
        }  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A reading or number whose drivers are asked for: the values whose variance it is, how they are shown, and where it is true.

    Of a reading in its first MOST_DRAWS draws, as no more are looked at.

    `turned`, `against`: a shown value is `against` plus the value, or less it where it is `turned`. `upstream`: the inputs and choices it
    depends on; None: any.
    """

    values: Array
    of: str = "value"
    unit: str = "1"
    truth: Mask | None = None
    against: float = 0.0
    turned: bool = False
    upstream: frozenset[str] | None = None

    @classmethod
    def reading(cls, reading: Reading, outcome: Outcome, upstream: frozenset[str] | None = None) -> Target:
        """Of a reading: the value it compares, through its margin; its truth where that has no margin in every draw."""
        part, turned = reading, False
        while isinstance(part, Not):
            part, turned = part.part, not turned
        told = outcome.margin is not None and bool(np.isfinite(outcome.margin).all()) and varies(outcome.margin.astype(np.float64))
        let_go(outcome.margin)
        truth = outcome.truth[:MOST_DRAWS]
        if outcome.margin is None or not told:
            return cls(truth.astype(np.float64), "truth", "1", truth, upstream=upstream)
        margin = outcome.margin[:MOST_DRAWS].astype(np.float64)
        if not isinstance(part, Comparison) or part.op == "==" or part.threshold.value is None:
            return cls(margin, "value", part.threshold.unit if isinstance(part, Comparison) else "1", truth, upstream=upstream)
        turned = turned != (part.op in ("<=", "<"))
        return cls(margin, "value", part.threshold.unit, truth, part.threshold.value, turned, upstream)


@dataclass(frozen=True)
class Draws:
    """What the inputs drew: the uniform of every cell (and option of every choice), its value, units and groups by input.

    `chosen`: these are the draws in which a condition holds, so that streams depend on one another.
    """

    streams: Mapping[str, Array]
    values: Mapping[str, Array]
    units: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    chosen: bool = False

    def first(self, count: int) -> Draws:
        """The first of these draws."""
        streams, values = ({name: drawn[:count] for name, drawn in held.items()} for held in (self.streams, self.values))
        return replace(self, streams=streams, values=values)

    def where(self, held: Mask) -> Draws:
        """Those of these draws in which something holds."""
        streams, values = ({name: drawn[held] for name, drawn in made.items()} for made in (self.streams, self.values))
        return replace(self, streams=streams, values=values, chosen=True)

    @property
    def count(self) -> int:
        """How many draws there are."""
        return min((len(drawn) for drawn in self.streams.values()), default=0)

    @cached_property
    def scaled(self) -> Floats:
        """The streams with mean 0 and variance 1: (stream, draw)."""
        drawn = np.stack(list(self.streams.values())).astype(np.float32)
        drawn -= drawn.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.square(drawn).mean(axis=1, keepdims=True))
        return np.asarray(drawn / np.where(spread > 1e-6, spread, np.float32(1.0)))

    @cached_property
    def cells(self) -> Mapping[str, tuple[int, ...]]:
        """Where the streams of each input stand."""
        out = dict[str, list[int]]()
        for place, name in enumerate(self.streams):
            out.setdefault(input_of(name), []).append(place)
        return {name: tuple(places) for name, places in out.items()}

    def strength(self, values: Array) -> Floats:
        """How closely each stream goes with a number: the size of their correlation."""
        centred = (values - values.mean()) / values.std()
        return np.asarray(np.abs(self.scaled @ centred.astype(np.float32)) / np.float32(len(values)))


def drivers(targets: Sequence[Target], draws: Draws) -> list[Moved | None]:
    """What moves each reading or number; None where nothing does, or there are too few draws to tell."""
    count = min([draws.count, *(len(target.values) for target in targets)])
    if not targets or not count:
        return [None] * len(targets)
    draws = draws.first(count)
    numbers = np.stack([finite(target.values[:count]) for target in targets])
    if draws.chosen:
        return [_chosen(target, values, draws) for target, values in zip(targets, numbers, strict=True)]
    found = effects_of(draws.streams, numbers)
    every = zip(targets, numbers, found, strict=True)
    return [None if made is None else _moved(target, values, made, draws) for target, values, made in every]


def _moved(target: Target, values: Array, made: Effects, draws: Draws) -> Moved:
    names = [name for name in made.names if target.upstream is None or input_of(name) in target.upstream]
    made = made.only(frozenset(names))
    by_input = {name: input_of(name) for name in made.names}
    inputs = {input_of(name) for name in names}
    found = [effect for effect in made.by(by_input) if effect.name in inputs]
    strong = sorted(
        (effect for effect in found if stands_out(effect.total) and effect.total.value >= LEAST),
        key=lambda effect: (-effect.total.value, effect.name),
    )
    shares = {effect.name: effect.total for effect in made.by(_by_group(made.names, draws))}
    return Moved(
        target.of, target.unit, _told([(effect, effect.total) for effect in strong], made.resolved, target, values, draws),
        tuple((name, shares.get(name, NOTHING)) for name in GROUPS),
        tuple(pair for pair in made.together(by_input) if stands_out(pair[1]))[:MOST_SETS], made.resolved, len(found) - len(strong),
    )  # fmt: skip


def _chosen(target: Target, values: Array, draws: Draws) -> Moved | None:
    """The same in chosen draws, by what each input adds to what the others explain."""
    kept = {name: drawn for name, drawn in draws.streams.items() if target.upstream is None or input_of(name) in target.upstream}
    choices = [name for name in kept if name.startswith(PICK)]
    by_input, by_group = {name: input_of(name) for name in kept}, _by_group(kept, draws)
    one, grouped = (dependent_effects(kept, values[None], by, choices)[0] for by in (by_input, by_group))
    if one is None or grouped is None:
        return None
    strong = [effect for effect in one.factors if stands_out(effect.shapley) and effect.shapley.value >= LEAST]
    shares = {effect.name: effect.shapley for effect in grouped.factors}
    return Moved(
        target.of, target.unit, _told([(effect, effect.shapley) for effect in strong], one.resolved, target, values, draws),
        tuple((name, shares.get(name, NOTHING)) for name in GROUPS), (), one.resolved, len({*by_input.values()}) - len(strong), chosen=True,
    )  # fmt: skip


def _by_group(names: Iterable[str], draws: Draws) -> dict[str, str]:
    return {name: draws.groups.get(input_of(name), OTHER) for name in names}


def _told(
    effects: Sequence[tuple[Effect, Share]], resolved: Share, target: Target, values: Array, draws: Draws
) -> tuple[Driver, ...]:  # fmt: skip
    strength = draws.strength(values)
    return tuple(_driver(effect, share, share.at_most(resolved), target, strength, draws) for effect, share in effects)


def _driver(effect: Effect, share: Share, at_most: float, target: Target, strength: Floats, draws: Draws) -> Driver:
    """One input: its strongest cell, and odds and middle in the draws in which its cells are low, and high, each by its strength."""
    places = list(draws.cells[effect.name])
    own = strength[places]
    weight = np.where(own >= min(float(own.max()), 2.0 / np.sqrt(draws.count)), own, np.float32(0.0))
    low, high = _ends(weight @ draws.scaled[places])
    strongest = list(draws.streams)[places[int(np.argmax(own))]]
    p10, p90 = np.quantile(draws.values[strongest], (0.1, 0.9), method="nearest")
    odds_p10, odds_p90 = (None if target.truth is None else float(target.truth[end].mean()) for end in (low, high))
    at_low, at_high = (_middle(target, end) if target.of == "value" else None for end in (low, high))
    return Driver(
        effect.name, draws.groups.get(effect.name, OTHER), *share, *effect.alone, *effect.shapley, strongest, float(p10), float(p90),
        draws.units.get(effect.name, "1"), odds_p10, odds_p90, at_low, at_high, at_most,
    )  # fmt: skip


def _middle(target: Target, draws: NDArray[np.intp]) -> float | None:
    """The middle of what is compared in some draws; None where it never comes."""
    middle = float(np.quantile(target.values[draws], 0.5, method="nearest"))
    return target.against + (-middle if target.turned else middle) if np.isfinite(middle) else None


def _ends(index: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The draws in the lowest and in the highest fifth of an index."""
    size = max(1, round(FIFTH * len(index)))
    order = np.argsort(index, kind="stable")
    return order[:size], order[-size:]


def strongest(streams: Mapping[str, Array], values: Array) -> dict[str, float]:
    """By how much the total effect of each input on a number exceeds what chance may give; largest first.

    An input of many cells so does not lead by chance. Draws in which the number is absent are left out; inputs that do not vary do not
    stand here.
    """
    count = min((len(drawn) for drawn in streams.values()), default=0)
    present = np.flatnonzero(~np.isnan(values[:count]))
    (made,) = effects_of({name: drawn[present] for name, drawn in streams.items()}, finite(values[present])[None])
    found = () if made is None else made.by({name: input_of(name) for name in made.names})
    lead = {effect.name: effect.total.value - effect.total.within for effect in found}
    return dict(sorted(lead.items(), key=lambda pair: (-pair[1], pair[0])))


def share_data(share: Share) -> dict[str, float]:
    """A share as plain data, cut to what a share can be; its interval is of what was estimated."""
    return {"share": round(min(max(share.value, 0.0), 1.0), 4), "within": round(share.within, 4)}


def _rounded(odds: float | None) -> float | None:
    return None if odds is None else round(odds, 4)
