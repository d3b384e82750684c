"""How good the model of goodput is on recorded jobs: each predicted from what its row states and the catalogue's ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.compute.goodput_job import (
    COPY,
    FAILURE_RATE,
    PER_NODE,
    PLANNED,
    RESTART,
    STALL,
    STATE,
    Input,
    Job,
    kept_of,
    levels,
    value_of,
)
from stargauge.audit.wording.languages import written
from stargauge.catalogue.facility_designs import Drawn
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.machines import resolved, transformer_of
from stargauge.catalogue.own_goodput import GoodputRecord, Span
from stargauge.quantity.compute.failures import DAY, time_between
from stargauge.quantity.distribution import from_p10_p90
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statistics.normal import normal_ppf

Array = NDArray[np.float64]

#: Draws of ranges behind each prediction.
DRAWS = 2048
#: A job on more than n accelerators is taken to be on n to this many times n; a time below a bound to be a third of it to the bound.
_UP, _DOWN = 4.0, 3.0
_HOUR = 3600.0
_REPLICA = Input("replica_restart_time", "s", "min", "restart from copies in memory")
_SPREAD = Input("rate_ratio", "1", "1", "failures over those of another record")
_RATIO = Input("interval_ratio", "1", "1", "interval over the best")
_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": _HOUR, "hr": _HOUR, "hour": _HOUR, "d": DAY, "day": DAY}
_DECIMAL = r"(\d+(?:\.\d+)?)"
_TIME = re.compile(rf"(<|under |below )?\s*{_DECIMAL}\s*(?:(?:-|–|\.\.|to)\s*{_DECIMAL}\s*)?(s|sec|second|min|minute|h|hr|hour|d|day)s?\b")
_AGAIN = re.compile(r"catch|recomput|redo|re-?do|lost work", re.IGNORECASE)
_MEMORY = re.compile(r"memory|asynchron", re.IGNORECASE)
_COPIES = re.compile(r"(redundan|replica|peer).*memor|in-memory cop|memor.*(redundan|replica)", re.IGNORECASE)
_EACH = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB|TB) per (?:gpu|tpu|accelerator|chip|rank)", re.IGNORECASE)
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB|TB)/s")
_BYTES = {"MB": 1e6, "GB": 1e9, "TB": 1e12}
_PROJECTED = re.compile(r"project|hypothe|simulat|extrapol", re.IGNORECASE)
_SIZE = re.compile(r"\d[BT]$", re.IGNORECASE)
_CLUSTER = re.compile(r"\b[A-Z][A-Za-z]*-\d+\b")
NOTES = (
    "A row's own outcome is used for no prediction. Its stated stops, size, interval, write and restart are; else a rate that another row "
    "states of the same cluster; else the catalogue's ranges.",
    "The error is that of jobs recorded as a number. With bounds: a bound such as >90 % that the middle prediction meets counts as no "
    "error, so that this says less.",
    "Goodput is told as records count it, by time: slow nodes, which cost speed, are left out; waiting for spares is part of restart.",
)


class Basis(NamedTuple):
    """Where a part of a prediction comes from, in words, and whether it is the row's own."""

    what: str
    source: str


@dataclass(frozen=True)
class GoodputForecast:
    """A row and its prediction: draws in the unit of its kind; where each part comes from; whether the size was stated."""

    record: GoodputRecord
    draws: Array
    basis: tuple[Basis, ...]
    sized: bool = True

    @property
    def said(self) -> Span:
        """What was recorded."""
        assert self.record.value is not None
        return self.record.value

    @property
    def middle(self) -> float:
        """The middle prediction."""
        return float(np.median(self.draws))

    @property
    def inside(self) -> bool:
        """Whether what was recorded is within P10 to P90, or could be."""
        low, high = (float(value) for value in np.quantile(self.draws, (0.1, 0.9)))
        return self.said.low <= high and self.said.high >= low

    def row(self) -> dict[str, Any]:
        """As plain data."""
        record, said = self.record, self.said
        unit = {"goodput": "1", "mttf": "h", "rate": "1/node/d", "count": "1/node/d"}[record.kind]
        return {
            "line": record.line, "id": record.name, "organisation": record.organisation, "job": record.job, "metric": record.metric,
            "kind": record.kind, "unit": unit, "recorded_low": said.low, "recorded_high": None if np.isinf(said.high) else said.high,
            "bound": not said.exact, **levels(self.draws), "error": said.off(self.middle), "inside": self.inside,
            "size_stated": self.sized, "basis": [one._asdict() for one in self.basis],
        }  # fmt: skip


@dataclass(frozen=True)
class GoodputValidation:
    """Predictions beside what was recorded, and the rows that cannot be scored."""

    forecasts: tuple[GoodputForecast, ...]
    left_out: tuple[tuple[GoodputRecord, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows, left_out, notes}`: the form of JSON, Python and the command line. Errors of goodput are shares of time."""
        kept = [one for one in self.forecasts if one.record.kind == "goodput"]
        return {
            "summary": goodput_summary([one for one in kept if one.said.exact]) | {
                "size_stated": goodput_summary([one for one in kept if one.said.exact and one.sized]),
                "size_not_stated": goodput_summary([one for one in kept if one.said.exact and not one.sized]),
                "with_bounds": goodput_summary(kept) | {"bounds": sum(not one.said.exact for one in kept)},
                "mttf": factor_summary([one for one in self.forecasts if one.record.kind == "mttf"]),
                "failure_rate": factor_summary([one for one in self.forecasts if one.record.kind in ("rate", "count")]),
            },
            "rows": [one.row() for one in self.forecasts],
            "left_out": [
                {"line": one.line, "id": one.name, "job": one.job, "metric": one.metric, "reason": why} for one, why in self.left_out
            ],
            "draws": DRAWS, "notes": [say(note) for note in NOTES],
        }  # fmt: skip


def goodput_summary(made: Sequence[GoodputForecast]) -> dict[str, Any]:
    """Errors of middle predictions as shares of time (0.01 is a point); among them bounds that are met count as none."""
    errors = np.array([one.said.off(one.middle) for one in made])
    return {
        "n": len(made), "mean_abs_error": float(np.mean(np.abs(errors))) if len(made) else None,
        "worst_abs_error": float(np.max(np.abs(errors))) if len(made) else None, "bias": float(np.mean(errors)) if len(made) else None,
        "inside_p10_p90": sum(one.inside for one in made),
    }  # fmt: skip


def factor_summary(made: Sequence[GoodputForecast]) -> dict[str, Any]:
    """The typical factor between a prediction and what was recorded."""
    factors = [max(one.middle / one.said.low, one.said.low / one.middle) for one in made if one.said.exact and one.said.low > 0.0]
    return {
        "n": len(made), "median_factor": float(np.median(factors)) if factors else None,
        "worst_factor": max(factors) if factors else None, "inside_p10_p90": sum(one.inside for one in made),
    }  # fmt: skip


def validate_goodput(records: Sequence[GoodputRecord], known: KnownCatalogue) -> GoodputValidation:
    """Predict every row from what it states, from what other rows state of the same cluster, and from the catalogue's ranges."""
    made, left_out = list[GoodputForecast](), list[tuple[GoodputRecord, str]]()
    for record in records:
        found = _Row(record, records, known).forecast()
        if isinstance(found, str):
            left_out.append((record, found))
        else:
            made.append(found)
    return GoodputValidation(tuple(made), tuple(left_out))


# --- one row ------------------------------------------------------------------------------------------------------------------------


class _Row:
    """A row being predicted, and the words for where each part comes from."""

    def __init__(self, record: GoodputRecord, records: Sequence[GoodputRecord], known: KnownCatalogue) -> None:
        self.record, self.known = record, known
        self.others = [one for one in records if one is not record and _same(one, record)]
        self.projected = bool(_PROJECTED.search(f"{record.job} {record.metric}"))
        self.basis = list[Basis]()

    def forecast(self) -> GoodputForecast | str:
        """The prediction; why there is none."""
        record = self.record
        if record.fault:
            return record.fault
        if record.kind == "":
            by_cause = "by cause" in record.metric
            return say("a count by cause, from which causes take their shares") if by_cause else say("no figure that is predicted")
        if record.kind == "count":
            return self._count()
        if record.kind == "rate":
            return self._made(self._catalogue(FAILURE_RATE, say("failures per node"), DAY))
        if record.kind == "mttf":
            nodes = self._nodes()
            if nodes is None:
                return say("neither accelerators nor nodes are stated, by which the time between failures goes")
            return self._made(time_between(nodes, self._rate()) / _HOUR)
        return self._made(self._goodput())

    def _made(self, draws: Array) -> GoodputForecast:
        return GoodputForecast(self.record, draws, tuple(self.basis), self.record.accelerators is not None or self.record.nodes is not None)

    def _count(self) -> GoodputForecast | str:
        record = self.record
        rate = record.rate
        if rate is None and record.unplanned and record.nodes and record.days:
            rate = record.unplanned / record.nodes / record.days
        if rate is None:
            return say("a count without nodes and days, or without a number, makes no rate")
        made = self._made(self._catalogue(FAILURE_RATE, say("failures per node"), DAY))
        return GoodputForecast(record._replace(value=Span(rate, rate)), made.draws, made.basis, made.sized)

    def _goodput(self) -> Array:
        nodes = self._nodes()
        if nodes is None:
            nodes = self._sizes() / self._per_node()
        between = self._between(nodes)
        stall = self._stall()
        restart = self._restart()
        planned = np.zeros(DRAWS) if self.projected else self._catalogue(PLANNED, say("planned stops"))
        none = np.zeros(DRAWS)
        job = Job(between, stall, none, none, restart, none, none, planned, none)
        best = kept_of(job, None, 0.0).best
        return kept_of(job, self._interval(best), 0.0).goodput

    # --- parts -------------------------------------------------------------------------------------------------------------------------

    def _note(self, what: str, source: str) -> None:
        self.basis.append(Basis(what, source))

    def _catalogue(self, wanted: Input, what: str, factor: float = 1.0) -> Array:
        self._note(what, say("catalogue, {attribute}", attribute=wanted.attribute))
        return value_of(self.known, wanted, {}, DRAWS) * factor

    def _per_node(self) -> float:
        record = self.record
        if record.accelerators is not None and record.accelerators.exact and record.nodes:
            return record.accelerators.low / record.nodes
        return float(np.median(value_of(self.known, PER_NODE, {}, DRAWS)))

    def _nodes(self) -> Array | None:
        """Nodes of the job; None where no size is stated."""
        record = self.record
        if record.nodes:
            return np.full(DRAWS, record.nodes)
        if record.accelerators is None:
            return None
        return self._within(record.accelerators, "accelerators") / self._per_node()

    def _sizes(self) -> Array:
        self._note(say("accelerators"), say("not stated; catalogue, accelerators of one large job"))
        return np.broadcast_to(np.ravel(Drawn(self.known, DRAWS).value("usage", "training-job", "accelerators", "1")), DRAWS)

    def _within(self, said: Span, key: str) -> Array:
        """Draws between the ends of what was said: P10 and P90 of a range."""
        if said.exact:
            return np.full(DRAWS, said.low)
        low = said.low or said.high / _DOWN
        high = said.low * _UP if np.isinf(said.high) else said.high
        return from_p10_p90(low, high).ppf(_chances(key))

    def _between(self, nodes: Array) -> Array:
        """Time between stops of the job (s)."""
        record = self.record
        if record.unplanned and record.days:
            self._note(say("time between stops"), _stated_stops(record.unplanned, record.days))
            spread = np.exp(normal_ppf(_chances("stops")) / np.sqrt(record.unplanned))
            return np.asarray(record.days * DAY / record.unplanned * spread)
        if record.mtbf:
            self._note(say("time between stops"), say("stated: {text}", text=written(f"{record.mtbf:g} h")))
            return np.full(DRAWS, record.mtbf * _HOUR)
        return time_between(nodes, self._rate())

    def _rate(self) -> Array:
        """Failures per node and second."""
        record = self.record
        if record.rate and record.kind == "goodput":
            self._note(say("failures per node"), say("stated: {rate} per 1,000 node-days", rate=written(f"{1000.0 * record.rate:g}")))
            return np.full(DRAWS, record.rate / DAY)
        told = [(one, rate) for one in self.others if (rate := _rate_of(one)) is not None]
        if not told:
            return self._catalogue(FAILURE_RATE, say("failures per node"))
        size = record.nodes or (record.accelerators.low / self._per_node() if record.accelerators else 1.0)
        wanted = "rate" if self.projected else "mttf"
        one, rate = min(told, key=lambda pair: (pair[0].kind != wanted, abs(np.log((pair[0].nodes or size) / size)), pair[0].line))
        other = {"row": one.name, "rate": written(f"{1000.0 * rate:.3g}")}
        self._note(say("failures per node"), say("{row}, another row of the same cluster: {rate} per 1,000 node-days", **other))
        return rate / DAY * value_of(self.known, _SPREAD, {}, DRAWS)

    def _stall(self) -> Array:
        """Standing still for a checkpoint (s)."""
        text = self.record.write
        if times := _times(text):
            self._note(say("checkpoint write"), say("stated: {text}", text=text))
            return self._within(_whole(times), "stall")
        if (written := self._written()) is not None:
            return self._within(written, "stall")
        if _MEMORY.search(text):
            return self._catalogue(COPY, say("checkpoint write, in the background"))
        return self._catalogue(STALL, say("checkpoint write"))

    def _written(self) -> Span | None:
        """The time of a write to storage of stated bandwidth: of the state of a known model, else of what each accelerator writes."""
        text, record = self.record.write, self.record
        rates = sorted(float(number) * _BYTES[unit.upper()] for number, unit in _RATE.findall(text))
        each = [float(number) * _BYTES[unit.upper()] for number, unit in _EACH.findall(text)]
        if not rates:
            return None
        if model := _model(record.job, self.known):
            state = value_of(self.known, STATE, {}, DRAWS) * transformer_of(self.known, model).parameters
            low, high = (float(one) for one in np.quantile(state, (0.1, 0.9)))
            self._note(say("checkpoint write"), say("stated storage, the state of {model} by its parameters", model=model))
        elif each and record.accelerators is not None:
            low, high = max(each) / _DOWN * record.accelerators.low, max(each) * record.accelerators.low
            self._note(say("checkpoint write"), say("stated storage, up to the most that an accelerator writes"))
        else:
            return None
        return Span(low / rates[-1], high / rates[0])

    def _restart(self) -> Array:
        text = self.record.restart
        parts = [one for part in re.split(r"[;,]", text) if not _AGAIN.search(part) for one in _times(part)]
        if parts:
            self._note(say("restart"), say("stated: {text}", text=text))
            return self._within(_whole(parts), "restart")
        if _COPIES.search(self.record.write):
            return self._catalogue(_REPLICA, say("restart, from copies in memory"))
        return self._catalogue(RESTART, say("restart"))

    def _interval(self, best: Array) -> Array:
        text = self.record.interval
        if times := _times(text):
            self._note(say("checkpoint interval"), say("stated: {text}", text=text))
            return self._within(_whole(times), "interval")
        if _COPIES.search(self.record.write):
            self._note(say("checkpoint interval"), say("the best for copies in memory"))
            return best
        return best * self._catalogue(_RATIO, say("checkpoint interval, over the best"))


# --- reading texts ------------------------------------------------------------------------------------------------------------------


def _stated_stops(stops: float, days: float) -> str:
    return say("stated: {stops} stops in {days} days", stops=written(f"{stops:g}"), days=written(f"{days:g}"))


def _model(text: str, known: KnownCatalogue) -> str | None:
    """The model that a job's name begins with, its size included; None where that cannot be told."""
    words = text.split()
    for many in range(len(words), 0, -1):
        if _SIZE.search(words[many - 1]):
            try:
                return resolved(known, "model", " ".join(words[:many]))
            except InputError:
                continue
    return None


def _same(one: GoodputRecord, other: GoodputRecord) -> bool:
    """Whether two rows are of the same cluster."""
    return _cluster(one) == _cluster(other)


def _cluster(record: GoodputRecord) -> tuple[str, str]:
    found = _CLUSTER.search(record.job) or _CLUSTER.search(record.notes)
    return record.organisation, found[0] if found else record.job.lower()


def _rate_of(record: GoodputRecord) -> float | None:
    """Failures per node and day that a row of its own states: a rate, or a measured time between failures."""
    if record.kind == "rate" and record.value is not None and record.value.exact:
        return record.value.low
    size = record.nodes
    if record.kind == "mttf" and record.value is not None and record.value.exact and size and not _PROJECTED.search(record.job):
        return 24.0 / (record.value.low * size)
    return record.rate if record.kind == "count" else None


def _times(text: str) -> list[Span]:
    """Times that a text states (s)."""
    found = list[Span]()
    for bound, first, second, unit in _TIME.findall(text.lower()):
        low, high = float(first) * _SECONDS[unit], float(second or first) * _SECONDS[unit]
        found.append(Span(0.0, high) if bound else Span(low, high))
    return found


def _whole(times: Sequence[Span]) -> Span:
    """Times one after the other; a bound alone is from a third of it up."""
    low = sum(one.low or one.high / _DOWN for one in times)
    high = sum(one.high for one in times)
    return Span(low, high)


def _chances(key: str) -> Array:
    """Chances evenly spread, in an order that depends on the key alone."""
    order = np.random.Generator(np.random.PCG64([ord(letter) for letter in key])).permutation(DRAWS)
    return np.asarray((order + 0.5) / DRAWS)
