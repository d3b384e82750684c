"""What would work: the cheapest build of a programme that keeps what is asked, with a promise that the ordinary run confirms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from stargauge.api.programmes import Progress, known, load
from stargauge.catalogue.load import Catalogue
from stargauge.plan.build_order.asked import Wanted, texts_of, wanted
from stargauge.plan.build_order.case.limits import EXAMPLES, Bound, read_limits
from stargauge.plan.build_order.funding.funds import MEANS
from stargauge.plan.build_order.planning import Planning
from stargauge.plan.build_order.told.answer import ProgrammePlan
from stargauge.plan.build_order.told.steps import Steps, Told
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

DRAWS = 1024
MOST_WORLDS, MOST_DRAWS = 500, 16_384
Texts = str | Sequence[str] | None
#: Limits that are asked for by another name.
_OPTIONS = {"chips": "deliveries"}


def plan(
    programme: str | Path | Programme = "stargate", *, target: Texts = None, claim: Texts = None, probability: str | float | None = None,
    goal: str = "cost", money: Texts = None, emissions: Texts = None, gas: Texts = None, land: Texts = None, water: Texts = None,
    grid: Texts = None, pool: Texts = None, crew: Texts = None, deliveries: Texts = None, least: Texts = None, means: str | None = None,
    carbon_price: str | None = None, powers: Sequence[str] | None = None, chips: Sequence[str] | None = None, further: bool = True,
    start_from: date | str | None = None,
    worlds: int = 50, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, beside: bool = True,
    values: Catalogue | None = None, progress: Progress | None = None, told: Told | None = None,
) -> ProgrammePlan:  # fmt: skip
    """The build of a programme that costs least, or is best by another goal, and keeps each target with a probability.

    `target`: `10 GW by 2029-12-31`, `2 GW IT at SITE by 2028`, `20 million H100e by 2029` or a reading; `claim`: the amount and day of one;
    left out, the announcement is the target, by the earliest month that it can be had. `probability`: `90 %`. `goal`: cost, capacity,
    emissions or wait; `carbon_price`: `100 USD/tCO2e`, part of the cost. Limits are at most `AMOUNT`, or `NAME=AMOUNT` of a year, site,
    pool or chip; `means`: parties stay within these.
    `beside`: also what binds, other days, insisting and waiting. Same programme, day, seed, draws and worlds: same plan.

    Raises InputError with every fault of what is asked. Where nothing keeps it the answer says so, and what is in conflict.
    """
    if find_spec("highspy") is None:
        raise InputError(say("to plan a programme needs the extra `plan` (highspy is missing): pip install 'stargauge[plan]'"))
    made = load(programme)
    now = known(made, as_of, values)
    texts = {"money": money, "emissions": emissions, "gas": gas, "land": land, "water": water, "grid": grid, "pool": pool, "crew": crew,
             "chips": deliveries, "least": least}  # fmt: skip
    asked, bounds = _asked(
        now, texts, means, worlds, draws,
        partial(wanted, now, target=target, claim=claim, probability=probability, goal=goal, powers=powers, chips=chips, further=further,
                start_from=start_from, carbon_price=carbon_price),
    )  # fmt: skip
    return Planning(made, now, asked, bounds, means, worlds, draws, seed, beside, Steps(progress, told)).answer()


def _asked(
    now: Known, limits: Mapping[str, Texts], means: str | None, worlds: int, draws: int, read: Callable[[], Wanted]
) -> tuple[Wanted, tuple[Bound, ...]]:
    """What is asked, with its limits. Raises InputError with every fault of all of it."""
    faults, asked, bounds = list[Fault](), None, tuple[Bound, ...]()
    try:
        asked = read()
    except InputError as error:
        faults += error.faults
    texts = dict[str, list[str]]()
    for name, given in limits.items():
        try:
            texts |= {name: found} if (found := texts_of(given, EXAMPLES[name])) else {}
        except InputError as error:
            faults += [Fault(one.message, _OPTIONS.get(name, name)) for one in error.faults]
    try:
        bounds = read_limits(texts, now)
    except InputError as error:
        faults += [Fault(one.message, _OPTIONS.get(one.path, one.path)) for one in error.faults]
    if means is not None and means not in MEANS:
        faults.append(
            Fault(
                say(
                    'there are no means "{means}"{near} (all: {known})',
                    means=means,
                    near=did_you_mean(str(means), MEANS),
                    known=", ".join(MEANS),
                ),
                "means",
            )
        )
    if not all(isinstance(one, int) for one in (worlds, draws)):
        raise InputError(
            [
                *faults,
                Fault(
                    say(
                        "got {worlds!r} worlds and {draws!r} draws; expected whole numbers, such as 50 and 1024", worlds=worlds, draws=draws
                    )
                ),
            ]
        )
    if not 2 <= worlds <= MOST_WORLDS:
        faults.append(Fault(say("got {worlds}; expected 2 to {most} worlds", worlds=worlds, most=MOST_WORLDS), "worlds"))
    if not worlds <= draws <= MOST_DRAWS:
        faults.append(
            Fault(
                say(
                    "got {draws:,}; expected as many draws as worlds, {worlds}, to {most:,}",
                    draws=draws,
                    worlds=worlds,
                    most=MOST_DRAWS,
                ),
                "draws",
            )
        )
    if faults or asked is None:
        raise InputError(faults)
    return asked, bounds
