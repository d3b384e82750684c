"""Answers of the API, each made by the function of its name: the data that the command line prints as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.web import chips, sweep
from stargauge.web.library import sides_of
from stargauge.web.view import View
from stargauge.web.work import Made

Asked = Mapping[str, Any]
Answerer = Callable[[View, Asked], Any]
#: The most draws of a hall's hours, each of which is a year of 8,760.
_HALL_DRAWS = 256


class WrongValue(InputError):
    """Something is asked for of what is there, by values that are wrong or that cannot be kept together."""


def answer(view: View, name: str, asked: Asked) -> Made:
    """An answer as JSON, or in the form of an export.

    A question about what is not there is answered so (404), one with wrong values by saying which (422); faults of files are 400.
    """
    try:
        made = ANSWERS[name](view, asked)
    except WrongValue as error:
        return Made(faults=error.faults, status=422)
    except InputError as error:
        return Made(faults=error.faults, status=400 if any(fault.line for fault in error.faults) else 404)
    if isinstance(made, Made):
        return made.with_packed()
    return Made(json.dumps(made, ensure_ascii=False, allow_nan=False).encode(), "application/json").with_packed()


@contextmanager
def _of_values(*names: str) -> Iterator[None]:
    """What is asked for is there: faults from here on are of values, each of the parameter of those `names` with which it begins."""
    try:
        yield
    except InputError as error:
        if any(fault.file for fault in error.faults):
            raise
        raise WrongValue([one for fault in error.faults for one in _each(fault, names)]) from None


def _each(fault: Fault, names: tuple[str, ...]) -> Iterator[Fault]:
    """A fault by its lines, each of which is one, with its parameter."""
    for line in fault.message.splitlines():
        of = re.match(r"(--)?([a-z_]+):? ", line)
        if of is None or of[2] not in names:
            yield replace(fault, message=line)
        else:
            yield replace(fault, message=line[of.end() :] if of[1] else line, path=fault.path or of[2])


def _site_there(view: View, site: str) -> None:
    """Raises InputError where the programme has no such site on the day."""
    from stargauge.audit.sites.site import asked as site_of

    site_of(view.known, site)


def _programmes(view: View, _: Asked) -> Any:
    return {"programmes": [{"id": name, "own": shelf.own, "file": shelf.path.name} for name, shelf in view.shelves().items()]}


def _programme(view: View, _: Asked) -> Any:
    made = view.programme
    return {
        "id": view.asked.programme, "own": view.shelf.own, "name": made.name, "about": made.about, "start": _day(made.start),
        "horizon": _day(made.horizon), "language": made.language, "supposed": list(made.supposed),
        "sites": {name: {"name": site.name or name, "phases": list(site.phases)} for name, site in made.sites.items()},
        "parties": {name: party.name or name for name, party in made.parties.items()},
        "claims": {name: {"says": claim.says, "readings": dict(claim.readings)} for name, claim in made.claims.items()},
        "scenarios": {name: one.reason for name, one in made.scenarios.items()},
    }  # fmt: skip


def _day(day: Any) -> str | None:
    return None if day is None else str(day)


def _whole_check(view: View) -> dict[str, Any]:
    """The check with its depths, as `stargauge check --json` has it."""
    from stargauge import api

    asked = view.asked

    def make() -> dict[str, Any]:
        return api.check(view.programme, **view.run, evidence=view.evidence, language=asked.language).to_dict()

    return view.kept("whole check", make)  # type: ignore[no-any-return]


def _claim(view: View, asked: Asked) -> Any:
    claim = asked["claim"]
    view.claim(claim)
    data = _whole_check(view)
    found = [one for one in data["claims"] if one["id"] == claim]
    if not found:
        raise InputError(say('the claim "{claim}" had not been made by {as_of}', claim=claim, as_of=data["as_of"]))
    return {**data, "claims": found}


def _odds(view: View, asked: Asked) -> Any:
    from stargauge import api

    run = view.run
    return api.odds(
        view.programme, asked["claim"], asked["from"], asked["to"] or view.asked.day, asked["every"], draws=run["draws"], seed=run["seed"],
        progress=run["progress"],
    ).to_dict()  # fmt: skip


def _simulate(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.simulate(view.programme, quantities=asked["quantity"] or api.HEADLINES, **view.run).to_dict()


def _explain(view: View, asked: Asked) -> Any:
    from stargauge import api

    address, run = asked["address"], view.run
    if api.is_claim(view.programme, address):
        if asked["date"]:
            raise InputError(say("--date: a reading is read at the time that it names; leave it out, or ask for an address"))
        run.pop("progress")
        return api.explain_reading(address, view.programme, evidence=view.evidence, **run).to_dict()
    return _number_explained(view, address, asked["date"])


def _number_explained(view: View, address: str, when: Any) -> Any:
    from stargauge import api
    from stargauge.audit.given import given_data
    from stargauge.audit.sources.explanation import explained

    asked, made = view.asked, view.programme
    given = api.condition(asked.given or None, made, now=view.known, draws=asked.draws, seed=asked.seed)
    node = api.explain(address, made, when=when, as_of=asked.day, draws=asked.draws, seed=asked.seed, given=given)
    return explained(node, view.known, api.held_captures(made, view.evidence, view.known.as_of)) | given_data(given)


def _changed(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.what_changed(asked["address"], asked["since"], view.programme, when=asked["date"], **_all_worlds(view)).to_dict()


def _all_worlds(view: View) -> dict[str, Any]:
    """How a function that takes no conditions is asked."""
    run = view.run
    run.pop("given")
    return run


def _drivers(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.drivers(view.programme, asked["claim"], address=asked["address"], when=asked["date"], **view.run).to_dict()


def _needs(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.needs(view.programme, asked["claim"], **view.run).to_dict()


def _together(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.together(view.programme, asked["claim"], **view.run).to_dict()


def _definitions(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.definitions(view.programme, asked["claim"], **view.run).to_dict()


def _sources(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.sources(view.programme, asked["claim"], **_all_worlds(view)).to_dict()


def _schedule(view: View, _: Asked) -> Any:
    from stargauge import api

    return api.schedule(view.programme, **view.run).to_dict()


def _money(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.money(
        view.programme, when=asked["date"], amounts=asked["need"], pays=asked["if"] or None, since=asked["from"], **view.run
    ).to_dict()


def _finance(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.finance(view.programme, site=asked["site"], **view.run).to_dict()


def _jobs(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.jobs(view.programme, when=asked["date"], site=asked["site"], **view.run).to_dict()


def _cost(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.cost(view.programme, site=asked["site"], chip=asked["chip"], **view.run).to_dict()


def _sites(view: View, _: Asked) -> Any:
    from stargauge import api

    return api.sites(view.programme, **view.run).to_dict()


def _site(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.site(asked["site"], view.programme, **view.run).to_dict()


def _power(view: View, asked: Asked) -> Any:
    from stargauge.api.supply_asked import faults_of
    from stargauge.plan.sizing import NoSupply
    from stargauge.web.pages.sites import supply_of

    _site_there(view, asked["site"])
    sources = asked["sources"] or None
    if faults := [replace(one, path="source") if one.path == "sources" else one for one in faults_of(asked, sources)]:
        raise WrongValue(faults)
    with _of_values("by", "years", "shortfall", "draws"):
        try:
            return supply_of(
                view, asked["site"], by=asked["by"], load_at=asked["load"], sources=sources, years=asked["years"],
                shortfall=asked["shortfall"], emissions=asked["emissions"], land=asked["land"], gas=asked["gas"], mixes=asked["mixes"],
                greenfield=asked["greenfield"],
            )  # fmt: skip
        except NoSupply as fault:
            raise WrongValue(_no_supply(fault, asked)) from None


def _no_supply(fault: Any, asked: Asked) -> list[Fault]:
    """Each limit that would do if it gave way, by its parameter; where none does alone, what else may be asked."""
    from stargauge.api.supply_asked import no_supply_of, not_yet, ways

    found = ways(fault, {**asked, "shortfall": f"{asked['shortfall']:g}"})
    none = no_supply_of(asked["sources"], asked["site"], asked["by"]) + (f" ({when})" if (when := not_yet(fault)) else "")
    if not found:
        if asked["by"]:
            return [Fault(say(
                "{none}, and no single limit that gives way would be enough; name a later day, a smaller load, more sources or wider "
                "limits", none=none,
            ))]  # fmt: skip
        return [Fault(say(
            "{none}, and no single limit that gives way would be enough; name a smaller load, more sources or wider limits", none=none
        ))]  # fmt: skip
    return [
        Fault(say("got {asked}: {none}; {needed} or more would do, all else kept", asked=way.asked, none=none, needed=way.needed), way.name)
        for way in found
    ]


def _plan(view: View, asked: Asked) -> Any:
    from stargauge.web.plan_asked import of_api, parameters_of, plan_of

    for claim in asked["claim"]:
        view.claim(claim.partition("/")[0])
    with _of_values():
        try:
            return plan_of(view, **of_api(asked)).to_dict()
        except InputError as error:
            raise InputError(parameters_of(error)) from None


def _facility(view: View, asked: Asked) -> Any:
    from stargauge import api

    _site_there(view, asked["site"])
    draws = min(view.fewer, _HALL_DRAWS)
    with _of_values("design", "redundancy"):
        return api.facility(
            asked["site"], view.programme, as_of=view.asked.day, design=asked["design"], redundancy=asked["redundancy"], draws=draws,
            seed=view.asked.seed,
        ).to_dict()  # fmt: skip


def _hours(view: View, asked: Asked) -> Any:
    from stargauge import api
    from stargauge.api.hours import MOST_DRAWS

    _site_there(view, asked["site"])
    with _of_values("year", "design", "profile", "spare"):
        return api.hours(
            asked["site"], view.programme, year=asked["year"], as_of=view.asked.day, design=asked["design"], profile=asked["profile"],
            spare=asked["spare"], draws=min(view.fewer, MOST_DRAWS), seed=view.asked.seed, progress=view.progress,
        ).to_dict(asked["hourly"])  # fmt: skip


def _compute(view: View, asked: Asked) -> Any:
    from stargauge import api

    made, known, run = view.programme, view.known, view.run
    run["given"] = api.condition(run["given"], made, now=known, draws=run["draws"], seed=run["seed"])
    with _of_values("model", "serve", "users", "messages", "tokens"):
        return api.compute(made, **asked, **run).to_dict()


def _sources_and_uses(view: View, _: Asked) -> Any:
    from stargauge import api

    return api.sources_and_uses(view.programme, **view.run).to_dict()


def _what_if(view: View, _: Asked) -> Any:
    from stargauge import api

    asked, settings = view.asked, view.asked.settings
    plain = replace(view, asked=asked.but(laid=()))  # what is set is moved, not laid under it
    moved = sorted({name.split("[")[0].strip() for name in settings})
    made = api.movable(plain.programme, as_of=asked.day, draws=asked.draws, seed=asked.seed, progress=view.progress, inputs=moved)
    return made.answer(settings)


def _brief(view: View, _: Asked) -> Any:
    from stargauge import api

    return api.brief(view.programme, as_of=view.asked.day, draws=view.asked.draws, seed=view.asked.seed)


def _sensitivity(view: View, asked: Asked) -> Any:
    from stargauge import api

    return api.sensitivity(
        asked["address"], view.programme, when=asked["date"], inputs=asked["inputs"] or None, two_way=asked["two_way"] or None,
        every=asked["all"], variance=asked["variance"], **_all_worlds(view),
    ).to_dict()  # fmt: skip


def _export(view: View, asked: Asked) -> Made:
    from stargauge import api
    from stargauge.api.exports import FORMS

    made = api.export(
        asked["form"], view.programme, claim=asked["claim"], language=view.asked.language, publisher=asked["publisher"] or "",
        url=asked["url"] or "", publisher_url=asked["publisher_url"] or "", proof=asked["proof"] or "", forecasts=asked["open"],
        evidence=view.evidence, **_all_worlds(view),
    )  # fmt: skip
    return Made(made.text.encode(), FORMS[asked["form"]][1])


def _compare(view: View, asked: Asked) -> Any:
    from stargauge import api

    one, other = sides_of(asked["a"], asked["b"], view.folder)
    return api.compare(one, other, draws=view.asked.draws, seed=view.asked.seed, progress=view.progress).to_dict()


def _system(view: View, asked: Asked) -> Any:
    from stargauge import api
    from stargauge.web.pages.system import sound_and_faulty

    pairs = [text.partition("=") for text in asked["pools"]]
    if wrong := ["".join(pair) for pair in pairs if not all(pair)]:
        raise WrongValue([Fault(say("got {pool!r}; expected NAME=VALUE, such as transformers=2 GW/yr", pool=one), "pool") for one in wrong])
    pools = {name.strip(): value.strip() for name, _, value in pairs}
    sound, faulty = sound_and_faulty(view)
    with _of_values("by", "pool"):
        made = api.system(
            sound, by=asked["by"], pools=pools, as_of=view.asked.as_of, draws=view.asked.draws, seed=view.asked.seed,
            progress=view.progress,
        ).to_dict()  # fmt: skip
    left = [{"file": one["name"], "why": say("its file has faults: {count}", count=one["faults"])} for one in faulty]
    return {**made, "left_out": [*made["left_out"], *left]}


def _accuracy(view: View, _: Asked) -> Any:
    from stargauge import api
    from stargauge.audit.backtest.measured import shipped

    found = shipped()
    return found.to_dict(api.catalogue()) if found else {}


def _catalogue(view: View, asked: Asked) -> Any:
    from stargauge import api
    from stargauge.catalogue.show import rows

    values = api.catalogue()
    if asked["kind"] is None:
        return {kind: list(values.names(kind)) for kind in values.kinds()}
    return [row._asdict() for row in rows(values, asked["kind"], asked["name"])]


def _schema(view: View, _: Asked) -> Any:
    from stargauge.programme.load import json_schema

    return json_schema()


def _chips(name: str) -> Answerer:
    """What chips can do: of names that the catalogue does not have there is no answer, else faults are of values."""

    def made(view: View, asked: Asked) -> Any:
        try:
            return chips.answer(view, name, asked)
        except InputError as error:
            raise (InputError if chips.is_missing(view, asked) else WrongValue)(error.faults) from None

    return made


ANSWERS: dict[str, Answerer] = {
    "programmes": _programmes, "programme": _programme, "check": lambda view, _: _whole_check(view),
    "claims": lambda view, _: _whole_check(view), "claim": _claim, "odds": _odds, "simulate": _simulate, "explain": _explain,
    "changed": _changed, "drivers": _drivers, "needs": _needs, "together": _together, "sweep": sweep.answer, "definitions": _definitions,
    "sources": _sources,
    "schedule": _schedule, "money": _money, "finance": _finance, "jobs": _jobs, "cost": _cost, "sensitivity": _sensitivity, "sites": _sites,
    "site": _site, "plan": _plan, "power": _power, "facility": _facility, "hours": _hours,
    "compute": _compute, "sources_and_uses": _sources_and_uses, "what_if": _what_if, "brief": _brief,
    "export": _export, "compare": _compare, "system": _system, "accuracy": _accuracy, "catalogue": _catalogue, "schema": _schema,
    **{name: _chips(name) for name in ("train", "infer", "goodput")},
}  # fmt: skip
