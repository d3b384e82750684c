"""What is asked of a plan by a form or by the API, as `api.plan` takes it; and the same for the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.web.view import View

if TYPE_CHECKING:
    from stargauge.plan.build_order.told.answer import ProgrammePlan

#: What may feed a site, each a tick box of its own, so that an address says it without a list.
TICKS = {name: f"use-{name}" for name in ("stated", "grid", "gas-engine", "gas-turbine", "combined-cycle", "fuel-cell", "bridge", "file")}
#: What is handed on as it is written, what is a list of texts, and parameters that Python and the command line name otherwise.
_AS_WRITTEN = ("probability", "goal", "means", "carbon_price", "further", "start_from", "worlds")
LIMITS = ("money", "emissions", "gas", "land", "water", "grid", "pool", "crew", "deliveries", "least")
#: What a form asks in one field as it is written, and all of its fields beside amount and day.
WRITTEN = ("probability", "goal", "carbon_price", "claim", "means", "start_from")
FIELDS = ("amount", "by", *WRITTEN, *LIMITS, "chips", "no_further", *TICKS.values())
_LISTS = {"target": "target", "claim": "claim", "power": "powers", "chip": "chips", **{name: name for name in LIMITS}}
_PARAMETERS = {"with_probability": "probability", "powers": "power", "chips": "chip"}
_OPTION = re.compile(r"--(?=[a-z])")


def plan_of(view: View, **asked: Any) -> ProgrammePlan:
    """What `api.plan` says of the programme, made once for a question."""
    from stargauge import api

    run = view.asked

    def make() -> ProgrammePlan:
        return api.plan(view.programme, as_of=run.day, draws=run.draws, seed=run.seed, progress=view.progress, **asked)

    return view.kept("plan", make, repr(sorted(asked.items())))  # type: ignore[no-any-return]


def asked_plan(asks: Mapping[str, str]) -> dict[str, Any]:
    """What a form asks, as `api.plan` takes it; nothing of what is left empty; several limits of a kind with `;` between. Raises InputError
    for half a target.
    """
    told = {name: text.strip() for name, text in asks.items() if text.strip()}
    amount, by, goal = told.get("amount", ""), told.get("by", ""), told.get("goal", "cost")
    if amount and not by:
        raise InputError(Fault(say("an amount needs the day by which it is asked"), "by"))
    if by and not amount and goal != "capacity":
        raise InputError(Fault(say("a day needs an amount such as 10 GW; only the goal “most capacity” looks for the amount"), "amount"))
    made: dict[str, Any] = {name: told[name] for name in WRITTEN if name in told}
    made |= {"target": f"{amount} by {by}".strip()} if by else {}
    made |= {name: parts for name in LIMITS if (parts := _parts(told.get(name, ""), ";"))}
    powers = [name for name, field in TICKS.items() if is_set(told.get(field, ""))]
    made |= {"chips": chips} if (chips := _parts(told.get("chips", ""), ",")) else {}
    made |= {"further": False} if is_set(told.get("no_further", "")) else {}
    return made | ({"powers": powers} if powers else {})


def _parts(text: str, between: str) -> list[str]:
    return [part.strip() for part in text.split(between) if part.strip()]


def is_set(text: str) -> bool:
    """Whether a tick box is ticked, as an address says it."""
    return text.strip().lower() in ("1", "true", "on")


def of_api(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the parameters of the API ask; a list that is left out is None."""
    return {name: asked[name] for name in _AS_WRITTEN} | {name: list(asked[key]) or None for key, name in _LISTS.items()}


def plainly(error: InputError) -> list[Fault]:
    """The faults of a question without the dashes of a command line's options."""
    return [replace(fault, message=_OPTION.sub("", fault.message), path=fault.path.removeprefix("--")) for fault in error.faults]


def parameters_of(error: InputError) -> list[Fault]:
    """The same, each at the parameter of the API that it is about."""
    told = [(fault, fault.path.replace("-", "_")) for fault in plainly(error)]
    return [replace(fault, path=_PARAMETERS.get(path, path)) for fault, path in told]


def command(view: View, asked: Mapping[str, Any]) -> str:
    """The same question for the command line."""
    run = view.asked
    parts = ["stargauge", "plan", run.programme, "--as-of", str(run.day), "--draws", str(run.draws), "--seed", str(run.seed)]
    parts += ["--scenario", run.scenario] if run.scenario else []
    for one in run.laid:
        parts += ["--set", one]
    for name in ("target", "claim", "probability", "goal", "means", "carbon_price", "start_from"):
        option = "with-probability" if name == "probability" else name.replace("_", "-")
        parts += [f"--{option}", str(asked[name])] if name in asked else []
    for name in LIMITS:
        for one in asked.get(name, ()):
            parts += [f"--{name}", one]
    for name in ("powers", "chips"):
        parts += [f"--{name}", ",".join(asked[name])] if name in asked else []
    return shlex.join([*parts, *(["--no-further"] if asked.get("further") is False else [])])
