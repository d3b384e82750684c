"""The API's plan of a programme: what may be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import Field

from stargauge.web.api_parameters import DAY, WHOLE, YES_OR_NO, Maybe, Plain, Text
from stargauge.web.api_routes import answers

#: How many worlds a plan is made for at least and at most, and unless told otherwise.
LEAST_WORLDS, MOST_WORLDS, USUAL_WORLDS = 2, 200, 50

Target = Annotated[
    Sequence[Text],
    Query(
        max_length=8,
        description="What has to be there and by when, such as `10 GW by 2029-12-31`, or in the claim language; all that was announced "
        "where left out; repeatable.",
    ),
]
AsClaimed = Annotated[Sequence[Text], Query(max_length=8, description="The amount and day of a claim, `ID` or `ID/READING`; repeatable.")]
Probability = Annotated[Maybe[Text], Query(description="With which each target is kept, such as `90 %` or `0.9`; 80 % where left out.")]
Goal = Annotated[
    Literal["cost", "capacity", "emissions", "wait"],
    Query(description="Least cost, most capacity by the day, least CO2e, or the latest start of work."),
]
Means = Annotated[
    Maybe[Literal["cash", "committed", "announced", "financeable", "liquidity"]],
    Query(description="Each party within its means, of this kind."),
]
CarbonPrice = Annotated[Maybe[Text], Query(description="A price on CO2e as a part of the cost, such as `100 USD/tCO2e`.")]


def _at_most(what: str) -> Any:
    """A limit, `AMOUNT` or `NAME=AMOUNT`, which may be asked for several names."""
    return Query(max_length=24, description=f"{what}; no limit where left out; repeatable.")


Money = Annotated[Sequence[Text], _at_most("Capital at most, in all `300 bn USD` or of a year `2028=120 bn USD`")]
Emissions = Annotated[Sequence[Text], _at_most("CO2e at most, in all (`80 Mt`) or per energy (`300 kg/MWh`)")]
Water = Annotated[Sequence[Text], _at_most("Water of a site in a year at most, `2 bn L` or `abilene=2 bn L`")]
Land = Annotated[Sequence[Text], _at_most("Land of a site at most, such as `2000 acres`")]
Gas = Annotated[Sequence[Text], _at_most("Gas burnt in a year at most (energy of the gas), such as `200 TWh`")]
Grid = Annotated[Sequence[Text], _at_most("Power that a site draws from the grid at most, such as `abilene=1 GW`")]
Pool = Annotated[Sequence[Text], _at_most("What a market gives in a year at most, such as `transformers=2 GW/yr`")]
Crew = Annotated[Sequence[Text], _at_most("Buildings that go up at once or are begun in a month at most")]
Deliveries = Annotated[Sequence[Text], _at_most("Accelerators delivered in a month at most, in all or of a chip")]
Least = Annotated[Sequence[Text], _at_most("IT power that a site gets at least where anything new is built, such as `500 MW`")]
Powers = Annotated[
    Sequence[Text],
    Query(alias="power", max_length=12, description="What may power a site, such as `gas-engine`; all where left out; repeatable."),
]
Chips = Annotated[
    Sequence[Text],
    Query(alias="chip", max_length=12, description="Accelerators to choose from; the newest four generations where left out; repeatable."),
]
Further = Annotated[bool, YES_OR_NO, Query(description="Also buildings beyond those of the file, like the last of their site.")]
StartFrom = Annotated[Maybe[date], DAY, Query(description="No work begins before that day; the knowledge date where left out.")]
Worlds = Annotated[
    int, Field(ge=LEAST_WORLDS, le=MOST_WORLDS), WHOLE, Query(description="Worlds that the plan is made for; more are slower and steadier.")
]


@answers("/programmes/{programme}/plan", "stargauge plan PROGRAMME --json")
async def plan(
    ask: Plain, target: Target = (), claim: AsClaimed = (), probability: Probability = None, goal: Goal = "cost", means: Means = None,
    carbon_price: CarbonPrice = None, money: Money = (), emissions: Emissions = (), water: Water = (), land: Land = (), gas: Gas = (),
    grid: Grid = (), pool: Pool = (), crew: Crew = (), deliveries: Deliveries = (), least: Least = (), powers: Powers = (),
    chips: Chips = (), further: Further = True, start_from: StartFrom = None, worlds: Worlds = USUAL_WORLDS,
) -> Response:  # fmt: skip
    """What would work. The build that keeps targets with a probability, its cost, what binds, what insisting costs, what can wait.

    Amounts are texts with their unit. Where nothing keeps all targets and limits, `status` is `impossible`, and `conflict` says which
    cannot be kept together and what would do. It takes a minute or two.
    """
    return await ask(
        "plan", target=target, claim=claim, probability=probability, goal=goal, means=means, carbon_price=carbon_price, money=money,
        emissions=emissions, water=water, land=land, gas=gas, grid=grid, pool=pool, crew=crew, deliveries=deliveries, least=least,
        power=powers, chip=chips, further=further, start_from=start_from, worlds=worlds,
    )  # fmt: skip
