"""What a page shows of one site: one sentence, its phases, its power over time, what feeds it, and the statements about it in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.canvas import NARROW, WIDE
from stargauge.report.charts import over_time, spoken
from stargauge.report.drawing import figure, pictured
from stargauge.report.html import time_table
from stargauge.report.phases_chart import phases_svg, phases_table, spoken_phases
from stargauge.report.site_table import power_in, span_of, state_of
from stargauge.report.wording import bare, day_text, number_text, range_text, unit_text

Data = Mapping[str, Any]

#: What the sources of power are called.
_SOURCES = {"grid": "grid", "gas": "gas", "fuel_cell": "fuel cells", "solar": "solar", "wind": "wind", "nuclear": "nuclear", "battery": "battery"}
#: From this share on, what runs is all of what was announced.
_ALL = 0.98


def sentence(site: Data) -> str:
    """One sentence that could be printed: what of a site runs, and when all of it does."""
    name = site["name"]
    if site["given_up"]:
        return f"{name} was given up on {day_text(site['given_up'])}"
    runs, planned = site["runs"]["p50"] or 0.0, site["planned"]["p50"] or 0.0
    unit = scale_of(max(runs, planned), "W")
    if site["paused"]:
        return f"Work at {name} is paused, on record since {day_text(site['paused'])}"
    if not planned:
        return f"How large {name} is to be is not on record"
    whole = f"{power_in(site['planned'], unit)} announced {unit[1]} at {name}"
    if runs >= _ALL * planned:
        return f"All of {whole} runs"
    first = f"{power_in(site['runs'], unit)} of {whole} runs" if runs else f"Nothing of {whole} is known to run"
    return f"{first}; {_completion(site)}"


def _completion(site: Data) -> str:
    middle, span = site["complete"]["p50"], span_of(site["complete"])
    if not middle:
        return "in most worlds it is never complete"
    return f"complete by {day_text(middle[:7])}{f' ({span})' if span else ''}"


def facts(data: Data) -> list[tuple[str, str]]:
    """What is known of a site in a few words each."""
    site = data["site"]
    place = site["place"]
    chips = ", ".join(dict.fromkeys(phase["hardware"] for phase in data["phases"] if phase["hardware"]))
    where = ", ".join(part for part in (site["title"], site["region"]) if part)
    rows = [
        ("Where", f"{where} (on the map: {place['note'] or place['id']})" if place else f"{where}; the file names no place"),
        ("State", state_of(site)),
        ("Last looked at", day_text(site["observed_through"]) or "nobody has looked"),
        ("Accelerators", chips),
    ]
    return [(name, text) for name, text in rows if text]


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
        {"address": f"power_facility_promised[{site}]", "role": "announced", "hue": "announced", "label": "Promised by date"},
        {"address": f"power_facility[under_construction, {site}]", "role": "fan", "hue": "under_construction", "label": "Under construction"},
        {"address": f"power_facility[operational, {site}]", "role": "fan", "hue": "operational", "label": "Operational"},
    ]
    seen = f" Newest evidence {day_text(data['newest_evidence'])}." if data["newest_evidence"] else " Nobody has looked yet."
    return {
        "title": f"Power at {data['site']['name']} by stage", "why": f"power_facility[operational, {site}]", "series": series,
        "sub": f"Facility power (at the meter), month ends; bands P10 to P90 and P25 to P75.{seen}",
    }  # fmt: skip


def power_figure(data: Data) -> dict[str, Any] | None:
    """The site's power over time; none where no power is known of it."""
    line, quantities = power_line(data), data["quantities"]
    if not any(one["address"] in quantities for one in line["series"]):
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
    head = ["Year", f"Average draw, {load[1]}", *(f"{_SOURCES[name].capitalize()}, {energy[1]}" for name in sources)]
    rows = [
        [
            year["year"] if year["whole"] else f"{year['year']} (in part)", _span(year["load"], load[0]),
            *(_span(year["sources"][name], energy[0]) for name in sources), *([_span(year["shortfall"], energy[0])] if short else []),
        ]
        for year in years
    ]  # fmt: skip
    return {"head": [*head, *([f"Not covered, {energy[1]}"] if short else [])], "rows": rows}


def _span(row: Data, factor: float) -> str:
    """`5.2 (3.9–6.8)`; the middle alone where all are the same."""
    low, middle, high = (number_text(row[name], factor) for name in ("p10", "p50", "p90"))
    return middle if low == high else f"{middle} ({low}–{high})"


def supply_sentence(data: Data) -> str:
    """One sentence: what feeds the site on record."""
    named = [one for one in data["supply"] if one["capacity"]]
    if not named:
        return "Nobody has put a number on what feeds this site; the grid is taken to carry what has power."
    told = [f"{_SOURCES[one['source']]} {_amount(one)}{' as backup' if one['role'] == 'backup' else ''}" for one in named]
    return f"On record: {', '.join(told)}."


def _amount(one: Data) -> str:
    value = one["capacity"]["value"]
    level = {"unit": one["capacity"]["unit"], "p50": value}
    return f"{bare(level, 'p50')} {unit_text(level)}" if isinstance(value, (int, float)) else str(one["capacity"]["text"])


def supply_rows(data: Data) -> list[dict[str, Any]]:
    """The sources on record with their newest statements."""
    return [
        {"name": _SOURCES[one["source"]], "role": one["role"], "amount": _amount(one) if one["capacity"] else "–",
         "since": day_text(one["available_from"]["value"]) if one["available_from"] else "–",
         "said": one["capacity"] or one["available_from"], "about": one["about"]}
        for one in data["supply"]
    ]  # fmt: skip


def pue_table(data: Data) -> dict[str, Any] | None:
    """The PUE of a typical year, of each month of it and of its hottest hour; none where the weather of the place is not known."""
    pue = data["pue"]
    if pue["year"]["p50"] is None:
        return None
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    named = {f"{place:02d}": name for place, name in enumerate(months, 1)}
    rows = [("Typical year", pue["year"]), ("Hottest hour", pue["hottest"])]
    rows += [(named[month], pue["months"][month]) for month in sorted(pue["months"])]
    cells = [[name, *(number_text(row[level]) for level in ("p10", "p50", "p90"))] for name, row in rows]
    return {"head": ["PUE", "P10", "P50", "P90"], "rows": cells[:2], "months": cells[2:]}


def pue_sentence(data: Data) -> str:
    """One sentence on the PUE."""
    pue = data["pue"]
    if pue["year"]["p50"] is None:
        return "How much of the power cooling takes here is not known: the file names no place whose weather is known."
    year, hot = ({**pue[name], "unit": "1"} for name in ("year", "hottest"))
    return (
        f"A typical year takes {number_text(year['p50'])} ({range_text(year)}) units at the meter for one at the racks (PUE); "
        f"its hottest hour {number_text(hot['p50'])}."
    )


def fact_groups(data: Data) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The statements about a site: those of the whole site first, then phase by phase."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for said in data["statements"]:
        parts = str(said["path"]).split(".")
        group = parts[3].replace("-", " ").capitalize() if len(parts) > 4 and parts[2] == "phases" else _GROUPS.get(parts[2], "The whole site")
        groups.setdefault(group, []).append({**said, "what": _what(parts)})
    first = [name for name in ("The whole site", *_GROUPS.values()) if name in groups]
    return [(name, groups[name]) for name in dict.fromkeys([*first, *groups])]


_GROUPS = {"milestones": "Dates of the whole site", "supply": "Power supply", "facts": "What else is on record"}


def _what(parts: Sequence[str]) -> str:
    """The last steps of a path in words: `milestones.operational[2]` is `operational`."""
    rest = parts[4:] if parts[2] == "phases" else parts[2:]
    words = [step.partition("[")[0].replace("_", " ") for step in rest if step not in ("milestones", "facts", "supply")]
    return " ".join(words)
