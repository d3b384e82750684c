"""The API: the same answers as JSON, each under an address that says what is asked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from stargauge.quantity.errors import Fault, InputError
from stargauge.web.asked import DRAWS, MOST_DRAWS, MOST_LAID, Asked

router = APIRouter(prefix="/api")
#: With how many draws what would have to be true is looked for, as the command line does.
NEEDS_DRAWS = 4096

# -- what may be asked ---------------------------------------------------------------------------------------------------------------


def _written(pattern: str, expected: str) -> BeforeValidator:
    """A value that has to be written in one way only."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"expected {expected}")
        return value == "true" if value in ("true", "false") else value

    return BeforeValidator(check)


Value = TypeVar("Value")
#: A parameter that may be left out; null is no value of it.
Maybe = Annotated[Value | SkipJsonSchema[None], ...]
_DAY = _written(r"\d{4}-\d{2}-\d{2}", "a day such as 2025-01-22")
_WHOLE = _written(r"\d{1,12}", "a whole number")
_YES_OR_NO = _written("true|false", "true or false")
Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Setting = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\[[^\]=]*\])?=[^=]+$", max_length=200)]
Share = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+=[0-9.]+$", max_length=80)]

Programme = Annotated[str, Path(description="A programme by its name; all: `/api/programmes`.", examples=["stargate"])]
AsOf = Annotated[Maybe[date], _DAY, Query(description="Knowledge date: only what was published by that day (today where left out).")]
Draws = Annotated[
    int, Field(ge=256, le=MOST_DRAWS), _WHOLE, Query(description="Monte Carlo draws, in whole blocks of 256: more are slower and steadier.")
]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1), _WHOLE, Query(description="Seed of the draws: the same seed gives the same numbers.")]
Scenario = Annotated[Maybe[Text], Query(description="A scenario of the programme, by its name, laid over it.")]
Set = Annotated[list[Setting], Query(alias="set", max_length=MOST_LAID, description="`INPUT=VALUE`: one input changed; repeatable.")]
Given = Annotated[
    list[Text],
    Query(max_length=MOST_LAID, description="`CLAIM[/READING]` or `not CLAIM`: only worlds in which it holds; repeatable."),
]
Language = Annotated[Literal["en", "de"], Query(description="The language of the sentences.")]
Number = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=999_999_999)]],
    _WHOLE,
    Query(description="A number of your choice: `/progress/NUMBER` tells how far the answer is."),
]
Claim = Annotated[Maybe[Text], Query(description="A claim `ID`, or one of its readings `ID/READING`; all where left out.")]
Address = Annotated[Text, Query(description="A number, such as `power_facility[operational]`.", examples=["power_facility[operational]"])]
When = Annotated[Maybe[date], _DAY, Query(description="The month a number is read at, by a day in it.")]
Site = Annotated[Maybe[Text], Query(description="One site of the programme; every site where left out.")]


@dataclass(frozen=True)
class Asker:
    """A question that has been understood, with the request that brought it."""

    request: Request
    asked: Asked
    number: int = 0

    async def __call__(self, name: str, /, **more: Any) -> Response:
        """Have the answer made, or say why there is none."""
        from stargauge.web.app import failure, send
        from stargauge.web.library import shelf, shelves
        from stargauge.web.work import Job

        settings = self.request.app.state.settings
        try:
            of_programme = "programme" in self.request.path_params
            stamp = (
                shelf(self.asked.programme, settings.folder).stamp
                if of_programme
                else " ".join(f"{one.name}:{one.stamp}" for one in shelves(settings.folder).values())
            )
        except InputError as error:
            return failure(self.request, error.faults, 404)
        held = {key: tuple(value) if isinstance(value, list) else value for key, value in more.items()}
        job = Job("answer", name, self.asked, arguments=held, folder=settings.folder, evidence=settings.evidence, number=self.number)
        return await send(self.request, job, stamp)


def _of_programme(
    request: Request, programme: Programme, as_of: AsOf = None, draws: Draws = DRAWS, seed: Seed = 0, scenario: Scenario = None,
    laid: Set = [], progress: Number = None,  # noqa: B006 - FastAPI copies defaults
) -> Asker:  # fmt: skip
    settings = tuple(sorted({one.strip() for one in laid}))
    return Asker(request, Asked(programme, as_of, draws, seed, scenario or "", settings), progress or 0)


def _with_given(ask: Annotated[Asker, Depends(_of_programme)], given: Given = []) -> Asker:  # noqa: B006
    return replace(ask, asked=ask.asked.but(given=tuple(dict.fromkeys(one.strip() for one in given))))


def _spoken(ask: Annotated[Asker, Depends(_of_programme)], lang: Language = "en") -> Asker:
    return replace(ask, asked=ask.asked.but(language=lang))


def _spoken_with_given(ask: Annotated[Asker, Depends(_with_given)], lang: Language = "en") -> Asker:
    return replace(ask, asked=ask.asked.but(language=lang))


def _of_nothing(request: Request) -> Asker:
    return Asker(request, Asked())


#: A question of a programme: in all worlds, in those given, in a language.
Plain = Annotated[Asker, Depends(_of_programme)]
InWorlds = Annotated[Asker, Depends(_with_given)]
Spoken = Annotated[Asker, Depends(_spoken)]
SpokenInWorlds = Annotated[Asker, Depends(_spoken_with_given)]
Bare = Annotated[Asker, Depends(_of_nothing)]

# -- what is answered ----------------------------------------------------------------------------------------------------------------


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
    422: {"model": Errors, "description": "A parameter has the wrong form."},
    429: {"model": Errors, "description": "Too many answers asked for at once; `Retry-After` says when to come again."},
    500: {"model": Errors, "description": "Our fault."},
    503: {"model": Errors, "description": "It took too long, or too much is waiting."},
}  # fmt: skip
_OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
_LIST: dict[str, Any] = {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}
_TEXTS: dict[str, Any] = {
    "application/ld+json": {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}},
    "text/markdown": {"schema": {"type": "string"}},
}  # fmt: skip
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Response]])


def _answers(path: str, same_as: str, content: dict[str, Any] = _OBJECT) -> Callable[[Handler], Handler]:
    """Enter a function as what answers an address; its docstring is the description. `same_as`: the command that prints the same."""

    def enter(handle: Handler) -> Handler:
        said = (handle.__doc__ or "").strip()
        router.add_api_route(
            path, handle, methods=["GET"], response_class=Response, summary=said.partition(".")[0], name=handle.__name__,
            description=f"{said}\n\nThe same as `{same_as}`." if same_as else said,
            responses={200: {"description": "The answer.", "content": content}, **_FAULTS}, operation_id=handle.__name__.strip("_"),
        )  # fmt: skip
        return handle

    return enter


_P = "/programmes/{programme}"


@_answers("/programmes", "")
async def programmes(ask: Bare) -> Response:
    """Every programme that can be asked for: shipped ones and those of the folder."""
    return await ask("programmes")


@_answers(_P, "")
async def programme(ask: Plain) -> Response:
    """What a programme is made of: its sites, parties, claims and scenarios, by the names under which they are asked for."""
    return await ask("programme")


@_answers(_P + "/check", "stargauge check PROGRAMME --json")
async def check(ask: SpokenInWorlds) -> Response:
    """What of it holds. Headline, claims with verdicts, capacity, money and jobs, what moves each claim."""
    return await ask("check")


@_answers(_P + "/claims", "stargauge audit PROGRAMME --json")
async def claims(ask: SpokenInWorlds) -> Response:
    """Every claim, every reading. Odds, margin, drivers, record."""
    return await ask("claims")


@_answers(_P + "/claims/{claim}", "stargauge audit PROGRAMME --claim ID --json")
async def claim(ask: SpokenInWorlds, claim: Annotated[str, Path(description="A claim by its name.")]) -> Response:
    """One claim with every reading."""
    return await ask("claim", claim=claim)


@_answers(_P + "/odds", "stargauge odds PROGRAMME --json")
async def odds(
    ask: Plain, claim: Claim = None,
    since: Annotated[Maybe[date], _DAY, Query(alias="from", description="First day after that of the claim.")] = None,
    until: Annotated[Maybe[date], _DAY, Query(alias="to", description="Last day (the knowledge date where left out).")] = None,
    every: Annotated[str, Query(pattern="^(month|quarter|[1-9][0-9]{1,3})$", description="month, quarter or a number of days.")] = "month",
) -> Response:  # fmt: skip
    """A claim's odds over time, and the statements that moved them."""
    return await ask("odds", claim=claim, **{"from": since, "to": until, "every": every})


@_answers(_P + "/simulate", "stargauge simulate PROGRAMME --json")
async def simulate(
    ask: InWorlds,
    quantity: Annotated[list[Text], Query(max_length=20, description="What to compute; the headlines where left out; repeatable.")] = [],  # noqa: B006
) -> Response:
    """What follows, month by month, with uncertainty."""
    return await ask("simulate", quantity=quantity)


@_answers(_P + "/explain", "stargauge explain ADDRESS --programme PROGRAMME --json")
async def explain(ask: InWorlds, address: Address, date: When = None) -> Response:
    """Why a number, or the verdict on `CLAIM/READING`, is what it is. Formula, inputs, statements, assumptions."""
    return await ask("explain", address=address, date=date)


@_answers(_P + "/changed", "stargauge explain ADDRESS --since DATE --programme PROGRAMME --json")
async def changed(
    ask: Plain, address: Address, since: Annotated[date, _DAY, Query(description="An earlier day.")], date: When = None
) -> Response:
    """What changed a number, or the odds of a reading, since a day, and which statements did it."""
    return await ask("changed", address=address, since=since, date=date)


@_answers(_P + "/drivers", "stargauge drivers PROGRAMME --json")
async def drivers(
    ask: InWorlds, claim: Claim = None, address: Annotated[Maybe[Text], Query(description="One number instead of claims.")] = None,
    date: When = None,
) -> Response:  # fmt: skip
    """Which inputs move a claim's odds or a number, with intervals, groups and pairs."""
    return await ask("drivers", claim=claim, address=address, date=date)


@_answers(_P + "/needs", "stargauge needs PROGRAMME --draws N --json")
async def needs(ask: InWorlds, claim: Claim = None) -> Response:
    """What would have to be true for a claim to hold, and the single change that asks least. With 4,096 draws unless told otherwise."""
    if "draws" not in ask.request.query_params:
        ask = replace(ask, asked=ask.asked.but(draws=NEEDS_DRAWS))
    return await ask("needs", claim=claim)


@_answers(_P + "/together", "stargauge together PROGRAMME --json")
async def together(
    ask: InWorlds,
    claim: Annotated[list[Text], Query(max_length=MOST_LAID, description="Only these, `ID` or `ID/READING`; repeatable.")] = [],  # noqa: B006
) -> Response:
    """Which claims can hold together. Pairs, conflicts, the largest sets."""
    return await ask("together", claim=claim)


@_answers(_P + "/definitions", "stargauge definitions PROGRAMME --json")
async def definitions(ask: InWorlds, claim: Claim = None) -> Response:
    """Under which definitions of its words a claim holds, and which word decides."""
    return await ask("definitions", claim=claim)


@_answers(_P + "/sources", "stargauge sources PROGRAMME --json")
async def sources(ask: Plain, claim: Claim = None) -> Response:
    """Which verdicts hang on one source. Each is left out in turn: this takes long."""
    return await ask("sources", claim=claim)


@_answers(_P + "/schedule", "stargauge schedule PROGRAMME --json")
async def schedule(ask: InWorlds) -> Response:
    """When each site runs, and what holds it up."""
    return await ask("schedule")


@_answers(_P + "/money", "stargauge money PROGRAMME --json")
async def money(
    ask: InWorlds, date: When = None,
    need: Annotated[list[Text], Query(max_length=8, description="A sum, such as `100 bn USD`; repeatable.")] = [],  # noqa: B006
    pays: Annotated[list[Share], Query(alias="if", max_length=1, description="Who pays only a share: `openai=0.5`.")] = [],  # noqa: B006
    since: Annotated[Maybe[date], _DAY, Query(alias="from", description="From when it pays only that.")] = None,
) -> Response:  # fmt: skip
    """Who pays, when, and whether the money is there. Gaps, policies, circles, who breaks."""
    return await ask("money", date=date, need=need, **{"if": pays, "from": since})


@_answers(_P + "/finance", "stargauge finance PROGRAMME --json")
async def finance(ask: InWorlds, site: Site = None) -> Response:
    """How each site is paid for. Loans and what limits them, cover, walls, contracts, returns."""
    return await ask("finance", site=site)


@_answers(_P + "/jobs", "stargauge jobs PROGRAMME --json")
async def jobs(ask: InWorlds, date: When = None, site: Site = None) -> Response:
    """Jobs by every definition, what others counted, what a claim on jobs needs to be true."""
    return await ask("jobs", date=date, site=site)


@_answers(_P + "/cost", "stargauge cost PROGRAMME --json")
async def cost(
    ask: InWorlds, site: Site = None, chip: Annotated[Maybe[Text], Query(description="One generation of accelerators.")] = None
) -> Response:
    """What an accelerator-hour, a megawatt-year and a million tokens cost, and rents that cover it."""
    return await ask("cost", site=site, chip=chip)


@_answers(_P + "/sensitivity", "stargauge sensitivity ADDRESS PROGRAMME --json")
async def sensitivity(
    ask: Plain, address: Address, date: When = None,
    inputs: Annotated[list[Text], Query(max_length=MOST_LAID, description="Only these, or `INPUT=LOW..HIGH`; repeatable.")] = [],  # noqa: B006
    two_way: Annotated[list[Text], Query(max_length=2, description="A table over two inputs, each `INPUT=V,V,...` or `INPUT=drawn`.")] = [],  # noqa: B006
    variance: Annotated[bool, _YES_OR_NO, Query(description="Also whose uncertainty makes its variance.")] = False,
    every: Annotated[bool, _YES_OR_NO, Query(alias="all", description="Every input that moves it, not only the first.")] = False,
) -> Response:  # fmt: skip
    """What moves a number. Each input at its P10 and P90, a table over two inputs."""
    return await ask("sensitivity", address=address, date=date, inputs=inputs, two_way=two_way, variance=variance, **{"all": every})


_OPTIONAL = {"publisher": "Who publishes the review (claimreview).", "url": "The page on which it stands (claimreview).",
             "publisher_url": "The address of whoever publishes it (claimreview).", "proof": "Where the bundle of its evidence is."}  # fmt: skip


@_answers(_P + "/export", "stargauge export FORM PROGRAMME", _TEXTS)
async def export(
    ask: Spoken, form: Annotated[Literal["claimreview", "csv", "markdown"], Query(description="The form of it.")] = "csv",
    claim: Annotated[Maybe[Text], Query(description="One claim only.")] = None,
    publisher: Annotated[Maybe[Text], Query(description=_OPTIONAL["publisher"])] = None,
    url: Annotated[Maybe[Text], Query(description=_OPTIONAL["url"])] = None,
    publisher_url: Annotated[Maybe[Text], Query(description=_OPTIONAL["publisher_url"])] = None,
    proof: Annotated[Maybe[Text], Query(description=_OPTIONAL["proof"])] = None,
    forecasts: Annotated[bool, _YES_OR_NO, Query(alias="open", description="Also claims that are still open (claimreview).")] = False,
) -> Response:  # fmt: skip
    """Claims for publication. ClaimReview JSON-LD, CSV or Markdown."""
    return await ask(
        "export", form=form, claim=claim, publisher=publisher, url=url, publisher_url=publisher_url, proof=proof, open=forecasts
    )


@_answers("/compare", "stargauge compare A B --json")
async def compare(
    request: Request,
    a: Annotated[Text, Query(description="`PROGRAMME[@DATE][+SCENARIO or +INPUT=VALUE]...`", examples=["stargate@2025-01-22"])],
    b: Annotated[Text, Query(description="The same; without PROGRAMME: A with this date, or with more laid over it.", examples=["@2026-09-30"])],
    draws: Draws = DRAWS, seed: Seed = 0, progress: Number = None,
) -> Response:  # fmt: skip
    """Two programmes, scenarios or knowledge dates. What differs, and why."""
    return await Asker(request, Asked(draws=draws, seed=seed), progress or 0)("compare", a=a, b=b)


@_answers("/accuracy", "")
async def accuracy(ask: Bare) -> Response:
    """How good we are. Dates and odds replayed against what happened, as shipped and shown in the report."""
    return await ask("accuracy")


@_answers("/catalogue", "stargauge catalogue --json")
async def catalogue(ask: Bare) -> Response:
    """What the world offers. Kinds and their names."""
    return await ask("catalogue", kind=None, name=None)


@_answers("/catalogue/{kind}", "stargauge catalogue KIND --json", _LIST)
async def catalogue_kind(ask: Bare, kind: Annotated[str, Path(description="A kind, such as accelerator.")]) -> Response:
    """Every row of a kind, with sources."""
    return await ask("catalogue", kind=kind, name=None)


@_answers("/catalogue/{kind}/{name}", "stargauge catalogue KIND NAME --json", _LIST)
async def catalogue_name(
    ask: Bare, kind: Annotated[str, Path(description="A kind, such as accelerator.")], name: Annotated[str, Path(description="One of it.")]
) -> Response:
    """The rows of one name, with sources."""
    return await ask("catalogue", kind=kind, name=name)


@_answers("/schema", "stargauge schema")
async def schema(ask: Bare) -> Response:
    """The JSON Schema of the programme file."""
    return await ask("schema")
