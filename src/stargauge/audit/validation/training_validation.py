"""How good the training model is on measured runs: each predicted by a fit that did not see it, beside what was measured."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stargauge.audit.validation.training_cases import TrainingCase, case_of
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.training_fit import ALL, group_of, shipped_fit
from stargauge.catalogue.training_runs import TrainingRun, shipped_training_runs
from stargauge.quantity.compute.layout import RECOMPUTE, SCHEDULES, SHARDING, Layouts
from stargauge.quantity.compute.training_memory import training_memory
from stargauge.quantity.compute.training_step import combined, training_work
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Source

#: Columns that have to agree where both have them for a row to be one of ours, and how near its time has to be.
_SAME = ("hidden", "n_gpus", "seq_len", "tp", "pp", "cp", "ep", "micro_batch", "n_experts")
_NEAR = 0.01
_ANOTHER_MODEL = re.compile(r"not (a )?like[- ]for[- ]like", re.IGNORECASE)
NOTE = (
    "Rows that the fit was made from are predicted by the fit made without their group (model family and accelerator); "
    "errors are of step time, |predicted / measured - 1|; intervals hold 80 % of runs left out of the fit."
)


@dataclass(frozen=True)
class TrainingForecast:
    """A run, the layout that it was taken to have, and what the model says of it. `fit`: which runs the coefficients are from."""

    case: TrainingCase
    layout: Layouts
    fit: str
    levels: tuple[float, float, float]
    memory: float
    parts: dict[str, float]
    apart: str
    notes: tuple[str, ...]

    @property
    def error(self) -> float:
        """Predicted over measured, less one."""
        return self.levels[1] / self.case.run.seconds - 1.0

    @property
    def moe(self) -> bool:
        """Whether the model has experts."""
        return self.case.model.experts > 0

    @property
    def fits(self) -> bool:
        """Whether the memory reckoned is no more than the accelerator has: each measured run did fit."""
        return self.memory <= self.case.machine.chip.memory

    @property
    def inside(self) -> bool:
        """Whether what was measured lies between P10 and P90."""
        return self.levels[0] <= self.case.run.seconds <= self.levels[2]


@dataclass(frozen=True)
class TrainingValidation:
    """Forecasts beside what was measured, and the rows that could not be predicted."""

    forecasts: tuple[TrainingForecast, ...]
    left_out: tuple[tuple[TrainingRun, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows, left_out, notes}`: the form of JSON, Python and the command line."""
        scored = [one for one in self.forecasts if not one.apart]
        return {
            "summary": summary(scored) | {
                "by_family": _by(scored, _family),
                "by_accelerator": _by(scored, lambda one: one.case.machine.chip.name),
                "by_type": _by(scored, lambda one: one.case.job.dtype),
                "left_out_of_fit": summary([one for one in scored if one.fit != ALL]),
                "unseen": summary([one for one in scored if one.fit == ALL]),
                "apart": summary([one for one in self.forecasts if one.apart]),
                "memory": fits(self.forecasts),
                "shipped": {how: dict(found) for how, found in shipped_fit().errors.items()},
            },
            "rows": [_row(one) for one in self.forecasts],
            "left_out": [
                {"line": run.line, "row": run.name, "model": run.texts["model"], "reason": reason} for run, reason in self.left_out
            ],
            "notes": [say(NOTE)],
        }  # fmt: skip


def summary(forecasts: Sequence[TrainingForecast]) -> dict[str, Any]:
    """Mean absolute errors of runs with experts and without, how far predictions lean, and how many intervals hold the measured time."""
    error = np.array([one.error for one in forecasts])
    moe = np.array([one.moe for one in forecasts], dtype=bool)

    def mean(which: Any) -> float | None:
        return float(np.abs(error[which]).mean()) if which.any() else None

    return {
        "n": len(forecasts), "n_dense": int((~moe).sum()), "n_moe": int(moe.sum()),
        "mape": mean(moe | ~moe), "mape_dense": mean(~moe), "mape_moe": mean(moe),
        "bias": float(error.mean()) if len(error) else None,
        "inside_p10_p90": float(np.mean([one.inside for one in forecasts])) if len(error) else None,
    }  # fmt: skip


def fits(forecasts: Sequence[TrainingForecast]) -> dict[str, Any]:
    """Of runs whose layout is stated, how many our memory lets fit, as all of them did; how much too much it says of the others."""

    def counted(some: Sequence[TrainingForecast]) -> dict[str, Any]:
        over = [one.memory / one.case.machine.chip.memory - 1.0 for one in some if not one.fits]
        return {"n": len(some), "fit": len(some) - len(over), "over_at_most": max(over, default=None)}

    stated = [one for one in forecasts if not one.case.searched]
    families = {name: [one for one in stated if _family(one) == name] for name in dict.fromkeys(map(_family, stated))}
    return counted(stated) | {"by_family": {name: counted(some) for name, some in families.items()}}


def _by(forecasts: Sequence[TrainingForecast], key: Callable[[TrainingForecast], str]) -> dict[str, Any]:
    return {name: summary([one for one in forecasts if key(one) == name]) for name in dict.fromkeys(map(key, forecasts))}


def _family(one: TrainingForecast) -> str:
    return one.case.run.texts["family"] or one.case.model.name


def _row(one: TrainingForecast) -> dict[str, Any]:
    case = one.case
    return {
        "line": case.run.line, "row": case.run.name, "model": case.run.texts["model"], "read_as": case.model.name, "moe": one.moe,
        "accelerator": case.machine.chip.name, "accelerators": case.machine.accelerators, "type": case.job.dtype,
        "software": round(case.machine.software, 2), "step_time_s": case.run.seconds, "predicted_s": one.levels[1],
        "p10_s": one.levels[0], "p90_s": one.levels[2], "error": one.error, "inside": one.inside, "fit": one.fit,
        "layout": layout_of(one.layout), "searched": list(case.searched), "memory_bytes": one.memory, "fits": one.fits,
        "parts_s": one.parts,
        "apart": one.apart, "notes": [*one.notes, *(f"taken: {taken}" for taken in case.assumed)],
    }  # fmt: skip


def layout_of(layout: Layouts) -> dict[str, int | str]:
    """One layout in words and whole numbers."""
    words = {"recompute": RECOMPUTE, "sharding": SHARDING, "schedule": SCHEDULES}
    return {
        name: words[name][int(value[0])] if name in words else round(float(value[0])) for name, value in layout._asdict().items()
    }  # fmt: skip


# --- predicting ---------------------------------------------------------------------------------------------------------------------


def validate_training(runs: Sequence[TrainingRun], catalogue: KnownCatalogue) -> TrainingValidation:
    """Predict each run from its model, machine and layout, and set it beside what was measured.

    What a row leaves open of a run of ours, or of its publication, is taken from our record of it; a layout that stays open is searched.
    """
    made, left_out = list[TrainingForecast](), list[tuple[TrainingRun, str]]()
    for run in runs:
        ours = next((one for one in shipped_training_runs() if _is_same(run, one)), None)
        told, notes = _completed(run, ours, catalogue.catalogue.sources)
        case = case_of(told, catalogue)
        if isinstance(case, str):
            left_out.append((run, case))
        else:
            made.append(_forecast(case, ours, notes))
    return TrainingValidation(tuple(made), tuple(left_out))


def _is_same(run: TrainingRun, ours: TrainingRun) -> bool:
    """Whether a row is a run of ours: dimensions, layout and time agree where both say them."""
    for name in _SAME:
        left, right = run.numbers[name], ours.numbers[name]
        if not np.isnan(left) and not np.isnan(right) and left != right:
            return False
    same_time = abs(run.seconds / ours.seconds - 1.0) < _NEAR
    return bool(same_time and run.numbers["n_gpus"] == ours.numbers["n_gpus"] and run.dtype == ours.dtype)


def _completed(run: TrainingRun, ours: TrainingRun | None, sources: Mapping[str, Source]) -> tuple[TrainingRun, tuple[str, ...]]:
    """A row with what our record adds: of the same run, else of the same publication its software's day and its attention."""
    if ours is None:
        like = _same_publication(run, sources)
        if like is None:
            return run, ()
        texts = dict(run.texts) | {name: run.texts[name] or like.texts[name] for name in ("attention",)}
        if "container" not in run.texts["source_locator"]:
            texts["software"] = run.texts["software"] or like.texts["software"]
        return run._replace(texts=texts), ("software's day and kind of attention as of our record of its publication",)
    numbers = {name: ours.numbers[name] if np.isnan(value) else value for name, value in run.numbers.items()}
    added = ("family", "attention", "schedule", "software", "notes")
    texts = dict(run.texts) | {name: ours.texts[name] or run.texts[name] for name in added}
    if run.recompute is None:
        texts["recompute"] = ours.texts["recompute"]
    return run._replace(numbers=numbers, texts=texts), ("what it leaves open as of our record of the same run",)


def _same_publication(run: TrainingRun, sources: Mapping[str, Source]) -> TrainingRun | None:
    """The run of ours from the same publication whose model is called most alike."""
    text = run.texts["source"].lower()
    found = [one for one in shipped_training_runs() if any(mark in text for mark in _marks(sources[one.texts["source"]]))]
    wanted = run.texts["model"]
    return max(found, key=lambda one: difflib.SequenceMatcher(None, one.texts["model"], wanted).ratio(), default=None)


def _marks(source: Source) -> list[str]:
    """By what a publication is known in a text: its number at arXiv, or the owner and name of its repository."""
    return re.findall(r"\d{4}\.\d{5}", source.title) or re.findall(r"github\.com/([\w-]+/[\w-]+)", source.url.lower())


def _forecast(case: TrainingCase, ours: TrainingRun | None, notes: tuple[str, ...]) -> TrainingForecast:
    shipped, name = shipped_fit(), ALL
    if ours is not None and ours.texts["use"] == "fit":
        name = group_of(ours.texts["family"], case.machine.chip.name)
    fit = shipped.without.get(name, shipped.whole)
    made = combined(
        training_work(case.model, case.machine, case.job, case.layouts, fit), fit.weights(case.model, case.machine, case.job, case.counted)
    )
    total = made.total
    best = int(np.argmin(total))
    years = fit.years_past(case.machine)
    between = fit.interval(total[best : best + 1], case.model.experts > 0, fit.knows(case.machine), years)
    layout = case.layouts.take(slice(best, best + 1))
    return TrainingForecast(
        case=case,
        layout=layout,
        fit=name if name in shipped.without else ALL,
        levels=(float(between.p10[0]), float(between.p50[0]), float(between.p90[0])),
        memory=float(training_memory(case.model, case.job, layout, fit).total[0]),
        parts={part: float(value[best]) for part, value in made._asdict().items()},
        apart=_apart(case, ours),
        notes=notes,
    )


def _apart(case: TrainingCase, ours: TrainingRun | None) -> str:
    """Why a row is scored apart; empty where it is not."""
    if ours is not None and ours.texts["use"] != "fit":
        return ours.texts["why"]
    return say("by its notes not the model that its dimensions say") if _ANOTHER_MODEL.search(case.run.texts["notes"]) else ""
