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
    "Per cent: in how many worlds, by power, an activity decides the date. Days: by how much sooner the site would run if it took no time. "
    "A date that somebody planned follows that plan and its slip; the network of activities says what else could be later."
)


def render_schedule(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The unfinished sites, one after the other."""
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    lines += wrapped(f"{data['name']}, known on {day_text(data['as_of'])}, {data['draws']:,} draws. Dates: P50 (P10 to P90).", style.width)
    for site in data["sites"]:
        lines += ["", *wrapped(style.bold(site_line(site)), style.width)]
        lines += labelled("next", date_text(site["next"]), style, indent=2, label_width=12)
        if site["phases"] - site["running"] > 1:
            lines += labelled("all", _all(site), style, indent=2, label_width=12)
        lines += labelled("held up by", held_up_text(site), style, indent=2, label_width=12)
    why = to_copy("Why?    ", _why(data), style) if data["sites"] else []
    return style.finish([*lines, "", *wrapped(_HONEST, style.width), *why])


def schedule_table(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the report shows of the schedule: the finding, and one row per unfinished site; none where nothing is unfinished."""
    if not data or not data["sites"]:
        return None
    rows = [[*_named(site), date_text(site["next"]), _all(site), held_up_text(site)] for site in data["sites"]]
    head = ["Site", "To come", "Next phase runs", "All run", "What decides the date"]
    short = ["Site", "To come", "Next", "All", "Decides"]
    return {
        "finding": headline(data),
        "head": head,
        "short": short,
        "rows": rows,
        "note": f"Dates: P50 (P10 to P90). {_HONEST}",
        "command": _why(data),
    }


def _named(site: Mapping[str, Any]) -> list[str]:
    name, _, rest = site_line(site).partition(": ")
    return [name, rest]


def _all(site: Mapping[str, Any]) -> str:
    """When the last phase runs; a dash where there is but one."""
    never = f"; never {percent(site['never'])}" if site["never"] >= _LEAST else ""
    return f"{date_text(site['complete'])}{never}" if site["phases"] - site["running"] > 1 else "–"


def _why(data: Mapping[str, Any]) -> str:
    """The command that says how what holds up the first site was found; pledges only where there is no site."""
    site = next((one["id"] for one in data["sites"] if one["id"] != "unsited"), "unsited")
    return command_for(data["asked_as"], f"held_up[grid_connection, {site}]")


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
    return f"{site['name']}: {site['running']} of {site['phases']} phases run, {power} to come"


def date_text(span: Mapping[str, Any]) -> str:
    """`Oct 2027 (Mar 2027 to Jan 2029)`; a quantile that never comes is "never"."""
    low, middle, high = (day_text(span[name][:7]) if span[name] else "never" for name in ("p10", "p50", "p90"))
    return f"{middle} ({low} to {high})"


def held_up_text(site: Mapping[str, Any]) -> str:
    """The activities that cost most, those that always come last at the end: `grid connection 57 % (132 d), ...; then racks (118 d)`."""
    by_name = {one["activity"]: one for one in site["held_up_by"]}
    shell, fit_out = by_name["shell"], by_name["fit_out"]
    told = [
        (
            shell["days"] + fit_out["days"],
            shell["probability"],
            f"the building {percent(shell['probability'])} ({_days(by_name, _BUILDING)})",
        )
    ]
    for name, one in by_name.items():
        if name not in (*_BUILDING, *_ALWAYS):
            told.append((one["days"], one["probability"], f"{ACTIVITIES[name]} {percent(one['probability'])} ({one['days']:.0f} d)"))
    named = [text for days, decides, text in sorted(told, reverse=True) if decides >= _LEAST and days >= _FEW_DAYS]
    return f"{', '.join(named) or 'nothing in particular'}; in any case {_days(by_name, _ALWAYS)}"


def _days(by_name: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> str:
    return ", ".join(f"{ACTIVITIES[name]} {by_name[name]['days']:.0f} d" for name in names)
