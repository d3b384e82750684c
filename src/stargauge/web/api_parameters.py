"""What may be asked of the API: parameters with their forms, and the question that they make together."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BeforeValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import language, say, speaking
from stargauge.web.asked import DAY_WRITTEN, DRAWS, LANGUAGES, LONGEST, LONGEST_SET, MOST_DRAWS, MOST_LAID, Asked, within


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
DAY = _written(DAY_WRITTEN, "a day such as 2025-01-22")
WHOLE = _written(r"\d{1,12}", "a whole number")
YES_OR_NO = _written("true|false", "true or false")
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Setting = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\[[^\]=]*\])?=[^=]+$", max_length=LONGEST_SET)]
Share = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+=[0-9.]+$", max_length=80)]

Programme = Annotated[str, Path(description="A programme by its name; all: `/api/programmes`.", examples=["stargate"])]
AsOf = Annotated[Maybe[date], DAY, Query(description="Knowledge date: only what was published by that day (today where left out).")]
Draws = Annotated[
    int, Field(ge=256, le=MOST_DRAWS), WHOLE, Query(description="Monte Carlo draws, in whole blocks of 256: more are slower and steadier.")
]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE, Query(description="Seed of the draws: the same seed gives the same numbers.")]
Scenario = Annotated[Maybe[Text], Query(description="A scenario of the programme, by its name, laid over it.")]
Set = Annotated[Sequence[Setting], Query(alias="set", max_length=MOST_LAID, description="`INPUT=VALUE`: one input changed; repeatable.")]
Given = Annotated[
    Sequence[Text],
    Query(max_length=MOST_LAID, description="`CLAIM[/READING]` or `not CLAIM`: only worlds in which it holds; repeatable."),
]
Language = Annotated[Literal["en", "de"], Query(description="The language of the sentences.")]
Number = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=999_999_999)]],
    WHOLE,
    Query(description="A number of your choice: `/progress/NUMBER` tells how far the answer is."),
]
Claim = Annotated[Maybe[Text], Query(description="A claim `ID`, or one of its readings `ID/READING`; all where left out.")]
Address = Annotated[Text, Query(description="A number, such as `power_facility[operational]`.", examples=["power_facility[operational]"])]
When = Annotated[Maybe[date], DAY, Query(description="The month a number is read at, by a day in it.")]
From = Annotated[Maybe[date], DAY, Query(alias="from", description="First day after that of the claim.")]
Begin = Annotated[Maybe[date], DAY, Query(alias="from", description="First day; the last alone where left out.")]
To = Annotated[Maybe[date], DAY, Query(alias="to", description="Last day (the knowledge date where left out).")]
Every = Annotated[str, Query(pattern="^(month|quarter|[1-9][0-9]{1,3})$", description="month, quarter or a number of days.")]
Over = Annotated[
    Sequence[Annotated[str, StringConstraints(max_length=LONGEST)]],
    Query(max_length=MOST_LAID, description="A scenario of the programme, empty: as it stands; that alone where left out; repeatable."),
]
Quantity = Annotated[Sequence[Text], Query(max_length=20, description="What to compute; the headlines where left out; repeatable.")]
Since = Annotated[date, DAY, Query(description="An earlier day.")]
OneNumber = Annotated[Maybe[Text], Query(description="One number instead of claims.")]
Claims = Annotated[Sequence[Text], Query(max_length=MOST_LAID, description="Only these, `ID` or `ID/READING`; repeatable.")]
Need = Annotated[Sequence[Text], Query(max_length=8, description="A sum, such as `100 bn USD`; repeatable.")]
Pays = Annotated[Sequence[Share], Query(alias="if", max_length=1, description="Who pays only a share: `openai=0.5`.")]
PaysFrom = Annotated[Maybe[date], DAY, Query(alias="from", description="From when it pays only that.")]
Chip = Annotated[Maybe[Text], Query(description="One generation of accelerators.")]
Model = Annotated[Text, Query(description="The model that is trained and served, by any unique beginning of its name.")]
Served = Annotated[Maybe[Text], Query(description="Another model that users are served with.")]
Users = Annotated[Maybe[Text], Query(description="Weekly users, such as `900e6` or `800e6..1e9`; as their service said last.")]
Messages = Annotated[Maybe[Text], Query(description="Messages of a user in a week, such as `25.7`; as measured.")]
Tokens = Annotated[Maybe[Text], Query(description="Output tokens per message, such as `400` or `200..1500`; an assumption of ours.")]
Inputs = Annotated[Sequence[Text], Query(max_length=MOST_LAID, description="Only these, or `INPUT=LOW..HIGH`; repeatable.")]
TwoWay = Annotated[Sequence[Text], Query(max_length=2, description="A table over two inputs, each `INPUT=V,V,...` or `INPUT=drawn`.")]
Variance = Annotated[bool, YES_OR_NO, Query(description="Also whose uncertainty makes its variance.")]
All = Annotated[bool, YES_OR_NO, Query(alias="all", description="Every input that moves it, not only the first.")]
Form = Annotated[Literal["claimreview", "csv", "markdown"], Query(description="The form of it.")]
Publisher = Annotated[Maybe[Text], Query(description="Who publishes the review (claimreview).")]
Url = Annotated[Maybe[Text], Query(description="The page on which it stands (claimreview).")]
PublisherUrl = Annotated[Maybe[Text], Query(description="The address of whoever publishes it (claimreview).")]
Proof = Annotated[Maybe[Text], Query(description="Where the bundle of its evidence is (claimreview).")]
Open = Annotated[bool, YES_OR_NO, Query(alias="open", description="Also claims that are still open (claimreview).")]
OneSide = Annotated[Text, Query(description="`PROGRAMME[@DATE][+SCENARIO or +INPUT=VALUE]...`", examples=["stargate@2025-01-22"])]
OtherSide = Annotated[
    Text, Query(description="The same; without PROGRAMME: A with this date, or with more laid over it.", examples=["@2026-09-30"])
]
By = Annotated[
    Text, Query(description="What rows are told apart by, of grid, country, programme, site and year, with commas.", examples=["grid,year"])
]
Pools = Annotated[
    Sequence[Text],
    Query(alias="pool", max_length=8, description="`NAME=VALUE`: supply that all share, `transformers=2 GW/yr`; repeatable."),
]
Kind = Annotated[str, Path(description="A kind, such as accelerator.")]
Name = Annotated[str, Path(description="One of a kind.")]
ClaimId = Annotated[str, Path(description="A claim by its name.")]
SiteId = Annotated[str, Path(description="A site by its name.")]
Site = Annotated[Maybe[Text], Query(description="One site of the programme; every site where left out.")]

OfSite = Annotated[Text, Query(alias="site", description="A site of the programme by its name.", examples=["abilene"])]
ByDay = Annotated[
    Maybe[date],
    DAY,
    Query(alias="by", description="The day from which the load has to be carried, such as `2028-06-01`; from the start where left out."),
]
Load = Annotated[
    Maybe[Text],
    Query(description="Facility power to carry (W, kW, MW, GW), above 0, in every hour, such as `500 MW`; else what it draws by the hour."),
]
MayBeBuilt = Annotated[
    Sequence[Text],
    Query(alias="source", max_length=12, description="What may be built, such as `gas-turbine`; the usual where left out; repeatable."),
]
Years = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=3)]],
    WHOLE,
    Query(description="Whole years of weather that it is sized on, 1 to 3; 1 where left out, 3 with `by`."),
]
Shortfall = Annotated[float, Query(ge=0.0, lt=1.0, description="Share of the energy that may be missing, from 0 to below 1, no unit.")]
Emissions = Annotated[
    Maybe[Text],
    Query(description="CO2e per energy of the load at most (mass per energy), 0 or more, such as `200 kg/MWh`; no limit where left out."),
]
Land = Annotated[
    Maybe[Text], Query(description="Land at most (an area: acres, m2), 0 or more, such as `2000 acres`; no limit where left out.")
]
Gas = Annotated[
    Maybe[Text], Query(description="Gas burnt a year at most (energy of the gas), above 0, such as `5 TWh`; no limit where left out.")
]
Greenfield = Annotated[bool, YES_OR_NO, Query(description="Without what the programme states of plants at the site.")]
Mixes = Annotated[bool, YES_OR_NO, Query(description="Also other mixes under the same limits.")]

Design = Annotated[Maybe[Text], Query(description="Cooling by its name in the catalogue, or parts as `liquid/dry`; else the site's.")]
Spare = Annotated[Text, Query(alias="redundancy", description="`N`, `N+1`, `2N`, `distributed` or `block`; else the catalogue's range.")]
OfYear = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=9999)]], WHOLE, Query(description="A year of the clock; else the first in which something runs.")
]
Profile = Annotated[Literal["mixed", "training", "inference", "flat"], Query(description="How the load of the racks moves over the hours.")]
SpareUnits = Annotated[int, Field(ge=0, le=99), WHOLE, Query(description="Units of each plant that only stand in for others; 1 is N+1.")]
Hourly = Annotated[bool, YES_OR_NO, Query(description="Also every hour of the draw in the middle.")]


#: Answers that take long: each makes several runs.
LONG = (
    "changed",
    "compare",
    "goodput",
    "hours",
    "infer",
    "needs",
    "odds",
    "plan",
    "power",
    "sensitivity",
    "sources",
    "sweep",
    "system",
    "train",
)


def _names(taken: Any) -> Iterator[str]:
    """The parameters that a route takes, with those of what it depends on first."""
    for one in taken.dependencies if taken else ():
        yield from _names(one)
    yield from (field.alias for field in (taken.query_params if taken else ()))


def strange(request: Request) -> list[Fault]:
    """A fault for every parameter of an address that its question does not have, with the nearest that it has."""
    known = list(dict.fromkeys(_names(getattr(request.scope.get("route"), "dependant", None))))
    return [Fault(_no_parameter(name, known), name[:LONGEST]) for name in dict.fromkeys(request.query_params) if name not in known]


def language_of(request: Request) -> str:
    """The language that is asked for where a question has one; else English."""
    known = _names(getattr(request.scope.get("route"), "dependant", None))
    asked = request.query_params.get("lang", "en")
    return asked if asked in LANGUAGES and "lang" in known else "en"


def _no_parameter(name: str, known: Sequence[str]) -> str:
    if not known:
        return say('there is no parameter "{name}"; it has none', name=name[:LONGEST])
    near = did_you_mean(name, known)
    return say('there is no parameter "{name}"{near} (all: {known})', name=name[:LONGEST], near=near, known=", ".join(known))


def told_of(error: Mapping[str, Any]) -> str:
    """What is wrong with a parameter, as the checks of its form say it; in another language than theirs, our text of the same."""
    said = str(error["msg"]).removeprefix("Value error, ")
    if language() == "en":
        return said
    given = dict(error.get("ctx") or {})
    texts: dict[str, Callable[..., str]] = {
        "value_error": lambda **_: say(said),  # ours, each of which stands below
        "missing": lambda **_: say("this parameter is needed"),
        "int_parsing": lambda **_: say("expected a whole number"),
        "float_parsing": lambda **_: say("expected a number"),
        "finite_number": lambda **_: say("expected a finite number"),
        "bool_parsing": lambda **_: say("expected true or false"),
        "date_from_datetime_parsing": lambda **_: say("expected a day such as 2025-01-22"),
        "date_parsing": lambda **_: say("expected a day such as 2025-01-22"),
        "greater_than_equal": lambda ge, **_: say("expected at least {least}", least=ge),
        "less_than_equal": lambda le, **_: say("expected at most {most}", most=le),
        "greater_than": lambda gt, **_: say("expected more than {least}", least=gt),
        "less_than": lambda lt, **_: say("expected less than {most}", most=lt),
        "literal_error": lambda expected, **_: say("expected one of {known}", known=str(expected).replace(" or ", ", ")),
        "string_pattern_mismatch": lambda **_: say("expected another form"),
        "string_too_short": lambda min_length, **_: say("expected at least {count:,} characters", count=min_length),
        "string_too_long": lambda max_length, **_: say("expected at most {count:,} characters", count=max_length),
        "too_long": lambda max_length, **_: say("expected at most {count:,} values", count=max_length),
    }
    return texts[error["type"]](**given) if error["type"] in texts else said


@dataclass(frozen=True)
class Asker:
    """A question that has been understood, with the request that brought it."""

    request: Request
    asked: Asked
    number: int = 0

    async def __call__(self, name: str, /, **more: Any) -> Response:
        """Have the answer made, or say why there is none."""
        with speaking(self.asked.language):
            return await self._answer(name, **more)

    async def _answer(self, name: str, /, **more: Any) -> Response:
        from stargauge.web.app import failure, send, state_of
        from stargauge.web.work import Job

        settings = self.request.app.state.settings
        if faults := strange(self.request):
            return failure(self.request, faults, 422)
        try:
            for parameter, day in {"as_of": self.asked.as_of, **more}.items():
                if isinstance(day, date):
                    within(parameter, day)
            stamp = await asyncio.to_thread(state_of, settings, self.asked.programme if "programme" in self.request.path_params else "")
        except InputError as error:
            return failure(self.request, error.faults, 404)
        held = {key: tuple(value) if isinstance(value, list) else value for key, value in more.items()}
        job = Job("answer", name, self.asked, arguments=held, folder=settings.folder, evidence=settings.evidence, number=self.number)
        return await send(self.request, job, stamp, aside=name in LONG)


def _of_programme(
    request: Request, programme: Programme, as_of: AsOf = None, draws: Draws = DRAWS, seed: Seed = 0, scenario: Scenario = None,
    laid: Set = (), progress: Number = None,
) -> Asker:  # fmt: skip
    settings = tuple(sorted({one.strip() for one in laid}))
    return Asker(request, Asked(programme, as_of, draws, seed, scenario or "", settings), progress or 0)


def _with_given(ask: Annotated[Asker, Depends(_of_programme)], given: Given = ()) -> Asker:
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
