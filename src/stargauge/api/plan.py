"""What would work: the cheapest build of a programme that keeps what is asked, with a promise that the ordinary run confirms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from stargauge.api.programmes import Progress, known, load
from stargauge.catalogue.load import Catalogue
from stargauge.plan.build_order.answer import ProgrammePlan
from stargauge.plan.build_order.asked import Wanted, wanted
from stargauge.plan.build_order.limits import Bound, read_limits
from stargauge.plan.build_order.planning import Planning, Steps, Told
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError

DRAWS = 1024
MOST_WORLDS, MOST_DRAWS = 500, 16_384
Texts = str | Sequence[str] | None


def plan(
    programme: str | Path | Programme = "stargate", *, target: Texts = None, claim: Texts = None, probability: str | float | None = None,
    goal: str = "cost", money: Texts = None, emissions: Texts = None, gas: Texts = None, land: Texts = None, water: Texts = None,
    grid: Texts = None, pool: Texts = None, crew: Texts = None, deliveries: Texts = None, least: Texts = None, means: str | None = None,
    powers: Sequence[str] | None = None, chips: Sequence[str] | None = None, further: bool = True, start_from: date | str | None = None,
    worlds: int = 50, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, beside: bool = True,
    values: Catalogue | None = None, progress: Progress | None = None, told: Told | None = None,
) -> ProgrammePlan:  # fmt: skip
    """The build of a programme that costs least, or is best by another goal, and keeps each target with a probability.

    `target`: `10 GW by 2029-12-31`, `2 GW IT at SITE by 2028`, `20 million H100e by 2030` or a reading; `claim`: the amount and day of one;
    left out, the announcement is the target, by the earliest month that it can be had. `probability`: `90 %`. `goal`: cost, capacity,
    emissions or wait. Limits are at most `AMOUNT`, or `NAME=AMOUNT` of a year, site, pool or chip; `means`: parties stay within these.
    `beside`: also what binds, other days, insisting and waiting. Same programme, day, seed, draws and worlds: same plan.

    Raises InputError with every fault of what is asked. Where nothing keeps it the answer says so, and what is in conflict.
    """
    if find_spec("highspy") is None:
        raise InputError("to plan a programme needs the extra `plan` (highspy is missing): pip install 'stargauge[plan]'")
    made = load(programme)
    now = known(made, as_of, values)
    texts = {"money": money, "emissions": emissions, "gas": gas, "land": land, "water": water, "grid": grid, "pool": pool, "crew": crew,
             "chips": deliveries, "least": least}  # fmt: skip
    asked, bounds = _asked(
        now, texts, worlds, draws,
        partial(wanted, now, target=target, claim=claim, probability=probability, goal=goal, powers=powers, chips=chips, further=further,
                start_from=start_from),
    )  # fmt: skip
    return Planning(made, now, asked, bounds, means, worlds, draws, seed, beside, Steps(progress, told)).answer()


def _asked(
    now: Known, limits: Mapping[str, Texts], worlds: int, draws: int, read: Callable[[], Wanted]
) -> tuple[Wanted, tuple[Bound, ...]]:
    """What is asked, with its limits. Raises InputError with every fault of all of it."""
    faults, asked, bounds = list[Fault](), None, tuple[Bound, ...]()
    try:
        asked = read()
    except InputError as error:
        faults += error.faults
    try:
        bounds = read_limits({name: _texts(given) for name, given in limits.items() if _texts(given)}, now)
    except InputError as error:
        faults += [Fault(one.message, {"chips": "deliveries"}.get(one.path, one.path)) for one in error.faults]
    if not 2 <= worlds <= MOST_WORLDS:
        faults.append(Fault(f"got {worlds}; expected 2 to {MOST_WORLDS} worlds", "worlds"))
    if not worlds <= draws <= MOST_DRAWS:
        faults.append(Fault(f"got {draws:,}; expected as many draws as worlds, {worlds}, to {MOST_DRAWS:,}", "draws"))
    if faults or asked is None:
        raise InputError(faults)
    return asked, bounds


def _texts(given: Texts) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())
