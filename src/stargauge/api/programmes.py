"""What a programme is, and what is known of it on a day."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.audit.claims.questions import misread
from stargauge.catalogue.load import Catalogue, load_catalogue
from stargauge.engine.simulate import model_graph
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.load import documents
from stargauge.programme.load import load as load_file
from stargauge.programme.load import shipped as shipped_files
from stargauge.programme.naming_checks import flaws_against_catalogue, flaws_against_quantities
from stargauge.programme.overlay import scenario as suppose
from stargauge.programme.overlay import with_settings
from stargauge.programme.positions import Flaw, faults_of
from stargauge.programme.schema import Claim, Programme
from stargauge.programme.weather import flaws_of_weather, weather_stamps
from stargauge.quantity.dates import FAR
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say


def catalogue(overlay: Path | str | None = None) -> Catalogue:
    """The shipped catalogue, with a user's own values laid over it."""
    return load_catalogue(Path(overlay) if overlay is not None else None)


def load(
    programme: str | Path | Programme = "stargate",
    scenario: Path | Mapping[str, Any] | str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Programme:
    """A programme by shipped name, file or folder, with a scenario and single inputs laid over it.

    `scenario`: the name of one that the programme has, a partial file, or a mapping of the same form. `settings`: values of inputs, and
    options of choices between sources or ways of reckoning (`pick:NAME`). Raises InputError with every fault of the files, for choices and
    options that do not exist, and where it is read as known on a day for inputs that do not.
    """
    made = programme if isinstance(programme, Programme) else _read(programme)
    if scenario is not None:
        made = suppose(made, scenario)
    return with_settings(made, settings) if settings else made


def _read(programme: str | Path) -> Programme:
    """A programme from its files; where they have faults, those of its claims' readings come with them."""
    try:
        return load_file(programme)
    except InputError as error:
        try:
            files = documents(programme)
        except InputError:
            raise error from None
        flaws = list(misread(files, model_graph().quantities))
        raise InputError([*error.faults, *(faults_of(flaws, files).faults if flaws else ())]) from None


def known(programme: Programme, as_of: date | str | None = None, values: Catalogue | None = None) -> Known:
    """What is known of a programme and the world on a day (today where none is given)."""
    day = day_of(as_of)
    values = values or catalogue()
    if programme.start is None or programme.horizon is None:  # a file of drafts: it has no clock
        raise _nothing_known(programme, values, day)
    quantities = model_graph().quantities
    flaws = [
        *flaws_against_catalogue(programme, values),
        *flaws_of_weather(programme),
        *flaws_against_quantities(programme, quantities, lambda quantity: known_on(programme, values, FAR).labels(quantity)),
    ]
    if flaws:
        raise faults_of([*flaws, *misread(programme.documents, quantities)], programme.documents)
    made = _known_on(programme, values, day)
    if not made.phases:
        raise _nothing_known(programme, values, day)
    return made


#: What was known of the last programmes that were asked for: by programme, catalogue, day and weather files, and the first two with it, so
#: that they are the same.
_LAST: OrderedDict[tuple[int, int, date, tuple[tuple[str, int, int], ...]], tuple[Programme, Catalogue, Known]] = OrderedDict()
_MOST = 8


def _known_on(programme: Programme, values: Catalogue, day: date) -> Known:
    """What is known on a day, made once while the same programme is asked for again: what was made of it is then at hand."""
    key = (id(programme), id(values), day, weather_stamps(programme))
    held = _LAST.pop(key, None) or (programme, values, known_on(programme, values, day))
    _LAST[key] = held
    while len(_LAST) > _MOST:
        _LAST.popitem(last=False)
    return held[-1]


def day_of(as_of: date | str | None) -> date:
    """A knowledge date; today where none is given."""
    try:
        return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or date.today()
    except ValueError:
        raise InputError(say('got the knowledge date "{as_of}"; expected a day such as 2025-01-22', as_of=as_of)) from None


class RecordTooThin(InputError):
    """Nothing was known by a day that could be run. `first`: the day from which something is."""

    def __init__(self, name: str, day: date, first: date) -> None:
        super().__init__(say(
            "record too thin: no phase or pledge of {name} was published by {day}; the first is known from {first}",
            name=name, day=day, first=first,
        ))  # fmt: skip
        self.first = first


def claim_of(programme: Programme, name: str) -> Claim:
    """A claim of a programme by its id. Raises InputError with the nearest where there is none."""
    claims = programme.claims
    if name not in claims:
        raise InputError(
            say(
                'there is no claim "{name}"{near} (all: {claims})',
                name=name,
                near=did_you_mean(name, claims),
                claims=", ".join(claims) or say("the programme has none"),
            )
        )
    return claims[name]


def not_said(programme: Programme, name: str) -> str:
    """That a claim had not been made by the day asked for, or that there is no such claim."""
    if name in programme.claims:
        return say('the claim "{name}" had not been made by then; all: stargauge audit', name=name)
    near = did_you_mean(name, programme.claims)
    return say('the claim "{name}" is none of this programme{near}; all: stargauge audit', name=name, near=near)


def first_known(programme: Programme, values: Catalogue | None = None) -> date | None:
    """The first day on which a phase or a pledge of a programme was known; None where it has none with a date."""
    values = values or catalogue()
    days = sorted({said.known_from for said in programme.statements() if said.known_from})
    place = bisect_left(days, True, key=lambda one: bool(known_on(programme, values, one).phases))
    return days[place] if place < len(days) else None


def _nothing_known(programme: Programme, values: Catalogue, day: date) -> InputError:
    """Why there is nothing to run: the file has no phase and no pledge, or none of them was known by then."""
    if not programme.unsited and not any(site.phases for site in programme.sites.values()):
        told = say("no phase and no pledge, so there is nothing to run; give a site with a phase, or a pledge (unsited)")
        flaw = Flaw(("sites",), told)
        return faults_of([flaw], programme.documents)
    first = first_known(programme, values)
    return RecordTooThin(programme.name, day, first or day)


def shipped() -> tuple[str, ...]:
    """The names of the shipped programmes."""
    return tuple(shipped_files())


def ids_of(programme: Programme) -> set[str]:
    """Every label that the whole file knows, whatever the day."""
    phases = {f"{name}/{phase}" for name, site in programme.sites.items() for phase in site.phases}
    lines = {line for party in programme.parties.values() for line in party.commitments}
    chips = set(model_chips())
    return {*programme.sites, *programme.parties, *phases, *lines, "unsited", *chips}


def _record_ids(programme: Programme) -> set[str]:
    own = set(programme.records)
    return own.union(*(option.records for group in programme.alternatives.values() for option in group.values()))


def model_chips() -> tuple[str, ...]:
    """The accelerators of the catalogue."""
    return catalogue().names("accelerator")


def said_by(programme: Programme, day: date) -> dict[str, Any]:
    """The claims that had been made by a day."""
    return {name: claim for name, claim in programme.claims.items() if claim.day.start <= day}


Progress = Callable[[int, int], None]
