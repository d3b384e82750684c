"""The fit of the training model to measured runs: log least squares with priors, runs left out by groups, and the file that is shipped.

`python -m bench.training_fit` prints the errors; with `--write` it writes the file. Nothing is drawn at random: the same rows give the same
coefficients.
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge import api
from stargauge.audit.validation.training_cases import TrainingCase, case_of
from stargauge.catalogue.training_fit import ALL, COLUMNS, FILE, group_of
from stargauge.catalogue.training_runs import TrainingRun, shipped_training_runs
from stargauge.quantity.compute.training_fit import TrainingFit, Weights
from stargauge.quantity.compute.training_step import LayerSeconds, TrainingWork, combined, training_work

Array = NDArray[np.float64]

GENERATIONS = {
    "a100-sxm-40": "ampere", "a100-sxm-80": "ampere", "h100-sxm": "hopper", "h200-sxm": "hopper", "h800-sxm": "hopper",
    "gb200-nvl72": "blackwell", "gb300-nvl72": "blackwell", "b200-hgx": "blackwell", "b300-hgx": "blackwell",
}  # fmt: skip
#: Generations whose speed of products goes with the power that a chip may draw, and the W per 10^15 FLOP/s that coefficients stand for.
POWERED, STANDARD_POWER = ("blackwell",), 480.0


class Prior(NamedTuple):
    """What a coefficient is taken to be before any row is seen: middle, spread of its logarithm (nought: not fitted), and why."""

    middle: float
    spread: float
    why: str
    log: bool = True


_OWN = "assumption: "
PRIORS = {
    "matrix-bf16[ampere]": Prior(1.30, 0.12, _OWN + "products of large models reach three quarters of the peak"),
    "matrix-bf16[hopper]": Prior(1.42, 0.12, "our curves (stargauge-gpu-2026): 0.71 to 0.74 of the peak for large products"),
    "matrix-fp8[hopper]": Prior(1.5, 0.12, "our curves (stargauge-gpu-2026): 0.68 to 0.71 of the peak for large products"),
    "matrix-bf16[blackwell]": Prior(1.42, 0.12, _OWN + "as Hopper"),
    "matrix-fp8[blackwell]": Prior(1.5, 0.12, _OWN + "as Hopper"),
    "matrix-mxfp8[blackwell]": Prior(1.6, 0.12, _OWN + "scales of blocks cost a little"),
    "matrix-nvfp4[blackwell]": Prior(2.0, 0.12, _OWN + "operands come half as fast against three times the operations"),
    "operands": Prior(0.8, 0.0, _OWN + "caches save a fifth of the traffic"),
    "attention[ampere]": Prior(1.5, 0.0, _OWN + "fused attention reaches two thirds of the peak"),
    "attention[hopper]": Prior(1.9, 0.15, "our curves (stargauge-gpu-2026), cuDNN: 0.60 of the peak forward, 0.54 backward"),
    "attention[blackwell]": Prior(2.0, 0.2, _OWN + "as Hopper"),
    "attention_before": Prior(1.65, 0.2, "our curves (stargauge-gpu-2026): FlashAttention-2 0.33 of the peak, cuDNN 0.55"),
    "attention_unfused": Prior(1.5, 0.0, _OWN + "small products"),
    "scores": Prior(1.2, 0.0, _OWN + "a pass reaches most of the memory's rate"),
    "elementwise": Prior(1.3, 0.2, "our curves (stargauge-gpu-2026): 0.9 of the memory's rate for large arrays, less for small ones"),
    "casts": Prior(1.2, 0.0, _OWN + "as other passes"),
    "permutation": Prior(1.3, 0.3, _OWN + "rows in another order"),
    "activation": Prior(1.3, 0.4, _OWN + "as other passes"),
    "kernel": Prior(8e-6, 0.3, "our curves (stargauge-gpu-2026): 7 and 9 microseconds to start one from the host"),
    "counted": Prior(0.4, 0.3, _OWN + "no waiting for the numbers of tokens"),
    "tensor": Prior(0.5, 0.3, _OWN + "half of it beside computing"),
    "context": Prior(0.3, 0.0, _OWN + "most of it beside computing"),
    "expert_inside": Prior(1.1, 0.3, _OWN + "nothing beside computing, near the maker's rate"),
    "expert_outside": Prior(1.6, 0.4, _OWN + "small messages to many"),
    "shard": Prior(0.15, 0.5, _OWN + "nearly all beside computing"),
    "neighbour": Prior(0.3, 0.0, _OWN + "most of it beside computing"),
    "data": Prior(0.3, 0.0, _OWN + "most of it beside computing"),
    "data_before": Prior(4.0, 0.0, _OWN + "nothing beside computing, gradients all-reduced"),
    "optimizer": Prior(1.2, 0.0, _OWN + "as other passes"),
    "beside": Prior(0.4, 0.3, _OWN + "more than half of the exchange beside computing"),
    "eager": Prior(1.8, 0.3, _OWN + "passes not fused"),
    "power": Prior(1.0, 0.3, _OWN + "speed in proportion to watts per operation", log=False),
    "immature": Prior(0.1, 0.0, _OWN + "a tenth slower for each year short of a year and a half after launch", log=False),
}  # fmt: skip
_ASSUMED, _FITTED, _RECIPES = "stargauge-assumption", "stargauge-training-fit", "megatron-bridge"


class Said(NamedTuple):
    """A day of software practice or another limit: its value, the source, and what it is."""

    value: float
    source: str
    why: str


PRACTICE = {
    "wide_domain": Said(72.0, _ASSUMED, "domains of a whole rack"),
    "once_wide": Said(2025.85, _RECIPES, "by the recipes at 067f987df: HybridEP"),
    "once": Said(2026.2, _RECIPES, "by the recipes at 067f987df: DeepEP, HybridEP"),
    "once_latent[hopper]": Said(2024.5, "deepseek-v3-report", "tokens go once to each node; day: assumption"),
    "graph": Said(2025.85, _RECIPES, "by the recipes at 067f987df: parts of a layer as CUDA graphs"),
    "fused": Said(2026.6, _RECIPES, "by the recipes at 067f987df: whole step as a graph, fused grouped products"),
    "fused_small": Said(2026.42, _RECIPES, "by the recipes at 067f987df: the same at micro-batch 1"),
    "data_beside": Said(2024.0, _ASSUMED, "assumption: reduction of gradients beside computing became usual"),
    "half_gradients": Said(2025.5, _RECIPES, "by the recipes at 067f987df: gradients summed in 16 bits"),
    "attention[hopper]": Said(2024.2, _ASSUMED, "assumption: kernels made for Hopper in frameworks"),
    "fused_attention": Said(2023.0, _ASSUMED, "assumption: attention whose scores never reach memory came into frameworks"),
    "compiled": Said(2024.2, _ASSUMED, "assumption: frameworks that spread weights fuse passes since"),
    "score_width": Said(192.0, _ASSUMED, "assumption: scores' exponentials bind for heads below 96"),
    "score_width[blackwell]": Said(256.0, _ASSUMED, "assumption: exponentials did not grow with products, heads below 128 gain nothing"),
    "step_up": Said(3e-6, _ASSUMED, "assumption: seconds of a step of an exchange within the domain, as point-to-point tests print"),
    "step_out": Said(1e-5, _ASSUMED, "assumption: seconds of a step of an exchange beyond the domain, as point-to-point tests print"),
    "reserve": Said(4e9, _ASSUMED, "assumption: bytes of the driver, the libraries of communication and a workspace"),
    "lost_share": Said(0.03, _ASSUMED, "assumption: share of memory lost between its blocks"),
    "launched[ampere]": Said(2020.5, _ASSUMED, "launch by accelerator.csv"),
    "launched[hopper]": Said(2022.9, _ASSUMED, "launch by accelerator.csv"),
    "launched[blackwell]": Said(2025.1, _ASSUMED, "launch by accelerator.csv, first systems"),
    "mature_after": Said(1.5, _ASSUMED, "assumption: years after launch until software has caught up"),
}  # fmt: skip
NAMES = tuple(PRIORS)
START = np.array([np.log(one.middle) if one.log else one.middle for one in PRIORS.values()])
SPREAD = np.array([one.spread for one in PRIORS.values()])
FREE = np.flatnonzero(SPREAD > 0.0)
#: Error of a row that is taken to be usual, and the errors in it beyond which a row counts for less.
USUAL, FAR = 0.08, 1.5
_STEPS, _SMALL = 12, 1e-4
#: Years apart from which on two runs tell how software moved.
_APART = 0.25
#: Coefficients whose priors were chosen after rows were seen, and the spread with which they are tried without.
CHOSEN, WIDE = ("counted", "eager", "beside", "activation", "attention_before", "power"), 0.7


class Rows(NamedTuple):
    """Rows to fit: each one's layouts side by side in `work`, which row each belongs to, and the seconds measured."""

    cases: tuple[TrainingCase, ...]
    work: TrainingWork
    of_row: NDArray[np.intp]
    seconds: Array

    def some(self, which: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        places = which[self.of_row]
        layer = LayerSeconds(*(one[places] for one in self.work.layer))
        work = TrainingWork(layer, *(one[places] for one in self.work[1:]))
        number = np.cumsum(which) - 1
        return Rows(
            tuple(case for case, taken in zip(self.cases, which, strict=True) if taken),
            work,
            number[self.of_row[places]],
            self.seconds[which],
        )


@cache
def power_of_chips() -> dict[str, float]:
    """W per FLOP/s in 16 bits of accelerators whose generation goes with it, over the standard."""
    known, found = api.catalogue().known(date.today()), {}
    for name, generation in GENERATIONS.items():
        if generation in POWERED:
            watts, peak = (known.estimate("accelerator", name, one).value for one in ("tdp", "peak_bf16"))
            found[name] = float(watts) / (float(peak) / 1e15) / STANDARD_POWER  # type: ignore[arg-type]
    return found


def fit_with(at: Array, spread: dict[str, float] | None = None) -> TrainingFit:
    """The fit with coefficients by their logarithms."""
    values = {name: float(np.exp(one)) if PRIORS[name].log else float(one) for name, one in zip(NAMES, at, strict=True)}
    practice = {name: one.value for name, one in PRACTICE.items()} | {"latest": latest()}
    return TrainingFit(values | others(values), GENERATIONS, power_of_chips(), practice, spread or {})


@cache
def latest() -> float:
    """Day of the latest software that runs were measured with that the fit is made from."""
    return round(max(run.software or 0.0 for run in shipped_training_runs() if run.texts["use"] == "fit"), 2)


def others(values: dict[str, float]) -> dict[str, float]:
    """Coefficients of accelerators of no measured generation: the geometric mean of those of the measured ones."""
    found: dict[str, list[float]] = {}
    for name, value in values.items():
        if name.endswith("]"):
            found.setdefault(name.split("[")[0], []).append(np.log(value))
    return {f"{name}[other]": float(np.exp(np.mean(logs))) for name, logs in found.items()}


def rows_of(runs: Iterable[TrainingRun]) -> Rows:
    """Rows to fit or to predict."""
    known, cases = api.catalogue().known(date.today()), list[TrainingCase]()
    for run in runs:
        case = case_of(run, known)
        if isinstance(case, str):
            print(f"left out: {run.name}: {case}", file=sys.stderr)
        else:
            cases.append(case)
    works = [training_work(case.model, case.machine, case.job, case.layouts, fit_with(START)) for case in cases]
    layer = LayerSeconds(*(np.concatenate(parts) for parts in zip(*(work.layer for work in works), strict=True)))
    rest = [np.concatenate(parts) for parts in zip(*(work[1:] for work in works), strict=True)]
    of_row = np.repeat(np.arange(len(cases)), [case.layouts.many for case in cases])
    return Rows(tuple(cases), TrainingWork(layer, *rest), of_row, np.array([case.run.seconds for case in cases]))


def weights_of(rows: Rows, fit: TrainingFit) -> Weights:
    """The weights of each layout of each row."""
    each = np.array([fit.weights(case.model, case.machine, case.job, case.counted) for case in rows.cases])
    return Weights(*each[rows.of_row].T)


def predicted(rows: Rows, at: Array, strange: bool = False) -> Array:
    """Seconds of each row: of its fastest layout. `strange`: as if nothing were known of its accelerator's generation."""
    fit, found = fit_with(at), np.full(len(rows.cases), np.inf)
    fit = replace(fit, generations={}, power={}) if strange else fit
    np.minimum.at(found, rows.of_row, combined(rows.work, weights_of(rows, fit)).total)
    return found


def fitted(rows: Rows, start: Array = START, spread: Array = SPREAD) -> Array:
    """Logarithms of coefficients by Gauss and Newton: least squares on log time, rows far off count less, priors as rows of their own."""
    at, measured = start.copy(), np.log(rows.seconds)
    for _ in range(_STEPS):
        here = np.log(predicted(rows, at))
        slope = np.empty((len(measured), len(FREE)))
        for place, name in enumerate(FREE):
            near = at.copy()
            near[name] += _SMALL
            slope[:, place] = (np.log(predicted(rows, near)) - here) / _SMALL / USUAL
        off = (here - measured) / USUAL
        counts = 1.0 / np.sqrt(1.0 + (off / FAR) ** 2)
        normal = (slope.T * counts) @ slope + np.diag(1.0 / spread[FREE] ** 2)
        step = np.linalg.solve(normal, -(slope.T @ (counts * off)) - (at - start)[FREE] / spread[FREE] ** 2)
        step *= min(1.0, 0.5 / np.abs(step).max())
        at[FREE] += step
        if np.abs(step).max() < 1e-4:
            break
    return at


#: The way of leaving out whose groups' accelerators are then taken for such as nobody measured.
GENERATION = "generation, taken for unknown"
Key = Callable[[TrainingCase], str]
KEYS: dict[str, Key] = {
    "family and accelerator": lambda case: group_of(case.run.texts["family"], case.machine.chip.name),
    "family": lambda case: case.run.texts["family"],
    "accelerator": lambda case: case.machine.chip.name,
    GENERATION: lambda case: GENERATIONS[case.machine.chip.name],
}


def left_out(rows: Rows, key: Key, start: Array = START, spread: Array = SPREAD) -> tuple[Array, dict[str, Array]]:
    """log(predicted / measured) of each row by the fit without its group, and those fits."""
    groups, off, fits = np.array([key(case) for case in rows.cases]), np.zeros(len(rows.cases)), dict[str, Array]()
    for group in dict.fromkeys(groups):
        mine = groups == group
        fits[group] = fitted(rows.some(~mine), start, spread)
        off[mine] = np.log(predicted(rows.some(mine), fits[group], strange=key is KEYS[GENERATION]) / rows.seconds[mine])
    return off, fits


def neutral() -> tuple[Array, Array]:
    """Start and spread with the coefficients whose priors were chosen late at 1 (the power's exponent at 0), wide."""
    places = [NAMES.index(name) for name in CHOSEN]
    start, spread = START.copy(), SPREAD.copy()
    start[places], spread[places] = 0.0, WIDE
    return start, spread


def moe_of(rows: Rows) -> NDArray[np.bool_]:
    """Which rows are of models with experts."""
    return np.array([case.model.experts > 0 for case in rows.cases])


def errors(rows: Rows, off: Array) -> dict[str, float]:
    """Mean absolute error of dense rows and of those with experts."""
    moe, error = moe_of(rows), np.abs(np.exp(off) - 1.0)
    return {"dense": float(error[~moe].mean()), "moe": float(error[moe].mean())}


def within(off: Array, share: float = 0.8) -> float:
    """The distance within which a share of left-out rows lay, a little more for few of them (split conformal)."""
    level = min(1.0, np.ceil((len(off) + 1) * share) / len(off))
    return float(np.quantile(np.abs(off), level, method="inverted_cdf"))


def drift_of(rows: Rows) -> dict[str, float]:
    """How much faster the same model ran on as many of the same accelerators per year of later software: P10, P50, P90 of all pairs."""
    kinds: dict[str, list[float]] = {"dense": [], "moe": []}
    for first, then in itertools.permutations(rows.cases, 2):
        years = then.machine.software - first.machine.software
        alike = (first.model.name, first.machine.chip, first.machine.accelerators, first.job.dtype) == (
            then.model.name, then.machine.chip, then.machine.accelerators, then.job.dtype,
        )  # fmt: skip
        if alike and years > _APART:
            faster = (then.job.tokens / then.run.seconds) / (first.job.tokens / first.run.seconds)
            kinds["moe" if first.model.experts else "dense"].append(float(np.log(faster) / years))
    return {f"{kind}-p{level}": float(np.percentile(found, level)) for kind, found in kinds.items() for level in (10, 50, 90)}


def shown(rows: Rows, at: Array, off: dict[str, Array]) -> None:
    """Each row with its errors and parts."""
    made = combined(rows.work, weights_of(rows, fit_with(at)))
    for number, case in enumerate(rows.cases):
        places = np.flatnonzero(rows.of_row == number)
        best = places[np.argmin(made.total[places])]
        layout = [int(column[best - places[0]]) for column in case.layouts]
        parts = " ".join(
            f"{name[:6]}{part[best] / made.total[best]:.2f}"
            for name, part in made._asdict().items()
            if part[best] > 0.03 * made.total[best]
        )
        told = " ".join(f"{np.exp(one[number]) - 1.0:+.2f}" for one in off.values())
        named = f"{case.run.name} {case.run.texts['model'][:18]:18s} {case.machine.chip.name[:9]:9s} {case.job.dtype:5s}"
        print(f"{named} {case.machine.software:.1f} {case.run.seconds:7.2f} {told} {layout} {parts}")


def main() -> None:
    rows = rows_of(run for run in shipped_training_runs() if run.texts["use"] == "fit")
    at = fitted(rows)
    off = {"prior": np.log(predicted(rows, START) / rows.seconds), "in sample": np.log(predicted(rows, at) / rows.seconds)}
    print({name: float(f"{value:.3g}") for name, value in fit_with(at).coefficients.items()})
    fits: dict[str, dict[str, Array]] = {}
    for name, key in KEYS.items():
        off[name], fits[name] = left_out(rows, key)
    blank, wide = neutral()
    for name, key in KEYS.items():
        off[f"{name}, priors chosen late made neutral"], _ = left_out(rows, key, blank, wide)
    shown(rows, at, off)
    for name, one in off.items():
        print(f"{name:24s}", {kind: f"{100 * value:.1f} %" for kind, value in errors(rows, one).items()})
    moe, first, chips = moe_of(rows), off["family and accelerator"], off[GENERATION]
    spread = {"dense": within(first[~moe]), "moe": within(first[moe]), "other-dense": within(chips[~moe]), "other-moe": within(chips[moe])}
    print(spread)
    if "--write" in sys.argv:
        found = {name: errors(rows, one) for name, one in off.items()}
        write(at, fits["family and accelerator"], spread, drift_of(rows), found)


def write(at: Array, fits: dict[str, Array], spread: dict[str, float], drift: dict[str, float], found: dict[str, dict[str, float]]) -> None:
    """The file that is shipped."""
    sources = api.catalogue().sources
    with FILE.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)

        def row(section: str, group: str, name: str, value: str, source: str, note: str) -> None:
            writer.writerow([section, group, name, value, source, published_of(source), sources[source].grade, note])

        for group, one in {ALL: at, **fits}.items():
            for name, value in fit_with(one).coefficients.items():
                row("coefficient", group, name, f"{value:.6g}", *_told(name, group))
        for name, generation in GENERATIONS.items():
            row("generation", ALL, name, generation, _ASSUMED, "architecture by its maker")
        for name, value in power_of_chips().items():
            row("power", ALL, name, f"{value:.6g}", _FITTED, f"W per 10^15 FLOP/s in 16 bits by accelerator.csv, over {STANDARD_POWER:g}")
        for name, said in PRACTICE.items():
            row("practice", ALL, name, f"{said.value:g}", said.source, said.why)
        row("practice", ALL, "latest", f"{latest():.2f}", _FITTED, "latest software of a run that the fit is made from")
        for name, value in spread.items():
            told = "80 % of runs left out by family and accelerator (other: by generation) lay within, as a logarithm"
            row("spread", ALL, name, f"{value:.4f}", _FITTED, told)
        for name, value in drift.items():
            row("drift", ALL, name, f"{value:.4f}", _FITTED, "logarithm per year: pairs of runs alike but for their software")
        for group, kinds in found.items():
            for kind, value in kinds.items():
                row("error", group, kind, f"{value:.4f}", _FITTED, "mean |predicted / measured - 1|")


def published_of(source: str) -> str:
    """When a source was published, as sources.csv has it."""
    with (FILE.parent / "sources.csv").open(encoding="utf-8", newline="") as handle:
        return next(row["date"] for row in csv.DictReader(handle) if row["id"] == source)


def _told(name: str, group: str) -> tuple[str, str]:
    """The source of a coefficient, and what it was taken to be before the fit."""
    prior = PRIORS.get(name)
    source = _FITTED if prior is None or prior.spread else _ASSUMED
    if group != ALL or prior is None:
        return source, ""
    return source, f"prior {prior.middle:g}, {f'spread {prior.spread:g}' if prior.spread else 'not fitted'}: {prior.why}"


if __name__ == "__main__":
    main()
