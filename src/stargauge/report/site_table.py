"""The table of sites and the map beside it: the same in the report and on the pages of the web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.drawing import pictured
from stargauge.report.site_map import on_map, site_map, spoken_map, states_of
from stargauge.report.wording import day_text, number_text, percent

Site = Mapping[str, Any]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
#: What a phase is said to be by the furthest stage on record, what is furthest first.
_STAGES = (("operational", "run"), ("energised", "have power"), ("under_construction", "being built"), ("announced", "not begun"))
#: From which share of worlds on it is said that a site may never be complete.
_LEAST = 0.05


def sites_section(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the report and the overview show of the sites: a title, the rows of the table, the map; none where there is no site."""
    sites: Sequence[Site] = answer.get("sites") or []
    if not sites:
        return None
    together = answer["sites_together"]
    unit = unit_of(sites)
    rows = [row_of(site, unit) for site in ordered(sites)]
    whole = {"runs": power_in(together["runs"], unit), "planned": power_in(together["planned"], unit)}
    return {
        "title": title(sites), "sub": subtitle(sites), "note": note(sites), "unit": unit[1], "rows": rows, "whole": whole,
        "all": f"All {_number(len(sites))}" if len(sites) > 1 else "", "together": together, "map": map_figure(sites),
    }  # fmt: skip


def ordered(sites: Sequence[Site]) -> list[Site]:
    """The largest first, those given up last."""
    return sorted(sites, key=lambda site: (bool(site["given_up"]), -(site["planned"]["p50"] or 0.0)))


def map_figure(sites: Sequence[Site]) -> dict[str, Any] | None:
    """The map with the table of its numbers; none where no site has a place."""
    if not on_map(sites):
        return None
    return pictured("map", spoken_map(sites), (site_map(sites), site_map(sites, narrow=True)), sites_table(ordered(sites)))


def title(sites: Sequence[Site]) -> str:
    """How many sites there are, in how many states, and how many of them run: `Seven sites in five states; one of them runs`."""
    kept = [site for site in sites if not site["given_up"]]
    if not kept:
        return f"{_number(len(sites)).capitalize()} site{'' if len(sites) == 1 else 's'}, given up"
    states = states_of(kept) if on_map(kept) == kept else []
    where = f" in {_number(len(states))} states" if len(states) > 1 else f" in {states[0]}" if states else ""
    running = sum((site["runs"]["p50"] or 0.0) > 0.0 for site in kept)
    if len(kept) == 1:
        return f"One site{where}; {'some of it runs' if running else 'nothing of it is known to run'}"
    runs = "none of them is known to run" if not running else "all of them run in part or whole" if running == len(kept) else ""
    return f"{_number(len(kept)).capitalize()} sites{where}; {runs or f'{_number(running)} of them run' + ('s' if running == 1 else '')}"


def subtitle(sites: Sequence[Site]) -> str:
    """What rings and discs are, and what is not on the map."""
    gone = [site["name"] for site in sites if site["given_up"]]
    off = [site["name"] for site in sites if not site["place"] and not site["given_up"]]
    parts = ["Ring: announced facility power. Disc: the part that runs. Area to scale; outline simplified."]
    parts += [f"Given up: {', '.join(gone)}."] if gone else []
    parts += [f"Place not stated: {', '.join(off)}."] if off else []
    stopped = [site["name"] for site in sites if site["paused"] and not site["given_up"]]
    parts += [f"Paused: {', '.join(stopped)}."] if stopped else []
    return " ".join(parts)


def note(sites: Sequence[Site]) -> str:
    """What the columns mean."""
    return "Runs: facility power at the newest evidence, P50. Complete: the month by which half of the worlds have the whole site running; then P10–P90."


def row_of(site: Site, unit: tuple[float, str]) -> dict[str, Any]:
    """One row of the table in words."""
    complete = site["complete"]
    spread = span_of(complete) if complete["p50"] else ""
    return {
        "id": site["id"], "name": site["name"], "region": site["region"], "seen": day_text(site["observed_through"]),
        "state": state_of(site), "runs": power_in(site["runs"], unit), "planned": power_in(site["planned"], unit),
        "runs_why": site["runs"]["address"], "planned_why": site["planned"]["address"],
        "complete": complete_text(site), "span": spread, "never": never_text(site),
    }  # fmt: skip


def state_of(site: Site) -> str:
    """How far the phases have come by what is on record: `4 of 8 phases run, 4 being built`."""
    if site["given_up"]:
        return f"given up on {day_text(site['given_up'])}"
    if not site["phases"]:
        return "no phase on record"
    if site["paused"]:
        return f"paused, {day_text(site['paused'])}"
    found = [(words, site["reached"][stage]) for stage, words in _STAGES if site["reached"][stage]]
    first, *rest = found
    of = f"{first[1]} of {site['phases']} phases" if site["phases"] > 1 else "one phase"
    words = {"run": "runs", "have power": "has power"}.get(first[0], first[0]) if site["phases"] == 1 or first[1] == 1 else first[0]
    return ", ".join([f"{of} {words}", *(f"{count} {_one(words, count)}" for words, count in rest)])


def _one(words: str, count: int) -> str:
    return {"run": "runs", "have power": "has power"}.get(words, words) if count == 1 else words


def complete_text(site: Site) -> str:
    """The month by which half of the worlds have the whole site running."""
    if site["given_up"]:
        return "–"
    middle = site["complete"]["p50"]
    return day_text(middle[:7]) if middle else "never"


def span_of(levels: Mapping[str, Any]) -> str:
    """P10 to P90 of a date in months; empty where both are the same."""
    low, high = (day_text(levels[name][:7]) if levels[name] else "never" for name in ("p10", "p90"))
    return "" if low == high else f"{low}–{high}"


def never_text(site: Site) -> str:
    """In how many worlds it is never complete, where that is worth saying."""
    return f"never in {percent(site['never'])}" if site["complete"]["p50"] and site["never"] >= _LEAST else ""


def sites_table(sites: Sequence[Site]) -> dict[str, Any]:
    """The same numbers as a table for those who do not see the map, and as a file."""
    unit = unit_of(sites)
    head = ["Site", "Place", "Last seen", "State", f"Runs, {unit[1]}", f"Announced, {unit[1]}", "Complete P10", "Complete P50", "Complete P90"]
    rows = []
    for site in sites:
        dates = ["–"] * 3 if site["given_up"] else [day_text(site["complete"][name][:7]) if site["complete"][name] else "never" for name in ("p10", "p50", "p90")]
        numbers = [power_in(site["runs"], unit), power_in(site["planned"], unit)]
        rows.append([site["name"], site["region"] or "–", day_text(site["observed_through"]) or "never", state_of(site), *numbers, *dates])
    return {"head": head, "rows": rows}


def unit_of(sites: Sequence[Site]) -> tuple[float, str]:
    """The unit of power in which the largest site reads best, and how many watts it is."""
    return scale_of(max((site["planned"]["p50"] or 0.0 for site in sites), default=0.0), "W")


def power_in(row: Mapping[str, Any], unit: tuple[float, str]) -> str:
    """The middle of a power in a unit that was chosen."""
    return number_text(row["p50"], unit[0])


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)

