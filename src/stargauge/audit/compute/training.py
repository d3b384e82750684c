"""A training job on a machine: its step, what that makes of a day and of a whole run, and what an accelerator holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from stargauge.audit.compute.goodput_job import Asked, kept_share
from stargauge.audit.compute.training_range import seen
from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.compute.layout import RECOMPUTE, SCHEDULES, SHARDING, Array, Job, Layouts
from stargauge.quantity.compute.machine import Machine, peak_spread, peak_told, wider
from stargauge.quantity.compute.operations import BACKWARD, FUSED_BACKWARD
from stargauge.quantity.compute.training_fit import TrainingFit, peak_of
from stargauge.quantity.compute.training_memory import training_memory
from stargauge.quantity.compute.training_step import TrainingStep, training_step
from stargauge.quantity.compute.transformer import CONVENTIONS, Transformer
from stargauge.quantity.statistics.normal import normal_ppf

DAY = 86_400.0
#: Draws of failures, checkpoints and the step's own interval behind the days of a run.
DRAWS = 1024
#: Parts of a step that are exchange which computing does not hide, and that are waiting.
EXPOSED, WAITING = ("tensor", "context", "expert", "pipeline", "data"), ("imbalance", "bubble")
#: How far parts of the memory may be off, either way: an assumption, after comparing with Megatron's own estimate, not with measured bytes.
MEMORY_OFF: Mapping[str, float] = {"weights": 0.02, "gradients": 0.02, "optimizer": 0.02, "activations": 0.1, "logits": 0.1}
_NAMED: Mapping[str, Sequence[str]] = {"recompute": RECOMPUTE, "sharding": SHARDING, "schedule": SCHEDULES}


class Between(NamedTuple):
    """P10, P50 and P90."""

    p10: float
    p50: float
    p90: float

    def over(self, amount: float) -> Between:
        """An amount over each, so that the least is of the most."""
        return Between(amount / self.p90, amount / self.p50, amount / self.p10)

    def times(self, factor: float) -> Between:
        """Each times a factor."""
        return Between(*(factor * one for one in self))

    def to_dict(self) -> dict[str, float]:
        """By name."""
        return self._asdict()


@dataclass(frozen=True)
class Setting:
    """A model, the machine it is trained on, the job, and the fit that predictions come from."""

    model: Transformer
    machine: Machine
    job: Job
    fit: TrainingFit

    @property
    def known_generation(self) -> bool:
        """Whether runs on this generation of accelerators were measured."""
        return self.fit.knows(self.machine)


@dataclass(frozen=True)
class Outcome:
    """What one layout does: seconds of a step by part and in all, bytes of an accelerator by part; `outside`: what no measured run had."""

    setting: Setting
    layout: dict[str, int]
    parts: dict[str, float]
    step: Between
    memory: dict[str, float]
    outside: tuple[str, ...] = ()

    @property
    def accelerators(self) -> int:
        """Accelerators that it takes."""
        return self.layout["tensor"] * self.layout["pipeline"] * self.layout["context"] * self.layout["data"]

    @property
    def headroom(self) -> float:
        """Bytes of an accelerator that are left."""
        return self.setting.machine.chip.memory - sum(self.memory.values())

    @property
    def memory_off(self) -> float:
        """Bytes by which the memory may be off, either way."""
        return sum(MEMORY_OFF.get(name, 0.0) * value for name, value in self.memory.items())

    @property
    def tokens_per_s(self) -> Between:
        """Tokens that the whole machine trains on in a second."""
        return self.step.over(self.setting.job.tokens)

    def utilisation(self, flop_per_token: float) -> Between:
        """A share of the maker's dense figure for the job's type, from operations per token."""
        peak = peak_of(self.setting.machine, self.setting.job) * self.accelerators
        return self.tokens_per_s.times(flop_per_token / peak)

    def to_dict(self) -> dict[str, Any]:
        """The layout, its step and its memory as plain data."""
        total = sum(self.parts.values())
        return {
            "layout": layout_data(self.layout), "accelerators": self.accelerators, "step_s": self.step.to_dict(),
            "components": [{"name": name, "seconds": value, "share": value / total} for name, value in self.parts.items()],
            "exposed_communication": sum(self.parts[name] for name in EXPOSED) / total,
            "bubble": sum(self.parts[name] for name in WAITING) / total,
            "memory": {"parts": self.memory, "total": sum(self.memory.values()), "capacity": self.setting.machine.chip.memory,
                       "headroom": self.headroom, "off": self.memory_off},
            "outside": list(self.outside),
        }  # fmt: skip


def outcome_of(setting: Setting, layouts: Layouts, place: int = 0) -> Outcome:
    """What one of some layouts does."""
    one = layouts.take(slice(place, place + 1))
    step = training_step(setting.model, setting.machine, setting.job, one, setting.fit)
    held = training_memory(setting.model, setting.job, one, setting.fit)
    middle, spread = float(step.total[0]), peak_spread(setting.machine.chip, setting.job.dtype)
    lower, upper = (wider(factor, spread) for factor in errors_of(setting))
    return Outcome(
        setting, {name: int(getattr(one, name)[0]) for name in Layouts._fields}, _first(step),
        Between(middle / lower, middle, middle * upper), _first(held), seen(setting.model.experts > 0).outside(one, setting.job),
    )  # fmt: skip


def errors_of(setting: Setting) -> tuple[float, float]:
    """Factors from P10 to P50 and from P50 to P90 of a step's time: how far off the fit was, and software to come; not an assumed peak."""
    made = setting.fit.interval(np.ones(1), setting.model.experts > 0, setting.known_generation, setting.fit.years_past(setting.machine))
    return 1.0 / float(made.p10[0]), float(made.p90[0])


def _first(parts: Any) -> dict[str, float]:
    return {name: float(value[0]) for name, value in zip(parts._fields, parts, strict=True)}


def parts_of(setting: Setting, layouts: Layouts) -> TrainingStep:
    """Seconds of the parts of the step of some layouts."""
    return training_step(setting.model, setting.machine, setting.job, layouts, setting.fit)


def layout_data(layout: Mapping[str, int]) -> dict[str, Any]:
    """A layout's parts as plain data: counts, and the names of the last three."""
    return {name: _NAMED[name][value] if name in _NAMED else value for name, value in layout.items()}


# -- operations ----------------------------------------------------------------------------------------------------------------------


def hardware_flop_per_token(model: Transformer, job: Job, layout: Mapping[str, int]) -> float:
    """Operations of a token that the accelerators do: three times forward, and what the layout computes again.

    The same as the step's time counts. Attention as it is computed: half where fused kernels leave out what lies after a token, whole
    elsewhere, windows as if there were none; fused kernels compute scores again going backward, two and a half times forward in all.
    Everything again is forward once more without the output layer; selectively, the scores of attention where it is not fused, and no
    operations of note where it is. Further predicted tokens are left out.
    """
    again = RECOMPUTE[layout["recompute"]]
    weights = 3.0 * (model.active_body_parameters + model.vocabulary * model.hidden) + (again == "full") * model.active_body_parameters
    attended = job.sequence / 2.0 if job.fused else float(job.sequence)
    passes = 1.0 + (FUSED_BACKWARD if job.fused else BACKWARD) + (again == "full" or (again == "selective" and not job.fused))
    return 2.0 * weights + 2.0 * model.layers * model.score_width() * attended * passes


def operations(outcome: Outcome) -> dict[str, Any]:
    """Operations per token and utilisation: of the model by each convention, and of the hardware."""
    setting = outcome.setting
    model = {name: setting.model.training_flop_per_token(setting.job.sequence, name) for name in CONVENTIONS}
    hardware = hardware_flop_per_token(setting.model, setting.job, outcome.layout)
    return {
        "peak_flop_per_s": peak_of(setting.machine, setting.job),
        "model": [{"convention": name, "flop_per_token": flop, "mfu": outcome.utilisation(flop).to_dict()} for name, flop in model.items()],
        "hardware": {"flop_per_token": hardware, "hfu": outcome.utilisation(hardware).to_dict()},
    }  # fmt: skip


# -- a whole run ---------------------------------------------------------------------------------------------------------------------


def kept_work(known: KnownCatalogue, outcome: Outcome) -> Array:
    """Share of a job's time that becomes kept work at full speed, per draw: as `stargauge goodput` has it for this model and machine."""
    return kept_share(known, Asked(outcome.accelerators, outcome.setting.model.parameters), DRAWS)


def run_days(outcome: Outcome, tokens: float, kept: Array) -> Array:
    """Days of training on so many tokens, per draw: the step as wide as its interval, over the share of kept work."""
    low, middle, high = outcome.step
    order = np.random.Generator(np.random.PCG64(0)).permutation(len(kept))
    z = normal_ppf((order + 0.5) / len(kept))
    edge = float(normal_ppf(np.array([0.9]))[0])
    factor = np.exp(z / edge * np.where(z > 0.0, np.log(high / middle), np.log(middle / low)))
    return np.asarray(tokens / outcome.setting.job.tokens * middle * factor / kept / DAY)


def between(values: Array) -> Between:
    """P10, P50 and P90 of draws."""
    return Between(*(float(one) for one in np.quantile(values, (0.1, 0.5, 0.9))))


# -- the answer ----------------------------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """An amount of the job, and whose word it is: `asked`, or the catalogue's with its source and grade; `assumed`: of no source."""

    value: float
    basis: str
    assumed: bool = False


@dataclass(frozen=True)
class Search:
    """How many layouts there were: in the grid, dropped by each rule, too large, worked out."""

    grid: int
    dropped: Mapping[str, int]
    unfit: int
    evaluated: int

    def to_dict(self) -> dict[str, Any]:
        """By name."""
        return {"grid": self.grid, "dropped": dict(self.dropped), "does_not_fit": self.unfit, "evaluated": self.evaluated}


@dataclass(frozen=True)
class Beside:
    """Another layout beside the answer's: seconds that it takes more by part; where none fits, the bytes that the leanest needs."""

    name: str
    outcome: Outcome | None
    more: Mapping[str, float]
    least: float | None = None

    def to_dict(self, seconds: float) -> dict[str, Any]:
        """As plain data; `times` is its step over that of the answer."""
        made = self.outcome
        return {
            "name": self.name, "layout": None if made is None else layout_data(made.layout),
            "outside": [] if made is None else list(made.outside), "step_s": None if made is None else made.step.p50,
            "times": None if made is None else made.step.p50 / seconds,
            "more_s": dict(self.more), "least_memory": self.least,
        }  # fmt: skip


@dataclass(frozen=True)
class Front:
    """Layouts that no other beats: of step time against memory left, of step time against accelerators, and of all three (`front`).

    `numbers`: of accelerators that were searched.
    """

    headroom: tuple[Outcome, ...]
    accelerators: tuple[Outcome, ...] = ()
    front: tuple[Outcome, ...] = ()
    numbers: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Each with its layout, step, memory left, tokens per second in all and per accelerator."""
        return {
            "headroom": [_point(one) for one in self.headroom], "accelerators": [_point(one) for one in self.accelerators],
            "front": [_point(one) for one in self.front], "numbers": list(self.numbers),
        }  # fmt: skip


def _point(one: Outcome) -> dict[str, Any]:
    return {
        "layout": layout_data(one.layout), "accelerators": one.accelerators, "step_s": one.step.p50, "headroom": one.headroom,
        "tokens_per_s": one.tokens_per_s.p50, "tokens_per_s_accelerator": one.tokens_per_s.p50 / one.accelerators,
        "outside": list(one.outside),
    }  # fmt: skip


@dataclass(frozen=True)
class TrainingAnswer:
    """The answer of `stargauge train`."""

    outcome: Outcome
    about: Mapping[str, Any]
    given: Mapping[str, int]
    batch: Told
    sequence: Told
    tokens: Told | None
    kept: Array
    search: Search
    beside: tuple[Beside, ...]
    front: Front
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The form of JSON, Python and the command line; seconds, bytes and tokens, shares as numbers from 0 to 1."""
        made = self.outcome
        rate = made.tokens_per_s
        return {
            "inputs": self._inputs(),
            "result": {
                **made.to_dict(), "layout_text": text_of(made.layout), "tokens_per_s": rate.to_dict(),
                "tokens_per_s_accelerator": rate.times(1.0 / made.accelerators).to_dict(), "operations": operations(made),
                "tokens_per_day": between(rate.p50 * DAY * self._kept()).to_dict(), "goodput": between(self.kept).to_dict(),
                "run": self._run(),
            },
            "search": self.search.to_dict(), "beside": [one.to_dict(made.step.p50) for one in self.beside],
            "pareto": self.front.to_dict(),
            "fit": {"interval": "80 % of measured runs that were left out lay within it", "times": made.step.p90 / made.step.p50},
            "notes": list(self.notes),
        }  # fmt: skip

    def _kept(self) -> Array:
        """Kept work over the middle step, per draw: its days for one day's tokens of the middle step, turned round."""
        made = self.outcome
        return np.asarray(1.0 / run_days(made, made.tokens_per_s.p50 * DAY, self.kept))

    def _run(self) -> dict[str, Any] | None:
        if self.tokens is None:
            return None
        days = run_days(self.outcome, self.tokens.value, self.kept)
        hours = days * DAY / 3600.0 * self.outcome.accelerators
        return {"tokens": self.tokens.value, "days": between(days).to_dict(), "accelerator_hours": between(hours).to_dict()}

    def _inputs(self) -> dict[str, Any]:
        setting = self.outcome.setting
        model, machine, job = setting.model, setting.machine, setting.job
        return {
            **self.about,
            "model": {"name": model.name, "parameters": model.parameters, "active_parameters": model.active_parameters,
                      "layers": model.layers, "hidden": model.hidden, "experts": model.experts},
            "machine": {"chip": machine.chip.name, "title": machine.chip.title, "accelerators": machine.accelerators,
                        "domain": machine.chip.domain, "memory": machine.chip.memory, "software": _date_of(machine.software),
                        "tiers": [{"accelerators": tier.accelerators if np.isfinite(tier.accelerators) else None, "share": tier.share}
                                  for tier in machine.tiers],
                        "measured_generation": setting.known_generation,
                        "peak_assumed": peak_told(machine.chip, job.dtype) or None},
            "job": {"batch": job.batch, "batch_basis": self.batch.basis, "sequence": job.sequence, "sequence_basis": self.sequence.basis,
                    "dtype": job.dtype, "balanced": job.balanced, "tokens_per_step": job.tokens,
                    "tokens": None if self.tokens is None else self.tokens.value,
                    "tokens_basis": None if self.tokens is None else self.tokens.basis},
            "given": layout_data(self.given),
        }  # fmt: skip


def _date_of(year: float) -> str:
    """A year with its fraction as a date."""
    whole = int(year)
    days = (date(whole + 1, 1, 1) - date(whole, 1, 1)).days
    return (date(whole, 1, 1) + timedelta(days=int((year - whole) * days + 1e-6))).isoformat()


def text_of(layout: Mapping[str, int]) -> str:
    """A layout in the short names of the field: `TP8 PP16x4 DP128 mb1 recompute none shard optimizer 1f1b`."""
    chunks = f"x{layout['interleave']}" if layout["interleave"] > 1 else ""
    parts = [f"TP{layout['tensor']}", f"PP{layout['pipeline']}{chunks}", f"DP{layout['data']}"]
    parts += [f"{name}{layout[part]}" for name, part in (("CP", "context"), ("EP", "expert")) if layout[part] > 1]
    parts += [f"mb{layout['micro_batch']}", f"recompute {RECOMPUTE[layout['recompute']]}", f"shard {SHARDING[layout['sharding']]}"]
    return " ".join(parts + ([SCHEDULES[layout["schedule"]]] if layout["pipeline"] > 1 else []))
