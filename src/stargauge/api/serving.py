"""How a model is best served by a chip: layout, load, speed, cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from stargauge.api.programmes import catalogue
from stargauge.audit.serving import Option, ServingAnswer, notes_of, spread_of, standing_of
from stargauge.audit.serving_cost import power_of, price_of
from stargauge.catalogue.load import Catalogue, KnownCatalogue
from stargauge.catalogue.machines import machine_of, transformer_of
from stargauge.catalogue.serving_fit import published_type, shipped_serving_fit
from stargauge.plan.serving import answer as told
from stargauge.plan.serving.demand import Demand, checked
from stargauge.plan.serving.layouts import PARTS
from stargauge.plan.serving.limits import why_not
from stargauge.plan.serving.rows import Case
from stargauge.plan.serving.search import Search, refined, searched
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import ServingTypes
from stargauge.quantity.compute.serving_types import serving_types, usual_precision
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.units import parse_number

Made = TypeVar("Made")


def infer(
    model: str | Transformer, chip: str, *, ttft: float | str | None = None, tpot: float | str | None = None, ttft_of: str = "p99",
    input: int = 1024, output: int = 1024, accelerators: int | None = None, dtype: str | None = None, concurrency: float | None = None,
    rate: float | str | None = None, prefix_hits: float = 0.0, speculative: float = 1.0, disaggregated: bool | None = None,
    layout: str | Mapping[str, int] | None = None, software: float | str | date | None = None, price_per_hour: float | None = None,
    utilisation: float | None = None, as_of: date | None = None, values: Catalogue | None = None,
) -> ServingAnswer:  # fmt: skip
    """The layout and the load with which a model gives most output tokens per accelerator under limits on their time.

    `model`, `chip`: any unique beginning of a name in the catalogue. `ttft`, `tpot`: most seconds to the first token (`ttft_of`: mean, p50
    or p99 of requests that come at random) and per further token, as numbers or as `2s`, `20ms`. `concurrency`: users who ask again as
    soon as they are answered; `rate`: requests per second at random (`20/s`); without either the highest load under the limits is looked
    for. `prefix_hits`: share of a prompt's tokens found in a cache; `speculative`: tokens that a pass gives a request. `disaggregated`:
    prompts on accelerators of their own, not, or (None) whichever is better. Raises InputError with every fault, or with the limits that
    nothing keeps and the nearest that something does.
    """
    known = (values or catalogue()).known(as_of or date.today())
    faults: list[Fault] = []
    first, each = (_kept(faults, lambda one=one, path=path: _seconds(one, path)) for one, path in ((ttft, "--ttft"), (tpot, "--tpot")))  # type: ignore[misc]
    asked_rate = _kept(faults, lambda: _rate(rate))
    demand = Demand(input, output, prefix_hits, speculative, first, ttft_of, each, concurrency, asked_rate, accelerators, disaggregated)
    _kept(faults, lambda: checked(demand))
    fixed = _kept(faults, lambda: parts_in(layout))
    shape = model if isinstance(model, Transformer) else _kept(faults, lambda: transformer_of(known, model), "--model")
    machine = _kept(faults, lambda: machine_of(known, f"{max(accelerators or 1, 1)}x{chip}", software), "--chip")
    types, chosen = None, None
    if shape is not None and machine is not None:
        published = "" if isinstance(model, Transformer) else published_type(known, shape.name)
        chosen = None if dtype else published or usual_precision(machine.chip)
        types = _kept(faults, lambda: serving_types(dtype or chosen or "", shape, machine.chip), "--dtype")
    if faults or shape is None or machine is None or types is None:
        raise InputError(faults)
    case = Case(shape, machine, demand, shipped_serving_fit(), types)
    found = searched(case, fixed)
    if not found.good.any():
        raise why_not(found)
    others = told.by_type(case, _types(case), fixed or {})
    return _answer(known, case, found, others, price_per_hour, utilisation, chosen)


#: Types of weights that an answer is compared over, where the chip has products in them.
_COMPARED = {"bf16": "bf16", "fp8": "fp8", "fp4": "nvfp4"}


def _types(case: Case) -> dict[str, ServingTypes]:
    """The types that the chip has, and the one that is taken."""
    model, chip = case.model, case.machine.chip
    made = {name: serving_types(name, model, chip) for peak, name in _COMPARED.items() if peak in chip.peaks}
    return made if case.types in made.values() else {**made, case.types.blocks: case.types}


def _answer(
    known: KnownCatalogue, case: Case, found: Search, others: list[dict[str, Any]], per_hour: float | None, utilisation: float | None,
    chosen: str | None,
) -> ServingAnswer:  # fmt: skip
    one = refined(found)
    best = told.option_of(one, 0)
    asked, chip = case.demand, case.machine.chip
    share = best.busy if best.prompt_layout is None else best.prompt_servers * best.prompt_layout.accelerators / best.accelerators
    tokens = (float(asked.prompt), float(asked.answer))
    return ServingAnswer(
        model={"name": case.model.name, "parameters": case.model.parameters, "active_parameters": case.model.active_parameters},
        chip={"name": chip.name, "title": chip.title, "domain": chip.domain, "peaks": dict(chip.peaks), "memory": chip.memory},
        types=case.types._asdict(),
        software=case.machine.software,
        demand=told.demand_told(asked),
        best=best,
        others={"together": told.best_of_kind(found, False), "apart": told.best_of_kind(found, True)},
        interval=_interval(case.fit, best),
        step=told.step_parts(case, best),
        prompt=told.prompt_parts(case, best),
        memory=told.memory_parts(case, best, float(found.slots[int(one.rows.place[0])])),
        binds=told.binding(found, best),
        gains=told.gains(case, best),
        by_type=others,
        front=told.front_of(found),
        looked_at={"layouts": found.layouts.many, "points": len(found.rows.rate)},
        fit={
            "source": case.fit.source,
            "spread": case.fit.spread,
            "spread_between": case.fit.spread_between,
            "spread_first": case.fit.spread_first,
        },
        price=price_of(known, chip, best, tokens, share, case.fit.spread, per_hour, utilisation),
        power=power_of(known, chip, best.accelerators),
        notes=[
            *standing_of(known, case.model.name, chip.name),
            *notes_of(told.demand_told(asked), best, chosen, case.types.blocks, case.fit.source),
        ],
    )


def _interval(fit: ServingFit, best: Option) -> dict[str, dict[str, float]]:
    """P10, P50, P90 of what is predicted, from how far predictions of groups that the fit has not seen lie off."""
    wide, each, first = (float(fit.interval(1.0, spread).p90) for spread in (fit.spread, fit.spread_between, fit.spread_first))
    told_of = {
        "per_accelerator": (best.per_accelerator, wide), "per_user": (best.per_user, each), "each": (best.each, each),
        **{f"first_{name}": (value, first) for name, value in best.first.items()},
    }  # fmt: skip
    return {name: spread_of(middle, factor) for name, (middle, factor) in told_of.items()}


def _kept(faults: list[Fault], make: Callable[[], Made], path: str = "") -> Made | None:
    """What is made, or None with its faults kept with the others, under the option that they are of."""
    try:
        return make()
    except InputError as error:
        faults += [fault if fault.path else Fault(fault.message, path) for fault in error.faults]
        return None


def _seconds(said: float | str | None, path: str) -> float | None:
    """A time in seconds."""
    try:
        return None if said is None else parse_number(said, "s") if isinstance(said, str) else float(said)
    except InputError:
        raise InputError(Fault(f'got "{said}"; expected a time such as 2s or 20ms', path=path)) from None


def _rate(said: float | str | None) -> float | None:
    """Requests per second."""
    if said is None:
        return None
    try:
        return parse_number(f"{said}".replace("/s", " 1/s"), "1/s") if isinstance(said, str) else float(said)
    except InputError:
        raise InputError(Fault(f'got "{said}"; expected requests per second, such as 20/s', path="--rate")) from None


def parts_in(said: str | Mapping[str, int] | None) -> dict[str, int]:
    """Parts of a layout as in `tp=8,ep=32`. Raises InputError with all faults."""
    if said is None:
        return {}
    pairs = [part.partition("=")[::2] for part in said.split(",")] if isinstance(said, str) else [(k, f"{v}") for k, v in said.items()]
    faults = [
        Fault(f'got "{name.strip()}"{did_you_mean(name.strip(), PARTS)}; expected some of {", ".join(PARTS)}, as in tp=8', path="--layout")
        for name, _ in pairs if name.strip() not in PARTS
    ] + [
        Fault(f'got {name.strip()}="{value}"; expected a whole number of at least 1', path="--layout")
        for name, value in pairs if name.strip() in PARTS and not (value.strip().isdigit() and int(value) >= 1)
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    return {name.strip(): int(value) for name, value in pairs}
