"""All programmes together: power by grid region and year, on a map and in tables, and what they compete for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.web.routes import page
from stargauge.web.view import KEPT, View

#: What a page asks beyond the day: the year of the map.
ASKS = ("year",)


@page("/system", asks=ASKS, of_all=True)
def system(view: View, year: str) -> str:
    """The frame at once; the numbers come with the runs of all programmes."""
    query = view.asked.but(programme="").query()
    rest = "&".join(part for part in (query, f"year={year}" if year else "") if part)
    return view.render("system_page.html.j2", rest=f"/system/all{'?' if rest else ''}{rest}", year=year)


@page("/system/all", asks=ASKS, slow=True, of_all=True)
def all_of_it(view: View, year: str) -> str:
    """Map and tables of all programmes; those whose files have faults are named and left out."""
    from stargauge.report.locale import speaking
    from stargauge.report.sites.system_page import of_year, system_section

    data = _answer(view)
    at = _year(year, data)
    view.more = {"year": year} if year else {}
    with speaking(view.asked.language):
        told = of_year(data, at)
        section = system_section(told)
        section["maps"] = [view.enter(figure) for figure in section["maps"]]
    return view.render("system_all.html.j2", told=told, s=section, at=at, years=[str(one) for one in data["years"]])


def _answer(view: View) -> dict[str, Any]:
    """What all programmes are together, with the marks of the map for every year; made once while no file changes."""
    from stargauge import api

    shelves = view.shelves()
    asked = view.asked

    def make() -> dict[str, Any]:
        sound, faulty = sound_and_faulty(view)
        whole = api.system(sound, as_of=asked.day, draws=asked.draws, seed=asked.seed, progress=view.progress)
        marks = {year: whole.marks(year) for year in whole.years}
        return {**whole.to_dict(), "marks_of": marks, "faulty": faulty}

    key = ("system", asked.day, asked.draws, asked.seed, tuple((name, one.stamp) for name, one in shelves.items()))
    return KEPT.get(key, make, asked.draws)  # type: ignore[no-any-return]


def sound_and_faulty(view: View) -> tuple[list[str | Path], list[dict[str, Any]]]:
    """The programmes that can be run, and those whose files have faults, with how many."""
    from stargauge import api

    sound, faulty = list[str | Path](), list[dict[str, Any]]()
    for name, one in view.shelves().items():
        try:
            made = api.load(one.path) if one.own else None
            if made is not None and made.sites:
                api.known(made, view.asked.day)
            sound.append(one.path if one.own else name)
        except api.RecordTooThin:
            sound.append(one.path)
        except InputError as error:
            faulty.append({"name": name, "faults": len(error.faults)})
    return sound, faulty


def _year(text: str, data: dict[str, Any]) -> int:
    """The year of the map. Raises InputError for one that is not on the clock."""
    years = data["years"]
    if not text:
        return int(data["year"])
    if not text.isdecimal() or int(text) not in years:
        raise InputError(say('year: got "{text}"; expected {first} to {last}', text=text, first=years[0], last=years[-1]))
    return int(text)
