"""From estimates to arrays: what every input is in the draws of a block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.graph import content_key
from stargauge.engine.held import Held
from stargauge.engine.streams import SOBOL_DIMENSIONS, Array, sobol, stratified, stream_key
from stargauge.quantity.distribution import STANDARD_UNIFORM, Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import PICK, Input, Mixture

Rows = slice | NDArray[np.intp]
Value = float | Distribution | Mixture | Array
#: Kinds whose quantile function takes columns of parameters, so that all their cells are one call.
_COLUMNS = frozenset({"normal", "lognormal", "uniform", "triangular"})
#: The streams beside those of an input or a choice, for what is redrawn.
_BESIDE = "beside:"


@dataclass(frozen=True)
class Layout:
    """Where the cells of an input stand in its array: lengths of the label axes, of the axes within a cell, and the place of each cell."""

    label_axes: tuple[str, ...]
    lead: tuple[int, ...]
    trail: tuple[int, ...]
    places: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one draw."""
        return self.lead + self.trail


def layout(made: Input, axes: Mapping[str, Sequence[str]]) -> Layout:
    """How the cells of an input fill its axes. Raises InputError where labels and axes differ."""
    names = tuple(axis for axis in made.quantity.axes if axis != "draw")
    count = len(made.labels[0]) if made.labels else len(names)
    lengths = tuple(len(axes[axis]) for axis in names)
    lead, trail = lengths[:count], lengths[count:]
    apart = [prod(lead[place + 1 :]) for place in range(count)]  # how far apart in the array two neighbours along an axis stand
    index = [{label: place * step for place, label in enumerate(axes[axis])} for axis, step in zip(names, apart, strict=False)]
    try:
        places = tuple(sum(at[part] for at, part in zip(index, label, strict=True)) for label in made.labels)
    except (KeyError, ValueError):
        raise InputError(
            say("{name}: the labels of its cells do not fit its axes {names}", name=made.quantity.name, names=", ".join(names))
        ) from None
    if sorted(places) != list(range(prod(lead))) or len(places) != len(made.estimates):
        raise InputError(
            say(
                "{name}: {number} cells for {places} places along {names}",
                name=made.quantity.name,
                number=len(made.estimates),
                places=prod(lead),
                names=", ".join(names[:count]),
            )
        )
    return Layout(names[:count], lead, trail, places)


def central(value: Value) -> float | Array:
    """The one value that stands for an uncertain one: the median, of the weightiest option where there are several."""
    if isinstance(value, Distribution):
        return value.quantile(0.5)
    if isinstance(value, Mixture):
        return central(value.options[int(np.argmax(value.weights))])
    return value


def fixed(made: Input, axes: Mapping[str, Sequence[str]]) -> Array:
    """An input without its draw axis: constants as they are, what is uncertain at its median."""
    where = layout(made, axes)
    out = np.full((prod(where.lead), prod(where.trail)), np.nan)
    for place, estimate in zip(where.places, made.estimates, strict=True):
        out[place] = np.ravel(np.asarray(central(estimate.value), dtype=np.float64))
    return _locked(out.reshape(where.shape))


def input_key(made: Input, axes: Mapping[str, Sequence[str]], dimension: int | None = None) -> str:
    """Content key of an input: name, axes, labels and values of its cells; not who said them."""
    shape = [(axis, len(axes[axis])) for axis in made.quantity.axes if axis != "draw"]
    places = repr((made.quantity.axes, shape, dimension, *([_BESIDE] if made.redrawn else [])))
    if places not in made.keys:
        made.keys[places] = content_key(made.quantity.name, places, *_cells(made))
    return made.keys[places]


def _cells(made: Input) -> Iterable[str | bytes]:
    for label, estimate in zip(made.labels, made.estimates, strict=True):
        yield "\x1f".join(label)
        yield from _tokens(estimate.value)


def _tokens(value: Value) -> Iterable[str | bytes]:
    if isinstance(value, Mixture):
        yield repr((value.pick, value.weights, len(value.options)))
        for option in value.options:
            yield from _tokens(option)
    elif isinstance(value, Distribution):
        yield repr((value.kind, tuple(float(p) for p in value.parameters)))
    elif isinstance(value, np.ndarray):
        yield repr(value.shape)
        yield np.ascontiguousarray(value, dtype=np.float64).tobytes()
    else:
        yield repr(float(value))


def _locked(array: Array) -> Array:
    array.flags.writeable = False
    return array


def dimension(name: str, inputs: Mapping[str, Input], leading: Sequence[str]) -> int | None:
    """The Sobol dimension of a leading input, None for any other: a dimension scrambled twice is not independent of itself."""
    made = inputs.get(name)
    return leading.index(name) if name in leading and not (made and made.redrawn) else None


@dataclass
class _Input:
    """One input ready to be filled: its constants, the cells that are one distribution, the cells that are a choice."""

    template: Array
    layout: Layout
    places: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    choices: list[tuple[int, str, list[int | Array]]] = field(default_factory=list)
    templates: dict[int, Array] = field(default_factory=dict)

    def constant(self, draws: int) -> Array:
        """The constants of its cells at full length, one array for every block."""
        if draws not in self.templates:
            self.templates[draws] = _locked(np.repeat(self.template[None], draws, axis=0))
        return self.templates[draws]

    def fill(self, values: Array, picks: Mapping[str, NDArray[np.intp]]) -> Array:
        """Its cells in the draws of some blocks."""
        draws = values.shape[1]
        if not self.places and not self.choices:
            return self.constant(draws)
        if not self.layout.shape and self.rows:
            return _locked(values[self.rows[0]])
        out = self.constant(draws).copy()
        cells = out.reshape(draws, prod(self.layout.lead), prod(self.layout.trail))
        cells[:, self.places, :] = values[self.rows].T[:, :, None]
        for place, pick, options in self.choices:
            for number, option in enumerate(options):
                chosen = picks[pick] == number
                cells[chosen, place, :] = values[option][chosen, None] if isinstance(option, int) else option
        return _locked(out)


class Sampler:
    """The streams of a set of inputs, all drawn at once per block. Values of a cell do not depend on which other cells are drawn.

    `held`: only these draws are given, and what is called a block below is a pack of them.
    """

    def __init__(
        self, inputs: Mapping[str, Input], axes: Mapping[str, Sequence[str]], seed: int, programme: str, leading: Sequence[str] = (),
        held: Held | None = None,
    ) -> None:  # fmt: skip
        if len(leading) > SOBOL_DIMENSIONS:
            raise InputError(say("at most {most} inputs can lead, got {number}", most=SOBOL_DIMENSIONS, number=len(leading)))
        self._inputs, self._axes, self._leading = dict(inputs), axes, tuple(leading)
        self._held = held
        self._streams: dict[tuple[str, ...], int] = {}
        self._evaluations: dict[tuple[int, Distribution], int] = {}
        self._weights: dict[str, tuple[float, ...]] = {}
        for stream, value in sorted(_distributions(self._inputs), key=lambda pair: pair[1].kind):
            self._evaluate(stream, value)
        self._filled = {name: self._prepare(made) for name, made in self._inputs.items()}
        for pick in self._weights:
            self._evaluate((PICK + pick,), STANDARD_UNIFORM)
        beside = _redrawn(self._inputs)
        names = [(_BESIDE + name[0] if name[0] in beside else name[0], name[1:]) for name in self._streams]
        self._keys = np.array([stream_key(seed, programme, name, labels) for name, labels in names], dtype=np.uint64)
        self._dimensions = [dimension(name[0], inputs, leading) if len(name) == 1 else None for name in self._streams]
        self._leads = [row for row, dimension in enumerate(self._dimensions) if dimension is not None]
        self._groups = self._grouped()

    @property
    def cells(self) -> int:
        """How many streams it draws."""
        return len(self._streams)

    def draw(self, block: int, count: int = 1) -> dict[str, Array]:
        """Every input in the draws of a block, or of some from there on: (draw, *axes), read-only; constants are always one array."""
        values = self._values(block, count)
        picks = self._picks(values)
        return {name: made.fill(values, picks) for name, made in self._filled.items()}

    def chances(self, block: int, count: int = 1) -> dict[str, Array]:
        """Every cell that varies by draw, by address `name[label]`, and every choice as `pick:<name>` (the option's number)."""
        values = self._values(block, count)
        picks = self._picks(values)
        out: dict[str, Array] = {PICK + pick: chosen.astype(np.float64) for pick, chosen in picks.items()}
        for name, filled in self._filled.items():
            made, drawn = self._inputs[name], filled.fill(values, picks)
            cells = drawn.reshape(len(drawn), prod(filled.layout.lead), prod(filled.layout.trail))
            varying = {*filled.places, *(place for place, _, _ in filled.choices)}
            for label, place in zip(made.labels, filled.layout.places, strict=True):
                if place in varying:
                    out[f"{name}[{', '.join(label)}]" if label else name] = cells[:, place, 0]
        return out

    def streams(self, block: int, count: int = 1) -> dict[str, Array]:
        """What is drawn independently: the uniform of every cell by its address, the option's number of every choice as `pick:<name>`.

        Cells that take one choice each have a uniform of their own for the options that are distributions; what they share is the choice.
        """
        uniforms = self._uniforms(block, count)
        out: dict[str, Array] = {}
        for (name, *label), row in self._streams.items():
            pick = name.removeprefix(PICK)
            if name.startswith(PICK):
                out[name] = self._option(pick, uniforms[row]).astype(np.float64)
            else:
                out[f"{name}[{', '.join(label)}]" if label else name] = uniforms[row]
        return out

    def _prepare(self, made: Input) -> _Input:
        where = layout(made, self._axes)
        name = made.quantity.name
        if name in self._leading and where.lead:
            raise InputError(say("{name} has label axes; only inputs of the whole programme can lead", name=name))
        template = np.full((prod(where.lead), prod(where.trail)), np.nan)
        ready = _Input(template.reshape(where.shape), where)
        for label, place, estimate in zip(made.labels, where.places, made.estimates, strict=True):
            value = estimate.value
            if isinstance(value, Distribution):
                ready.places.append(place)
                ready.rows.append(self._evaluate((name, *label), value))
            elif isinstance(value, Mixture):
                ready.choices.append((place, value.pick, self._options(value, (name, *label), where)))
            else:
                template[place] = np.ravel(np.asarray(value, dtype=np.float64))
        return ready

    def _options(self, value: Mixture, stream: tuple[str, ...], where: Layout) -> list[int | Array]:
        if self._weights.setdefault(value.pick, value.weights) != value.weights:
            raise InputError(say('the choice "{pick}" has other weights in {stream}', pick=value.pick, stream=stream[0]))
        out: list[int | Array] = []
        for option in value.options:
            if isinstance(option, Mixture):
                raise InputError(
                    say(
                        "{stream}: an option of {pick} is itself a choice ({other})",
                        stream=stream[0],
                        pick=value.pick,
                        other=option.pick,
                    )
                )
            trail = np.broadcast_to(0.0, (prod(where.trail),))
            out.append(
                self._evaluate(stream, option) if isinstance(option, Distribution) else np.ravel(np.asarray(option, np.float64)) + trail
            )
        return out

    def _evaluate(self, stream: tuple[str, ...], value: Distribution) -> int:
        row = self._streams.setdefault(stream, len(self._streams))
        return self._evaluations.setdefault((row, value), len(self._evaluations))

    def _grouped(self) -> list[tuple[Distribution, Rows, Rows]]:
        """Evaluations of one kind as one distribution with columns of parameters, their streams, and where the values go."""
        kinds: dict[Any, list[tuple[int, int, Distribution]]] = {}
        for (row, value), place in self._evaluations.items():
            kinds.setdefault(value.kind if value.kind in _COLUMNS else value, []).append((row, place, value))
        out = []
        for key, members in kinds.items():
            columns = tuple(np.array(column)[:, None] for column in zip(*(m[2].parameters for m in members), strict=True))
            one = Distribution(key, cast(Any, columns)) if isinstance(key, str) else members[0][2]
            out.append((one, _span([m[0] for m in members]), _span([m[1] for m in members])))
        return out

    def _uniforms(self, block: int, count: int = 1) -> Array:
        """The uniforms of every stream: (stream, draw); of the draws that are held where only some are."""
        if self._held is not None:
            return np.concatenate([self._streamed(one, 1)[:, rows] for one, rows in self._held.rows(block, count)], axis=1)
        return self._streamed(block, count)

    def _streamed(self, block: int, count: int) -> Array:
        uniforms = stratified(self._keys, block, count)
        if self._leads:
            uniforms[self._leads] = sobol(self._keys[self._leads], [self._dimensions[row] or 0 for row in self._leads], block, count)
        return uniforms

    def _values(self, block: int, count: int = 1) -> Array:
        uniforms = self._uniforms(block, count)
        values = np.empty((len(self._evaluations), uniforms.shape[1]))
        for distribution, rows, places in self._groups:
            values[places] = distribution.ppf(uniforms[rows])
        return values

    def _picks(self, values: Array) -> dict[str, NDArray[np.intp]]:
        rows = {pick: self._evaluations[self._streams[(PICK + pick,)], STANDARD_UNIFORM] for pick in self._weights}
        return {pick: self._option(pick, values[row]) for pick, row in rows.items()}

    def _option(self, pick: str, chance: Array) -> NDArray[np.intp]:
        """The option of a choice that a uniform stands for."""
        edges = np.cumsum(self._weights[pick]) / np.sum(self._weights[pick])
        return np.minimum(np.searchsorted(edges, chance, side="right"), len(edges) - 1)


def _redrawn(inputs: Mapping[str, Input]) -> set[str]:
    """The inputs that are redrawn, and the choices they take."""
    made = [one for one in inputs.values() if one.redrawn]
    return {one.quantity.name for one in made}.union(*(one.picks for one in made))


def _distributions(inputs: Mapping[str, Input]) -> Iterable[tuple[tuple[str, ...], Distribution]]:
    """Every distribution with the stream it is drawn from."""
    for name, made in inputs.items():
        for label, estimate in zip(made.labels, made.estimates, strict=True):
            value = estimate.value
            for one in value.options if isinstance(value, Mixture) else (value,):
                if isinstance(one, Distribution):
                    yield (name, *label), one


def _span(rows: list[int]) -> Rows:
    """Rows as a slice where they follow one another, so that taking them copies nothing."""
    return slice(rows[0], rows[-1] + 1) if rows == list(range(rows[0], rows[-1] + 1)) else np.array(rows)
