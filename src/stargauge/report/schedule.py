"""When each site runs and what holds it up, as plain text and as rows of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import PLAIN, Style, labelled, wrapped
from stargauge.report.wording import day_text, percent

#: What an activity is called.
ACTIVITIES = {
    "permits": "land and permits", "shell": "the shell", "fit_out": "fit-out", "grid_connection": "grid connection",
    "transformers": "transformers", "switchgear": "switchgear", "onsite_generation": "plants on site", "accelerators": "accelerators",
    "crew": "crews", "rack_installation": "racks", "commissioning": "commissioning",
}  # fmt: skip
#: What comes last whatever was waited for; and below which share and how many days an activity is not named.
_ALWAYS = ("rack_installation", "commissioning")
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
            lines += labelled("all", date_text(site["complete"]), style, indent=2, label_width=12)
        lines += labelled("held up by", held_up_text(site), style, indent=2, label_width=12)
    return style.finish([*lines, "", *wrapped(_HONEST, style.width), *_next(data)])


def _next(data: Mapping[str, Any]) -> list[str]:
    site = next((one["id"] for one in data["sites"] if one["id"] != "unsited"), None)
    return [f"Why?    stargauge explain 'held_up[grid_connection, {site}]'"] if site else []


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
    told = [one for one in site["held_up_by"] if one["activity"] not in _ALWAYS]
    named = [one for one in told if one["probability"] >= _LEAST and one["days"] >= _FEW_DAYS]
    text = ", ".join(f"{ACTIVITIES[one['activity']]} {percent(one['probability'])} ({one['days']:.0f} d)" for one in named)
    last = ", ".join(f"{ACTIVITIES[one['activity']]} {one['days']:.0f} d" for one in site["held_up_by"] if one["activity"] in _ALWAYS)
    return f"{text or 'nothing in particular'}; in any case {last}"
