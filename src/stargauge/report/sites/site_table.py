"""The table of sites and the map beside it: the same in the report and on the pages of the web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.drawing.drawing import pictured
from stargauge.report.locale import notation, say
from stargauge.report.sites.site_map import on_map, site_map, spoken_map, states_of
from stargauge.report.wording import counted, day_text, number_text, percent, plain_number

Site = Mapping[str, Any]

#: The stages, what is furthest first, by which phases are counted.
_STAGES = ("operational", "energised", "under_construction", "announced")
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
        "title": title(sites), "sub": subtitle(sites), "note": note(), "unit": notation().unit(unit[1]), "rows": rows, "whole": whole,
        "all": _all_of(sites) if len(sites) > 1 else "", "together": together, "map": map_figure(sites),
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
        return say("Every site was given up")
    states = states_of(kept) if on_map(kept) == kept else []
    number, running = _number(len(kept)).capitalize(), sum((site["runs"]["p50"] or 0.0) > 0.0 for site in kept)
    if len(kept) == 1:
        where = say("One site in {state}", state=states[0]) if states else say("One site")
        return say("{sites}; {runs}", sites=where, runs=_of_one(kept[0]) if running else say("nothing of it is known to run"))
    where = say("{number} sites", number=number)
    if states:
        many = {"number": number, "states": _number(len(states)), "state": states[0]}
        where = say("{number} sites in {states} states", **many) if len(states) > 1 else say("{number} sites in {state}", **many)
    if running in (0, 1, len(kept)):
        runs = {0: say("none of them is known to run"), 1: say("one of them runs")}.get(running) or say("all of them run in part")
    else:
        runs = say("{number} of them run", number=_number(running))
    return say("{sites}; {runs}", sites=where, runs=runs)


def _of_one(site: Site) -> str:
    """How much of a site runs by its phases."""
    return say("all of it runs") if site["phases"] and site["reached"]["operational"] == site["phases"] else say("part of it runs")


def _all_of(sites: Sequence[Site]) -> str:
    """What the last row of the table is called; those given up are in it."""
    gone = sum(bool(site["given_up"]) for site in sites)
    if gone:
        return say("All {number}, {gone} given up", number=_number(len(sites)), gone=_number(gone))
    return say("All {number}", number=_number(len(sites)))


def subtitle(sites: Sequence[Site]) -> str:
    """What rings and discs are, and what is not on the map."""
    gone = [site["name"] for site in sites if site["given_up"]]
    off = [site["name"] for site in sites if not site["place"] and not site["given_up"]]
    none = [site["name"] for site in sites if site["place"] and not site["given_up"] and not site["planned"]["p50"]]
    stopped = [site["name"] for site in sites if site["paused"] and not site["given_up"]]
    parts = [say("Ring: announced facility power. Disc: the part that runs. Area to scale; outline simplified.")]
    parts += [say("Given up: {names}.", names=", ".join(gone))] if gone else []
    parts += [say("Place not stated: {names}.", names=", ".join(off))] if off else []
    parts += [say("Not drawn, with no power announced now: {names}.", names=", ".join(none))] if none else []
    parts += [say("Paused: {names}.", names=", ".join(stopped))] if stopped else []
    return " ".join(parts)


def note() -> str:
    """What the columns mean."""
    return say(
        "Runs: facility power at the newest evidence, P50. Complete: the month by which half of the worlds have the whole site running; "
        "then P10–P90."
    )


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
        return say("given up on {day}", day=day_text(site["given_up"]))
    if not site["phases"]:
        return say("no phase on record")
    if site["paused"]:
        return say("paused, {day}", day=day_text(site["paused"]))
    found = [(stage, site["reached"][stage]) for stage in _STAGES if site["reached"][stage]]
    if site["phases"] == 1:
        return say("one phase, {state}", state=_alone(found[0][0]))
    stage, first = found[0]
    phases = counted(site["phases"], "phase")
    return ", ".join([_of_all(stage, first, phases), *(_more(stage, count) for stage, count in found[1:])])


def _alone(stage: str) -> str:
    return {"operational": say("running"), "energised": say("with power"), "under_construction": say("being built")}.get(stage) or say(
        "not begun"
    )


def _of_all(stage: str, count: int, phases: str) -> str:
    """So many of all phases."""
    told: dict[str, Any] = {"count": count, "phases": phases}
    if stage == "operational":
        return say("{count} of {phases} run", **told)
    if stage == "energised":
        return say("{count} of {phases} with power", **told)
    return say("{count} of {phases} being built", **told) if stage == "under_construction" else say("{count} of {phases} not begun", **told)


def _more(stage: str, count: int) -> str:
    """So many others."""
    if stage == "energised":
        return say("{count} with power", count=count)
    return say("{count} being built", count=count) if stage == "under_construction" else say("{count} not begun", count=count)


def complete_text(site: Site) -> str:
    """The month by which half of the worlds have the whole site running."""
    if site["given_up"]:
        return "–"
    middle = site["complete"]["p50"]
    return month_text(middle)


def span_of(levels: Mapping[str, Any]) -> str:
    """P10 to P90 of a date in months; empty where both are the same."""
    low, high = (month_text(levels[name]) for name in ("p10", "p90"))
    return "" if low == high else f"{low}–{high}"


def month_text(day: str | None) -> str:
    """A day by its month; never where it never comes."""
    return day_text(day[:7]) if day else say("never")


def never_text(site: Site) -> str:
    """In how many worlds it is never complete, where that is worth saying."""
    return say("never in {share} of worlds", share=percent(site["never"])) if site["complete"]["p50"] and site["never"] >= _LEAST else ""


def sites_table(sites: Sequence[Site]) -> dict[str, Any]:
    """The same numbers as a table for those who do not see the map, and as a file."""
    unit = unit_of(sites)
    named = notation().unit(unit[1])
    head = [say("Site"), say("Place"), say("Last seen"), say("State"), f"{say('Runs')}, {named}", f"{say('Announced')}, {named}"]
    head += [f"{say('Complete')} {level}" for level in ("P10", "P50", "P90")]
    rows, plain = [], []
    for site in sites:
        days = ["" if site["given_up"] else site["complete"][name] or "" for name in ("p10", "p50", "p90")]
        powers = [plain_number(site[name]["p50"], unit[0]) for name in ("runs", "planned")]
        plain.append([site["name"], site["region"] or "", site["observed_through"] or "", state_of(site), *powers, *days])
        dates = ["–"] * 3 if site["given_up"] else [month_text(site["complete"][name]) for name in ("p10", "p50", "p90")]
        seen = day_text(site["observed_through"]) or say("nobody has looked")
        numbers = [power_in(site["runs"], unit), power_in(site["planned"], unit)]
        rows.append([site["name"], site["region"] or "–", seen, state_of(site), *numbers, *dates])
    return {"head": head, "rows": rows, "file": {"head": head, "rows": plain}}


def unit_of(sites: Sequence[Site]) -> tuple[float, str]:
    """The unit of power in which the largest site reads best, and how many watts it is."""
    return scale_of(max((site["planned"]["p50"] or 0.0 for site in sites), default=0.0), "W")


def power_in(row: Mapping[str, Any], unit: tuple[float, str]) -> str:
    """The middle of a power in a unit that was chosen."""
    return number_text(row["p50"], unit[0])


def _number(count: int) -> str:
    """A number in a word, up to twelve."""
    words = (
        say("no"), say("one"), say("two"), say("three"), say("four"), say("five"), say("six"), say("seven"), say("eight"), say("nine"),
        say("ten"), say("eleven"), say("twelve"),
    )  # fmt: skip
    return words[count] if count < len(words) else str(count)
