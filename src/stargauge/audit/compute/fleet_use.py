"""What a fleet serves and trains, year by year, beside what today's users need: tokens, users, power, runs; and what that rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.compute.rate_use import serving_command, training_command
from stargauge.catalogue.load import KnownCatalogue
from stargauge.engine.result import Result
from stargauge.engine.series import plain
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_end
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import OURS, Estimate, Statement

#: What stands in a row of a year, besides the runs of the model that is trained.
YEARLY = (
    "accelerators", "compute_h100e", "inference_tokens_per_day", "inference_users_served", "inference_demand_covered",
    "inference_accelerators_needed", "inference_power_it_needed", "inference_power_facility_needed", "inference_power_it",
    "inference_power_facility", "inference_breakeven_tokens",
)  # fmt: skip
COVERED = "inference_demand_covered"
#: What today's demand is made of, and what it comes to; and what of a fleet's time and speed is taken.
DEMAND = ("weekly_users", "messages_per_user_week", "tokens_per_message", "tokens_per_user_day", "inference_demand_tokens")
SUPPLY = ("inference_share", "serving_utilisation", "serving_peak_factor", "training_share")
#: Where the catalogue has the users of the largest service over time, and of which accelerators one large job is.
_USERS, JOB = ("usage", "chatgpt", "weekly_users"), ("usage", "training-job", "accelerator")
#: Services whose companies say what a message takes.
_SERVICES, _ENERGY = ("chatgpt", "google-gemini"), "energy_per_message"
_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def of_model(model: str) -> tuple[str, ...]:
    """What a run must give of the model that is trained, by month; `of_job`: once."""
    return tuple(f"{name}[{model}]" for name in ("training_tokens_per_day", "training_runs_per_year", "training_fleet_days"))


def of_job(model: str) -> tuple[str, ...]:
    """The same of one run on one large job."""
    return (f"training_days[{model}]", f"training_step_time[{model}]", "training_job_accelerators")


def of_chips(model: str, chips: Sequence[str]) -> tuple[str, ...]:
    """What each generation reaches while it serves and while it trains the model."""
    return tuple(f"{name}{labels}]" for chip in chips for name, labels in _rates(model, chip))


def _rates(model: str, chip: str) -> tuple[tuple[str, str], ...]:
    return ("accelerator_throughput", f"[{chip}"), ("training_utilisation", f"[{chip}, {model}")


def year_ends(known: Known) -> tuple[date, ...]:
    """The last days of the years from the knowledge date's on, within the clock; of a clock that is over, its last month."""
    ends = tuple(month for month in known.months if month.month == 12 and month.year >= known.as_of.year)
    return ends or (known.months[-1],)


def years(result: Result, ends: Sequence[date], model: str) -> list[dict[str, Any]]:
    """Levels of everything at the end of each year, and in which share of the worlds today's demand is covered then."""
    return [
        {"date": str(month_end(end)), "covered": _share(result, end),
         "values": {address: _at(result, address, end) for address in (*YEARLY, *of_model(model))}}
        for end in ends
    ]  # fmt: skip


def _share(result: Result, end: date) -> float | None:
    values = result[COVERED].at(end).values
    held = values[np.isfinite(values)]
    return plain(np.mean(held >= 1.0)) if len(held) else None


def _at(result: Result, address: str, end: date) -> dict[str, Any]:
    found = result[address].at(end).quantiles(tuple(_LEVELS.values()))
    return {"unit": result[address].unit, **{name: plain(found[level]) for name, level in _LEVELS.items()}}


def covered_from(result: Result) -> dict[str, str | None]:
    """The first month at whose end the demand is covered in half and in nine of ten worlds; None where it never is."""
    series = result[COVERED]
    found = series.quantiles((0.1, 0.5))
    return {name: _first(series.months, found[level]) for name, level in (("half", 0.5), ("nine_of_ten", 0.1))}


def _first(months: Sequence[str], values: Any) -> str | None:
    return next((month for month, value in zip(months, values, strict=True) if np.isfinite(value) and value >= 1.0), None)


def demand(known: Known, result: Result) -> dict[str, Any]:
    """Today's users and what they take, each with who says so, and the users that the service named before."""
    return {"parts": {name: _part(known, result, name) for name in DEMAND}, "history": _history(known)}


def supply(known: Known, result: Result) -> dict[str, Any]:
    """The shares of the fleet's time and speed that serve and train, each with who says so."""
    return {name: _part(known, result, name) for name in SUPPLY}


def _part(known: Known, result: Result, name: str) -> dict[str, Any]:
    made = result.inputs.get(name)
    basis = _basis(known, made.estimates[0]) if made is not None else {"basis": "computed"}
    return {**_whole(result, name), **basis}


def _whole(result: Result, address: str) -> dict[str, Any]:
    """An address that has no months."""
    found = result[address].quantiles(tuple(_LEVELS.values()))
    return {"unit": result[address].unit, **{name: plain(found[level]) for name, level in _LEVELS.items()}}


def _basis(known: Known, estimate: Estimate) -> dict[str, Any]:
    """Whether a value is stated, an assumption of ours or of the file's, and who says it."""
    said = estimate.statements[0] if estimate.statements else None
    assumed = estimate.kind == "assumed" or (said is not None and said.source == OURS)
    return {"basis": "assumed" if assumed or said is None else "stated", **(_said(known, said) if said else {}),
            "hindsight": str(estimate.hindsight) if estimate.hindsight else None}  # fmt: skip


def _said(known: Known, statement: Statement) -> dict[str, Any]:
    source = known.catalogue.catalogue.sources.get(statement.source)
    return {
        "text": statement.text, "note": statement.note, "publisher": source.publisher if source else "",
        "as_of": str(statement.as_of or ""), "path": statement.path,
    }  # fmt: skip


def energy_per_message(known: Known, result: Result, when: date) -> dict[str, Any]:
    """Wh per message of the power that today's users need, with the peak of a day, over their messages; and what services say of theirs."""
    messages = result["weekly_users"].values * result["messages_per_user_week"].values / (7.0 * 24.0)
    made = {"unit": "Wh"}
    for name, address in (("it", "inference_power_it_needed"), ("facility", "inference_power_facility_needed")):
        each = result[address].at(when).values / messages
        held = each[np.isfinite(each)]
        made[name] = {level: plain(np.quantile(held, q)) if len(held) else None for level, q in _LEVELS.items()}  # type: ignore[assignment]
    return {**made, "stated": [_stated_energy(known, name) for name in _SERVICES if known.catalogue.said("usage", name, _ENERGY)]}


def _stated_energy(known: Known, service: str) -> dict[str, Any]:
    (said, *_) = known.catalogue.said("usage", service, _ENERGY)
    return {"service": service, "wh": float(known.catalogue.estimate("usage", service, _ENERGY, "Wh").value), **_said(known, said)}  # type: ignore[arg-type]


def _history(known: Known) -> list[dict[str, Any]]:
    """The users that were stated by the knowledge date, in the order of what they speak for."""
    rows = [row.statement for row in known.catalogue.rows_of(_USERS[0]) if (row.kind, row.name, row.attribute) == _USERS]
    ranked = sorted(rows, key=lambda one: one.as_of.end if one.as_of else date.min)
    return [
        {"as_of": str(one.as_of or ""), "known_from": str(one.known_from or ""), "users": _number(one.value), **_publisher(known, one)}
        for one in ranked
    ]


def _number(value: Any) -> Any:
    return plain(np.float64(value.quantile(0.5) if isinstance(value, Distribution) else value))


def _publisher(known: Known, statement: Statement) -> dict[str, str]:
    return {"publisher": _said(known, statement)["publisher"]}


def chips(known: Known, result: Result, model: str, served: str, named: Sequence[str]) -> list[dict[str, Any]]:
    """What each generation reaches while it serves and while it trains, each with whether that is modelled, measured or assumed."""
    places = {name: known.axes["model"].index(name) for name in (model, served)}

    def shown(made: dict[str, Any], command: Callable[[KnownCatalogue, str, str], str], of: str, chip: str) -> dict[str, Any]:
        return {**made, "command": command(known.catalogue, of, chip)} if made["basis"] == "modelled" else made

    return [
        {"chip": chip,
         "output_tokens_per_s": {**_whole(result, f"accelerator_throughput[{chip}]"),
                                 **shown(_rate_basis(known, result, "inference_rate_p50", chip, places[served]), serving_command, served,
                                         chip)},
         "mfu": {**_whole(result, f"training_utilisation[{chip}, {model}]"),
                 **shown(_rate_basis(known, result, "training_utilisation_p50", chip, places[model]), training_command, model, chip)}}
        for chip in named
    ]  # fmt: skip


def _rate_basis(known: Known, result: Result, name: str, chip: str, place: int) -> dict[str, Any]:
    """What a rate rests on: modelled for the use, measured somewhere, assumed, or (serving alone) taken from memory bandwidth."""
    estimate = result.inputs[name].estimates[known.axes["chip"].index(chip) * len(known.axes["model"]) + place]
    if not estimate.statements:
        return {"basis": "bandwidth"}
    made = _basis(known, estimate)
    modelled = estimate.statements[0].path.startswith("catalogue/rate/")
    return {**made, "basis": "assumed" if made["basis"] == "assumed" else "modelled" if modelled else "measured"}


def job(known: Known, result: Result, model: str) -> dict[str, Any]:
    """One run of the model on one large job: how many of which accelerators, days and seconds per step."""
    days, step, accelerators = of_job(model)
    return {
        "chip": known.catalogue.text(*JOB), "accelerators": _part(known, result, accelerators), "days": _whole(result, days),
        "step": _whole(result, step),
    }  # fmt: skip
