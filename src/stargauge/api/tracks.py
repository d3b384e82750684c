"""Odds over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, catalogue, ids_of, known, load
from stargauge.api.runs import DRAWS, MANY_DRAWS, asked_of, workers_of
from stargauge.audit.answer_data import slug
from stargauge.audit.claims.questions import Question
from stargauge.audit.compare.causes import MEMO_BYTES
from stargauge.audit.over_time.odds import EVERY, OddsOverTime, days_between, track
from stargauge.audit.over_time.tracker import Tracker
from stargauge.catalogue.load import Catalogue
from stargauge.engine.memo import Memo
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say, spoken_as_asked


def tracker_of(programme: Programme, values: Catalogue, draws: int, seed: int, language: str = "en") -> Tracker:
    """Who judges the claims of a programme on many days. Its parts are functions of modules, so that it can be sent to a process."""
    view, ask = partial(known_on, programme, values), partial(_asked_then, programme)
    return Tracker(view, ask, ids_of(programme), draws, seed, Memo(MEMO_BYTES), language)


def _asked_then(programme: Programme, view: Known, claims: Mapping[str, Any]) -> tuple[Question, ...]:
    return asked_of(view, programme, claims)


@spoken_as_asked
def odds(
    programme: str | Path | Programme = "stargate", claim: str | None = None, start: date | str | None = None,
    end: date | str | None = None, every: str | int = "month", *, draws: int = DRAWS, seed: int = 0,
    scenario: Path | str | None = None,
    settings: Mapping[str, str] | None = None, values: Catalogue | None = None, progress: Progress | None = None, movers: bool = True,
    language: str = "en",
) -> OddsOverTime:  # fmt: skip
    """The odds of a claim's readings over time, and what moved them; without `claim` those of every claim, without what moved them.

    `claim`: `ID` or `ID/READING`. `movers`: with what moved them, which takes most of the time. `every`: month, quarter or a number of
    days. The first point is the day on which the claim was made. `language`: of what is said.
    Raises InputError with every fault of what was asked for.
    """
    made = load(programme, scenario, settings)
    readings, first, last = _asked_odds(made, claim, start, end, str(every))
    attribute = claim is not None and movers
    return odds_of(made, readings, first, last, str(every), attribute, draws, seed, values or catalogue(), progress, language)


def _asked_odds(
    made: Programme, claim: str | None, start: date | str | None, end: date | str | None, every: str
) -> tuple[dict[str, list[str]], date, date]:  # fmt: skip
    """The readings, the first and the last day asked for. Raises InputError with all faults at once."""
    faults = list[Fault]()
    readings = {name: list(one.readings) for name, one in made.claims.items()}
    if claim is not None:
        name, _, reading = claim.partition("/")
        if name not in readings:
            faults.append(
                Fault(say('there is no claim "{name}"{near}; all: stargauge audit', name=name, near=did_you_mean(name, readings)))
            )
        elif reading and reading not in readings[name]:
            near = did_you_mean(reading, readings[name])
            faults.append(
                Fault(
                    say(
                        'the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                        name=name,
                        reading=reading,
                        near=near,
                        readings=", ".join(readings[name]),
                    )
                )
            )
        readings = {name: [reading] if reading else readings.get(name, [])}
    days = list[date | None]()
    for option, text in (("from", start), ("to", end)):
        try:
            days.append(date.fromisoformat(text) if isinstance(text, str) else text)
        except ValueError:
            faults.append(Fault(say('--{option}: got "{text}"; expected a day such as 2025-01-22', option=option, text=text)))
            days.append(None)
    if every not in EVERY and not (every.isdecimal() and int(every) > 0):
        faults.append(
            Fault(
                say(
                    '--every: got "{every}"; expected month, quarter or a number of days{near}',
                    every=every,
                    near=did_you_mean(every, EVERY),
                )
            )
        )
    said = min((made.claims[name].day.start for name in readings if name in made.claims), default=date.min)
    first, last = days[0] or said, days[1] or date.today()
    if last < max(first, said) and not faults:
        faults.append(
            Fault(say("--to: {last} is before {first}, the first day asked for; expected a later day", last=last, first=max(first, said)))
        )
    if faults:
        raise InputError(faults)
    return readings, first, last


def odds_of(
    made: Programme, readings: Mapping[str, Sequence[str]], first: date, last: date, every: str, attribute: bool, draws: int, seed: int,
    values: Catalogue, progress: Progress | None = None, language: str = "en",
) -> OddsOverTime:  # fmt: skip
    """The odds of readings at each knowledge date from the day a claim was made; `every`: how far these are apart."""
    known(made, last, values)
    said = {name: made.claims[name].day.start for name in readings if made.claims[name].day.start <= last}
    shared = days_between(max(first, min(said.values(), default=first)), last, every)
    days = {name: sorted({day, *(other for other in shared if other > day)}) for name, day in said.items()}
    asked = {name: readings[name] for name in said}
    tracker = tracker_of(made, values, draws, seed, language)
    series = track(tracker, made, asked, days, attribute, workers_of(None, MANY_DRAWS), progress)
    return OddsOverTime(slug(made.name), made.name, draws, seed, first, last, every, attribute, series)
