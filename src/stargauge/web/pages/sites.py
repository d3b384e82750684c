"""Where the programme is built: every site in a table and on the map, and one of them in depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stargauge.quantity.spoken import say
from stargauge.web.routes import page
from stargauge.web.view import View


@page("/p/{programme}/sites")
def sites(view: View) -> str:
    """All sites: the same figures as on the overview, and what holds each of them up."""
    from stargauge.report.sites.site_table import sites_section

    found = _sites(view)
    sited = sites_section({"sites": found["sites"], "sites_together": found["whole"]}) if found else None
    if sited and sited["map"]:
        sited["map"] = view.enter(sited["map"])
    return view.render("sites.page.html.j2", a=view.named, sited=sited, site_link=lambda name: view.link(f"sites/{name}"))


@page("/p/{programme}/sites-held-up")
def held_up(view: View) -> str:
    """When each unfinished site runs, and what holds it up."""
    from stargauge.report.sites.schedule import schedule_table

    return view.render("held_up.html.j2", a=view.named, schedule=schedule_table(_delays(view)))


@page("/p/{programme}/sites/{site}")
def site(view: View, site: str) -> str:
    """One site: phases over time, power, supply, statements with their sources; cost, jobs and delays come when the page stands."""
    from stargauge.report.sites import site_page

    if later := _later(view, site):
        return later
    data = _site(view, site)
    drawn = {
        name: view.enter(made)
        for name, made in (("phases", site_page.phases_figure(data)), ("power", site_page.power_figure(data)))
        if made
    }
    return view.render(
        "site.html.j2", a=_about(view, data), site=data["site"], data=data, drawn=drawn, line=site_page.power_line(data),
        sentence=site_page.sentence(data["site"]), known_facts=site_page.facts(data), figures=site_page.figures_on_record(data),
        energy=site_page.energy_table(data),
        **_power_fields({}),
        supply=site_page.supply_rows(data), supply_sentence=site_page.supply_sentence(data), pue=site_page.pue_table(data),
        pue_sentence=site_page.pue_sentence(data), fact_groups=site_page.fact_groups(data),
    )  # fmt: skip


@page("/p/{programme}/sites/{site}/held-up")
def site_held_up(view: View, site: str) -> str:
    """What holds one site up."""
    from stargauge.report.sites.schedule import schedule_table

    if later := _later(view, site):
        return later
    delays = _delays(view)
    mine = [one for one in delays["sites"] if one["id"] == site]
    return view.render("site_held_up.html.j2", a=view.named, site=site, schedule=schedule_table({**delays, "sites": mine}))


@page("/p/{programme}/sites/{site}/cost")
def site_cost(view: View, site: str) -> str:
    """What a megawatt-year and an accelerator-hour cost at one site."""
    from stargauge import api
    from stargauge.report.sites.site_cost import cost_section

    if later := _later(view, site):
        return later
    made = view.kept("site cost", lambda: api.cost(view.programme, site=site, moves=False, **view.run).to_dict(), site)
    return view.render("site_cost.html.j2", a=view.named, site=site, cost=cost_section(made))


@page("/p/{programme}/sites/{site}/jobs")
def site_jobs(view: View, site: str) -> str:
    """The jobs of one site by every definition, beside what others counted."""
    from stargauge import api
    from stargauge.report.sites.site_jobs import jobs_section

    if later := _later(view, site):
        return later
    made = view.kept("site jobs", lambda: api.jobs(view.programme, site=site, **view.run).to_dict(), site)
    section = jobs_section(made)
    if section["figure"]:
        section["figure"] = view.enter(section["figure"])
    return view.render("site_jobs.html.j2", a=view.named, site=site, jobs=section)


#: What a form asks of a supply, and the histories of failures that it is tested on, as on a command line.
_ASKS = ("load", "by", "sources", "shortfall", "emissions", "land", "gas", "years", "greenfield")
_HISTORIES = 256


@page("/p/{programme}/sites/{site}/power", asks=_ASKS, slow=True)
def site_power(view: View, site: str, **asks: str) -> str:
    """The cheapest supply of one site, sized when asked for; where there is none, why."""
    from stargauge.api.supply_asked import enough
    from stargauge.plan.sizing import NoSupply
    from stargauge.quantity.errors import InputError
    from stargauge.report.locale import speaking
    from stargauge.report.power.power_limits import impossible
    from stargauge.report.power.power_page import power_section

    if later := _later(view, site):
        return later
    try:
        data = view.kept("site power", lambda: supply_of(view, site, **_asked_power(asks)), site, *asks.values())
    except InputError as error:
        with speaking(view.asked.language):
            why = impossible(enough(error.reliefs), asks, error.ready, error.lack) if isinstance(error, NoSupply) else str(error)
        return view.render("site_power.html.j2", a=view.named, site=site, s=None, data={}, why=why, **_power_fields(asks))
    with speaking(view.asked.language):
        section = power_section(data)
        section["figures"] = {name: view.enter(figure) for name, figure in section["figures"].items()}
    about = {**view.named, "weeks": data["weeks"], "stages": data["stages"]}
    return view.render("site_power.html.j2", a=about, site=site, s=section, data=data["test"], why="", **_power_fields(asks))


def _asked_power(asks: dict[str, str]) -> dict[str, Any]:
    """What a form asks, as `api.power` takes it; nothing of what is left empty. Raises InputError for what is none."""
    from stargauge.quantity.dates import parse_window
    from stargauge.quantity.errors import InputError
    from stargauge.quantity.units import parse_number

    told = {name: text.strip() for name, text in asks.items() if text.strip()}
    years = told.get("years", "1")
    if not (years.isdecimal() and 1 <= int(years) <= _MOST_YEARS):
        raise InputError(say('got "{years}" years; expected 1 to {most}', years=years, most=_MOST_YEARS))
    read: dict[str, tuple[str, Callable[[str], Any]]] = {
        "load": ("load_at", str), "by": ("by", lambda text: parse_window(text).start), "emissions": ("emissions", str),
        "sources": ("sources", lambda text: [one.strip() for one in text.split(",") if one.strip()]), "years": ("years", int),
        "shortfall": ("shortfall", lambda text: parse_number(text, "1")), "land": ("land", str), "gas": ("gas", str),
        "greenfield": ("greenfield", _truth),
    }  # fmt: skip
    return {read[name][0]: read[name][1](text) for name, text in told.items()}


def _truth(text: str) -> bool:
    """Whether a tick is set, as the addresses of the API have it: 1 or true, 0 or false."""
    from stargauge.quantity.errors import InputError

    if text.lower() not in ("1", "true", "0", "false"):
        raise InputError(say('got greenfield "{text}"; expected 1 or 0', text=text))
    return text.lower() in ("1", "true")


#: Years of weather that a page sizes on at most: more take minutes.
_MOST_YEARS = 3


def _power_fields(asks: dict[str, str]) -> dict[str, Any]:
    """What the form of a supply shows: its fields with an example each, and what stands in them."""
    from stargauge.plan.offers import CHOICES
    from stargauge.report.power.power_limits import fields

    asked = {name: asks.get(name, "") for name in _ASKS}
    ticked = asked["greenfield"].strip().lower() in ("1", "true")
    return {"power_fields": fields(), "power_asked": {**asked, "greenfield": ticked}, "power_sources": CHOICES}


@page("/p/{programme}/sites/{site}/hours", asks=("year",), slow=True)
def site_hours(view: View, site: str, year: str) -> str:
    """The stated supply of one site hour by hour, in a year; where there is none to be told, why."""
    from stargauge.quantity.errors import InputError
    from stargauge.report.locale import speaking
    from stargauge.report.power.hours_page import hours_section

    if later := _later(view, site):
        return later
    try:
        data = view.kept("site hours", lambda: _hours_of(view, site, year.strip()), site, year)
    except InputError as error:
        return view.render("site_hours.html.j2", a=view.named, site=site, s=None, year=year, why=str(error))
    with speaking(view.asked.language):
        section = hours_section(data)
        section["figures"] = {name: view.enter(figure) for name, figure in section["figures"].items()}
    return view.render("site_hours.html.j2", a=view.named, site=site, s=section, data=data, year=year, why="")


def _hours_of(view: View, site: str, year: str) -> dict[str, Any]:
    """What `api.hours` says of a site in a year, as a command line has it. Raises InputError for what is no year."""
    from stargauge import api
    from stargauge.quantity.errors import InputError

    if year and not year.isdecimal():
        raise InputError(say('got the year "{year}"; expected such as {example}', year=year, example=view.known.as_of.year + 1))
    asked = view.asked
    return api.hours(
        site, view.programme, year=int(year) if year else None, as_of=asked.day, draws=min(asked.draws, _HISTORIES), seed=asked.seed,
        progress=view.progress,
    ).to_dict()  # fmt: skip


def supply_of(view: View, site: str, **more: Any) -> dict[str, Any]:
    """What `api.power` says of a site."""
    from stargauge import api

    asked = view.asked
    made = api.power(
        site, view.programme, as_of=asked.day, draws=min(asked.draws, _HISTORIES), seed=asked.seed, progress=view.progress, **more
    )
    return made.to_dict()


def _sites(view: View) -> dict[str, Any] | None:
    """The table of sites by its own run, which is short; the numbers are those of the overview. None where no site is known yet."""
    from stargauge import api
    from stargauge.audit.sites.sites import named

    if not named(view.known):
        return None
    return view.kept("sites", lambda: api.sites(view.programme, **view.run).to_dict())  # type: ignore[no-any-return]


def _site(view: View, site: str) -> dict[str, Any]:
    from stargauge import api

    return view.kept("site", lambda: api.site(site, view.programme, **view.run).to_dict(), site)  # type: ignore[no-any-return]


def _delays(view: View) -> dict[str, Any]:
    from stargauge import api

    return view.kept("delays", lambda: api.schedule(view.programme, **view.run).to_dict())  # type: ignore[no-any-return]


def _later(view: View, site: str) -> str:
    """The page of a site that was published only after the day; empty where it was known. Raises InputError for one that there is not."""
    from stargauge.audit.sites.site import asked
    from stargauge.programme.schema import statements_of

    spec = view.programme.sites.get(site)
    if spec is None or any(one.id == site for one in view.known.sites):
        asked(view.known, site)
        return ""
    first = min(said.known_from for said in statements_of(spec) if said.known_from)
    return view.render("site_unknown.html.j2", a=view.named, name=(spec.name or site).split(",")[0], first=first)


def _about(view: View, data: dict[str, Any]) -> dict[str, Any]:
    """The same with the sources of what is said of a site."""
    return {**view.named, "sources": data["sources"], "newest_evidence": data["newest_evidence"]}
