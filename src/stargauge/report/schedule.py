"""When each site runs and what holds it up, as plain text and as rows of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.terminal import PLAIN, Style, command_for, labelled, to_copy, wrapped
from stargauge.report.wording import day_text, percent

#: What an activity is called.
ACTIVITIES = {
    "permits": "land and permits", "shell": "shell", "fit_out": "fit-out", "grid_connection": "grid connection",
    "transformers": "transformers", "switchgear": "switchgear", "onsite_generation": "plants on site", "accelerators": "accelerators",
    "crew": "crews", "rack_installation": "racks", "commissioning": "commissioning",
}  # fmt: skip
#: What comes last whatever was waited for; and below which share and how many days an activity is not named.
_ALWAYS, _BUILDING = ("rack_installation", "commissioning"), ("shell", "fit_out")
_LEAST, _FEW_DAYS = 0.05, 5.0
_HONEST = (
    "Held up by: phases without a plan, dated by what they wait for. Per cent: in how many worlds, by power, an activity decides the date; "
    "days: by how much sooner it would be if that took no time. At risk from: phases with a plan, or beside one, follow it and its slip. "
    "Per cent: in how many worlds an activity ends after the plan, slipped, wants racks; days: by how many on average. It moves no planned "
    "date."
)


def render_schedule(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The unfinished sites, one after the other."""
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    lines += wrapped(f"{data['name']}, known on {day_text(data['as_of'])}, {data['draws']:,} draws. Dates: P50 (P10 to P90).", style.width)
    for site in data["sites"]:
        lines += ["", *wrapped(style.bold(site_line(site)), style.width)]
        rows = [("next", date_text(site["next"])), ("all", _all(site)), *delays_of(site)]
        for label, text in rows:
            lines += labelled(label, text, style, indent=2, label_width=14) if text != "–" else []
    told = ["", *wrapped(_HONEST, style.width), *to_copy("Why?    ", _why(data), style)] if data["sites"] else []
    return style.finish([*lines, *told])


def schedule_table(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the report shows of the schedule: the finding, and one row per unfinished site; none where nothing is unfinished."""
    if not data or not data["sites"]:
        return None
    rows = [
        [*_named(site), date_text(site["next"]), _all(site), "; ".join(" ".join(part) for part in delays_of(site))]
        for site in data["sites"]
    ]
    head = ["Site", "To come", "Next phase runs", "All run", "What holds it up"]
    short = ["Site", "To come", "Next", "All", "Delays"]
    note = f"Dates: P50 (P10 to P90). {_HONEST}"
    return {"finding": headline(data), "head": head, "short": short, "rows": rows, "note": note, "command": _why(data)}


def _named(site: Mapping[str, Any]) -> list[str]:
    name, _, rest = site_line(site).partition(": ")
    return [name, rest]


def _all(site: Mapping[str, Any]) -> str:
    """When the last phase runs; a dash where there is but one."""
    never = f"; never {percent(site['never'])}" if site["never"] >= _LEAST else ""
    return f"{date_text(site['complete'])}{never}" if site["phases"] - site["running"] > 1 else "–"


def _why(data: Mapping[str, Any]) -> str:
    """The command that says how the costliest delay of the first site was found; of pledges only where there is no site."""
    site = next((one for one in data["sites"] if one["id"] != "unsited"), data["sites"][0])
    name = "held_up" if site["held_up_by"] else "plan_at_risk"
    others = (one for one in site["held_up_by"] or site["plan_at_risk"] if one["activity"] not in _ALWAYS)
    first = max(others, key=lambda one: one["days"], default={"activity": "grid_connection"})
    return command_for(data["asked_as"], f"{name}[{first['activity']}, {site['id']}]")


def headline(data: Mapping[str, Any]) -> str:
    """One sentence: how many sites are unfinished, and which runs next."""
    dated = [site for site in data["sites"] if site["next"]["p50"]]
    if not dated:
        return "Nothing is unfinished." if not data["sites"] else "No unfinished site is as likely as not to run."
    first = min(dated, key=lambda site: (site["next"]["p50"], site["id"]))
    count = sum(site["id"] != "unsited" for site in data["sites"])
    return f"{count} unfinished site{'' if count == 1 else 's'}; the next phase to run is at {first['name']}, {date_text(first['next'])}."


def site_line(site: Mapping[str, Any]) -> str:
    """What is unfinished at a site."""
    power = f"{site['it_power_w'] / 1e6:,.0f} MW IT"
    if site["id"] == "unsited":
        return f"Pledged without a site: {power}, as far as it is expected to be built"
    seen = f", last looked at {day_text(site['observed_through'])}" if site["observed_through"] else ""
    return f"{site['name']}: {site['running']} of {site['phases']} phases run, {power} to come{seen}"


def date_text(span: Mapping[str, Any]) -> str:
    """`Oct 2027 (Mar 2027 to Jan 2029)`; a quantile that never comes is "never"."""
    low, middle, high = (day_text(span[name][:7]) if span[name] else "never" for name in ("p10", "p50", "p90"))
    return f"{middle} ({low} to {high})"


def delays_of(site: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What holds up the unplanned phases of a site, and what puts the plans of the others at risk, each with its label."""
    held = [("held up by", held_up_text(site))] if site["held_up_by"] else []
    risks = [(one["days"], one["probability"], one["activity"]) for one in site["plan_at_risk"]]
    named = _named_in_order([(days, share, f"{ACTIVITIES[name]} {percent(share)} ({days:.0f} d)") for days, share, name in risks])
    planned = [("at risk from", ", ".join(named) or "nothing in particular")] if site["planned"] or site["plan_at_risk"] else []
    return [*held, *planned]


def held_up_text(site: Mapping[str, Any]) -> str:
    """The activities that cost most, those that always come last at the end: `transformers 57 % (132 d); in any case racks 118 d`."""
    by_name = {one["activity"]: one for one in site["held_up_by"]}
    shell, fit_out = by_name["shell"], by_name["fit_out"]
    building = f"the building {percent(shell['probability'])} ({_days(by_name, _BUILDING)})"
    told = [(shell["days"] + fit_out["days"], shell["probability"], building)]
    for name, one in by_name.items():
        if name not in (*_BUILDING, *_ALWAYS):
            told.append((one["days"], one["probability"], f"{ACTIVITIES[name]} {percent(one['probability'])} ({one['days']:.0f} d)"))
    return f"{', '.join(_named_in_order(told)) or 'nothing in particular'}; in any case {_days(by_name, _ALWAYS)}"


def _named_in_order(told: Sequence[tuple[float, float, str]]) -> list[str]:
    """What is likely enough and costs enough to be named, what costs most first."""
    return [text for days, share, text in sorted(told, reverse=True) if share >= _LEAST and days >= _FEW_DAYS]


def _days(by_name: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> str:
    return ", ".join(f"{ACTIVITIES[name]} {by_name[name]['days']:.0f} d" for name in names)
