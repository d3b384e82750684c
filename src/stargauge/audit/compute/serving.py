"""The answer of `stargauge infer`: how a model is best served by a chip, as plain values with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.machines import context_of
from stargauge.quantity.spoken import say

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

    @property
    def in_proportion(self) -> bool:
        """Whether servers of prompts are told in shares: those of one replica of a large service."""
        return self.prompt_servers != round(self.prompt_servers)


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
    about: dict[str, Any]
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
        """The form of JSON and the command line: what was asked, the result, what stands beside it; seconds, bytes, USD, W, tokens."""
        return {
            "inputs": {
                **self.about, "model": {**self.model, "context": self.about["context"]}, "chip": self.chip, "types": self.types,
                "software": str(day_of(self.software)), "demand": self.demand,
            },
            "result": {
                **self._ranged(self.best),
                "components": parts_told(self.step), "step_s": self.step["total"],
                "prompt_components": parts_told(self.prompt), "prompt_s": self.prompt["total"],
                "memory": self.memory, "binds": self.binds, "gains": self.gains,
                "price": None if self.price is None else asdict(self.price), "power": None if self.power is None else asdict(self.power),
            },
            "front": [self._ranged(one) for one in self.front],
            "others": {name: None if one is None else self._ranged(one) for name, one in self.others.items()},
            "by_type": [
                {"dtype": one["dtype"], _EACH: None if (each := one["per_accelerator"]) is None else self._about("per_accelerator", each)}
                for one in self.by_type
            ],
            "search": self.looked_at, "fit": self.fit,
            "counting": {name: say(text, "counting") for name, text in COUNTING.items()}, "notes": self.notes,
        }  # fmt: skip

    def _about(self, name: str, middle: float) -> dict[str, float]:
        """P10, P50 and P90 of an amount, as wide as those of the best."""
        wide = self.interval[name]
        return {edge: middle * wide[edge] / wide["p50"] for edge in ("p10", "p50", "p90")}

    def _ranged(self, one: Option) -> dict[str, Any]:
        """An option as plain data, what is predicted with its range."""
        own = one.prompt_layout
        return {
            "kind": one.kind, "layout": one.layout.to_dict(), "layout_text": one.layout.text,
            "prompt_layout": None if own is None else own.to_dict(), "prompt_layout_text": None if own is None else own.text,
            "replicas": one.replicas, "prompt_servers": one.prompt_servers, "accelerators": one.accelerators,
            "in_proportion": one.in_proportion, "decoding": one.batch, "users": one.users, "requests_per_s": one.requests,
            _EACH: self._about("per_accelerator", one.per_accelerator),
            "output_tokens_per_s_user": self._about("per_user", one.per_user), "time_per_token_s": self._about("each", one.each),
            "first_token_s": {name: self._about(f"first_{name}", value) for name, value in one.first.items()},
            "prompts_busy": one.busy, "transfer_s": one.transfer,
        }  # fmt: skip


_EACH = "output_tokens_per_s_accelerator"


def parts_told(made: Mapping[str, float]) -> list[dict[str, Any]]:
    """A pass by part: seconds, and the share of all."""
    return [{"name": name, "seconds": value, "share": value / made["total"]} for name, value in made.items() if name != "total"]


def day_of(year: float) -> date:
    """A year with its fraction as a day."""
    first, following = date(int(year), 1, 1), date(int(year) + 1, 1, 1)
    return first + timedelta(round((year - int(year)) * (following - first).days))


def standing_of(known: KnownCatalogue, model: str, chip: str, demand: Mapping[str, Any]) -> list[str]:
    """What the figures of a model and of a chip are, where they are more than a maker's word for what there is."""
    told = []
    rows = known.catalogue.entries("model", model, "parameters") if model in known.names("model") else ()
    if any(one.statement.source == "stargauge-assumption" for one in rows):
        told.append(say("assumption: {model} is a template of ours and no model that anybody published", model=model))
    if any(one.statement.status == "planned" for one in known.catalogue.entries("accelerator", chip, "memory_bandwidth")):
        told.append(say("the figures of {chip} are announced, nothing was measured on it", chip=chip))
    longest, asked = context_in(known, model), demand["input_tokens"] + demand["output_tokens"]
    if longest is not None and asked > longest:
        told.append(
            say(
                "{asked} tokens in and out are more than {model} is made for ({most} tokens): the time is that of its dimensions, the "
                "answers would be no good",
                asked=written(f"{asked:,}"), model=model, most=written(f"{longest:,}"),
            )
        )  # fmt: skip
    return told + [text for kind, name in (("accelerator", chip), ("model", model)) for text in _later(known, kind, name)]


def context_in(known: KnownCatalogue, model: str) -> int | None:
    """Tokens that a model of the catalogue takes at most in and out; None where the catalogue does not say."""
    return context_of(known, model) if model in known.names("model") else None


#: An attribute that everything of a kind has, by whose rows one sees since when it is known.
_SEEN_BY = {"accelerator": "memory", "model": "layers"}


def _later(known: KnownCatalogue, kind: str, name: str) -> Iterator[str]:
    """That figures were published after the day by which they are asked for."""
    rows = known.catalogue.entries(kind, name, _SEEN_BY[kind]) if name in known.names(kind) else ()
    days = [one.statement.known_from for one in rows if one.statement.known_from is not None]
    if days and min(days) > known.as_of:
        yield say(
            "the catalogue's figures of {name} were published after {day}, the first on {first}; they are taken all the same", name=name,
            day=known.as_of, first=min(days),
        )  # fmt: skip


def notes_of(about: Mapping[str, Any], demand: Mapping[str, Any], best: Option, domain: int, fit: str) -> list[str]:
    """What the answer takes for granted. `about`: whose word the inputs are; `domain`: accelerators of a fast network."""
    told = []
    if demand["ttft_limit_s"] is not None or demand["tpot_limit_s"] is not None:
        told.append(say("limits are kept by the middle of the prediction (P50), not by all of its range"))
    if about["types_basis"] != ASKED:
        basis = {"type": about["dtype"], "basis": about["types_basis"]}
        told.append(say("no type of numbers was asked for: {type} is taken, {basis}; --dtype", **basis))
    if about["most_requests_basis"] != ASKED:
        most = written(f"{demand['most_requests_per_rank']:,.0f}")
        told.append(
            say("assumption: serving software takes {most} requests at once on a rank of attention at most; --most-requests", most=most)
        )
    if demand["accepted_per_pass"] > 1.0:
        worked = written(f"{demand['verified_per_pass']:g}")
        told.append(
            say(
                "assumption: with speculation a pass works on {number} tokens of each request, and the draft itself costs nothing",
                number=worked,
            )
        )
    if demand["at_random"]:
        told.append(say("assumption: requests of equal length, at random (Poisson)"))
    if best.in_proportion:
        told.append(
            say(
                "nobody said how much is asked, so servers of prompts stand in proportion to a large service: 100 replicas have {number}; "
                "--rate, --concurrency or --accelerators gives whole numbers",
                number=written(f"{100 * best.prompt_servers:,.0f}"),
            )
        )
    if best.prompt_layout is not None:
        time = written(f"{1000.0 * best.transfer:.3g}")
        told.append(say("what is kept of a prompt goes to its replica beyond the fast network in {time} ms, in the TTFT", time=time))
    if best.layout.pp > 1 or (best.prompt_layout is not None and best.prompt_layout.pp > 1):
        told.append(
            say("no run with a pipeline (pp) was measured: what its stages cost is reckoned, not fitted; --layout pp=1 leaves it out")
        )
    told += left_over(best.layout, best.prompt_layout, domain)
    fitted = say(fit, "a fit")
    return [*told, say("coefficients fitted to {fit}: `stargauge validate inference` on your own runs", fit=fitted)]


#: Whose word an input is that the user gave.
ASKED = "asked"


def left_over(layout: Parts, prompts: Parts | None, domain: int) -> list[str]:
    """That replicas leave accelerators of a fast network (a node, a rack) over, of which servers of prompts make no use."""
    told = []
    for many in dict.fromkeys(one.accelerators for one in (layout, prompts) if one is not None):
        spare = -many % domain if many > domain else domain % many
        if not spare or (prompts is not None and spare % prompts.accelerators == 0):
            continue
        counts = {"many": many, "domain": domain, "spare": spare}
        if many > domain:
            told.append(
                say(
                    "a replica of {many} takes {networks} fast networks of {domain} accelerators and {spare} to spare, which are not "
                    "counted; --layout for whole ones", networks=-(-many // domain), **counts,
                )
            )  # fmt: skip
        else:
            told.append(
                say(
                    "a fast network of {domain} accelerators has {number} replica of {many} and {spare} to spare, which are not counted; "
                    "--layout for whole ones"
                    if domain // many == 1
                    else "a fast network of {domain} accelerators has {number} replicas of {many} and {spare} to spare, which are not "
                    "counted; --layout for whole ones",
                    number=domain // many, **counts,
                )
            )  # fmt: skip
    return told


def spread_of(middle: float, wide: float) -> dict[str, float]:
    """P10, P50, P90 about a middle by a factor."""
    return {"p10": middle / wide, "p50": middle, "p90": middle * wide}
