"""The answer of `stargauge infer`: how a model is best served by a chip, as plain values with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from stargauge.catalogue.load import KnownCatalogue

#: How tokens are counted, in words, wherever a rate of tokens is told.
COUNTING = {
    "output_per_accelerator": "output tokens per second over all accelerators of the service, those for prompts included; prompts' tokens "
    "are not counted",
    "per_user": "output tokens per second of one request once its first token is there: one over the time per token",
    "cost": "all accelerators' hours over output tokens alone; and the same hours split by time between input and output tokens",
}


@dataclass(frozen=True)
class Parts:
    """A layout of one replica: tensor, pipeline and expert parallel, ranks of attention that keep requests of their own."""

    tp: int
    pp: int
    ep: int
    dp: int

    @property
    def accelerators(self) -> int:
        """Accelerators of a replica."""
        return self.tp * self.pp * self.dp

    @property
    def text(self) -> str:
        """As it is written on the command line, parts of one left out."""
        told = [f"{name}={value}" for name, value in asdict(self).items() if value > 1]
        return ",".join(told) or "tp=1"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "accelerators": self.accelerators, "text": self.text}


@dataclass(frozen=True)
class Option:
    """A way to serve. Seconds and rates per second; `batch`, `users`: of a replica, decoding and in flight with those that wait.

    `replicas`, `prompt_servers`: how many there are, the latter in shares where nobody says how much is asked; `busy`: share of time that
    prompts take, of all passes or of their own servers; `first`: seconds to the first token on average, for half and for 99 of 100.
    """

    layout: Parts
    prompt_layout: Parts | None
    replicas: float
    prompt_servers: float
    accelerators: float
    batch: float
    users: float
    requests: float
    per_user: float
    per_accelerator: float
    each: float
    first: dict[str, float]
    busy: float
    transfer: float

    @property
    def kind(self) -> str:
        """Whether prompts have accelerators of their own."""
        return "together" if self.prompt_layout is None else "apart"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        made = {**asdict(self), "kind": self.kind, "layout": self.layout.to_dict()}
        return {**made, "prompt_layout": None if self.prompt_layout is None else self.prompt_layout.to_dict()}


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, in USD of the day of the rent. `per_hour`: of one accelerator; ranges are P10, P50, P90."""

    per_hour: dict[str, float]
    per_hour_from: str
    utilisation: float
    utilisation_from: str
    output: dict[str, float]  # all hours over output tokens
    output_share: float  # hours of answers over output tokens
    input_share: float  # hours of prompts over input tokens


@dataclass(frozen=True)
class Power:
    """IT power of the accelerators with their share of CPUs, network and storage, W."""

    each: float
    whole: float
    source: str


@dataclass(frozen=True)
class ServingAnswer:
    """The best way to serve under limits, what binds it, and the front of others."""

    model: dict[str, Any]
    chip: dict[str, Any]
    types: dict[str, str]
    software: float
    demand: dict[str, Any]
    best: Option
    others: dict[str, Option | None]
    interval: dict[str, dict[str, float]]
    step: dict[str, float]
    prompt: dict[str, float]
    memory: dict[str, float]
    binds: list[dict[str, Any]]
    gains: list[dict[str, Any]]
    by_type: list[dict[str, Any]]
    front: list[Option]
    looked_at: dict[str, int]
    fit: dict[str, Any]
    price: Price | None
    power: Power | None
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        made = asdict(self)
        others = {name: None if one is None else one.to_dict() for name, one in self.others.items()}
        return {
            **made, "counting": COUNTING, "best": self.best.to_dict(), "others": others,
            "front": [one.to_dict() for one in self.front],
        }  # fmt: skip


def standing_of(known: KnownCatalogue, model: str, chip: str) -> list[str]:
    """What the figures of a model and of a chip are, where they are more than a maker's word for what there is."""
    told = []
    rows = known.catalogue.entries("model", model, "parameters") if model in known.names("model") else ()
    if any(one.statement.source == "stargauge-assumption" for one in rows):
        told.append(f"assumption: {model} is a template of ours and no model that anybody published")
    if any(one.statement.status == "planned" for one in known.catalogue.entries("accelerator", chip, "memory_bandwidth")):
        told.append(f"the figures of {chip} are announced, nothing was measured on it")
    return told


def notes_of(demand: Mapping[str, Any], best: Option, chosen: str | None, kept: str, fit: str) -> list[str]:
    """What the answer takes for granted. `chosen`: the type of numbers where nobody asked for one; `kept`: that of the weights."""
    told = []
    if demand["ttft_limit_s"] is not None or demand["tpot_limit_s"] is not None:
        told.append("limits are kept by the middle of the prediction (P50), not by all of its range")
    if chosen is not None:
        why = "in which its weights were published" if chosen == kept == "mxfp4" else "the narrowest of 8 bits and more that the chip has"
        told.append(f"no type of numbers was asked for: {chosen} is taken, {why}; --dtype")
    if demand["accepted_per_pass"] > 1.0:
        worked = demand["verified_per_pass"]
        told.append(f"assumption: with speculation a pass works on {worked:g} tokens of each request, and the draft itself costs nothing")
    if demand["at_random"]:
        told.append("assumption: requests of equal length, at random (Poisson)")
    if best.prompt_layout is not None:
        told.append(f"what is kept of a prompt goes to its replica beyond the fast network in {1000.0 * best.transfer:.3g} ms, in the TTFT")
    if best.layout.pp > 1 or (best.prompt_layout is not None and best.prompt_layout.pp > 1):
        told.append("no run with a pipeline (pp) was measured: what its stages cost is reckoned, not fitted; --layout pp=1 leaves it out")
    return [*told, f"coefficients fitted to {fit}: `stargauge validate inference` on your own runs"]


def spread_of(middle: float, wide: float) -> dict[str, float]:
    """P10, P50, P90 about a middle by a factor."""
    return {"p10": middle / wide, "p50": middle, "p90": middle * wide}
