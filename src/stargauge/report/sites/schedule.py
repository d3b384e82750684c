"""When each site runs and what holds it up, as plain text and as rows of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say
from stargauge.report.terminal import PLAIN, Style, command_for, known_text, labelled, to_copy, wrapped
from stargauge.report.wording import counted, day_text, percent

#: What comes last whatever was waited for; and below which share and how many days an activity is not named.
_ALWAYS, _BUILDING = ("rack_installation", "commissioning"), ("shell", "fit_out")
_LEAST, _FEW_DAYS = 0.05, 5.0


def activity_text(name: str) -> str:
    """What an activity is called."""
    told = {
        "permits": say("land and permits"), "shell": say("shell"), "fit_out": say("fit-out"), "grid_connection": say("grid connection"),
        "transformers": say("transformers"), "switchgear": say("switchgear"), "onsite_generation": say("plants on site"),
        "accelerators": say("accelerators"), "crew": say("crews"), "rack_installation": say("racks"), "commissioning": say("commissioning"),
    }  # fmt: skip
    return told[name]


def _honest() -> str:
    """What the columns of delays mean."""
    return say(
        "Held up by: phases without a plan, dated by what they wait for. Per cent: in how many worlds, by power, an activity decides the "
        "date; days: by how much sooner it would be if that took no time. At risk from: phases with a plan, or beside one, follow it and "
        "its slip. Per cent: in how many worlds an activity ends after the plan, slipped, wants racks; days: by how many on average. It "
        "moves no planned date."
    )


def render_schedule(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The unfinished sites, one after the other."""
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    told = f"{data['name']}, {known_text(data)}, {counted(data['draws'], 'draw')}. {say('Dates: P50 (P10 to P90).')}"
    lines += wrapped(told, style.width)
    for site in data["sites"]:
        lines += ["", *wrapped(style.bold(site_line(site)), style.width)]
        rows = [(say("next"), date_text(site["next"])), (say("all"), _all(site)), *delays_of(site)]
        for label, text in rows:
            lines += labelled(label, text, style, indent=2, label_width=max(14, len(label) + 1)) if text != "–" else []
    ends = ["", *wrapped(_honest(), style.width), *to_copy(f"{say('Why?'):<8}", _why(data), style)] if data["sites"] else []
    return style.finish([*lines, *ends])


def schedule_table(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the report shows of the schedule: the finding, and one row per unfinished site; none where nothing is unfinished."""
    if not data or not data["sites"]:
        return None
    rows = [
        [*_named(site), date_text(site["next"]), _all(site), "; ".join(" ".join(part) for part in delays_of(site))]
        for site in data["sites"]
    ]
    head = [say("Site"), say("To come"), say("Next phase runs"), say("All run"), say("What holds it up")]
    short = [say("Site"), say("To come"), say("Next"), say("All"), say("Delays")]
    note = f"{say('Dates: P50 (P10 to P90).')} {_honest()}"
    return {"finding": headline(data), "head": head, "short": short, "rows": rows, "note": note, "command": _why(data)}


def _named(site: Mapping[str, Any]) -> list[str]:
    name, _, rest = site_line(site).partition(": ")
    return [name, rest]


def _all(site: Mapping[str, Any]) -> str:
    """When the last phase runs; a dash where there is but one."""
    never = f"; {say('never {share}', share=percent(site['never']))}" if site["never"] >= _LEAST else ""
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
        return say("No unfinished site is as likely as not to run.") if data["sites"] else say("Nothing is unfinished.")
    first = min(dated, key=lambda site: (site["next"]["p50"], site["id"]))
    count = sum(site["id"] != "unsited" for site in data["sites"])
    told = {"sites": counted(count, "unfinished site"), "site": first["name"], "date": date_text(first["next"])}
    return say("{sites}; the next phase to run is at {site}, {date}.", **told)


def site_line(site: Mapping[str, Any]) -> str:
    """What is unfinished at a site."""
    megawatts = f"{site['it_power_w'] / 1e6:,.0f}"
    power = f"{notation().number(megawatts)} MW IT"
    if site["id"] == "unsited":
        return say("Pledged without a site: {power}, as far as it is expected to be built", power=power)
    told = {"site": site["name"], "runs": site["running"], "phases": site["phases"], "power": power}
    if not site["observed_through"]:
        return say("{site}: {runs} of {phases} phases run, {power} to come", **told)
    seen = day_text(site["observed_through"])
    return say("{site}: {runs} of {phases} phases run, {power} to come, last looked at {day}", day=seen, **told)


def date_text(span: Mapping[str, Any]) -> str:
    """`Oct 2027 (Mar 2027 to Jan 2029)`; a quantile that never comes is "never"."""
    low, middle, high = (day_text(span[name][:7]) if span[name] else say("never") for name in ("p10", "p50", "p90"))
    return say("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def delays_of(site: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What holds up the unplanned phases of a site, and what puts the plans of the others at risk, each with its label."""
    held = [(say("held up by"), held_up_text(site))] if site["held_up_by"] else []
    risks = [(one["days"], one["probability"], one["activity"]) for one in site["plan_at_risk"]]
    named = _named_in_order([(days, share, f"{activity_text(name)} {percent(share)} ({_day_count(days)})") for days, share, name in risks])
    planned = [(say("at risk from"), ", ".join(named) or say("nothing in particular"))] if site["planned"] or site["plan_at_risk"] else []
    return [*held, *planned]


def held_up_text(site: Mapping[str, Any]) -> str:
    """The activities that cost most, those that always come last at the end: `transformers 57 % (132 d); in any case racks 118 d`."""
    by_name = {one["activity"]: one for one in site["held_up_by"]}
    shell, fit_out = by_name["shell"], by_name["fit_out"]
    building = f"{say('the building')} {percent(shell['probability'])} ({_days(by_name, _BUILDING)})"
    told = [(shell["days"] + fit_out["days"], shell["probability"], building)]
    for name, one in by_name.items():
        if name not in (*_BUILDING, *_ALWAYS):
            told.append(
                (one["days"], one["probability"], f"{activity_text(name)} {percent(one['probability'])} ({_day_count(one['days'])})")
            )
    named = ", ".join(_named_in_order(told)) or say("nothing in particular")
    return say("{delays}; in any case {last}", delays=named, last=_days(by_name, _ALWAYS))


def _named_in_order(told: Sequence[tuple[float, float, str]]) -> list[str]:
    """What is likely enough and costs enough to be named, what costs most first."""
    return [text for days, share, text in sorted(told, reverse=True) if share >= _LEAST and days >= _FEW_DAYS]


def _day_count(days: float) -> str:
    return say("{days} d", days=f"{days:.0f}")


def _days(by_name: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> str:
    return ", ".join(f"{activity_text(name)} {_day_count(by_name[name]['days'])}" for name in names)
