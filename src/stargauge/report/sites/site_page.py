"""What a page shows of one site: one sentence, its phases, its power over time, what feeds it, and the statements about it in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.audit.sites.sites import all_runs
from stargauge.quantity.units import scale_of
from stargauge.report.drawing.canvas import NARROW, WIDE
from stargauge.report.drawing.charts import over_time, peak, spoken
from stargauge.report.drawing.drawing import figure, pictured
from stargauge.report.html import first_up, time_table
from stargauge.report.locale import notation, say, words
from stargauge.report.sites.phases_chart import phases_svg, phases_table, spoken_phases
from stargauge.report.sites.site_table import power_in, span_of, state_of
from stargauge.report.wording import bare, day_text, number_text, range_text, unit_text

Data = Mapping[str, Any]


def sentence(site: Data) -> str:
    """One sentence that could be printed: what of a site runs, and when all of it does."""
    name = site["name"]
    if site["given_up"]:
        return say("{site} was given up on {day}", site=name, day=day_text(site["given_up"]))
    if site["paused"]:
        return say("Work at {site} is paused, on record since {day}", site=name, day=day_text(site["paused"]))
    runs, planned = site["runs"]["p50"] or 0.0, site["planned"]["p50"] or 0.0
    if not planned:
        return say("How large {site} is to be is not on record", site=name)
    unit = scale_of(max(runs, planned), "W")
    told = {
        "site": name,
        "runs": power_in(site["runs"], unit),
        "planned": power_in(site["planned"], unit),
        "unit": notation().unit(unit[1]),
    }
    if all_runs(site):
        return say("All of {planned} announced {unit} at {site} runs", **told)
    done = _completion(site)
    if runs:
        return say("{runs} of {planned} announced {unit} at {site} runs; {complete}", complete=done, **told)
    return say("Nothing of {planned} announced {unit} at {site} is known to run; {complete}", complete=done, **told)


def _completion(site: Data) -> str:
    middle, span = site["complete"]["p50"], span_of(site["complete"])
    if not middle:
        return say("in most worlds it is never complete")
    when = day_text(middle[:7])
    return say("complete by {month} ({span})", month=when, span=span) if span else say("complete by {month}", month=when)


def facts(data: Data) -> list[tuple[str, str]]:
    """What is known of a site in a few words each."""
    site = data["site"]
    place = site["place"]
    chips = ", ".join(dict.fromkeys(phase["hardware"] for phase in data["phases"] if phase["hardware"]))
    where = ", ".join(part for part in (site["title"], site["region"]) if part)
    if place:
        told = say("{place} (on the map: {town})", place=where, town=place["note"] or place["id"])
    else:
        told = say("{place}; the file names no place for the map", place=where)
    seen = day_text(site["observed_through"]) or say("nobody has looked")
    rows = [(say("Where"), told), (say("State"), state_of(site)), (say("Last looked at"), seen), (say("Accelerators"), chips)]
    return [(name, text) for name, text in rows if text]


def figures_on_record(data: Data) -> list[dict[str, Any]]:
    """The newest figure that somebody gave of the whole site, by what it is."""
    names = {
        "capital": say("Investment"), "debt": say("Debt"), "opex": say("Operating cost in a year"), "buildings": say("Buildings"),
        "chips": say("Accelerators"), "jobs_construction_peak": say("Builders at the peak"), "jobs_permanent": say("Permanent posts"),
        "land": say("Land"), "floor_area": say("Floor area"), "water": say("Water in a year"),
    }  # fmt: skip
    return [{**one, "name": names[one["what"]]} for one in data["figures"]]


def source_name(source: str) -> str:
    """What a source of power is called."""
    names = {
        "grid": say("grid"), "gas": say("gas"), "fuel_cell": say("fuel cells"), "solar": say("sun"), "wind": say("wind"),
        "nuclear": say("nuclear"), "battery": say("battery"),
    }  # fmt: skip
    return names.get(source, source)


def phases_figure(data: Data) -> dict[str, Any] | None:
    """The phases over time; none where the site has none."""
    if not data["phases"]:
        return None
    return pictured(
        "phases", spoken_phases(data), (phases_svg(data), phases_svg(data, narrow=True)), phases_table(data["phases"]),
        f"site_complete_date[{data['site']['id']}]",
    )  # fmt: skip


def power_line(data: Data) -> dict[str, Any]:
    """The chart of the site's power: which series, in which role, under which title."""
    site = data["site"]["id"]
    series = [
        {"address": f"power_facility_promised[{site}]", "role": "announced", "hue": "announced", "label": say("Promised by date")},
        {
            "address": f"power_facility[under_construction, {site}]",
            "role": "fan",
            "hue": "under_construction",
            "label": say("Under construction"),
        },
        {"address": f"power_facility[operational, {site}]", "role": "fan", "hue": "operational", "label": say("Operational")},
    ]
    basis = say("Facility power (at the meter), month ends; bands P10 to P90 and P25 to P75.")
    newest = data["newest_evidence"]
    seen = say("Newest evidence {day}.", day=day_text(newest)) if newest else say("Nobody has looked yet.")
    title = say("Power at {site} by stage", site=data["site"]["name"])
    return {"title": title, "why": f"power_facility[operational, {site}]", "series": series, "sub": f"{basis} {seen}"}


def power_figure(data: Data) -> dict[str, Any] | None:
    """The site's power over time; none where there is none in any month."""
    line, quantities = power_line(data), data["quantities"]
    if not any(peak(quantities[one["address"]]) for one in line["series"] if one["address"] in quantities):
        return None
    specs = [over_time(line, quantities, data["newest_evidence"], paper) for paper in (WIDE, NARROW)]
    return figure("power", spoken(line, quantities), specs, time_table(line, quantities, data["newest_evidence"]), line["why"])


def energy_table(data: Data) -> dict[str, Any] | None:
    """The yearly balance: the average draw, what each source gives, what none can give; none where nothing is drawn in any year."""
    years = data["energy"]
    if not years:
        return None
    sources = [name for name in years[0]["sources"] if any(year["sources"][name]["p90"] for year in years)]
    load = scale_of(max(year["load"]["p90"] or 0.0 for year in years), "W")
    energy = scale_of(max((year["sources"][name]["p90"] or 0.0 for year in years for name in sources), default=0.0), "Wh")
    short = any(year["shortfall"]["p90"] for year in years)
    power_unit, energy_unit = (notation().unit(one[1]) for one in (load, energy))
    head = [
        say("Year"),
        say("Average draw, {unit}", unit=power_unit),
        *(f"{first_up(source_name(name))}, {energy_unit}" for name in sources),
    ]
    rows = [
        [
            year["year"] if year["whole"] else say("{year} (in part)", year=year["year"]), _span(year["load"], load[0]),
            *(_span(year["sources"][name], energy[0]) for name in sources), *([_span(year["shortfall"], energy[0])] if short else []),
        ]
        for year in years
    ]  # fmt: skip
    return {"head": [*head, *([say("Not covered, {unit}", unit=energy_unit)] if short else [])], "rows": rows}


def _span(row: Data, factor: float) -> str:
    """`5.2 (3.9–6.8)`; the middle alone where all are the same."""
    low, middle, high = (number_text(row[name], factor) for name in ("p10", "p50", "p90"))
    return middle if low == high else f"{middle} ({low}–{high})"


def supply_sentence(data: Data) -> str:
    """One sentence: what feeds the site on record."""
    named = [one for one in data["supply"] if one["capacity"]]
    if not named:
        return say("Nobody has put a number on what feeds this site; the grid is taken to carry what has power.")
    told = [
        say("{source} {power} as backup", source=source_name(one["source"]), power=_amount(one)) if one["role"] == "backup"
        else say("{source} {power} without the grid", source=source_name(one["source"]), power=_amount(one)) if one["role"] == "alone"
        else say("{source} {power}", source=source_name(one["source"]), power=_amount(one))
        for one in named
    ]  # fmt: skip
    return say("On record: {sources}.", sources=", ".join(told))


def _amount(one: Data) -> str:
    value = one["capacity"]["value"]
    level = {"unit": one["capacity"]["unit"], "p50": value}
    return f"{bare(level, 'p50')} {unit_text(level)}" if isinstance(value, (int, float)) else str(one["capacity"]["text"])


def supply_rows(data: Data) -> list[dict[str, Any]]:
    """The sources on record with their newest statements."""
    return [
        {"name": source_name(one["source"]), "role": one["role"], "amount": _amount(one) if one["capacity"] else "–",
         "since": day_text(one["available_from"]["value"]) if one["available_from"] else "–",
         "said": one["capacity"] or one["available_from"], "about": one["about"]}
        for one in data["supply"]
    ]  # fmt: skip


def pue_table(data: Data) -> dict[str, Any] | None:
    """The PUE of a typical year, of each month of it and of its hottest hour; none where the weather of the place is not known."""
    pue = data["pue"]
    if pue["year"]["p50"] is None:
        return None
    rows = [(say("Typical year"), pue["year"]), (say("Hottest hour"), pue["hottest"])]
    rows += [(words().short_date(2000, int(month)).partition(" ")[0], pue["months"][month]) for month in sorted(pue["months"])]
    cells = [[name, *(number_text(row[level]) for level in ("p10", "p50", "p90"))] for name, row in rows]
    return {"head": ["PUE", "P10", "P50", "P90"], "rows": cells[:2], "months": cells[2:]}


def pue_sentence(data: Data) -> str:
    """One sentence on the PUE."""
    pue = data["pue"]
    if pue["year"]["p50"] is None:
        return say("How much of the power cooling takes here is not known: the file names no place whose weather is known.")
    year, hot = ({**pue[name], "unit": "1"} for name in ("year", "hottest"))
    return say(
        "A typical year takes {year} ({span}) units at the meter for one at the racks (PUE); its hottest hour {hottest}.",
        year=number_text(year["p50"]), span=range_text(year), hottest=number_text(hot["p50"]),
    )  # fmt: skip


def fact_groups(data: Data) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The statements about a site: those of the whole site first, then phase by phase."""
    whole, named = say("The whole site"), {
        "milestones": say("Dates of the whole site"), "supply": say("Power supply"), "facts": say("What else is on record"),
    }  # fmt: skip
    phases = {str(phase["id"]).partition("/")[2]: phase["name"] for phase in data["phases"]}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for one in data["statements"]:
        parts = str(one["path"]).split(".")
        of_phase = len(parts) > 4 and parts[2] == "phases"
        group = phases[parts[3]] if of_phase else named.get(parts[2], whole)
        groups.setdefault(group, []).append({**one, "what": _what(parts)})
    first = [name for name in (whole, *named.values()) if name in groups]
    return [(name, groups[name]) for name in dict.fromkeys([*first, *groups])]


def _what(parts: Sequence[str]) -> str:
    """The last steps of a path in words: `milestones.operational[2]` is `operational`."""
    rest = parts[4:] if parts[2] == "phases" else parts[2:]
    steps = [step.partition("[")[0].replace("_", " ") for step in rest if step not in ("milestones", "facts", "supply")]
    return " ".join(steps).replace("it power", "IT power")
