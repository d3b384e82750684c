"""The fleet of a programme over time, what it would train and serve, and what today's users need of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from stargauge.api.chip_rates import with_rates
from stargauge.api.programmes import Progress, catalogue, day_of, known, load
from stargauge.api.runs import DRAWS, Given, condition, workers_of
from stargauge.audit.compute.fleet import Fleet, fleet, wanted
from stargauge.audit.compute.fleet_use import JOB, year_ends
from stargauge.audit.given import held_of
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.machines import resolved
from stargauge.catalogue.model_rates import rate_of
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

__all__ = ["compute"]

#: The model that is trained and served where none is named: a template, not a model.
_TEMPLATE = "frontier"
_ASKED = "as asked"
#: What users take, by the parameter that asks for it: the input, and the unit of a bare number or range.
_TAKEN = {"users": ("weekly_users", ""), "messages": ("messages_per_user_week", ""), "tokens": ("tokens_per_message", "token")}
_BARE = re.compile(r"[-+\d.,_ e]+")


def compute(
    programme: str | Path | Programme = "stargate", *, model: str = _TEMPLATE, serve: str | None = None, users: float | str | None = None,
    messages: float | str | None = None, tokens: float | str | None = None, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
) -> Fleet:  # fmt: skip
    """Accelerators by generation over time, their peak, what the fleet would train and serve, and what today's users need of that.

    `model`: the one that is trained, and served unless `serve` names another; any model of the catalogue, by any unique beginning of its
    name. `users`: who use the service in a week; `messages`: of each in a week; `tokens`: output tokens per message, hidden reasoning
    included. Each a number, a range or a distribution (default: the catalogue's, named in the answer). Raises InputError with every fault.
    """
    faults = list[Fault]()
    made = _laid(faults, programme, {"users": users, "messages": messages, "tokens": tokens})
    trained, served = (_model(faults, as_of, values, *one) for one in (("model", model), ("serve", model if serve is None else serve)))
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    values = values or catalogue()
    now = known(made, as_of, _reckoned(values, trained, served, known(made, as_of, values).axes["chip"]))
    if served != _TEMPLATE:
        _expect_rate(now, served, "model" if serve is None else "serve")
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    ends = year_ends(now)
    result = run_model(
        now, wanted(now, trained), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress, dates=ends,
        held=held_of(conditions),
    )  # fmt: skip
    return fleet(now, result, trained, served, ends, conditions)


def _laid(faults: list[Fault], programme: str | Path | Programme, asked: Mapping[str, float | str | None]) -> Programme:
    """The programme with what users take as it was asked for; each fault of that is of the parameter of its name."""
    settings = dict[str, str]()
    for name, value in asked.items():
        if value is None:
            continue
        quantity, unit = _TAKEN[name]
        text = f"{value} {unit}".strip() if _BARE.fullmatch(str(value).strip()) else str(value)
        try:
            _expect_above_zero(text, unit)
            settings[quantity] = text
        except InputError as error:
            faults += [Fault(fault.message, name) for fault in error.faults]
    return load(programme, settings=settings or None)


def _expect_above_zero(text: str, unit: str) -> None:
    made = parse_value(text, unit or "1")
    if not (made.quantile(0.1) if isinstance(made, Distribution) else made) > 0.0:
        raise InputError(say('got "{text}"; expected a number, a range or a distribution above 0', text=text))


def _model(faults: list[Fault], as_of: date | str | None, values: Catalogue | None, asked_by: str, name: str) -> str:
    """The name in the catalogue of a model that is asked for; where there is none, or several, that is a fault of its parameter."""
    try:
        return resolved((values or catalogue()).known(day_of(as_of)), "model", name)
    except InputError as error:
        told = {fault.message for fault in faults}
        faults += [Fault(fault.message, asked_by) for fault in error.faults if fault.message not in told]
        return ""


def _reckoned(values: Catalogue, trained: str, served: str, chips: Sequence[str]) -> Catalogue:
    """The catalogue in which a programme reckons these models, and serves users with the second; with their rates on its accelerators."""
    job = values.text(*JOB)
    for name in dict.fromkeys((trained, served)):
        if name == _TEMPLATE:
            continue
        values = with_rates(values, name, dict.fromkeys((*chips, job)))
        values = values.saying("model", name, "programmes", "yes", _ASKED)
    return values.saying("usage", "serving", "model", served, _ASKED) if served != _TEMPLATE else values


def _expect_rate(now: Known, served: str, asked_by: str) -> None:
    """Raises InputError where no accelerator of the programme has a rate at which it serves a model."""
    has = [model for model in now.catalogue.names("model") if any(_rate(now, model, chip) for chip in now.axes["chip"])]
    if served not in has:
        told = {"chips": ", ".join(now.axes["chip"]), "model": served, "has": ", ".join(has) or say("there is none")}
        raise InputError(Fault(say("nobody gives a rate at which {chips} serve {model}; name another to serve: {has}", **told), asked_by))


def _rate(now: Known, model: str, chip: str) -> bool:
    return bool(rate_of(now.catalogue, model, "inference_rate", chip, (model, f"inference_rate_{chip}")).statements)
