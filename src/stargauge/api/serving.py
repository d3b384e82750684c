"""How a model is best served by a chip: layout, load, speed, cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import hypot
from pathlib import Path
from typing import Any

from stargauge.api.training import known_with
from stargauge.audit.compute.serving import ASKED, Option, ServingAnswer, context_in, notes_of, spread_of, standing_of
from stargauge.audit.compute.serving_choice import asked_types, types_beside, usual_type
from stargauge.audit.compute.serving_cost import power_of, price_of
from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import Catalogue, KnownCatalogue
from stargauge.catalogue.machines import machine_of, transformer_of
from stargauge.catalogue.serving_fit import family_of, shipped_serving_fit
from stargauge.plan.serving import answer as told
from stargauge.plan.serving.demand import Demand, checked
from stargauge.plan.serving.layouts import PARTS
from stargauge.plan.serving.limits import why_not
from stargauge.plan.serving.rows import Case
from stargauge.plan.serving.search import Search, refined, searched
from stargauge.quantity.compute.machine import peak_spread, peak_told
from stargauge.quantity.compute.serving_efficiency import ServingFit, interval
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import Fault, InputError, did_you_mean, kept
from stargauge.quantity.spoken import say
from stargauge.quantity.units import parse_number


def infer(
    model: str | Path | Transformer, chip: str, *, ttft: float | str | None = None, tpot: float | str | None = None, ttft_of: str = "p99",
    input: int = 1024, output: int = 1024, accelerators: int | None = None, dtype: str | None = None, concurrency: float | None = None,
    rate: float | str | None = None, prefix_hits: float = 0.0, speculative: float = 1.0, disaggregated: bool | None = None,
    layout: str | Mapping[str, int] | None = None, software: float | str | date | None = None, price_per_hour: float | None = None,
    utilisation: float | None = None, most_requests: int | None = None, as_of: date | None = None, values: Catalogue | None = None,
) -> ServingAnswer:  # fmt: skip
    """The layout and the load with which a model gives most output tokens per accelerator under limits on their time.

    `model`: any unique beginning of a name in the catalogue, a CSV file with a model of yours, or dimensions; `chip`: any unique beginning.
    `ttft`, `tpot`: most seconds to the first token (`ttft_of`: mean, p50 or p99 of requests that come at random) and per further token, as
    numbers or as `2s`, `20ms`. `concurrency`: users who ask again as soon as they are answered; `rate`: requests per second at random
    (`20/s`); without either the highest load under the limits is looked for. `prefix_hits`: share of a prompt's tokens found in a cache;
    `speculative`: tokens that a pass gives a request. `disaggregated`: prompts on accelerators of their own, not, or (None) whichever is
    better. `most_requests`: that a rank of attention takes at once at most; `software`: the day of the serving software; `as_of`: only what
    was published by that day. Raises InputError with every fault, or with the limits that nothing keeps and the nearest that works.
    """
    said = {name: _plain(value) for name, value in locals().items() if name not in ("values", "as_of") and value is not None}
    known, model = known_with(model, values, as_of)
    faults: list[Fault] = []
    first, each = (kept(faults, lambda one=one, path=path: _seconds(one, path)) for one, path in ((ttft, "--ttft"), (tpot, "--tpot")))  # type: ignore[misc]
    asked_rate = kept(faults, lambda: _rate(rate))
    demand = Demand(input, output, prefix_hits, speculative, first, ttft_of, each, concurrency, asked_rate, accelerators, disaggregated)
    kept(faults, lambda: checked(demand))
    fixed = kept(faults, lambda: parts_in(layout))
    fit = kept(faults, lambda: _fit(most_requests))
    shape = model if isinstance(model, Transformer) else kept(faults, lambda: transformer_of(known, model), "--model")
    machine = kept(faults, lambda: machine_of(known, f"{max(accelerators or 1, 1)}x{chip}", software), "--chip")
    types, chosen = None, ("", "")
    if shape is not None and machine is not None:
        chosen = (dtype, ASKED) if dtype else usual_type(known, shape, machine.chip)
        types = kept(faults, lambda: asked_types(known, chosen[0], shape, machine.chip), "--dtype")
    if faults or shape is None or machine is None or types is None or fit is None:
        raise InputError(faults)
    case = Case(shape, machine, demand, fit, types)
    found = searched(case, fixed)
    if not found.good.any():
        raise why_not(found)
    others = told.by_type(case, types_beside(known, shape, machine.chip, types), fixed or {})
    about = {
        "as_of": str(known.as_of), **_by_word(said), "context": context_in(known, shape.name), "dtype": chosen[0], "types_basis": chosen[1],
        "software_basis": say("the day up to which the catalogue is known") if software is None else ASKED,
        "most_requests_basis": _ASSUMED if most_requests is None else ASKED,
        "given": fixed or {},
    }  # fmt: skip
    return _answer(known, case, found, others, price_per_hour, utilisation, about)


_ASSUMED = "stargauge-assumption: between what serving software recommends, 720 to 2,048"
#: What is taken where nobody says otherwise.
_USUAL = {"ttft_of": "p99", "input": 1024, "output": 1024, "prefix_hits": 0.0, "speculative": 1.0}


def _by_word(said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What was asked as it was written, and what is as it is where nobody says otherwise."""
    usual = {name: value for name, value in said.items() if name in _USUAL and value == _USUAL[name]}
    return {"asked": {name: value for name, value in said.items() if name not in usual}, "defaults": usual}


def _fit(most: int | None) -> ServingFit:
    """The shipped fit, with the most requests of a rank as the user says."""
    fit = shipped_serving_fit()
    if most is None:
        return fit
    if most < 1:
        raise InputError(Fault(say("got {most:,}; expected at least 1 request per rank", most=most), path="--most-requests"))
    return replace(fit, settings=fit.settings._replace(most_batch=float(most)))


def _plain(value: Any) -> Any:
    """What was asked, as plain data."""
    if isinstance(value, Transformer):
        return value.name
    return value if isinstance(value, bool | int | float | str | dict) else dict(value) if isinstance(value, Mapping) else str(value)


def _answer(
    known: KnownCatalogue, case: Case, found: Search, others: list[dict[str, Any]], per_hour: float | None, utilisation: float | None,
    about: dict[str, Any],
) -> ServingAnswer:  # fmt: skip
    one = refined(found)
    best = told.option_of(one, 0)
    asked, chip = case.demand, case.machine.chip
    demand = {**told.demand_told(asked), "most_requests_per_rank": case.fit.settings.most_batch}
    share = best.busy if best.prompt_layout is None else best.prompt_servers * best.prompt_layout.accelerators / best.accelerators
    tokens = (float(asked.prompt), float(asked.answer))
    spread, wider = _spread(known, case, len(found.layouts.tensor) > 1)
    return ServingAnswer(
        model={"name": case.model.name, "parameters": case.model.parameters, "active_parameters": case.model.active_parameters},
        chip={"name": chip.name, "title": chip.title, "domain": chip.domain, "peaks": dict(chip.peaks), "memory": chip.memory},
        types=case.types._asdict(),
        software=case.machine.software,
        demand=demand,
        about=about,
        best=best,
        others={"together": told.best_of_kind(found, False), "apart": told.best_of_kind(found, True)},
        interval=_interval(spread, best),
        step=told.step_parts(case, best),
        prompt=told.prompt_parts(case, best),
        memory=told.memory_parts(case, best, float(found.slots[int(one.rows.place[0])])),
        binds=told.binding(found, best),
        gains=told.gains(case, best),
        by_type=others,
        front=told.front_of(found),
        looked_at={"layouts": found.layouts.many, "points": len(found.rows.rate)},
        fit={"source": case.fit.source, **spread},
        price=price_of(known, chip, best, tokens, share, spread["spread"], per_hour, utilisation),
        power=power_of(known, chip, best.accelerators),
        notes=[
            *standing_of(known, case.model.name, chip.name, demand),
            *notes_of(about, demand, best, chip.domain, case.fit.source),
            *wider,
        ],
    )


def _unmeasured(what: str, model: str, chip: str) -> str:
    """What of a model on a chip was never measured, in words."""
    if what == "family":
        return say("no run of {model} or of a model of its dimensions was measured", model=model)
    if what == "chip":
        return say("no run on {chip} was measured, only on others of its generation", chip=chip)
    return say("no run on a chip of the generation of {chip} was measured, let alone on it", chip=chip)


def _spread(known: KnownCatalogue, case: Case, searched: bool) -> tuple[dict[str, float], list[str]]:
    """Standard deviations of the logarithms of what is predicted, and in words what makes them wider than those of measured pairs."""
    off, model, chip = case.fit.forecasts, case.model, case.machine.chip
    family = family_of(known, model.name) if model.name in known.names("model") else model.name
    near, kind = off.nearness(family, chip.name), "experts" if model.experts else "dense"
    rate = case.fit.spread(kind, near, case.machine, searched)
    told = [_unmeasured(one, model.name, chip.title) for one in near if one in ("family", "chip", "generation")]
    if searched:
        told.append(say("the layout was searched: the best of many predictions is further off than one at a stated layout"))
    if case.fit.drift(case.machine) > 0.0:
        newest = written(f"{off.newest:.1f}")
        told.append(say("the software is later than that of the newest run measured ({newest})", newest=newest))
    if assumed := peak_told(chip, case.types.products):
        told.append(assumed)
    rate = hypot(rate, peak_spread(chip, case.types.products))
    wide = {"spread": rate, "spread_between": max(rate, off.between), "spread_first": max(rate, off.first)}
    return wide, [say("the interval is wider: {reasons}", reasons="; ".join(told))] if told else []


def _interval(spread: Mapping[str, float], best: Option) -> dict[str, dict[str, float]]:
    """P10, P50, P90 of what is predicted, from how far predictions of groups that the fit has not seen lie off."""
    wide, each, first = (float(interval(1.0, spread[name]).p90) for name in ("spread", "spread_between", "spread_first"))
    told_of = {
        "per_accelerator": (best.per_accelerator, wide), "per_user": (best.per_user, each), "each": (best.each, each),
        **{f"first_{name}": (value, first) for name, value in best.first.items()},
    }  # fmt: skip
    return {name: spread_of(middle, factor) for name, (middle, factor) in told_of.items()}


def _seconds(said: float | str | None, path: str) -> float | None:
    """A time in seconds; a bare number is one of seconds, but a second and more per token is hardly meant so."""
    if said is None or not isinstance(said, str):
        return said if said is None else float(said)
    try:
        value, bare = (float(said), True) if _BARE.fullmatch(said) else (parse_number(said, "s"), False)
    except InputError:
        raise InputError(Fault(say('got "{said}"; expected a time such as 2s or 20ms', said=said), path=path)) from None
    if bare and path == "--tpot" and value >= 1.0:
        raise InputError(
            Fault(
                say(
                    "got {said}, which without a unit is {value:g} seconds per token; expected {value:g}ms, or {value:g}s",
                    said=said,
                    value=value,
                ),
                path,
            )
        )
    return value


#: A number without a unit.
_BARE = re.compile(r"\s*\d+(?:\.\d*)?\s*")


def _rate(said: float | str | None) -> float | None:
    """Requests per second."""
    if said is None:
        return None
    try:
        return parse_number(said.replace("/s", " 1/s"), "1/s") if isinstance(said, str) and not _BARE.fullmatch(said) else float(said)
    except InputError:
        raise InputError(Fault(say('got "{said}"; expected requests per second, such as 20/s', said=said), path="--rate")) from None


def parts_in(said: str | Mapping[str, int] | None) -> dict[str, int]:
    """Parts of a layout as in `tp=8,ep=32`. Raises InputError with all faults."""
    if said is None:
        return {}
    pairs = [part.partition("=")[::2] for part in said.split(",")] if isinstance(said, str) else [(k, f"{v}") for k, v in said.items()]
    faults = [
        Fault(say('got "{name}"{near}; expected some of {parts}, as in tp=8',
                  name=name.strip(), near=did_you_mean(name.strip(), PARTS), parts=", ".join(PARTS)), path="--layout")
        for name, _ in pairs if name.strip() not in PARTS
    ] + [
        Fault(say('got {name}="{value}"; expected a whole number of at least 1', name=name.strip(), value=value), path="--layout")
        for name, value in pairs if name.strip() in PARTS and not (value.strip().isdigit() and int(value) >= 1)
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    return {name.strip(): int(value) for name, value in pairs}
