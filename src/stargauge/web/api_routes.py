"""The API: the same answers as JSON, each under an address that says what is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from stargauge.api.schemas import answer_content
from stargauge.web.api_parameters import (
    Address,
    All,
    Asker,
    AsOf,
    Bare,
    Begin,
    By,
    ByDay,
    Chip,
    Claim,
    ClaimId,
    Claims,
    Design,
    Draws,
    Emissions,
    Every,
    Form,
    From,
    Gas,
    Greenfield,
    Hourly,
    Inputs,
    InWorlds,
    Kind,
    Land,
    Load,
    MayBeBuilt,
    Messages,
    Mixes,
    Model,
    Name,
    Need,
    Number,
    OfSite,
    OfYear,
    OneNumber,
    OneSide,
    Open,
    OtherSide,
    Over,
    Pays,
    PaysFrom,
    Plain,
    Pools,
    Profile,
    Proof,
    Publisher,
    PublisherUrl,
    Quantity,
    Seed,
    Served,
    Shortfall,
    Since,
    Site,
    SiteId,
    Spare,
    SpareUnits,
    Spoken,
    SpokenInWorlds,
    To,
    Tokens,
    TwoWay,
    Url,
    Users,
    Variance,
    When,
    Years,
)
from stargauge.web.asked import DRAWS, Asked

router = APIRouter(prefix="/api")
#: With how many draws what would have to be true is looked for, as the command line does.
NEEDS_DRAWS = 4096


class Error(BaseModel):
    """One fault of what was asked: what was expected, what came."""

    message: str
    path: str = Field("", description="The parameter, or the place in a programme file.")
    file: str = ""
    line: int = 0
    column: int = 0


class Errors(BaseModel):
    """Every fault of what was asked."""

    errors: list[Error]


_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Errors, "description": "The programme's file is at fault: every fault with its place."},
    404: {"model": Errors, "description": "There is no such answer: something that is named does not exist, was not yet known on that day, "
          "or the question contradicts the record."},
    414: {"description": "The address is longer than 8 KiB.", "content": {"text/plain": {"schema": {"type": "string"}}}},
    422: {"model": Errors, "description": "A parameter is not known, has the wrong form or a value that cannot be; of limits that "
          "cannot be kept together, what each would have to be."},
    429: {"model": Errors, "description": "Too many answers asked for at once; `Retry-After` says when to come again."},
    500: {"model": Errors, "description": "Our fault."},
    503: {"model": Errors, "description": "It took too long, or too much is waiting."},
}  # fmt: skip
_OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
_TEXTS: dict[str, Any] = {
    "application/ld+json": {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}},
    "text/markdown": {"schema": {"type": "string"}},
}  # fmt: skip

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Response]])


def answers(path: str, same_as: str, content: dict[str, Any] | None = None, schema: str = "") -> Callable[[Handler], Handler]:
    """Enter a function as what answers an address; its docstring is the description. `same_as`: the command that prints the same.

    `content`: what is sent, where that is no answer as JSON; `schema`: the names of its schemas, where it has not that of the function.
    """

    def enter(handle: Handler) -> Handler:
        said = (handle.__doc__ or "").strip()
        answered = content or answer_content(*(schema or handle.__name__.strip("_").replace("_", "-")).split())
        router.add_api_route(
            path, handle, methods=["GET"], response_class=Response, summary=said.partition(".")[0], name=handle.__name__,
            description=f"{said}\n\nThe same as `{same_as}`." if same_as else said,
            responses={200: {"description": "The answer.", "content": answered}, **_FAULTS}, operation_id=handle.__name__.strip("_"),
        )  # fmt: skip
        return handle

    return enter


_P = "/programmes/{programme}"


@answers("/programmes", "")
async def programmes(ask: Bare) -> Response:
    """Every programme that can be asked for: shipped ones and those of the folder."""
    return await ask("programmes")


@answers(_P, "")
async def programme(ask: Plain) -> Response:
    """What a programme is made of: its sites, parties, claims and scenarios, by the names under which they are asked for."""
    return await ask("programme")


@answers(_P + "/check", "stargauge check PROGRAMME --json")
async def check(ask: SpokenInWorlds) -> Response:
    """What of it holds. Headline, claims with verdicts, capacity, money and jobs, what moves each claim."""
    return await ask("check")


@answers(_P + "/claims", "stargauge audit PROGRAMME --json", schema="check")
async def claims(ask: SpokenInWorlds) -> Response:
    """Every claim, every reading. Odds, margin, drivers, record."""
    return await ask("claims")


@answers(_P + "/claims/{claim}", "stargauge audit PROGRAMME --claim ID --json", schema="check")
async def claim(ask: SpokenInWorlds, claim: ClaimId) -> Response:
    """One claim with every reading."""
    return await ask("claim", claim=claim)


@answers(_P + "/odds", "stargauge odds PROGRAMME --json")
async def odds(
    ask: Plain, claim: Claim = None,
    since: From = None,
    until: To = None,
    every: Every = "month",
) -> Response:  # fmt: skip
    """A claim's odds over time, and the statements that moved them."""
    return await ask("odds", claim=claim, **{"from": since, "to": until, "every": every})


@answers(_P + "/simulate", "stargauge simulate PROGRAMME --json")
async def simulate(
    ask: InWorlds,
    quantity: Quantity = (),
) -> Response:
    """What follows, month by month, with uncertainty."""
    return await ask("simulate", quantity=quantity)


@answers(_P + "/explain", "stargauge explain ADDRESS --programme PROGRAMME --json", schema="explain explain-reading")
async def explain(ask: InWorlds, address: Address, date: When = None) -> Response:
    """Why a number, or the verdict on `CLAIM/READING`, is what it is. Formula, inputs, statements, assumptions."""
    return await ask("explain", address=address, date=date)


@answers(_P + "/changed", "stargauge explain ADDRESS --since DATE --programme PROGRAMME --json")
async def changed(ask: Plain, address: Address, since: Since, date: When = None) -> Response:
    """What changed a number, or the odds of a reading, since a day, and which statements did it."""
    return await ask("changed", address=address, since=since, date=date)


@answers(_P + "/drivers", "stargauge drivers PROGRAMME --json")
async def drivers(
    ask: InWorlds, claim: Claim = None, address: OneNumber = None,
    date: When = None,
) -> Response:  # fmt: skip
    """Which inputs move a claim's odds or a number, with intervals, groups and pairs."""
    return await ask("drivers", claim=claim, address=address, date=date)


@answers(_P + "/needs", "stargauge needs PROGRAMME --draws N --json")
async def needs(ask: InWorlds, claim: Claim = None) -> Response:
    """What would have to be true for a claim to hold, and the single change that asks least. With 4,096 draws unless told otherwise."""
    if "draws" not in ask.request.query_params:
        ask = replace(ask, asked=ask.asked.but(draws=NEEDS_DRAWS))
    return await ask("needs", claim=claim)


@answers(_P + "/together", "stargauge together PROGRAMME --json")
async def together(
    ask: InWorlds,
    claim: Claims = (),
) -> Response:
    """Which claims can hold together. Pairs, conflicts, the largest sets."""
    return await ask("together", claim=claim)


@answers(_P + "/sweep", "stargauge sweep PROGRAMME --json")
async def sweep(
    ask: Plain, over: Over = (), start: Begin = None, end: To = None, every: Every = "quarter", quantity: Quantity = (),
    claim: Claims = (), date: When = None,
) -> Response:  # fmt: skip
    """Numbers and odds under several scenarios, as known on several days. One run for each scenario on each day: this takes long."""
    return await ask("sweep", over=over, every=every, quantity=quantity, claim=claim, date=date, **{"from": start, "to": end})


@answers(_P + "/definitions", "stargauge definitions PROGRAMME --json")
async def definitions(ask: InWorlds, claim: Claim = None) -> Response:
    """Under which definitions of its words a claim holds, and which word decides."""
    return await ask("definitions", claim=claim)


@answers(_P + "/sources", "stargauge sources PROGRAMME --json")
async def sources(ask: Plain, claim: Claim = None) -> Response:
    """Which verdicts hang on one source. Each is left out in turn: this takes long."""
    return await ask("sources", claim=claim)


@answers(_P + "/schedule", "stargauge schedule PROGRAMME --json")
async def schedule(ask: InWorlds) -> Response:
    """When each site runs, and what holds it up."""
    return await ask("schedule")


@answers(_P + "/money", "stargauge money PROGRAMME --json")
async def money(
    ask: InWorlds, date: When = None,
    need: Need = (),
    pays: Pays = (),
    since: PaysFrom = None,
) -> Response:  # fmt: skip
    """Who pays, when, and whether the money is there. Gaps, policies, circles, who breaks."""
    return await ask("money", date=date, need=need, **{"if": pays, "from": since})


@answers(_P + "/finance", "stargauge finance PROGRAMME --json")
async def finance(ask: InWorlds, site: Site = None) -> Response:
    """How each site is paid for. Loans and what limits them, cover, walls, contracts, returns."""
    return await ask("finance", site=site)


@answers(_P + "/jobs", "stargauge jobs PROGRAMME --json")
async def jobs(ask: InWorlds, date: When = None, site: Site = None) -> Response:
    """Jobs by every definition, what others counted, what a claim on jobs needs to be true."""
    return await ask("jobs", date=date, site=site)


@answers(_P + "/cost", "stargauge cost PROGRAMME --json")
async def cost(ask: InWorlds, site: Site = None, chip: Chip = None) -> Response:
    """What an accelerator-hour, a megawatt-year and a million tokens cost, and rents that cover it."""
    return await ask("cost", site=site, chip=chip)


@answers(_P + "/sites", "")
async def sites(ask: InWorlds) -> Response:
    """Where the sites lie, what of each runs, what was announced there, and when it is complete. As `api.sites` in Python."""
    return await ask("sites")


@answers(_P + "/sites/{site}", "")
async def site(ask: InWorlds, site: SiteId) -> Response:
    """One site. Its phases, its power over time, what feeds it, every statement about it. As `api.site` in Python."""
    return await ask("site", site=site)


@answers(_P + "/power", "stargauge power SITE --programme PROGRAMME --json")
async def power(
    ask: Plain, site: OfSite,
    by: ByDay = None,
    load: Load = None,
    sources: MayBeBuilt = (),
    years: Years = None,
    shortfall: Shortfall = 0.0,
    emissions: Emissions = None,
    land: Land = None,
    gas: Gas = None,
    mixes: Mixes = True,
    greenfield: Greenfield = False,
) -> Response:  # fmt: skip
    """The cheapest supply of a site. Sizes, cost, what each limit costs, other mixes, a test; draws are years of failures, 256 at most.

    Amounts are texts with their unit, and what is asked too much of comes back as 422 with what would do: `load`, a facility power to
    carry (`500 MW`); `by`, the day from which (`2028-06-01`); `shortfall`, the share of the energy that may be missing (`0.001`, no unit);
    `emissions`, CO2e per energy of the load at most (`200 kg/MWh`); `land`, an area at most (`2000 acres`, `800000 m2`); `gas`, the
    energy of the gas burnt a year at most (`5 TWh`). Answers hold W, Wh, m2, g/Wh and USD, each beside its figure.
    """
    return await ask(
        "power", site=site, by=by, load=load, sources=sources, years=years, shortfall=shortfall, emissions=emissions, land=land, gas=gas,
        mixes=mixes, greenfield=greenfield,
    )  # fmt: skip


@answers(_P + "/facility", "stargauge facility SITE --programme PROGRAMME --json")
async def facility(ask: Plain, site: OfSite, design: Design = None, redundancy: Spare = "") -> Response:
    """PUE and water of a site. By month with ranges, what makes the PUE, what other designs would give; 256 draws at most."""
    return await ask("facility", site=site, design=design, redundancy=redundancy)


@answers(_P + "/hours", "stargauge hours SITE --programme PROGRAMME --json")
async def hours(
    ask: Plain, site: OfSite, year: OfYear = None, design: Design = None, profile: Profile = "mixed", spare: SpareUnits = 0,
    hourly: Hourly = False,
) -> Response:  # fmt: skip
    """A site's stated supply hour by hour. Energy, what is missing, cost, CO2e by scope, water, per token and run; 2,048 draws at most."""
    return await ask("hours", site=site, year=year, design=design, profile=profile, spare=spare, hourly=hourly)


@answers(_P + "/compute", "stargauge compute PROGRAMME --json")
async def compute(
    ask: InWorlds, model: Model = "frontier", serve: Served = None, users: Users = None, messages: Messages = None, tokens: Tokens = None
) -> Response:
    """The fleet over time. What it would train and serve, and what today's users need of it: tokens, accelerators, power."""
    return await ask("compute", model=model, serve=serve, users=users, messages=messages, tokens=tokens)


@answers(_P + "/sources-and-uses", "")
async def sources_and_uses(ask: InWorlds) -> Response:
    """Where the parties' money comes from and goes to, two years ahead. As `api.sources_and_uses` in Python."""
    return await ask("sources_and_uses")


@answers(_P + "/what-if", "")
async def what_if(ask: Plain) -> Response:
    """Numbers and odds of open claims with the inputs of `set`, beside those as drawn. As `api.movable(...).answer(...)` in Python."""
    return await ask("what_if")


@answers(_P + "/brief", "")
async def brief(ask: Plain) -> Response:
    """A programme in one row. How much was announced, how much runs, up to when somebody has looked. As `api.brief` in Python."""
    return await ask("brief")


@answers(_P + "/sensitivity", "stargauge sensitivity ADDRESS PROGRAMME --json")
async def sensitivity(
    ask: Plain, address: Address, date: When = None,
    inputs: Inputs = (),
    two_way: TwoWay = (),
    variance: Variance = False,
    every: All = False,
) -> Response:  # fmt: skip
    """What moves a number. Each input at its P10 and P90, a table over two inputs."""
    return await ask("sensitivity", address=address, date=date, inputs=inputs, two_way=two_way, variance=variance, **{"all": every})


@answers(_P + "/export", "stargauge export FORM PROGRAMME", _TEXTS)
async def export(
    ask: Spoken, form: Form = "csv",
    claim: Claim = None,
    publisher: Publisher = None,
    url: Url = None,
    publisher_url: PublisherUrl = None,
    proof: Proof = None,
    forecasts: Open = False,
) -> Response:  # fmt: skip
    """Claims for publication. ClaimReview JSON-LD, CSV or Markdown."""
    return await ask(
        "export", form=form, claim=claim, publisher=publisher, url=url, publisher_url=publisher_url, proof=proof, open=forecasts
    )


@answers("/compare", "stargauge compare A B --json")
async def compare(
    request: Request,
    a: OneSide,
    b: OtherSide,
    draws: Draws = DRAWS, seed: Seed = 0, progress: Number = None,
) -> Response:  # fmt: skip
    """Two programmes, scenarios or knowledge dates. What differs, and why."""
    return await Asker(request, Asked(draws=draws, seed=seed), progress or 0)("compare", a=a, b=b)


@answers("/system", "stargauge system --json")
async def system(
    request: Request, as_of: AsOf = None, by: By = "grid,year",
    pools: Pools = (),
    draws: Draws = DRAWS, seed: Seed = 0, progress: Number = None,
) -> Response:  # fmt: skip
    """All programmes as one. Power by grid region and year, each site once, and what they compete for; files with faults left out."""
    return await Asker(request, Asked(as_of=as_of, draws=draws, seed=seed), progress or 0)("system", by=by, pools=pools)


@answers("/accuracy", "")
async def accuracy(ask: Bare) -> Response:
    """How good we are. Dates and odds replayed against what happened, as shipped and shown in the report."""
    return await ask("accuracy")


@answers("/catalogue", "stargauge catalogue --json", schema="catalogue-kinds")
async def catalogue(ask: Bare) -> Response:
    """What the world offers. Kinds and their names."""
    return await ask("catalogue", kind=None, name=None)


@answers("/catalogue/{kind}", "stargauge catalogue KIND --json", schema="catalogue")
async def catalogue_kind(ask: Bare, kind: Kind) -> Response:
    """Every row of a kind, with sources."""
    return await ask("catalogue", kind=kind, name=None)


@answers("/catalogue/{kind}/{name}", "stargauge catalogue KIND NAME --json", schema="catalogue")
async def catalogue_name(ask: Bare, kind: Kind, name: Name) -> Response:
    """The rows of one name, with sources."""
    return await ask("catalogue", kind=kind, name=name)


@answers("/schema", "stargauge schema", _OBJECT)
async def schema(ask: Bare) -> Response:
    """The JSON Schema of the programme file."""
    return await ask("schema")
